//! From a call to an instruction of the program, for the accounts as they are.

mod accounts;
mod exchange;
mod upkeep;

use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::MarginAccount;

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

    /// Somebody who has a margin account, and what is in it.
    fn holder(&self, number: u8) -> Option<(Actor, MarginAccount)> {
        let actor = self.who(number);
        let account = self.held(&actor)?;
        Some((actor, account))
    }
}
