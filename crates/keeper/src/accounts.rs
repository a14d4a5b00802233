//! The margin accounts that the book holds, with what is looked up in them without their health.

use crate::book::Stamp;
use crate::edge::Trigger;
use crate::pack::Packed;
use anchor_lang::prelude::Pubkey;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use whittle::state::MarginAccount;

/// One account.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub address: Pubkey,
    pub stamp: Stamp,
    pub packed: Packed,
    /// Its triggers and deadline while it is far from its call level.
    pub far: Option<(Box<[Trigger]>, u32)>,
}

/// Waiting orders of a market and direction, by trigger price.
type Stops = BTreeMap<(u16, bool), BTreeSet<(u64, u32, u8)>>;

/// All of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    entries: Vec<Option<Entry>>,
    ids: HashMap<Pubkey, u32>,
    free: Vec<u32>,
    /// When accounts were closed that are gone, so that late news does not bring them back.
    closed: HashMap<Pubkey, Stamp>,
    /// Orders that can be filled, by when they were placed, and others by when they have expired.
    orders: BTreeSet<(i64, u32, u8)>,
    stops: Stops,
    /// Accounts with an overdraft, interest or a deficit.
    owing: BTreeSet<u32>,
}

/// What became of an account.
pub(crate) enum Taken {
    Old,
    Kept(u32),
}

impl Accounts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Where they are.
    pub fn addresses(&self) -> impl Iterator<Item = &Pubkey> {
        self.ids.keys()
    }

    /// The numbers of all.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Entry)> {
        let slots = (0u32..).zip(&self.entries);
        slots.filter_map(|(id, entry)| entry.as_ref().map(|entry| (id, entry)))
    }

    pub fn get(&self, id: u32) -> Option<&Entry> {
        self.entries.get(id as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.get_mut(id as usize)?.as_mut()
    }

    pub fn id(&self, address: &Pubkey) -> Option<u32> {
        self.ids.get(address).copied()
    }

    /// Takes an account unless what is known is as new.
    pub fn put(&mut self, address: Pubkey, account: &MarginAccount, stamp: Stamp) -> Taken {
        if self
            .closed
            .get(&address)
            .is_some_and(|closed| stamp <= *closed)
        {
            return Taken::Old;
        }
        let packed = Packed::of(account);
        let id = match self.id(&address) {
            None => {
                self.closed.remove(&address);
                self.add(Entry {
                    address,
                    stamp,
                    packed,
                    far: None,
                })
            }
            Some(id) => {
                let Some(entry) = self.get_mut(id) else {
                    return Taken::Old;
                };
                if stamp <= entry.stamp {
                    return Taken::Old;
                }
                entry.stamp = stamp;
                if entry.packed == packed {
                    return Taken::Old;
                }
                let before = core::mem::replace(&mut entry.packed, packed).account();
                self.unlist(id, &before);
                id
            }
        };
        self.list(id, account);
        Taken::Kept(id)
    }

    fn add(&mut self, entry: Entry) -> u32 {
        let address = entry.address;
        let id = match self.free.pop() {
            Some(id) => {
                if let Some(place) = self.entries.get_mut(id as usize) {
                    *place = Some(entry);
                }
                id
            }
            None => {
                self.entries.push(Some(entry));
                // Four thousand million accounts do not fit the memory.
                u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.ids.insert(address, id);
        id
    }

    /// Forgets an account that was closed. Returns what was known of it; none when that is newer.
    pub fn close(&mut self, address: &Pubkey, stamp: Stamp) -> Option<(u32, Entry)> {
        let id = self.id(address)?;
        if stamp <= self.get(id)?.stamp {
            return None;
        }
        let entry = self.entries.get_mut(id as usize)?.take()?;
        self.ids.remove(address);
        self.free.push(id);
        self.closed.insert(*address, stamp);
        self.unlist(id, &entry.packed.account());
        Some((id, entry))
    }

    /// Forgets closings of this slot and before: nothing older will arrive any more.
    pub fn forget_closed(&mut self, slot: u64) {
        self.closed.retain(|_, stamp| stamp.slot > slot);
    }

    fn list(&mut self, id: u32, account: &MarginAccount) {
        for (place, order) in (0u8..).zip(&account.orders) {
            if order.lots == 0 {
                continue;
            }
            if order.is_waiting() {
                let stops = self.stops.entry((order.market, order.triggers_above()));
                stops.or_default().insert((order.trigger_q32, id, place));
                let expired = order.expires_at.saturating_add(1);
                self.orders.insert((expired, id, place));
            } else {
                self.orders.insert((order.placed_at, id, place));
            }
        }
        if owes(account) {
            self.owing.insert(id);
        }
    }

    fn unlist(&mut self, id: u32, account: &MarginAccount) {
        for (place, order) in (0u8..).zip(&account.orders) {
            if order.lots == 0 {
                continue;
            }
            if order.is_waiting() {
                if let Some(stops) = self.stops.get_mut(&(order.market, order.triggers_above())) {
                    stops.remove(&(order.trigger_q32, id, place));
                }
                let expired = order.expires_at.saturating_add(1);
                self.orders.remove(&(expired, id, place));
            } else {
                self.orders.remove(&(order.placed_at, id, place));
            }
        }
        if owes(account) {
            self.owing.remove(&id);
        }
    }

    /// Orders that may be due at `now`, filled or removed, the oldest first.
    pub fn orders_by(&self, now: i64) -> impl Iterator<Item = (u32, u8)> + '_ {
        let until = (now, u32::MAX, u8::MAX);
        self.orders
            .range(..=until)
            .map(|(_, id, place)| (*id, *place))
    }

    /// Orders whose trigger a market's price has reached.
    pub fn reached(&self, market: u16, price: u64) -> impl Iterator<Item = (u32, u8)> + '_ {
        let above = self.stops.get(&(market, true)).into_iter();
        let above = above.flat_map(move |stops| stops.range(..=(price, u32::MAX, u8::MAX)));
        let below = self.stops.get(&(market, false)).into_iter();
        let below = below.flat_map(move |stops| stops.range((price, 0, 0)..));
        above.chain(below).map(|(_, id, place)| (*id, *place))
    }

    /// Accounts that owe something beside their positions.
    pub fn owing(&self) -> impl Iterator<Item = u32> + '_ {
        self.owing.iter().copied()
    }

    /// Bytes on the heap, as counted here: for measuring.
    pub fn heap_bytes(&self) -> usize {
        let entries = self.entries.capacity() * core::mem::size_of::<Option<Entry>>();
        let kept = self.entries.iter().flatten().map(|entry| {
            let far = entry.far.as_ref();
            let triggers = far.map_or(0, |(triggers, _)| core::mem::size_of_val(&**triggers));
            entry.packed.heap_bytes() + triggers
        });
        entries + kept.sum::<usize>()
    }
}

fn owes(account: &MarginAccount) -> bool {
    account.cash_usd_atoms < 0 || account.interest_usd_atoms > 0 || account.deficit_usd_atoms > 0
}
