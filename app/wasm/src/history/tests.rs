//! Each event of the IDL is told in words.

use super::*;
use crate::fixtures::book;
use serde_json::Value;

/// Every event of the program, with fields of zeros.
fn all() -> Vec<Event> {
    let idl = include_str!("../../../../idl/whittle.json");
    let idl: Value = serde_json::from_str(idl).unwrap();
    let listed = idl["events"].as_array().unwrap();
    let zeros = |it: &Value| {
        let name = it["discriminator"].as_array().unwrap();
        let mut data: Vec<u8> = name
            .iter()
            .map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap())
            .collect();
        data.resize(2_048, 0);
        Event::decode(&data).unwrap_or_else(|| panic!("{}", it["name"]))
    };
    listed.iter().map(zeros).collect()
}

#[test]
fn every_event_of_the_program_has_words_of_its_own() {
    let book = book();
    let events = all();
    assert!(events.len() > 50);
    for event in events {
        let item = item(&book, &event);
        assert_ne!(item.title, UNKNOWN, "{}", item.name);
        assert!(
            item.account.is_some() || !item.facts.is_empty() || item.market.is_some(),
            "{} says nothing",
            item.name
        );
    }
}

#[test]
fn a_price_that_was_cached_is_a_point_of_the_chart() {
    let book = book();
    let event = Event::MarketUpdated(whittle::event::MarketUpdated {
        market: 0,
        price_q32: 139_995 << 32,
        confidence_q32: 1 << 32,
        publish_time: 77,
    });
    let point = item(&book, &event).price.unwrap();
    assert_eq!((point.market, point.publish_time), (0, 77));
    assert_eq!(point.price, "13999.5");
}

#[test]
fn a_killed_order_says_why_in_the_programs_own_words() {
    let book = book();
    let event = Event::OrderKilled(whittle::event::OrderKilled {
        account: Pubkey::new_from_array([1; 32]),
        filler: Pubkey::new_from_array([2; 32]),
        market: 0,
        place: 0,
        lots: -10_000,
        reason: whittle::error::WhittleError::BeyondLimit.into(),
        reward_usd_atoms: 0,
    });
    let item = item(&book, &event);
    let told: Vec<(&str, &str)> = item
        .facts
        .iter()
        .map(|fact| (fact.label, fact.value.as_str()))
        .collect();
    let why = whittle::error::WhittleError::BeyondLimit.to_string();
    assert_eq!(told, [("Size", "-0.1"), ("Why", why.as_str())]);
}
