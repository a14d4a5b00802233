//! An oracle that says what suits the attackers, within its own confidence.

use super::acts::{signed, Scale};
use super::arena::BTC;
use super::ring::free_trading;
use super::{Adversary, Arena, Control, Moves, Space, Trial, WHOLE};

/// The oracle.
pub struct Oracle;

const ACTIONS: &[&str] = &[
    "trade",
    "trade",
    "close",
    "show",
    "cache",
    "wait",
    "strike victim",
    "strike own",
    "ask in",
    "ask out",
    "fill request",
    "settle",
];
const SCALE: Scale = Scale {
    lots: 2_000_000,
    liquidity: 1_000_000,
    pips: 2_000,
    secs: 4,
};

/// The oracle says something beside the truth, in hundredths of a basis point.
fn show(arena: &mut Arena, beside: i64, confidence: i64) {
    let price = arena.truth(BTC) / 1_000_000 * (1_000_000 + beside);
    arena.show(BTC, price, confidence.unsigned_abs());
}

/// An attacker trades, and the oracle says what suits him most.
fn trade(arena: &mut Arena, lots: i64, confidence: i64) {
    let (trader, keeper) = (arena.attackers[0].clone(), arena.attackers[2].clone());
    if arena.place(&trader, BTC, lots) {
        arena.world.pass(2);
        show(arena, -lots.signum() * confidence * 100, confidence);
        arena.fill_all(&keeper, &trader);
    }
}

impl Adversary for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn controls(&self) -> &'static str {
        "what the oracle says, up to its stated confidence beside the truth; the confidence, up to the width \
         at which a price is uncertain; which of the signed updates are cached and when; two traders, a \
         keeper and a liquidity provider"
    }

    fn knows(&self) -> &'static str {
        "the true price and its own"
    }

    fn space(&self) -> Space {
        let knobs = [
            ("confidence bps", 0, 25),
            ("fall bps", 0, 420),
            ("liquidity", 0, 1_000_000),
        ];
        Space::of_knobs(&knobs).with_steps(16, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.fund_traders(100_000);
        arena.provide(moves["liquidity"].unsigned_abs());
        for _ in 0..3 {
            arena.world.pass(3);
            arena.move_by(BTC, -moves["fall bps"] * 100 / 3);
            arena.publish(BTC);
        }
        let confidence = moves["confidence bps"];
        for step in &moves.steps {
            match ACTIONS[step.action] {
                "show" => {
                    arena.world.pass(1);
                    show(arena, signed(step.size, confidence * 100), confidence);
                }
                "trade" => {
                    let sign = if step.other * 2 > WHOLE { 1 } else { -1 };
                    trade(arena, sign * SCALE.lots * step.size / WHOLE, confidence);
                }
                "close" => {
                    let lots = arena.lots(&arena.attackers[0], BTC);
                    trade(arena, -lots, confidence);
                }
                name => arena.act(name, step, &SCALE),
            }
        }
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        arena.stale() + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "|cached - true price| * (lots liquidated + the part of open interest that stands behind the shares \
         bought or returned); nothing for orders"
    }

    fn why(&self) -> &'static str {
        "An order pays spread_multiple times the confidence, which is at least as much as the oracle may be \
         wrong by, and enters or leaves the pool at a value with twice the confidence against it. A \
         liquidation closes at the price as it is: whoever owns the pool's shares gains what the account \
         loses by it, which is the confidence at most."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "no spread and no fees",
            change: free_trading,
            least: 1_000_000,
        })
    }
}
