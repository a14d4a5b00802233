//! The health of one account of the made-up book, as it is printed.

use super::*;
use crate::risk::fixtures::{account, mirror, NOW};

fn world() -> World {
    World {
        mirror: mirror(),
        now: NOW,
    }
}

fn held() -> Account {
    let (address, account) = account(1, 1_000_000, 20_000);
    Account { address, account }
}

#[test]
fn health_tells_the_prices_at_which_it_changes() {
    let text = report(&world(), &held()).unwrap().text;
    let expected = "\
account                4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi
state                  healthy
equity E               20_000.00 USD
maintenance M          7_000.00 USD
E / M                  2.857
liquidation target T   7_700.00 USD
margin call C          8_400.00 USD
initial requirement I  14_000.00 USD
equity for new risk    20_000.00 USD
may be withdrawn       6_000.00 USD

positions, and the prices at which the account comes to a margin call and under maintenance
market    size      price  profit         M             call at                M at  price is
BTC-PERP    10  14_000.00    0.00  7_000.00  12_765.96 (-8.8 %)  12_631.58 (-9.7 %)  fresh

nothing to liquidate";
    assert_eq!(text, expected);
}

#[test]
fn health_at_another_price_tells_what_a_liquidation_would_close() {
    let mut world = world();
    let (market, price) = suppose(&world.mirror, "BTC=12600").unwrap();
    world.mirror = what_if::at_price(&world.mirror, market.index, price, NOW).unwrap();
    let text = report(&world, &held()).unwrap().text;
    let (_, text) = text.split_once("\n\na liquidation").unwrap();
    let expected =
        " now would be refused: The account is not flagged or its flag has lapsed: call \
                    flag_account first
once flagged and confirmed it would
  close 1.35183 of 10 BTC at 12_600.00
  cost the account 6.81 USD and pay the keeper 6.81 USD (Exact)
  leave E 5_993.19 and M 5_448.35 USD";
    assert_eq!(text, expected);
}

#[test]
fn a_supposed_price_needs_a_market_and_a_number() {
    let error = suppose(&mirror(), "12600").unwrap_err();
    assert_eq!(
        error.to_string(),
        "at: \"12600\": write MARKET=PRICE, as BTC=12000"
    );
    let error = suppose(&mirror(), "BTC=1,000").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("at: \"1,000\" is not a decimal number"),
        "{error}"
    );
}
