//! What people do, and what the arena remembers of it.

use anchor_lang::prelude::Pubkey;
use whittle::event::{
    LiquidatedLeg, OrderFilled, OrderKilled, PartiallyLiquidated, RecoveryExecuted,
};

use super::arena::Arena;
use crate::actor::Actor;
use crate::outcome::{Done, Sent};
use crate::spec::USDC;

impl Arena {
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
