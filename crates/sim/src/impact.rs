//! What closing a notional in the outside market costs and by how much it moves the price.
//!
//! Who takes over a liquidated position sells it somewhere, and so moves the price at which the next
//! account is judged. Symbols: x notional sold at once, in USD; I(x) relative move of the price at the
//! end of it; K(x) what it costs in USD against the price before.
//!
//!   K(x) = integral of I(y) dy from 0 to x,
//!
//! because the part between y and y + dy is sold at a price that has moved by I(y).
//!
//! Linear. A market with the same depth at every price moves by lambda for each dollar (Kyle,
//! "Continuous auctions and insider trading", Econometrica 53, 1985: the price is linear in order flow,
//! and depth is 1 / lambda). With d the notional that moves it by 1 %:
//!
//!   Result: I = 0.01 x / d,   K = x I / 2
//!
//! Square root. Large orders that are worked in parts move prices by far more at first and far less
//! at the end: with V the notional traded in a day, s the volatility of a day and Y near one,
//!
//!   Result: I = Y s sqrt(x / V),   K = 2/3 x I
//!
//! (Toth, Lemperiere, Deremble, de Lataillade, Kockelkoren, Bouchaud, "Anomalous price impact and the
//! critical nature of liquidity in financial markets", Physical Review X 1, 021006, 2011: Y of order one.
//! Almgren, Thum, Hauptmann, Li, "Direct estimation of equity market impact", Risk 18(7), 2005, find the
//! exponent 3/5 and reject 1/2 for their stocks; the difference is under the uncertainty of Y and s here.)
//!
//! Both are laws of one order. Closes of one moment are one order: ask for their sum, since the square
//! root of a sum is less than the sum of the roots.
//!
//! Decay. Part of the move is temporary: prices come back when the selling ends. After an order under
//! the square root law they keep 2/3 of the move, the average price that was paid (Farmer, Gerig, Lillo,
//! Waelbroeck, "How efficiency shapes market impact", Quantitative Finance 13, 2013). With h the half-life:
//!
//!   Result: left after t seconds = move * (kept + (1 - kept) * 2^(-t / h))
//!
//! Everything is computed with sums, products, quotients, square roots and `libm`, so every machine gets
//! the same bits.

use serde::Serialize;

/// How the outside market answers to a sale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub enum Impact {
    /// Not at all.
    #[default]
    None,
    /// By the same for each dollar.
    Linear {
        /// Notional that moves the price by 1 %, USD.
        depth_usd: f64,
    },
    /// With the square root of the notional.
    SquareRoot {
        /// Notional traded in a day, USD.
        daily_volume_usd: f64,
        /// Standard deviation of a day's relative move.
        daily_volatility: f64,
        /// Y; one when nothing better is known.
        y: f64,
    },
}

impl Impact {
    /// Relative move of the price that closing `notional_usd` at once causes, at most one. The sign is
    /// the caller's: down when longs are closed.
    pub fn share(&self, notional_usd: f64) -> f64 {
        let notional = notional_usd.max(0.0);
        let moved = match *self {
            Self::None => 0.0,
            Self::Linear { depth_usd } => 0.01 * notional / depth_usd,
            Self::SquareRoot {
                daily_volume_usd,
                daily_volatility,
                y,
            } => y * daily_volatility * (notional / daily_volume_usd).sqrt(),
        };
        moved.min(1.0)
    }

    /// What it costs, USD, against the price before.
    pub fn cost(&self, notional_usd: f64) -> f64 {
        let average = match self {
            Self::None => 0.0,
            Self::Linear { .. } => 0.5,
            Self::SquareRoot { .. } => 2.0 / 3.0,
        };
        average * notional_usd.max(0.0) * self.share(notional_usd)
    }
}

impl core::fmt::Display for Impact {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Linear { depth_usd } => {
                write!(f, "linear, {depth_usd} USD move the price by 1 %")
            }
            Self::SquareRoot {
                daily_volume_usd,
                daily_volatility,
                y,
            } => write!(
                f,
                "square root, {daily_volume_usd} USD traded in a day that moves {} %, Y = {y}",
                (daily_volatility * 1e4).round() / 1e2
            ),
        }
    }
}

/// Share of a move under the square root law that stays, see [`Displacement::keeping`].
pub const KEPT: f64 = 2.0 / 3.0;

/// By how much an outside price stands away from where it would be without the closes so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Displacement {
    half_life_secs: f64,
    kept_share: f64,
    /// What stays.
    kept: f64,
    /// What is left of the rest at `since`.
    fading: f64,
    /// Unix seconds.
    since: i64,
}

impl Displacement {
    /// None yet. Moves halve every `half_life_secs`; without a half-life they are gone a second later.
    pub const fn new(half_life_secs: f64) -> Self {
        Self {
            half_life_secs,
            kept_share: 0.0,
            kept: 0.0,
            fading: 0.0,
            since: 0,
        }
    }

    /// The same, but `share` of each move stays for good.
    pub const fn keeping(self, share: f64) -> Self {
        Self {
            kept_share: share,
            ..self
        }
    }

    /// Adds a relative move at a time not before the last one's, negative for down.
    pub fn push(&mut self, now: i64, share: f64) {
        self.fading = self.left(now) + share * (1.0 - self.kept_share);
        self.kept += share * self.kept_share;
        self.since = self.since.max(now);
    }

    /// The relative displacement at `now`.
    pub fn at(&self, now: i64) -> f64 {
        self.kept + self.left(now)
    }

    /// What is left of the part that fades.
    fn left(&self, now: i64) -> f64 {
        let secs = now.saturating_sub(self.since).max(0) as f64;
        if secs == 0.0 || self.fading == 0.0 {
            return self.fading;
        }
        if self.half_life_secs <= 0.0 {
            return 0.0;
        }
        self.fading * libm::exp2(-secs / self.half_life_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
    }

    /// 2 million USD where 1 million moves the price by 1 %: it moves by 2 %, and the average dollar is
    /// sold 1 % down: 20,000 USD.
    #[test]
    fn linear_impact_costs_half_of_the_move() {
        let impact = Impact::Linear {
            depth_usd: 1_000_000.0,
        };
        assert!(near(impact.share(2_000_000.0), 0.02));
        assert!(near(impact.cost(2_000_000.0), 20_000.0));
        assert!(near(impact.cost(4_000_000.0), 4.0 * 20_000.0));
    }

    /// A day's volume of 1 billion USD and a day's volatility of 4 %: 10 million are a hundredth of it,
    /// the root a tenth, the move 0.4 % at Y = 1. Two thirds of that on 10 million are 26,666.67 USD.
    /// Four times as much moves twice as far.
    #[test]
    fn square_root_impact_costs_two_thirds_of_the_move() {
        let impact = Impact::SquareRoot {
            daily_volume_usd: 1e9,
            daily_volatility: 0.04,
            y: 1.0,
        };
        assert!(near(impact.share(1e7), 0.004));
        assert!(near(impact.cost(1e7), 80_000.0 / 3.0));
        assert!(near(impact.share(4e7), 0.008));
    }

    /// The cost is the sum over small parts of what each has moved.
    #[test]
    fn the_cost_is_the_integral_of_the_move() {
        let laws = [
            Impact::Linear { depth_usd: 5e6 },
            Impact::SquareRoot {
                daily_volume_usd: 2e9,
                daily_volatility: 0.05,
                y: 0.8,
            },
        ];
        for impact in laws {
            let parts = 100_000;
            let part = 3e6 / f64::from(parts);
            let sum: f64 = (0..parts)
                .map(|i| part * impact.share((f64::from(i) + 0.5) * part))
                .sum();
            let cost = impact.cost(3e6);
            assert!((sum / cost - 1.0).abs() < 1e-6, "{impact:?}: {sum} {cost}");
        }
    }

    #[test]
    fn nothing_closed_moves_nothing_and_a_move_is_at_most_everything() {
        let impact = Impact::Linear { depth_usd: 1_000.0 };
        assert_eq!(Impact::None.share(1e9), 0.0);
        assert_eq!(Impact::None.cost(1e9), 0.0);
        assert_eq!(impact.share(0.0), 0.0);
        assert_eq!(impact.share(-5.0), 0.0);
        assert_eq!(impact.share(1e9), 1.0);
    }

    /// 3 % down, of which 2 % stay. After one half-life half of the other per cent is left, after two a
    /// quarter.
    #[test]
    fn a_displacement_halves_down_to_what_stays() {
        let mut displacement = Displacement::new(300.0).keeping(KEPT);
        displacement.push(NOW, -0.03);
        for (secs, left) in [
            (0, -0.03),
            (300, -0.025),
            (600, -0.022_5),
            (1_000_000, -0.02),
        ] {
            let found = displacement.at(NOW + secs);
            assert!(near(found, left), "{secs}: {found}");
        }
        // What was pushed has not faded before.
        assert!(near(displacement.at(NOW - 10), -0.03));
    }

    #[test]
    fn moves_add_up_and_cancel() {
        let mut displacement = Displacement::new(60.0);
        assert_eq!(displacement.at(NOW), 0.0);
        displacement.push(NOW, -0.02);
        displacement.push(NOW + 60, -0.01);
        assert!(near(displacement.at(NOW + 60), -0.02));
        displacement.push(NOW + 60, 0.02);
        assert_eq!(displacement.at(NOW + 60), 0.0);

        let mut gone = Displacement::new(0.0).keeping(0.25);
        gone.push(NOW, -0.04);
        assert!(near(gone.at(NOW), -0.04));
        assert!(near(gone.at(NOW + 1), -0.01));
    }

    #[test]
    fn looking_more_often_changes_nothing() {
        let mut once = Displacement::new(120.0);
        once.push(NOW, -0.05);
        let mut often = once;
        for secs in 1..=240 {
            often.push(NOW + secs, 0.0);
        }
        assert!(near(once.at(NOW + 240), -0.012_5));
        assert!(near(often.at(NOW + 240), -0.012_5));
    }
}
