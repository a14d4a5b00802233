//! A second opinion on what a liquidation must do, computed the slow way.
//!
//! Everything here is written from the definitions alone, in 128-bit integers that never overflow
//! for the accounts it is given: requirements tier by tier, costs tier by tier, and the least size
//! by trying all of them. It shares no arithmetic with the crate; it only reads its plain fields.

use whittle_risk::health::Leg;
use whittle_risk::liquidation::{Episode, Inputs, Recovery};

/// 2^32.
pub const ONE: u128 = 1 << 32;

/// Equity and requirement in atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    pub equity: i128,
    pub maintenance: i128,
}

/// Which price counts for legs whose price is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    Ignored,
    ForTheAccount,
}

/// What remains of one leg, what closing the rest has cost, and what was closed.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    required: i128,
    cost: i128,
    /// Exact notional closed, in 2^-32 atoms.
    closed_q32: u128,
}

/// An account under one call's costs.
pub struct Slow {
    pub before: Health,
    /// Health with doubtful prices counted for the account: it decides what may be done.
    pub fair: Health,
    /// E / M that caps the costs, in Q32.
    pub latched: u128,
    /// The bonus rate of the moment, in Q32.
    pub bonus_rate: u128,
    beta: u128,
    theta: u128,
    pub legs: Vec<SlowLeg>,
}

/// One leg, reduced to what sizing needs.
pub struct SlowLeg {
    pub lots: u64,
    /// The price at which it counts, and, unless it is stale, is closed.
    pub price: u128,
    pub closable: bool,
    /// Lots that breakers let be closed.
    pub most: u64,
    /// What it was opened for.
    entry: u128,
    multiplier: u128,
    /// Bonus, premium and pool cost together, in Q32.
    configured: u128,
    tiers: Vec<SlowTier>,
}

struct SlowTier {
    floor: u128,
    /// Upper end; the last tier has none.
    upto: Option<u128>,
    rate: u128,
    deduct: u128,
    /// Most that may be charged per dollar closed in this tier, in Q32.
    cap: u128,
}

fn shift_floor(product: u128) -> u128 {
    product >> 32
}

fn shift_ceil(product: u128) -> u128 {
    product.div_ceil(ONE)
}

/// The price at which a leg counts: age always for the account, doubt only when asked.
pub fn counted_price(leg: &Leg, doubt: Doubt) -> u128 {
    let mut shift = u128::from(leg.mark.age_shift);
    if doubt == Doubt::ForTheAccount && leg.mark.uncertain {
        shift += u128::from(leg.mark.doubt_favour);
    }
    let price = u128::from(leg.mark.price.0);
    if leg.lots.0 > 0 {
        (price + shift).min(u128::from(u64::MAX))
    } else {
        price.saturating_sub(shift)
    }
}

fn tiers_of(leg: &Leg, theta_ratio: u128) -> Vec<SlowTier> {
    let brackets = leg.tiers.brackets();
    let mut tiers = Vec::new();
    let (mut floor, mut rate_below, mut deduct) = (0u128, 0u128, 0u128);
    for (k, bracket) in brackets.iter().enumerate() {
        let rate = u128::from(bracket.maintenance.0);
        // What N * rate overstates: each lower tier's notional at the step of the rate, rounded
        // down tier by tier as the market stores it.
        deduct += shift_floor(floor * (rate - rate_below));
        let marginal = shift_floor(rate * u128::from(leg.multiplier.0));
        tiers.push(SlowTier {
            floor,
            upto: (k + 1 < brackets.len()).then_some(u128::from(bracket.upto)),
            rate,
            deduct,
            cap: shift_floor(theta_ratio * marginal),
        });
        floor = u128::from(bracket.upto);
        rate_below = rate;
    }
    tiers
}

impl SlowTier {
    fn holds(&self, notional: u128) -> bool {
        self.upto.is_none_or(|upto| notional <= upto)
    }

    /// How much of the stretch between two notionals lies in this tier.
    fn part(&self, low: u128, high: u128) -> u128 {
        let top = self.upto.map_or(high, |upto| upto.min(high));
        top.saturating_sub(low.max(self.floor))
    }
}

impl SlowLeg {
    pub fn notional_ceil(&self, lots: u64) -> u128 {
        shift_ceil(u128::from(lots) * self.price)
    }

    /// The requirement, with every rounding of the ledger.
    pub fn required(&self, lots: u64) -> i128 {
        let notional = self.notional_ceil(lots);
        let tier = self
            .tiers
            .iter()
            .find(|tier| tier.holds(notional))
            .expect("the last tier has no upper end");
        let marginal = shift_ceil(notional * tier.rate).saturating_sub(tier.deduct);
        let required = shift_ceil(marginal * self.multiplier);
        self.assert_near_the_integral(notional, required);
        i128::try_from(required).expect("within 128 bits")
    }

    /// The same requirement as the plain sum over tiers, in exact arithmetic: rounding may only
    /// add to it, and only an atom or so for each tier.
    fn assert_near_the_integral(&self, notional: u128, required: u128) {
        let sum_q32: u128 = self
            .tiers
            .iter()
            .map(|tier| tier.part(0, notional) * tier.rate)
            .sum();
        let least = shift_floor(shift_floor(sum_q32) * self.multiplier);
        let tiers = self.tiers.len() as u128 + 1;
        let most = shift_ceil((shift_ceil(sum_q32) + tiers) * self.multiplier);
        assert!(least <= required && required <= most);
    }

    /// What the account pays for closing `closed` of `lots`.
    pub fn cost(&self, lots: u64, closed: u64) -> i128 {
        let high = self.notional_ceil(lots);
        let low = self.notional_ceil(lots - closed);
        let cost: u128 = self
            .tiers
            .iter()
            .map(|tier| {
                let part = tier.part(low, high);
                let charged = shift_ceil(part * self.configured.min(tier.cap));
                charged.min(shift_floor(part * tier.cap))
            })
            .sum();
        i128::try_from(cost).expect("within 128 bits")
    }

    fn step(&self, closed: u64) -> Step {
        Step {
            required: self.required(self.lots - closed),
            cost: self.cost(self.lots, closed),
            closed_q32: u128::from(closed) * self.price,
        }
    }

    /// Every way to reduce this leg, from nothing to all.
    fn steps(&self) -> Vec<Step> {
        let most = if self.closable { self.most } else { 0 };
        (0..=most).map(|closed| self.step(closed)).collect()
    }
}

/// Equity and requirement with every rounding of the ledger.
pub fn health(inputs: &Inputs, doubt: Doubt) -> Health {
    let account = &inputs.account;
    let mut equity = i128::from(account.cash.0)
        + i128::from(account.claims.0)
        + i128::from(account.collateral.0)
        - i128::from(account.interest.0);
    let mut maintenance = 0;
    for leg in account.legs {
        let price = counted_price(leg, doubt);
        let lots = leg.lots.0.unsigned_abs();
        let exact = i128::from(leg.lots.0) * i128::try_from(price).expect("a 64-bit price");
        equity += (exact >> 32) - i128::from(leg.entry.0) - i128::from(leg.funding_owed.0);
        let slow = SlowLeg {
            lots,
            price,
            closable: !leg.mark.stale,
            most: lots,
            entry: 0,
            multiplier: u128::from(leg.multiplier.0),
            configured: 0,
            tiers: tiers_of(leg, 0),
        };
        maintenance += slow.required(lots);
    }
    Health {
        equity,
        maintenance,
    }
}

/// All lots when the room holds them; else the most that it holds and that leave at least the
/// minimum position, if those are worth the minimum close.
fn most_within_room(leg: &Leg) -> u64 {
    let lots = u128::from(leg.lots.0.unsigned_abs());
    let price = counted_price(leg, Doubt::Ignored);
    let q32 = |usd: i64| u128::from(usd.max(0).unsigned_abs()) << 32;
    if lots * price <= q32(leg.room.0) {
        return leg.lots.0.unsigned_abs();
    }
    let left = q32(leg.min_position.0).div_ceil(price);
    let most = (q32(leg.room.0) / price).min(lots.saturating_sub(left));
    if most * price < q32(leg.min_close.0) {
        return 0;
    }
    u64::try_from(most).expect("under the lots of the leg")
}

fn is_live(inputs: &Inputs) -> bool {
    let Episode {
        flagged_at,
        touched_at,
        ..
    } = inputs.episode;
    flagged_at != 0
        && i128::from(inputs.now) - i128::from(touched_at)
            <= i128::from(inputs.policy.flag_lapse_secs)
}

impl Slow {
    pub fn new(inputs: &Inputs) -> Self {
        let before = health(inputs, Doubt::Ignored);
        let live = is_live(inputs);
        let now_ratio = if before.equity <= 0 {
            0
        } else {
            (before.equity.unsigned_abs() << 32) / before.maintenance.unsigned_abs()
        };
        let latched = if live {
            now_ratio.min(u128::from(inputs.episode.lowest_ratio.0))
        } else {
            now_ratio
        };
        let terms = &inputs.policy.bonus;
        let elapsed = if live {
            u128::try_from(inputs.now - inputs.episode.flagged_at).unwrap_or(0)
        } else {
            0
        };
        let (floor, max) = (u128::from(terms.floor.0), u128::from(terms.max.0));
        let ramp = u128::from(terms.ramp_secs);
        let bonus_rate = if elapsed >= ramp {
            max
        } else {
            floor + (max - floor) * elapsed / ramp
        };
        let theta = u128::from(inputs.policy.theta.0);
        let theta_ratio = shift_floor(theta * latched);
        let fair = health(inputs, Doubt::ForTheAccount);
        let least = i128::from(inputs.policy.thresholds.emergency.0);
        let emergency = fair.equity <= 0 || fair.equity << 32 < least * fair.maintenance;
        let legs = inputs
            .account
            .legs
            .iter()
            .map(|leg| SlowLeg {
                lots: leg.lots.0.unsigned_abs(),
                price: counted_price(leg, Doubt::Ignored),
                closable: !leg.mark.stale,
                most: if emergency {
                    leg.lots.0.unsigned_abs()
                } else {
                    most_within_room(leg)
                },
                entry: u128::from(leg.entry.0.unsigned_abs()),
                multiplier: u128::from(leg.multiplier.0),
                configured: bonus_rate + u128::from(leg.premium.0) + u128::from(leg.pool_cost.0),
                tiers: tiers_of(leg, theta_ratio),
            })
            .collect();
        Self {
            before,
            fair,
            latched,
            bonus_rate,
            beta: u128::from(inputs.policy.thresholds.target_buffer.0),
            theta,
            legs,
        }
    }

    /// The same account under its owner's plan: his target, his fee and the pool cost, and the cap
    /// of an account at E = M.
    pub fn recovery(inputs: &Inputs, recovery: &Recovery) -> Self {
        let mut slow = Self::new(inputs);
        slow.latched = ONE;
        slow.bonus_rate = u128::from(recovery.fee.0.min(inputs.policy.bonus.max.0));
        slow.beta = u128::from(recovery.target.0) - ONE;
        for (slow_leg, leg) in slow.legs.iter_mut().zip(inputs.account.legs) {
            slow_leg.configured = slow.bonus_rate + u128::from(leg.pool_cost.0);
            slow_leg.tiers = tiers_of(leg, slow.theta);
        }
        slow
    }

    /// T for a requirement of `maintenance`.
    pub fn target(&self, maintenance: i128) -> i128 {
        let buffer = shift_ceil(maintenance.unsigned_abs() * self.beta);
        maintenance + i128::try_from(buffer).expect("within 128 bits")
    }

    /// Health after closing so many lots of each leg.
    pub fn after(&self, closed: &[u64]) -> Health {
        let mut after = Health {
            equity: self.before.equity,
            maintenance: 0,
        };
        for (leg, &closed) in self.legs.iter().zip(closed) {
            let step = leg.step(closed);
            after.equity -= step.cost;
            after.maintenance += step.required;
        }
        after
    }

    /// E - T after closing so many lots of each leg: not negative when they suffice.
    pub fn surplus(&self, closed: &[u64]) -> i128 {
        let after = self.after(closed);
        after.equity - self.target(after.maintenance)
    }

    /// Everything that may be closed.
    pub fn all_closable(&self) -> Vec<u64> {
        self.legs
            .iter()
            .map(|leg| if leg.closable { leg.most } else { 0 })
            .collect()
    }

    /// Exact notional of closing so many lots of each leg, in 2^-32 atoms.
    pub fn notional_q32(&self, closed: &[u64]) -> u128 {
        self.legs
            .iter()
            .zip(closed)
            .map(|(leg, &lots)| u128::from(lots) * leg.price)
            .sum()
    }

    /// One lot of every leg that may be closed, in 2^-32 atoms.
    pub fn one_lot_each_q32(&self) -> u128 {
        self.legs
            .iter()
            .filter(|leg| leg.closable)
            .map(|leg| leg.price)
            .sum()
    }

    /// Whether a cost is at most theta * E, without rounding.
    pub fn within_theta(&self, cost: i128) -> bool {
        cost * (1 << 32)
            <= self.before.equity.max(0) * i128::try_from(self.theta).expect("a 64-bit ratio")
    }

    /// The least exact notional that reaches the target, over every combination of lots; `None`
    /// when none does. For up to three legs.
    ///
    /// For each choice of the first leg, the second is walked up while the third is walked down:
    /// more of one never needs more of another, which `assert_each_lot_repairs` makes sure of.
    pub fn least_notional_q32(&self) -> Option<u128> {
        let mut steps: Vec<Vec<Step>> = self.legs.iter().map(SlowLeg::steps).collect();
        for leg in &steps {
            assert_each_lot_repairs(leg);
        }
        let nothing = vec![Step {
            required: 0,
            cost: 0,
            closed_q32: 0,
        }];
        // The leg with the fewest choices goes outside, to save time.
        steps.sort_by_key(Vec::len);
        while steps.len() < 3 {
            steps.insert(0, nothing.clone());
        }
        let [outer, up, down] = <[Vec<Step>; 3]>::try_from(steps).ok()?;
        let suffices = |a: &Step, b: &Step, c: &Step| {
            let maintenance = a.required + b.required + c.required;
            self.before.equity - a.cost - b.cost - c.cost >= self.target(maintenance)
        };
        let mut best: Option<u128> = None;
        for a in &outer {
            let mut walked = down.len();
            for b in &up {
                while walked > 0 && suffices(a, b, &down[walked - 1]) {
                    walked -= 1;
                }
                if let Some(c) = down.get(walked) {
                    let notional = a.closed_q32 + b.closed_q32 + c.closed_q32;
                    best = Some(best.map_or(notional, |best| best.min(notional)));
                }
            }
        }
        best
    }

    /// The least number of lots of the only leg that reaches the target, by trying each in turn.
    pub fn least_lots_by_trying(&self) -> Option<u64> {
        (0..=self.legs[0].most).find(|&lots| self.surplus(&[lots]) >= 0)
    }

    /// The same for a leg too large to try everything: by halving, then by trying the `nearby`
    /// sizes below the result, in case rounding made the surplus jump.
    pub fn least_lots_by_halving(&self, nearby: u64) -> Option<u64> {
        let (mut low, mut high) = (0, self.legs[0].lots);
        if self.surplus(&[high]) < 0 {
            return None;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.surplus(&[middle]) >= 0 {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        (low.saturating_sub(nearby)..=low).find(|&lots| self.surplus(&[lots]) >= 0)
    }

    /// A lower bound of the least notional for accounts of any size, in 2^-32 atoms: the linear
    /// relaxation (fractions of a lot, tiers in any order), with every rounding taken the way that
    /// makes the bound lower. Not more than the truth, whatever the truth is.
    ///
    ///   minimise sum x   with  sum x (tau - c) >= T - E,  0 <= x <= what the tier holds
    ///
    /// One constraint: filling the greatest tau - c first is optimal.
    pub fn notional_bound_q32(&self) -> u128 {
        let mut segments = Vec::new();
        let mut target_q32 = 0;
        let mut slack = 0;
        for leg in &self.legs {
            let exact = u128::from(leg.lots) * leg.price;
            for tier in &leg.tiers {
                let top = tier.upto.map_or(exact, |upto| (upto << 32).min(exact));
                let room = top.saturating_sub(tier.floor << 32);
                let buffered = ONE + self.beta;
                let required = shift_floor(shift_floor(room * tier.rate) * leg.multiplier);
                target_q32 += shift_floor(required * buffered);
                if leg.closable && room > 0 {
                    let tau_q96 = tier.rate * leg.multiplier * buffered;
                    let cost_q96 = leg.configured.min(tier.cap) << 64;
                    let rate_q47 = tau_q96.saturating_sub(cost_q96).div_ceil(1 << 49);
                    segments.push((rate_q47, room));
                    // A tier's charge may be rounded down by an atom, and its end by another.
                    slack += 2;
                }
            }
        }
        let mut missing = i128::try_from(target_q32).expect("within 128 bits")
            - ((self.before.equity + slack) << 32);
        segments.sort_by_key(|&(rate, _)| core::cmp::Reverse(rate));
        let mut notional = 0;
        for (rate, room) in segments {
            if missing <= 0 {
                break;
            }
            let wanted = (missing.unsigned_abs() << 47) / rate;
            let taken = wanted.min(room);
            notional += taken;
            if wanted <= room {
                return notional;
            }
            missing -= i128::try_from((taken * rate).div_ceil(1 << 47)).expect("within 128 bits");
        }
        notional
    }

    /// Largest tau over the closable tiers, in Q32, rounded up.
    pub fn highest_tau(&self) -> u128 {
        let rates = self.legs.iter().filter(|leg| leg.closable).map(|leg| {
            let rate = leg.tiers.iter().map(|tier| tier.rate).max().unwrap_or(0);
            shift_ceil(shift_ceil(rate * leg.multiplier) * (ONE + self.beta))
        });
        rates.max().unwrap_or(1)
    }

    /// The smallest entry as a share of today's notional over the closable legs, in Q32, rounded
    /// down, and at most one.
    pub fn least_opened_for(&self) -> u128 {
        let legs = self.legs.iter().filter(|leg| leg.closable);
        let shares = legs.map(|leg| (leg.entry << 64) / (u128::from(leg.lots) * leg.price).max(1));
        shares.min().unwrap_or(ONE).min(ONE)
    }

    /// Smallest tau - c over the closable tiers, in Q32, rounded down.
    pub fn smallest_repair(&self) -> u128 {
        let rates = self.legs.iter().filter(|leg| leg.closable).map(|leg| {
            let tier = &leg.tiers[0];
            let tau = shift_floor(shift_floor(tier.rate * leg.multiplier) * (ONE + self.beta));
            tau.saturating_sub(leg.configured.min(tier.cap))
        });
        rates.min().unwrap_or(0)
    }
}

/// Every lot frees at least as much requirement as it costs, so surplus never falls as a leg
/// shrinks and the least size is where it first suffices.
fn assert_each_lot_repairs(steps: &[Step]) {
    for pair in steps.windows(2) {
        assert!(pair[0].required - pair[1].required >= pair[1].cost - pair[0].cost);
    }
}

/// How a cost divides, while the whole close earns a bonus: keeper first, then premium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    pub keeper: i128,
    pub premium: i128,
    /// What the lines owe the keeper, if they have it.
    pub missing: i128,
}

/// The bonus rate of the moment and the least one, in Q32.
#[derive(Clone, Copy, Debug)]
pub struct BonusRates {
    pub now: u128,
    pub floor: u128,
}

impl SlowLeg {
    pub fn tier_count(&self) -> i128 {
        i128::try_from(self.tiers.len()).expect("few tiers")
    }

    /// The floor bonus on what so many lots were opened for.
    pub fn floor_at_opening(&self, lots: u64, floor: u128) -> i128 {
        let entry = self.entry * u128::from(lots) / u128::from(self.lots);
        i128::try_from(shift_floor(entry * floor)).expect("within 128 bits")
    }

    /// Who gets what of closing `closed` lots. The keeper's part is rounded down.
    pub fn split(&self, closed: u64, rates: BonusRates, premium_rate: u128) -> Split {
        let high = self.notional_ceil(self.lots);
        let low = self.notional_ceil(self.lots - closed);
        let (mut keeper, mut premium, mut least) = (0, 0, 0);
        for tier in &self.tiers {
            let part = tier.part(low, high);
            let charged =
                shift_ceil(part * self.configured.min(tier.cap)).min(shift_floor(part * tier.cap));
            let kept = shift_floor(part * rates.now).min(charged);
            keeper += kept;
            premium += shift_floor(part * premium_rate).min(charged - kept);
            least += shift_floor(part * rates.floor);
        }
        let signed = |amount: u128| i128::try_from(amount).expect("within 128 bits");
        let least = signed(least).min(self.floor_at_opening(closed, rates.floor));
        Split {
            keeper: signed(keeper),
            premium: signed(premium),
            missing: (least - signed(keeper)).max(0),
        }
    }
}
