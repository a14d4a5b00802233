//! A keeper without competition, who chooses what to liquidate, when, and in how many pieces.

use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Step, Trial, WHOLE};
use whittle::state::Exchange;
use whittle_client::address;

/// The keeper.
pub struct Keeper;

const ACTIONS: &[&str] = &["flag", "liquidate", "wait", "wait long", "move", "settle"];

impl Keeper {
    fn step(arena: &mut Arena, step: &Step, sign: i64) {
        let keeper = arena.attackers[0].clone();
        let victim = arena.victims[usize::from(step.other * 2 > WHOLE)].clone();
        match ACTIONS[step.action] {
            "flag" => {
                let sent = keeper.flag(&mut arena.world, &victim);
                arena.note(sent);
            }
            "liquidate" => {
                let sent = keeper.liquidate_for(&mut arena.world, &victim, 0);
                arena.note(sent);
            }
            "wait" => arena.tick(BTC, 1 + step.size * 5 / WHOLE),
            "wait long" => arena.tick(BTC, 5 + step.size * 50 / WHOLE),
            "move" => {
                arena.world.pass(1);
                arena.move_by(BTC, sign * 5_000 * (step.size * 2 - WHOLE) / WHOLE);
                arena.publish(BTC);
            }
            _ => {
                let sent = arena.world.settle_markets(&[BTC]);
                arena.note(sent);
            }
        }
    }
}

impl Adversary for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn controls(&self) -> &'static str {
        "the only keeper: whom it flags and liquidates, when, in how many calls, and whether it settles \
         the market's lines first"
    }

    fn knows(&self) -> &'static str {
        "every price in advance; between two updates it moves by at most 0.5 %"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[("fall bps", 300, 480), ("rises", 0, 1)]).with_steps(12, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let sign = if moves["rises"] == 1 { 1 } else { -1 };
        for _ in 0..4 {
            arena.world.pass(10);
            arena.move_by(BTC, sign * moves["fall bps"] * 25);
            arena.publish(BTC);
        }
        for step in &moves.steps {
            Self::step(arena, step, sign);
        }
    }

    /// Here the reward is what it is about.
    fn score(&self, trial: &Trial) -> i64 {
        trial.taken + trial.service
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let rate = arena.rules().bonus_max_q32;
        Arena::share_of(rate, arena.liquidated(false)) + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "bonus_max * notional that it liquidated, which is just enough to bring the accounts to their \
         target"
    }

    fn why(&self) -> &'static str {
        "The size is the program's choice. The rate rises with the time since the flag up to bonus_max and \
         is the same for one call and for many; in every tier all costs together stay under theta of what \
         would leave E / M unchanged, latched at the episode's lowest (INV-BONUS, INV-COST)."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "a bonus of up to 1 %",
            change: |world| {
                world.forge::<Exchange>(address::exchange(), |exchange| {
                    exchange.params.bonus_max_q32 = (1 << 32) / 100;
                });
            },
            least: 600_000_000,
        })
    }
}
