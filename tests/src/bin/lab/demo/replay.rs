//! The run: prices move, accounts open, a keeper watches.

use indicatif::ProgressBar;
use whittle::event::{LiquidatedLeg, PartiallyLiquidated};
use whittle_risk::health::Health;
use whittle_risk::liquidation::Kind;
use whittle_risk::{Lots, Price, Ratio, Usd};
use whittle_tests::Actor;

use super::accounts::{traders, Trader};
use super::format::{count, minute};
use super::path::schedule;
use super::report::*;
use super::stage::{rules, Feed, Stage, BEAT};

/// Seconds between two settlements of the pool with its markets.
const SETTLE_EVERY: i64 = 6 * 3_600;

/// What is replayed.
pub struct Script {
    /// The markets; the first one's prices are those that the run is about.
    pub feeds: Vec<Feed>,
    /// How each market is called on the page, and whether its prices were invented.
    pub names: Vec<(String, bool)>,
    /// Number of accounts.
    pub accounts: usize,
}

struct Replay {
    stage: Stage,
    actors: Vec<Actor>,
    /// For each account, market and price of each leg at its first liquidation.
    first_prices: Vec<Vec<(u16, Price)>>,
    report: Report,
}

/// Runs a script to its end. Panics when the program does anything but what was planned off chain:
/// the harness compares after every transaction.
pub fn run(script: Script, bar: &ProgressBar) -> Report {
    let paths: Vec<_> = script.feeds.iter().map(|feed| &feed.path).collect();
    let times = schedule(&paths);
    let span = match (times.first(), times.last()) {
        (Some(first), Some(last)) => (*first, *last + BEAT),
        _ => return Report::default(),
    };
    let symbols: Vec<&str> = script.feeds.iter().map(|feed| feed.symbol).collect();
    let people = traders(script.accounts, span);
    let mut report = blank(&script, span);
    report.accounts = people.iter().map(|it| track(it, &symbols)).collect();
    bar.set_length(times.len() as u64);

    let stage = Stage::new(script.feeds, span.0);
    let mut replay = Replay {
        actors: Vec::new(),
        first_prices: vec![Vec::new(); people.len()],
        report,
        stage,
    };
    replay.report.totals.pool_before = replay.stage.pool_and_bad_debt(&[]).0;
    replay.report.totals.insurance_before = replay.stage.insurance();
    let mut settled = span.0;
    for time in times {
        replay.step(time, &people);
        if time - settled >= SETTLE_EVERY {
            replay.stage.settle();
            settled = time;
        }
        bar.inc(1);
        bar.set_message(format!(
            "{} UTC, {}",
            minute(time),
            count(replay.report.liquidations.len(), "liquidation")
        ));
    }
    replay.finish()
}

fn blank(script: &Script, span: (i64, i64)) -> Report {
    let one = Ratio::ONE.0 as f64;
    let rules = rules();
    Report {
        span,
        lines: Lines {
            call: 1.0 + rules.call_buffer_q32 as f64 / one,
            target: 1.0 + rules.target_buffer_q32 as f64 / one,
            emergency: rules.emergency_q32 as f64 / one,
        },
        markets: script
            .names
            .iter()
            .map(|(symbol, is_made_up)| MarketTrack {
                symbol: symbol.clone(),
                is_made_up: *is_made_up,
                prices: Vec::new(),
            })
            .collect(),
        ..Report::default()
    }
}

fn track(trader: &Trader, symbols: &[&str]) -> AccountTrack {
    AccountTrack {
        number: trader.number,
        opened: trader.opened(symbols),
        ..AccountTrack::default()
    }
}

impl Replay {
    /// One update of all prices, and what follows from it.
    fn step(&mut self, time: i64, people: &[Trader]) {
        self.go_to(time);
        let first_new = self.actors.len();
        while let Some(trader) = people.get(self.actors.len()) {
            if trader.opens_at > time {
                break;
            }
            let actor = self.stage.open(trader);
            self.actors.push(actor);
        }
        let is_flagged = self.keep();
        if is_flagged || first_new < self.actors.len() {
            self.go_to(time + BEAT);
            for actor in self.actors.get(first_new..).unwrap_or_default() {
                self.report.totals.unfilled += self.stage.fill(actor);
            }
            self.keep();
        }
    }

    fn go_to(&mut self, time: i64) {
        self.stage.go_to(time);
        self.report.totals.updates += 1;
        for (market, track) in (0u16..).zip(&mut self.report.markets) {
            let price = self.stage.world.market(market).price.price_q32;
            track.prices.push((time, self.stage.dollars(market, price)));
        }
        for index in 0..self.actors.len() {
            self.note_health(index);
        }
    }

    fn note_health(&mut self, index: usize) {
        let world = &self.stage.world;
        let account = world.account_of(&self.actors[index]);
        if account.open_positions().next().is_some() {
            let health = world.mirror().health(&account, world.now());
            let ratio = health.expect("listed markets").ratio_floor();
            let ratio = ratio.0 as f64 / Ratio::ONE.0 as f64;
            self.report.accounts[index]
                .health
                .push((world.now(), ratio));
        }
    }

    /// The keeper looks at all accounts, the worst first: it liquidates where its preview says that
    /// the program would, and flags where that is the first step. Returns whether it flagged any.
    fn keep(&mut self) -> bool {
        let mut is_flagged = false;
        for index in self.worst_first() {
            let world = &mut self.stage.world;
            let actor = &self.actors[index];
            let account = world.account_of(actor);
            let mirror = world.mirror();
            let plan = mirror.plan(&account, world.now(), Usd::ZERO);
            if plan.is_ok_and(|plan| plan.kind != Kind::Recovered) {
                let done = self.stage.keeper.liquidate(world, actor).ok();
                self.stage.transactions += 1;
                self.note_liquidation(index, &done.event(), done.cu());
                self.note_health(index);
            } else if mirror.flag(&account, world.now()).is_ok() {
                self.stage.keeper.flag(world, actor).ok();
                self.stage.transactions += 1;
                is_flagged = true;
            }
        }
        is_flagged
    }

    /// Accounts under maintenance, by E / M.
    fn worst_first(&self) -> Vec<usize> {
        let world = &self.stage.world;
        let mirror = world.mirror();
        let mut found: Vec<(Ratio, usize)> = Vec::new();
        for (index, actor) in self.actors.iter().enumerate() {
            let account = world.account_of(actor);
            let has_positions = account.open_positions().next().is_some();
            let health = mirror
                .health(&account, world.now())
                .expect("listed markets");
            if has_positions && health.equity < health.maintenance {
                found.push((health.ratio_floor(), index));
            }
        }
        found.sort_unstable();
        found.into_iter().map(|(_, index)| index).collect()
    }

    fn note_liquidation(&mut self, account: usize, event: &PartiallyLiquidated, units: u64) {
        let before = Health {
            equity: Usd(event.receipt.equity_before_usd_atoms),
            maintenance: Usd(event.receipt.maintenance_before_usd_atoms),
        };
        let after = Health {
            equity: Usd(event.receipt.equity_after_usd_atoms),
            maintenance: Usd(event.receipt.maintenance_after_usd_atoms),
        };
        let has_certificate = event.receipt.has_certificate != 0;
        let liquidation = Liquidation {
            at: event.receipt.at,
            account,
            kind: kind(event.receipt.kind),
            ratio_before: before.ratio_floor().0,
            ratio_after: (after.maintenance.0 > 0).then(|| after.ratio_floor().0),
            legs: event.legs.iter().map(|leg| self.leg(leg)).collect(),
            bonus: event.receipt.bonus_usd_atoms,
            cost: event.receipt.cost_usd_atoms,
            certificate: has_certificate.then_some(Certificate {
                surplus: event.receipt.surplus_usd_atoms,
                shortfall_one_less: event.receipt.shortfall_one_less_usd_atoms,
            }),
            compute_units: units,
        };
        let first_prices = &mut self.first_prices[account];
        let track = &mut self.report.accounts[account];
        if first_prices.is_empty() {
            let (held, closed) = (liquidation.held(), liquidation.closed());
            let cost = liquidation.cost as f64 * held as f64 / closed.max(1) as f64;
            let equity = event.receipt.equity_before_usd_atoms;
            track.held_at_first = held;
            track.equity_had_all_closed = equity - cost.round() as i64;
            let legs = event.legs.iter();
            *first_prices = legs.map(|leg| (leg.market, Price(leg.price_q32))).collect();
        }
        for leg in &event.legs {
            let first = first_prices
                .iter()
                .find(|(market, _)| *market == leg.market);
            let price = first.map_or(Price(leg.price_q32), |(_, price)| *price);
            track.closed += worth(leg, price).1;
        }
        self.report.totals.keeper += liquidation.bonus;
        self.report.liquidations.push(liquidation);
    }

    fn leg(&self, leg: &LiquidatedLeg) -> Leg {
        let (held, closed) = worth(leg, Price(leg.price_q32));
        Leg {
            market: usize::from(leg.market),
            is_long: leg.lots > 0,
            price: self.stage.dollars(leg.market, leg.price_q32),
            held,
            closed,
        }
    }

    fn finish(mut self) -> Report {
        let (pool, bad_debt) = self.stage.pool_and_bad_debt(&self.actors);
        let totals = &mut self.report.totals;
        totals.pool_after = pool;
        totals.bad_debt = bad_debt;
        totals.insurance_after = self.stage.insurance();
        totals.transactions = self.stage.transactions;
        for (track, actor) in self.report.accounts.iter_mut().zip(&self.actors) {
            let account = self.stage.world.account_of(actor);
            track.equity = self.stage.equity(&account);
            track.is_open = account.open_positions().next().is_some();
        }
        self.report
    }
}

/// What a leg was worth before, and what was closed of it, at `price`.
fn worth(leg: &LiquidatedLeg, price: Price) -> (i64, i64) {
    let notional = |lots| price.notional_ceil(lots).expect("far from overflow").0;
    let before = Lots(leg.lots).magnitude();
    let held = notional(before);
    (held, held - notional(before - leg.closed_lots))
}

fn kind(number: u8) -> &'static str {
    const KINDS: [(Kind, &str); 7] = [
        (Kind::Recovered, "recovered"),
        (Kind::Exact, "exact"),
        (Kind::Dust, "dust"),
        (Kind::Minimum, "minimum"),
        (Kind::Forced, "forced"),
        (Kind::Unhealable, "unhealable"),
        (Kind::Throttled, "throttled"),
    ];
    let found = KINDS.iter().find(|(kind, _)| *kind as u8 == number);
    found.map_or("unknown", |(_, name)| name)
}
