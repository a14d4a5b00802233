//! Events, past tense: what changed, at which prices, with health before and after. `plan` run on
//! the accounts as they stood gives the figures of a liquidation's event.

use crate::state::recovery::RecoveryPlan;
use crate::state::Receipt;
use anchor_lang::prelude::*;

/// The exchange was created.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeInitialized {
    /// The exchange.
    pub exchange: Pubkey,
    /// Its authority.
    pub authority: Pubkey,
}

/// A collateral token was listed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankListed {
    /// The bank.
    pub bank: Pubkey,
    /// Its number.
    pub index: u16,
    /// The token.
    pub mint: Pubkey,
}

/// A market was listed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketListed {
    /// The market.
    pub market: Pubkey,
    /// Its number.
    pub index: u16,
    /// Its name.
    pub symbol: [u8; 16],
}

/// Pool and insurance fund were created.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolCreated {
    /// The pool.
    pub pool: Pubkey,
    /// Mint of its shares.
    pub share_mint: Pubkey,
}

/// A liquidity provider asked to deposit or withdraw.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityRequested {
    /// Who.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// Quote atoms or share atoms.
    pub amount_atoms: u64,
    /// Least in return.
    pub min_out_atoms: u64,
    /// Unix seconds.
    pub requested_at: i64,
}

/// A liquidity request was filled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityFilled {
    /// Who asked.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// Quote atoms or share atoms given.
    pub amount_atoms: u64,
    /// Share atoms or quote atoms received.
    pub out_atoms: u64,
    /// Net asset value for those who leave, USD atoms.
    pub lower_value_usd_atoms: i64,
    /// Net asset value for those who enter, USD atoms.
    pub higher_value_usd_atoms: i64,
    /// Shares before.
    pub supply_atoms: u64,
}

/// A liquidity request expired and was returned.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiquidityRefunded {
    /// Who asked.
    pub owner: Pubkey,
    /// 1 deposit, 2 withdraw.
    pub kind: u8,
    /// What was returned.
    pub amount_atoms: u64,
}

/// Quote tokens were paid into the insurance fund.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsuranceSeeded {
    /// Who paid.
    pub payer: Pubkey,
    /// How much.
    pub amount_atoms: u64,
    /// Cash of the fund afterwards, USD atoms.
    pub cash_usd_atoms: i64,
}

/// A margin account was opened.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginAccountOpened {
    /// The account.
    pub account: Pubkey,
    /// Its owner.
    pub owner: Pubkey,
    /// Its number among the owner's.
    pub sub_id: u16,
}

/// A margin account was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginAccountClosed {
    /// The account.
    pub account: Pubkey,
}

/// The delegate of a margin account changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateSet {
    /// The account.
    pub account: Pubkey,
    /// Who may place orders now.
    pub delegate: Pubkey,
}

/// Collateral came in.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposited {
    /// The account.
    pub account: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
}

/// Collateral left.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// The account.
    pub account: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
}

/// An order was recorded.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPlaced {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// The market's number.
    pub market: u16,
    /// Signed size.
    pub lots: i64,
    /// Worst price, Q32.
    pub limit_q32: u64,
    /// Reduces only.
    pub reduce_only: bool,
    /// Unix seconds.
    pub placed_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// What was taken out of cash for whoever fills it, USD atoms.
    pub escrow_usd_atoms: i64,
    /// The price that it waits for, Q32; zero when it does not wait.
    pub trigger_q32: u64,
    /// Waits for the price to rise to the trigger rather than to fall to it.
    pub trigger_above: bool,
}

/// An order was filled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFilled {
    /// The account.
    pub account: Pubkey,
    /// Whose margin account got the reward.
    pub filler: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Signed lots that traded.
    pub lots: i64,
    /// The oracle's price, Q32.
    pub oracle_price_q32: u64,
    /// The price paid or received, Q32.
    pub fill_price_q32: u64,
    /// Publish time of the update.
    pub publish_time: i64,
    /// Fee on the traded notional, USD atoms.
    pub fee_usd_atoms: i64,
    /// Reward to the filler, USD atoms.
    pub reward_usd_atoms: i64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
    /// Position afterwards.
    pub lots_after: i64,
    /// Equity afterwards, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement afterwards, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// The update that was to fill an order could not, and the order was removed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKilled {
    /// The account.
    pub account: Pubkey,
    /// Whose margin account got the reward.
    pub filler: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Its place in the account.
    pub place: u8,
    /// Signed lots that were ordered.
    pub lots: i64,
    /// Number of the error that says why, 6200 for instance.
    pub reason: u32,
    /// Reward to the filler, USD atoms: what was set aside.
    pub reward_usd_atoms: i64,
}

/// An order expired and was removed, by whoever asked for it or for another order in its place; or
/// one that waited for its trigger was cancelled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRemoved {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// What was set aside for the reward and is cash again, USD atoms.
    pub returned_usd_atoms: i64,
}

/// A market's price was cached.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketUpdated {
    /// The market's number.
    pub market: u16,
    /// Price per lot, Q32.
    pub price_q32: u64,
    /// Confidence, Q32.
    pub confidence_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

impl MarketUpdated {
    /// Bytes of the event: discriminator and fields.
    const SIZE: usize = 34;

    /// Logs the event as `emit!` does, without memory of its own: this is the event of every update
    /// of every market. A test compares the bytes with Borsh's.
    pub fn log(&self) {
        anchor_lang::solana_program::log::sol_log_data(&[&self.bytes()]);
    }

    /// What is logged.
    pub fn bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let mut rest = &mut bytes[..];
        let mut put = |field: &[u8]| {
            if let Some((place, after)) =
                core::mem::take(&mut rest).split_at_mut_checked(field.len())
            {
                place.copy_from_slice(field);
                rest = after;
            }
        };
        put(Self::DISCRIMINATOR);
        put(&self.market.to_le_bytes());
        put(&self.price_q32.to_le_bytes());
        put(&self.confidence_q32.to_le_bytes());
        put(&self.publish_time.to_le_bytes());
        bytes
    }
}

/// A bank's price was cached.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankUpdated {
    /// The bank's number.
    pub bank: u16,
    /// Price per token atom, Q32.
    pub price_q32: u64,
    /// Confidence, Q32.
    pub confidence_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

/// An account was seen under maintenance.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFlagged {
    /// The account.
    pub account: Pubkey,
    /// Unix seconds.
    pub flagged_at: i64,
    /// Newest publish time among its prices.
    pub publish_time: i64,
    /// Equity / maintenance, Q32.
    pub ratio_q32: u64,
}

/// A flagged account had reached its target.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUnflagged {
    /// The account.
    pub account: Pubkey,
    /// Equity, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// One leg of a liquidated account.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct LiquidatedLeg {
    /// Signed lots before.
    pub lots: i64,
    /// Lots closed.
    pub closed_lots: u64,
    /// Price at which the leg counted and closed, Q32.
    pub price_q32: u64,
    /// Publish time of that price.
    pub publish_time: i64,
    /// Bonus paid by the account, USD atoms.
    pub keeper_usd_atoms: i64,
    /// Premium to insurance, USD atoms.
    pub premium_usd_atoms: i64,
    /// Cost to the pool, USD atoms.
    pub pool_usd_atoms: i64,
    /// Bonus paid by the insurance line, USD atoms.
    pub insurance_top_up_usd_atoms: i64,
    /// Bonus paid by the pool line, USD atoms.
    pub pool_top_up_usd_atoms: i64,
    /// The market's number.
    pub market: u16,
    /// Zero.
    pub padding: [u8; 6],
}

/// A liquidation closed part or all of an account.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartiallyLiquidated {
    /// The account.
    pub account: Pubkey,
    /// The margin account that got the bonus.
    pub keeper: Pubkey,
    /// What was done and the proof.
    pub receipt: Receipt,
    /// All legs, closed or not, in slot order.
    pub legs: Vec<LiquidatedLeg>,
}

impl PartiallyLiquidated {
    /// Logs the event as `emit!` does, in a buffer that holds eight legs from the start: growing one
    /// costs a copy each time, because the program's memory is never given back.
    pub fn log(&self) -> Result<()> {
        let mut data = Vec::with_capacity(1_024);
        data.extend_from_slice(Self::DISCRIMINATOR);
        self.serialize(&mut data)?;
        anchor_lang::solana_program::log::sol_log_data(&[&data]);
        Ok(())
    }
}

/// Losses of an insolvent account were booked against the pool.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeficitBooked {
    /// The account.
    pub account: Pubkey,
    /// The market's number.
    pub market: u16,
    /// The account's deficit afterwards, USD atoms.
    pub deficit_usd_atoms: i64,
}

/// Cash moved between the pool, the insurance fund and a market's lines.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketSettled {
    /// The market's number.
    pub market: u16,
    /// Claims that were funded, USD atoms.
    pub claims_funded_usd_atoms: i64,
    /// The pool line afterwards.
    pub pool_line_usd_atoms: i64,
    /// The insurance line afterwards.
    pub insurance_line_usd_atoms: i64,
    /// Cash of the pool afterwards.
    pub pool_cash_usd_atoms: i64,
    /// Cash of the insurance fund afterwards.
    pub insurance_cash_usd_atoms: i64,
}

/// Funding, claims and deficits of an account were settled.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSettled {
    /// The account.
    pub account: Pubkey,
    /// Its cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Its deficit afterwards, USD atoms.
    pub deficit_usd_atoms: i64,
}

/// The whole pool was seen unable to pay what it owes.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortfallSeen {
    /// When it was first seen, Unix seconds.
    pub since: i64,
    /// The least that has been missing since, USD atoms.
    pub missing_usd_atoms: i64,
}

/// The pool was seen able to pay again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortfallEnded {
    /// Unix seconds.
    pub at: i64,
}

/// The unrealised profit of a side was cut, because the pool cannot pay it.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfitsCut {
    /// Number of the market.
    pub market: u16,
    /// 1 longs, -1 shorts.
    pub side: i8,
    /// What all positions of the side together lost, USD atoms.
    pub cut_usd_atoms: i64,
}

/// The loss of a bankrupt account was borne by others.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankruptcyResolved {
    /// The account.
    pub account: Pubkey,
    /// Number of the market.
    pub market: u16,
    /// Who gained: 1 longs, -1 shorts, 0 when the loss came from no position.
    pub side: i8,
    /// The loss, USD atoms.
    pub loss_usd_atoms: i64,
    /// From the insurance fund.
    pub insurance_usd_atoms: i64,
    /// From the pool for good.
    pub pool_usd_atoms: i64,
    /// From the side, advanced by the pool.
    pub side_usd_atoms: i64,
    /// What the side's index will bring in; the pool bears the fraction between the two.
    pub side_bears_usd_atoms: i64,
    /// Not borne yet.
    pub left_usd_atoms: i64,
    /// Interest that was counted and is not owed any more, beside the loss.
    pub interest_waived_usd_atoms: i64,
}

/// The profitable positions of a side began to be reduced.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleverageStarted {
    /// Number of the market.
    pub market: u16,
    /// 1 longs, -1 shorts.
    pub side: i8,
    /// Share by which each is reduced.
    pub share_q32: u64,
    /// Unrealised profit of the side, USD atoms.
    pub profit_usd_atoms: i64,
    /// When it ends at the latest, Unix seconds.
    pub ends_at: i64,
}

/// A profitable position was reduced.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleveraged {
    /// The account.
    pub account: Pubkey,
    /// Number of the market.
    pub market: u16,
    /// Lots closed.
    pub closed_lots: u64,
    /// Lots left, signed.
    pub lots_after: i64,
    /// The price, Q32.
    pub price_q32: u64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
}

/// The bound on what the pool owes a side holds again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleverageEnded {
    /// Number of the market.
    pub market: u16,
}

/// A change of parameters was queued.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeProposed {
    /// The proposal.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// Who queued it.
    pub proposer: Pubkey,
    /// From when on it may be applied, Unix seconds.
    pub eta: i64,
    /// After this it may not.
    pub expires: i64,
    /// `state::proposal::Change` in Borsh.
    pub change: Vec<u8>,
}

/// A queued change was taken back.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeCancelled {
    /// The proposal, which no longer exists.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
}

/// A queued change was applied.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeApplied {
    /// The proposal, which no longer exists.
    pub proposal: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// Which change: the number in `state::proposal::Change`.
    pub kind: u8,
}

/// The authority was offered to another key.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityOffered {
    /// Who offered.
    pub authority: Pubkey,
    /// To whom; the default key takes an offer back.
    pub next_authority: Pubkey,
}

/// The authority went to another key.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityTransferred {
    /// Who was it.
    pub before: Pubkey,
    /// Who is it.
    pub authority: Pubkey,
}

/// Something was paused.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// 0 new risk, 1 withdrawals, 2 liquidations, 3 liquidity.
    pub kind: u8,
    /// When it ends, Unix seconds.
    pub until: i64,
    /// Before this there is no next one.
    pub cooldown_until: i64,
}

/// A pause was ended before its time.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaused {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// 0 new risk, 1 withdrawals, 2 liquidations, 3 liquidity.
    pub kind: u8,
}

/// A market's guard was tightened.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketGuarded {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// The market's number.
    pub market: u16,
    /// The guard's cap afterwards, USD atoms; -1 for none.
    pub open_interest_cap_usd_atoms: i64,
    /// The guard's multiplier on initial requirements afterwards; zero for none.
    pub initial_q32: u64,
}

/// Deposits of a token were frozen.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankGuarded {
    /// The guardian or the authority.
    pub by: Pubkey,
    /// The bank's number.
    pub bank: u16,
}

/// An owner chose how much leverage an account may take.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeverageSet {
    /// The account.
    pub account: Pubkey,
    /// 0 retail, 1 standard, 2 professional, from now on.
    pub class: u8,
    /// Least initial rate that the owner set, from now on.
    pub own_initial_q32: u64,
    /// The class after the delay.
    pub next_class: u8,
    /// The rate after the delay.
    pub next_own_initial_q32: u64,
    /// When the delay is over, Unix seconds; zero when nothing waits.
    pub changes_at: i64,
}

/// The price of settlement of a market was fixed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementPublished {
    /// The market's number.
    pub market: u16,
    /// Its moving average, USD atoms per lot, Q32.
    pub price_q32: u64,
    /// Until when funding was accrued, Unix seconds.
    pub at: i64,
}

/// The price of settlement of a bank was fixed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankSettlementPublished {
    /// The bank's number.
    pub bank: u16,
    /// USD atoms per token atom, Q32.
    pub price_q32: u64,
    /// Unix seconds.
    pub at: i64,
}

/// A position in a settled market was closed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionSettled {
    /// The account.
    pub account: Pubkey,
    /// The market's number.
    pub market: u16,
    /// Signed size before; there is none afterwards.
    pub lots: i64,
    /// The published price, Q32.
    pub price_q32: u64,
    /// Profit realised, USD atoms.
    pub profit_usd_atoms: i64,
    /// Equity afterwards, USD atoms.
    pub equity_usd_atoms: i64,
}

/// Interest on an overdraft was charged.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterestCharged {
    /// The account.
    pub account: Pubkey,
    /// What it paid, USD atoms.
    pub interest_usd_atoms: i64,
    /// Its cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Overdrafts that the pool has counted, afterwards, USD atoms.
    pub pool_overdrafts_usd_atoms: i64,
}

/// Collateral was bought from an account with an overdraft, or of a bank that is wound down.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollateralConverted {
    /// The account.
    pub account: Pubkey,
    /// Who bought.
    pub buyer: Pubkey,
    /// The bank's number.
    pub bank: u16,
    /// Token atoms.
    pub amount_atoms: u64,
    /// Paid into the account's cash, USD atoms.
    pub paid_usd_atoms: i64,
    /// The price before the discount, Q32.
    pub price_q32: u64,
    /// The discount, Q32.
    pub discount_q32: u64,
    /// Cash afterwards, USD atoms.
    pub cash_usd_atoms: i64,
    /// Equity before, USD atoms.
    pub equity_before_usd_atoms: i64,
    /// Equity afterwards, USD atoms.
    pub equity_after_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// A token lost its peg.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PegBroken {
    /// The bank's number.
    pub bank: u16,
    /// Publish time of the price that lost it, Unix seconds.
    pub since: i64,
    /// That price, Q32.
    pub price_q32: u64,
}

/// A token's peg has held for a while again.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PegRegained {
    /// The bank's number.
    pub bank: u16,
    /// Publish time of the price that ended the guard, Unix seconds.
    pub at: i64,
}

/// A price far from its average began a shock: the market takes no new risk, and its legs are closed
/// only in emergencies.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShockBegan {
    /// The market's number.
    pub market: u16,
    /// The price, Q32.
    pub price_q32: u64,
    /// The average from which it is far, Q32.
    pub average_q32: u64,
    /// Unix seconds.
    pub publish_time: i64,
}

/// A price shock ended.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShockEnded {
    /// The market's number.
    pub market: u16,
    /// The price that ended it, Q32.
    pub price_q32: u64,
    /// True when the price stayed, false when it came back.
    pub confirmed: bool,
    /// Unix seconds.
    pub publish_time: i64,
}

/// A gap in a market's prices began a grace, in which its legs are closed only in emergencies.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraceBegan {
    /// The market's number.
    pub market: u16,
    /// Publish time of the price before the gap.
    pub last_publish_time: i64,
    /// When it ends, Unix seconds.
    pub until: i64,
}

/// A market's volatility regime changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegimeChanged {
    /// The market's number.
    pub market: u16,
    /// 0 calm, 1 elevated, 2 extreme.
    pub level: u8,
    /// Variance of a sampling interval, Q32.
    pub variance_q32: u64,
    /// Multiplier on initial requirements from now on, Q32.
    pub initial_q32: u64,
    /// Multiplier on maintenance now, Q32.
    pub maintenance_q32: u64,
    /// Where maintenance goes, Q32.
    pub maintenance_to_q32: u64,
    /// When it is there, Unix seconds.
    pub ramp_ends_at: i64,
}

/// The insurance fund lost much within a day: new risk waits.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsuranceDrawn {
    /// The most that it was worth in the window, USD atoms.
    pub high_usd_atoms: i64,
    /// What it is worth now, lines of the markets included.
    pub worth_usd_atoms: i64,
    /// Until when new risk waits, Unix seconds.
    pub until: i64,
}

/// An account was told that it is in margin call.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginCallIssued {
    /// The account.
    pub account: Pubkey,
    /// Equity, USD atoms.
    pub equity_usd_atoms: i64,
    /// Maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
    /// The call level that equity must reach, USD atoms.
    pub call_usd_atoms: i64,
    /// Unix seconds.
    pub at: i64,
}

/// An account in margin call was seen at or over the call level.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarginCallEnded {
    /// The account.
    pub account: Pubkey,
    /// When the call had been issued, Unix seconds.
    pub issued_at: i64,
}

/// The recovery plan of an account changed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryPlanSet {
    /// The account.
    pub account: Pubkey,
    /// The plan; all zero when there is none.
    pub plan: RecoveryPlan,
}

/// An owner's recovery plan was executed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryExecuted {
    /// The account.
    pub account: Pubkey,
    /// The margin account that got the fee.
    pub keeper: Pubkey,
    /// What was done and the proof.
    pub receipt: Receipt,
    /// All legs, closed or not, in slot order.
    pub legs: Vec<LiquidatedLeg>,
}

/// An account was marked as its owner's reserve, or no longer is one.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveSet {
    /// The account.
    pub account: Pubkey,
    /// Whether the owner's other accounts may be topped up from it.
    pub is_reserve: bool,
}

/// Cash moved from a reserve to another account of its owner.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToppedUp {
    /// Who got it.
    pub account: Pubkey,
    /// Who gave it.
    pub reserve: Pubkey,
    /// How much, USD atoms.
    pub amount_usd_atoms: i64,
    /// Equity of the account that got it afterwards, USD atoms.
    pub equity_usd_atoms: i64,
    /// Its maintenance requirement, USD atoms.
    pub maintenance_usd_atoms: i64,
}

/// An order's trigger price was reached: from now on it is like one that was just placed.
#[event]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTriggered {
    /// The account.
    pub account: Pubkey,
    /// Its place in the account.
    pub place: u8,
    /// The market's number.
    pub market: u16,
    /// The trigger, Q32.
    pub trigger_q32: u64,
    /// The price that reached it, Q32.
    pub price_q32: u64,
    /// Publish time of that price.
    pub publish_time: i64,
    /// The first update published after this and the order delay fills it, Unix seconds.
    pub placed_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}
