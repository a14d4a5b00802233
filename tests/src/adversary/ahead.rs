//! Somebody who knows prices before the chain does.

use super::acts::Scale;
use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial};
use whittle::state::Exchange;
use whittle_client::address;

/// Knows the true price at once; the chain learns it when it suits, at the latest after `accept_secs`.
pub struct Ahead;

const AHEAD: &[&str] = &[
    "order",
    "order now",
    "close now",
    "reduce",
    "fill",
    "signal",
    "signal",
    "cache",
    "wait",
    "ask in",
    "ask out",
    "fill request",
    "recover",
    "dodge",
    "leave ahead",
    "strike own",
    "strike victim",
    "settle",
];
/// How large its steps are, and those of who acts around updates.
pub(super) const SCALE: Scale = Scale {
    lots: 2_000_000,
    liquidity: 2_000_000,
    pips: 2_500,
    secs: 3,
};

/// Whoever keeps prices fresh does so when the cached one may no longer be acted at.
fn keep_fresh(arena: &mut Arena) {
    let market = arena.world.market(BTC);
    let age = arena.world.now() - market.price.publish_time;
    if age >= i64::from(market.oracle.accept_secs) {
        arena.publish(BTC);
    }
}

fn bound(arena: &Arena) -> i64 {
    arena.stale() + arena.roundings()
}

/// Requests are filled at one value of the pool, at once.
fn no_delay(world: &mut crate::world::World) {
    super::jit::one_value(world);
    super::ring::free_trading(world);
    world.forge::<Exchange>(address::exchange(), |exchange| {
        exchange.params.order_delay_secs = 0;
    });
}

/// What both are tried on.
pub(super) const CONTROL: Control = Control {
    says: "no delay of orders and requests, one value of the pool for all, no spread and no fees",
    change: no_delay,
    least: 1_000_000,
};

impl Adversary for Ahead {
    fn name(&self) -> &'static str {
        "ahead"
    }

    fn controls(&self) -> &'static str {
        "two traders, a keeper and a liquidity provider; which signed update is cached and when, while \
         nobody else sends one for accept_secs"
    }

    fn knows(&self) -> &'static str {
        "the true price, which moves by up to 0.25 % a second, and every price to come"
    }

    fn space(&self) -> Space {
        let knobs = [
            ("liquidity", 0, 2_000_000),
            ("margin bps", 540, 900),
            ("lots", -2_000_000, 2_000_000),
        ];
        Space::of_knobs(&knobs).with_steps(10, AHEAD)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        // A lot is 0.4 dollars.
        let margin = moves["lots"].abs() * 2 / 5 * moves["margin bps"] / 10_000;
        arena.fund_traders(margin + 1_000);
        arena.provide(moves["liquidity"].unsigned_abs());
        let actor = arena.attackers[0].clone();
        arena.trade(&actor, BTC, moves["lots"]);
        for step in &moves.steps {
            arena.act(AHEAD[step.action], step, &SCALE);
            keep_fresh(arena);
        }
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        bound(arena)
    }

    fn formula(&self) -> &'static str {
        "|cached - true price| * (lots that plans and liquidations closed + the part of open interest that \
         stands behind the shares bought or returned); nothing for orders"
    }

    fn why(&self) -> &'static str {
        "An order is filled with the first update after its delay, which nobody knew. What closes at the \
         cached price moves at most what that price is wrong by within accept_secs; spread, impact and the \
         two values of the pool take most of it back."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some(
            "docs/limits.md, \"A recovery plan closes at a price that its caller may know\" and \"A liquidity \
             request can be filled by its owner at any moment of its window\"",
        )
    }

    fn control(&self) -> Option<Control> {
        Some(CONTROL)
    }
}
