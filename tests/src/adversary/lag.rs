//! Orders while the clock on chain is behind the oracle.

use super::acts::signed;
use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial, WHOLE};
use whittle::state::Exchange;
use whittle_client::address;

/// A trader who sees updates before the clock on chain has come to their time.
pub struct Lag {
    /// The clock is behind by more than the delay of orders.
    pub beyond: bool,
}

const ACTIONS: &[&str] = &["second", "second", "trade", "trade", "close"];
const MOST_LOTS: i64 = 2_000_000;
/// Hundredths of a basis point that the price moves by in a second at most.
const PIPS: i64 = 1_000;

/// Places an order and fills it with the update that is due, if that is signed already.
fn trade(arena: &mut Arena, lots: i64) {
    let (trader, keeper) = (arena.attackers[0].clone(), arena.attackers[2].clone());
    if arena.place(&trader, BTC, lots) && arena.show_due(BTC) {
        arena.fill_all(&keeper, &trader);
    }
}

impl Adversary for Lag {
    fn name(&self) -> &'static str {
        if self.beyond {
            "clock-lag-beyond"
        } else {
            "clock-lag"
        }
    }

    fn controls(&self) -> &'static str {
        "a trader and a keeper; which signed update fills an order"
    }

    fn knows(&self) -> &'static str {
        if self.beyond {
            "every update when it is signed, up to 10 s before the clock on chain comes to its time; \
             nobody else caches a price"
        } else {
            "every update when it is signed, up to order_delay_secs before the clock on chain comes to its time; nobody else caches a price"
        }
    }

    fn space(&self) -> Space {
        let range = if self.beyond { (3, 10) } else { (0, 2) };
        Space::of_knobs(&[("lag", range.0, range.1)]).with_steps(24, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.fund_traders(200_000);
        let lag = moves["lag"];
        // What was signed in the seconds that the clock is behind.
        for second in 1..=lag {
            arena.sign_truth(BTC, second);
        }
        for step in &moves.steps {
            match ACTIONS[step.action] {
                "second" => {
                    arena.world.pass(1);
                    arena.move_by(BTC, signed(step.size, PIPS));
                    arena.sign_truth(BTC, lag);
                }
                "trade" => {
                    // Towards where the price has gone since.
                    let sign = arena.known_move(BTC).signum();
                    trade(arena, sign * MOST_LOTS * step.size / WHOLE);
                }
                _ => {
                    let lots = arena.lots(&arena.attackers[0], BTC);
                    if lots.signum() != arena.known_move(BTC).signum() {
                        trade(arena, -lots);
                    }
                }
            }
        }
        // The clock catches up before anybody looks.
        arena.world.pass(lag);
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let known = if self.beyond { arena.misfilled() } else { 0 };
        known + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        if self.beyond {
            "|price of the fill - true price| * lots filled: what the price moves in (lag - order_delay_secs)"
        } else {
            "nothing, and an atom for each rounding"
        }
    }

    fn why(&self) -> &'static str {
        if self.beyond {
            "The delay counts from the clock on chain or from the cached price where that is newer. While \
             both are behind the oracle by more than the delay, the update that is due is known when an order is \
             placed. Fees, spread and impact stand against it."
        } else {
            "The update that is due is at best the one that is true at the moment when an order is placed. (In \
             steps of a second: what the price moves between two updates is not seen here.)"
        }
    }

    fn weakness(&self) -> Option<&'static str> {
        self.beyond
            .then_some("docs/limits.md, \"The delay counts from the chain's clock\"")
    }

    fn control(&self) -> Option<Control> {
        (!self.beyond).then_some(Control {
            says: "no delay of orders, no spread and no fees",
            change: |world| {
                super::ring::free_trading(world);
                world.forge::<Exchange>(address::exchange(), |exchange| {
                    exchange.params.order_delay_secs = 0;
                });
            },
            least: 1_000_000,
        })
    }
}
