//! To maintenance plus a buffer, in steps that grow with time, for a fee that grows too.
//!
//! Symbols: E equity, M maintenance requirement, N notional, u the buffer on notional, m a position's
//! maintenance rate, f the liquidator's fee, g the fund's, s the pool's spread and impact, p price.
//!
//!   shortage = M + u N - E
//!
//! Closing x frees x (m + u) and costs x (f + g + s).
//!
//! Result: size  = shortage / (p (m + u - f) - p (g + s)), up to a lot; all of it if m + u <= f
//!         share = min(1, slots since entry / duration + initial share) of the shortage there was in all,
//!                 less what was freed, over the shortage there is; 1 if it is under 50 USD
//!         closed = size * share, up to a lot; all of a position of 50 USD and less
//!         f = f_0 before 1,500 slots, then min(f_0 + slots * 0.01 bp, 3 f_0, m)
//!         g = min(g_most, 0.95 (m + u - f - shortage of the market / N))
//!
//! Source: drift-labs/protocol-v2 `0ae3e3b`, `programs/drift/src/math/liquidation.rs` and
//! `controller/liquidation.rs`; read again for this file at velocity-exchange/velocity-v1 `f86250e` and
//! `0e3b5cc`, where that program is kept now: `calculate_base_asset_amount_to_cover_margin_shortage`,
//! `calculate_max_pct_to_liquidate`, `calculate_perp_if_fee` ("multiply by 95%"), `get_liquidation_fee`,
//! `liquidate_perp`, `PerpMarket::get_max_liquidation_fee`. At the 1,500th slot the increase counts all
//! slots, so the fee steps by 15 bp there. The buffer is 200 of 10,000 of notional
//! (`DEFAULT_LIQUIDATION_MARGIN_BUFFER_RATIO`, "2%"); the fees of 1 % are the fund's default in the SDK
//! and both fees of the program's tests, the duration of 150 slots that of its comment ("~ 1 minute") and
//! tests. What the deployed program had for fees, duration and initial share we have not seen.
//!
//! Carried over: `liquidate_perp` names one market and the liquidator chooses it; here the largest
//! position is taken first and the next ones while a shortage is left. Requirements are the exchange's,
//! m a position's average rate, as Drift's own margin ratio of a size is. s stands with the fees in the
//! denominator, where Drift has none. Where fees exceed what closing frees Drift's subtraction fails; here
//! the position is closed. Slots are counted from seconds. The account stays in liquidation until it has
//! its buffer, not only its maintenance ([`Policy::is_over`]).

use super::closing::{atoms, begin, decided, largest_first, real, share, usd, Fees, Open};
use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// Closes as Drift does.
#[derive(Clone, Copy, Debug)]
pub struct Drift {
    /// Added to every maintenance rate.
    pub buffer: f64,
    /// The liquidator's fee at first.
    pub liquidator_fee: f64,
    /// Most that the fund takes.
    pub insurance_fee: f64,
    /// Slots after which the liquidator's fee grows.
    pub grace_slots: i64,
    /// By so much for each slot since entry.
    pub fee_step: f64,
    /// To so many times what it was.
    pub fee_multiple: f64,
    /// Slots in which the whole shortage becomes due.
    pub duration_slots: i64,
    /// Share of it that is due at once.
    pub initial_share: f64,
    /// Milliseconds of a slot.
    pub slot_ms: i64,
    /// A shortage under this is due at once, and a position up to this is closed whole, in USD.
    pub small_usd: f64,
}

impl Default for Drift {
    fn default() -> Self {
        Self {
            buffer: 0.02,
            liquidator_fee: 0.01,
            insurance_fee: 0.01,
            grace_slots: 1_500,
            fee_step: 1e-6,
            fee_multiple: 3.0,
            duration_slots: 150,
            initial_share: 0.0,
            slot_ms: 400,
            small_usd: 50.0,
        }
    }
}

/// An account between two closes. Amounts in atoms.
struct Gap {
    equity: f64,
    maintenance: f64,
    notional: f64,
}

impl Gap {
    fn of(situation: &Situation, legs: &[Open]) -> Self {
        Self {
            equity: usd(situation.health.equity),
            maintenance: usd(situation.health.maintenance),
            notional: legs.iter().map(Open::notional).sum(),
        }
    }

    fn shortage(&self, buffer: f64) -> f64 {
        self.maintenance + buffer * self.notional - self.equity
    }

    fn apply(&mut self, open: &Open, cut: &Cut) -> Result<(), RiskError> {
        self.equity -= usd(cut.cost()?);
        self.maintenance -= usd(open.value.required) - usd(open.required_after(cut.lots)?);
        self.notional -= open.closed(cut.lots)? as f64;
        Ok(())
    }
}

impl Drift {
    /// The liquidator's fee so many slots after entry.
    fn fee(&self, slots: i64, m: f64) -> f64 {
        if slots < self.grace_slots {
            return self.liquidator_fee;
        }
        let most = (self.fee_multiple * self.liquidator_fee).min(m);
        (self.liquidator_fee + slots as f64 * self.fee_step).min(most)
    }

    /// The fund's fee, from what the market's shortage leaves of the margin. `m` includes the buffer.
    fn fund_fee(&self, shortage: f64, notional: f64, m: f64, fee: f64) -> f64 {
        let implied = 0.95 * (m - fee - shortage / notional).max(0.0);
        implied.min(self.insurance_fee)
    }

    /// Share of the shortage that may be freed now.
    fn due(&self, shortage: f64, freed: f64, slots: i64) -> f64 {
        if shortage < self.small_usd * 1e6 {
            return 1.0;
        }
        let ramp = if self.duration_slots > 0 {
            slots as f64 / self.duration_slots as f64
        } else {
            1.0
        };
        let most = (shortage + freed) * (ramp + self.initial_share).min(1.0);
        (most - freed).max(0.0) / shortage
    }

    /// One position's close.
    fn close(&self, open: &Open, gap: &Gap, freed: f64, slots: i64) -> Result<Cut, RiskError> {
        let shortage = gap.shortage(self.buffer);
        let m = open.maintenance() + self.buffer;
        let fee = self.fee(slots, open.maintenance());
        let of_market = shortage * usd(open.value.required) / gap.maintenance;
        let fund = if m > fee {
            self.fund_fee(of_market, open.notional(), m, fee)
        } else {
            0.0
        };
        let due = self.due(shortage, freed, slots);
        let is_small = open.notional() <= self.small_usd * 1e6;
        let lots = match size(shortage, m, fee, fund + real(open.leg.pool_cost)) {
            _ if due <= 0.0 => 0,
            _ if is_small => open.lots(),
            None => open.lots_for(open.notional())?,
            Some(size) => open.lots_for(size * due)?,
        };
        let closed = open.closed(lots)?;
        open.cut(
            lots,
            Fees {
                keeper: share(fee, closed)?,
                insurance: share(fund, closed)?,
                ..Fees::default()
            },
        )
    }
}

/// Notional that covers a shortage; none when closing costs more than it frees.
fn size(shortage: f64, m: f64, fee: f64, others: f64) -> Option<f64> {
    let repairs = m - fee - others;
    (repairs > 0.0).then(|| shortage / repairs)
}

impl Policy for Drift {
    fn name(&self) -> &'static str {
        "Drift"
    }

    fn source(&self) -> &'static str {
        "shortage / (m + buffer - f - g), over a minute: drift-labs/protocol-v2 0ae3e3b, math/liquidation.rs"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        let millis = begin(situation.now, &mut memory.first_at).saturating_mul(1_000);
        let slots = millis / self.slot_ms.max(1);
        let legs = largest_first(situation)?;
        let mut gap = Gap::of(situation, &legs);
        let mut cuts = [Cut::default(); MAX_LEGS];
        for open in &legs {
            let before = gap.shortage(self.buffer);
            if before <= 0.0 {
                break;
            }
            let cut = self.close(open, &gap, usd(memory.freed), slots)?;
            if cut.lots == 0 {
                continue;
            }
            gap.apply(open, &cut)?;
            let after = gap.shortage(self.buffer).max(0.0);
            memory.freed = memory.freed.plus(atoms(before - after)?)?;
            cuts[open.index] = cut;
        }
        Ok(decided(situation, memory, cuts, Usd::ZERO))
    }

    fn is_over(&self, situation: &Situation, _memory: &Memory) -> Result<bool, RiskError> {
        let legs = largest_first(situation)?;
        Ok(legs.is_empty() || Gap::of(situation, &legs).shortage(self.buffer) <= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{closes, dollars, first_cuts, leg, long, short, tiers, Case};

    /// All of the shortage at once.
    fn at_once() -> Drift {
        Drift {
            initial_share: 1.0,
            ..Drift::default()
        }
    }

    /// The program's own tests, mod calculate_base_asset_amount_to_cover_margin_shortage: 10 USD short
    /// at 10 % and 100 USD a unit is 1 unit without fees, 10/9 with a liquidator's fee of 1 %, 1.25 with
    /// a fund's fee of 1 % as well.
    #[test]
    fn the_size_is_that_of_the_sources_own_tests() {
        let units = |fee, fund| size(10.0, 0.1, fee, fund).expect("m is over the fees") / 100.0;
        assert!((units(0.0, 0.0) - 1.0).abs() < 1e-12);
        assert!((units(0.01, 0.0) - 10.0 / 9.0).abs() < 1e-12);
        assert!((units(0.01, 0.01) - 1.25).abs() < 1e-12);
        assert_eq!(size(10.0, 0.01, 0.01, 0.0), None);
    }

    /// The program's own test, mod calculate_perp_if_fee: 10 units of 100 USD at 5 % with a liquidator's
    /// fee of 1 %. 20 USD short leave 2 %, of which 95 % are 1.9 %; 1 USD short leaves 3.9 %, 3.705 %;
    /// 1,000 USD short leave nothing.
    #[test]
    fn the_funds_fee_is_that_of_the_sources_own_test() {
        let policy = Drift {
            insurance_fee: 0.05,
            ..Drift::default()
        };
        let fee = |shortage| policy.fund_fee(shortage, 1_000.0, 0.05, 0.01);
        assert!((fee(20.0) - 0.019).abs() < 1e-12);
        assert!((fee(1.0) - 0.037_05).abs() < 1e-12);
        assert_eq!(fee(1_000.0), 0.0);
        assert_eq!(Drift::default().fund_fee(20.0, 1_000.0, 0.05, 0.01), 0.01);
    }

    /// 1 % for 1,499 slots, then 1 % + 1,500 * 0.01 bp = 1.15 %, 1.2 % after 2,000; never over three
    /// times the first or over the maintenance rate.
    #[test]
    fn the_fee_rises_after_ten_minutes_up_to_a_bound() {
        let policy = Drift::default();
        for (slots, m, fee) in [
            (0, 0.05, 0.01),
            (1_499, 0.05, 0.01),
            (1_500, 0.05, 0.011_5),
            (2_000, 0.05, 0.012),
            (1_000_000, 0.05, 0.03),
            (1_000_000, 0.02, 0.02),
        ] {
            assert!((policy.fee(slots, m) - fee).abs() < 1e-12, "{slots}");
        }
    }

    /// 1,000 USD short, nothing freed: after 15 of 150 slots a tenth. With 100 freed and 900 left, after
    /// 30 slots a fifth of the 1,000 is due, less the 100: a ninth of the 900.
    #[test]
    fn the_share_that_is_due_grows_with_time_and_counts_what_was_freed() {
        let policy = Drift::default();
        let due = |shortage: f64, freed: f64, slots| policy.due(shortage * 1e6, freed * 1e6, slots);
        assert!((due(1_000.0, 0.0, 15) - 0.1).abs() < 1e-12);
        assert!((due(900.0, 100.0, 30) - 1.0 / 9.0).abs() < 1e-12);
        assert_eq!(due(900.0, 100.0, 15), 0.0);
        assert_eq!(due(900.0, 100.0, 150), 1.0);
        assert_eq!(due(49.0, 0.0, 0), 1.0);
    }

    /// Long 10,000 USD in a market of 5 %: M = 500, buffer 200. E = 450 is 250 short. The market is all
    /// there is, so g = 0.95 (0.07 - 0.01 - 0.025) = 3.3 %, at most 1 %. x = 250 / (0.07 - 0.02) = 5,000
    /// USD, for 50 USD to each.
    #[test]
    fn a_shortage_is_covered_with_the_buffer() {
        for lots in [10_000, -10_000] {
            let mut leg = leg(lots, 1.0);
            leg.tiers = tiers(0.05, 0.1);
            let case = Case::new(vec![leg], 450);
            let mut memory = Memory::NONE;
            let cut = closes(&at_once(), &case, &mut memory).0[0];
            assert!((5_000..=5_001).contains(&cut.lots), "{cut:?}");
            assert!((cut.keeper.0 - dollars(50).0).abs() <= 10_000, "{cut:?}");
            assert!((cut.insurance.0 - dollars(50).0).abs() <= 10_000, "{cut:?}");
            assert!((memory.freed.0 - dollars(250).0).abs() <= 60_000);
        }
    }

    #[test]
    fn nothing_is_due_at_entry_and_half_of_it_after_half_a_minute() {
        let mut leg = long(10_000, 1.0);
        leg.tiers = tiers(0.05, 0.1);
        let mut case = Case::new(vec![leg], 450);
        let mut memory = Memory::NONE;
        let verdict = Drift::default().decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        case.pass(30);
        let cut = closes(&Drift::default(), &case, &mut memory).0[0];
        assert!((2_500..=2_501).contains(&cut.lots), "{cut:?}");
    }

    #[test]
    fn the_largest_position_goes_first_and_the_next_when_it_does_not_suffice() {
        let mut legs = vec![short(3_000, 1.0), long(10_000, 1.0)];
        for leg in &mut legs {
            leg.tiers = tiers(0.05, 0.1);
        }
        // 650 + 260 - 640 = 270 short, and each dollar frees 7 cents and costs 2: 5,400.
        let case = Case::new(legs.clone(), 640);
        let cuts = first_cuts(&at_once(), &case);
        assert!(cuts[1].lots.abs_diff(5_400) <= 1, "{cuts:?}");
        assert_eq!(cuts[0].lots, 0);
        // With 340 it is 570 short. All of the long frees 700 for 200 of fees; what stays is
        // 150 + 60 - 140 = 70 short, 1,400 of the other at 5 cents.
        let case = Case::new(legs, 340);
        let cuts = first_cuts(&at_once(), &case);
        assert_eq!(cuts[1].lots, 10_000);
        assert!(cuts[0].lots.abs_diff(1_400) <= 1, "{cuts:?}");
    }

    #[test]
    fn a_position_of_fifty_dollars_is_closed_whole() {
        let case = Case::with(vec![long(50, 1.0)], Usd(990_000));
        let cuts = first_cuts(&Drift::default(), &case);
        assert_eq!(cuts[0].lots, 50);
    }

    #[test]
    fn liquidation_goes_on_over_maintenance_until_the_buffer_is_there() {
        let over = |equity| {
            let case = Case::new(vec![long(10_000, 1.0)], equity);
            Drift::default().is_over(&case.situation(), &Memory::NONE)
        };
        // M = 200, with the buffer 400.
        assert_eq!(over(399), Ok(false));
        assert_eq!(over(401), Ok(true));
    }
}
