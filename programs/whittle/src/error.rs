//! Errors of the program. Numbers are append-only, in blocks: 0 authority and accounts, 100 oracle,
//! 200 health, 300 liquidation, 400 pool and ledger, 500 governance and parameters.

use anchor_lang::prelude::*;
use whittle_risk::RiskError;

/// Result inside the program. Handlers turn it into Anchor's result with `?`.
pub type Outcome<T> = core::result::Result<T, WhittleError>;

/// Declares the errors once, with a list of all of them for those who have only a number.
macro_rules! errors {
    ($($(#[$attribute:meta])* $name:ident = $number:tt,)*) => {
        /// What a caller did wrong and what to do about it.
        #[error_code]
        #[derive(PartialEq, Eq)]
        pub enum WhittleError {
            $($(#[$attribute])* $name = $number,)*
        }

        impl WhittleError {
            /// Every error, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The error that a transaction reports as custom program error `code`: 6000 and its
            /// number. `None` where the program has none of it.
            pub fn from_code(code: u32) -> Option<Self> {
                let found = |error: &&Self| u32::from(**error) == code;
                Self::ALL.iter().find(found).copied()
            }
        }
    };
}

errors! {
    // 0: authority and accounts
    /// 6000
    #[msg("The signer is not the exchange's authority")]
    NotAuthority = 0,
    /// 6001
    #[msg("The signer is neither the owner nor the delegate of the margin account")]
    NotOwnerOrDelegate = 1,
    /// 6002
    #[msg("The signer does not own the margin account")]
    NotOwner = 2,
    /// 6003
    #[msg("A market account is missing: pass one for each position in use, in slot order")]
    MarketMissing = 3,
    /// 6004
    #[msg("A market account is not one that belongs in its place: pass positions in slot order")]
    MarketMismatch = 4,
    /// 6005
    #[msg("A bank account is missing: pass one for each collateral in use, in slot order")]
    BankMissing = 5,
    /// 6006
    #[msg("A bank account is not the one of the collateral in its place: pass them in slot order")]
    BankMismatch = 6,
    /// 6007
    #[msg("More accounts were passed than the instruction needs: pass only those it names")]
    ExtraAccount = 7,
    /// 6008
    #[msg("The plan closes a position in a market that was passed read-only: pass it writable")]
    MarketNotWritable = 8,
    /// 6009
    #[msg("The account is neither owned by this program nor of the expected type")]
    WrongAccount = 9,
    /// 6010
    #[msg("The vault is not the bank's vault")]
    WrongVault = 10,
    /// 6011
    #[msg("The mint is not the bank's mint")]
    WrongMint = 11,
    /// 6012
    #[msg("The token program is not the one of the bank's mint")]
    WrongTokenProgram = 12,
    /// 6014
    #[msg("A market was passed twice")]
    DuplicateMarket = 14,
    /// 6015
    #[msg("The receiver is not the one that the request names")]
    WrongReceiver = 15,

    /// 6016
    #[msg("A bank was passed read-only: pass it writable")]
    BankNotWritable = 16,

    /// 6017
    #[msg("Name another margin account for the bonus or reward than the one that pays it")]
    SameAccount = 17,
    /// 6020
    #[msg("The signer is neither the guardian nor the authority")]
    NotGuardian = 20,
    /// 6021
    #[msg("The signer is not the one to whom the authority was offered: see next_authority")]
    NotNextAuthority = 21,
    /// 6022
    #[msg("An account becomes professional only if the exchange's authority signs too")]
    AuthorityMustSign = 22,

    // 100: oracle
    /// 6100
    #[msg("The oracle account is not owned by an accepted oracle program")]
    OracleOwner = 100,
    /// 6101
    #[msg("The oracle account is of another feed than the market or bank is configured for")]
    OracleFeed = 101,
    /// 6102
    #[msg("The price update is not fully verified: post it with all guardian signatures")]
    OracleNotVerified = 102,
    /// 6103
    #[msg("The oracle's price is zero or negative")]
    OraclePriceNotPositive = 103,
    /// 6104
    #[msg("The oracle's exponent is outside -16 to 4 or does not fit the lot size")]
    OracleExponent = 104,
    /// 6105
    #[msg("The price is too old: post a newer update and call update_markets or update_banks")]
    PriceTooOld = 105,
    /// 6106
    #[msg("The price was published too far ahead of the clock")]
    PriceFromFuture = 106,
    /// 6107
    #[msg("The price does not fit 64 bits in Q32 USD atoms per lot")]
    PriceOutOfRange = 107,
    /// 6108
    #[msg("The oracle account cannot be read as the configured kind")]
    OracleUnreadable = 108,
    /// 6109
    #[msg("The oracle kind must be 1 (Pyth pull) or 2 (Pyth legacy)")]
    OracleKind = 109,
    /// 6110
    #[msg("The update is not the first one at or after the order's delay")]
    NotFirstUpdate = 110,
    /// 6111
    #[msg("The confidence is too wide to trade at this price")]
    PriceUncertain = 111,
    /// 6112
    #[msg("The market or token has no price yet: call update_markets or update_banks first")]
    NoPrice = 112,
    /// 6113
    #[msg("The legacy price is not in trading status")]
    OracleNotTrading = 113,

    // 200: health
    /// 6200
    #[msg("Equity would fall below the initial requirement: reduce the size or deposit")]
    BelowInitialMargin = 200,
    /// 6201
    #[msg("The account is in margin call: only orders that reduce a position are accepted")]
    MarginCall = 201,
    /// 6202
    #[msg("The withdrawal exceeds the excess collateral")]
    ExceedsExcess = 202,
    /// 6203
    #[msg("The account holds its maximum of positions")]
    TooManyPositions = 203,
    /// 6204
    #[msg("The account holds its maximum of collateral tokens")]
    TooManyCollaterals = 204,
    /// 6205
    #[msg("The position would exceed the market's tier table")]
    BeyondTierTable = 205,
    /// 6206
    #[msg("The market's open-interest cap would be exceeded")]
    OpenInterestCap = 206,
    /// 6207
    #[msg("The position would be under the market's minimum: close it whole or trade more")]
    BelowMinPosition = 207,
    /// 6208
    #[msg("The account is not empty: close positions and orders and withdraw everything first")]
    AccountNotEmpty = 208,
    /// 6209
    #[msg("Cash is overdrawn or short of its interest: deposit quote tokens first")]
    CashOverdrawn = 209,
    /// 6215
    #[msg("A price shock lasts in this market: new risk waits until it is confirmed or over")]
    PriceShock = 215,
    /// 6218
    #[msg("The account is not in margin call: equity covers the call level, or there are no positions")]
    NotInMarginCall = 218,
    /// 6216
    #[msg("The insurance fund lost much within a day: new risk waits until it has passed")]
    InsuranceDrawn = 216,
    /// 6217
    #[msg("Equity is under maintenance: call flag_account and then liquidate_partial")]
    UnderMaintenance = 217,
    /// 6219
    #[msg("The margin call was issued already: it lasts until equity covers the call level")]
    MarginCalledAlready = 219,
    /// 6220
    #[msg("The class must be 0 (retail), 1 (standard) or 2 (professional), the rate at most one")]
    BadLeverage = 220,
    /// 6221
    #[msg("The market was listed lately and is not open yet: wait until its opens_at")]
    MarketNotOpen = 221,
    /// 6222
    #[msg("The bank was listed lately and is not open yet: wait until its opens_at")]
    BankNotOpen = 222,
    /// 6223
    #[msg("The market is being wound down: only orders that reduce a position are accepted")]
    MarketWindingDown = 223,
    /// 6224
    #[msg("The bank is being wound down: deposit another token")]
    BankWindingDown = 224,
    /// 6225
    #[msg("The market has ended: call settle_position when its price of settlement is published")]
    MarketSettled = 225,
    /// 6226
    #[msg("The settlement is not due, was published before, or there is no wind-down")]
    SettlementNotDue = 226,
    /// 6227
    #[msg("The price of settlement is not published yet: call publish_settlement when it is due")]
    NotSettled = 227,
    /// 6228
    #[msg("The guardian froze deposits of this token: deposit another one")]
    DepositsFrozen = 228,
    /// 6230
    #[msg(
        "Half an hour of prices is needed: cache them, or wait until the feed was silent for a day after the end"
    )]
    SettlementUnobserved = 230,

    // 300: liquidation
    /// 6235
    #[msg("An order that may add risk waits: take less leverage once it has ended, at the latest at its expiry, which the log names")]
    OrderWaits = 235,
    /// 6300
    #[msg("Equity covers maintenance: there is nothing to liquidate")]
    AccountHealthy = 300,
    /// 6301
    #[msg("The account is not flagged or its flag has lapsed: call flag_account first")]
    NotFlagged = 301,
    /// 6302
    #[msg("The prices are not yet new enough to confirm the flag: update the markets and retry")]
    NotConfirmed = 302,
    /// 6303
    #[msg("The bonus is under the minimum that the caller asked for")]
    BonusBelowMinimum = 303,
    /// 6304
    #[msg("The account is flagged already")]
    AlreadyFlagged = 304,
    /// 6305
    #[msg("The account holds no positions")]
    NoPositions = 305,
    /// 6310
    #[msg("Breakers protect every position for now and the account is not in emergency: wait")]
    Protected = 310,
    /// 6320
    #[msg("The recovery plan is out of bounds: see RecoveryPlan for each bound")]
    BadRecoveryPlan = 320,
    /// 6321
    #[msg("The account has no recovery plan: its owner sets one with set_recovery_plan")]
    NoRecoveryPlan = 321,
    /// 6322
    #[msg("E / M is not under the trigger of the owner's recovery plan: wait until it is")]
    NotUnderTrigger = 322,
    /// 6323
    #[msg("The reserve is of another owner or not marked: its owner calls set_reserve")]
    NotAReserve = 323,
    /// 6324
    #[msg("An account with open positions is no reserve: close them first")]
    ReserveHasPositions = 324,
    /// 6325
    #[msg("The reserve has no cash to give: deposit quote tokens into it")]
    ReserveEmpty = 325,

    // 400: pool, ledger, orders
    /// 6400
    #[msg("The amount is zero")]
    ZeroAmount = 400,
    /// 6401
    #[msg("The amount does not fit: a sum would leave the range of 64 bits")]
    MathOverflow = 401,
    /// 6402
    #[msg("The bank's deposit cap would be exceeded")]
    DepositCap = 402,
    /// 6403
    #[msg("The account holds less of this token than that")]
    InsufficientCollateral = 403,
    /// 6404
    #[msg("The account has no free place for this order: expired orders can be removed")]
    TooManyOrders = 404,
    /// 6405
    #[msg("There is no order in this place")]
    NoOrder = 405,
    /// 6406
    #[msg("The order has expired: call expire_order")]
    OrderExpired = 406,
    /// 6407
    #[msg("The order has not expired yet")]
    OrderNotExpired = 407,
    /// 6408
    #[msg("The fill price is beyond the order's limit")]
    BeyondLimit = 408,
    /// 6409
    #[msg("The limit price is zero")]
    ZeroLimit = 409,
    /// 6410
    #[msg("The expiry must lie after the order delay and within the longest life of an order")]
    BadExpiry = 410,
    /// 6411
    #[msg("A reduce-only order needs a position on the other side")]
    NothingToReduce = 411,
    /// 6412
    #[msg("The return is under the minimum that the owner asked for")]
    MinOut = 412,
    /// 6413
    #[msg("The request can be filled only at prices published after its delay")]
    RequestTooEarly = 413,
    /// 6414
    #[msg("The request has expired: refund it")]
    RequestExpired = 414,
    /// 6415
    #[msg("The request has not expired yet")]
    RequestNotExpired = 415,
    /// 6416
    #[msg("The pool has not enough free cash for this withdrawal")]
    PoolCash = 416,
    /// 6417
    #[msg("The pool's withdrawal limit of the day is reached")]
    WithdrawLimit = 417,
    /// 6418
    #[msg("The pool's shares are worth nothing: it cannot take deposits")]
    PoolInsolvent = 418,
    /// 6419
    #[msg("Every market must be passed once, in the order of their numbers")]
    AllMarketsNeeded = 419,
    /// 6420
    #[msg("The deposit is under the pool's minimum")]
    BelowMinDeposit = 420,
    /// 6421
    #[msg("The request kind must be 1 (deposit) or 2 (withdraw)")]
    RequestKind = 421,
    /// 6422
    #[msg("The order's size in lots is zero")]
    ZeroLots = 422,
    /// 6423
    #[msg("The account has a deficit: deposit to cover it and call settle_account first")]
    AccountInDeficit = 423,
    /// 6424
    #[msg("The vault holds less than that, because cash is out in overdrafts: ask for less")]
    VaultShort = 424,
    /// 6440
    #[msg("The pool can pay what it owes: there is no shortfall to allocate")]
    PoolCanPay = 440,
    /// 6441
    #[msg(
        "The account is not bankrupt: close its positions first; cash and claims must be under 0"
    )]
    NotBankrupt = 441,
    /// 6442
    #[msg("The account still holds collateral: call convert_collateral first")]
    CollateralLeft = 442,
    /// 6443
    #[msg("A reduction of profitable positions is running: wait for its end")]
    DeleverageRunning = 443,
    /// 6444
    #[msg("The pool owes this side no more than its bound: there is nothing to reduce")]
    PayoutBoundHolds = 444,
    /// 6445
    #[msg("No reduction of profitable positions is running: call start_deleverage first")]
    NoDeleverage = 445,
    /// 6446
    #[msg(
        "The position takes no part: it has no profit, is of the other side or was reduced already"
    )]
    NotDeleveraged = 446,
    /// 6425
    #[msg("The account's cash does not cover the fill reward: deposit quote tokens")]
    RewardNotCovered = 425,
    /// 6426
    #[msg(
        "The order waits for its trigger price: call trigger_order when the price has reached it"
    )]
    NotTriggered = 426,
    /// 6427
    #[msg(
        "The order does not wait for a trigger price: it can be filled, or removed once it expired"
    )]
    NotWaiting = 427,
    /// 6428
    #[msg("The market's price has not reached the order's trigger: update the market and retry")]
    TriggerNotReached = 428,
    /// 6429
    #[msg(
        "The account is worth nothing: a top-up would pay its debt, so deposit if that is wanted"
    )]
    BeyondRescue = 429,
    /// 6430
    #[msg("Nothing stands behind this overdraft: interest is charged after a deposit")]
    NothingBehindOverdraft = 430,
    /// 6431
    #[msg("Tokens of this issuer would exceed their cap: deposit less or another token")]
    IssuerCap = 431,
    /// 6433
    #[msg("This token has lost its peg: deposit another token until the peg has held for a while")]
    PegLost = 433,
    /// 6434
    #[msg("No overdraft is to be cured: it is within its allowance and the account is healthy")]
    NothingToConvert = 434,
    /// 6435
    #[msg(
        "Equity is gone, so the smallest discount comes first: convert the bank that the log names"
    )]
    ConversionOrder = 435,
    /// 6436
    #[msg("Invariant: a conversion would lower equity")]
    InvariantConversion = 436,
    /// 6450
    #[msg("Invariant: a line of a market would be overdrawn")]
    InvariantLine = 450,
    /// 6451
    #[msg("Invariant: a claim would be negative")]
    InvariantClaim = 451,
    /// 6452
    #[msg("Invariant: an entry notional would have the wrong sign")]
    InvariantEntry = 452,
    /// 6453
    #[msg("Invariant: cash of pool or insurance would be negative")]
    InvariantCash = 453,
    /// 6470
    #[msg(
        "A token that counts for nothing leaves only an account that has and trades nothing else"
    )]
    WorthlessCollateral = 470,
    /// 6471
    #[msg("The guardian only lowers the deposit cap: name one under what holds now")]
    CapNotLower = 471,

    /// 6460
    #[msg("The insurance fund lost much, so each account may withdraw a share of its excess a day: the log says when more may leave")]
    WithdrawalsSlowed = 460,

    // 500: governance and parameters
    /// 6500
    #[msg("An exchange parameter is out of bounds: see ExchangeParams for each bound")]
    BadExchangeParams = 500,
    /// 6501
    #[msg("A market parameter is out of bounds: see MarketParams for each bound")]
    BadMarketParams = 501,
    /// 6502
    #[msg(
        "The tiers are out of bounds: one to four, rising bounds and rates, initial over target"
    )]
    BadTiers = 502,
    /// 6503
    #[msg("A pool parameter is out of bounds: see PoolParams for each bound")]
    BadPoolParams = 503,
    /// 6504
    #[msg("A bank parameter is out of bounds: see BankParams for each bound")]
    BadBankParams = 504,
    /// 6505
    #[msg("The oracle configuration is out of bounds: see OracleConfig for each bound")]
    BadOracleConfig = 505,
    /// 6506
    #[msg("The mint has a transfer fee, a transfer hook or another extension that moves balances")]
    MintExtension = 506,
    /// 6507
    #[msg("Maintenance does not cover the configured price move and the costs of a liquidation")]
    EnvelopeExceeded = 507,
    /// 6508
    #[msg("The keeper's floor bonus must not exceed the opening fee")]
    FloorBonusOverFee = 508,
    /// 6509
    #[msg("A lot must be worth 100 to 2^32 USD atoms at the current price and repair 11 atoms, and two must fit a breaker's capacity beside the least close and position")]
    BadLotSize = 509,
    /// 6510
    #[msg("The quote token must be listed first, with six decimals")]
    BadQuoteToken = 510,
    /// 6511
    #[msg("An insurance parameter is out of bounds: see InsuranceParams for each bound")]
    BadInsuranceParams = 511,
    /// 6512
    #[msg("The exchange has its 16 markets: more would not fit one transaction")]
    TooManyMarkets = 512,
    /// 6520
    #[msg("Liquidations are paused: only accounts under the emergency ratio are liquidated")]
    LiquidationsPaused = 520,
    /// 6521
    #[msg("New risk is paused: place reduce-only orders or wait for the end of the pause")]
    NewRiskPaused = 521,
    /// 6522
    #[msg("Withdrawals are paused: wait for the end of the pause")]
    WithdrawalsPaused = 522,
    /// 6523
    #[msg("Liquidity requests are paused: wait, or refund the request when it has expired")]
    LiquidityPaused = 523,
    /// 6524
    #[msg("A pause has a kind from 0 to 3 and lasts from one second to pause_max_secs")]
    BadPause = 524,
    /// 6525
    #[msg("A pause of this kind, or one that includes it or that it includes, runs or has ended lately: wait until their cooldown_until")]
    PauseCoolingDown = 525,
    /// 6526
    #[msg("Nothing of this kind is paused: a pause that follows from another ends with that one")]
    NotPaused = 526,
    /// 6527
    #[msg("A guard is only tightened: propose a change to loosen it")]
    GuardLoosens = 527,
    /// 6528
    #[msg(
        "A guard is a cap of at least zero and a multiplier from 1 to 4; not on the quote token"
    )]
    BadGuard = 528,
    /// 6529
    #[msg("The change may not be applied before its eta")]
    ChangeNotDue = 529,
    /// 6530
    #[msg("The change was not applied in time: cancel it and propose it again")]
    ChangeExpired = 530,
    /// 6531
    #[msg("A governance parameter is out of bounds: see GovernanceParams for each bound")]
    BadGovernanceParams = 531,
    /// 6532
    #[msg("A leverage parameter is out of bounds: see LeverageParams for each bound")]
    BadLeverageParams = 532,
    /// 6533
    #[msg("A wind-down takes 1 to 90 days, begins once, and never ends the quote token")]
    BadWindDown = 533,
}

/// `Ok` when `holds`, else `error`.
pub fn require_that(holds: bool, error: WhittleError) -> Outcome<()> {
    if holds {
        Ok(())
    } else {
        Err(error)
    }
}

impl From<RiskError> for WhittleError {
    fn from(error: RiskError) -> Self {
        match error {
            RiskError::Overflow(_) | RiskError::DivisionByZero(_) => Self::MathOverflow,
            RiskError::TooManyLegs => Self::TooManyPositions,
            RiskError::AccountHealthy { .. } => Self::AccountHealthy,
            RiskError::NoPositions { .. } => Self::NoPositions,
            RiskError::NoFreshPrice => Self::PriceTooOld,
            RiskError::NotFlagged => Self::NotFlagged,
            RiskError::AlreadyFlagged { .. } => Self::AlreadyFlagged,
            RiskError::NotConfirmed { .. } => Self::NotConfirmed,
            RiskError::LiquidationsPaused => Self::LiquidationsPaused,
            RiskError::Protected => Self::Protected,
            RiskError::NotUnderTrigger { .. } => Self::NotUnderTrigger,
            RiskError::UnderMaintenance { .. } => Self::UnderMaintenance,
            RiskError::UncertainPrice => Self::PriceUncertain,
            RiskError::BonusBelowMinimum { .. } => Self::BonusBelowMinimum,
            RiskError::BeyondTierTable { .. } => Self::BeyondTierTable,
            RiskError::BadParameter(_) => Self::BadTiers,
            RiskError::PriceOutOfRange => Self::PriceOutOfRange,
            RiskError::ExponentOutOfRange(_) => Self::OracleExponent,
        }
    }
}
