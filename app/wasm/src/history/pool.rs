//! The liquidity pool and the insurance fund.

use super::Told;
use crate::book::Book;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle_client::Event;

/// Quote tokens for shares, or the other way.
fn given(told: Told, kind: u8, atoms: u64) -> Told {
    if kind == REQUEST_DEPOSIT {
        told.tokens("Amount", QUOTE_BANK, atoms)
    } else {
        told.shares("Shares", atoms)
    }
}

fn received<'a>(told: Told<'a>, kind: u8, label: &'static str, atoms: u64) -> Told<'a> {
    if kind == REQUEST_DEPOSIT {
        told.shares(label, atoms)
    } else {
        told.tokens(label, QUOTE_BANK, atoms)
    }
}

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::LiquidityRequested(it) => {
            let title = if it.kind == REQUEST_DEPOSIT {
                "Pool deposit requested"
            } else {
                "Pool withdrawal requested"
            };
            let told = given(
                new(title).address("Owner", &it.owner),
                it.kind,
                it.amount_atoms,
            );
            received(told, it.kind, "At least in return", it.min_out_atoms)
        }
        Event::LiquidityFilled(it) => {
            let title = if it.kind == REQUEST_DEPOSIT {
                "Deposited into the pool"
            } else {
                "Withdrawn from the pool"
            };
            let told = given(
                new(title).address("Owner", &it.owner),
                it.kind,
                it.amount_atoms,
            );
            received(told, it.kind, "Received", it.out_atoms)
                .usd("Pool's value for who leaves", it.lower_value_usd_atoms)
                .usd("Pool's value for who enters", it.higher_value_usd_atoms)
        }
        Event::LiquidityRefunded(it) => {
            let told = new("Pool request returned").address("Owner", &it.owner);
            given(told, it.kind, it.amount_atoms)
        }
        Event::InsuranceSeeded(it) => new("Paid into the insurance fund")
            .tokens("Amount", QUOTE_BANK, it.amount_atoms)
            .usd("Cash of the fund", it.cash_usd_atoms)
            .address("Payer", &it.payer),
        Event::InsuranceDrawn(it) => new("Insurance fund drawn: new risk waits")
            .usd("Most it was worth", it.high_usd_atoms)
            .usd("Worth now", it.worth_usd_atoms)
            .time("Until", it.until),
        Event::PoolCreated(it) => {
            new("Liquidity pool created").address("Share mint", &it.share_mint)
        }
        _ => return None,
    })
}
