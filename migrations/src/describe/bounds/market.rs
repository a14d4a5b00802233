//! Bounds on a market, its tiers, and what it must be beside the exchange's rules.

use super::breakers;
use super::{oracle, Rules, HALF, ONE};
use crate::describe::fields::share;
use crate::describe::DescribedMarket;
use whittle::error::WhittleError;
use whittle::instructions::list_market::TierArgs;
use whittle::state::crowding::CrowdingParams;
use whittle::state::envelope::MIN_CLOSE_MAINTENANCE_USD_ATOMS;
use whittle::state::exchange::ExchangeParams;
use whittle::state::market::MarketParams;
use whittle_risk::tier::{Tier, TierTable, MAX_TIERS};
use whittle_risk::{Ratio, Usd};

pub(super) fn market(rules: &mut Rules, exchange: &ExchangeParams, market: &DescribedMarket) {
    let args = &market.args;
    let name = args.symbol.split(|byte| *byte == 0).next();
    let name = name.unwrap_or_default();
    rules.must(
        !name.is_empty() && name.iter().all(u8::is_ascii_graphic),
        "symbol",
        "one to 16 printable ASCII characters without spaces",
    );
    oracle(rules, &args.oracle);
    market_params(rules, &args.params);
    let table = tiers(rules, exchange, &args.tiers);
    if let (Some(table), false) = (table, rules.broken) {
        against(rules, exchange, &table, args);
    }
}

fn market_params(rules: &mut Rules, params: &MarketParams) {
    let fee = Ratio::from_bps_floor(1_000).0;
    rules.must(params.open_fee_q32 <= fee, "open_fee", "at most 10 %");
    rules.must(params.close_fee_q32 <= fee, "close_fee", "at most 10 %");
    rules.shares(&[
        ("insurance_share", params.insurance_share_q32),
        ("premium", params.premium_q32),
        ("concentration_premium", params.concentration_premium_q32),
        ("funding_max_per_day", params.funding_max_per_day_q32),
        ("covered_move", params.covered_move_q32),
        ("sample_weight", params.sample_weight_q32),
    ]);
    crowding(rules, &params.crowding);
    rules.must(params.impact_max_q32 <= HALF, "impact_max", "at most 50 %");
    rules.must(
        params.close_impact_q32 <= HALF,
        "close_impact",
        "at most 50 %",
    );
    for (field, value) in [
        ("covered_move", params.covered_move_q32),
        ("sample_weight", params.sample_weight_q32),
        ("sample_interval_secs", params.sample_interval_secs.into()),
        ("skew_scale_usd", params.skew_scale_usd_atoms.unsigned_abs()),
        (
            "funding_skew_scale_usd",
            params.funding_skew_scale_usd_atoms.unsigned_abs(),
        ),
        ("min_close_usd", params.min_close_usd_atoms.unsigned_abs()),
    ] {
        rules.must(value > 0, field, "over 0");
    }
    breakers::breaker(rules, &params.breaker, params.least_capacity());
    breakers::regime(rules, &params.regime);
    rules.must(
        params.min_position_usd_atoms >= params.min_close_usd_atoms,
        "min_position_usd",
        "at least min_close_usd",
    );
    rules.must(
        params.open_interest_cap_usd_atoms >= params.min_position_usd_atoms,
        "open_interest_cap_usd",
        "at least min_position_usd",
    );
    rules.program(params.validate());
}

fn crowding(rules: &mut Rules, params: &CrowdingParams) {
    rules.must(
        params.open_interest_share_q32 > 0,
        "crowding.open_interest_share",
        "over 0 %",
    );
    rules.shares(&[("crowding.crowded_initial", params.crowded_initial_q32)]);
    rules.must(
        params.payout_bound_q32 > 0 && params.payout_bound_q32 < ONE,
        "crowding.payout_bound",
        "over 0 % and under 100 %",
    );
}

/// Rising bounds and rates, and M < T <= C <= I in each tier.
fn tiers(rules: &mut Rules, exchange: &ExchangeParams, tiers: &[TierArgs]) -> Option<TierTable> {
    rules.must(
        (1..=MAX_TIERS).contains(&tiers.len()),
        "tiers",
        "one to four",
    );
    let mut below = TierArgs::default();
    for (place, tier) in tiers.iter().enumerate() {
        let mut rule = |holds, field: &str, what: &str| {
            rules.must(holds, &format!("tiers[{place}].{field}"), what);
        };
        rule(
            tier.upto_usd_atoms > below.upto_usd_atoms,
            "upto_usd",
            "over that of the tier before",
        );
        rule(
            tier.maintenance_q32 > below.maintenance_q32,
            "maintenance",
            "over that of the tier before",
        );
        rule(
            tier.initial_q32 > below.initial_q32,
            "initial",
            "over that of the tier before",
        );
        // Rounded up as the program does.
        let called = Ratio(tier.maintenance_q32)
            .times_ceil(Ratio(exchange.call_buffer_q32))
            .and_then(|buffer| Ratio(tier.maintenance_q32).plus(buffer))
            .unwrap_or(Ratio::MAX);
        rule(
            tier.initial_q32 <= ONE && tier.initial_q32 >= called.0,
            "initial",
            &format!(
                "at most 100 % and at least maintenance * (1 + exchange.call_buffer), which is {}",
                share::show(called.0)
            ),
        );
        below = tier.clone();
    }
    if rules.broken {
        return None;
    }
    let tiers: Vec<Tier> = tiers
        .iter()
        .map(|tier| Tier {
            upto: Usd(tier.upto_usd_atoms),
            maintenance: Ratio(tier.maintenance_q32),
            initial: Ratio(tier.initial_q32),
        })
        .collect();
    let table = TierTable::new(&tiers);
    rules.must(table.is_ok(), "tiers", "smaller: their sums leave 64 bits");
    table.ok()
}

/// What the program checks of a market against the exchange's rules.
fn against(
    rules: &mut Rules,
    exchange: &ExchangeParams,
    table: &TierTable,
    args: &whittle::instructions::ListMarketArgs,
) {
    let lowest = table.bracket(0).maintenance;
    let least = lowest.of_floor(args.params.min_close_usd_atoms.unsigned_abs());
    rules.must(
        least.is_ok_and(|least| least.0 >= MIN_CLOSE_MAINTENANCE_USD_ATOMS),
        "min_close_usd",
        "so large that tiers[0].maintenance of it is at least 0.000064 USD",
    );
    rules.must(
        table.limit().0 >= args.params.min_position_usd_atoms,
        "min_position_usd",
        "at most upto_usd of the last tier",
    );
    let outcome = args
        .params
        .validate_against(exchange, table, &args.oracle, Ratio::ONE);
    match outcome {
        Err(WhittleError::FloorBonusOverFee) => rules.must(
            false,
            "open_fee",
            &format!(
                "at least exchange.bonus_floor, which is {}",
                share::show(exchange.bonus_floor_q32)
            ),
        ),
        Err(WhittleError::EnvelopeExceeded) => rules.must(
            false,
            "tiers[0].maintenance",
            "at least covered_move + funding_max_per_day / 24 + exchange.bonus_max + premium + \
             concentration_premium + close_impact + spread_multiple * oracle.uncertain_over",
        ),
        // The order of the tiers was checked above; what is left is a target that rounds away.
        Err(WhittleError::BadTiers) => rules.must(
            false,
            "tiers[0].maintenance",
            "so large that exchange.target_buffer of it is at least 2^-32",
        ),
        other => rules.program(other),
    }
}
