//! An exchange with the parameters that an operator starts from, people who trade on it, and a true
//! price beside the one that the oracle shows.

use anchor_lang::prelude::Pubkey;
use std::collections::BTreeSet;
use whittle::event::{
    LiquidatedLeg, OrderFilled, OrderKilled, PartiallyLiquidated, RecoveryExecuted,
};
use whittle::state::leverage::CLASS_STANDARD;
use whittle_migrations::Description;
use whittle_risk::price::{to_q32, Rounding};
use whittle_risk::{Lots, Price, Ratio};

use crate::actor::Actor;
use crate::oracle::{Quote, Update};
use crate::outcome::{Done, Sent};
use crate::spec::{self, USDC};
use crate::world::{Saved, World};

/// The description that operators start from.
const EXAMPLE: &str = include_str!("../../../migrations/examples/exchange.toml");
/// The market in which most happens.
pub const BTC: u16 = 0;
/// What liquidity providers bring.
pub const POOL: u64 = 5_000_000 * USDC;
/// What each attacker has in his wallet.
pub const PURSE: u64 = 5_000_000 * USDC;
/// First prices of the markets, with an exponent of -8.
const PRICES: [i64; 3] = [4_000_000_000_000, 200_000_000_000, 10_000_000_000];
const EXPONENT: i32 = -8;
/// Half the width of the oracle's confidence, in basis points: narrower than usual, which favours
/// those who trade.
const CONFIDENCE_BPS: u64 = 1;
/// Lots of BTC (0.00001 each) that the honest hold: more longs than shorts.
const HONEST_LOTS: [(&str, i64); 2] = [("honest long", 4_000_000), ("honest short", -2_500_000)];
/// Lots of those who are close to their margin call, long and short.
pub const VICTIM_LOTS: i64 = 500_000;

/// A world that every trial begins with.
pub struct Arena {
    /// The exchange.
    pub world: World,
    /// They act together.
    pub attackers: Vec<Actor>,
    /// They do not.
    pub honest: Vec<Actor>,
    /// A long and a short with little over their initial margin.
    pub victims: [Actor; 2],
    /// Liquidates what is due, after everybody else had a chance.
    pub keeper: Actor,
    names: BTreeSet<Pubkey>,
    truth: Vec<i64>,
    /// What the true price did to the positions and shares of attackers and of honest traders, USD atoms
    /// in Q32.
    hedged: [i128; 2],
    /// Rewards that they got from others for liquidating, filling and recovering.
    pub service: i64,
    /// What happened, for adversaries that bound by it.
    pub seen: Seen,
    /// What closings and requests at the cached price moved because it was not the true one.
    stale: i128,
    figures: Vec<(&'static str, i64)>,
    started: i64,
    misfilled: i128,
    signed: Vec<(i64, i64)>,
    start: Option<Saved>,
}

/// What happened in a trial.
#[derive(Clone, Default)]
pub struct Seen {
    /// Fills, and who was filled.
    pub fills: Vec<OrderFilled>,
    /// Orders that were killed.
    pub kills: Vec<OrderKilled>,
    /// Liquidations.
    pub liquidations: Vec<PartiallyLiquidated>,
}

impl Arena {
    /// The default exchange with everybody in place; `change` alters it before any attacker
    /// trades.
    pub fn new(change: Option<fn(&mut World)>) -> Self {
        let mut description = Description::parse(EXAMPLE).expect("the example");
        description.exchange.guardian = spec::address("guardian");
        let banks = [Quote::usd("100"), Quote::usd("1")];
        let truth = PRICES.to_vec();
        let quotes: Vec<Quote> = truth.iter().map(|it| quote(*it, CONFIDENCE_BPS)).collect();
        let mut world = World::deployed(&description, &quotes, &banks);
        world.fund_pool(POOL);
        let markets = world.all_markets();
        world.settle_markets(&markets).ok();
        let keeper = world.keeper("keeper");
        let victims = ["victim long", "victim short"].map(Actor::named);
        let mut arena = Self {
            attackers: Vec::new(),
            honest: Vec::new(),
            victims,
            keeper,
            names: BTreeSet::new(),
            truth,
            hedged: [0; 2],
            service: 0,
            seen: Seen::default(),
            stale: 0,
            figures: Vec::new(),
            started: 0,
            misfilled: 0,
            signed: Vec::new(),
            start: None,
            world,
        };
        arena.populate();
        if let Some(change) = change {
            change(&mut arena.world);
        }
        let markets = arena.world.all_markets();
        arena.world.settle_markets(&markets).ok();
        arena.start = Some(arena.world.save());
        arena
    }

    fn populate(&mut self) {
        let quote = self.world.bank(0).mint;
        for name in ["mallory", "malvin", "marvin", "mordred"] {
            let actor = self.world.keeper(name);
            self.world.give(&actor, &quote, PURSE);
            actor.set_leverage(&mut self.world, CLASS_STANDARD, 0).ok();
            self.names.insert(actor.address());
            self.attackers.push(actor);
        }
        for (name, _) in HONEST_LOTS {
            let actor = self.world.trader(name, 300_000 * USDC);
            self.honest.push(actor);
        }
        for actor in self.victims.clone() {
            let margin = 11_000 * USDC;
            self.world.trader(actor.name(), margin);
            actor.set_leverage(&mut self.world, CLASS_STANDARD, 0).ok();
            self.honest.push(actor);
        }
        self.world.keeper("filler");
        for name in ["lp", "filler", "keeper"] {
            self.honest.push(Actor::named(name));
        }
        // More leverage counts after a day, and the silence before it leaves a grace behind.
        self.pass_quietly(86_401);
        for (name, lots) in HONEST_LOTS {
            self.world.trade(&Actor::named(name), BTC, lots);
        }
        for (actor, sign) in self.victims.clone().into_iter().zip([1, -1]) {
            self.world.trade(&actor, BTC, sign * VICTIM_LOTS);
        }
    }

    fn pass_quietly(&mut self, secs: i64) {
        self.world.pass(secs);
        for _ in 0..4 {
            self.publish_all();
            self.world.pass(30);
        }
        self.publish_all();
    }

    /// Back to where every trial begins.
    pub fn reset(&mut self) {
        let start = self.start.take().expect("a place to come back to");
        self.world.restore(&start);
        self.start = Some(start);
        self.truth = PRICES.to_vec();
        self.hedged = [0; 2];
        self.service = 0;
        self.seen = Seen::default();
        self.stale = 0;
        self.figures.clear();
        self.misfilled = 0;
        self.signed.clear();
        self.started = self.world.now();
    }

    /// Tells a number for the report.
    pub fn tell(&mut self, name: &'static str, value: i64) {
        self.figures.push((name, value));
    }

    /// What was told.
    pub fn take_figures(&mut self) -> Vec<(&'static str, i64)> {
        std::mem::take(&mut self.figures)
    }

    /// Everybody.
    pub fn people(&self) -> impl Iterator<Item = &Actor> {
        self.attackers.iter().chain(&self.honest)
    }

    /// Whether a key is an attacker's.
    pub fn is_attacker(&self, key: &Pubkey) -> bool {
        self.names.contains(key)
    }

    fn is_attackers_account(&self, account: &Pubkey) -> bool {
        let mut attackers = self.attackers.iter();
        attackers.any(|actor| (0..4).any(|sub| actor.sub(sub).account() == *account))
    }

    /// What the positions and shares of attackers and of honest traders won by the true price, USD atoms.
    /// The pool without the attackers' shares lost as much.
    pub fn hedged(&self) -> [i64; 2] {
        self.hedged
            .map(|it| i64::try_from(it >> 32).expect("in range"))
    }

    /// The true price, with an exponent of -8.
    pub fn truth(&self, market: u16) -> i64 {
        self.truth[usize::from(market)]
    }

    /// What a price with an exponent of -8 is for a lot, Q32.
    pub fn per_lot(&self, market: u16, price: i64) -> u64 {
        let lot = i32::from(self.world.market(market).lot_exponent);
        to_q32(price.unsigned_abs(), EXPONENT, lot, Rounding::Floor).expect("in range")
    }

    /// The true price becomes another; nobody is told.
    pub fn move_truth(&mut self, market: u16, price: i64) {
        let from = self.per_lot(market, self.truth(market));
        let to = self.per_lot(market, price);
        let change = i128::from(to) - i128::from(from);
        let exposed = self.exposures(market);
        for (hedged, exposed) in self.hedged.iter_mut().zip(exposed) {
            *hedged += exposed * change;
        }
        self.truth[usize::from(market)] = price;
    }

    /// By so many hundredths of a basis point.
    pub fn move_by(&mut self, market: u16, pips: i64) {
        let before = self.truth(market);
        self.move_truth(market, before + before / 1_000_000 * pips);
    }

    /// Lots of the attackers, their part of the pool's included, and of honest traders.
    fn exposures(&self, market: u16) -> [i128; 2] {
        let skew = self.world.market(market).skew().unwrap_or(Lots(0));
        let skew = i128::from(skew.0);
        let accounts = self.accounts();
        let own = accounts.iter().filter(|it| self.is_attacker(&it.owner));
        let own = own.filter_map(|it| it.position(market));
        let own: i128 = own.map(|it| i128::from(it.lots)).sum();
        let (shares, supply) = (self.shares_of_attackers(), self.share_supply());
        let pool = -skew * i128::from(shares) / i128::from(supply.max(1));
        [own + pool, skew - own]
    }

    /// The oracle publishes this price now; the chain has not seen it.
    pub fn show(&mut self, market: u16, price: i64, confidence_bps: u64) {
        self.world.publish(market, quote(price, confidence_bps));
    }

    /// The oracle publishes the true price, and it is cached.
    pub fn publish(&mut self, market: u16) -> bool {
        self.show(market, self.truth(market), CONFIDENCE_BPS);
        self.world.update(&[market]).succeeded()
    }

    /// The same in every market.
    pub fn publish_all(&mut self) {
        for market in self.world.all_markets() {
            self.publish(market);
        }
    }

    /// The oracle publishes the true price; the chain has not seen it.
    pub fn show_truth(&mut self, market: u16) {
        self.show(market, self.truth(market), CONFIDENCE_BPS);
    }

    /// The same, with a clock on chain that is so many seconds behind.
    pub fn sign_truth(&mut self, market: u16, lag: i64) {
        let quote = quote(self.truth(market), CONFIDENCE_BPS);
        let time = self.world.now() + lag;
        self.world.publish_at(market, quote, time);
        self.signed.push((time, self.truth(market)));
    }

    /// Place of the signed update that is due for an order placed now, if it exists already.
    fn due(&self, market: u16) -> Option<usize> {
        let delay = i64::from(self.rules().order_delay_secs);
        let cached = self.world.market(market).price.publish_time;
        let due = self.world.now().max(cached) + delay;
        self.signed.iter().position(|(time, _)| *time >= due)
    }

    /// By how much the true price is over that of that update; zero where it does not exist yet.
    pub fn known_move(&self, market: u16) -> i64 {
        let due = self.due(market).map(|place| self.signed[place].1);
        due.map_or(0, |price| self.truth(market) - price)
    }

    /// That update comes into the oracle's account.
    pub fn show_due(&mut self, market: u16) -> bool {
        let Some(place) = self.due(market) else {
            return false;
        };
        let (time, price) = self.signed[place];
        let before = place.checked_sub(1).map(|it| self.signed[it].0);
        let update = Update {
            prev_publish_time: before.unwrap_or(time - 1),
            ..self
                .world
                .feed(market)
                .update(quote(price, CONFIDENCE_BPS), time)
        };
        self.world.show_market(market, update);
        true
    }

    /// By how much a lot counts for something else than it is worth, Q32.
    pub fn misjudged(&self, market: u16) -> i128 {
        let cached = i128::from(self.world.market(market).price.price_q32);
        (cached - i128::from(self.per_lot(market, self.truth(market)))).abs()
    }

    /// Remembers what a request to the pool moved: the part of the traders' net position that the shares
    /// stand for, at the cached price instead of the true one.
    pub fn count_stale_liquidity(&mut self, shares: u64, supply: u64) {
        for index in self.world.all_markets() {
            let market = self.world.market(index);
            let lots = i128::from(market.long_lots) + i128::from(market.short_lots);
            let part = lots * i128::from(shares) / i128::from(supply.max(1)) + 1;
            self.stale += part * self.misjudged(index);
        }
    }

    /// What closings and requests at cached prices moved because they were not the true ones, USD atoms.
    pub fn stale(&self) -> i64 {
        i64::try_from((self.stale >> 32) + 1).expect("in range")
    }

    /// Seconds pass, and the true price of a market is published.
    pub fn tick(&mut self, market: u16, secs: i64) {
        self.world.pass(secs);
        self.publish(market);
    }

    /// Whether it went through; events are remembered.
    pub fn note(&mut self, sent: Sent) -> bool {
        if !sent.succeeded() {
            return false;
        }
        let done = sent.ok();
        self.remember(&done);
        true
    }

    fn count_stale_legs(&mut self, legs: &[LiquidatedLeg]) {
        for leg in legs {
            self.stale += i128::from(leg.closed_lots) * self.misjudged(leg.market);
        }
    }

    fn remember(&mut self, done: &Done) {
        let mut service = 0;
        for event in done.events_of::<PartiallyLiquidated>() {
            if self.serves(&event.keeper, &event.account) {
                let paid = |leg: &LiquidatedLeg| {
                    leg.keeper_usd_atoms
                        + leg.insurance_top_up_usd_atoms
                        + leg.pool_top_up_usd_atoms
                };
                service += event.legs.iter().map(paid).sum::<i64>();
            }
            self.count_stale_legs(&event.legs);
            self.seen.liquidations.push(event);
        }
        for event in done.events_of::<OrderFilled>() {
            if self.serves(&event.filler, &event.account) {
                service += event.reward_usd_atoms;
            }
            let truth = self.per_lot(event.market, self.truth(event.market));
            let wrong = i128::from(event.oracle_price_q32.abs_diff(truth));
            if self.is_attackers_account(&event.account) {
                self.misfilled += wrong * i128::from(event.lots.unsigned_abs());
            }
            self.seen.fills.push(event);
        }
        for event in done.events_of::<OrderKilled>() {
            if self.serves(&event.filler, &event.account) {
                service += event.reward_usd_atoms;
            }
            self.seen.kills.push(event);
        }
        for event in done.events_of::<RecoveryExecuted>() {
            self.count_stale_legs(&event.legs);
            if self.serves(&event.keeper, &event.account) {
                service += event
                    .legs
                    .iter()
                    .map(|leg| leg.keeper_usd_atoms)
                    .sum::<i64>();
            }
        }
        self.service += service;
    }

    fn serves(&self, server: &Pubkey, served: &Pubkey) -> bool {
        self.is_attackers_account(server) && !self.is_attackers_account(served)
    }

    /// An attacker pays into his margin account from his wallet.
    pub fn deposit(&mut self, actor: &Actor, dollars: i64) -> bool {
        let amount = u64::try_from(dollars).unwrap_or(0) * USDC;
        let sent = actor.deposit(&mut self.world, 0, amount);
        self.note(sent)
    }

    /// Places an order at any price.
    pub fn place(&mut self, actor: &Actor, market: u16, lots: i64) -> bool {
        lots != 0 && {
            let sent = actor.place(&mut self.world, market, lots);
            self.note(sent)
        }
    }

    /// Places an order that only reduces.
    pub fn place_reduction(&mut self, actor: &Actor, market: u16, lots: i64) -> bool {
        let args = whittle::instructions::PlaceOrderArgs {
            reduce_only: true,
            ..actor.order(&self.world, lots)
        };
        lots != 0 && {
            let sent = actor.place_with(&mut self.world, market, args);
            self.note(sent)
        }
    }

    /// `by` fills every order of an account with what its market's oracle shows.
    pub fn fill_all(&mut self, by: &Actor, actor: &Actor) {
        for place in 0..4u8 {
            let orders = self.world.account_of(actor).orders;
            if orders[usize::from(place)].lots != 0 {
                let sent = by.fill(&mut self.world, actor, place);
                self.note(sent);
            }
        }
    }

    /// A trade the whole way at the true price, filled by the honest filler.
    pub fn trade(&mut self, actor: &Actor, market: u16, lots: i64) {
        if self.place(actor, market, lots) {
            self.world.pass(2);
            self.publish(market);
            self.fill_all(&Actor::named("filler"), actor);
        }
    }

    /// Signed lots of an account.
    pub fn lots(&self, actor: &Actor, market: u16) -> i64 {
        let account = self.world.account_of(actor);
        account.position(market).map_or(0, |it| it.lots)
    }

    /// Closes what an account holds, the whole way.
    pub fn close(&mut self, actor: &Actor, market: u16) {
        let lots = self.lots(actor, market);
        if self.place_reduction(actor, market, -lots) {
            self.world.pass(2);
            self.publish(market);
            self.fill_all(&Actor::named("filler"), actor);
        }
    }

    /// By how many hundredths of a basis point the price would have to move for an account to have this
    /// many thousandths of its maintenance left, its requirement as it is; nothing without a position.
    pub fn pips_to_ratio(&self, actor: &Actor, market: u16, thousandths: i64) -> Option<i64> {
        let account = self.world.account_of(actor);
        let lots = account.position(market).map_or(0, |it| it.lots);
        let health = self
            .world
            .mirror()
            .health(&account, self.world.now())
            .ok()?;
        let price = i128::from(self.world.market(market).price.price_q32);
        let worth = (i128::from(lots) * price) >> 32;
        if worth == 0 {
            return None;
        }
        let wanted = i128::from(health.maintenance.0) * i128::from(thousandths) / 1_000;
        let pips = (wanted - i128::from(health.equity.0)) * 1_000_000 / worth;
        i64::try_from(pips).ok()
    }

    /// `by` flags and liquidates an account as often as anything comes of it at the cached price.
    pub fn liquidate(&mut self, by: &Actor, actor: &Actor) -> bool {
        let sent = by.flag(&mut self.world, actor);
        self.note(sent);
        let mut done = false;
        for _ in 0..4 {
            let sent = by.liquidate(&mut self.world, actor);
            if !self.note(sent) {
                break;
            }
            done = true;
        }
        done
    }

    /// The honest keeper does what is due for everybody.
    pub fn keep(&mut self) {
        self.keep_but(&[]);
    }

    /// The same, but for these accounts.
    pub fn keep_but(&mut self, others: &[Actor]) {
        let keeper = self.keeper.clone();
        let mut everybody: Vec<Actor> = self.people().cloned().collect();
        everybody.retain(|actor| others.iter().all(|it| it.account() != actor.account()));
        for actor in everybody {
            let known = self.world.raw(&actor.account()).is_some();
            if known && self.is_due(&actor) {
                self.liquidate(&keeper, &actor);
            }
        }
    }

    /// Whether it is under maintenance at cached prices.
    pub fn is_due(&self, actor: &Actor) -> bool {
        let account = self.world.account_of(actor);
        let open = account.open_positions().next().is_some();
        open && {
            let health = self.world.mirror().health(&account, self.world.now());
            health.is_ok_and(|health| health.equity < health.maintenance)
        }
    }
}

/// What bounds are made of, USD atoms.
impl Arena {
    /// Notional that attackers opened, at the prices that they got.
    pub fn opened(&self) -> i64 {
        let fills = self.seen.fills.iter();
        let own = fills.filter(|it| self.is_attackers_account(&it.account));
        let opened = own.map(|fill| {
            let before = fill.lots_after - fill.lots;
            let grown = if before.signum() * fill.lots_after.signum() < 0 {
                fill.lots_after.abs()
            } else {
                (fill.lots_after.abs() - before.abs()).max(0)
            };
            notional(fill.fill_price_q32, grown.unsigned_abs())
        });
        opened.sum()
    }

    /// Notional that was liquidated, of attackers' accounts or of others'.
    pub fn liquidated(&self, own: bool) -> i64 {
        let events = self.seen.liquidations.iter();
        let chosen = events.filter(|it| self.is_attackers_account(&it.account) == own);
        let legs = chosen.flat_map(|it| &it.legs);
        legs.map(|leg| notional(leg.price_q32, leg.closed_lots))
            .sum()
    }

    /// What the attackers' fills moved because their price was no longer the true one, USD atoms.
    pub fn misfilled(&self) -> i64 {
        i64::try_from((self.misfilled >> 32) + 1).expect("in range")
    }

    /// What honest traders paid to pool and insurance: fees, spread and impact of their fills, costs and
    /// premiums of liquidations, and the most funding that the time could have brought.
    pub fn income(&self) -> i64 {
        let fills = self.seen.fills.iter().map(|fill| {
            let worse = fill.fill_price_q32.abs_diff(fill.oracle_price_q32);
            fill.fee_usd_atoms + notional(worse, fill.lots.unsigned_abs())
        });
        let legs = self.seen.liquidations.iter().flat_map(|it| &it.legs);
        let legs = legs.map(|leg| leg.pool_usd_atoms + leg.premium_usd_atoms);
        fills.sum::<i64>() + legs.sum::<i64>() + self.most_funding()
    }

    /// Funding of all open interest at the highest rate since the trial began.
    fn most_funding(&self) -> i64 {
        let secs = self.world.now() - self.started;
        let markets = self.world.all_markets().into_iter().map(|index| {
            let market = self.world.market(index);
            let open = notional(market.price.price_q32, market.long_lots + market.short_lots);
            let day = Self::share_of(market.params.funding_max_per_day_q32, open);
            day * secs / 86_400 + 1
        });
        markets.sum()
    }

    /// INV-COLLUSION: the floor of the bonus on what was liquidated, on no more than was opened, less the
    /// opening fee.
    pub fn collusion_bound(&self) -> i64 {
        let (opened, liquidated) = (self.opened(), self.liquidated(true));
        let fee = self.world.market(BTC).params.open_fee_q32;
        let topped_up = Self::share_of(self.rules().bonus_floor_q32, liquidated.min(opened));
        topped_up - Self::share_of(fee, opened) + self.roundings()
    }

    /// Rewards of the attackers' own orders that were killed.
    pub fn rewards_killed(&self) -> i64 {
        let kills = self.seen.kills.iter();
        let own = kills.filter(|it| self.is_attackers_account(&it.account));
        own.map(|it| it.reward_usd_atoms).sum()
    }

    /// What lots are worth, rounded up.
    pub fn notional(price_q32: u64, lots: u64) -> i64 {
        notional(price_q32, lots)
    }

    /// Legs that were liquidated.
    pub fn legs_liquidated(&self) -> i64 {
        let legs = self.seen.liquidations.iter().map(|it| it.legs.len());
        i64::try_from(legs.sum::<usize>()).expect("few")
    }

    /// An atom for each rounding that may be in the attackers' favour.
    pub fn roundings(&self) -> i64 {
        let fills = i64::try_from(self.seen.fills.len()).expect("few");
        16 + 4 * (fills + self.legs_liquidated())
    }

    /// The rules.
    pub fn rules(&self) -> whittle::state::exchange::ExchangeParams {
        self.world.mirror().exchange().expect("an exchange").params
    }

    /// What a share of an amount is, rounded up.
    pub fn share_of(share_q32: u64, amount: i64) -> i64 {
        let share = Ratio(share_q32).of_ceil(amount.unsigned_abs());
        share.expect("in range").0
    }
}

fn notional(price_q32: u64, lots: u64) -> i64 {
    Price(price_q32).notional_ceil(lots).expect("in range").0
}

/// A price with an exponent of -8.
pub fn quote(price: i64, confidence_bps: u64) -> Quote {
    Quote {
        mantissa: price,
        confidence: 0,
        exponent: EXPONENT,
    }
    .with_confidence_bps(confidence_bps)
}
