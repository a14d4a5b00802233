//! Step 1: the exchange.

use super::{NewAccount, State, Work};
use crate::chain::{self, Chain, ChainError};
use crate::describe::{usd, Comparison, Description};
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::exchange::ISSUER_GROUPS;
use whittle::state::Exchange;
use whittle_client::{address, instruction};

struct TheExchange<'a>(&'a Description);

pub(super) fn work(description: &Description) -> Box<dyn Work + '_> {
    Box::new(TheExchange(description))
}

impl Work for TheExchange<'_> {
    fn describe(&self) -> String {
        "exchange".to_owned()
    }

    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        let Some(found) = chain::read::<Exchange>(chain, &address::exchange())? else {
            return Ok(State::Missing);
        };
        let args = &self.0.exchange;
        let mut compare = Comparison::new("exchange");
        compare.group(&args.params, &found.params);
        compare.field("guardian", [args.guardian, found.guardian], show_guardian);
        compare.field(
            "receiver_programs",
            [args.receiver_programs, found.receiver_programs],
            show_keys,
        );
        compare.field(
            "legacy_programs",
            [args.legacy_programs, found.legacy_programs],
            show_keys,
        );
        let caps = found.groups.map(|group| group.cap_usd_atoms);
        compare.field(
            "issuer_caps_usd",
            [args.group_caps_usd_atoms, caps],
            show_caps,
        );
        // Fewer are what later steps are for; more can only be described, not undone.
        let counts = [
            ("banks", self.0.banks.len(), found.bank_count),
            ("markets", self.0.markets.len(), found.market_count),
        ];
        for (what, described, listed) in counts {
            let listed = usize::from(listed);
            let shown = |count| format!("{count} {what}");
            compare.field(what, [described, described.max(listed)], shown);
        }
        Ok(State::compared(compare.finish()))
    }

    fn creates(&self) -> Vec<NewAccount> {
        vec![NewAccount::new(
            "exchange",
            address::exchange(),
            Exchange::SIZE,
        )]
    }

    fn obstacles(&self, _: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
        Ok(Vec::new())
    }

    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError> {
        let args = self.0.exchange.clone();
        Ok(instruction::initialize_exchange(chain.payer(), args))
    }
}

fn show_guardian(key: Pubkey) -> String {
    if key == Pubkey::default() {
        "nobody".to_owned()
    } else {
        key.to_string()
    }
}

fn show_keys(keys: [Pubkey; 2]) -> String {
    let used = keys.iter().filter(|key| **key != Pubkey::default());
    let shown: Vec<String> = used.map(Pubkey::to_string).collect();
    format!("[{}]", shown.join(", "))
}

fn show_caps(caps: [i64; ISSUER_GROUPS]) -> String {
    let shown: Vec<String> = caps.iter().skip(1).map(|cap| usd::show(*cap)).collect();
    format!("[{}]", shown.join(", "))
}
