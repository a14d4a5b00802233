//! Nothing panics, whatever it is given: an overflow is an error with a name, or the end of a range.
//! Overflow checks are on in every test.

use proptest::prelude::*;
use whittle_risk::bonus::{rate_floor, BonusTerms};
use whittle_risk::breaker::{is_drawn, is_shocked, Bucket, BucketTerms, Grace, Shock};
use whittle_risk::claims::{Claim, ClaimBook};
use whittle_risk::crowding::{
    crowded_rate, deleverage_lots, deleverage_share, open_interest_cap, side_profit,
};
use whittle_risk::funding::{self, FundingTerms};
use whittle_risk::health::{
    assess, assess_initial, call_level, excess_collateral, was_called, Before, Doubt, Leverage,
};
use whittle_risk::liquidation::{recover, Recovery};
use whittle_risk::nav::{
    amount_for_shares, shares_for_deposit, skew, MarketBook, NetAssetValue, Side,
};
use whittle_risk::overdraft::{self, Conversion, PegGuard, PegState};
use whittle_risk::price::{judge, mark, to_q32, Cached, OraclePolicy, Rounding};
use whittle_risk::regime::{Multipliers, Ramp, RegimeTerms};
use whittle_risk::settlement::Observed;
use whittle_risk::tier::{ramp_start_floor, Tier, TierTable};
use whittle_risk::trade::{fill_price, spread_share, PricingTerms};
use whittle_risk::volatility::{sample, Estimate, SampleTerms};
use whittle_risk::waterfall::{allocate, pro_rata, spread_floor, Capacity};
use whittle_risk::weight::Fall;
use whittle_risk::{Lots, Price, Ratio, RiskError, Usd};

use crate::extremes::{absurd, awkward_i64, awkward_u64};

/// Numbers to take from, one after the other.
#[derive(Clone, Debug)]
struct Numbers {
    unsigned: Vec<u64>,
    signed: Vec<i64>,
}

fn numbers() -> impl Strategy<Value = Numbers> {
    let unsigned = prop::collection::vec(awkward_u64(), 12);
    let signed = prop::collection::vec(awkward_i64(), 12);
    (unsigned, signed).prop_map(|(unsigned, signed)| Numbers { unsigned, signed })
}

impl Numbers {
    fn u(&mut self) -> u64 {
        self.unsigned.rotate_left(1);
        self.unsigned[0]
    }

    fn i(&mut self) -> i64 {
        self.signed.rotate_left(1);
        self.signed[0]
    }

    fn ratio(&mut self) -> Ratio {
        Ratio(self.u())
    }

    fn usd(&mut self) -> Usd {
        Usd(self.i())
    }

    fn secs(&mut self) -> u32 {
        u32::try_from(self.u() >> 32).expect("32 bits")
    }

    fn price(&mut self) -> Price {
        Price(self.u())
    }

    fn cached(&mut self) -> Cached {
        Cached {
            price: self.price(),
            publish_time: self.i(),
            uncertain: self.u().is_multiple_of(2),
            doubt_shift: self.u(),
            doubt_favour: self.u(),
        }
    }

    fn multipliers(&mut self) -> Multipliers {
        Multipliers {
            initial: self.ratio(),
            maintenance: self.ratio(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn health_and_recovery_answer_anything(
        (case, min_bonus) in absurd(),
        mut n in numbers(),
    ) {
        let mut inputs = case.inputs();
        inputs.min_bonus = Usd(min_bonus);
        inputs.account.fading = n.usd();
        inputs.account.leverage = Leverage { class: n.secs() as u8, own_initial: n.ratio() };
        let thresholds = &case.policy.thresholds;
        let account = &inputs.account;
        for doubt in [Doubt::Favourable, Doubt::Plain, Doubt::Adverse] {
            if let Ok(health) = assess(account, doubt) {
                let _ = health.state(thresholds, !account.legs.is_empty());
                prop_assert!(health.equity.0 > 0 || health.ratio_floor() == Ratio::ZERO);
            }
        }
        let _ = assess_initial(account, thresholds);
        let _ = call_level(account, thresholds);
        if let Ok(excess) = excess_collateral(account, thresholds) {
            let settled = account.cash.minus(account.interest).unwrap_or(Usd(0));
            prop_assert!(excess.0 >= 0 && (excess.0 == 0 || excess <= settled));
        }
        let before = Before {
            leg: n.secs() as usize % 10,
            held: account.legs.first(),
            cash: n.usd(),
            claims: n.usd(),
        };
        let _ = was_called(account, &before, thresholds);
        let plan = Recovery { trigger: n.ratio(), target: n.ratio(), fee: n.ratio() };
        match recover(&inputs, &plan) {
            Ok(plan) => {
                for (leg, close) in case.legs.iter().zip(&plan.closes) {
                    prop_assert!(close.lots <= leg.lots.magnitude());
                }
                prop_assert!(plan.bonus.0 >= min_bonus);
            }
            Err(error) => prop_assert!(
                case.legs.len() <= whittle_risk::MAX_LEGS || error == RiskError::TooManyLegs
            ),
        }
    }

    #[test]
    fn breakers_and_regimes_answer_anything(mut n in numbers()) {
        let terms = BucketTerms { capacity: n.usd(), refill_per_hour: n.usd() };
        let bucket = Bucket { used: n.usd(), at: n.i() };
        let now = n.i();
        prop_assert!(bucket.room(&terms, now).0 >= 0);
        prop_assert!(bucket.plus(&terms, n.usd(), now).used <= terms.capacity.most(Usd(0)));
        let _ = is_shocked(n.price(), n.price(), n.ratio());
        let mut shock = Shock { since: n.i(), slot: n.u(), last: n.i() };
        let _ = shock.step(n.u().is_multiple_of(2), n.i(), n.u());
        let mut grace = Grace { until: n.i(), last: n.i() };
        let _ = grace.step(n.secs(), n.secs(), n.i(), n.i(), n.i());
        let _ = is_drawn(n.usd(), n.usd(), n.ratio());
        let terms = RegimeTerms {
            elevated_variance: n.ratio(),
            extreme_variance: n.ratio(),
            elevated: n.multipliers(),
            extreme: n.multipliers(),
            ramp_secs: n.secs(),
        };
        let _ = terms.validate();
        let level = terms.level(n.ratio(), n.secs() as u8);
        prop_assert!(level <= 2);
        let _ = Ramp::towards(&terms, level, n.multipliers(), n.i()).at(n.secs(), n.i());
        let estimate = Estimate { average: n.price(), last: n.price(), variance: n.ratio(), sampled_at: n.i() };
        let _ = sample(estimate, &SampleTerms { interval_secs: n.secs(), weight: n.ratio() }, n.price(), n.i());
        let to = n.ratio();
        let fall = Fall { from: n.ratio(), began_at: n.i(), secs: n.secs() };
        let weight = fall.at_ceil(to, n.i());
        prop_assert!(weight >= to);
        let _ = rate_floor(&BonusTerms { floor: n.ratio(), max: n.ratio(), ramp_secs: n.secs() }, n.u());
        let cap = n.usd();
        prop_assert!(open_interest_cap(cap, n.ratio(), n.usd()) <= cap);
        let _ = crowded_rate(n.usd(), n.usd(), n.ratio());
        let _ = side_profit(n.u(), n.usd(), n.price(), n.u().is_multiple_of(2), n.usd());
        if let Ok(share) = deleverage_share(n.usd(), n.usd(), n.ratio()) {
            prop_assert!(share <= Ratio::ONE);
        }
        let lots = n.u();
        if let Ok(given) = deleverage_lots(lots, n.ratio(), n.ratio(), n.usd(), n.usd()) {
            prop_assert!(given <= lots);
        }
    }

    #[test]
    fn prices_and_trades_answer_anything(mut n in numbers()) {
        let _ = to_q32(n.u(), n.secs().cast_signed() % 24, n.secs().cast_signed() % 24, Rounding::Floor);
        let _ = to_q32(n.u(), n.secs().cast_signed(), n.secs().cast_signed(), Rounding::Ceil);
        let policy = OraclePolicy {
            accept_secs: n.secs(),
            stale_after_secs: n.secs(),
            stale_shift_per_sec: n.ratio(),
            shift_max: n.ratio(),
            uncertain_over: n.ratio(),
            confidence_multiple: n.ratio(),
        };
        let cached = judge(n.price(), n.u(), n.i(), &policy);
        prop_assert!(cached.doubt_favour <= cached.doubt_shift);
        let peg = n.price();
        let seen = mark(&cached, &policy, n.i());
        prop_assert!(seen.prudent(Some(peg)) <= peg);
        prop_assert!(seen.forgiving(Some(peg)) <= peg);
        let terms = PricingTerms {
            spread_multiple: n.ratio(),
            skew_scale: n.usd(),
            impact_max: n.ratio(),
            close_impact: n.ratio(),
        };
        let (price, lots) = (n.price(), Lots(n.i()));
        if let Ok(share) = spread_share(price, n.u(), &terms) {
            prop_assert!(share <= Ratio::ONE);
        }
        if let Ok(filled) = fill_price(price, n.u(), Lots(n.i()), lots, &terms) {
            let better = if lots.0 > 0 { filled < price } else { filled > price };
            prop_assert!(!better);
        }
        let tier = |n: &mut Numbers| Tier { upto: n.usd(), maintenance: n.ratio(), initial: n.ratio() };
        let mut table = || TierTable::new(&[tier(&mut n), tier(&mut n)]).unwrap_or_default();
        let (old, new) = (table(), table());
        if let Ok(start) = ramp_start_floor(&old, &new) {
            prop_assert!(start <= Ratio::ONE);
        }
        let _ = old.maintenance_ceil(n.u(), n.ratio());
        let _ = old.initial_ceil(n.u(), n.ratio());
    }

    #[test]
    fn ledgers_answer_anything(mut n in numbers()) {
        let _ = funding::index_step(
            Lots(n.i()),
            n.price(),
            &FundingTerms { max_rate_per_day: n.ratio(), skew_scale: n.usd() },
            n.u(),
        );
        let wide = |n: &mut Numbers| i128::from(n.i()) << (n.u() % 65);
        let _ = funding::owed_ceil(Lots(n.i()), wide(&mut n), wide(&mut n));
        let stored = n.u();
        prop_assert!(overdraft::index_at(stored, n.i(), n.ratio(), n.i()) >= stored);
        let _ = overdraft::owed_ceil(n.usd(), n.u(), n.u());
        let _ = overdraft::due(n.usd(), n.usd());
        let terms = Conversion { price: n.price(), discount: n.ratio() };
        let _ = terms.payment_ceil(n.u());
        let _ = terms.atoms_for(n.usd());
        let guard = PegGuard { below: n.ratio(), step: n.ratio(), floor: n.ratio(), step_secs: n.secs() };
        let state = PegState { since: n.i(), regained_at: n.i() };
        let state = guard.seen(state, n.price(), &n.cached());
        let weight = n.ratio();
        prop_assert!(guard.weight_at(weight, state, n.i()) <= weight);
        let side = |n: &mut Numbers| Side { lots: n.u(), entry: n.usd() };
        let book = MarketBook {
            long: side(&mut n),
            short: side(&mut n),
            price: n.price(),
            doubt_shift: n.u(),
            unsettled: n.usd(),
            pool_line: n.usd(),
            claims_unfunded: n.usd(),
            deficit: n.usd(),
        };
        let _ = NetAssetValue::from_cash(n.usd()).plus_market(&book, n.ratio());
        let _ = shares_for_deposit(n.u(), n.u(), n.usd());
        let _ = amount_for_shares(n.u(), n.u(), n.usd());
        let _ = skew(n.u(), n.u());
        let observed = Observed { sum: u128::from(n.u()), secs: n.secs() };
        let _ = observed.with(n.i(), n.price(), n.i(), n.i()).mean_floor();
        let mut book = ClaimBook { unpaid: n.usd(), pot: n.usd(), factor: n.u(), epoch: n.secs() };
        let mut claim = Claim { amount: n.usd(), factor: n.u(), epoch: n.secs() };
        let _ = book.collect(&mut claim);
        let _ = book.fund(n.usd());
        let _ = book.record(&mut claim, n.usd());
    }

    #[test]
    fn a_loss_is_divided_to_the_atom_or_refused(mut n in numbers()) {
        let capacity = Capacity {
            insurance: n.usd(),
            pool_of_day: n.usd(),
            profit: n.usd(),
            pool_cash: n.usd(),
        };
        let loss = n.usd();
        let it = allocate(loss, &capacity).expect("parts of an amount");
        let parts = [it.insurance, it.pool, it.side, it.pool_beyond, it.left];
        prop_assert!(parts.iter().all(|part| part.0 >= 0));
        let sum: i128 = parts.iter().map(|part| i128::from(part.0)).sum();
        prop_assert_eq!(sum, i128::from(loss.0.max(0)));
        let (amount, lots) = (n.usd(), n.u());
        if let Ok((step, owed)) = spread_floor(amount, lots) {
            prop_assert!(step >= 0 && owed.0 >= 0 && owed <= amount.most(Usd(0)));
        }
        let mut weights = [n.usd(), n.usd(), n.usd()];
        let before = weights;
        let amount = n.usd();
        if pro_rata(amount, &mut weights).is_ok() {
            let sum: i128 = weights.iter().map(|part| i128::from(part.0)).sum();
            let whole: i128 = before.iter().map(|part| i128::from(part.0.max(0))).sum();
            prop_assert_eq!(sum, i128::from(amount.0.max(0)).min(whole));
        }
    }
}
