//! Making an instruction wrong.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;

use super::action::Twist;
use super::stage::Stage;

impl Stage {
    /// Does it to an instruction.
    pub(super) fn twist(&self, instruction: &mut Instruction, twist: Twist) {
        let count = instruction.accounts.len();
        if count == 0 {
            return;
        }
        let place = |at: u8| usize::from(at) % count;
        let accounts = &mut instruction.accounts;
        match twist {
            Twist::Swap { at, with } => accounts.swap(place(at), place(with)),
            Twist::Replace { at, with } => accounts[place(at)].pubkey = self.anything(with),
            Twist::Repeat { at, of } => accounts[place(at)].pubkey = accounts[place(of)].pubkey,
            Twist::Unsign { at } => accounts[place(at)].is_signer = false,
            Twist::Stranger { at, who } => {
                let signer = accounts.iter().position(|it| it.is_signer);
                let account = &mut accounts[signer.unwrap_or(place(at))];
                account.pubkey = self.who(who).address();
            }
            Twist::ReadOnly { at } => accounts[place(at)].is_writable = false,
            Twist::Writable { at } => accounts[place(at)].is_writable = true,
            Twist::Drop { at } => {
                accounts.remove(place(at));
            }
            Twist::Append { with } => {
                let key = self.anything(with);
                accounts.push(AccountMeta::new(key, false));
            }
            Twist::Data { at, xor } => {
                let length = instruction.data.len().max(1);
                if let Some(byte) = instruction.data.get_mut(usize::from(at) % length) {
                    *byte ^= xor;
                }
            }
            Twist::Truncate { len } => instruction.data.truncate(usize::from(len)),
        }
    }

    fn anything(&self, number: u8) -> Pubkey {
        let known = self.known();
        known[usize::from(number) % known.len()]
    }
}
