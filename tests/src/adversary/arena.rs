//! An exchange with the parameters that an operator starts from, people who trade on it, and a true
//! price beside the one that the oracle shows.

use anchor_lang::prelude::Pubkey;
use std::collections::BTreeSet;
use whittle::event::{OrderFilled, OrderKilled, PartiallyLiquidated};
use whittle::state::leverage::CLASS_STANDARD;
use whittle_migrations::Description;

use super::prices::quote;
use crate::actor::Actor;
use crate::oracle::Quote;
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
/// A token that is not the quote token, USDT with six decimals, and its first price.
pub const TOKEN: u16 = 2;
const TOKEN_PRICE: i64 = 100_000_000;
/// Atoms of it in an honest wallet.
pub const TOKENS: u64 = 200_000 * 1_000_000;
/// Of all prices here.
pub const EXPONENT: i32 = -8;
/// Half the width of the oracle's confidence, in basis points: narrower than usual, which favours
/// those who trade.
pub const CONFIDENCE_BPS: u64 = 1;
/// Lots of BTC (0.00001 each) that the honest hold: more longs than shorts.
const HONEST_LOTS: [(&str, i64); 2] = [("honest long", 4_000_000), ("honest short", -2_500_000)];
/// Lots of those who are close to their margin call, long and short.
const VICTIM_LOTS: i64 = 500_000;

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
    pub(super) names: BTreeSet<Pubkey>,
    pub(super) truth: Vec<i64>,
    /// What the true price did to the positions and shares of attackers and of honest traders, USD atoms
    /// in Q32.
    pub(super) hedged: [i128; 2],
    /// Rewards that they got from others for liquidating, filling and recovering.
    pub service: i64,
    /// What happened, for adversaries that bound by it.
    pub seen: Seen,
    /// What closings and requests at the cached price moved because it was not the true one.
    pub(super) stale: i128,
    /// True price of the token, with an exponent of -8, and what it
    /// did to the tokens of attackers and of honest traders, USD atoms in Q32.
    pub(super) token_truth: i64,
    pub(super) carried: [i128; 2],
    pub(super) figures: Vec<(&'static str, i64)>,
    pub(super) started: i64,
    pub(super) misfilled: i128,
    pub(super) signed: Vec<(i64, i64)>,
    pub(super) start: Option<Saved>,
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
        let banks = [Quote::usd("100"), quote(TOKEN_PRICE, CONFIDENCE_BPS)];
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
            token_truth: TOKEN_PRICE,
            carried: [0; 2],
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
        let token = self.world.bank(TOKEN).mint;
        let holder = self.honest[1].clone();
        self.world.give(&holder, &token, TOKENS);
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
        self.token_truth = TOKEN_PRICE;
        self.carried = [0; 2];
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

    pub(super) fn is_attackers_account(&self, account: &Pubkey) -> bool {
        let mut attackers = self.attackers.iter();
        attackers.any(|actor| (0..4).any(|sub| actor.sub(sub).account() == *account))
    }
}
