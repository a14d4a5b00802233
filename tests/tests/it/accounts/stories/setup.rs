//! An exchange comes to be, and liquidity comes and goes.

use whittle_tests::{Actor, BankSpec, ExchangeSpec, MarketSpec, OracleStub, World, USDC};

use super::Watched;

const REQUESTS: [&str; 3] = [
    "request_liquidity",
    "fill_liquidity_request",
    "refund_liquidity_request",
];

/// From nothing to an exchange with two banks, two markets, a pool and an insurance fund.
pub fn exchange(watched: &Watched) {
    let mut world = World::bare();
    watched.watch(&mut world);
    world.initialize(&ExchangeSpec::default()).ok();
    world.list_bank(&BankSpec::usdc()).ok();
    world.list_market(&MarketSpec::default()).ok();
    world.create_pool().ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    world.list_market(&MarketSpec::eth()).ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.settle_markets(&[0, 1]).ok();
    let legacy = MarketSpec {
        symbol: "BNB",
        oracle: Some(OracleStub::legacy("BNB")),
        ..MarketSpec::default()
    };
    world.look_away();
    world.list_market(&legacy).ok();
    watched.watch(&mut world);
    watched.name("update_markets", "from a legacy feed");
    world.update(&[2]).ok();
}

/// A provider's requests: filled and refunded, of both kinds.
pub fn liquidity(watched: &Watched) {
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth()]);
    let provider = Actor::named("lp");
    let quote = world.bank(0).mint;
    let amount = 1_000 * USDC;
    world.give(&provider, &quote, 10 * amount);
    watched.watch(&mut world);
    for deposits in [true, false] {
        let way = if deposits {
            "of a deposit"
        } else {
            "of a withdrawal"
        };
        for instruction in REQUESTS {
            watched.name(instruction, way);
        }
        let request = |world: &mut World| {
            let sent = if deposits {
                provider.request_deposit(world, amount, 0)
            } else {
                provider.request_withdrawal(world, amount, 0)
            };
            sent.ok();
        };
        request(&mut world);
        world.pass(2);
        world.refresh_prices();
        provider.fill_request(&mut world, &provider).ok();
        request(&mut world);
        world.pass(301);
        provider.refund_request(&mut world, &provider).ok();
    }
}
