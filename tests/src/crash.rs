//! A bad hour on chain: two hundred accounts, ten minutes without a price, a fall of a quarter in
//! three updates and a stablecoin that loses its peg, while one keeper does what keepers do.
//! `cargo xtask crash` prints the report; a test asserts what has to hold of it.

use std::collections::BTreeMap;
use std::fmt;
use whittle::event::{BankruptcyResolved, CollateralConverted, PartiallyLiquidated};
use whittle::state::pool::PoolParams;
use whittle::state::MarginAccount;
use whittle_client::instruction;
use whittle_risk::health::{Health, State};
use whittle_risk::liquidation::Kind;
use whittle_risk::Usd;

use crate::actor::Actor;
use crate::spec::{self, BankSpec, MarketSpec, USD, USDC};
use crate::world::World;

const ACCOUNTS: u64 = 200;
const BTC: u16 = 0;
const ETH: u16 = 1;
const PYUSD: u16 = 1;
/// Minutes without a price.
const GAP_SECS: i64 = 600;
/// BTC, ETH and the stablecoin after the gap; each 20 s after the one before.
const FALL: [(&str, &str, &str); 3] = [
    ("36400", "1820", "0.99"),
    ("33000", "1650", "0.97"),
    ("30000", "1500", "0.93"),
];
/// After the fall, prices are published again every ten seconds for at most so many rounds.
const ROUNDS: usize = 120;

/// What the keeper did at one price.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Seconds since the last price before the gap.
    pub at: i64,
    /// Accounts under maintenance when it began.
    pub under: usize,
    /// Liquidations.
    pub liquidations: usize,
    /// Of these, such that a breaker cut short.
    pub throttled: usize,
    /// Attempts that a breaker or a grace refused.
    pub protected: usize,
    /// Notional closed, USD atoms.
    pub closed: i64,
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Accounts at the beginning.
    pub accounts: u64,
    /// Their notional at the beginning, USD atoms.
    pub notional: i64,
    /// Rounds in which anything was under maintenance.
    pub rounds: Vec<Round>,
    /// Liquidations by what their receipts claim.
    pub kinds: BTreeMap<String, usize>,
    /// Accounts that kept every position whole, that kept a part, and that were closed.
    pub whole: usize,
    /// Accounts that were reduced and kept something.
    pub reduced: usize,
    /// Accounts without positions.
    pub closed: usize,
    /// What the keeper earned by bonuses, USD atoms.
    pub bonus: i64,
    /// Conversions of collateral, and what was paid for it, USD atoms.
    pub conversions: (usize, i64),
    /// Bankruptcies.
    pub bankruptcies: usize,
    /// Their losses, and who bore them, USD atoms.
    pub loss: i64,
    /// Insurance.
    pub from_insurance: i64,
    /// The pool.
    pub from_pool: i64,
    /// Winning sides.
    pub from_winners: i64,
    /// Nobody yet.
    pub left: i64,
    /// Accounts under maintenance at the end.
    pub liquidatable: usize,
    /// Deficits still booked in markets at the end, USD atoms.
    pub deficits: i64,
}

/// The exchange: two markets with small buckets, cash and a stablecoin.
fn world() -> World {
    let small = |mut spec: MarketSpec| {
        spec.params.breaker.capacity_usd_atoms = 20_000 * USD;
        spec.params.breaker.refill_per_hour_usd_atoms = 72_000 * USD;
        spec
    };
    let markets = [MarketSpec::default(), MarketSpec::eth()].map(small);
    // Insurance bears a part of the losses, the pool another, and the winners the rest.
    let pool = PoolParams {
        loss_per_day_usd_atoms: 20_000 * USD,
        ..spec::pool_params()
    };
    let mut world = World::with_means(&markets, pool, spec::insurance_params());
    world.fund_pool(2_000_000 * USDC);
    world.list_bank(&BankSpec::pyusd()).ok();
    world.publish_bank(PYUSD, "1");
    world.update_banks(&[PYUSD]).ok();
    world
}

/// Traders of 2 to 18 times leverage, four of five long, every third in both markets, every fourth
/// with most of the margin in the stablecoin.
fn traders(world: &mut World) -> Vec<Actor> {
    let mut traders = Vec::new();
    for number in 0..ACCOUNTS {
        let trader = world.keeper(&format!("trader {number}"));
        let notional = 2_000 + 500 * (number % 37);
        let both = number.is_multiple_of(3);
        let whole = if both { notional * 3 / 2 } else { notional };
        let leverage = 2 + number * 7 % 17;
        // A little more than the margin, for fees, rewards and the price of the fill.
        let margin = (whole * 102 / 100 / leverage + 40) * USDC;
        let pegged = if number % 4 == 1 { margin * 6 / 10 } else { 0 };
        let cash = margin - pegged + pegged / 15;
        for (bank, amount) in [(0, cash), (PYUSD, pegged)] {
            if amount > 0 {
                let mint = world.bank(bank).mint;
                world.give(&trader, &mint, amount);
                trader.deposit(world, bank, amount).ok();
            }
        }
        traders.push(trader);
    }
    traders
}

fn lots_of(number: u64) -> Vec<(u16, i64)> {
    let notional = i64::try_from(2_000 + 500 * (number % 37)).expect("a small amount");
    let side = if number.is_multiple_of(5) { -1 } else { 1 };
    // 4 dollars a lot of BTC, 2 a lot of ETH.
    let mut lots = vec![(BTC, side * notional / 4)];
    if number.is_multiple_of(3) {
        lots.push((ETH, side * notional / 4));
    }
    lots
}

/// Every trader opens what he wants, ten at a time.
fn open(world: &mut World, traders: &[Actor]) {
    let filler = world.keeper("filler");
    let numbered: Vec<(u64, &Actor)> = (0..).zip(traders).collect();
    for group in numbered.chunks(10) {
        for (number, trader) in group {
            for (market, lots) in lots_of(*number) {
                trader.place(world, market, lots).ok();
            }
        }
        world.pass(2);
        publish_again(world);
        for (number, trader) in group {
            for place in (0u8..).take(lots_of(*number).len()) {
                filler.fill(world, trader, place).ok();
            }
        }
    }
}

fn publish_again(world: &mut World) {
    for market in [BTC, ETH] {
        world.republish(market);
    }
    let last = world.bank_feeds[usize::from(PYUSD)].clone();
    let last = last.and_then(|feed| feed.last).expect("a price");
    world.publish_bank(PYUSD, last.quote);
    world.update(&[BTC, ETH]).ok();
    world.update_banks(&[PYUSD]).ok();
}

fn state(world: &World, account: &MarginAccount) -> State {
    let state = world.mirror().state(account, world.now());
    state.expect("fresh prices")
}

fn health(world: &World, account: &MarginAccount) -> Health {
    let health = world.mirror().health(account, world.now());
    health.expect("fresh prices")
}

fn is_under(world: &World, account: &MarginAccount) -> bool {
    let has_positions = account.open_positions().next().is_some();
    has_positions && state(world, account) >= State::Liquidatable
}

/// The keeper looks at every account once, worst first.
fn act(world: &mut World, keeper: &Actor, traders: &[Actor], report: &mut Report, at: i64) {
    let mut round = Round {
        at,
        ..Round::default()
    };
    let mut queue = Vec::new();
    for trader in traders {
        let account = world.account_of(trader);
        if is_under(world, &account) {
            queue.push((health(world, &account).ratio_floor(), trader));
        }
    }
    queue.sort_by_key(|(ratio, _)| *ratio);
    round.under = queue.len();
    for (_, trader) in queue {
        let account = world.account_of(trader);
        let mirror = world.mirror();
        match mirror.plan(&account, world.now(), Usd::ZERO) {
            Ok(_) => {
                let done = keeper.liquidate(world, trader).ok();
                for event in done.events_of::<PartiallyLiquidated>() {
                    round.liquidations += 1;
                    round.closed += event.receipt.closed_usd_atoms;
                    round.throttled += usize::from(event.receipt.kind == Kind::Throttled as u8);
                    report.bonus += event.receipt.bonus_usd_atoms;
                    *report.kinds.entry(kind(event.receipt.kind)).or_default() += 1;
                }
            }
            Err(_) if mirror.flag(&account, world.now()).is_ok() => {
                keeper.flag(world, trader).ok();
            }
            Err(error) => {
                round.protected += usize::from(error == whittle::error::WhittleError::Protected);
            }
        }
    }
    if round.under > 0 {
        report.rounds.push(round);
    }
}

fn kind(number: u8) -> String {
    let kinds = [
        Kind::Recovered,
        Kind::Exact,
        Kind::Dust,
        Kind::Minimum,
        Kind::Forced,
        Kind::Unhealable,
        Kind::Throttled,
    ];
    let found = kinds.into_iter().find(|kind| *kind as u8 == number);
    found.map_or_else(|| number.to_string(), |kind| format!("{kind:?}"))
}

/// Sells collateral of overdrawn accounts that have no positions, and resolves the bankrupt ones.
fn clean_up(world: &mut World, keeper: &Actor, traders: &[Actor], report: &mut Report) {
    let quote = world.bank(0).mint;
    world.give(keeper, &quote, 1_000_000 * USDC);
    for trader in traders {
        let account = world.account_of(trader);
        if account.cash_usd_atoms >= 0 || account.open_positions().next().is_some() {
            continue;
        }
        if account.used_collaterals().next().is_some() {
            let done = keeper.convert(world, trader, PYUSD, u64::MAX).ok();
            let event: CollateralConverted = done.event();
            report.conversions.0 += 1;
            report.conversions.1 += event.paid_usd_atoms;
        }
        let account = world.account_of(trader);
        if account.cash_usd_atoms >= 0 && account.deficit_usd_atoms > 0 {
            // The sale has cured what was booked.
            let markets = [account.deficit_market];
            let settle = instruction::settle_account(trader.account(), &markets);
            world.send_as(keeper, settle).ok();
        }
        if account.cash_usd_atoms < 0 {
            let resolve = instruction::resolve_bankruptcy(trader.account(), &account);
            let event: BankruptcyResolved = world.send_as(keeper, resolve).ok().event();
            report.bankruptcies += 1;
            report.loss += event.loss_usd_atoms;
            report.from_insurance += event.insurance_usd_atoms;
            report.from_pool += event.pool_usd_atoms;
            report.from_winners += event.side_usd_atoms;
            report.left += event.left_usd_atoms;
        }
    }
    world.settle_markets(&[BTC, ETH]).ok();
}

fn count(world: &World, traders: &[Actor], before: &[MarginAccount], report: &mut Report) {
    for (trader, was) in traders.iter().zip(before) {
        let is = world.account_of(trader);
        let lots = |account: &MarginAccount| -> u64 {
            let held = account.open_positions();
            held.map(|position| position.lots.unsigned_abs()).sum()
        };
        match (lots(was), lots(&is)) {
            (_, 0) => report.closed += 1,
            (was, is) if was == is => report.whole += 1,
            _ => report.reduced += 1,
        }
        report.liquidatable += usize::from(is_under(world, &is));
    }
    for market in [BTC, ETH] {
        report.deficits += world.market(market).deficit_usd_atoms;
    }
}

/// Plays it. The world checks every invariant after every transaction.
#[must_use]
pub fn play() -> Report {
    let mut world = world();
    let traders = traders(&mut world);
    open(&mut world, &traders);
    world.settle_markets(&[BTC, ETH]).ok();
    let keeper = world.keeper("keeper");
    let before: Vec<MarginAccount> = traders.iter().map(|it| world.account_of(it)).collect();
    let mut report = Report {
        accounts: ACCOUNTS,
        ..Report::default()
    };
    for market in [BTC, ETH] {
        let market = world.market(market);
        report.notional += market.long_entry_usd_atoms + market.short_entry_usd_atoms;
    }

    world.pass(GAP_SECS);
    let start = world.now() - GAP_SECS;
    for (btc, eth, pyusd) in FALL {
        world.pass(20);
        world.publish(BTC, btc);
        world.publish(ETH, eth);
        world.publish_bank(PYUSD, pyusd);
        world.update(&[BTC, ETH]).ok();
        world.update_banks(&[PYUSD]).ok();
        let at = world.now() - start;
        act(&mut world, &keeper, &traders, &mut report, at);
    }
    for _ in 0..ROUNDS {
        world.pass(10);
        publish_again(&mut world);
        let at = world.now() - start;
        let rounds = report.rounds.len();
        act(&mut world, &keeper, &traders, &mut report, at);
        if report.rounds.len() == rounds {
            break;
        }
    }
    clean_up(&mut world, &keeper, &traders, &mut report);
    count(&world, &traders, &before, &mut report);
    report
}

/// Dollars with two digits.
fn dollars(atoms: i64) -> String {
    let cents = atoms.unsigned_abs() / 10_000;
    let sign = if atoms < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} accounts, {} USD of notional. No price for {GAP_SECS} s; then BTC and ETH fall by \
             25 % in three updates\nand the second stablecoin to 0.93.\n",
            self.accounts,
            dollars(self.notional)
        )?;
        writeln!(
            f,
            "{:>6}  {:>6}  {:>12}  {:>9}  {:>9}  {:>14}",
            "second", "under", "liquidations", "throttled", "protected", "closed USD"
        )?;
        for round in &self.rounds {
            writeln!(
                f,
                "{:>6}  {:>6}  {:>12}  {:>9}  {:>9}  {:>14}",
                round.at,
                round.under,
                round.liquidations,
                round.throttled,
                round.protected,
                dollars(round.closed)
            )?;
        }
        let closed: i64 = self.rounds.iter().map(|round| round.closed).sum();
        writeln!(f, "\nreceipts        {:?}", self.kinds)?;
        writeln!(
            f,
            "accounts        {} kept whole, {} reduced, {} closed",
            self.whole, self.reduced, self.closed
        )?;
        writeln!(f, "closed          {} USD", dollars(closed))?;
        writeln!(f, "keeper          {} USD of bonuses", dollars(self.bonus))?;
        writeln!(
            f,
            "conversions     {} for {} USD",
            self.conversions.0,
            dollars(self.conversions.1)
        )?;
        writeln!(
            f,
            "bankruptcies    {}, loss {} USD = insurance {} + pool {} + winners {} + left {}",
            self.bankruptcies,
            dollars(self.loss),
            dollars(self.from_insurance),
            dollars(self.from_pool),
            dollars(self.from_winners),
            dollars(self.left)
        )?;
        writeln!(
            f,
            "at the end      {} liquidatable, deficits {} USD",
            self.liquidatable,
            dollars(self.deficits)
        )
    }
}
