//! Who trades: lives drawn from a seed, the same whatever liquidates them.
//!
//! An account is a sequence of lives. In each somebody deposits margin, opens one or two positions,
//! waits, and leaves at a time that was drawn beforehand. What happens in between depends on the policy;
//! when he comes, with what, and when he means to leave, does not, so that policies can be compared life
//! by life.

use crate::path::Paths;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};
use serde::Serialize;

/// How traders are drawn. Shares are of one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TraderTerms {
    /// Accounts at a time.
    pub accounts: u32,
    /// Median of the margin that a life begins with, USD.
    pub margin_median: f64,
    /// Deviation of its logarithm.
    pub margin_spread: f64,
    /// Median leverage.
    pub leverage_median: f64,
    /// Deviation of its logarithm.
    pub leverage_spread: f64,
    /// Most leverage; what a market's initial rate allows is less where it is less.
    pub leverage_most: f64,
    /// Share that is long.
    pub longs: f64,
    /// Share that holds a second position, in another market, where there is one.
    pub second: f64,
    /// Mean time that a life means to last, days (exponential).
    pub stay_days: f64,
    /// Mean pause between two lives of an account, days (exponential).
    pub pause_days: f64,
    /// Share that adds margin when called.
    pub adds: f64,
    /// Share that closes by itself when called.
    pub closes: f64,
    /// Share that has a recovery plan. Where a venue has none they do nothing.
    pub plans: f64,
    /// Mean time from a call to a reaction, minutes (exponential).
    pub reacts_minutes: f64,
    /// Most that is added, as a share of the first margin.
    pub adds_most: f64,
    /// Share whose margin is partly in another token, where there is one.
    pub collateral: f64,
    /// Share that takes out once a day what the program lets go.
    pub sweeps: f64,
}

impl Default for TraderTerms {
    fn default() -> Self {
        Self {
            accounts: 5_000,
            margin_median: 1_000.0,
            margin_spread: 1.2,
            leverage_median: 6.0,
            leverage_spread: 0.6,
            leverage_most: 24.0,
            longs: 0.6,
            second: 0.5,
            stay_days: 10.0,
            pause_days: 2.0,
            adds: 0.25,
            closes: 0.1,
            plans: 0.15,
            reacts_minutes: 30.0,
            adds_most: 0.5,
            collateral: 0.2,
            sweeps: 0.1,
        }
    }
}

/// What somebody does when his account comes under the call level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Nothing.
    Waits,
    /// Adds margin once for each call, while he has some.
    Adds,
    /// Closes everything.
    Closes,
    /// Has left a recovery plan with the program.
    Plans,
}

/// One life. Fields are f32 where their exactness does not matter: there are hundreds of thousands.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Step at which he comes.
    pub enters: u32,
    /// Step at which he leaves; after the last step for those who are still there.
    pub leaves: u32,
    /// Margin, USD.
    pub margin: f32,
    /// Notional of all positions over margin.
    pub leverage: f32,
    /// Share of the notional in the second market; zero for none.
    pub second: f32,
    /// Share of the margin that is in another token; zero for none.
    pub collateral: f32,
    /// Minutes from a call to his reaction.
    pub reacts_minutes: f32,
    /// First market.
    pub market: u8,
    /// Second market.
    pub other: u8,
    /// Token of the other collateral.
    pub bank: u8,
    /// Direction of the first position.
    pub is_long: bool,
    /// Direction of the second.
    pub other_is_long: bool,
    /// What he does when called.
    pub habit: Habit,
    /// He takes out excess collateral once a day.
    pub sweeps: bool,
}

/// All lives: a list for each account.
#[derive(Clone, Debug)]
pub struct Cast {
    /// By account.
    pub lives: Vec<Vec<Life>>,
    /// Every coming and leaving in the order of time: step, account, number of the life, whether he
    /// comes. Who leaves at a step does so before others come.
    pub events: Vec<(u32, u32, u32, bool)>,
}

impl Cast {
    /// Draws it for `markets` markets and the tokens in `banks` (numbers of those that may be collateral
    /// beside the quote token). The same for a seed whatever else happens.
    pub fn draw(
        terms: &TraderTerms,
        paths: &Paths,
        markets: usize,
        banks: &[u8],
        seed: u64,
    ) -> Self {
        let steps = u32::try_from(paths.len()).unwrap_or(u32::MAX);
        let lives: Vec<Vec<Life>> = (0..terms.accounts)
            .map(|account| one(terms, paths.step_secs, steps, markets, banks, seed, account))
            .collect();
        let mut events = Vec::new();
        for (account, lives) in (0u32..).zip(&lives) {
            for (number, life) in (0u32..).zip(lives) {
                events.push((life.enters, account, number, true));
                events.push((life.leaves, account, number, false));
            }
        }
        events
            .sort_unstable_by_key(|&(step, account, number, comes)| (step, comes, account, number));
        Self { lives, events }
    }
}

fn one(
    terms: &TraderTerms,
    step_secs: u32,
    steps: u32,
    markets: usize,
    banks: &[u8],
    seed: u64,
    account: u32,
) -> Vec<Life> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(u64::from(account) + 1);
    let steps_a_day = 86_400.0 / f64::from(step_secs.max(1));
    let waits = |random: &mut ChaCha8Rng, days: f64| {
        let drawn: f64 = Exp1.sample(random);
        // At least a minute, and a number that fits.
        (drawn * days * steps_a_day).clamp(1.0, 4e9) as u32
    };
    let mut lives = Vec::new();
    // The first lives begin as if the exchange had been there for long.
    let mut at = waits(&mut random, terms.pause_days);
    while at.saturating_add(2) < steps {
        let stay = waits(&mut random, terms.stay_days).max(2);
        let leaves = at.saturating_add(stay);
        lives.push(life(terms, markets, banks, &mut random, at, leaves));
        at = leaves.saturating_add(waits(&mut random, terms.pause_days));
    }
    lives
}

fn life(
    terms: &TraderTerms,
    markets: usize,
    banks: &[u8],
    random: &mut ChaCha8Rng,
    enters: u32,
    leaves: u32,
) -> Life {
    let mut spread = |median: f64, spread: f64| {
        let normal: f64 = StandardNormal.sample(random);
        median * libm::exp(normal * spread)
    };
    // Between ten dollars and a million: smaller accounts are under the minimum position, larger ones
    // are not the pool's customers.
    let margin = spread(terms.margin_median, terms.margin_spread).clamp(10.0, 1e6);
    let leverage =
        spread(terms.leverage_median, terms.leverage_spread).clamp(1.0, terms.leverage_most);
    let pick = |random: &mut ChaCha8Rng, most: usize| {
        u8::try_from(random.random_range(0..most.max(1))).unwrap_or(0)
    };
    let market = pick(random, markets);
    // Every number is drawn whether it is used or not, so that one change of terms leaves the rest alone.
    let (has_second, second) = (
        random.random_bool(terms.second),
        random.random_range(0.2..0.8),
    );
    let step = pick(random, markets.saturating_sub(1));
    let others = u8::try_from(markets.max(1)).unwrap_or(1);
    let is_long = random.random_bool(terms.longs);
    let other_is_long = random.random_bool(terms.longs);
    let (has_other, part) = (
        random.random_bool(terms.collateral),
        random.random_range(0.2..0.8),
    );
    let bank = usize::from(pick(random, banks.len()));
    let dice: f64 = random.random();
    let habit = if dice < terms.adds {
        Habit::Adds
    } else if dice < terms.adds + terms.closes {
        Habit::Closes
    } else if dice < terms.adds + terms.closes + terms.plans {
        Habit::Plans
    } else {
        Habit::Waits
    };
    let reacts: f64 = Exp1.sample(random);
    Life {
        enters,
        leaves,
        margin: margin as f32,
        leverage: leverage as f32,
        second: if has_second && markets > 1 {
            second
        } else {
            0.0
        },
        collateral: if has_other && !banks.is_empty() {
            part
        } else {
            0.0
        },
        reacts_minutes: (reacts * terms.reacts_minutes) as f32,
        market,
        other: (market + 1 + step) % others,
        bank: banks.get(bank).copied().unwrap_or(0),
        is_long,
        other_is_long,
        habit,
        sweeps: random.random_bool(terms.sweeps),
    }
}
