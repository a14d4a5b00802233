//! What liquidity providers and traders do.

use whittle::event::OrderKilled;
use whittle::instructions::PlaceOrderArgs;
use whittle_client::instruction;
use whittle_risk::MAX_LEGS;

use super::{cost, crash, refresh, world, Cost, CASH, LOTS};
use crate::actor::Actor;
use crate::outcome::Done;
use crate::spec::{BankSpec, USDC};
use crate::world::World;

/// A liquidity provider's way in and out, with eight markets.
pub(super) fn liquidity() -> Vec<Cost> {
    let mut world = world(MAX_LEGS);
    let provider = Actor::named("lp");
    let shares = 1_000 * USDC;
    let requested = provider.request_withdrawal(&mut world, shares, 0).ok();
    world.pass(2);
    refresh(&mut world);
    let filled = provider.fill_request(&mut world, &provider).ok();
    provider.request_withdrawal(&mut world, shares, 0).ok();
    world.pass(301);
    let refunded = provider.refund_request(&mut world, &provider).ok();
    vec![
        cost("request_liquidity", &requested),
        cost("fill_liquidity_request/8", &filled),
        cost("refund_liquidity_request", &refunded),
    ]
}

/// A trader's way, with one position and one other collateral.
pub(super) fn trading() -> Vec<Cost> {
    let mut world = world(1);
    world.list_bank(&BankSpec::sol()).ok();
    let mut costs = Vec::new();
    let mut note = |name: &str, done: Done| costs.push(cost(name, &done));

    let trader = world.actor("trader");
    let keeper = world.keeper("keeper");
    note("open_margin_account", trader.open(&mut world).ok());
    for (bank, amount) in [(0, CASH + 400 * USDC), (1, 1_000_000)] {
        let mint = world.bank(bank).mint;
        world.give(&trader, &mint, amount);
        note(
            &format!("deposit/bank_{bank}"),
            trader.deposit(&mut world, bank, amount).ok(),
        );
    }
    note("set_delegate", trader.delegate_to(&mut world, &keeper).ok());
    note("place_order", trader.place(&mut world, 0, LOTS).ok());
    world.pass(2);
    refresh(&mut world);
    world.publish_bank(1, "100");
    note("update_banks/1", world.update_banks(&[1]).ok());
    note("fill_order", keeper.fill(&mut world, &trader, 0).ok());
    // Killed for want of margin, after everything that a fill does, and by its limit.
    let beyond = PlaceOrderArgs {
        limit_q32: 1,
        ..trader.order(&world, 1)
    };
    trader.place(&mut world, 0, LOTS).ok();
    trader.place_with(&mut world, 0, beyond).ok();
    world.pass(2);
    refresh(&mut world);
    for (place, what) in [(0, "margin"), (1, "limit")] {
        let done = keeper.fill(&mut world, &trader, place).ok();
        let _: OrderKilled = done.event();
        note(&format!("fill_order_killed/{what}"), done);
    }
    note("withdraw", trader.withdraw(&mut world, 0, USDC).ok());
    let account = world.account_of(&trader);
    let assess = instruction::assess_account(&world.mirror(), trader.held(&account));
    let assess = assess.expect("known banks and markets");
    note("assess_account", world.send(&[assess], &[]).ok());
    note("settle_account", trader.settle(&mut world, &[0]).ok());
    let charged = keeper.charge_interest(&mut world, &trader).ok();
    note("charge_interest", charged);
    crash(&mut world, 290);
    note("flag_account", keeper.flag(&mut world, &trader).ok());

    let reward = USDC / 100;
    let other = world.trader("other", reward);
    other.place(&mut world, 0, LOTS).ok();
    world.pass(301);
    note("expire_order", keeper.expire(&mut world, &other, 0).ok());
    other.withdraw(&mut world, 0, reward).ok();
    let owing = owing(&mut world);
    let mint = world.bank(0).mint;
    world.give(&keeper, &mint, 10_000 * USDC);
    note(
        "convert_collateral",
        keeper.convert(&mut world, &owing, 1, u64::MAX).ok(),
    );
    note("close_margin_account", other.close(&mut world).ok());
    costs
}

/// An account that owes the fees of a trade, with SOL and no position.
fn owing(world: &mut World) -> Actor {
    let owing = world.keeper("owing");
    let mint = world.bank(1).mint;
    world.give(&owing, &mint, 100_000_000_000);
    world.republish_bank(1);
    world.update_banks(&[1]).ok();
    owing.deposit(world, 1, 100_000_000_000).ok();
    // The reward of the first order; the second only reduces and needs none.
    let quote = world.bank(0).mint;
    world.give(&owing, &quote, USDC / 100);
    owing.deposit(world, 0, USDC / 100).ok();
    for reduces in [false, true] {
        world.publish_bank(1, "100");
        world.update_banks(&[1]).ok();
        if reduces {
            world.reduce(&owing, 0, -LOTS / 5);
        } else {
            world.trade(&owing, 0, LOTS / 5);
        }
    }
    owing
}
