use super::{long, put, tick};
use crate::book::{Book, Change, Stamp, TakeError};
use crate::oracle::Feed;
use crate::synthetic::{bank, bytes, empty_book, first_price, key, market, NOW};
use anchor_lang::prelude::Pubkey;
use bytemuck::Zeroable;
use whittle::state::{LiquidityRequest, MarginAccount, Market};
use whittle_client::address;
use whittle_client::decode::DecodeError;

fn take(book: &mut Book, account: &MarginAccount, stamp: Stamp) -> Change {
    let data = bytes(account);
    book.take(key(4, 1), whittle::ID, &data, stamp).unwrap()
}

fn cash(book: &Book) -> i64 {
    let id = book.id(&key(4, 1)).unwrap();
    book.account(id).unwrap().cash_usd_atoms
}

#[test]
fn an_older_notification_changes_nothing() {
    let mut book = empty_book();
    assert!(matches!(
        take(&mut book, &long(0, 5, 50), Stamp::end_of(10)),
        Change::Account(_)
    ));
    assert_eq!(
        take(&mut book, &long(0, 5, 40), Stamp::end_of(9)),
        Change::Old
    );
    assert_eq!(
        take(&mut book, &long(0, 5, 60), Stamp::end_of(10)),
        Change::Old
    );
    assert_eq!(cash(&book), 50);
    take(&mut book, &long(0, 5, 70), Stamp::end_of(11));
    assert_eq!(cash(&book), 70);
}

#[test]
fn writes_within_a_slot_count_in_their_order() {
    let mut book = empty_book();
    take(&mut book, &long(0, 5, 2), Stamp::within(10, 2));
    assert_eq!(
        take(&mut book, &long(0, 5, 1), Stamp::within(10, 1)),
        Change::Old
    );
    assert_eq!(
        take(&mut book, &long(0, 5, 2), Stamp::within(10, 2)),
        Change::Old
    );
    take(&mut book, &long(0, 5, 3), Stamp::within(10, 3));
    assert_eq!(cash(&book), 3);
    take(&mut book, &long(0, 5, 4), Stamp::end_of(10));
    assert_eq!(
        take(&mut book, &long(0, 5, 3), Stamp::within(10, 3)),
        Change::Old
    );
    assert_eq!(cash(&book), 4);
}

#[test]
fn a_closed_account_does_not_come_back_by_late_news() {
    let mut book = empty_book();
    let address = put(&mut book, 1, &long(0, 1_000, 1_000), 5);
    book.refresh(NOW);
    let gone = |book: &mut Book, slot| {
        let owner = Pubkey::default();
        book.take(address, owner, &[], Stamp::end_of(slot)).unwrap()
    };
    assert_eq!(
        gone(&mut book, 4),
        Change::Ignored,
        "older than what is known"
    );
    assert_eq!(book.len(), 1);
    assert_eq!(gone(&mut book, 6), Change::Closed);
    assert_eq!((book.len(), book.near().count()), (0, 0));
    assert_eq!(
        take(&mut book, &long(0, 5, 1), Stamp::end_of(6)),
        Change::Old
    );
    // Opened again later, in a place that may have been another's.
    assert!(matches!(
        take(&mut book, &long(0, 5, 1), Stamp::end_of(7)),
        Change::Account(_)
    ));
    book.refresh(NOW);
    assert_eq!(book.len(), 1);
}

#[test]
fn a_market_is_not_taken_back_in_time() {
    let mut book = empty_book();
    tick(&mut book, 0, first_price(0) + 5, 9, NOW);
    let data = bytes(&market(0));
    let at = address::market(0);
    let older = book.take(at, whittle::ID, &data, Stamp::end_of(8));
    assert_eq!(older, Ok(Change::Old));
    book.refresh(NOW);
    let price = book.mirror().market(0).unwrap().price.price_q32;
    assert_eq!(price, first_price(0) + 5);
}

#[test]
fn data_of_other_programs_and_types_is_ignored() {
    let mut book = empty_book();
    let data = bytes(&long(0, 5, 1));
    let foreign = book.take(key(4, 1), key(9, 9), &data, Stamp::end_of(5));
    assert_eq!(foreign, Ok(Change::Ignored));
    let unknown = book.take(key(4, 2), whittle::ID, &[7; 300], Stamp::end_of(5));
    assert_eq!(unknown, Ok(Change::Ignored));
    assert!(book.is_empty());
}

#[test]
fn a_known_type_that_is_too_short_is_an_error_with_its_address() {
    let mut book = empty_book();
    let data = bytes(&long(0, 5, 1));
    let error = book.take(key(4, 1), whittle::ID, &data[..100], Stamp::end_of(5));
    assert_eq!(
        error,
        Err(TakeError::Unreadable {
            address: key(4, 1),
            error: DecodeError::TooShort {
                have: 100,
                need: MarginAccount::SIZE
            },
        })
    );
}

#[test]
fn an_account_before_its_market_is_judged_once_the_market_is_known() {
    let mut book = Book::new();
    put(&mut book, 1, &long(0, 1_000, 220_000_000), 1);
    book.refresh(NOW);
    let known = empty_book();
    book.take(
        address::exchange(),
        whittle::ID,
        &bytes(known.mirror().exchange().unwrap()),
        Stamp::end_of(2),
    )
    .unwrap();
    book.refresh(NOW);
    assert_eq!(
        book.near().count(),
        1,
        "it cannot be judged, so it is watched"
    );
    tick(&mut book, 0, first_price(0), 3, NOW);
    book.refresh(NOW);
    assert_eq!(book.liquidatable(whittle_risk::Ratio::ONE).len(), 1);
}

#[test]
fn a_request_that_was_filled_is_forgotten() {
    let mut book = empty_book();
    let mut request = LiquidityRequest::zeroed();
    request.owner = key(2, 5);
    let at = address::liquidity_request(&request.owner);
    let taken = book.take(at, whittle::ID, &bytes(&request), Stamp::end_of(3));
    assert_eq!(taken, Ok(Change::Request(request.owner)));
    let closed = book.take(at, Pubkey::default(), &[], Stamp::end_of(4));
    assert_eq!(closed, Ok(Change::Closed));
    let late = book.take(at, whittle::ID, &bytes(&request), Stamp::end_of(3));
    assert_eq!(late, Ok(Change::Old));
}

#[test]
fn the_same_data_from_a_later_slot_is_no_change() {
    let mut book = empty_book();
    let account = long(0, 5, 50);
    take(&mut book, &account, Stamp::end_of(10));
    let again = take(&mut book, &account, Stamp::end_of(12));
    assert_eq!(again, Change::Old);
    // What is known is of slot 12 all the same.
    let between = take(&mut book, &long(0, 5, 40), Stamp::end_of(11));
    assert_eq!(between, Change::Old);
    assert_eq!(cash(&book), 50);
}

#[test]
fn any_order_and_repetition_of_notices_leads_to_the_same_book() {
    // Every permutation of five writes, each told twice.
    let writes: Vec<(i64, Stamp)> = (1..6)
        .map(|cash| (cash, Stamp::within(10 + cash as u64 / 2, cash as u64)))
        .collect();
    let mut order: Vec<usize> = (0..writes.len()).collect();
    for _ in 0..120 {
        let mut book = empty_book();
        for place in order.iter().chain(order.iter().rev()) {
            let (cash, stamp) = writes[*place];
            take(&mut book, &long(0, 5, cash), stamp);
        }
        assert_eq!(cash(&book), 5, "{order:?}");
        next_permutation(&mut order);
    }
}

fn next_permutation(order: &mut [usize]) {
    let Some(at) = (1..order.len()).rev().find(|at| order[at - 1] < order[*at]) else {
        return order.reverse();
    };
    let with = (at..order.len())
        .rev()
        .find(|it| order[*it] > order[at - 1]);
    order.swap(at - 1, with.unwrap());
    order[at..].reverse();
}

#[test]
fn closings_and_stamps_are_forgotten_once_nothing_older_can_arrive() {
    let mut book = empty_book();
    for number in 0..50 {
        let mut request = LiquidityRequest::zeroed();
        request.owner = key(2, number);
        let at = address::liquidity_request(&request.owner);
        let opened = Stamp::end_of(2 * number + 10);
        book.take(at, whittle::ID, &bytes(&request), opened)
            .unwrap();
        let closed = Stamp::end_of(2 * number + 11);
        book.take(at, Pubkey::default(), &[], closed).unwrap();
    }
    assert!(book.remembered() >= 50);
    book.forget_closed(200);
    assert_eq!(book.remembered(), 0);
}

#[test]
fn a_price_is_needed_while_positions_or_deposits_rest_on_it() {
    let mut book = empty_book();
    let published = |book: &Book, feed| {
        let mut feeds = book.feeds();
        feeds.find(|(it, _)| *it == feed).map(|(_, at)| at)
    };
    let mut traded = market(0);
    (traded.long_lots, traded.short_lots) = (0, 0);
    traded.price.publish_time = NOW;
    let take = |book: &mut Book, market: &Market, slot: u64| {
        let at = address::market(market.index);
        let data = bytes(market);
        book.take(at, whittle::ID, &data, Stamp::end_of(slot))
            .unwrap();
    };
    take(&mut book, &traded, 2);
    assert_eq!(published(&book, Feed::Market(0)), Some(None));
    traded.short_lots = 1;
    take(&mut book, &traded, 3);
    assert_eq!(published(&book, Feed::Market(0)), Some(Some(NOW)));

    // The quote token has no price.
    assert_eq!(published(&book, Feed::Bank(0)), None);
    let mut token = bank(1);
    token.deposits_atoms = 0;
    let at = key(3, 1);
    book.take(at, whittle::ID, &bytes(&token), Stamp::end_of(2))
        .unwrap();
    assert_eq!(published(&book, Feed::Bank(1)), Some(None));
    token.deposits_atoms = 1;
    token.price.publish_time = NOW;
    book.take(at, whittle::ID, &bytes(&token), Stamp::end_of(3))
        .unwrap();
    assert_eq!(published(&book, Feed::Bank(1)), Some(Some(NOW)));
}
