//! Layouts that others rely on: whoever reads accounts, logs or error numbers by their bytes. A
//! figure here changes only on purpose, with a migration and a line in the changelog.

mod errors;
mod events;

use anchor_lang::Discriminator;
use core::mem::{offset_of, size_of};
use whittle::state::breaker::{Breaker, BreakerParams};
use whittle::state::crowding::{CrowdingParams, Deleverage};
use whittle::state::day_counter::DayCounter;
use whittle::state::depeg::{Depeg, DepegParams};
use whittle::state::exchange::{Exchange, ExchangeParams};
use whittle::state::governance::{GovernanceParams, MarketGuard, Pause};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::leverage::{Leverage, LeverageParams};
use whittle::state::margin_account::{Collateral, MarginAccount, Order, Receipt};
use whittle::state::market::{Market, MarketParams, StoredTier};
use whittle::state::overdraft::{InterestIndex, IssuerGroup, OverdraftParams};
use whittle::state::pool::{Pool, PoolParams};
use whittle::state::proposal::Proposal;
use whittle::state::raw::{CachedPrice, OracleConfig, PriceEstimate, Wide};
use whittle::state::recovery::RecoveryPlan;
use whittle::state::regime::{Regime, RegimeParams};
use whittle::state::weight::WeightRamp;
use whittle::state::wind_down::WindDown;
use whittle::state::{Bank, InsuranceFund, LiquidityRequest, Position};

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
        deficit_market 122, bump 124, deficit_side 125, loss_market 126, collaterals 128,
        positions 192, orders 768, receipt 992, interest_index 1144, interest_usd_atoms 1152,
        overdraft_counted_usd_atoms 1160, margin_called_at 1168, leverage 1176, recovery 1208,
        is_reserve 1232, padding_end 1233, allowance_began_at 1240, allowance_used_usd_atoms 1248,
        insurance_paid_usd_atoms 1256, loss_usd_atoms 1264, reserved 1272,
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
