//! One exchange through time: prices are published, traders come and go, keepers liquidate by one
//! policy, losses are borne.
//!
//! Time goes in steps of the paths' grid. While an account is under maintenance or has a recovery plan
//! that is due, it goes in looks of some seconds between them, each with a price of its own, because
//! what a keeper does is a matter of seconds.

mod act;
mod apply;
mod index;
mod judge;
mod losses;
mod record;
mod seat;
mod terms;
mod trade;

pub use record::Liquidation;
pub use terms::{Roles, Stage, WorldTerms};

use crate::compare::{Day, Fate, Run};
use crate::exchange::{Exchange, Funding, OrFault};
use crate::impact::Displacement;
use crate::keeper::Chain;
use crate::measure::Measures;
use crate::policy::Policy;
use crate::trader::Life;
use anyhow::{ensure, Context, Result};
use index::{Feed, Index};
use record::Recorder;
use seat::Seat;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use whittle::state::governance::PAUSE_LIQUIDATIONS;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Seconds over which the market's move says how full the chain is.
const BUSY_SECS: i64 = 300;
/// Seconds between settlements where nothing asks for one sooner.
const SETTLE_SECS: i64 = 3_600;

/// The exchange and everybody on it.
pub(crate) struct World<'a> {
    stage: Stage<'a>,
    policy: &'a dyn Policy,
    /// Recovery plans are executed.
    has_plans: bool,
    exchange: Exchange,
    seats: Vec<Seat>,
    index: Index,
    /// By account: whether a change of a market's regime may reach it.
    is_sensitive: Vec<bool>,
    /// Accounts that are under maintenance or have a plan that is due.
    waiting: Vec<u32>,
    /// When called traders react: time, account, number of the life.
    reactions: BinaryHeap<Reverse<(i64, u32, u32)>>,
    /// Those who could not close when they meant to leave: when they try again, account, life.
    late: BinaryHeap<Reverse<(i64, u32, u32)>>,
    /// Accounts that somebody sits at.
    alive: u64,
    /// Accounts whose losses nobody could bear yet.
    broke: Vec<u32>,
    /// Times that something was closed by a plan or a policy.
    closes: u64,
    chain: Chain,
    displaced: Vec<Displacement>,
    /// Price of the first market of the last minutes, to tell how busy the chain is.
    recent: VecDeque<(i64, f64)>,
    now: i64,
    step: u32,
    settled_at: i64,
    /// Lines or deficits have moved since the last settlement.
    is_unsettled: bool,
    measures: Measures,
    /// Paid to keepers and still theirs, USD atoms.
    keeper_cash: i64,
    /// Cash that came in from outside and went out again, USD atoms.
    paid_in: i64,
    paid_out: i64,
    insurance_high: i64,
    today: Day,
    run: Run,
    recorder: Recorder,
}

/// Plays one policy. Ticks `progress` with the steps done, now and then.
///
/// Errors: prices or terms that the program refuses, and whatever would be a fault of the simulator.
pub fn play(
    stage: Stage,
    policy: &dyn Policy,
    has_plans: bool,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Run, Vec<Liquidation>)> {
    let mut world = World::new(stage, policy, has_plans)?;
    let steps = u32::try_from(stage.paths.len()).context("too many steps")?;
    let mut events = stage.cast.events.iter().peekable();
    const TELL: u32 = 4_096;
    for step in 0..steps {
        world.begin(step)?;
        while let Some(&&(at, account, number, comes)) = events.peek() {
            if at > step {
                break;
            }
            events.next();
            if comes {
                world.enter(account, number)?;
            } else {
                world.leave(account, number)?;
            }
        }
        world.look_around()?;
        world.between(step)?;
        if step % TELL == TELL - 1 {
            progress(u64::from(TELL));
        }
    }
    progress(u64::from(steps % TELL));
    world.end()
}

impl<'a> World<'a> {
    fn new(stage: Stage<'a>, policy: &'a dyn Policy, has_plans: bool) -> Result<Self> {
        let start = stage.paths.time(0);
        let atoms = |dollars: f64| (dollars * crate::exchange::USD).round() as i64;
        let funding = Funding {
            pool: atoms(stage.terms.pool),
            insurance: atoms(stage.terms.insurance),
        };
        let markets = stage.roles.markets.len();
        let exchange = Exchange::new(stage.described, markets, funding, start)?;
        let banks = exchange.banks.len();
        let mut world = Self {
            policy,
            has_plans,
            exchange,
            seats: (0..stage.terms.traders.accounts)
                .map(|_| Seat::new())
                .collect(),
            index: Index::new(markets, banks, stage.terms.traders.accounts),
            is_sensitive: vec![true; stage.terms.traders.accounts as usize],
            waiting: Vec::new(),
            reactions: BinaryHeap::new(),
            late: BinaryHeap::new(),
            alive: 0,
            broke: Vec::new(),
            closes: 0,
            chain: Chain::default(),
            displaced: vec![Displacement::new(stage.terms.feedback_half_life); markets],
            recent: VecDeque::new(),
            now: start,
            step: 0,
            settled_at: 0,
            is_unsettled: true,
            measures: Measures::default(),
            keeper_cash: 0,
            paid_in: funding.pool + funding.insurance,
            paid_out: 0,
            insurance_high: funding.insurance,
            today: Day::default(),
            run: Run {
                seed: stage.seed,
                ..Run::default()
            },
            recorder: Recorder::new(stage.record),
            stage,
        };
        world.publish(0, 0)?;
        world.settle()?;
        Ok(world)
    }

    /// The life that sits at an account.
    fn life(&self, account: u32, number: u32) -> &'a Life {
        &self.stage.cast.lives[account as usize][number as usize]
    }

    /// Publishes the prices `secs` after a step, where somebody publishes then.
    fn publish(&mut self, step: usize, secs: u32) -> Result<()> {
        let (paths, terms) = (self.stage.paths, self.stage.terms);
        self.now = paths.time(step) + i64::from(secs);
        for (number, &path) in self.stage.roles.markets.iter().enumerate() {
            let asset = &paths.assets[path];
            if asset.is_silent(step) {
                continue;
            }
            let moved = self.displaced[number].at(self.now) * terms.feedback;
            // Prices stay over zero whatever is sold.
            let price = asset.between(step, secs, paths.step_secs) * (1.0 + moved).max(0.01);
            let changed = self
                .exchange
                .publish(number, price, terms.confidence, self.now)?;
            if number == 0 {
                self.recent.push_back((self.now, price));
            }
            if changed {
                self.judge_all(number)?;
            }
        }
        for (number, path) in self.stage.roles.banks.iter().enumerate() {
            let Some(asset) = path.map(|path| &paths.assets[path]) else {
                continue;
            };
            if !asset.is_silent(step) {
                let price = asset.between(step, secs, paths.step_secs);
                self.exchange
                    .publish_bank(number, price, terms.confidence, self.now)?;
            }
        }
        while self
            .recent
            .front()
            .is_some_and(|(at, _)| *at < self.now - BUSY_SECS)
        {
            self.recent.pop_front();
        }
        Ok(())
    }

    /// How far the first market has moved within five minutes, as a share.
    fn moved(&self) -> f64 {
        match (self.recent.front(), self.recent.back()) {
            (Some((_, from)), Some((_, to))) if *from > 0.0 => (to / from - 1.0).abs(),
            _ => 0.0,
        }
    }

    fn begin(&mut self, step: u32) -> Result<()> {
        self.step = step;
        if step > 0 {
            self.publish(step as usize, 0)?;
        }
        self.measures.steps += 1;
        if self.now - self.settled_at >= SETTLE_SECS || self.is_unsettled {
            self.settle()?;
        }
        self.govern()?;
        if self.now.rem_euclid(DAY) < i64::from(self.stage.paths.step_secs) {
            self.sweep()?;
            if self.stage.details {
                self.end_day()?;
            }
        }
        while let Some(&Reverse((at, account, number))) = self.reactions.peek() {
            if at > self.now {
                break;
            }
            self.reactions.pop();
            self.react(account, number)?;
        }
        while let Some(&Reverse((at, account, number))) = self.late.peek() {
            if at > self.now {
                break;
            }
            self.late.pop();
            self.leave(account, number)?;
        }
        Ok(())
    }

    /// What a guardian does: the pause that was asked for, and the rules while one runs.
    fn govern(&mut self) -> Result<()> {
        let Some([day, hours]) = self.stage.terms.pause else {
            return Ok(());
        };
        let begins = self.stage.paths.start + (day * DAY as f64) as i64;
        let rules = &mut self.exchange.rules;
        let step = i64::from(self.stage.paths.step_secs);
        if (begins..begins + step).contains(&self.now) {
            let secs = (hours * 3_600.0) as u32;
            rules
                .pause(PAUSE_LIQUIDATIONS, secs, self.now)
                .or_fault()
                .context("the pause: an exchange bounds how long one lasts (pause_max_secs)")?;
        }
        self.exchange.policy = rules.policy_at(self.now);
        Ok(())
    }

    /// Judges every account that the newest prices reach.
    fn look_around(&mut self) -> Result<()> {
        let mut met = Vec::new();
        for (number, market) in self.exchange.markets.iter().enumerate() {
            self.index
                .meet(Feed::Market(number), market.price.price_q32, &mut met);
        }
        for (number, bank) in self.exchange.banks.iter().enumerate().skip(1) {
            self.index
                .meet(Feed::Bank(number), bank.price.price_q32, &mut met);
        }
        self.index.meet_step(self.step, &mut met);
        // An account that two triggers met is judged once.
        met.sort_unstable();
        met.dedup();
        for account in met {
            self.judge(account)?;
        }
        Ok(())
    }

    /// From one step to the next: looks of some seconds while there is something to do.
    fn between(&mut self, step: u32) -> Result<()> {
        let (length, look) = (
            self.stage.paths.step_secs,
            self.stage.terms.keepers.look_secs.max(1),
        );
        let mut secs = 0;
        while !self.waiting.is_empty() {
            self.chain
                .pass(&self.stage.terms.keepers, look, self.moved());
            self.act(u32::min(look, length - secs))?;
            secs += look;
            if secs >= length || step as usize + 1 >= self.stage.paths.len() {
                break;
            }
            self.publish(step as usize, secs)?;
            self.look_around()?;
        }
        self.measures.account_steps += self.alive;
        Ok(())
    }

    fn end_day(&mut self) -> Result<()> {
        let (pool, insurance) = self.exchange.worth().or_fault()?;
        let holds = |seat: &&Seat| seat.account.open_positions().next().is_some();
        let usd = |atoms: i64| atoms as f64 / crate::exchange::USD;
        self.run.days.push(Day {
            time: self.now,
            price: self.exchange.dollars(0),
            pool: usd(pool.0),
            insurance: usd(insurance.0),
            alive: u32::try_from(self.seats.iter().filter(holds).count())?,
            ..self.today
        });
        self.today = Day::default();
        Ok(())
    }

    /// Everybody leaves, and the books are closed.
    fn end(mut self) -> Result<(Run, Vec<Liquidation>)> {
        for account in 0..self.stage.terms.traders.accounts {
            if let Some(number) = self.seats[account as usize].life {
                self.leave(account, number)?;
            }
        }
        self.settle()?;
        self.close_books()?;
        self.run.measures = self.measures;
        Ok((self.run, self.recorder.kept()))
    }

    /// What nobody has paid may not have come from nowhere: the cash of all is what was paid in.
    fn check_cash(&self) -> Result<()> {
        let held: i64 = self
            .seats
            .iter()
            .map(|seat| seat.account.cash_usd_atoms)
            .sum();
        let there = self.exchange.cash() + held + self.keeper_cash;
        ensure!(
            there == self.paid_in - self.paid_out,
            "the simulator lost count of {} USD atoms: {there} are held, {} were paid in less what was paid out",
            there - (self.paid_in - self.paid_out),
            self.paid_in - self.paid_out
        );
        Ok(())
    }

    fn keep_fate(&mut self, fate: Fate) {
        if self.stage.details {
            self.run.fates.push(fate);
        }
    }
}
