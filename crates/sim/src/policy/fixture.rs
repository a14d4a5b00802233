//! Accounts for the tests: one market's rules, dollars, and an equity that is as stated.

use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{
    assess, Account, Doubt, Health, Leg, Leverage, Thresholds, TokenPrices,
};
use whittle_risk::liquidation::Policy as Rules;
use whittle_risk::num::ONE_Q32;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd, MAX_LEGS};

pub const NOW: i64 = 1_700_000_000;

/// Atoms of a dollar.
pub const DOLLAR: i64 = 1_000_000;

pub fn dollars(amount: i64) -> Usd {
    Usd(amount * DOLLAR)
}

/// The ratio, rounded down.
pub fn ratio(share: f64) -> Ratio {
    Ratio((share * ONE_Q32 as f64) as u64)
}

/// Equal but for the 2^-32 by which a ratio is off: 25 atoms on 100,000 USD.
#[track_caller]
pub fn assert_near(found: Usd, expected: Usd) {
    let off = (found.0 - expected.0).abs();
    assert!(off <= 100, "{found:?} is not {expected:?}");
}

/// The rules of `migrations/examples/exchange.toml`.
pub fn rules() -> Rules {
    Rules {
        thresholds: Thresholds {
            call_buffer: ratio(0.2),
            target_buffer: ratio(0.1),
            emergency: ratio(0.5),
            profit_weight: ratio(0.5),
            class_initial: [ratio(0.1), ratio(0.05)],
        },
        theta: ratio(0.6),
        forced: ratio(0.25),
        bonus: BonusTerms {
            floor: ratio(0.0004),
            max: ratio(0.003),
            ramp_secs: 30,
        },
        confirm_secs: 2,
        flag_lapse_secs: 600,
        emergency_only: false,
    }
}

/// A market of one tier: maintenance, initial.
pub fn tiers(maintenance: f64, initial: f64) -> TierTable {
    TierTable::new(&[Tier {
        upto: dollars(1_000_000_000),
        maintenance: ratio(maintenance),
        initial: ratio(initial),
    }])
    .expect("one tier with initial over maintenance")
}

/// So many lots at so many dollars a lot, long or short: 2 % maintenance, 4 % initial, no premium, no
/// spread, no minima.
pub fn leg(lots: i64, price: f64) -> Leg {
    Leg {
        lots: Lots(lots),
        mark: Mark {
            price: Price((price * DOLLAR as f64 * ONE_Q32 as f64).round() as u64),
            publish_time: NOW,
            ..Mark::default()
        },
        tiers: tiers(0.02, 0.04),
        multiplier: Ratio::ONE,
        initial_multiplier: Ratio::ONE,
        call_multiplier: Ratio::ONE,
        room: UNLIMITED,
        ..Leg::default()
    }
}

pub fn long(lots: i64, price: f64) -> Leg {
    leg(lots, price)
}

pub fn short(lots: i64, price: f64) -> Leg {
    leg(-lots, price)
}

/// What a policy closes and seizes of an account now.
#[track_caller]
pub fn closes(policy: &dyn Policy, case: &Case, memory: &mut Memory) -> ([Cut; MAX_LEGS], Usd) {
    match policy.decide(&case.situation(), memory) {
        Ok(Verdict::Cuts { cuts, seized }) => (cuts, seized),
        other => panic!("{other:?}"),
    }
}

/// What it closes of an account that it never saw.
#[track_caller]
pub fn first_cuts(policy: &dyn Policy, case: &Case) -> [Cut; MAX_LEGS] {
    let mut memory = Memory::NONE;
    closes(policy, case, &mut memory).0
}

/// What a situation borrows.
pub struct Case {
    pub legs: Vec<Leg>,
    pub cash: Usd,
    pub rules: Rules,
    pub now: i64,
    pub close_fee: Vec<Ratio>,
    pub skew_scale: Vec<Usd>,
    pub min_pay: Usd,
}

impl Case {
    /// Legs opened at the present price, with `equity` dollars in cash.
    pub fn new(legs: Vec<Leg>, equity: i64) -> Self {
        Self::with(legs, dollars(equity))
    }

    /// The same with an equity to the atom.
    pub fn with(mut legs: Vec<Leg>, equity: Usd) -> Self {
        for leg in &mut legs {
            leg.entry = leg.mark.price.value_floor(leg.lots).expect("in range");
        }
        let count = legs.len();
        Self {
            legs,
            cash: equity,
            rules: rules(),
            now: NOW,
            close_fee: vec![Ratio::ZERO; count],
            skew_scale: vec![dollars(100_000_000); count],
            min_pay: Usd(0),
        }
    }

    /// Seconds pass, and prices are published again.
    pub fn pass(&mut self, secs: i64) {
        self.now += secs;
        for leg in &mut self.legs {
            leg.mark.publish_time += secs;
        }
    }

    pub fn health(&self) -> Health {
        assess(&self.account(), Doubt::Plain).expect("in range")
    }

    fn account(&self) -> Account<'_> {
        Account {
            cash: self.cash,
            claims: Usd::ZERO,
            collateral: Usd::ZERO,
            fading: Usd::ZERO,
            tokens: &TokenPrices::NONE,
            interest: Usd::ZERO,
            leverage: Leverage::default(),
            legs: &self.legs,
        }
    }

    pub fn situation(&self) -> Situation<'_> {
        Situation {
            now: self.now,
            account: self.account(),
            health: self.health(),
            since: NOW,
            rules: &self.rules,
            close_fee: &self.close_fee,
            skew_scale: &self.skew_scale,
            min_pay: self.min_pay,
        }
    }
}
