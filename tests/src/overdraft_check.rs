//! INV-OVERDRAFT and INV-CONVERT, after every transaction.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use whittle::event::{BankruptcyResolved, CollateralConverted, InterestCharged};
use whittle::state::{MarginAccount, Pool};
use whittle_client::event::{self, Event};
use whittle_client::{address, decode};
use whittle_risk::overdraft::owed_ceil;
use whittle_risk::{Ratio, Usd};

use crate::changed::Picture;
use crate::outcome::Sent;
use crate::world::mirror;

fn accounts(picture: &Picture) -> BTreeMap<Pubkey, MarginAccount> {
    let ours = picture.accounts.iter();
    let ours = ours.filter(|(_, account)| account.owner == whittle::ID);
    ours.filter_map(|(key, account)| Some((*key, decode::account(&account.data).ok()?)))
        .collect()
}

/// Checks one transaction that succeeded at `now`.
#[track_caller]
pub(crate) fn check(before: &Picture, after: &Picture, now: i64, sent: &Sent) {
    let events = event::events(&sent.processed.logs);
    counted(after);
    interest(before, after, now, &events);
    let sold = events
        .into_iter()
        .filter_map(|it| CollateralConverted::try_from(it).ok());
    for event in sold {
        conversion(before, after, now, &event);
    }
}

/// INV-OVERDRAFT: what the pool has counted is the sum of what it has counted of each account.
#[track_caller]
fn counted(picture: &Picture) {
    let pool = picture.accounts.get(&address::pool());
    let Some(pool) = pool.and_then(|pool| decode::account::<Pool>(&pool.data).ok()) else {
        return;
    };
    let accounts = accounts(picture);
    let sum: i64 = accounts
        .values()
        .map(|it| it.overdraft_counted_usd_atoms)
        .sum();
    assert_eq!(pool.overdrafts_usd_atoms, sum, "INV-OVERDRAFT: the pool's");
    for account in accounts.values() {
        let (part, owed) = (
            account.overdraft_counted_usd_atoms,
            account.interest_usd_atoms,
        );
        assert!(part >= 0 && owed >= 0, "INV-OVERDRAFT: {part} and {owed}");
    }
}

/// INV-OVERDRAFT: whenever cash changes, interest has been counted up to now, exactly, and what is no
/// longer owed has been charged, or waived where an account is bankrupt.
#[track_caller]
fn interest(before: &Picture, after: &Picture, now: i64, events: &[Event]) {
    let mirror = mirror(after);
    let Some(exchange) = mirror.exchange() else {
        return;
    };
    let index = exchange.interest_index(now);
    let was = accounts(before);
    for (key, is) in accounts(after) {
        let Some(was) = was.get(&key) else { continue };
        let touched = is.interest_index != was.interest_index;
        if is.cash_usd_atoms != was.cash_usd_atoms {
            assert_eq!(is.interest_index, index, "INV-OVERDRAFT: counted late");
        }
        if !touched && is.interest_usd_atoms == was.interest_usd_atoms {
            continue;
        }
        let mut owed = was.interest_usd_atoms;
        if was.deficit_usd_atoms == 0 {
            let cash = Usd(was.cash_usd_atoms);
            owed += owed_ceil(cash, was.interest_index, is.interest_index)
                .expect("a sum of interest")
                .0;
        }
        let charged: i64 = events
            .iter()
            .filter_map(|it| InterestCharged::try_from(it.clone()).ok())
            .filter(|it| it.account == key)
            .map(|it| it.interest_usd_atoms)
            .sum();
        let waived: i64 = events
            .iter()
            .filter_map(|it| BankruptcyResolved::try_from(it.clone()).ok())
            .filter(|it| it.account == key)
            .map(|it| it.interest_waived_usd_atoms)
            .sum();
        let found = is.interest_usd_atoms + charged + waived;
        assert_eq!(found, owed, "INV-OVERDRAFT: {charged} charged");
    }
}

/// INV-CONVERT: equity as assessed off chain does not fall, and the event says what it is.
#[track_caller]
fn conversion(before: &Picture, after: &Picture, now: i64, event: &CollateralConverted) {
    let equity = |picture: &Picture| {
        let account = accounts(picture)[&event.account];
        let health = mirror(picture).health(&account, now).expect("a health");
        (health.equity.0, account.cash_usd_atoms)
    };
    let (was, had) = equity(before);
    let (is, has) = equity(after);
    assert_eq!(has - had, event.paid_usd_atoms, "INV-CONVERT: the payment");
    assert_eq!(was, event.equity_before_usd_atoms, "INV-CONVERT: before");
    assert_eq!(is, event.equity_after_usd_atoms, "INV-CONVERT: after");
    assert!(is >= was, "INV-CONVERT: {was} and then {is}");
    let bank = *mirror(before).bank(event.bank).expect("a bank");
    let most = Ratio::ONE.less(bank.weight_at(now)).0;
    assert!(event.discount_q32 <= most, "INV-CONVERT: the discount");
}
