//! Listings, changes and pauses.

use super::Told;
use crate::book::Book;
use crate::watch::words;
use anchor_lang::AnchorDeserialize;
use whittle::state::proposal::Change;
use whittle_client::Event;

const PAUSES: [&str; 4] = ["new risk", "withdrawals", "liquidations", "liquidity"];

fn pause(kind: u8) -> &'static str {
    PAUSES.get(usize::from(kind)).copied().unwrap_or("unknown")
}

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::ExchangeInitialized(it) => {
            new("Exchange created").address("Authority", &it.authority)
        }
        Event::BankListed(it) => new("Collateral token listed").address("Mint", &it.mint),
        Event::MarketListed(it) => {
            let symbol = String::from_utf8_lossy(&it.symbol);
            new("Market listed")
                .market(it.index)
                .text("Symbol", symbol.trim_end_matches('\0'))
        }
        Event::ChangeProposed(it) => {
            let change = Change::deserialize(&mut it.change.as_slice());
            let change = change.map_or_else(
                |_| "a change that this page cannot read".to_owned(),
                |change| words(book, &change),
            );
            new("Change proposed")
                .text("Change", change)
                .time("May be applied at", it.eta)
                .time("Lapses at", it.expires)
                .address("Proposer", &it.proposer)
        }
        Event::ChangeCancelled(it) => {
            new("Proposed change cancelled").text("Number", it.nonce.to_string())
        }
        Event::ChangeApplied(it) => {
            new("Proposed change applied").text("Number", it.nonce.to_string())
        }
        Event::AuthorityOffered(it) => new("Authority offered").address("To", &it.next_authority),
        Event::AuthorityTransferred(it) => new("Authority transferred")
            .address("From", &it.before)
            .address("To", &it.authority),
        Event::Paused(it) => new("Paused")
            .text("What", pause(it.kind))
            .time("Until", it.until)
            .time("Not again before", it.cooldown_until)
            .address("By", &it.by),
        Event::Unpaused(it) => new("Pause ended")
            .text("What", pause(it.kind))
            .address("By", &it.by),
        Event::MarketGuarded(it) => {
            let mut told = new("Market tightened by the guardian").market(it.market);
            if it.open_interest_cap_usd_atoms >= 0 {
                told = told.usd("Cap on open interest", it.open_interest_cap_usd_atoms);
            }
            if it.initial_q32 != 0 {
                told = told.share("Initial margin times", it.initial_q32);
            }
            told.address("By", &it.by)
        }
        Event::BankGuarded(it) => new("Deposits limited by the guardian")
            .token(it.bank)
            .tokens("At most", it.bank, it.deposit_cap_atoms)
            .address("By", &it.by),
        _ => return None,
    })
}
