//! Somebody who looks at the accounts first, and so reaches what chance alone does not.

mod losses;

use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::MarginAccount;
use whittle_client::preview::what_if;
use whittle_client::{address, instruction};
use whittle_risk::health::State;

use super::action::{Call, Smart, Terms};
use super::stage::Stage;
use crate::actor::Actor;
use crate::oracle::Quote;

const DAY: i64 = 86_400;

impl Stage {
    /// Does it as far as it can.
    pub(super) fn act(&mut self, smart: Smart) {
        match smart {
            Smart::Tick { secs, moves } => self.tick(i64::from(secs), moves),
            Smart::Trade { of, market, terms } => self.trade(of, market, terms),
            Smart::FillDue { by } => self.fill_due(by),
            Smart::ToMaintenance {
                of,
                market,
                beyond_bps,
            } => self.push_to_maintenance(of, market, beyond_bps),
            Smart::Crash { market, bps, up } => self.crash(market, bps, up),
            Smart::Liquidate { by, times } => self.liquidate_all(by, times),
            Smart::Resolve { by } => self.resolve_all(by),
            Smart::Deleverage { market } => self.deleverage(market),
            Smart::SettleAll => self.settle_all(),
            Smart::ApplyDue => self.apply_due(),
            Smart::WindDown {
                of_market,
                which,
                to_the_end,
            } => self.wind_down(of_market, which, to_the_end),
            Smart::Silence { market } => self.silence(market),
            Smart::Recover { by } => self.recover_all(by),
            Smart::Shortfall => self.shortfall(),
        }
    }

    /// What one call stands for, sent alone. Tells whether it succeeded.
    pub(super) fn call(&mut self, call: Call) -> bool {
        match self.build(&call) {
            Some(instruction) => self.send(&[instruction]),
            None => false,
        }
    }

    /// Everybody who has a margin account, by number.
    pub(super) fn holders(&self) -> Vec<(u8, Actor, MarginAccount)> {
        let all = (0u8..).zip(&self.actors);
        all.filter_map(|(number, actor)| Some((number, actor.clone(), self.held(actor)?)))
            .collect()
    }

    /// The first number from `by` on of somebody with a margin account other than that of `of`.
    pub(super) fn another(&self, by: u8, of: u8) -> u8 {
        let own = self.who(of).account();
        let count = u8::try_from(self.actors.len()).unwrap_or(1);
        let others = (0..count).map(|more| (by % count + more) % count);
        let fits = |it: &u8| {
            let other = self.who(*it);
            other.account() != own && self.held(&other).is_some()
        };
        others.into_iter().find(fits).unwrap_or(by)
    }

    fn tick(&mut self, secs: i64, moves: u32) {
        self.world.pass(secs);
        let now = self.world.now();
        for market in self.world.all_markets() {
            // Up to a fifth of a per cent up or down.
            let dice = moves.rotate_right(u32::from(market) * 5);
            let step = dice % 41;
            // Now and then nobody is sure.
            let confidence = if dice >> 27 == 7 { 150 } else { 1 };
            self.move_market(market, 9_980 + step, confidence, now);
        }
        for bank in self.banks_of(0) {
            let step = moves.rotate_right(u32::from(bank) * 7 + 3) % 21;
            self.move_bank(bank, 9_990 + step, 1, now);
        }
        self.cache();
    }

    /// Every feed says again what it said, now and without doubt, and all prices are cached.
    pub(super) fn refresh(&mut self) {
        let now = self.world.now();
        for market in self.world.all_markets() {
            self.move_market(market, 10_000, 0, now);
        }
        for bank in self.banks_of(0) {
            self.move_bank(bank, 10_000, 0, now);
        }
        self.cache();
    }

    fn cache(&mut self) {
        let (markets, banks) = (self.world.all_markets(), self.banks_of(0));
        let both = [self.update_markets(&markets), self.update_banks(&banks)];
        if self.send(&both) {
            return;
        }
        // One that is refused is not to keep the others from theirs.
        for market in markets {
            self.send(&[self.update_markets(&[market])]);
        }
        for bank in banks {
            self.send(&[self.update_banks(&[bank])]);
        }
    }

    fn trade(&mut self, of: u8, market: u8, terms: Terms) {
        let actor = self.who(of);
        let before = self.held(&actor).map(|it| it.orders);
        let Some(order) = self.order(actor.address(), &actor, market, terms) else {
            return;
        };
        if !self.send(&[order]) {
            return;
        }
        let after = self.held(&actor).map(|it| it.orders);
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        let place = before.iter().zip(&after).position(|(was, is)| was != is);
        let place = place.and_then(|it| u8::try_from(it).ok()).unwrap_or(0);
        self.await_order();
        self.call(Call::TriggerOrder { of, place });
        let by = self.another(of.wrapping_add(1), of);
        self.call(Call::FillOrder { by, of, place });
    }

    /// The delay of orders passes, and every feed speaks.
    pub(super) fn await_order(&mut self) {
        let mirror = self.world.mirror();
        let delay = mirror.exchange().map_or(0, |it| it.params.order_delay_secs);
        self.world.pass(i64::from(delay));
        self.refresh();
    }

    pub(super) fn fill_due(&mut self, by: u8) {
        self.await_order();
        for (of, actor, account) in self.holders() {
            let filler = self.who(self.another(by, of));
            for (place, order) in (0u8..).zip(account.orders) {
                if order.lots == 0 {
                    continue;
                }
                if self.world.now() > order.expires_at {
                    self.call(Call::ExpireOrder { of, place });
                    continue;
                }
                if order.is_waiting() {
                    self.call(Call::TriggerOrder { of, place });
                    continue;
                }
                let Some(account) = self.held(&actor) else {
                    break;
                };
                if let Some(fill) = self.fill_by(&filler, &actor, &account, place) {
                    self.send(&[fill]);
                }
            }
        }
        for of in 0..u8::try_from(self.actors.len()).unwrap_or(0) {
            if self.request_of(of).is_some() {
                self.call(Call::FillLiquidityRequest { of });
            }
        }
    }

    fn push_to_maintenance(&mut self, of: u8, market: u8, beyond_bps: u16) {
        let Some((_, account)) = self.at_risk(of) else {
            return;
        };
        let wanted = self.market(market).index;
        let held = account.open_positions();
        let mut markets: Vec<u16> = held.map(|it| it.market).collect();
        markets.sort_by_key(|it| *it != wanted);
        let Some(market) = markets.first().copied() else {
            return;
        };
        let (mirror, now) = (self.world.mirror(), self.world.now());
        let worst = State::Liquidatable;
        let Some(target) = what_if::boundary(&mirror, &account, now, market, worst) else {
            return;
        };
        let is_long = account.position(market).is_some_and(|it| it.lots > 0);
        let beyond = if is_long {
            10_000 - u32::from(beyond_bps).min(9_000)
        } else {
            10_000 + u32::from(beyond_bps)
        };
        self.world.pass(1);
        self.show_price(market, target);
        self.move_market(market, beyond, 1, self.world.now());
        self.send(&[self.update_markets(&[market])]);
    }

    /// The first account from this number on that has a position.
    fn at_risk(&self, from: u8) -> Option<(Actor, MarginAccount)> {
        let count = self.actors.len();
        (0..count).find_map(|more| {
            let actor = &self.actors[(usize::from(from) + more) % count];
            let account = self.held(actor)?;
            account.open_positions().next()?;
            Some((actor.clone(), account))
        })
    }

    /// A market's feed says what stands for this price of a lot.
    fn show_price(&mut self, market: u16, price_q32: u64) {
        let cached = self.world.market(market).price.price_q32.max(1);
        let last = self.world.market_feeds[usize::from(market)].last.as_ref();
        let quote = last.expect("a price was published").quote;
        let mantissa = i128::from(quote.mantissa) * i128::from(price_q32) / i128::from(cached);
        let mantissa = i64::try_from(mantissa).unwrap_or(quote.mantissa).max(1);
        let now = self.world.now();
        self.world
            .publish_at(market, Quote { mantissa, ..quote }, now);
    }

    fn crash(&mut self, market: u8, bps: u16, up: bool) {
        let market = self.market(market).index;
        let bps = u32::from(bps).min(9_000);
        let to = if up { 10_000 + bps } else { 10_000 - bps };
        self.world.pass(1);
        self.move_market(market, to, 1, self.world.now());
        self.send(&[self.update_markets(&[market])]);
        self.outlast_shocks();
    }

    /// Prices are published again until no shock lasts.
    pub(super) fn outlast_shocks(&mut self) {
        for _ in 0..3 {
            let mut markets = self.world.all_markets().into_iter();
            if !markets.any(|it| self.world.market(it).breaker.shock_since != 0) {
                return;
            }
            self.world.pass(31);
            self.refresh();
        }
    }

    fn apply_due(&mut self) {
        let Some(nonce) = self.proposals().first().copied() else {
            return;
        };
        let proposal = self.world.proposal(nonce);
        self.world.pass((proposal.eta - self.world.now()).max(1));
        self.refresh();
        if let Some(apply) = self.apply(&proposal) {
            if !self.send(&[apply]) {
                let authority = self.world.mirror().exchange().map(|it| it.authority);
                let authority = authority.unwrap_or_default();
                self.send(&[instruction::cancel_change(authority, &proposal)]);
            }
        }
    }

    /// An ending: proposed, applied and, if so wanted, observed, published, settled.
    fn wind_down(&mut self, of_market: bool, which: u8, to_the_end: bool) {
        if !self.begin_ending(of_market, which) || !to_the_end {
            return;
        }
        self.world.pass(DAY - 3_600);
        for _ in 0..8 {
            self.refresh();
            self.world.pass(500);
        }
        self.refresh();
        self.settle_ended();
    }

    fn silence(&mut self, market: u8) {
        if self.begin_ending(true, market) {
            self.world.pass(3 * DAY);
            self.settle_ended();
        }
    }

    fn begin_ending(&mut self, of_market: bool, which: u8) -> bool {
        let change = self.ending(of_market, which);
        let exchange = *self.world.mirror().exchange().expect("an exchange");
        if !self.send(&[instruction::propose_change(&exchange, change)]) {
            return false;
        }
        let key = address::proposal(exchange.next_proposal);
        let proposal: whittle::state::Proposal = self.world.read(&key);
        self.world.pass(proposal.eta - self.world.now());
        self.refresh();
        let apply = self.apply(&proposal);
        apply.is_some_and(|apply| self.send(&[apply]))
    }

    /// Prices of settlement are published where they are due, and positions settled.
    pub(super) fn settle_ended(&mut self) {
        let now = self.world.now();
        let mut due: Vec<Instruction> = Vec::new();
        for market in self.world.all_markets() {
            if self.world.market(market).wind_down.awaits_price(now) {
                due.push(instruction::publish_settlement(market));
            }
        }
        for bank in self.banks_of(0) {
            let bank = self.world.bank(bank);
            if bank.wind_down.awaits_price(now) {
                due.push(instruction::publish_bank_settlement(&bank.mint));
            }
        }
        for instruction in due {
            self.send(&[instruction]);
        }
        for (_, actor, _) in self.holders() {
            for market in self.world.all_markets() {
                if !self.world.market(market).wind_down.is_settled() {
                    continue;
                }
                let Some(account) = self.held(&actor) else {
                    break;
                };
                let (mirror, held) = (self.world.mirror(), actor.held(&account));
                if let Ok(settle) = instruction::settle_position(&mirror, held, market) {
                    self.send(&[settle]);
                }
            }
        }
    }
}
