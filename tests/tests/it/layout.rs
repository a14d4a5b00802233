//! Layouts that others rely on: whoever reads accounts, logs or error numbers by their bytes. A
//! figure here changes only on purpose, with a migration and a line in the changelog.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorSerialize, Discriminator};
use core::mem::{offset_of, size_of};
use whittle::error::WhittleError;
use whittle::event::*;
use whittle::state::breaker::{Breaker, BreakerParams};
use whittle::state::crowding::{CrowdingParams, Deleverage};
use whittle::state::day_counter::DayCounter;
use whittle::state::depeg::{Depeg, DepegParams};
use whittle::state::exchange::{Exchange, ExchangeParams};
use whittle::state::governance::{GovernanceParams, MarketGuard, Pause};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::leverage::{Leverage, LeverageParams};
use whittle::state::margin_account::{Collateral, MarginAccount, Order, Position, Receipt};
use whittle::state::market::{Market, MarketParams, StoredTier};
use whittle::state::overdraft::{InterestIndex, IssuerGroup, OverdraftParams};
use whittle::state::pool::{Pool, PoolParams};
use whittle::state::proposal::Proposal;
use whittle::state::raw::{CachedPrice, OracleConfig, PriceEstimate, Wide};
use whittle::state::recovery::RecoveryPlan;
use whittle::state::regime::{Regime, RegimeParams};
use whittle::state::weight::WeightRamp;
use whittle::state::wind_down::WindDown;
use whittle::state::{Bank, InsuranceFund, LiquidityRequest};

/// Size and the place of every field; does not compile when a field is missing from the list.
macro_rules! pin {
    ($type:ident, from $start:literal, $size:literal bytes { $($field:ident $at:literal,)* }) => {{
        assert_eq!($start + size_of::<$type>(), $size, stringify!($type));
        $(assert_eq!(
            $start + offset_of!($type, $field),
            $at,
            concat!(stringify!($type), ".", stringify!($field))
        );)*
        let _all_fields = |it: $type| {
            let $type { $($field: _,)* } = it;
        };
    }};
}

#[test]
fn a_margin_account_takes_at_most_1_600_bytes() {
    const { assert!(MarginAccount::SIZE <= 1_600) }
}

#[test]
fn accounts_are_laid_out_as_published() {
    assert_eq!(Exchange::DISCRIMINATOR, [30, 200, 220, 149, 3, 61, 104, 50]);
    pin!(Exchange, from 8, 672 bytes {
        authority 8, guardian 40, receiver_programs 72, legacy_programs 136, params 200,
        bank_count 352, market_count 354, bump 356, padding 357, next_authority 360,
        next_proposal 392, pauses 400, interest 464, groups 480, opened_at 608, reserved 616,
    });
    assert_eq!(Bank::DISCRIMINATOR, [142, 49, 166, 242, 50, 66, 97, 188]);
    pin!(Bank, from 8, 424 bytes {
        mint 8, vault 40, token_program 72, oracle 104, price 184, haircut_weight_q32 240,
        peg_q32 248, deposit_cap_atoms 256, deposits_atoms 264, issuer_group 272, index 274,
        decimals 276, bump 277, vault_bump 278, deposits_frozen 279, conversion_discount_q32 280,
        depeg_params 288, depeg 320, wind_down 336, opens_at 376, guarded_at 384,
        guard_cap_atoms 392, weight_ramp 400, reserved 416,
    });
    assert_eq!(Market::DISCRIMINATOR, [219, 190, 213, 55, 0, 227, 198, 154]);
    pin!(Market, from 8, 1120 bytes {
        symbol 8, oracle 24, price 104, estimate 160, params 208, tiers 472, multiplier_q32 632,
        spread_q32 640, funding_index_q32 648, funded_at 664, funding_unsettled_usd_atoms 672,
        long_lots 680, short_lots 688, long_entry_usd_atoms 696, short_entry_usd_atoms 704,
        pool_line_usd_atoms 712, insurance_line_usd_atoms 720, claims_unpaid_usd_atoms 728,
        claims_pot_usd_atoms 736, claim_factor 744, deficit_usd_atoms 752, claim_epoch 760,
        index 764, lot_exponent 766, tier_count 767, bump 768, padding 769,
        long_loss_index_q32 776, short_loss_index_q32 792, long_loss_unsettled_usd_atoms 808,
        short_loss_unsettled_usd_atoms 816, pool_value_seen_usd_atoms 824, breaker 832, regime 888,
        deleverage 944, guard 968, wind_down 984, crowded_long_q32 1024, crowded_short_q32 1032,
        opens_at 1040, pool_worth_usd_atoms 1048, insurance_line_seen_usd_atoms 1056,
        guarded_at 1064, deficit_seen_usd_atoms 1072, reserved 1080,
    });
    assert_eq!(Pool::DISCRIMINATOR, [241, 154, 109, 4, 17, 177, 109, 188]);
    pin!(Pool, from 8, 264 bytes {
        share_mint 8, share_escrow 40, params 72, cash_usd_atoms 112, reserve_usd_atoms 120,
        pending_deposits_usd_atoms 128, withdrawn 136, bump 152, share_mint_bump 153,
        share_escrow_bump 154, padding 155, losses_taken 160, overdrafts_usd_atoms 176,
        shortfall_seen_at 184, shortfall_usd_atoms 192, markets_worth_usd_atoms 200, reserved 208,
    });
    assert_eq!(
        InsuranceFund::DISCRIMINATOR,
        [43, 134, 170, 87, 102, 16, 142, 147]
    );
    pin!(InsuranceFund, from 8, 152 bytes {
        cash_usd_atoms 8, bump 16, padding 17, params 24, paid 56, window_began_at 72,
        window_high_usd_atoms 80, drawn_until 88, lines_usd_atoms 96, reserved 104,
    });
    assert_eq!(
        MarginAccount::DISCRIMINATOR,
        [133, 220, 173, 213, 179, 211, 43, 238]
    );
    pin!(MarginAccount, from 8, 1344 bytes {
        owner 8, delegate 40, cash_usd_atoms 72, deficit_usd_atoms 80, flagged_at 88,
        flag_touched_at 96, flag_publish_time 104, flag_lowest_ratio_q32 112, sub_id 120,
        deficit_market 122, bump 124, deficit_side 125, padding 126, collaterals 128,
        positions 192, orders 768, receipt 992, interest_index 1144, interest_usd_atoms 1152,
        overdraft_counted_usd_atoms 1160, margin_called_at 1168, leverage 1176, recovery 1208,
        is_reserve 1232, padding_end 1233, allowance_began_at 1240, allowance_used_usd_atoms 1248,
        insurance_paid_usd_atoms 1256, reserved 1264,
    });
    assert_eq!(
        LiquidityRequest::DISCRIMINATOR,
        [22, 207, 121, 48, 97, 240, 236, 91]
    );
    pin!(LiquidityRequest, from 8, 112 bytes {
        owner 8, receiver 40, amount_atoms 72, min_out_atoms 80, requested_at 88, expires_at 96,
        kind 104, bump 105, padding 106,
    });
    assert_eq!(
        Proposal::DISCRIMINATOR,
        [26, 94, 189, 187, 116, 136, 53, 33]
    );
    pin!(Proposal, from 8, 464 bytes {
        proposer 8, nonce 40, queued_at 48, eta 56, expires 64, change 72, length 456, bump 458,
        padding 459,
    });
}

#[test]
fn what_accounts_contain_is_laid_out_as_published() {
    pin!(ExchangeParams, from 0, 152 bytes {
        call_buffer_q32 0, target_buffer_q32 8, emergency_q32 16, forced_q32 24,
        profit_weight_q32 32, theta_q32 40, bonus_floor_q32 48, bonus_max_q32 56,
        fill_reward_usd_atoms 64, bonus_ramp_secs 72, confirm_secs 76, flag_lapse_secs 80,
        order_delay_secs 84, order_life_secs 88, padding 92, leverage 96, overdraft 120,
        governance 136,
    });
    pin!(MarketParams, from 0, 264 bytes {
        open_fee_q32 0, close_fee_q32 8, insurance_share_q32 16, premium_q32 24,
        concentration_premium_q32 32, spread_multiple_q32 40, skew_scale_usd_atoms 48,
        impact_max_q32 56, close_impact_q32 64, funding_max_per_day_q32 72,
        funding_skew_scale_usd_atoms 80, open_interest_cap_usd_atoms 88, min_position_usd_atoms 96,
        min_close_usd_atoms 104, pool_line_target_usd_atoms 112,
        insurance_line_target_usd_atoms 120, covered_move_q32 128, sample_weight_q32 136,
        sample_interval_secs 144, padding 148, breaker 152, regime 184, crowding 240,
    });
    pin!(StoredTier, from 0, 40 bytes {
        upto_usd_atoms 0, maintenance_q32 8, initial_q32 16, maintenance_deduct_usd_atoms 24,
        initial_deduct_usd_atoms 32,
    });
    pin!(PoolParams, from 0, 40 bytes {
        reserve_target_usd_atoms 0, withdraw_limit_usd_atoms 8, loss_weight_q32 16,
        min_deposit_usd_atoms 24, loss_per_day_usd_atoms 32,
    });
    pin!(OracleConfig, from 0, 80 bytes {
        key 0, stale_shift_per_sec_q32 32, shift_max_q32 40, uncertain_over_q32 48,
        confidence_multiple_q32 56, stale_after_secs 64, accept_secs 68, kind 72, padding 73,
    });
    pin!(CachedPrice, from 0, 56 bytes {
        price_q32 0, confidence_q32 8, doubt_shift_q32 16, doubt_favour_q32 24, publish_time 32,
        prev_publish_time 40, uncertain 48, padding 49,
    });
    pin!(PriceEstimate, from 0, 48 bytes {
        average_q32 0, last_q32 8, variance_q32 16, sampled_at 24, weight_q32 32, interval_secs 40,
        padding 44,
    });
    pin!(Wide, from 0, 16 bytes {
        low 0, high 8,
    });
    pin!(Collateral, from 0, 16 bytes {
        amount_atoms 0, bank 8, padding 10,
    });
    pin!(Position, from 0, 72 bytes {
        lots 0, entry_usd_atoms 8, funding_index_q32 16, claim_usd_atoms 32, claim_factor 40,
        claim_epoch 48, market 52, deleverage_epoch 54, loss_index_q32 56,
    });
    pin!(Order, from 0, 56 bytes {
        lots 0, limit_q32 8, placed_at 16, expires_at 24, reward_usd_atoms 32, escrow_usd_atoms 36,
        market 40, flags 42, padding 43, trigger_q32 48,
    });
    pin!(Receipt, from 0, 152 bytes {
        at 0, slot 8, flagged_at 16, latched_ratio_q32 24, bonus_rate_q32 32,
        equity_before_usd_atoms 40, maintenance_before_usd_atoms 48, target_usd_atoms 56,
        equity_after_usd_atoms 64, maintenance_after_usd_atoms 72, closed_usd_atoms 80,
        cost_usd_atoms 88, bonus_usd_atoms 96, certified_lots 104, surplus_usd_atoms 112,
        shortfall_one_less_usd_atoms 120, certified_price_q32 128, certified_publish_time 136,
        certified_market 144, kind 146, has_certificate 147, padding 148,
    });
}

#[test]
fn features_are_laid_out_as_published() {
    pin!(LeverageParams, from 0, 24 bytes {
        retail_initial_q32 0, standard_initial_q32 8, delay_secs 16, padding 20,
    });
    pin!(OverdraftParams, from 0, 16 bytes {
        rate_per_year_q32 0, allowance_usd_atoms 8,
    });
    pin!(GovernanceParams, from 0, 16 bytes {
        timelock_secs 0, pause_max_secs 4, pause_cooldown_secs 8, padding 12,
    });
    pin!(InterestIndex, from 0, 16 bytes {
        index 0, at 8,
    });
    pin!(IssuerGroup, from 0, 16 bytes {
        cap_usd_atoms 0, banks 8,
    });
    pin!(Pause, from 0, 16 bytes {
        until 0, cooldown_until 8,
    });
    pin!(BreakerParams, from 0, 32 bytes {
        capacity_usd_atoms 0, refill_per_hour_usd_atoms 8, shock_q32 16, gap_secs 24,
        grace_secs 28,
    });
    pin!(Breaker, from 0, 56 bytes {
        used_usd_atoms 0, used_at 8, shock_since 16, shock_slot 24, last_shock_at 32,
        grace_until 40, last_grace_at 48,
    });
    pin!(RegimeParams, from 0, 56 bytes {
        elevated_variance_q32 0, extreme_variance_q32 8, elevated_initial_q32 16,
        extreme_initial_q32 24, elevated_maintenance_q32 32, extreme_maintenance_q32 40,
        ramp_secs 48, padding 52,
    });
    pin!(Regime, from 0, 56 bytes {
        initial_q32 0, ramp_from_q32 8, ramp_to_q32 16, ramp_started_at 24, initial_from_q32 32,
        initial_to_q32 40, ramp_secs 48, level 52, padding 53,
    });
    pin!(CrowdingParams, from 0, 24 bytes {
        open_interest_share_q32 0, crowded_initial_q32 8, payout_bound_q32 16,
    });
    pin!(Deleverage, from 0, 24 bytes {
        share_q32 0, ends_at 8, epoch 16, side 18, padding 19,
    });
    pin!(MarketGuard, from 0, 16 bytes {
        open_interest_cap_usd_atoms 0, initial_q32 8,
    });
    pin!(WeightRamp, from 0, 16 bytes {
        from_q32 0, began_at 8,
    });
    pin!(WindDown, from 0, 40 bytes {
        begins_at 0, settles_at 8, price_q32 16, observed_low 24, observed_high 32,
        observed_secs 36,
    });
    pin!(DepegParams, from 0, 32 bytes {
        below_q32 0, step_q32 8, floor_q32 16, step_secs 24, padding 28,
    });
    pin!(Depeg, from 0, 16 bytes {
        since 0, regained_at 8,
    });
    pin!(DayCounter, from 0, 16 bytes {
        day 0, used_usd_atoms 8,
    });
    pin!(InsuranceParams, from 0, 32 bytes {
        per_event_usd_atoms 0, per_day_usd_atoms 8, drawdown_q32 16, drawdown_withdraw_q32 24,
    });
    pin!(Leverage, from 0, 32 bytes {
        own_initial_q32 0, next_own_initial_q32 8, changes_at 16, class 24, next_class 25,
        padding 26,
    });
    pin!(RecoveryPlan, from 0, 24 bytes {
        trigger_q32 0, target_q32 8, fee_max_q32 16,
    });
}

/// Does not compile when an error is missing from the list.
macro_rules! pin_errors {
    ($($name:ident $number:literal,)*) => {{
        fn number(error: WhittleError) -> u32 {
            match error {
                $(WhittleError::$name => $number,)*
            }
        }
        $(
            let error = WhittleError::$name;
            assert_eq!(u32::from(error), number(error), stringify!($name));
        )*
    }};
}

#[test]
fn errors_keep_their_numbers() {
    pin_errors! {
        NotAuthority 6000,
        NotOwnerOrDelegate 6001,
        NotOwner 6002,
        MarketMissing 6003,
        MarketMismatch 6004,
        BankMissing 6005,
        BankMismatch 6006,
        ExtraAccount 6007,
        MarketNotWritable 6008,
        WrongAccount 6009,
        WrongVault 6010,
        WrongMint 6011,
        WrongTokenProgram 6012,
        DuplicateMarket 6014,
        WrongReceiver 6015,
        BankNotWritable 6016,
        SameAccount 6017,
        NotGuardian 6020,
        NotNextAuthority 6021,
        AuthorityMustSign 6022,
        OracleOwner 6100,
        OracleFeed 6101,
        OracleNotVerified 6102,
        OraclePriceNotPositive 6103,
        OracleExponent 6104,
        PriceTooOld 6105,
        PriceFromFuture 6106,
        PriceOutOfRange 6107,
        OracleUnreadable 6108,
        OracleKind 6109,
        NotFirstUpdate 6110,
        PriceUncertain 6111,
        NoPrice 6112,
        OracleNotTrading 6113,
        BelowInitialMargin 6200,
        MarginCall 6201,
        ExceedsExcess 6202,
        TooManyPositions 6203,
        TooManyCollaterals 6204,
        BeyondTierTable 6205,
        OpenInterestCap 6206,
        BelowMinPosition 6207,
        AccountNotEmpty 6208,
        CashOverdrawn 6209,
        PriceShock 6215,
        InsuranceDrawn 6216,
        UnderMaintenance 6217,
        NotInMarginCall 6218,
        MarginCalledAlready 6219,
        BadLeverage 6220,
        MarketNotOpen 6221,
        BankNotOpen 6222,
        MarketWindingDown 6223,
        BankWindingDown 6224,
        MarketSettled 6225,
        SettlementNotDue 6226,
        NotSettled 6227,
        DepositsFrozen 6228,
        SettlementUnobserved 6230,
        OrderWaits 6235,
        AccountHealthy 6300,
        NotFlagged 6301,
        NotConfirmed 6302,
        BonusBelowMinimum 6303,
        AlreadyFlagged 6304,
        NoPositions 6305,
        Protected 6310,
        BadRecoveryPlan 6320,
        NoRecoveryPlan 6321,
        NotUnderTrigger 6322,
        NotAReserve 6323,
        ReserveHasPositions 6324,
        ReserveEmpty 6325,
        ZeroAmount 6400,
        MathOverflow 6401,
        DepositCap 6402,
        InsufficientCollateral 6403,
        TooManyOrders 6404,
        NoOrder 6405,
        OrderExpired 6406,
        OrderNotExpired 6407,
        BeyondLimit 6408,
        ZeroLimit 6409,
        BadExpiry 6410,
        NothingToReduce 6411,
        MinOut 6412,
        RequestTooEarly 6413,
        RequestExpired 6414,
        RequestNotExpired 6415,
        PoolCash 6416,
        WithdrawLimit 6417,
        PoolInsolvent 6418,
        AllMarketsNeeded 6419,
        BelowMinDeposit 6420,
        RequestKind 6421,
        ZeroLots 6422,
        AccountInDeficit 6423,
        VaultShort 6424,
        RewardNotCovered 6425,
        NotTriggered 6426,
        NotWaiting 6427,
        TriggerNotReached 6428,
        BeyondRescue 6429,
        NothingBehindOverdraft 6430,
        IssuerCap 6431,
        PegLost 6433,
        NothingToConvert 6434,
        ConversionOrder 6435,
        InvariantConversion 6436,
        PoolCanPay 6440,
        NotBankrupt 6441,
        CollateralLeft 6442,
        DeleverageRunning 6443,
        PayoutBoundHolds 6444,
        NoDeleverage 6445,
        NotDeleveraged 6446,
        InvariantLine 6450,
        InvariantClaim 6451,
        InvariantEntry 6452,
        InvariantCash 6453,
        WithdrawalsSlowed 6460,
        WorthlessCollateral 6470,
        CapNotLower 6471,
        BadExchangeParams 6500,
        BadMarketParams 6501,
        BadTiers 6502,
        BadPoolParams 6503,
        BadBankParams 6504,
        BadOracleConfig 6505,
        MintExtension 6506,
        EnvelopeExceeded 6507,
        FloorBonusOverFee 6508,
        BadLotSize 6509,
        BadQuoteToken 6510,
        BadInsuranceParams 6511,
        TooManyMarkets 6512,
        LiquidationsPaused 6520,
        NewRiskPaused 6521,
        WithdrawalsPaused 6522,
        LiquidityPaused 6523,
        BadPause 6524,
        PauseCoolingDown 6525,
        NotPaused 6526,
        GuardLoosens 6527,
        BadGuard 6528,
        ChangeNotDue 6529,
        ChangeExpired 6530,
        BadGovernanceParams 6531,
        BadLeverageParams 6532,
        BadWindDown 6533,
    }
}

/// A value of a field that is unlike every other, and its bytes in Borsh, written out.
trait Sample {
    fn sample(seed: u8) -> Self;
    fn bytes(&self) -> Vec<u8>;
}

macro_rules! sample_integers {
    ($($type:ty)*) => {$(impl Sample for $type {
        fn sample(seed: u8) -> Self {
            Self::from_le_bytes(Sample::sample(seed))
        }

        fn bytes(&self) -> Vec<u8> {
            self.to_le_bytes().to_vec()
        }
    })*};
}
sample_integers!(u8 i8 u16 u32 u64 i64);

impl Sample for bool {
    fn sample(_: u8) -> Self {
        true
    }

    fn bytes(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }
}

impl<const N: usize> Sample for [u8; N] {
    fn sample(seed: u8) -> Self {
        core::array::from_fn(|at| seed.wrapping_add(u8::try_from(at).expect("a short array")))
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Sample for Pubkey {
    fn sample(seed: u8) -> Self {
        Self::from(<[u8; 32]>::sample(seed))
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_bytes().to_vec()
    }
}

/// The program writes these as they lie in memory; Borsh would write their fields one by one.
macro_rules! sample_structs {
    ($($type:ident { $($field:ident)* })*) => {$(impl Sample for $type {
        fn sample(seed: u8) -> Self {
            let mut seed = seed;
            $(
                seed = seed.wrapping_add(41);
                let $field = Sample::sample(seed);
            )*
            Self { $($field,)* }
        }

        fn bytes(&self) -> Vec<u8> {
            [$(self.$field.bytes(),)*].concat()
        }
    })*};
}
sample_structs! {
    LiquidatedLeg {
        lots closed_lots price_q32 publish_time keeper_usd_atoms premium_usd_atoms pool_usd_atoms
        insurance_top_up_usd_atoms pool_top_up_usd_atoms market padding
    }
    RecoveryPlan { trigger_q32 target_q32 fee_max_q32 }
    Receipt {
        at slot flagged_at latched_ratio_q32 bonus_rate_q32 equity_before_usd_atoms
        maintenance_before_usd_atoms target_usd_atoms equity_after_usd_atoms
        maintenance_after_usd_atoms closed_usd_atoms cost_usd_atoms bonus_usd_atoms certified_lots
        surplus_usd_atoms shortfall_one_less_usd_atoms certified_price_q32 certified_publish_time
        certified_market kind has_certificate padding
    }
}

impl Sample for Vec<u8> {
    fn sample(seed: u8) -> Self {
        vec![seed, seed.wrapping_add(1)]
    }

    fn bytes(&self) -> Vec<u8> {
        [&2_u32.to_le_bytes(), self.as_slice()].concat()
    }
}

impl Sample for Vec<LiquidatedLeg> {
    fn sample(seed: u8) -> Self {
        vec![Sample::sample(seed), Sample::sample(seed.wrapping_add(1))]
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        self.iter().for_each(|leg| bytes.extend(leg.bytes()));
        bytes
    }
}

/// Discriminator, fields, their types and their order; does not compile when a field is missing.
macro_rules! pin_event {
    ($name:ident, $discriminator:expr, { $($field:ident: $type:ty,)* }) => {{
        let mut seed = 0_u8;
        let mut next = || {
            seed = seed.wrapping_add(37);
            seed
        };
        $(let $field: $type = Sample::sample(next());)*
        let bytes = [$($field.bytes(),)*].concat();
        let event = $name { $($field,)* };
        let mut written = Vec::new();
        event.serialize(&mut written).expect("a vector takes everything");
        assert_eq!(written, bytes, stringify!($name));
        assert_eq!($name::DISCRIMINATOR, $discriminator, stringify!($name));
    }};
}

#[test]
fn events_are_laid_out_as_published() {
    pin_event!(ExchangeInitialized, [200, 154, 187, 160, 29, 243, 230, 104], {
        exchange: Pubkey, authority: Pubkey,
    });
    pin_event!(BankListed, [82, 130, 114, 184, 232, 152, 104, 100], {
        bank: Pubkey, index: u16, mint: Pubkey,
    });
    pin_event!(MarketListed, [29, 11, 143, 239, 139, 12, 79, 19], {
        market: Pubkey, index: u16, symbol: [u8; 16],
    });
    pin_event!(PoolCreated, [202, 44, 41, 88, 104, 220, 157, 82], {
        pool: Pubkey, share_mint: Pubkey,
    });
    pin_event!(LiquidityRequested, [242, 169, 111, 104, 14, 249, 8, 60], {
        owner: Pubkey, kind: u8, amount_atoms: u64, min_out_atoms: u64, requested_at: i64,
    });
    pin_event!(LiquidityFilled, [77, 214, 233, 27, 96, 102, 203, 73], {
        owner: Pubkey, kind: u8, amount_atoms: u64, out_atoms: u64, lower_value_usd_atoms: i64,
        higher_value_usd_atoms: i64, supply_atoms: u64,
    });
    pin_event!(LiquidityRefunded, [230, 189, 90, 119, 209, 88, 200, 118], {
        owner: Pubkey, kind: u8, amount_atoms: u64,
    });
    pin_event!(InsuranceSeeded, [215, 3, 253, 236, 62, 230, 199, 221], {
        payer: Pubkey, amount_atoms: u64, cash_usd_atoms: i64,
    });
    pin_event!(MarginAccountOpened, [189, 250, 13, 160, 253, 205, 219, 251], {
        account: Pubkey, owner: Pubkey, sub_id: u16,
    });
    pin_event!(MarginAccountClosed, [234, 104, 71, 148, 114, 30, 107, 38], {
        account: Pubkey,
    });
    pin_event!(DelegateSet, [103, 126, 239, 131, 201, 31, 212, 253], {
        account: Pubkey, delegate: Pubkey,
    });
    pin_event!(Deposited, [111, 141, 26, 45, 161, 35, 100, 57], {
        account: Pubkey, bank: u16, amount_atoms: u64,
    });
    pin_event!(Withdrawn, [20, 89, 223, 198, 194, 124, 219, 13], {
        account: Pubkey, bank: u16, amount_atoms: u64,
    });
    pin_event!(OrderPlaced, [96, 130, 204, 234, 169, 219, 216, 227], {
        account: Pubkey, place: u8, market: u16, lots: i64, limit_q32: u64, reduce_only: bool,
        placed_at: i64, expires_at: i64, escrow_usd_atoms: i64, trigger_q32: u64,
        trigger_above: bool,
    });
    pin_event!(OrderFilled, [120, 124, 109, 66, 249, 116, 174, 30], {
        account: Pubkey, filler: Pubkey, market: u16, lots: i64, oracle_price_q32: u64,
        fill_price_q32: u64, publish_time: i64, fee_usd_atoms: i64, reward_usd_atoms: i64,
        profit_usd_atoms: i64, lots_after: i64, equity_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(OrderKilled, [108, 157, 44, 241, 239, 171, 160, 40], {
        account: Pubkey, filler: Pubkey, market: u16, place: u8, lots: i64, reason: u32,
        reward_usd_atoms: i64,
    });
    pin_event!(OrderRemoved, [84, 155, 121, 142, 240, 235, 144, 23], {
        account: Pubkey, place: u8, returned_usd_atoms: i64,
    });
    pin_event!(MarketUpdated, [170, 51, 74, 147, 116, 168, 217, 251], {
        market: u16, price_q32: u64, confidence_q32: u64, publish_time: i64,
    });
    pin_event!(BankUpdated, [198, 113, 132, 53, 29, 57, 175, 56], {
        bank: u16, price_q32: u64, confidence_q32: u64, publish_time: i64,
    });
    pin_event!(AccountFlagged, [181, 207, 1, 185, 195, 195, 145, 154], {
        account: Pubkey, flagged_at: i64, publish_time: i64, ratio_q32: u64,
    });
    pin_event!(AccountUnflagged, [245, 172, 215, 169, 58, 255, 137, 11], {
        account: Pubkey, equity_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(PartiallyLiquidated, [124, 196, 227, 220, 182, 174, 171, 126], {
        account: Pubkey, keeper: Pubkey, receipt: Receipt, legs: Vec<LiquidatedLeg>,
    });
    pin_event!(DeficitBooked, [8, 230, 224, 85, 236, 63, 217, 0], {
        account: Pubkey, market: u16, deficit_usd_atoms: i64,
    });
    pin_event!(MarketSettled, [237, 212, 22, 175, 201, 117, 215, 99], {
        market: u16, claims_funded_usd_atoms: i64, pool_line_usd_atoms: i64,
        insurance_line_usd_atoms: i64, pool_cash_usd_atoms: i64, insurance_cash_usd_atoms: i64,
    });
    pin_event!(AccountSettled, [2, 132, 13, 239, 249, 146, 142, 140], {
        account: Pubkey, cash_usd_atoms: i64, deficit_usd_atoms: i64,
    });
    pin_event!(ChangeProposed, [170, 10, 10, 8, 244, 196, 146, 151], {
        proposal: Pubkey, nonce: u64, proposer: Pubkey, eta: i64, expires: i64, change: Vec<u8>,
    });
    pin_event!(ChangeCancelled, [139, 179, 97, 81, 214, 21, 119, 93], {
        proposal: Pubkey, nonce: u64,
    });
    pin_event!(ChangeApplied, [226, 1, 224, 100, 192, 110, 58, 24], {
        proposal: Pubkey, nonce: u64, kind: u8,
    });
    pin_event!(AuthorityOffered, [133, 105, 224, 133, 126, 247, 220, 102], {
        authority: Pubkey, next_authority: Pubkey,
    });
    pin_event!(AuthorityTransferred, [245, 109, 179, 54, 135, 92, 22, 64], {
        before: Pubkey, authority: Pubkey,
    });
    pin_event!(Paused, [172, 248, 5, 253, 49, 255, 255, 232], {
        by: Pubkey, kind: u8, until: i64, cooldown_until: i64,
    });
    pin_event!(Unpaused, [156, 150, 47, 174, 120, 216, 93, 117], {
        by: Pubkey, kind: u8,
    });
    pin_event!(MarketGuarded, [124, 111, 98, 67, 156, 250, 199, 221], {
        by: Pubkey, market: u16, open_interest_cap_usd_atoms: i64, initial_q32: u64,
    });
    pin_event!(BankGuarded, [18, 141, 184, 47, 158, 188, 57, 96], {
        by: Pubkey, bank: u16, deposit_cap_atoms: u64,
    });
    pin_event!(LeverageSet, [146, 235, 172, 249, 110, 63, 133, 74], {
        account: Pubkey, class: u8, own_initial_q32: u64, next_class: u8,
        next_own_initial_q32: u64, changes_at: i64,
    });
    pin_event!(SettlementPublished, [189, 71, 10, 187, 160, 237, 134, 134], {
        market: u16, price_q32: u64, observed_secs: u32, at: i64,
    });
    pin_event!(BankSettlementPublished, [41, 33, 198, 210, 221, 82, 139, 100], {
        bank: u16, price_q32: u64, observed_secs: u32, at: i64,
    });
    pin_event!(PositionSettled, [75, 100, 92, 189, 245, 116, 252, 221], {
        account: Pubkey, market: u16, lots: i64, price_q32: u64, profit_usd_atoms: i64,
        equity_usd_atoms: i64,
    });
    pin_event!(ShortfallSeen, [137, 104, 10, 24, 187, 37, 121, 64], {
        since: i64, missing_usd_atoms: i64,
    });
    pin_event!(ShortfallEnded, [111, 49, 246, 139, 149, 27, 36, 236], {
        at: i64,
    });
    pin_event!(ProfitsCut, [181, 12, 19, 96, 149, 20, 248, 32], {
        market: u16, side: i8, cut_usd_atoms: i64,
    });
    pin_event!(BankruptcyResolved, [94, 86, 196, 195, 106, 72, 227, 169], {
        account: Pubkey, market: u16, side: i8, loss_usd_atoms: i64, insurance_usd_atoms: i64,
        pool_usd_atoms: i64, side_usd_atoms: i64, side_bears_usd_atoms: i64,
        from_line_usd_atoms: i64, left_usd_atoms: i64, interest_waived_usd_atoms: i64,
    });
    pin_event!(DeleverageStarted, [242, 51, 184, 91, 55, 69, 115, 160], {
        market: u16, side: i8, share_q32: u64, profit_usd_atoms: i64, ends_at: i64,
    });
    pin_event!(Deleveraged, [34, 71, 31, 45, 212, 184, 131, 185], {
        account: Pubkey, market: u16, closed_lots: u64, lots_after: i64, price_q32: u64,
        profit_usd_atoms: i64,
    });
    pin_event!(DeleverageEnded, [228, 70, 201, 233, 255, 121, 173, 59], {
        market: u16,
    });
    pin_event!(CollateralConverted, [31, 54, 10, 182, 111, 73, 67, 210], {
        account: Pubkey, buyer: Pubkey, bank: u16, amount_atoms: u64, paid_usd_atoms: i64,
        price_q32: u64, discount_q32: u64, cash_usd_atoms: i64, equity_before_usd_atoms: i64,
        equity_after_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(PegBroken, [87, 224, 159, 81, 153, 97, 118, 56], {
        bank: u16, since: i64, price_q32: u64,
    });
    pin_event!(PegRegained, [33, 173, 147, 187, 85, 235, 26, 125], {
        bank: u16, at: i64,
    });
    pin_event!(InterestCharged, [107, 76, 24, 54, 241, 210, 20, 36], {
        account: Pubkey, interest_usd_atoms: i64, cash_usd_atoms: i64,
        pool_overdrafts_usd_atoms: i64,
    });
    pin_event!(ShockBegan, [122, 17, 159, 159, 157, 180, 16, 184], {
        market: u16, price_q32: u64, average_q32: u64, publish_time: i64,
    });
    pin_event!(ShockEnded, [124, 109, 45, 166, 197, 93, 89, 113], {
        market: u16, price_q32: u64, confirmed: bool, publish_time: i64,
    });
    pin_event!(GraceBegan, [104, 158, 225, 85, 67, 16, 193, 94], {
        market: u16, last_publish_time: i64, until: i64,
    });
    pin_event!(RegimeChanged, [137, 177, 46, 5, 82, 84, 66, 86], {
        market: u16, level: u8, variance_q32: u64, initial_q32: u64, maintenance_q32: u64,
        maintenance_to_q32: u64, ramp_ends_at: i64,
    });
    pin_event!(InsuranceDrawn, [247, 66, 11, 63, 111, 58, 96, 84], {
        high_usd_atoms: i64, worth_usd_atoms: i64, until: i64,
    });
}

#[test]
fn an_update_is_logged_byte_for_byte_as_borsh_writes_it() {
    let event = MarketUpdated {
        market: 258,
        price_q32: u64::sample(1),
        confidence_q32: u64::sample(9),
        publish_time: i64::sample(17),
    };
    let mut written = MarketUpdated::DISCRIMINATOR.to_vec();
    event
        .serialize(&mut written)
        .expect("a vector takes everything");
    assert_eq!(event.bytes().to_vec(), written);
    pin_event!(MarginCallIssued, [251, 116, 132, 42, 227, 125, 32, 131], {
        account: Pubkey, equity_usd_atoms: i64, maintenance_usd_atoms: i64, call_usd_atoms: i64,
        at: i64,
    });
    pin_event!(MarginCallEnded, [124, 39, 161, 30, 38, 132, 129, 59], {
        account: Pubkey, issued_at: i64,
    });
    pin_event!(RecoveryPlanSet, [49, 165, 226, 217, 125, 106, 181, 34], {
        account: Pubkey, plan: RecoveryPlan,
    });
    pin_event!(RecoveryExecuted, [161, 218, 6, 191, 85, 217, 12, 144], {
        account: Pubkey, keeper: Pubkey, receipt: Receipt, legs: Vec<LiquidatedLeg>,
    });
    pin_event!(ReserveSet, [127, 27, 175, 126, 83, 64, 140, 124], {
        account: Pubkey, is_reserve: bool,
    });
    pin_event!(ToppedUp, [97, 81, 238, 182, 97, 234, 177, 152], {
        account: Pubkey, reserve: Pubkey, amount_usd_atoms: i64, equity_usd_atoms: i64,
        maintenance_usd_atoms: i64,
    });
    pin_event!(OrderTriggered, [242, 228, 9, 85, 62, 161, 99, 208], {
        account: Pubkey, place: u8, market: u16, trigger_q32: u64, price_q32: u64,
        publish_time: i64, placed_at: i64, expires_at: i64,
    });
}
