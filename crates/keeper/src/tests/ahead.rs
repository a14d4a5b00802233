use super::deciding::{decided, kinds};
use super::{long, put, with_order};
use crate::action::{Action, BuildError, Due, Keys, Kind, What};
use crate::book::{Book, Change, Stamp, TakeError};
use crate::oracle::Feed;
use crate::synthetic::{bank, empty_book, key, NOW};
use whittle::error::WhittleError;
use whittle::state::depeg::DepegParams;
use whittle_risk::Ratio;

/// A fully verified `PriceUpdateV2` of the synthetic feed, in whole dollars.
fn update(dollars: i64, published: i64, before: i64) -> Vec<u8> {
    let mut data = vec![34, 241, 35, 99, 157, 126, 244, 205];
    data.extend([0; 32]);
    data.push(1);
    data.extend([1; 32]);
    data.extend((dollars * 100).to_le_bytes());
    data.extend(0u64.to_le_bytes());
    data.extend((-2i32).to_le_bytes());
    data.extend(published.to_le_bytes());
    data.extend(before.to_le_bytes());
    data.extend((dollars * 100).to_le_bytes());
    data.extend([0; 16]);
    data
}

fn show(book: &mut Book, data: &[u8], slot: u64) -> Result<Change, TakeError> {
    book.name_oracle(Feed::Market(0), key(6, 0));
    book.take(key(6, 0), key(5, 0), data, Stamp::end_of(slot))
}

#[test]
fn the_oracle_decides_before_anybody_has_cached_it() {
    let mut book = empty_book();
    let account = put(&mut book, 1, &long(0, 1_000, 1_100_000_000), 2);
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW), []);
    // From 11 to 10 dollars: 100 are left, 300 asked for.
    let change = show(&mut book, &update(10, NOW + 1, NOW), 3);
    assert_eq!(change, Ok(Change::Oracle(Feed::Market(0))));
    book.refresh(NOW + 1);
    let actions = decided(&book, NOW + 1);
    assert_eq!(kinds(&actions), [Kind::Liquidate]);
    assert_eq!(actions[0].updates, [Feed::Market(0)]);
    let built = actions[0].instructions(&book, &Keys::default()).unwrap();
    assert_eq!(built.len(), 2, "the price goes in front");
    assert_eq!(built[0].accounts[2].pubkey, key(6, 0));
    let own = Keys {
        keeper_account: account,
        ..Keys::default()
    };
    let refused = actions[0].instructions(&book, &own);
    assert_eq!(refused, Err(BuildError::OwnAccount));

    // An older update that arrives late changes nothing.
    assert_eq!(
        show(&mut book, &update(11, NOW, NOW - 1), 2),
        Ok(Change::Old)
    );
    book.refresh(NOW + 1);
    assert_eq!(decided(&book, NOW + 1), actions);
}

#[test]
fn a_price_that_loses_the_peg_lowers_what_a_token_counts_for_before_it_is_cached() {
    let mut book = empty_book();
    let bps = |points| Ratio::from_bps_floor(points).0;
    let mut pegged = bank(1);
    pegged.peg_q32 = pegged.price.price_q32;
    pegged.depeg_params = DepegParams {
        below_q32: bps(9_900),
        step_q32: bps(1_000),
        floor_q32: 0,
        step_secs: 3_600,
        padding: [0; 4],
    };
    let at = whittle_client::address::bank(&pegged.mint);
    let data = crate::synthetic::bytes(&pegged);
    book.take(at, whittle::ID, &data, Stamp::end_of(2)).unwrap();
    book.name_oracle(Feed::Bank(1), key(6, 1));
    let told = update(98, NOW + 1, NOW);
    book.take(key(6, 1), key(5, 0), &told, Stamp::end_of(3))
        .unwrap();
    book.refresh(NOW + 1);
    let ahead = book.mirror().bank(1).unwrap();
    assert_eq!(ahead.depeg.since, NOW + 1);
    assert!(ahead.weight_at(NOW + 1) < pegged.weight_at(NOW + 1));
    assert_eq!(book.chain_bank(1).map(|it| it.depeg.since), Some(0));
}

#[test]
fn an_oracle_account_that_cannot_be_read_is_an_error_with_its_feed() {
    let mut book = empty_book();
    book.refresh(NOW);
    assert_eq!(
        show(&mut book, &[1; 40], 3),
        Err(TakeError::Oracle {
            address: key(6, 0),
            feed: Feed::Market(0),
            error: WhittleError::OracleUnreadable,
        })
    );
}

#[test]
fn an_update_that_is_posted_fills_its_order() {
    let mut book = empty_book();
    put(&mut book, 1, &with_order(0), 2);
    show(&mut book, &update(11, NOW + 3, NOW + 1), 3).unwrap();
    book.refresh(NOW + 3);
    let posted = |actions: &[Action]| match actions {
        [Action {
            what: What::FillOrder { update, .. },
            ..
        }] => *update == Due::Published,
        other => panic!("{other:?}"),
    };
    assert!(posted(&decided(&book, NOW + 3)));
    show(&mut book, &update(11, NOW + 4, NOW + 3), 4).unwrap();
    book.refresh(NOW + 4);
    assert!(
        !posted(&decided(&book, NOW + 4)),
        "the first one has gone by"
    );
}
