//! A fifth of a large position, then, after a cooldown, all of it; a backstop that keeps the margin.
//!
//! Symbols: N_i notional of a leg, E equity, M maintenance requirement.
//!
//! Result: closed of leg i = N_i               if N_i <= 100,000 USD or the cooldown has passed
//!                           0.2 N_i           otherwise; then 30 seconds nothing
//!         E < 2/3 M:        positions and what is left of the margin pass to the backstop.
//!
//! Source: Hyperliquid's docs, "Liquidations" (hyperliquid.gitbook.io/hyperliquid-docs/trading/
//! liquidations): "For liquidatable positions larger than 100k USDC, only 20% of the position will be
//! sent as a market liquidation order to the book. After a block where any position of a user is
//! partially liquidated, there is a cooldown period of 30 seconds. After this cooldown period, all
//! market liquidation orders for that user will be for the entire position." The program is closed, so
//! the docs are all there is.
//!
//! Carried over: the account here is a cross-margined one there. Orders go to a book there and to the
//! pool here, which takes its spread and impact and fills all of it. There is no clearance fee; the
//! docs do not say whether the taker's fee is taken, so that is a parameter, on by default because a
//! market order is a trade. In the backstop no more than the equity is taken, as spread and as seized
//! margin together: the backstop pays its own costs.

use super::closing::{decided, open_legs, real, share, usd, Fees};
use super::{Cut, Memory, Policy, Situation, Verdict};
use whittle_risk::{RiskError, Usd, MAX_LEGS};

/// Closes in two steps.
#[derive(Clone, Copy, Debug)]
pub struct Chunks {
    /// Positions over this are closed in part first.
    pub large: Usd,
    /// That part.
    pub chunk: f64,
    /// Seconds until the rest.
    pub cooldown_secs: i64,
    /// Under this E / M the backstop takes the account.
    pub backstop: f64,
    /// Whether the market's fee for a trade is taken.
    pub charges_trade_fee: bool,
}

impl Default for Chunks {
    fn default() -> Self {
        Self {
            large: Usd(100_000_000_000),
            chunk: 0.2,
            cooldown_secs: 30,
            backstop: 2.0 / 3.0,
            charges_trade_fee: true,
        }
    }
}

impl Policy for Chunks {
    fn name(&self) -> &'static str {
        "20 % chunks"
    }

    fn source(&self) -> &'static str {
        "20 % of positions over 100,000 USD, all after 30 s, backstop under 2/3 M: Hyperliquid's docs"
    }

    fn decide(&self, situation: &Situation, memory: &mut Memory) -> Result<Verdict, RiskError> {
        let health = situation.health;
        let backstop = usd(health.equity) < self.backstop * usd(health.maintenance);
        if !backstop && situation.now < memory.not_before {
            return Ok(Verdict::Wait);
        }
        if backstop {
            let (cuts, seized) = seize(situation)?;
            return Ok(decided(situation, memory, cuts, seized));
        }
        let mut cuts = [Cut::default(); MAX_LEGS];
        let mut is_partial = false;
        for open in open_legs(situation)? {
            let large = Usd::from_magnitude(open.value.notional)? > self.large;
            let lots = if large && !memory.is_condemned {
                open.lots_for(self.chunk * open.notional())?
            } else {
                open.lots()
            };
            is_partial |= lots < open.lots();
            let fee = match situation.close_fee.get(open.index) {
                Some(fee) if self.charges_trade_fee => share(real(*fee), open.closed(lots)?)?,
                _ => Usd::ZERO,
            };
            let fees = Fees {
                pool: fee,
                ..Fees::default()
            };
            cuts[open.index] = open.cut(lots, fees)?;
        }
        if is_partial {
            memory.is_condemned = true;
            memory.not_before = situation.now.saturating_add(self.cooldown_secs);
        }
        Ok(decided(situation, memory, cuts, Usd::ZERO))
    }
}

/// Everything is closed and everything kept. The costs end where the equity does.
fn seize(situation: &Situation) -> Result<([Cut; MAX_LEGS], Usd), RiskError> {
    let mut cuts = [Cut::default(); MAX_LEGS];
    let mut left = situation.health.equity.most(Usd::ZERO);
    for open in open_legs(situation)? {
        let mut cut = open.cut(open.lots(), Fees::default())?;
        cut.pool = cut.pool.least(left);
        left = left.minus(cut.pool)?;
        cuts[open.index] = cut;
    }
    Ok((cuts, left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture::{
        assert_near, closes, dollars, first_cuts, long, ratio, short, Case,
    };

    /// 250,000 USD at 2 %: M = 5,000. E = 4,000 is over two thirds of it. 20 % are 50,000 USD, that
    /// is 50 lots of 1,000; the other leg is under 100,000 USD and goes at once.
    fn case() -> Case {
        let mut case = Case::new(vec![long(250, 1_000.0), short(20_000, 1.0)], 4_300);
        case.close_fee[0] = ratio(0.0005);
        case
    }

    #[test]
    fn of_a_large_position_a_fifth_is_closed_and_a_small_one_whole() {
        let mut memory = Memory::NONE;
        let (cuts, seized) = closes(&Chunks::default(), &case(), &mut memory);
        assert_eq!((cuts[0].lots, cuts[1].lots), (50, 20_000));
        // 50,000 USD at 0.05 %.
        assert_near(cuts[0].pool, dollars(25));
        assert_eq!(cuts[1].pool, Usd::ZERO);
        assert_eq!(seized, Usd::ZERO);
    }

    #[test]
    fn nothing_happens_for_thirty_seconds_and_then_everything() {
        let mut case = case();
        let mut memory = Memory::NONE;
        closes(&Chunks::default(), &case, &mut memory);
        // The first fifth is closed and the account is under maintenance again.
        let mut case = Case {
            now: case.now,
            ..Case::new(
                vec![long(case.legs.remove(0).lots.0 * 4 / 5, 1_000.0)],
                3_000,
            )
        };
        case.pass(29);
        let verdict = Chunks::default().decide(&case.situation(), &mut memory);
        assert_eq!(verdict, Ok(Verdict::Wait));
        case.pass(1);
        let (cuts, _) = closes(&Chunks::default(), &case, &mut memory);
        assert_eq!(cuts[0].lots, 200);
    }

    #[test]
    fn a_position_of_just_a_hundred_thousand_is_not_large() {
        let cuts = first_cuts(
            &Chunks::default(),
            &Case::new(vec![long(100, 1_000.0)], 1_900),
        );
        assert_eq!(cuts[0].lots, 100);
    }

    /// M = 5,000, two thirds are 3,333.33. With 3,333 USD the backstop takes all lots and all money,
    /// whether a cooldown runs or not: 250 of it as the spread of 0.1 %.
    #[test]
    fn under_two_thirds_of_maintenance_the_backstop_takes_positions_and_margin() {
        let mut legs = vec![long(250, 1_000.0)];
        legs[0].pool_cost = ratio(0.001);
        let mut memory = Memory::NONE;
        let (cuts, seized) = closes(
            &Chunks::default(),
            &Case::new(legs.clone(), 3_334),
            &mut memory,
        );
        assert_eq!((cuts[0].lots, seized), (50, Usd::ZERO));
        let (cuts, seized) = closes(
            &Chunks::default(),
            &Case::new(legs.clone(), 3_333),
            &mut memory,
        );
        assert_eq!(cuts[0].lots, 250);
        assert_near(cuts[0].pool, dollars(250));
        assert_near(seized, dollars(3_083));

        let (cuts, seized) = closes(&Chunks::default(), &Case::new(legs, -40), &mut memory);
        assert_eq!(cuts[0].lots, 250);
        assert_eq!((cuts[0].pool, seized), (Usd::ZERO, Usd::ZERO));
    }
}
