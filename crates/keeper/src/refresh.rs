//! Bringing health up to date after prices, accounts and time have moved.

use crate::book::{Book, Id};
use crate::edge::{Edge, Line};
use crate::judge::{bank_line, bit, place, standing, Bench, Near, Place, Standing};
use crate::oracle::{bank_ahead, market_ahead, Feed};
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use rayon::prelude::*;
use std::collections::BTreeMap;
use whittle::state::{Bank, MarginAccount, Market, Pool};
use whittle_client::Mirror;
use whittle_risk::health::{Doubt, State};
use whittle_risk::liquidation::Policy;

/// Fewer accounts than this are judged on one thread.
const PARALLEL: usize = 2_048;
/// Every near account is looked at after so many seconds at the latest.
const NEAR_SECS: i64 = 10;
/// A running reduction's positions are looked for this often, seconds.
const REDUCIBLE_SECS: i64 = 10;

/// What a refresh did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refreshed {
    /// Accounts that were judged.
    pub judged: usize,
    /// Whether that was all of them, because something changed that bounds every trigger.
    pub everything: bool,
    /// Accounts near their call level or under it.
    pub near: usize,
}

fn bytes<T: bytemuck::Pod + Discriminator>(account: &T) -> Vec<u8> {
    [T::DISCRIMINATOR, bytemuck::bytes_of(account)].concat()
}

/// Whether a market has changed in something that bounds the triggers of all accounts; see `judge`.
fn breaks_bounds(before: &Market, after: &Market, ceiling: u64) -> bool {
    let multiplier = |market: &Market| market.call_multiplier().0.max(market.multiplier_q32);
    before.tiers != after.tiers
        || before.tier_count != after.tier_count
        || before.params.funding_max_per_day_q32 != after.params.funding_max_per_day_q32
        || before.long_loss_index_q32 != after.long_loss_index_q32
        || before.short_loss_index_q32 != after.short_loss_index_q32
        || multiplier(after) > multiplier(before)
        || after.counted_price().0 > ceiling
        || funding_jumped(before, after, ceiling)
}

/// Funding moved faster than its greatest rate at the ceiling allows, so prices were higher between.
fn funding_jumped(before: &Market, after: &Market, ceiling: u64) -> bool {
    let from = i128::from(before.funding_index_q32);
    let moved = i128::from(after.funding_index_q32).abs_diff(from);
    if moved == 0 {
        return false;
    }
    if before.funded_at == 0 {
        return true;
    }
    let rate = u128::from(after.params.funding_max_per_day_q32);
    let per_day = ((u128::from(ceiling) * rate) >> 32) + 1;
    let secs = u128::from(after.funded_at.abs_diff(before.funded_at));
    moved > per_day.saturating_mul(secs) / 86_400 + 1
}

impl Book {
    /// Rechecks the accounts that prices, time and their own changes may have brought near their
    /// call level, all with the program's own arithmetic. `now` in Unix seconds.
    pub fn refresh(&mut self, now: i64) -> Refreshed {
        let Some(exchange) = self.mirror.exchange() else {
            return Refreshed::default();
        };
        let policy = exchange.policy();
        let dirty = self.cache_ahead(now);
        if self.stale {
            return self.judge_everything(&policy, now);
        }
        let mut ids = core::mem::take(&mut self.touched);
        for line in self.edge.lines() {
            if let Some(price) = self.price_on(line, now) {
                if self.lines.insert(line, price) != Some(price) {
                    self.edge.passed(line, price, |id| ids.push(id));
                }
            }
        }
        let clock = u32::try_from(now.max(0)).unwrap_or(u32::MAX);
        self.edge.due(clock, |id| ids.push(id));
        let all_near = now.saturating_sub(self.near_seen_at) >= NEAR_SECS;
        if all_near {
            self.near_seen_at = now;
        }
        let near = self.near.iter().filter(|(_, near)| {
            all_near || near.markets & dirty.0 != 0 || near.banks & dirty.1 != 0
        });
        ids.extend(near.map(|(id, _)| *id));
        ids.sort_unstable();
        ids.dedup();

        let places = self.judge(&ids, &policy, now);
        let judged = places.len();
        for (id, place) in places {
            self.put(id, place);
        }
        self.find_reducible(now);
        Refreshed {
            judged,
            everything: false,
            near: self.near.len(),
        }
    }

    /// Puts markets and banks into the mirror as they will be once the newest readings are cached.
    /// Returns a bit for each market and bank that changed.
    fn cache_ahead(&mut self, now: i64) -> (u64, u64) {
        let mut dirty = (0, 0);
        for index in core::mem::take(&mut self.dirty_markets) {
            let Some(chain) = self.chain_markets.get(&index) else {
                continue;
            };
            let reading = self.readings.get(&Feed::Market(index));
            let ahead = reading.and_then(|it| market_ahead(chain, it, now, self.slot));
            let after = ahead.unwrap_or(*chain);
            let ceiling = self.ceilings.get(&index).copied().unwrap_or(0);
            self.stale |= match self.mirror.market(index) {
                Ok(before) => breaks_bounds(before, &after, ceiling),
                Err(_) => true,
            };
            self.mirror.take(&bytes(&after));
            dirty.0 |= bit(index);
        }
        for index in core::mem::take(&mut self.dirty_banks) {
            let Some(chain) = self.chain_banks.get(&index) else {
                continue;
            };
            let reading = self.readings.get(&Feed::Bank(index));
            let ahead = reading.and_then(|it| bank_ahead(chain, it, now));
            self.stale |= self.mirror.bank(index).is_err();
            self.mirror.take(&bytes(&ahead.unwrap_or(*chain)));
            dirty.1 |= bit(index);
        }
        dirty
    }

    fn price_on(&self, line: Line, now: i64) -> Option<u64> {
        Some(match line {
            Line::MarketFalls(index) | Line::MarketRises(index) => {
                self.mirror.market(index).ok()?.counted_price().0
            }
            Line::BankFalls(index) => bank_line(self.mirror.bank(index).ok()?, now),
        })
    }

    fn bench<'a>(&'a self, policy: &'a Policy, now: i64) -> Bench<'a> {
        Bench {
            mirror: &self.mirror,
            policy,
            ceilings: &self.ceilings,
            now,
        }
    }

    fn judge(&self, ids: &[u32], policy: &Policy, now: i64) -> Vec<(u32, Place)> {
        let bench = self.bench(policy, now);
        let one = |id: &u32| {
            let entry = self.accounts.get(*id)?;
            Some((*id, place(&bench, &entry.packed.account())))
        };
        if ids.len() < PARALLEL {
            ids.iter().filter_map(one).collect()
        } else {
            ids.par_iter().filter_map(one).collect()
        }
    }

    fn put(&mut self, id: u32, place: Place) {
        let Some(entry) = self.accounts.get_mut(id) else {
            return;
        };
        if let Some((triggers, deadline)) = entry.far.take() {
            self.edge.remove(id, &triggers, deadline);
        }
        self.near.remove(&id);
        match place {
            Place::Idle => {}
            Place::Far { triggers, deadline } => {
                self.edge.insert(id, &triggers, deadline);
                entry.far = Some((triggers, deadline));
            }
            Place::Near(near) => {
                self.near.insert(id, near);
            }
        }
    }

    fn judge_everything(&mut self, policy: &Policy, now: i64) -> Refreshed {
        self.stale = false;
        self.touched.clear();
        self.near_seen_at = now;
        let ceiling = |market: &Market| market.counted_price().0.saturating_mul(2);
        let markets = self.mirror.markets();
        self.ceilings = markets.map(|it| (it.index, ceiling(it))).collect();

        let ids: Vec<u32> = self.accounts.all().map(|(id, _)| id).collect();
        let places = self.judge(&ids, policy, now);
        let judged = places.len();
        self.near.clear();
        for (id, place) in places {
            let Some(entry) = self.accounts.get_mut(id) else {
                continue;
            };
            entry.far = None;
            match place {
                Place::Idle => {}
                Place::Far { triggers, deadline } => entry.far = Some((triggers, deadline)),
                Place::Near(near) => {
                    self.near.insert(id, near);
                }
            }
        }
        let far = self.accounts.all().filter_map(|(id, entry)| {
            let (triggers, deadline) = entry.far.as_ref()?;
            Some((id, &**triggers, *deadline))
        });
        self.edge = Edge::rebuild(far);
        let lines: Vec<Line> = self.edge.lines().collect();
        let prices = lines.into_iter().filter_map(|line| {
            let price = self.price_on(line, now)?;
            Some((line, price))
        });
        self.lines = prices.collect::<BTreeMap<_, _>>();
        self.find_reducible(now);
        Refreshed {
            judged,
            everything: true,
            near: self.near.len(),
        }
    }

    /// Asks for every account to be judged anew at the next refresh.
    pub fn distrust(&mut self) {
        self.stale = true;
    }

    /// Every account under its call level by a full check that uses no index: for measuring and for
    /// trusting the index.
    pub fn full_check(&self, now: i64) -> Vec<(Id, Standing)> {
        let Some(exchange) = self.mirror.exchange() else {
            return Vec::new();
        };
        let policy = exchange.policy();
        let bench = self.bench(&policy, now);
        let ids: Vec<u32> = self.accounts.all().map(|(id, _)| id).collect();
        let one = |id: &u32| {
            let account = self.accounts.get(*id)?.packed.account();
            account.open_positions().next()?;
            let found = standing(&bench, &account).ok()?;
            (found.state != State::Healthy).then_some((Id(*id), found))
        };
        ids.par_iter().filter_map(one).collect()
    }

    /// Looks for positions that a running reduction may still reduce. There is seldom one, so all
    /// accounts are looked through.
    fn find_reducible(&mut self, now: i64) {
        let is_running =
            |market: &&Market| market.deleverage.side != 0 && now <= market.deleverage.ends_at;
        let running: Vec<u16> = self
            .mirror
            .markets()
            .filter(is_running)
            .map(|it| it.index)
            .collect();
        if running.is_empty() {
            self.reducible.clear();
            return;
        }
        if now.saturating_sub(self.reducible_at) < REDUCIBLE_SECS {
            return;
        }
        self.reducible_at = now;
        let ids: Vec<u32> = self.accounts.all().map(|(id, _)| id).collect();
        let mirror = &self.mirror;
        let of = |id: &u32| -> Vec<(u16, u32)> {
            let Some(entry) = self.accounts.get(*id) else {
                return Vec::new();
            };
            let account = entry.packed.account();
            let markets = running
                .iter()
                .filter(|it| reducible(mirror, &account, **it, now));
            markets.map(|market| (*market, *id)).collect()
        };
        self.reducible = ids.par_iter().flat_map_iter(of).collect();
    }

    /// The exchange, its banks and its markets, as they will be once the newest oracle readings are
    /// cached.
    pub fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// The pool.
    pub fn pool(&self) -> Option<&Pool> {
        self.pool.as_deref()
    }

    /// A market as the chain has it.
    pub fn chain_market(&self, index: u16) -> Option<&Market> {
        self.chain_markets.get(&index)
    }

    /// A bank as the chain has it.
    pub fn chain_bank(&self, index: u16) -> Option<&Bank> {
        self.chain_banks.get(&index)
    }

    /// Accounts near their call level or under it.
    pub fn near(&self) -> impl Iterator<Item = (Id, &Near)> {
        self.near.iter().map(|(id, near)| (Id(*id), near))
    }

    /// How many margin accounts there are.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A margin account.
    pub fn account(&self, id: Id) -> Option<MarginAccount> {
        Some(self.accounts.get(id.0)?.packed.account())
    }

    /// Where a margin account is.
    pub fn address(&self, id: Id) -> Option<Pubkey> {
        Some(self.accounts.get(id.0)?.address)
    }

    /// The number of a margin account.
    pub fn id(&self, address: &Pubkey) -> Option<Id> {
        self.accounts.id(address).map(Id)
    }

    /// Bytes that the accounts take on the heap, maps and trees left out: for measuring.
    pub fn heap_bytes(&self) -> usize {
        self.accounts.heap_bytes()
    }
}

/// Whether a running reduction of a market would reduce this account's position.
fn reducible(mirror: &Mirror, account: &MarginAccount, market: u16, now: i64) -> bool {
    let Ok(market) = mirror.market(market) else {
        return false;
    };
    let Some(position) = account.position(market.index) else {
        return false;
    };
    let running = &market.deleverage;
    if position.lots.signum() != i64::from(running.side)
        || position.deleverage_epoch == running.epoch
    {
        return false;
    }
    let leg = whittle::snapshot::leg_of(position, market, now);
    leg.is_ok_and(|leg| leg.valued(Doubt::Plain).is_ok_and(|it| it.profit.0 > 0))
}
