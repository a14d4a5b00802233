//! INV-COLLUSION: a long and a short account of one owner, and the keeper who is he as well, against
//! insurance and pool, over random parameters, prices and moments.
//!
//! All that they hold at the end is counted at the end's price, and what they paid in and what the
//! price did to their positions is taken off. What is left came from insurance and pool. What a
//! bankrupt account owes counts as owed here: that nobody pays it is the gap which
//! `docs/known-failures.md` leaves open.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::Cell;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::Leg;
use whittle_risk::liquidation::{flag, plan, Episode, Kind, Policy};
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

use crate::generators::{bps, magnitude, policy, Case, NOW, ONE_RAW};
use crate::slow::{self, Doubt};

/// A market and the rules, dear or cheap to trade in.
#[derive(Clone, Debug)]
struct Terms {
    policy: Policy,
    /// USD atoms per lot, Q32, at the beginning.
    price: u64,
    /// Maintenance of the first tier over the envelope, and of the second over the first.
    spare: [u64; 2],
    /// Where the first tier ends, USD atoms.
    upto: i64,
    /// Over the floor bonus, which it is never under.
    open_fee_over: u64,
    premium: u64,
    pool_cost: u64,
    insurance: i64,
    pool: i64,
}

/// What they do, or what happens to them.
#[derive(Clone, Debug)]
enum Step {
    /// The price moves to where the long or the short has this share of its maintenance left. It is
    /// theirs to wait for such a price.
    Meet { short: bool, ratio: u64 },
    /// The price jumps by so many basis points.
    Jump { bps: i64 },
    /// Seconds pass.
    Wait { secs: i64 },
    /// The keeper flags the account and liquidates it so many times.
    Call { short: bool, times: u8 },
    /// They pay in so that the account has this share of its maintenance.
    Deposit { short: bool, ratio: u64 },
    /// They open more, as much as initial margin lets them, or less.
    Open { short: bool, part: u64 },
    /// They close all of one account at the oracle's price.
    Close { short: bool },
}

fn terms() -> impl Strategy<Value = Terms> {
    let nothing_or = |most: u64| prop_oneof![2 => Just(0u64), 1 => bps(0..most)];
    (
        policy(),
        magnitude(44, 60),
        [bps(1..300), bps(1..300)],
        magnitude(28, 42),
        (nothing_or(20), nothing_or(50), nothing_or(50)),
        (
            prop_oneof![1 => Just(0u64), 3 => magnitude(20, 50)],
            magnitude(20, 50),
        ),
    )
        .prop_map(
            |(policy, price, spare, upto, (over, premium, pool_cost), lines)| Terms {
                policy,
                price,
                spare,
                upto: i64::try_from(upto).expect("under 2^42"),
                open_fee_over: over,
                premium,
                pool_cost,
                insurance: i64::try_from(lines.0).expect("under 2^50"),
                pool: i64::try_from(lines.1).expect("under 2^50"),
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    // Most telling is an account that has next to nothing left: the top-up is largest.
    let ratio = || {
        prop_oneof![
            3 => magnitude(0, 28),
            3 => 0..ONE_RAW / 2,
            2 => ONE_RAW / 2..ONE_RAW,
        ]
    };
    let short = any::<bool>;
    prop_oneof![
        4 => (short(), ratio()).prop_map(|(short, ratio)| Step::Meet { short, ratio }),
        2 => (-1_500i64..1_500).prop_map(|bps| Step::Jump { bps }),
        1 => (0i64..90).prop_map(|secs| Step::Wait { secs }),
        6 => (short(), 1u8..4).prop_map(|(short, times)| Step::Call { short, times }),
        1 => (short(), ONE_RAW / 4..2 * ONE_RAW)
            .prop_map(|(short, ratio)| Step::Deposit { short, ratio }),
        2 => (short(), 1u64..256).prop_map(|(short, part)| Step::Open { short, part }),
        1 => short().prop_map(|short| Step::Close { short }),
    ]
}

/// The three of them, and what they got it from.
struct Ring {
    terms: Terms,
    tiers: TierTable,
    accounts: [Case; 2],
    price: u64,
    now: i64,
    insurance: i64,
    pool: i64,
    keeper: i64,
    paid_in: i64,
    /// What the price did to their positions, atoms in Q32.
    market: i128,
    /// Notional on which an opening fee was paid, and notional that was liquidated at the price of
    /// that moment, atoms in Q32.
    opened: i128,
    liquidated: i128,
    topped_up: i64,
    /// Roundings, of an atom each, that may have been in their favour.
    roundings: i128,
}

impl Ring {
    /// `sides`: 0 begins long, 1 short, 2 both.
    fn new(terms: Terms, margin_over: u64, sides: u8) -> Self {
        let policy = &terms.policy;
        let costs = policy.bonus.max.0 + terms.premium + terms.pool_cost;
        let first = costs + terms.spare[0];
        let tier = |upto, rate: u64| Tier {
            upto: Usd(upto),
            maintenance: Ratio(rate),
            initial: Ratio((2 * rate).min(ONE_RAW)),
        };
        let tiers = [
            tier(terms.upto, first),
            tier(1 << 58, first + terms.spare[1]),
        ];
        let account = Case {
            cash: 0,
            claims: 0,
            collateral: 0,
            interest: 0,
            legs: Vec::new(),
            policy: *policy,
            episode: Episode::NONE,
            now: NOW,
        };
        let mut ring = Self {
            tiers: TierTable::new(&tiers).expect("bounds and rates rise"),
            accounts: [account.clone(), account],
            price: terms.price,
            now: NOW,
            insurance: terms.insurance,
            pool: terms.pool,
            keeper: 0,
            paid_in: 0,
            market: 0,
            opened: 0,
            liquidated: 0,
            topped_up: 0,
            roundings: 0,
            terms,
        };
        // A million lots a side, with the initial margin and something over it.
        let cash = ring.notional(1 << 20) / 8 * i128::from(margin_over) / 64;
        for short in [false, true] {
            if sides == u8::from(!short) {
                continue;
            }
            ring.pay(short, i64::try_from(cash >> 32).expect("a small amount"));
            ring.open(short, 256);
        }
        ring
    }

    /// In Q32.
    fn notional(&self, lots: u64) -> i128 {
        i128::from(lots) * i128::from(self.price)
    }

    fn account(&mut self, short: bool) -> &mut Case {
        &mut self.accounts[usize::from(short)]
    }

    fn lots(&self, short: bool) -> i64 {
        let legs = &self.accounts[usize::from(short)].legs;
        legs.first().map_or(0, |leg| leg.lots.0)
    }

    fn pay(&mut self, short: bool, amount: i64) {
        self.account(short).cash += amount;
        self.paid_in += amount;
    }

    /// Time passes and the price is published.
    fn publish(&mut self, price: u64, secs: i64) {
        let low = (self.terms.price / 16).max(1 << 40);
        let high = self.terms.price.saturating_mul(8);
        let price = price.clamp(low, high);
        let held = i128::from(self.lots(false)) + i128::from(self.lots(true));
        self.market += held * (i128::from(price) - i128::from(self.price));
        self.price = price;
        self.now += secs;
        for account in &mut self.accounts {
            account.now = self.now;
            for leg in &mut account.legs {
                leg.mark.price = Price(price);
                leg.mark.publish_time = self.now;
            }
        }
    }

    /// Where the account has this share of its maintenance at the present price.
    fn meet(&mut self, short: bool, ratio: u64) {
        let account = &self.accounts[usize::from(short)];
        let health = slow::health(&account.inputs(), Doubt::Ignored);
        let lots = i128::from(self.lots(short));
        if lots == 0 {
            return;
        }
        let wanted = (health.maintenance * i128::from(ratio)) >> 32;
        let change = ((wanted - health.equity) << 32) / lots;
        let price = (i128::from(self.price) + change).clamp(1, i128::from(u64::MAX >> 1));
        self.publish(u64::try_from(price).expect("over zero"), 3);
    }

    fn deposit(&mut self, short: bool, ratio: u64) {
        let account = self.accounts[usize::from(short)].clone();
        let missing = account.clone().with_ratio(ratio).cash - account.cash;
        self.pay(short, missing.max(0));
    }

    /// Buys or sells `part` / 256 of what initial margin allows, at the oracle's price, for a fee.
    fn open(&mut self, short: bool, part: u64) {
        let health = slow::health(&self.account(short).inputs(), Doubt::Ignored);
        let buffer = self.terms.policy.thresholds.call_buffer.0;
        let highest = self.tiers.maintenance_rate(1);
        let free = health.equity - ((health.maintenance * i128::from(ONE_RAW + buffer)) >> 32) - 2;
        // Each dollar needs its maintenance with the call buffer, and the fee.
        let fee = self.terms.policy.bonus.floor.0 + self.terms.open_fee_over;
        let need =
            ((i128::from(highest.0) * i128::from(ONE_RAW + buffer)) >> 32) + i128::from(fee) + 1;
        if free <= 0 {
            return;
        }
        let lots = (((free << 32) / need) << 32) / i128::from(self.price) * i128::from(part) / 256;
        let lots = i64::try_from(lots.min(1 << 40)).expect("few");
        if lots == 0 {
            return;
        }
        let signed = if short { -lots } else { lots };
        let price = Price(self.price);
        // As in `fill_order`: a buyer pays the fraction of an atom, a seller forgoes it.
        let cost = price.value_floor(Lots(-signed)).expect("in range");
        let cost = -cost.0;
        let paid = Ratio(fee).of_ceil(cost.unsigned_abs()).expect("in range");
        self.opened += self.notional(lots.unsigned_abs());
        self.roundings += 1;
        let leg = self.leg();
        let account = self.account(short);
        account.cash -= paid.0;
        if account.legs.is_empty() {
            account.legs.push(leg);
        }
        account.legs[0].lots.0 += signed;
        account.legs[0].entry.0 += cost;
    }

    fn leg(&self) -> Leg {
        let rate = self.tiers.maintenance_rate(0).0;
        let least = i64::try_from((64 << 32) / u128::from(rate)).expect("small") + 1;
        Leg {
            mark: Mark {
                price: Price(self.price),
                publish_time: self.now,
                ..Mark::default()
            },
            tiers: self.tiers,
            multiplier: Ratio::ONE,
            initial_multiplier: Ratio::ONE,
            call_multiplier: Ratio::ONE,
            room: UNLIMITED,
            premium: Ratio(self.terms.premium),
            pool_cost: Ratio(self.terms.pool_cost),
            min_position: Usd(2 * least),
            min_close: Usd(least),
            ..Leg::default()
        }
    }

    fn close(&mut self, short: bool) {
        let price = Price(self.price);
        let account = self.account(short);
        if let Some(leg) = account.legs.pop() {
            let proceeds = price.value_floor(leg.lots).expect("in range");
            account.cash += proceeds.0 - leg.entry.0;
            account.episode = Episode::NONE;
        }
    }

    /// Tells the kinds of what was done.
    fn call(&mut self, short: bool, times: u8) -> Vec<(Kind, bool)> {
        let mut kinds = Vec::new();
        if let Ok(episode) = flag(&self.account(short).inputs()) {
            self.account(short).episode = episode;
            self.publish(self.price, 3);
        }
        for _ in 0..times {
            let (insurance, pool) = (self.insurance, self.pool);
            let account = self.account(short);
            for leg in &mut account.legs {
                (leg.insurance_line, leg.pool_line) = (Usd(insurance), Usd(pool));
            }
            let Ok(plan) = plan(&account.inputs()) else {
                break;
            };
            *account = account.after(&plan);
            let close = plan.closes[0];
            self.liquidated += self.notional(close.lots);
            self.insurance += close.cost.premium.0 - close.insurance_top_up.0;
            self.pool += close.cost.pool.0 - close.pool_top_up.0;
            assert!(self.insurance >= 0 && self.pool >= 0, "an overdrawn line");
            self.keeper += plan.bonus.0;
            let topped_up = close.insurance_top_up.0 + close.pool_top_up.0;
            self.topped_up += topped_up;
            // Profit is realised in whole atoms.
            self.roundings += 2;
            kinds.push((plan.kind, topped_up > 0));
        }
        kinds
    }

    /// What they took from insurance and pool, atoms in Q32; what they owe taken off.
    fn gain(&self) -> i128 {
        let mut held = i128::from(self.keeper) << 32;
        for account in &self.accounts {
            held += i128::from(account.cash) << 32;
            for leg in &account.legs {
                held += i128::from(leg.lots.0) * i128::from(self.price);
                held -= i128::from(leg.entry.0) << 32;
            }
        }
        held - (i128::from(self.paid_in) << 32) - self.market
    }
}

#[derive(Default)]
struct Seen {
    scenarios: Cell<u32>,
    topped_up: Cell<u32>,
    by_both_lines: Cell<u32>,
    shorts_topped_up: Cell<u32>,
    solvent_top_ups: Cell<u32>,
    grown: Cell<u32>,
}

fn count(cell: &Cell<u32>, happened: bool) {
    cell.set(cell.get() + u32::from(happened));
}

fn play(begin: (Terms, u64, u8), steps: &[Step], seen: &Seen) -> Result<(), TestCaseError> {
    let (terms, margin, sides) = begin;
    let mut ring = Ring::new(terms, margin, sides);
    let (mut short_paid, mut solvent) = (false, false);
    for step in steps {
        let price = i128::from(ring.price);
        match *step {
            Step::Meet { short, ratio } => ring.meet(short, ratio),
            Step::Jump { bps } => {
                let price = price + price * i128::from(bps) / 10_000;
                ring.publish(u64::try_from(price).expect("over zero"), 3);
            }
            Step::Wait { secs } => ring.publish(ring.price, secs),
            Step::Call { short, times } => {
                let equity = slow::health(&ring.account(short).inputs(), Doubt::Ignored).equity;
                let kinds = ring.call(short, times);
                let paid = kinds.iter().any(|(_, topped_up)| *topped_up);
                short_paid |= paid && short;
                solvent |= paid && equity > 0;
            }
            Step::Deposit { short, ratio } => ring.deposit(short, ratio),
            Step::Open { short, part } => ring.open(short, part),
            Step::Close { short } => ring.close(short),
        }
    }
    count(&seen.scenarios, true);
    count(&seen.topped_up, ring.topped_up > 0);
    count(&seen.shorts_topped_up, short_paid);
    count(&seen.solvent_top_ups, solvent);
    let drained = ring.insurance < ring.terms.insurance && ring.pool < ring.terms.pool;
    count(&seen.by_both_lines, drained);
    let grown = ring.liquidated > ring.opened && ring.topped_up > 0;
    count(&seen.grown, grown);

    // The floor on what was liquidated, at most on what was opened, less the fee on that; and an atom
    // a rounding.
    let floor = i128::from(ring.terms.policy.bonus.floor.0);
    let fee = floor + i128::from(ring.terms.open_fee_over);
    let most = (ring.liquidated.min(ring.opened) * floor - ring.opened * fee) >> 32;
    let roundings = ring.roundings << 32;
    let gain = ring.gain();
    prop_assert!(gain <= most + roundings, "{gain} of {most}, Q32");
    Ok(())
}

/// INV-COLLUSION. They get back what they paid in, less at least the opening fee on all they opened,
/// plus at most the floor bonus on what was liquidated, and on no more than was opened. The fee is at
/// least the floor, so they gain nothing.
#[test]
fn a_long_a_short_and_their_keeper_take_nothing_from_insurance_and_pool() {
    let config = Config {
        cases: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let seen = Seen::default();
    let begin = (terms(), 8u64..128, 0u8..3);
    let scenario = (begin, prop::collection::vec(step(), 4..24));
    let result = runner.run(&scenario, |(begin, steps)| play(begin, &steps, &seen));
    result.unwrap_or_else(|error| panic!("{error}"));
    // The search is worth nothing unless keepers were topped up in it.
    let many = seen.scenarios.get() / 20;
    let counts = [
        &seen.topped_up,
        &seen.by_both_lines,
        &seen.shorts_topped_up,
        &seen.solvent_top_ups,
    ];
    let counts = counts.map(Cell::get);
    assert!(
        counts.iter().all(|count| *count > many / 5) && counts[0] > many,
        "{counts:?} of {}",
        seen.scenarios.get()
    );
    let grown = seen.grown.get();
    assert!(grown > 20, "{grown} where more was liquidated than opened");
}

/// INV-COLLUSION. The dearest case: a short that is liquidated at over twice the price of its opening,
/// where the floor is as high as the fee and nothing else is charged.
#[test]
fn a_short_whose_notional_grew_is_topped_up_for_what_paid_the_fee_and_no_more() {
    let policy = Policy {
        bonus: whittle_risk::bonus::BonusTerms {
            floor: Ratio(ONE_RAW / 2_048),
            max: Ratio(ONE_RAW / 1_024),
            ramp_secs: 30,
        },
        theta: Ratio(ONE_RAW / 2),
        thresholds: whittle_risk::health::Thresholds {
            call_buffer: Ratio(ONE_RAW / 8),
            target_buffer: Ratio(ONE_RAW / 10),
            emergency: Ratio(ONE_RAW / 2),
            ..Default::default()
        },
        forced: Ratio(ONE_RAW / 4),
        ..Policy::default()
    };
    let terms = Terms {
        policy,
        price: 1_000_000 << 32,
        spare: [ONE_RAW / 64; 2],
        upto: 1 << 50,
        open_fee_over: 0,
        premium: 0,
        pool_cost: 0,
        insurance: 1 << 50,
        pool: 1 << 50,
    };
    let mut ring = Ring::new(terms, 8, 1);
    // They pay in until the short survives a price that has doubled, and then let it go.
    let lots = ring.lots(true).unsigned_abs();
    ring.pay(true, i64::try_from(lots * 1_000_000).expect("small"));
    ring.meet(true, 1);
    assert!(ring.notional(lots) > 2 * ring.opened);
    ring.call(true, 1);
    assert_eq!(ring.lots(true), 0);
    // The bonus is earned on what was just enough at the emergency ratio.
    let fee = i64::try_from((ring.opened / 2_048) >> 32).expect("small");
    assert!(ring.topped_up > fee / 2, "{} of {fee}", ring.topped_up);
    assert!(ring.keeper <= fee, "{} of {fee}", ring.keeper);
    assert!(ring.gain() <= 0, "{}", ring.gain());
}
