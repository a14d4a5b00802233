//! What the program takes from an oracle account, and what it refuses: each with its own error, and
//! nothing changed.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use solana_account::Account;
use whittle::error::WhittleError;
use whittle::event::{BankUpdated, MarketUpdated};
use whittle_client::address;
use whittle_client::instruction::{self, update_markets};
use whittle_tests::oracle::{LEGACY, RECEIVER};
use whittle_tests::{
    assert_only_changed, spec, BankSpec, MarketSpec, OracleStub, Quote, Update, Verification, World,
};

const BTC: u16 = 0;

/// One market on a feed of each kind, and a minute later.
fn worlds() -> [World; 2] {
    [OracleStub::pull("BTC"), OracleStub::legacy("BTC")].map(|feed| {
        let mut world = World::with_markets(&[MarketSpec {
            oracle: Some(feed),
            ..MarketSpec::default()
        }]);
        world.pass(60);
        world
    })
}

/// A good update that nobody has seen yet.
fn good(world: &World) -> Update {
    world.feed(BTC).update("41000", world.now())
}

/// For both kinds: a good update spoiled by `spoil` is refused with `error`.
#[track_caller]
fn refused(error: WhittleError, spoil: impl Fn(&mut Update, i64)) {
    for mut world in worlds() {
        let mut update = good(&world);
        spoil(&mut update, world.now());
        world.show_market(BTC, update);
        world.update(&[BTC]).refused(error);
    }
}

/// For both kinds: a good update changed by `change` is taken.
#[track_caller]
fn taken(change: impl Fn(&mut Update, i64)) {
    for mut world in worlds() {
        let mut update = good(&world);
        change(&mut update, world.now());
        let publish_time = update.publish_time;
        world.show_market(BTC, update);
        let event: MarketUpdated = world.update(&[BTC]).ok().event();
        assert_eq!(event.publish_time, publish_time);
        assert_eq!(world.market(BTC).price.publish_time, publish_time);
    }
}

#[test]
fn a_good_update_is_cached_in_q32_per_lot() {
    for mut world in worlds() {
        let update = good(&world);
        let (published, previous) = (update.publish_time, update.prev_publish_time);
        world.show_market(BTC, update);
        let before = world.picture();
        world.update(&[BTC]).ok();
        assert_only_changed!(before, world.picture(), [address::market(BTC)]);
        // A lot is 10^-4 BTC: 4.1 dollars, with a confidence of one basis point.
        let price = world.market(BTC).price;
        assert_eq!(price.price_q32, 4_100_000 << 32);
        assert_eq!(price.confidence_q32, 410 << 32);
        assert_eq!(price.publish_time, published);
        assert_eq!(price.prev_publish_time, previous);
    }
}

#[test]
fn an_account_of_another_owner_is_refused() {
    refused(WhittleError::OracleOwner, |update, _| {
        update.owner = spec::address("somebody's program");
    });
}

#[test]
fn an_account_of_the_system_program_is_refused_although_unused_places_hold_its_key() {
    refused(WhittleError::OracleOwner, |update, _| {
        update.owner = Pubkey::default();
    });
}

#[test]
fn an_account_of_the_other_kinds_program_is_refused() {
    refused(WhittleError::OracleOwner, |update, _| {
        update.owner = if update.owner == RECEIVER {
            LEGACY
        } else {
            RECEIVER
        };
    });
}

#[test]
fn another_feed_in_the_account_is_refused() {
    let [mut world, _] = worlds();
    let update = Update {
        feed: OracleStub::pull("ETH").feed,
        ..good(&world)
    };
    world.show_market(BTC, update);
    world.update(&[BTC]).refused(WhittleError::OracleFeed);
}

#[test]
fn another_legacy_account_is_refused_whatever_it_says() {
    let [_, mut world] = worlds();
    let other = OracleStub::legacy("another BTC");
    let account = other.account(&good(&world));
    world.put(other.address, "another oracle", &account);
    let instruction = update_markets(&[(BTC, other.address)]);
    let sent = world.send(&[instruction], &[]);
    sent.refused(WhittleError::OracleFeed);
}

#[test]
fn the_same_pull_feed_may_stand_in_any_account_of_the_receiver() {
    let [mut world, _] = worlds();
    let elsewhere = spec::address("a fresh update account");
    let account = world.feed(BTC).account(&good(&world));
    world.put(elsewhere, "a fresh update account", &account);
    let instruction = update_markets(&[(BTC, elsewhere)]);
    world.send(&[instruction], &[]).ok();
    assert_eq!(world.market(BTC).price.price_q32, 4_100_000 << 32);
}

#[test]
fn a_partly_verified_update_is_refused_however_many_signed() {
    for signatures in [0, 5, 12, 13, u8::MAX] {
        let [mut world, _] = worlds();
        let update = Update {
            verification: Verification::Partial(signatures),
            ..good(&world)
        };
        world.show_market(BTC, update);
        let sent = world.update(&[BTC]);
        sent.refused(WhittleError::OracleNotVerified);
    }
}

#[test]
fn a_legacy_price_that_is_not_trading_is_refused() {
    // Unknown, halted, auction, ignored.
    for status in [0, 2, 3, 4] {
        let [_, mut world] = worlds();
        let update = Update {
            status,
            ..good(&world)
        };
        world.show_market(BTC, update);
        let sent = world.update(&[BTC]);
        sent.refused(WhittleError::OracleNotTrading);
    }
}

#[test]
fn a_stale_update_is_refused() {
    refused(WhittleError::PriceTooOld, |update, now| {
        update.publish_time = now - 31;
    });
    taken(|update, now| update.publish_time = now - 30);
}

#[test]
fn an_update_from_the_future_is_refused_but_the_clock_may_lag() {
    refused(WhittleError::PriceFromFuture, |update, now| {
        update.publish_time = now + 16;
    });
    refused(WhittleError::PriceFromFuture, |update, _| {
        update.publish_time = i64::MAX;
    });
    taken(|update, now| update.publish_time = now + 15);
}

#[test]
fn a_negative_price_is_refused() {
    for mantissa in [-1, i64::MIN] {
        refused(WhittleError::OraclePriceNotPositive, |update, _| {
            update.quote.mantissa = mantissa;
        });
    }
}

#[test]
fn a_price_of_zero_is_refused() {
    refused(WhittleError::OraclePriceNotPositive, |update, _| {
        update.quote.mantissa = 0;
    });
}

#[test]
fn a_wide_confidence_makes_the_price_uncertain_and_never_stops_it() {
    for mut world in worlds() {
        for (bps, uncertain) in [(99, false), (101, true), (10_000, true), (1, false)] {
            world.pass(1);
            let quote = Quote::usd("41000").with_confidence_bps(bps);
            world.publish(BTC, quote);
            world.update(&[BTC]).ok();
            let mark = world.market(BTC).mark(world.now());
            assert_eq!(mark.uncertain, uncertain, "{bps} basis points");
        }
    }
}

#[test]
fn a_confidence_beyond_all_bounds_is_as_wide_as_can_be() {
    taken(|update, _| update.quote.confidence = u64::MAX);
}

#[test]
fn an_absurd_exponent_is_refused() {
    for exponent in [-17, 5, i32::MIN, i32::MAX] {
        refused(WhittleError::OracleExponent, |update, _| {
            update.quote.exponent = exponent;
        });
    }
}

#[test]
fn a_price_that_leaves_the_range_of_a_lot_is_refused() {
    // 4.1e16 dollars for a bitcoin, and less than 2^-32 atoms for a lot.
    refused(WhittleError::PriceOutOfRange, |update, _| {
        update.quote.exponent = 4;
    });
    refused(WhittleError::PriceOutOfRange, |update, _| {
        (update.quote.mantissa, update.quote.exponent) = (1, -16);
    });
}

/// INV-PRICE-MONOTONE.
#[test]
fn an_update_that_goes_back_in_time_changes_nothing() {
    for mut world in worlds() {
        world.publish(BTC, "41000");
        world.update(&[BTC]).ok();
        let before = world.picture();
        for age in [0, 1, 29, 31, 1_000_000] {
            let published = before_now(&world, age);
            let update = Update {
                publish_time: published,
                ..world.feed(BTC).update("39000", world.now())
            };
            world.show_market(BTC, update);
            let done = world.update(&[BTC]).ok();
            assert!(done.events.is_empty(), "an event for an old update");
        }
        let oracle = world.feed(BTC).address;
        assert_only_changed!(before, world.picture(), [oracle]);
        assert_eq!(world.market(BTC).price.price_q32, 4_100_000 << 32);
    }
}

fn before_now(world: &World, secs: i64) -> i64 {
    world.now() - secs
}

#[test]
fn several_keepers_may_each_prepend_the_same_update() {
    for mut world in worlds() {
        let update = good(&world);
        world.show_market(BTC, update);
        let pair = update_markets(&[(BTC, world.feed(BTC).address)]);
        let done = world.send(&[pair.clone(), pair], &[]).ok();
        let _the_only_one: MarketUpdated = done.event();
    }
}

#[test]
fn an_account_that_is_not_a_price_is_refused() {
    for mut world in worlds() {
        let feed = world.feed(BTC);
        let good = feed.account(&good(&world));
        let cut = Account {
            data: good.data[..100].to_vec(),
            ..good.clone()
        };
        let mut other_type = good.clone();
        other_type.data[0] ^= 1;
        let empty = Account {
            data: Vec::new(),
            ..good
        };
        for account in [cut, other_type, empty] {
            world.put(feed.address, "the oracle", &account);
            let sent = world.update(&[BTC]);
            sent.refused(WhittleError::OracleUnreadable);
        }
    }
}

#[test]
fn an_update_needs_a_market_and_an_oracle_for_it() {
    let [mut world, _] = worlds();
    let nothing = update_markets(&[]);
    let sent = world.send(&[nothing], &[]);
    sent.refused(WhittleError::MarketMissing);
    let mut half = update_markets(&[(BTC, world.feed(BTC).address)]);
    half.accounts.pop();
    let sent = world.send(&[half], &[]);
    sent.refused(WhittleError::MarketMissing);
}

#[test]
fn a_market_passed_read_only_is_not_updated() {
    let [mut world, _] = worlds();
    let mut instruction = update_markets(&[(BTC, world.feed(BTC).address)]);
    instruction.accounts[1].is_writable = false;
    let sent = world.send(&[instruction], &[]);
    sent.refused(WhittleError::MarketNotWritable);
}

#[test]
fn what_is_not_a_market_is_not_updated() {
    let [mut world, _] = worlds();
    let oracle = world.feed(BTC).address;
    let copy = spec::address("a copy of the market");
    let market = world.raw(&address::market(BTC)).expect("a market").clone();
    let foreign = Account {
        owner: spec::address("somebody's program"),
        ..market
    };
    world.put(copy, "a copy of the market", &foreign);
    for other in [copy, address::pool(), address::bank(&world.bank(0).mint)] {
        let mut instruction = update_markets(&[(BTC, oracle)]);
        instruction.accounts[1] = AccountMeta::new(other, false);
        let sent = world.send(&[instruction], &[]);
        sent.refused(WhittleError::WrongAccount);
    }
}

#[test]
fn one_bad_update_among_several_stops_them_all() {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    world.pass(60);
    world.publish(0, "41000");
    let update = Update {
        verification: Verification::Partial(12),
        ..world.feed(1).update("2100", world.now())
    };
    world.show_market(1, update);
    let sent = world.update(&[0, 1]);
    sent.refused(WhittleError::OracleNotVerified);
}

#[test]
fn banks_judge_their_oracles_alike() {
    const SOL: u16 = 1;
    let mut world = World::with_markets(&[]);
    world.list_bank(&BankSpec::sol()).ok();
    world.pass(60);
    world.publish_bank(SOL, "120");
    let event: BankUpdated = world.update_banks(&[SOL]).ok().event();
    // 120 dollars for 10^9 atoms: 0.12 USD atoms each.
    assert_eq!(event.price_q32, (120 << 32) / 1_000);
    assert_eq!(world.bank(SOL).price.price_q32, event.price_q32);

    world.pass(1);
    let feed = world.bank_feed(SOL);
    let good = feed.update("121", world.now());
    let mut spoiled: Vec<(Update, WhittleError)> = Vec::new();
    let mut add = |error, spoil: fn(&mut Update)| {
        let mut update = good.clone();
        spoil(&mut update);
        spoiled.push((update, error));
    };
    add(WhittleError::OracleOwner, |it| it.owner = LEGACY);
    add(WhittleError::OracleFeed, |it| it.feed[0] ^= 1);
    add(WhittleError::OracleNotVerified, |it| {
        it.verification = Verification::Partial(12);
    });
    add(WhittleError::OraclePriceNotPositive, |it| {
        it.quote.mantissa = -it.quote.mantissa;
    });
    add(WhittleError::OracleExponent, |it| it.quote.exponent = 5);
    add(WhittleError::PriceOutOfRange, |it| {
        (it.quote.mantissa, it.quote.exponent) = (1, -12);
    });
    add(WhittleError::PriceFromFuture, |it| it.publish_time += 16);
    for (update, error) in spoiled {
        world.put(feed.address, "the oracle of SOL", &feed.account(&update));
        world.update_banks(&[SOL]).refused(error);
    }
}

#[test]
fn the_quote_token_has_no_oracle_to_update() {
    let mut world = World::new();
    let mint = world.bank(0).mint;
    let oracle = world.feed(BTC).address;
    let instruction = instruction::update_banks(&[(mint, oracle)]);
    let sent = world.send(&[instruction], &[]);
    sent.refused(WhittleError::OracleKind);
}
