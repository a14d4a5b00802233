//! Random accounts of realistic markets, for which sizes must be minimal to the lot.

use core::fmt;

use proptest::prelude::*;
use whittle_risk::bonus::BonusTerms;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::health::{Account, Leg, Leverage, Thresholds, TokenPrices};
use whittle_risk::liquidation::{Episode, Inputs, Plan, Policy};
use whittle_risk::price::Mark;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Lots, Price, Ratio, Usd};

use crate::slow::{self, Doubt, ONE};

/// The moment of every generated call.
pub const NOW: i64 = 1_700_000_000;

/// 2^32 as a ratio's raw number.
pub const ONE_RAW: u64 = 1 << 32;

/// An account together with everything a call depends on.
#[derive(Clone)]
pub struct Case {
    pub cash: i64,
    pub claims: i64,
    pub collateral: i64,
    pub interest: i64,
    pub legs: Vec<Leg>,
    pub policy: Policy,
    pub episode: Episode,
    pub now: i64,
}

/// A line for each leg: proptest asks for the pretty form, which fills screens.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cash,
            claims,
            collateral,
            interest,
            ..
        } = self;
        writeln!(
            f,
            "cash {cash} claims {claims} collateral {collateral} interest {interest}"
        )?;
        for leg in &self.legs {
            let bare = Leg {
                tiers: TierTable::default(),
                ..*leg
            };
            writeln!(
                f,
                "leg {}",
                format!("{bare:?}").replace(&format!("{:?}", bare.tiers), "..")
            )?;
            for tier in leg.tiers.brackets() {
                writeln!(f, "  tier to {} at {}", tier.upto, tier.maintenance.0)?;
            }
        }
        f.write_str(&format!("{:?}\n{:?}\n", self.policy, self.episode))?;
        write!(f, "now {}", self.now)
    }
}

impl Case {
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            account: Account {
                cash: Usd(self.cash),
                claims: Usd(self.claims),
                collateral: Usd(self.collateral),
                fading: Usd(0),
                tokens: &TokenPrices::NONE,
                interest: Usd(self.interest),
                leverage: Leverage::default(),
                legs: &self.legs,
            },
            policy: &self.policy,
            episode: self.episode,
            now: self.now,
            min_bonus: Usd(0),
        }
    }

    /// Sets cash so that E = `equity` at prices as `doubt` counts them.
    pub fn with_equity(mut self, equity: i128, doubt: Doubt) -> Self {
        let missing = equity - slow::health(&self.inputs(), doubt).equity;
        self.cash = i64::try_from(i128::from(self.cash) + missing).expect("generated within i64");
        self
    }

    /// Sets cash so that E = `ratio` (Q32) of M, rounded down.
    pub fn with_ratio(self, ratio: u64) -> Self {
        let maintenance = slow::health(&self.inputs(), Doubt::Ignored).maintenance;
        let equity = (maintenance * i128::from(ratio)) >> 32;
        self.with_equity(equity, Doubt::Ignored)
    }

    /// The account and its markets after a plan was carried out: profit realised, costs paid.
    pub fn after(&self, plan: &Plan) -> Self {
        let mut after = self.clone();
        after.episode = plan.episode;
        let mut cash = i128::from(self.cash);
        for (leg, close) in after.legs.iter_mut().zip(&plan.closes) {
            let price = slow::counted_price(leg, Doubt::Ignored);
            let value = |lots: i64| (i128::from(lots) * i128::try_from(price).unwrap_or(0)) >> 32;
            let left = leg.lots.0.unsigned_abs() - close.lots;
            let kept = i64::try_from(left).expect("under the size before") * leg.lots.0.signum();
            let entry = i128::from(leg.entry.0) * i128::from(kept) / i128::from(leg.lots.0);
            cash += value(leg.lots.0) - value(kept) - i128::from(leg.entry.0) + entry;
            cash -= i128::from(leg.funding_owed.0);
            let cost = close.cost;
            cash -= i128::from(cost.keeper.0 + cost.premium.0 + cost.pool.0);
            leg.insurance_line.0 += cost.premium.0 - close.insurance_top_up.0;
            leg.pool_line.0 += cost.pool.0 - close.pool_top_up.0;
            leg.lots = Lots(kept);
            leg.entry = Usd(i64::try_from(entry).expect("under the entry before"));
            leg.funding_owed = Usd(0);
        }
        after.legs.retain(|leg| leg.lots.0 != 0);
        after.cash = i64::try_from(cash).expect("generated within i64");
        after
    }
}

/// From 2^`low` to under 2^`high`, each power of two as likely as the next.
pub fn magnitude(low: u32, high: u32) -> impl Strategy<Value = u64> {
    (low..high, any::<u64>()).prop_map(|(bits, noise)| {
        let top = 1u64 << bits;
        top | (noise & (top - 1))
    })
}

/// A share of one as a raw ratio, from basis points.
pub fn bps(range: std::ops::Range<u64>) -> impl Strategy<Value = u64> {
    // The low bits are noise, so that nothing divides evenly.
    (range, 0u64..429_000).prop_map(|(bps, noise)| bps * ONE_RAW / 10_000 + noise)
}

/// Policies whose thresholds are in order.
pub fn policy() -> impl Strategy<Value = Policy> {
    (
        (bps(10..3_000), bps(0..2_000)),
        bps(500..9_000),
        (bps(1_000..9_000), 0u64..=64),
        (bps(0..100), bps(0..400), 0u32..=120),
    )
        .prop_map(
            |((target, call_over), theta, (emergency, forced), (floor, over_floor, ramp_secs))| {
                Policy {
                    thresholds: Thresholds {
                        call_buffer: Ratio(target + call_over),
                        target_buffer: Ratio(target),
                        emergency: Ratio(emergency),
                        profit_weight: Ratio(ONE_RAW / 2),
                        class_initial: [Ratio::ZERO; 2],
                    },
                    theta: Ratio(theta.min(9_000 * ONE_RAW / 10_000)),
                    forced: Ratio(emergency / 65 * forced),
                    bonus: BonusTerms {
                        floor: Ratio(floor),
                        max: Ratio(floor + over_floor),
                        ramp_secs,
                    },
                    confirm_secs: 2,
                    flag_lapse_secs: 600,
                    emergency_only: false,
                }
            },
        )
}

/// A leg before it is fitted to a policy.
#[derive(Clone, Debug)]
pub struct Seed {
    lots: u64,
    long: bool,
    /// How many times the least sensible lot a lot is worth, in 1/16.
    lot_factor: u64,
    price_noise: u32,
    /// Maintenance rates, as raw steps from tier to tier.
    rates: [u64; 3],
    tiers: usize,
    /// Where the tiers end, as shares of the position in 1/256.
    bounds: [u64; 3],
    multiplier: u64,
    premium: u64,
    pool_cost: u64,
    /// Entry as a share of notional in 1/256.
    entry: i64,
    /// Funding as a share of notional in 1/2^16.
    funding: i64,
    /// In 1/256 of the position.
    min_position: u64,
    min_close: u64,
    lightens_skew: bool,
    lines: [i64; 2],
    age: i64,
    stale: Option<u64>,
}

pub fn seed(most_lots: u32, may_be_stale: bool) -> impl Strategy<Value = Seed> {
    let stale = if may_be_stale {
        prop_oneof![4 => Just(None), 1 => (0u64..2_000).prop_map(Some)].boxed()
    } else {
        Just(None).boxed()
    };
    (
        (
            magnitude(0, most_lots),
            any::<bool>(),
            magnitude(4, 18),
            any::<u32>(),
        ),
        (
            [bps(40..1_000), bps(1..600), bps(1..600)],
            1usize..=3,
            [1u64..256, 1u64..256, 1u64..512],
            prop_oneof![2 => Just(ONE_RAW), 1 => bps(10_000..30_000)],
        ),
        (
            prop_oneof![1 => Just(0), 2 => bps(0..100)],
            prop_oneof![1 => Just(0), 2 => bps(0..200)],
        ),
        (128i64..512, -2_000i64..2_000),
        (
            prop_oneof![1 => Just(0u64), 1 => 0u64..128],
            prop_oneof![1 => Just(0u64), 1 => 0u64..128],
        ),
        any::<bool>(),
        [lines(), lines()],
        0i64..5,
        stale,
    )
        .prop_map(
            |(
                (lots, long, lot_factor, price_noise),
                (rates, tiers, bounds, multiplier),
                (premium, pool_cost),
                (entry, funding),
                (min_position, min_close),
                lightens_skew,
                lines,
                age,
                stale,
            )| Seed {
                lots,
                long,
                lot_factor,
                price_noise,
                rates,
                tiers,
                bounds,
                multiplier,
                premium,
                pool_cost,
                entry,
                funding,
                min_position,
                min_close,
                lightens_skew,
                lines,
                age,
                stale,
            },
        )
}

fn lines() -> impl Strategy<Value = i64> {
    prop_oneof![
        1 => Just(0i64),
        2 => magnitude(0, 44).prop_map(|line| i64::try_from(line).expect("under 2^44")),
    ]
}

impl Seed {
    /// A lot is worth at least what repairs 11 atoms, whatever the ratio, as listing demands.
    pub fn leg(&self, policy: &Policy) -> Leg {
        let wide = u128::from;
        let marginal = wide(self.rates[0]) * wide(self.multiplier) / ONE;
        let tau = marginal * (ONE + wide(policy.thresholds.target_buffer.0)) / ONE;
        let configured = wide(policy.bonus.max.0) + wide(self.premium) + wide(self.pool_cost);
        let cost = configured.min(marginal * wide(policy.theta.0) / ONE);
        let least = (11 * ONE).div_ceil(tau - cost).max(100) + 1;
        let price = ((least * wide(self.lot_factor) / 16).min(ONE - 1) << 32)
            | u128::from(self.price_noise);
        // At most 2^60 atoms: entries of twice as much and funding fit beside it.
        let held = wide(self.lots).min((1 << 60) / ((price >> 32) + 1)).max(1);
        let notional = u64::try_from((held * price) >> 32).expect("at most 2^60") + 1;
        let share = |part: u64| u64::try_from(wide(notional) * wide(part) / 256).expect("a share");
        let min_close = u64::try_from((64 * ONE).div_ceil(wide(self.rates[0]))).expect("small");
        let signed = |raw: u64| i64::try_from(raw).expect("under 2^63");
        let held = u64::try_from(held).expect("no more than were drawn");
        let lots = signed(held) * if self.long { 1 } else { -1 };
        let entry = signed(share(u64::try_from(self.entry).expect("positive"))) * lots.signum();
        let price = u64::try_from(price).expect("under 2^64");
        Leg {
            lots: Lots(lots),
            entry: Usd(entry),
            funding_owed: Usd(signed(notional >> 16) * self.funding),
            mark: Mark {
                price: Price(price),
                publish_time: NOW - self.age,
                stale: self.stale.is_some(),
                uncertain: false,
                age_shift: (price / 10_000) * self.stale.unwrap_or(0),
                doubt_shift: 0,
                doubt_favour: 0,
            },
            tiers: self.table(notional),
            multiplier: Ratio(self.multiplier),
            initial_multiplier: Ratio(self.multiplier),
            call_multiplier: Ratio(self.multiplier),
            room: UNLIMITED,
            premium: Ratio(self.premium),
            pool_cost: Ratio(self.pool_cost),
            min_position: Usd(signed(share(self.min_position))),
            min_close: Usd(signed(share(self.min_close).max(min_close))),
            lightens_skew: self.lightens_skew,
            insurance_line: Usd(self.lines[0]),
            pool_line: Usd(self.lines[1]),
            ..Leg::default()
        }
    }

    pub fn table(&self, notional: u64) -> TierTable {
        let mut bounds = self.bounds;
        bounds.sort_unstable();
        let mut tiers = Vec::new();
        let (mut upto, mut rate) = (0, 0);
        for (bound, step) in bounds.iter().zip(self.rates).take(self.tiers) {
            let wanted = u128::from(notional) * u128::from(*bound) / 256;
            upto = u64::try_from(wanted).expect("a share").max(upto + 1);
            rate += step;
            tiers.push(Tier {
                upto: Usd(i64::try_from(upto).expect("under 2^63")),
                maintenance: Ratio(rate),
                initial: Ratio(2 * rate),
            });
        }
        TierTable::new(&tiers).expect("bounds and rates rise")
    }
}

/// Where E / M lies: anywhere under one, often just under it.
pub fn ratio_under_one() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 0..ONE_RAW,
        2 => ONE_RAW / 10 * 8..ONE_RAW,
        1 => magnitude(0, 28).prop_map(|gap| ONE_RAW - gap),
    ]
}

/// A live flag, old enough to be confirmed, whose latched ratio may or may not bind.
pub fn episode() -> impl Strategy<Value = Episode> {
    (
        0i64..200,
        0i64..200,
        prop_oneof![2 => Just(u64::MAX), 1 => ratio_under_one()],
    )
        .prop_map(|(flagged, touched, lowest)| Episode {
            flagged_at: NOW - flagged.max(touched),
            touched_at: NOW - touched,
            publish_time: NOW - 1_000,
            lowest_ratio: Ratio(lowest),
        })
}

/// Confirmed accounts with this many legs and E / M in (0, 1) wherever their ratio fell.
pub fn liquidatable(
    legs: std::ops::RangeInclusive<usize>,
    most_lots: u32,
    may_be_stale: bool,
) -> impl Strategy<Value = Case> {
    (
        policy(),
        proptest::collection::vec(seed(most_lots, may_be_stale), legs),
        episode(),
        ratio_under_one(),
        [-(1i64 << 40)..1 << 40, 0..1i64 << 30, 0..1i64 << 30],
    )
        .prop_map(
            |(policy, seeds, episode, ratio, [claims, collateral, interest])| {
                let case = Case {
                    cash: 0,
                    claims: claims.max(0),
                    collateral,
                    interest,
                    legs: seeds.iter().map(|seed| seed.leg(&policy)).collect(),
                    policy,
                    episode,
                    now: NOW,
                };
                case.with_ratio(ratio)
            },
        )
}

/// What a breaker may leave of a leg, as a share of its notional in 1/256: often nothing, often more
/// than the leg.
pub fn room_share() -> impl Strategy<Value = u64> {
    prop_oneof![1 => Just(0u64), 4 => 0u64..256, 1 => 256u64..600]
}

/// As [`liquidatable`], with breakers that limit half of the legs or so.
pub fn throttled(
    legs: std::ops::RangeInclusive<usize>,
    most_lots: u32,
    may_be_stale: bool,
) -> impl Strategy<Value = Case> {
    let rooms = proptest::collection::vec(proptest::option::of(room_share()), 3);
    (liquidatable(legs, most_lots, may_be_stale), rooms).prop_map(|(mut case, rooms)| {
        for (leg, share) in case.legs.iter_mut().zip(rooms) {
            if let Some(share) = share {
                let price = slow::counted_price(leg, Doubt::Ignored);
                let notional = (u128::from(leg.lots.0.unsigned_abs()) * price) >> 32;
                let room = notional * u128::from(share) / 256;
                leg.room = Usd(i64::try_from(room).expect("a few times the notional"));
            }
        }
        case
    })
}
