use super::{put, tick};
use crate::book::{Book, Stamp};
use crate::edge::{Line, Trigger};
use crate::synthetic::{
    account, bank, bytes, empty_book, first_price, key, set_bank_price, set_price, Distance,
    MARKETS, NOW,
};
use proptest::prelude::*;
use whittle::state::MarginAccount;
use whittle_client::address;

/// What happens between two refreshes.
#[derive(Clone, Debug)]
enum Step {
    /// A market's price is multiplied by this over 10,000.
    Price(u16, u64),
    /// The collateral token costs so many dollars.
    Token(u64),
    /// A market's maintenance multiplier becomes this over 100.
    Multiplier(u16, u64),
    /// So many seconds pass.
    Time(i64),
    /// One side of a market outweighs the other.
    Skew(u16, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let market = || 0..MARKETS;
    prop_oneof![
        6 => (market(), 9_950u64..10_050).prop_map(|(m, by)| Step::Price(m, by)),
        2 => (market(), 8_500u64..11_500).prop_map(|(m, by)| Step::Price(m, by)),
        1 => (market(), 4_000u64..25_000).prop_map(|(m, by)| Step::Price(m, by)),
        1 => (60u64..140).prop_map(Step::Token),
        1 => (market(), 100u64..150).prop_map(|(m, it)| Step::Multiplier(m, it)),
        2 => (1i64..30_000).prop_map(Step::Time),
        1 => (market(), any::<bool>()).prop_map(|(m, long)| Step::Skew(m, long)),
    ]
}

/// An account of the synthetic kind; every third one borrows a part of its cash.
fn some_account(number: u64) -> MarginAccount {
    let distance = match number % 4 {
        0 => Distance::Far,
        1 => Distance::Edge,
        _ => Distance::At(300 + number * 7 % 2_200),
    };
    let mut account = account(number, distance);
    if number.is_multiple_of(3) && account.collaterals[0].amount_atoms > 0 {
        let atoms = account.collaterals[0].amount_atoms * 3;
        account.collaterals[0].amount_atoms = atoms;
        account.cash_usd_atoms = -account.cash_usd_atoms / 3;
    }
    account
}

fn apply(book: &mut Book, step: &Step, slot: u64, now: &mut i64) {
    match *step {
        Step::Price(index, by) => {
            let price = book.chain_market(index).unwrap().price.price_q32;
            let moved = u128::from(price) * u128::from(by) / 10_000;
            tick(
                book,
                index,
                u64::try_from(moved).unwrap().max(1 << 32),
                slot,
                *now,
            );
        }
        Step::Token(dollars) => {
            let mut token = bank(1);
            set_bank_price(&mut token, dollars, *now);
            book.take(key(3, 1), whittle::ID, &bytes(&token), Stamp::end_of(slot))
                .unwrap();
        }
        Step::Time(secs) => *now += secs,
        Step::Multiplier(index, hundredths) => {
            let mut market = *book.chain_market(index).unwrap();
            market.multiplier_q32 = (hundredths << 32) / 100;
            let at = address::market(index);
            book.take(at, whittle::ID, &bytes(&market), Stamp::end_of(slot))
                .unwrap();
        }
        Step::Skew(index, is_long) => {
            let mut market = *book.chain_market(index).unwrap();
            market.accrue_funding(*now).unwrap();
            (market.long_lots, market.short_lots) = if is_long {
                (1 << 41, 1 << 40)
            } else {
                (1 << 40, 1 << 41)
            };
            let at = address::market(index);
            book.take(at, whittle::ID, &bytes(&market), Stamp::end_of(slot))
                .unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The index is sound: whatever happens, an account under its call level is near.
    #[test]
    fn no_account_under_its_call_level_is_missed(
        first in any::<u32>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut book = empty_book();
        for number in 0..48 {
            put(&mut book, number, &some_account(u64::from(first) + number), 2);
        }
        let mut now = NOW;
        book.refresh(now);
        for (slot, step) in (3u64..).zip(&steps) {
            apply(&mut book, step, slot, &mut now);
            book.refresh(now);
            let near: Vec<_> = book.near().map(|(id, _)| id).collect();
            for (id, standing) in book.full_check(now) {
                prop_assert!(near.contains(&id), "{step:?} hid {standing:?}");
            }
        }
    }
}

/// Brings every price that `account` depends on to its trigger, or as far as it can go without one,
/// and funding to where the greatest rate brings it by its deadline.
fn go_to_the_corner(book: &mut Book, account: &MarginAccount, triggers: &[Trigger], deadline: i64) {
    let at = |line| triggers.iter().find(|it| it.line == line).map(|it| it.at);
    for held in account.open_positions() {
        let mut market = *book.chain_market(held.market).unwrap();
        let ceiling = book.ceilings[&held.market];
        let rate = u128::from(market.params.funding_max_per_day_q32);
        let secs = u128::try_from(deadline - market.funded_at).unwrap();
        let funding = ((u128::from(ceiling) * rate) >> 32) * secs / 86_400;
        let funding = i128::try_from(funding).unwrap();
        let (price, funding) = if held.lots > 0 {
            (at(Line::MarketFalls(held.market)).unwrap_or(1), funding)
        } else {
            (
                at(Line::MarketRises(held.market)).unwrap_or(ceiling),
                -funding,
            )
        };
        set_price(&mut market, price, deadline);
        market.funding_index_q32 = funding.into();
        market.funded_at = deadline;
        let address = address::market(held.market);
        book.take(address, whittle::ID, &bytes(&market), Stamp::end_of(9))
            .unwrap();
    }
    let mut token = bank(1);
    token.price.publish_time = deadline;
    if let Some(line) = at(Line::BankFalls(1)) {
        let price = (u128::from(line) << 32).div_ceil(u128::from(token.haircut_weight_q32));
        token.price.price_q32 = u64::try_from(price).unwrap();
        token.price.doubt_shift_q32 = 0;
    }
    book.take(key(3, 1), whittle::ID, &bytes(&token), Stamp::end_of(9))
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The bounds hold at their worst: all prices at their triggers together, at the deadline.
    #[test]
    fn at_all_its_triggers_and_its_deadline_an_account_is_still_healthy(
        number in any::<u64>(),
        points in 330u64..9_000,
    ) {
        let mut book = empty_book();
        let mut account = account(number, Distance::At(points));
        if number.is_multiple_of(3) && account.collaterals[0].amount_atoms > 0 {
            account.collaterals[0].amount_atoms *= 4;
            account.cash_usd_atoms = -account.cash_usd_atoms / 2;
        }
        let address = put(&mut book, 1, &account, 2);
        book.refresh(NOW);
        let id = book.id(&address).unwrap();
        let far = book.accounts.get(id.0).unwrap().far.clone();
        if let Some((triggers, deadline)) = far {
            let deadline = i64::from(deadline);
            go_to_the_corner(&mut book, &account, &triggers, deadline);
            // One second before it is looked at for its deadline.
            let done = book.refresh(deadline - 1);
            prop_assert!(!done.everything);
            prop_assert_eq!(done.judged, 0);
            prop_assert_eq!(book.full_check(deadline - 1), []);
        }
    }
}

#[test]
fn a_tick_looks_only_at_accounts_that_it_can_reach() {
    let mut book = empty_book();
    for number in 0..400 {
        put(&mut book, number, &account(number, Distance::Far), 2);
    }
    let first = book.refresh(NOW);
    assert!(first.everything);
    assert_eq!((first.judged, first.near), (400, 0));
    tick(&mut book, 0, first_price(0) / 1_000 * 999, 3, NOW);
    assert_eq!(book.refresh(NOW).judged, 0);
    // A fifth: further than a quarter of the notional reaches with some of it in other markets.
    tick(&mut book, 0, first_price(0) / 10 * 6, 4, NOW);
    let after = book.refresh(NOW);
    assert!(after.judged > 0 && after.judged < 400, "{after:?}");
    assert!(!after.everything);
}

#[test]
fn a_price_that_doubles_has_every_account_judged_anew() {
    let mut book = empty_book();
    put(&mut book, 1, &account(1, Distance::Far), 2);
    book.refresh(NOW);
    tick(&mut book, 3, first_price(3) * 2 + 1, 3, NOW);
    assert!(book.refresh(NOW).everything);
}

#[test]
fn an_account_takes_less_than_a_kibibyte() {
    let mut book = empty_book();
    for number in 0..1_000 {
        put(&mut book, number, &account(number, Distance::Far), 2);
    }
    book.refresh(NOW);
    assert!(
        book.heap_bytes() / 1_000 < 768,
        "{}",
        book.heap_bytes() / 1_000
    );
}
