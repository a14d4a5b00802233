//! Somebody who acts around every update.

use super::ahead::{CONTROL, SCALE};
use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial};

/// Sees each update before it is cached, and acts before and after it.
pub struct Sandwich;

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
        arena.stale() + arena.roundings()
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
