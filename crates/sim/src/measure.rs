//! What is counted in a run, and how runs with different seeds are summed up.

use serde::Serialize;

/// Counts and sums of one run: one policy, one seed. Sums are USD atoms, exact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// Lives that began: a trader who opened an account and a position.
    pub lives: u64,
    /// Entries that the program refused (margin, caps, shock).
    pub refused: u64,
    /// Margin that traders deposited at the start of their lives.
    pub deposited: i64,
    /// Margin calls: times an account fell under the call level.
    pub calls: u64,
    /// Margin that traders added after a call.
    pub added: i64,
    /// Excess collateral that traders took out while they held positions.
    pub withdrawn: i64,
    /// Recovery plans executed, the notional they closed and what they cost.
    pub plans: u64,
    /// Notional closed by recovery plans.
    pub plan_notional: i64,
    /// What recovery plans cost.
    pub plan_cost: i64,

    /// Times that an account fell under maintenance.
    pub falls: u64,
    /// Of these, those that came back over maintenance before anything was closed.
    pub escaped: u64,
    /// Liquidations that closed something.
    pub liquidations: u64,
    /// Lives that were liquidated at least once.
    pub liquidated: u64,
    /// Lives that were liquidated more than once.
    pub repeated: u64,
    /// Most liquidations of one life.
    pub most_in_a_life: u64,
    /// Notional closed by liquidations.
    pub notional: i64,
    /// Notional of the accounts before each life's first liquidation.
    pub notional_before: i64,
    /// Lives that were closed out entirely by liquidations.
    pub closed_out: u64,
    /// Liquidated lives that still held a position when they meant to leave.
    pub survived: u64,
    /// Liquidated lives that left with at least the equity that they had before their first liquidation.
    pub recovered: u64,

    /// What liquidations cost traders beyond the market's own move: the sum of the next four.
    pub cost: i64,
    /// Of it, to keepers.
    pub cost_keeper: i64,
    /// To insurance.
    pub cost_insurance: i64,
    /// Spread, impact and fees to the pool.
    pub cost_pool: i64,
    /// Margin seized beyond costs.
    pub seized: i64,
    /// Equity with which liquidated lives left.
    pub final_equity: i64,
    /// Equity with which the same lives would have left had nobody liquidated them and nobody asked for
    /// more than their margin: at least zero each.
    pub held_equity: i64,

    /// What keepers earned, top-ups included.
    pub keeper_earned: i64,
    /// What keepers paid for transactions.
    pub keeper_fees: i64,
    /// Notional-weighted market impact of closes, USD: what selling the closed notional in the outside
    /// market moves away.
    pub impact: i64,
    /// Seconds that accounts spent under maintenance, summed.
    pub underwater_secs: u64,
    /// Most accounts under maintenance at once.
    pub most_waiting: u64,

    /// Equity that was missing when accounts were closed out: bad debt.
    pub bad_debt: i64,
    /// Accounts that ended with bad debt.
    pub bankrupt: u64,
    /// Of the bad debt, borne by insurance.
    pub borne_insurance: i64,
    /// Borne by the pool.
    pub borne_pool: i64,
    /// Borne by winners on the other side.
    pub borne_winners: i64,
    /// Borne by nobody when the run ended.
    pub borne_nobody: i64,
    /// Insurance fund at the end less at the start.
    pub insurance_change: i64,
    /// Keeper top-ups that insurance paid.
    pub top_ups: i64,
    /// Largest fall of the insurance fund from a high.
    pub insurance_drawdown: i64,
    /// Pool value at the end less at the start.
    pub pool_change: i64,
    /// Positions reduced for the pool (auto-deleverage), and their notional.
    pub deleveraged: u64,
    /// Notional of positions reduced for the pool.
    pub deleveraged_notional: i64,
    /// Collateral sold to cure overdrafts, USD.
    pub converted: i64,

    /// Steps of time, and accounts times steps.
    pub steps: u64,
    /// Accounts that were alive, summed over steps.
    pub account_steps: u64,
    /// Times that an account's health was computed.
    pub judged: u64,
}

/// A mean over seeds with its 95 % confidence interval (Student's t, n - 1 degrees of freedom).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Mean.
    pub mean: f64,
    /// Half the width of the interval; zero with one seed.
    pub half_width: f64,
}

/// Two-sided 95 % quantiles of Student's t by degrees of freedom, 1 to 30 (any table of it).
const T95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

impl Estimate {
    /// Of a sample, in its order: the order of summing decides the last bits.
    pub fn of(sample: &[f64]) -> Self {
        let n = sample.len();
        if n == 0 {
            return Self::default();
        }
        let mean = sample.iter().sum::<f64>() / n as f64;
        if n == 1 {
            return Self {
                mean,
                half_width: 0.0,
            };
        }
        let squares: f64 = sample
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        let deviation = (squares / (n - 1) as f64).sqrt();
        let t = T95.get(n - 2).copied().unwrap_or(1.96);
        Self {
            mean,
            half_width: t * deviation / (n as f64).sqrt(),
        }
    }
}
