//! Somebody who knows prices before the chain does, and somebody who acts around every update.

use super::acts::Scale;
use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial};
use whittle::state::Exchange;
use whittle_client::address;

/// Knows the true price at once; the chain learns it when it suits, at the latest after `accept_secs`.
pub struct Ahead;
/// Sees each update before it is cached, and acts before and after it.
pub struct Sandwich;

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
const SANDWICH: &[&str] = &[
    "order",
    "order now",
    "close now",
    "reduce",
    "fill",
    "next",
    "next",
    "cache",
    "ask in",
    "ask out",
    "fill request",
    "settle",
];
const SCALE: Scale = Scale {
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

const CONTROL: Control = Control {
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
            "SECURITY.md, \"A recovery plan closes at a price that its caller may know\" and \"A liquidity \
             request can be filled by its owner at any moment of its window\"",
        )
    }

    fn control(&self) -> Option<Control> {
        Some(CONTROL)
    }
}

impl Adversary for Sandwich {
    fn name(&self) -> &'static str {
        "sandwich"
    }

    fn controls(&self) -> &'static str {
        "two traders, a keeper and a liquidity provider, each before and after an update in the same slot; \
         an honest keeper caches each update before the next"
    }

    fn knows(&self) -> &'static str {
        "each update from when it is signed, a second before the next; it moves by up to 0.25 %"
    }

    fn space(&self) -> Space {
        let knobs = [("liquidity", 0, 2_000_000), ("lots", -2_000_000, 2_000_000)];
        Space::of_knobs(&knobs).with_steps(20, SANDWICH)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.fund_traders(150_000);
        arena.provide(moves["liquidity"].unsigned_abs());
        let actor = arena.attackers[0].clone();
        arena.trade(&actor, BTC, moves["lots"]);
        for step in &moves.steps {
            if SANDWICH[step.action] != "next" {
                arena.act(SANDWICH[step.action], step, &SCALE);
                continue;
            }
            // The one before has been cached by now.
            let sent = arena.world.update(&[BTC]);
            arena.note(sent);
            arena.act("signal", step, &SCALE);
        }
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        bound(arena)
    }

    fn formula(&self) -> &'static str {
        "|cached - true price| * the part of open interest that stands behind the shares bought or returned, \
         one update old at most; nothing for orders"
    }

    fn why(&self) -> &'static str {
        "An order or a request that is made in the slot of an update meets one that is at least \
         order_delay_secs newer. What is left is a request that waits and is filled just before an update \
         that is worse for it; the two values of the pool differ by more than a usual second moves."
    }

    fn control(&self) -> Option<Control> {
        Some(CONTROL)
    }
}
