//! What a case consists of. An action names whom and what it is about by small numbers, modulo what
//! exists when it is performed, and amounts relative to what is possible then: so it keeps a meaning
//! when actions before it are taken out.

use serde::{Deserialize, Serialize};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Instructions as one transaction.
    Send {
        /// In this order.
        calls: Vec<Call>,
        /// What is wrong with the first of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        twist: Option<Twist>,
    },
    /// Time passes.
    Pass {
        /// Seconds.
        secs: u32,
    },
    /// A feed speaks; nobody caches it yet.
    Publish {
        /// Of a market, else of a collateral token.
        of_market: bool,
        /// Which.
        which: u8,
        /// The new price in parts of ten thousand of the old one.
        to_bps: u32,
        /// Confidence, basis points of the price.
        confidence_bps: u16,
        /// Publish time less the clock, seconds.
        ahead: i16,
    },
    /// A market's oracle account shows what no feed would publish, until the feed speaks again.
    Forge {
        /// Which market.
        which: u8,
        /// In which way.
        how: u8,
    },
    /// Several steps that somebody takes who looks at the accounts first.
    Smart(Smart),
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Nothing.
    Zero,
    /// One atom.
    One,
    /// A few atoms.
    Dust(u16),
    /// So many thousands of atoms.
    Thousands(u32),
    /// The most that is possible, and so many atoms more.
    Most(i8),
    /// Parts of a thousand of the most that is possible.
    Share(u16),
    /// The largest number.
    Max,
}

impl Amount {
    /// Where `most` is possible.
    pub fn of(self, most: u64) -> u64 {
        match self {
            Self::Zero => 0,
            Self::One => 1,
            Self::Dust(atoms) => u64::from(atoms),
            Self::Thousands(thousands) => u64::from(thousands).saturating_mul(1_000),
            Self::Most(more) => most.saturating_add_signed(i64::from(more)),
            Self::Share(share) => {
                let part = u128::from(most) * u128::from(share) / 1_000;
                u64::try_from(part).unwrap_or(u64::MAX)
            }
            Self::Max => u64::MAX,
        }
    }

    /// The same as a signed number that is at least zero.
    pub fn signed_of(self, most: i64) -> i64 {
        let most = u64::try_from(most).unwrap_or(0);
        i64::try_from(self.of(most)).unwrap_or(i64::MAX)
    }
}

/// Terms of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Buys, else sells.
    pub buys: bool,
    /// Lots; the most possible is what the account's excess carries, or the position where the order
    /// only reduces.
    pub size: Amount,
    /// The limit in parts of ten thousand of the price; zero for any price, the largest number for a
    /// limit of zero.
    pub limit_bps: u32,
    /// Expiry after now; zero for the longest life.
    pub life_secs: i32,
    /// Only reduces.
    pub reduce_only: bool,
    /// The trigger in parts of ten thousand of the price; zero for none.
    pub trigger_bps: u32,
    /// Waits for a price at or over it.
    pub trigger_above: bool,
}

/// A change that the authority proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Which kind of change.
    pub kind: u8,
    /// Which market, bank or group.
    pub which: u8,
    /// Which of its numbers changes.
    pub field: u8,
    /// To so many parts of ten thousand of what it is; 65535 stands for the largest number.
    pub to_bps: u16,
}

/// An instruction of the program. `of` and `who` are margin accounts, `by` is who acts or gets paid.
/// A number over 127 stands for somebody to whom the instruction can mean something, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // Each field is what the instruction of that name calls so.
pub enum Call {
    LiquidatePartial {
        by: u8,
        of: u8,
        least: Amount,
    },
    FlagAccount {
        of: u8,
    },
    UpdateMarkets {
        set: u16,
    },
    UpdateBanks {
        set: u16,
    },
    FillOrder {
        by: u8,
        of: u8,
        place: u8,
    },
    InitializeExchange {
        by: u8,
    },
    ListBank {
        by: u8,
        kind: u8,
    },
    ListMarket {
        by: u8,
        kind: u8,
    },
    CreatePool {
        by: u8,
    },
    RequestLiquidity {
        by: u8,
        kind: u8,
        amount: Amount,
        least: Amount,
    },
    FillLiquidityRequest {
        of: u8,
    },
    RefundLiquidityRequest {
        of: u8,
    },
    SeedInsurance {
        by: u8,
        amount: Amount,
    },
    OpenMarginAccount {
        of: u8,
    },
    CloseMarginAccount {
        of: u8,
    },
    SetDelegate {
        of: u8,
        to: u8,
    },
    Deposit {
        by: u8,
        of: u8,
        bank: u8,
        amount: Amount,
    },
    Withdraw {
        of: u8,
        bank: u8,
        amount: Amount,
    },
    PlaceOrder {
        by: Option<u8>,
        of: u8,
        market: u8,
        terms: Terms,
    },
    ExpireOrder {
        of: u8,
        place: u8,
    },
    SettleMarkets {
        set: u16,
    },
    SettleAccount {
        of: u8,
        set: u16,
    },
    AssessAccount {
        of: u8,
    },
    ProposeChange {
        wish: Wish,
    },
    CancelChange {
        which: u8,
    },
    ApplyChange {
        which: u8,
    },
    TransferAuthority {
        to: u8,
    },
    AcceptAuthority {
        by: u8,
    },
    Pause {
        by: u8,
        kind: u8,
        secs: u32,
    },
    Unpause {
        by: u8,
        kind: u8,
    },
    GuardMarket {
        by: u8,
        market: u8,
        cap: Amount,
        initial_bps: u32,
    },
    GuardBank {
        by: u8,
        bank: u8,
        cap: Amount,
    },
    SetLeverage {
        of: u8,
        class: u8,
        own_bps: u16,
        authority_signs: bool,
    },
    PublishSettlement {
        market: u8,
    },
    PublishBankSettlement {
        bank: u8,
    },
    SettlePosition {
        of: u8,
        market: u8,
    },
    ResolveBankruptcy {
        of: u8,
    },
    AllocateShortfall,
    StartDeleverage {
        market: u8,
        is_long: bool,
    },
    AutoDeleverage {
        of: u8,
        market: u8,
    },
    PoolExposure,
    ChargeInterest {
        of: u8,
    },
    ConvertCollateral {
        by: u8,
        of: u8,
        bank: u8,
        most: Amount,
    },
    IssueMarginCall {
        of: u8,
    },
    SetRecoveryPlan {
        of: u8,
        trigger_bps: u16,
        target_bps: u16,
        fee_bps: u8,
    },
    ExecuteRecovery {
        by: u8,
        of: u8,
        least: Amount,
    },
    SetReserve {
        of: u8,
        is_reserve: bool,
    },
    TopUp {
        of: u8,
        from: u8,
        most: Amount,
    },
    TriggerOrder {
        of: u8,
        place: u8,
    },
    CancelStop {
        of: u8,
        place: u8,
    },
}

/// What is wrong with an instruction. Places are modulo how many accounts it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The fields are places, accounts of the world and bytes of the data.
pub enum Twist {
    /// Two accounts are exchanged.
    Swap { at: u8, with: u8 },
    /// An account is another one of the world.
    Replace { at: u8, with: u8 },
    /// An account is the same as another one of the instruction.
    Repeat { at: u8, of: u8 },
    /// Somebody does not sign.
    Unsign { at: u8 },
    /// Somebody else signs.
    Stranger { at: u8, who: u8 },
    /// An account may not be written.
    ReadOnly { at: u8 },
    /// An account may be written.
    Writable { at: u8 },
    /// An account is left out.
    Drop { at: u8 },
    /// One more account of the world follows.
    Append { with: u8 },
    /// A byte of the data is another one.
    Data { at: u8, xor: u8 },
    /// The data ends early.
    Truncate { len: u8 },
}

/// What somebody does who looks first. Each goes as far as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // Fields as in `Call`.
pub enum Smart {
    /// Some seconds pass, every feed moves a little, all prices are cached.
    Tick { secs: u16, moves: u32 },
    /// An order, its delay, the update that is due, its fill.
    Trade { of: u8, market: u8, terms: Terms },
    /// Every order that waits for an update is filled by the one that is due, or expires.
    FillDue { by: u8 },
    /// A market's price moves to where an account comes under maintenance, or so far beyond.
    ToMaintenance { of: u8, market: u8, beyond_bps: u16 },
    /// A market falls or rises by so much at once, and a shock is confirmed.
    Crash { market: u8, bps: u16, up: bool },
    /// Whoever can be flagged and liquidated is; from four times on without waiting for a newer price.
    Liquidate { by: u8, times: u8 },
    /// Overdrafts are cured, markets settled, bankruptcies resolved.
    Resolve { by: u8 },
    /// Reductions of profitable positions are started and carried out.
    Deleverage { market: u8 },
    /// All markets and all accounts are settled.
    SettleAll,
    /// The oldest proposal is waited for and applied.
    ApplyDue,
    /// A market or a token is brought to its end, and settled.
    WindDown {
        of_market: bool,
        which: u8,
        to_the_end: bool,
    },
    /// A market comes to its end and its feed says nothing for days.
    Silence { market: u8 },
    /// Margin calls, top-ups and recovery plans, for whoever can have one.
    Recover { by: u8 },
    /// A shortfall is sighted and, ten minutes later, allocated.
    Shortfall,
}
