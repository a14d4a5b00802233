//! From a call to an instruction of the program, for the accounts as they are.

mod accounts;
mod exchange;
mod upkeep;

use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::{MarginAccount, Order};
use whittle_risk::health::State;

use super::action::Call;
use super::stage::Stage;
use crate::actor::Actor;

impl Stage {
    /// `None` where there is nothing that such a call could name.
    pub(super) fn build(&mut self, call: &Call) -> Option<Instruction> {
        self.about_accounts(call)
            .or_else(|| self.about_upkeep(call))
            .or_else(|| self.about_exchange(call))
    }

    /// The number of somebody whose account is as wanted, where the number asks for it.
    fn fitting(&self, number: u8, fits: impl Fn(&MarginAccount) -> bool) -> u8 {
        if number < 128 {
            return number;
        }
        let all = self.holders().into_iter();
        let fitting: Vec<u8> = all.filter(|it| fits(&it.2)).map(|it| it.0).collect();
        let place = usize::from(number) % fitting.len().max(1);
        fitting.get(place).copied().unwrap_or(number)
    }

    /// The same of somebody under maintenance or flagged.
    fn troubled(&self, number: u8) -> u8 {
        self.fitting(number, |account| self.is_under(account))
    }

    /// The same of somebody in margin call or worse.
    fn called(&self, number: u8) -> u8 {
        let (mirror, now) = (self.world.mirror(), self.world.now());
        self.fitting(number, |account| {
            let state = mirror.state(account, now);
            state.is_ok_and(|it| it >= State::MarginCall)
        })
    }

    /// The same of somebody with an order, and the place of one of his orders.
    fn ordering(&self, number: u8, place: u8, waiting: bool) -> (u8, u8) {
        if number < 128 {
            return (number, place);
        }
        let fits = |it: &Order| it.lots != 0 && (it.is_waiting() || !waiting);
        let of = self.fitting(number, |account| account.orders.iter().any(fits));
        let orders = self.held(&self.who(of)).map(|it| it.orders);
        let places = (0u8..).zip(orders.iter().flatten());
        let places: Vec<u8> = places.filter(|it| fits(it.1)).map(|it| it.0).collect();
        let chosen = places.get(usize::from(place) % places.len().max(1));
        (of, chosen.copied().unwrap_or(place))
    }

    /// The same of somebody who has asked the pool for something.
    fn requesting(&self, number: u8) -> u8 {
        let count = u8::try_from(self.actors.len()).unwrap_or(1);
        let mut all = (0..count).cycle().skip(usize::from(number));
        let found = all
            .by_ref()
            .take(usize::from(count))
            .find(|it| self.request_of(*it).is_some());
        found.filter(|_| number >= 128).unwrap_or(number)
    }

    /// Somebody who has a margin account, and what is in it.
    fn holder(&self, number: u8) -> Option<(Actor, MarginAccount)> {
        let actor = self.who(number);
        let account = self.held(&actor)?;
        Some((actor, account))
    }
}
