//! Oracle accounts recorded from the chain decode, through the program, to the values listed beside
//! them. See `data/oracle/README.md`.

use anchor_lang::prelude::Pubkey;
use base64::prelude::{Engine, BASE64_STANDARD};
use serde::Deserialize;
use solana_account::Account;
use std::collections::BTreeMap;
use whittle::state::raw::{CachedPrice, ORACLE_PYTH_LEGACY, ORACLE_PYTH_PULL};
use whittle_tests::oracle::RECEIVER;
use whittle_tests::{MarketSpec, OracleStub, Quote, Update, Verification, World};

const SOL: u16 = 0;

#[derive(Deserialize)]
struct Recording {
    account: String,
    owner: String,
    feed_id: String,
    updates: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
struct Listed {
    data: String,
    price: i64,
    conf: u64,
    exponent: i32,
    publish_time: i64,
    prev_publish_time: i64,
    ema_price: i64,
    ema_conf: u64,
    posted_slot: u64,
}

fn recording() -> Recording {
    let text = include_str!("../../../data/oracle/pyth-sol-usd.json");
    serde_json::from_str(text).expect("the recording's fields")
}

fn feed_id(hex: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let digits = core::str::from_utf8(digits).expect("hexadecimal");
        *byte = u8::from_str_radix(digits, 16).expect("hexadecimal");
    }
    bytes
}

fn account(owner: Pubkey, data: Vec<u8>) -> Account {
    Account {
        lamports: 10_000_000,
        data,
        owner,
        executable: false,
        rent_epoch: u64::MAX,
    }
}

/// Lists a SOL market that reads this account, one second after it was published, and returns what
/// the program caches.
fn cached(feed: OracleStub, account: &Account, publish_time: i64) -> CachedPrice {
    let mut world = World::with_markets(&[]);
    world.set_clock(publish_time + 1, world.slot());
    world
        .list_market(&MarketSpec {
            symbol: "SOL",
            oracle: Some(feed),
            quote: Quote::usd("150"),
            lot_exponent: -2,
            ..MarketSpec::default()
        })
        .ok();
    world.put(feed.address, "the recorded account", account);
    world.update(&[SOL]).ok();
    world.market(SOL).price
}

/// `mantissa * 10^exponent` dollars for one SOL in Q32 atoms for 10^-2 SOL, times 10^12 to be exact.
fn scaled(mantissa: u64, exponent: i32) -> u128 {
    let power = u32::try_from(exponent + 6 - 2 + 12).expect("a positive power");
    (u128::from(mantissa) << 32) * 10u128.pow(power)
}

#[track_caller]
fn assert_same_price(cached: CachedPrice, price: u64, confidence: u64, exponent: i32) {
    const SCALE: u128 = 1_000_000_000_000;
    let down = scaled(price, exponent) / SCALE;
    let up = scaled(confidence, exponent).div_ceil(SCALE);
    assert_eq!(u128::from(cached.price_q32), down);
    assert_eq!(u128::from(cached.confidence_q32), up);
}

#[test]
fn five_recorded_pull_accounts_decode_to_their_listed_values() {
    let recording = recording();
    assert_eq!(recording.updates.len(), 5);
    assert_eq!(recording.owner, RECEIVER.to_string());
    let feed = OracleStub {
        address: recording.account.parse().expect("an address"),
        feed: feed_id(&recording.feed_id),
        kind: ORACLE_PYTH_PULL,
    };
    for listed in recording.updates.values() {
        let data = BASE64_STANDARD.decode(&listed.data).expect("base64");
        let found = cached(feed, &account(RECEIVER, data), listed.publish_time);
        let price = u64::try_from(listed.price).expect("a positive price");
        assert_same_price(found, price, listed.conf, listed.exponent);
        assert_eq!(found.publish_time, listed.publish_time);
        assert_eq!(found.prev_publish_time, listed.prev_publish_time);
    }
}

#[test]
fn the_stub_writes_pull_accounts_byte_for_byte_as_recorded() {
    let recording = recording();
    for listed in recording.updates.values() {
        let data = BASE64_STANDARD.decode(&listed.data).expect("base64");
        let stub = Update {
            owner: RECEIVER,
            feed: feed_id(&recording.feed_id),
            write_authority: Pubkey::try_from(&data[8..40]).expect("32 bytes"),
            verification: Verification::Full,
            status: 0,
            quote: Quote {
                mantissa: listed.price,
                confidence: listed.conf,
                exponent: listed.exponent,
            },
            ema_mantissa: listed.ema_price,
            ema_confidence: listed.ema_conf,
            publish_time: listed.publish_time,
            prev_publish_time: listed.prev_publish_time,
            slot: listed.posted_slot,
        };
        assert_eq!(stub.pull_bytes(), data);
    }
}

/// Recorded before these accounts carried a time: it stands at zero, the first second of 1970.
#[test]
fn the_recorded_legacy_account_decodes_to_its_listed_values() {
    let data = include_bytes!("../../../data/oracle/pyth-legacy-sol-usd-devnet.bin");
    let feed = OracleStub {
        kind: ORACLE_PYTH_LEGACY,
        ..OracleStub::legacy("SOL")
    };
    let owner = whittle_tests::oracle::LEGACY;
    let found = cached(feed, &account(owner, data.to_vec()), 0);
    assert_same_price(found, 32_112_500_000, 30_000_000, -9);
    assert_eq!(found.publish_time, 0);
}
