//! One who opens, is liquidated by himself, and moves rewards out of an account that is lost.

use super::arena::BTC;
use super::ring::{costly_floor, Ring};
use super::{Adversary, Arena, Control, Moves, Space, Trial, WHOLE};
use crate::spec::USDC;

/// The one who liquidates himself.
pub struct Own;

const ACTIONS: &[&str] = &[
    "strike", "strike", "rewards", "wait", "withdraw", "recover", "open", "close", "settle",
];
const MOST_LOTS: i64 = 2_000_000;

/// Orders that can only be killed or filled, filled by himself: the reward leaves the account.
fn rewards(arena: &mut Arena) {
    let (trader, keeper) = (arena.attackers[0].clone(), arena.attackers[2].clone());
    for _ in 0..4 {
        arena.place(&trader, BTC, 25);
    }
    arena.tick(BTC, 2);
    arena.fill_all(&keeper, &trader);
}

impl Adversary for Own {
    fn name(&self) -> &'static str {
        "self-liquidation"
    }

    fn controls(&self) -> &'static str {
        "an account and the keeper that acts on it before all others; its orders, its recovery plan, its \
         withdrawals"
    }

    fn knows(&self) -> &'static str {
        "every price in advance; it moves by at most covered_move between two updates, after each of which \
         an honest keeper liquidates what is due"
    }

    fn space(&self) -> Space {
        let knobs = [
            ("lots", MOST_LOTS / 10, MOST_LOTS),
            ("margin bps", 530, 600),
            ("own keeper first", 0, 1),
        ];
        Space::of_knobs(&knobs).with_steps(10, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let ring = Ring { gap: false };
        let (trader, keeper) = (arena.attackers[0].clone(), arena.attackers[2].clone());
        // A lot is 0.4 dollars.
        arena.deposit(
            &trader,
            moves["lots"] * 2 / 5 * moves["margin bps"] / 10_000,
        );
        arena.trade(&trader, BTC, moves["lots"]);
        let first = moves["own keeper first"] == 1;
        for step in &moves.steps {
            match ACTIONS[step.action] {
                "strike" => {
                    let wanted = step.size * step.size * 6 / 5 / WHOLE;
                    ring.drive(arena, &trader, wanted, first);
                    arena.liquidate(&keeper, &trader);
                }
                "collapse" => {
                    ring.collapse(arena, &trader, step.size, first);
                    arena.liquidate(&keeper, &trader);
                }
                "rewards" => rewards(arena),
                "wait" => arena.tick(BTC, 1 + step.size * 40 / WHOLE),
                "withdraw" => {
                    let amount = step.size.unsigned_abs() * 20 * USDC;
                    let sent = trader.withdraw(&mut arena.world, 0, amount);
                    arena.note(sent);
                }
                "recover" => arena.recover(&trader, &keeper),
                "open" => arena.trade(&trader, BTC, MOST_LOTS * step.size / WHOLE),
                "close" => arena.close(&trader, BTC),
                _ => {
                    let sent = arena.world.settle_markets(&[BTC]);
                    arena.note(sent);
                }
            }
            arena.keep();
        }
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        arena.collusion_bound() + arena.rewards_killed()
    }

    fn formula(&self) -> &'static str {
        "bonus_floor * min(liquidated, opened) - open_fee * opened + fill_reward * orders killed"
    }

    fn why(&self) -> &'static str {
        "As the ring. The rewards are the account's own cash while it is worth something; of one that is \
         not, four leave at most each order_delay_secs until somebody liquidates it."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some("docs/limits.md, \"Rewards are a way out\"")
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "a floor of the bonus as high as its maximum, although trading is free",
            change: costly_floor,
            least: 1_000_000,
        })
    }
}
