//! Models of prices. Years have 365 days of 24 hours; rates and volatilities are a year's.
//!
//! In all of them dt is a step in years, Z are independent standard normal numbers and S the price.
//!
//! **Geometric Brownian motion** (F. Black and M. Scholes 1973, "The pricing of options and corporate
//! liabilities", Journal of Political Economy 81(3), 637-654): dS = mu S dt + sigma S dW. Solved for a
//! step: ln S moves by (mu - sigma^2 / 2) dt + sigma sqrt(dt) Z. Result: the mean of S after t years is
//! S(0) exp(mu t), exactly, for any step.
//!
//! **Jumps** (R. Merton 1976, "Option pricing when underlying stock returns are discontinuous", Journal
//! of Financial Economics 3, 125-144): in addition ln S jumps, `rate` times a year (Poisson), each time
//! by a normal number of mean m and deviation d. A jump multiplies the price by exp(m + d^2 / 2) on
//! average, so mu is lowered by rate (exp(m + d^2 / 2) - 1). Result: the mean of S is S(0) exp(mu t)
//! still.
//!
//! **Volatility that clusters** (S. Heston 1993, "A closed-form solution for options with stochastic
//! volatility", Review of Financial Studies 6(2), 327-343): dS = mu S dt + sqrt(v) S dW and
//! dv = kappa (theta - v) dt + xi sqrt(v) dB, where dW dB = rho dt. Steps by full truncation (R. Lord,
//! R. Koekkoek and D. van Dijk 2010, "A comparison of biased simulation schemes for stochastic
//! volatility models", Quantitative Finance 10(2), 177-194), the least biased Euler scheme of theirs:
//! with p = max(v, 0), ln S moves by (mu - p / 2) dt + sqrt(p dt) Z, and v by
//! kappa (theta - p) dt + xi sqrt(p dt) (rho Z + sqrt(1 - rho^2) Z').
//!
//! **A stablecoin** (G. Uhlenbeck and L. Ornstein 1930, "On the theory of the Brownian motion", Physical
//! Review 36, 823-841): x = ln(S / peg) is pulled to zero, dx = -k x dt + s dW. With a = exp(-k dt) a
//! step takes x to a x + noise sqrt(1 - a^2) Z, exactly. Result: x has the deviation `noise` at any
//! time, and half of a departure is gone after the half-life ln(2) / k.

use super::draw::{Draw, For};
use super::time::DAY;
use super::Grid;

/// Seconds of a year.
pub(super) const YEAR: f64 = 365.0 * DAY as f64;

/// How prices move, as above. Shares are of one: 0.8 is 80 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// Geometric Brownian motion.
    Gbm {
        /// Drift.
        mu: f64,
        /// Volatility.
        sigma: f64,
    },
    /// The same with jumps.
    Jumps {
        /// Drift, jumps included.
        mu: f64,
        /// Volatility between jumps.
        sigma: f64,
        /// Jumps a year.
        rate: f64,
        /// Mean of a jump of the logarithm.
        mean: f64,
        /// Its deviation.
        deviation: f64,
    },
    /// Volatility that clusters.
    Heston {
        /// Drift.
        mu: f64,
        /// Volatility to which it returns: theta is its square.
        sigma: f64,
        /// Volatility at the start.
        start: f64,
        /// Kappa: how fast the variance returns, a year.
        kappa: f64,
        /// Volatility of the variance.
        xi: f64,
        /// Correlation of the variance with the price.
        rho: f64,
    },
    /// A stablecoin.
    Stable {
        /// Deviation from the peg.
        noise: f64,
        /// Half-life of a departure, hours.
        half_life: f64,
    },
}

/// A model with what does not change from step to step, and what does.
pub(super) enum Motion {
    Gbm {
        drift: f64,
        deviation: f64,
    },
    Jumps {
        drift: f64,
        deviation: f64,
        jumps: Jumps,
    },
    Heston {
        variance: f64,
        draw: Draw,
        dt: f64,
        mu: f64,
        theta: f64,
        kappa: f64,
        xi: f64,
        rho: f64,
    },
    Stable {
        kept: f64,
        deviation: f64,
    },
}

impl Model {
    pub(super) fn motion(&self, grid: &Grid, place: usize) -> Motion {
        let dt = f64::from(grid.step_secs) / YEAR;
        let gbm = |mu: f64, sigma: f64| ((mu - sigma * sigma / 2.0) * dt, sigma * dt.sqrt());
        match *self {
            Self::Gbm { mu, sigma } => {
                let (drift, deviation) = gbm(mu, sigma);
                Motion::Gbm { drift, deviation }
            }
            Self::Jumps {
                mu,
                sigma,
                rate,
                mean,
                deviation: spread,
            } => {
                let growth = libm::exp(mean + spread * spread / 2.0) - 1.0;
                let (drift, deviation) = gbm(mu - rate * growth, sigma);
                let draw = Draw::new(grid.seed, For::Jumps, place, 0);
                Motion::Jumps {
                    drift,
                    deviation,
                    jumps: Jumps::new(draw, rate * dt, mean, spread),
                }
            }
            Self::Heston {
                mu,
                sigma,
                start,
                kappa,
                xi,
                rho,
            } => Motion::Heston {
                variance: start * start,
                draw: Draw::new(grid.seed, For::Variance, place, 0),
                dt,
                mu,
                theta: sigma * sigma,
                kappa,
                xi,
                rho,
            },
            Self::Stable { noise, half_life } => {
                let halves = f64::from(grid.step_secs) / (half_life * 3_600.0);
                let kept = libm::exp2(-halves);
                Motion::Stable {
                    kept,
                    deviation: noise * (1.0 - kept * kept).sqrt(),
                }
            }
        }
    }
}

impl Motion {
    /// The logarithm of the price after a step.
    pub(super) fn step(&mut self, log: f64, shock: f64) -> f64 {
        match self {
            Self::Gbm { drift, deviation } => log + *drift + *deviation * shock,
            Self::Jumps {
                drift,
                deviation,
                jumps,
            } => log + *drift + *deviation * shock + jumps.in_step(),
            Self::Heston {
                variance,
                draw,
                dt,
                mu,
                theta,
                kappa,
                xi,
                rho,
            } => {
                let positive = variance.max(0.0);
                let spread = (positive * *dt).sqrt();
                let other = *rho * shock + (1.0 - *rho * *rho).max(0.0).sqrt() * draw.normal();
                *variance += *kappa * (*theta - positive) * *dt + *xi * spread * other;
                log + (*mu - positive / 2.0) * *dt + spread * shock
            }
            Self::Stable { kept, deviation } => log * *kept + *deviation * shock,
        }
    }
}

/// Jumps, by the exponential times between them, in steps.
pub(super) struct Jumps {
    draw: Draw,
    rate_a_step: f64,
    mean: f64,
    deviation: f64,
    /// Steps until the next one.
    next: f64,
}

impl Jumps {
    fn new(mut draw: Draw, rate_a_step: f64, mean: f64, deviation: f64) -> Self {
        let next = draw.exponential() / rate_a_step;
        Self {
            draw,
            rate_a_step,
            mean,
            deviation,
            next,
        }
    }

    /// The sum of the jumps of one step.
    fn in_step(&mut self) -> f64 {
        let mut sum = 0.0;
        while self.next < 1.0 {
            sum += self.mean + self.deviation * self.draw.normal();
            self.next += self.draw.exponential() / self.rate_a_step;
        }
        self.next -= 1.0;
        sum
    }
}
