//! Accounts, their cash and their owners' rules.

use super::Told;
use crate::book::Book;
use whittle_client::Event;

const CLASSES: [&str; 3] = ["retail", "standard", "professional"];

fn class(number: u8) -> &'static str {
    CLASSES
        .get(usize::from(number))
        .copied()
        .unwrap_or("unknown")
}

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::MarginAccountOpened(it) => new("Margin account opened")
            .account(&it.account)
            .address("Owner", &it.owner)
            .text("Number", it.sub_id.to_string()),
        Event::MarginAccountClosed(it) => new("Margin account closed").account(&it.account),
        Event::DelegateSet(it) => new("Delegate changed")
            .account(&it.account)
            .address("May place orders", &it.delegate),
        Event::Deposited(it) => new("Deposited").account(&it.account).token(it.bank).tokens(
            "Amount",
            it.bank,
            it.amount_atoms,
        ),
        Event::Withdrawn(it) => new("Withdrawn").account(&it.account).token(it.bank).tokens(
            "Amount",
            it.bank,
            it.amount_atoms,
        ),
        Event::LeverageSet(it) => {
            let told = new("Leverage changed")
                .account(&it.account)
                .text("Class", class(it.class))
                .share("Least initial rate", it.own_initial_q32);
            if it.changes_at == 0 {
                return Some(told);
            }
            told.text("Class afterwards", class(it.next_class))
                .share("Least initial rate afterwards", it.next_own_initial_q32)
                .time("Changes at", it.changes_at)
        }
        Event::MarginCallIssued(it) => new("Margin call")
            .account(&it.account)
            .health(it.equity_usd_atoms, it.maintenance_usd_atoms)
            .usd("Must reach", it.call_usd_atoms),
        Event::MarginCallEnded(it) => new("Margin call ended")
            .account(&it.account)
            .time("Issued at", it.issued_at),
        Event::RecoveryPlanSet(it) if it.plan.trigger_q32 == 0 => {
            new("Recovery plan cleared").account(&it.account)
        }
        Event::RecoveryPlanSet(it) => new("Recovery plan set")
            .account(&it.account)
            .share("Trigger, equity / maintenance", it.plan.trigger_q32)
            .share("Target, equity / maintenance", it.plan.target_q32)
            .share("Most fee", it.plan.fee_max_q32),
        Event::ReserveSet(it) if it.is_reserve => {
            new("Account made the owner's reserve").account(&it.account)
        }
        Event::ReserveSet(it) => new("Account no longer a reserve").account(&it.account),
        Event::ToppedUp(it) => new("Topped up from the reserve")
            .account(&it.account)
            .address("Reserve", &it.reserve)
            .usd("Amount", it.amount_usd_atoms)
            .health(it.equity_usd_atoms, it.maintenance_usd_atoms),
        Event::AccountSettled(it) => new("Account settled")
            .account(&it.account)
            .usd("Cash", it.cash_usd_atoms)
            .some_usd("Deficit", it.deficit_usd_atoms),
        Event::InterestCharged(it) => new("Interest charged")
            .account(&it.account)
            .usd("Interest", it.interest_usd_atoms)
            .usd("Cash", it.cash_usd_atoms),
        Event::CollateralConverted(it) => new("Collateral converted")
            .account(&it.account)
            .token(it.bank)
            .tokens("Amount", it.bank, it.amount_atoms)
            .token_price("Price", it.bank, it.price_q32)
            .share("Discount", it.discount_q32)
            .usd("Paid", it.paid_usd_atoms)
            .usd("Cash", it.cash_usd_atoms)
            .address("Buyer", &it.buyer),
        _ => return None,
    })
}
