//! Prices fall, step by step, as fast as the keepers keep up and no faster.

use std::thread;
use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, bail, Context, Result};
use serde_json::json;
use whittle::error::WhittleError;
use whittle::state::MarginAccount;
use whittle_client::Mirror;
use whittle_risk::health::State;

use super::scrape::Told;
use super::{crowd, FIRST};
use crate::cast::Member;
use crate::local::Local;
use crate::process::KeeperProcess;

/// By what BTC falls in each step, basis points of the price before: at first so much that the next step
/// reaches somebody; then less than the maintenance rate, so that most are liquidated in time; and once so
/// much that many are under maintenance at once and some are worth less than nothing before anybody can
/// act.
const STEPS: [u64; 9] = [650, 130, 130, 130, 130, 400, 130, 130, 130];
/// ETH and SOL fall more, percent of that.
const BETA: [u64; 3] = [100, 115, 130];
/// A step comes once at most this part of all accounts is left to work on ...
const BACKLOG: usize = 20;
/// ... and so long after the one before. Between steps the last prices are published again: a flag is
/// confirmed by prices that are two seconds newer.
const BETWEEN_STEPS: Duration = Duration::from_secs(4);
const BETWEEN_PRICES: Duration = Duration::from_secs(2);
/// Nothing due and nothing in flight for so long is the end.
const QUIET: Duration = Duration::from_secs(6);
/// Without any progress for so long something is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// A fall of prices.
#[derive(Clone, Debug)]
pub struct Step {
    /// In this slot the prices were there.
    pub slot: u64,
    /// In 10^-8 dollars, by market.
    pub prices: Vec<u64>,
    /// Accounts that it brought under maintenance.
    pub under: Vec<Pubkey>,
}

/// Where an account stands at the published prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// At its target or over it.
    AtTarget,
    /// Between maintenance and target: healthy.
    Over,
    /// Without positions, and it owes nothing.
    Closed,
    /// Something has to be done about it.
    Due(State),
}

/// What was played.
pub(super) struct Fall {
    /// The keepers were started in this slot.
    pub since: u64,
    pub steps: Vec<Step>,
    /// Length of a slot as measured, seconds.
    pub slot_secs: f64,
    /// What became of each account.
    pub fates: Vec<Fate>,
}

struct Stage<'a> {
    local: &'a Local,
    keepers: &'a [KeeperProcess; 2],
    addresses: Vec<Pubkey>,
    steps: Vec<Step>,
    published: Instant,
}

pub(super) fn play(
    local: &Local,
    keepers: &[KeeperProcess; 2],
    members: &[Member],
    mut say: impl FnMut(&str),
) -> Result<Fall> {
    let (begun, since) = (Instant::now(), slot(local)?);
    let mut stage = Stage {
        local,
        keepers,
        addresses: members.iter().map(Member::account).collect(),
        steps: Vec::new(),
        published: Instant::now(),
    };
    stage.wait_until_ready()?;
    let first = Instant::now();
    let fates = stage.fall(&mut say)?;
    say(&format!(
        "nothing is due any more, {:.0} s after the first step",
        first.elapsed().as_secs_f64()
    ));
    let slots = slot(local)?.saturating_sub(since).max(1);
    Ok(Fall {
        since,
        steps: stage.steps,
        slot_secs: begun.elapsed().as_secs_f64() / slots as f64,
        fates,
    })
}

impl Stage<'_> {
    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.keep_fresh()?;
            let mut ready = true;
            for keeper in self.keepers {
                ready &= keeper.get(self.local, "/readyz")?.0 == 200;
            }
            if ready && self.in_flight()? == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the keepers are not ready:\n{}", self.keepers[0].log()?);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Until the last step has been taken and nothing is left to do.
    fn fall(&mut self, say: &mut impl FnMut(&str)) -> Result<Vec<Fate>> {
        let mut left = STEPS.iter();
        let mut stepped: Option<Instant> = None;
        let (mut quiet_since, mut progress, mut was_due) = (None, Instant::now(), 0);
        loop {
            let (fates, accounts) = self.look()?;
            let due = fates.iter().filter(|it| matches!(it, Fate::Due(_))).count();
            let may_step = stepped.is_none_or(|at| at.elapsed() >= BETWEEN_STEPS)
                && due * BACKLOG <= self.addresses.len();
            let next = if may_step { left.next() } else { None };
            if let Some(bps) = next {
                self.step(*bps, &accounts)?;
                stepped = Some(Instant::now());
                quiet_since = None;
                say(&self.told());
            } else {
                self.keep_fresh()?;
                let quiet = due == 0 && left.len() == 0 && self.in_flight()? == 0;
                let since = quiet_since.get_or_insert_with(Instant::now);
                if !quiet {
                    quiet_since = None;
                } else if since.elapsed() > QUIET {
                    return Ok(fates);
                }
            }
            if due != was_due || next.is_some() || due == 0 {
                (progress, was_due) = (Instant::now(), due);
            }
            if progress.elapsed() > PATIENCE {
                bail!("{due} accounts are left alone:\n{}", self.keepers[0].log()?);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// The next prices, and whom they bring under maintenance.
    fn step(&mut self, bps: u64, accounts: &[MarginAccount]) -> Result<()> {
        let before = self.local.oracles().prices();
        let fallen = before.iter().zip(BETA);
        let prices: Vec<u64> = fallen
            .map(|(price, beta)| price - price * bps * beta / 1_000_000)
            .collect();
        let (was, is) = (
            self.fates(&before, accounts)?,
            self.fates(&prices, accounts)?,
        );
        let due = |fate: &Fate| matches!(fate, Fate::Due(_));
        let changed = was.iter().zip(&is).zip(&self.addresses);
        let under = changed.filter(|((was, is), _)| !due(was) && due(is));
        let under = under.map(|(_, address)| *address).collect();
        self.local.publish(&prices)?;
        self.published = Instant::now();
        self.steps.push(Step {
            slot: slot(self.local)?,
            prices,
            under,
        });
        Ok(())
    }

    /// Publishes the last prices again when it is time to.
    fn keep_fresh(&mut self) -> Result<()> {
        if self.published.elapsed() >= BETWEEN_PRICES {
            self.local.publish(&self.local.oracles().prices())?;
            self.published = Instant::now();
        }
        Ok(())
    }

    fn in_flight(&self) -> Result<u64> {
        let mut sum = 0;
        for keeper in self.keepers {
            sum += Told::of(self.local, keeper)?.in_flight;
        }
        Ok(sum)
    }

    fn look(&self) -> Result<(Vec<Fate>, Vec<MarginAccount>)> {
        let accounts = crowd::read(self.local, &self.addresses)?;
        let fates = self.fates(&self.local.oracles().prices(), &accounts)?;
        Ok((fates, accounts))
    }

    fn fates(&self, prices: &[u64], accounts: &[MarginAccount]) -> Result<Vec<Fate>> {
        let (cached, now) = (self.local.mirror()?, self.local.node().now()?);
        let mirror = self.local.at_published_prices(&cached, prices, now)?;
        accounts.iter().map(|it| fate(&mirror, it, now)).collect()
    }

    fn told(&self) -> String {
        let Some(step) = self.steps.last() else {
            return String::new();
        };
        let bps = step.prices[0] * 10_000 / FIRST[0];
        format!(
            "  step {} of {}: BTC at {}.{:02} % of its first price, {} accounts under maintenance",
            self.steps.len(),
            STEPS.len(),
            bps / 100,
            bps % 100,
            step.under.len()
        )
    }
}

fn fate(mirror: &Mirror, account: &MarginAccount, now: i64) -> Result<Fate> {
    let of = |error: WhittleError| anyhow!("{}: {error}", account.owner);
    let state = mirror.state(account, now).map_err(of)?;
    let health = mirror.health(account, now).map_err(of)?;
    let exchange = mirror.exchange().context("there is no exchange")?;
    let buffer = exchange.policy().thresholds.target_buffer;
    let target = health
        .with_buffer(buffer)
        .map_err(|error| of(error.into()))?;
    Ok(match state {
        _ if account.deficit_usd_atoms != 0 => Fate::Due(State::Bankrupt),
        State::Healthy | State::MarginCall if account.open_positions().next().is_none() => {
            Fate::Closed
        }
        State::Healthy | State::MarginCall if health.equity < target => Fate::Over,
        State::Healthy | State::MarginCall => Fate::AtTarget,
        state => Fate::Due(state),
    })
}

fn slot(local: &Local) -> Result<u64> {
    let answer = local
        .node()
        .call("getSlot", json!([{"commitment": "processed"}]))?;
    answer.as_u64().context("no slot")
}
