//! What became of an action, and what follows from it.

use whittle::error::WhittleError as E;

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Somebody else did it, or its cause has gone: nothing is left to do.
    SomeoneFaster,
    /// A price is too old, in doubt or missing: cache a newer one and try again.
    PriceStale,
    /// It pays less than the keeper asks for. A bonus grows with time.
    NotProfitable,
    /// It is too early: a flag waits to be confirmed, an order for its price or time.
    NotDue,
    /// A breaker or a pause protects the account for now.
    Protected,
    /// The accounts that were passed are not those of now: read them again.
    Outdated,
    /// Funds are missing on the other side: nothing to be done until somebody pays in.
    NoFunds,
    /// The keeper's fee account cannot pay for transactions: tell the operator.
    FeeAccountEmpty,
    /// A refusal that waiting will hardly cure, by its number.
    Refused(u32),
    /// The node did not answer, or not to the question. It is asked again soon, however often that
    /// has happened: what is due has not changed by it.
    NoAnswer(String),
    /// Anything else: the runtime, a number that this keeper does not know.
    Unknown(String),
}

/// What an outcome means for the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Forget it until the book says that it is due again.
    Drop,
    /// Get newer prices first.
    RefreshPrice,
    /// Read the accounts again first.
    ReadAgain,
    /// Wait.
    Wait,
    /// Nothing at all can be sent until the operator acts.
    Stop,
}

impl Outcome {
    /// The class of an error of the program.
    pub fn of_error(error: E) -> Self {
        match class(error) {
            Class::Faster => Self::SomeoneFaster,
            Class::Price => Self::PriceStale,
            Class::Profit => Self::NotProfitable,
            Class::Early => Self::NotDue,
            Class::Shelter => Self::Protected,
            Class::Accounts => Self::Outdated,
            Class::Funds => Self::NoFunds,
            Class::Other => Self::Refused(u32::from(error)),
        }
    }

    /// The class of a custom error number as the runtime reports it, 6000 and up.
    pub fn of_code(code: u32) -> Self {
        E::from_code(code).map_or_else(
            || Self::Unknown(format!("custom error {code}")),
            Self::of_error,
        )
    }

    /// What follows.
    pub fn then(&self) -> Then {
        match self {
            Self::Done | Self::SomeoneFaster => Then::Drop,
            Self::PriceStale => Then::RefreshPrice,
            Self::Outdated => Then::ReadAgain,
            Self::NotProfitable
            | Self::NotDue
            | Self::Protected
            | Self::NoFunds
            | Self::Refused(_)
            | Self::NoAnswer(_)
            | Self::Unknown(_) => Then::Wait,
            Self::FeeAccountEmpty => Then::Stop,
        }
    }

    /// Every name that there is.
    pub const NAMES: [&'static str; 12] = [
        "done",
        "someone_faster",
        "price_stale",
        "not_profitable",
        "not_due",
        "protected",
        "outdated",
        "no_funds",
        "fee_account_empty",
        "refused",
        "no_answer",
        "unknown",
    ];

    /// A short name, for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::SomeoneFaster => "someone_faster",
            Self::PriceStale => "price_stale",
            Self::NotProfitable => "not_profitable",
            Self::NotDue => "not_due",
            Self::Protected => "protected",
            Self::Outdated => "outdated",
            Self::NoFunds => "no_funds",
            Self::FeeAccountEmpty => "fee_account_empty",
            Self::Refused(_) => "refused",
            Self::NoAnswer(_) => "no_answer",
            Self::Unknown(_) => "unknown",
        }
    }
}

#[derive(Clone, Copy)]
enum Class {
    Faster,
    Price,
    Profit,
    Early,
    Shelter,
    Accounts,
    Funds,
    Other,
}

/// A match without a rest: a new error of the program does not compile until it has a class.
macro_rules! classes {
    ($($class:ident: $($error:ident)*;)*) => {
        fn class(error: E) -> Class {
            match error {
                $($(E::$error)|* => Class::$class,)*
            }
        }
    };
}

classes! {
    Faster: AccountHealthy AlreadyFlagged NoPositions NotInMarginCall MarginCalledAlready
        UnderMaintenance NoRecoveryPlan NoOrder OrderExpired RequestExpired NotWaiting PoolCanPay
        NotBankrupt DeleverageRunning PayoutBoundHolds NoDeleverage NotDeleveraged
        NothingToConvert NothingToReduce SettlementNotDue ChangeExpired NotUnderTrigger;
    Price: PriceTooOld PriceFromFuture NoPrice PriceUncertain OracleNotVerified OracleNotTrading
        OraclePriceNotPositive OracleUnreadable OracleOwner OracleFeed NotFirstUpdate;
    Profit: BonusBelowMinimum;
    Early: NotFlagged NotConfirmed NotTriggered TriggerNotReached OrderNotExpired
        RequestTooEarly RequestNotExpired NotSettled SettlementUnobserved CollateralLeft ConversionOrder ChangeNotDue
        MarketNotOpen BankNotOpen;
    Shelter: Protected LiquidationsPaused LiquidityPaused NewRiskPaused WithdrawalsPaused
        PriceShock InsuranceDrawn WithdrawalsSlowed;
    Accounts: MarketMissing MarketMismatch BankMissing BankMismatch ExtraAccount
        MarketNotWritable WrongAccount DuplicateMarket AllMarketsNeeded BankNotWritable
        MarketSettled WrongReceiver;
    Funds: PoolCash WithdrawLimit VaultShort PoolInsolvent RewardNotCovered ReserveEmpty
        InsufficientCollateral CashOverdrawn MinOut NothingBehindOverdraft
        WorthlessCollateral;
    Other: NotAuthority NotOwnerOrDelegate NotOwner WrongVault WrongMint WrongTokenProgram
        SameAccount NotGuardian NotNextAuthority AuthorityMustSign OracleExponent
        PriceOutOfRange OracleKind BelowInitialMargin MarginCall ExceedsExcess TooManyPositions
        TooManyCollaterals BeyondTierTable OpenInterestCap BelowMinPosition AccountNotEmpty
        BadLeverage MarketWindingDown BankWindingDown DepositsFrozen BadRecoveryPlan NotAReserve
        ReserveHasPositions ZeroAmount MathOverflow DepositCap TooManyOrders BeyondLimit
        ZeroLimit BadExpiry BelowMinDeposit RequestKind ZeroLots AccountInDeficit BeyondRescue
        IssuerCap PegLost InvariantConversion InvariantLine InvariantClaim InvariantEntry
        InvariantCash BadExchangeParams BadMarketParams BadTiers BadPoolParams BadBankParams
        BadOracleConfig MintExtension EnvelopeExceeded FloorBonusOverFee BadLotSize
        BadQuoteToken BadInsuranceParams TooManyMarkets BadPause PauseCoolingDown NotPaused
        GuardLoosens CapNotLower OrderWaits BadGuard BadGovernanceParams BadLeverageParams BadWindDown;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faster_others_old_prices_and_too_little_pay_are_told_apart() {
        assert_eq!(Outcome::of_code(6_300), Outcome::SomeoneFaster);
        assert_eq!(Outcome::of_code(6_105), Outcome::PriceStale);
        assert_eq!(Outcome::of_code(6_303), Outcome::NotProfitable);
        assert_eq!(Outcome::of_code(6_302), Outcome::NotDue);
        assert_eq!(Outcome::of_code(6_310), Outcome::Protected);
        assert_eq!(Outcome::of_code(6_401), Outcome::Refused(6_401));
        assert_eq!(Outcome::of_code(6_300).then(), Then::Drop);
        assert_eq!(Outcome::of_code(6_105).then(), Then::RefreshPrice);
        assert_eq!(Outcome::of_code(6_303).then(), Then::Wait);
        assert_eq!(Outcome::FeeAccountEmpty.then(), Then::Stop);
    }

    #[test]
    fn every_outcome_has_a_name_of_the_list_and_the_list_has_no_other() {
        let outcomes = [
            Outcome::Done,
            Outcome::SomeoneFaster,
            Outcome::PriceStale,
            Outcome::NotProfitable,
            Outcome::NotDue,
            Outcome::Protected,
            Outcome::Outdated,
            Outcome::NoFunds,
            Outcome::FeeAccountEmpty,
            Outcome::Refused(6_401),
            Outcome::NoAnswer(String::new()),
            Outcome::Unknown(String::new()),
        ];
        let names = outcomes.each_ref().map(Outcome::name);
        assert_eq!(names, Outcome::NAMES);
    }

    #[test]
    fn a_number_of_a_newer_program_is_unknown_and_waits() {
        let outcome = Outcome::of_code(9_999);
        assert_eq!(outcome, Outcome::Unknown("custom error 9999".into()));
        assert_eq!(outcome.then(), Then::Wait);
    }
}
