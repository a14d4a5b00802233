//! Those who want others to wait: in the queue of liquidations and in that of the pool's daily limit.

use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial, Unit};
use crate::actor::Actor;
use crate::spec::USDC;
use whittle::state::Market;
use whittle_client::address;

/// Fills the bucket of liquidated notional with liquidations of its own.
pub struct Bucket;
/// Takes the pool's daily limit before others do.
pub struct Queue;

/// Seconds between two looks of the honest keeper.
const LOOK: i64 = 30;
const DELAY: &str = "seconds until the other was liquidated";

impl Bucket {
    /// The attackers open, the price falls, and they are liquidated first.
    fn fill_bucket(arena: &mut Arena, moves: &Moves) {
        let keeper = arena.attackers[3].clone();
        let own: Vec<Actor> = arena.attackers[..3].to_vec();
        let lots = ["lots a", "lots b", "lots c"];
        for (actor, lots) in own.iter().zip(lots) {
            arena.deposit(
                actor,
                moves[lots] * 2 / 5 * moves["margin bps"] / 10_000 + 10,
            );
            arena.trade(actor, BTC, moves[lots]);
        }
        for _ in 0..4 {
            arena.tick(BTC, 3);
            arena.move_by(BTC, -moves["fall pips"] / 4);
        }
        arena.tick(BTC, 1);
        for _ in 0..2 {
            for actor in &own {
                arena.liquidate(&keeper, actor);
            }
            arena.tick(BTC, 3);
        }
    }
}

impl Adversary for Bucket {
    fn name(&self) -> &'static str {
        "bucket"
    }

    fn controls(&self) -> &'static str {
        "three accounts and the keeper that liquidates them first"
    }

    fn knows(&self) -> &'static str {
        "the price at which another account comes under maintenance"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[
            ("lots a", 1_000, 2_500_000),
            ("lots b", 1_000, 2_500_000),
            ("lots c", 1_000, 2_500_000),
            ("margin bps", 530, 640),
            ("fall pips", 33_000, 44_000),
        ])
    }

    fn unit(&self) -> Unit {
        Unit::Seconds
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        Self::fill_bucket(arena, moves);
        let (victim, keeper) = (arena.victims[0].clone(), arena.keeper.clone());
        let mut waited = 0;
        let sent = keeper.flag(&mut arena.world, &victim);
        arena.note(sent);
        while arena.is_due(&victim) && waited < 3_600 {
            arena.tick(BTC, LOOK);
            arena.liquidate(&keeper, &victim);
            if arena.is_due(&victim) {
                waited += LOOK;
            }
        }
        arena.tell(DELAY, waited);
    }

    fn score(&self, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, value)| *value)
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let breaker = arena.world.market(BTC).params.breaker;
        let own = arena.liquidated(true);
        let over = (own + arena.liquidated(false) - breaker.capacity_usd_atoms).max(0);
        let leak = i128::from(breaker.refill_per_hour_usd_atoms.max(1));
        let secs = i64::try_from(i128::from(over) * 3_600 / leak).expect("in range");
        // The honest keeper looks in steps, and the smallest close waits for room of its own.
        secs + 2 * LOOK
    }

    fn formula(&self) -> &'static str {
        "(liquidated - capacity) / refill_per_hour, and two looks of the keeper; at most an hour is watched"
    }

    fn why(&self) -> &'static str {
        "The bucket leaks at refill_per_hour whatever is in it, and an account under emergency_ratio does \
         not wait for it. To fill it, notional has to be opened and liquidated, which costs the opening \
         fee and the costs of a liquidation."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some("SECURITY.md, \"The bucket counts emergencies\"")
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "a bucket of 50,000 dollars that leaks in four hours",
            change: |world| {
                world.forge::<Market>(address::market(BTC), |market| {
                    market.params.breaker.capacity_usd_atoms = 50_000_000_000;
                    market.params.breaker.refill_per_hour_usd_atoms = 12_500_000_000;
                });
            },
            least: 300,
        })
    }
}

impl Adversary for Queue {
    fn name(&self) -> &'static str {
        "exit-queue"
    }

    fn controls(&self) -> &'static str {
        "shares of the pool and the first place in the queue after midnight (UTC)"
    }

    fn knows(&self) -> &'static str {
        "when others want to leave the pool"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[
            ("liquidity", 10_000, 1_000_000),
            ("part", 1, 1_000),
            ("hour", 0, 23),
        ])
    }

    fn unit(&self) -> Unit {
        Unit::Seconds
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let provider = arena.attackers[3].clone();
        arena.provide(moves["liquidity"].unsigned_abs());
        let now = arena.world.now();
        let midnight = now - now.rem_euclid(86_400) + 86_400;
        arena.world.pass(midnight + moves["hour"] * 3_600 - now);
        arena.publish_all();
        let held = arena.shares_of_attackers();
        let part = u128::from(held) * u128::from(moves["part"].unsigned_abs()) / 1_000;
        let shares = u64::try_from(part).expect("a part");
        let honest = Actor::named("lp");
        let asked = provider.request_withdrawal(&mut arena.world, shares, 0);
        arena.note(asked);
        let asked = honest.request_withdrawal(&mut arena.world, 1_000 * USDC, 0);
        arena.note(asked);
        arena.tick(BTC, 3);
        arena.fill_request();
        let sent = honest.fill_request(&mut arena.world, &honest);
        let left = if arena.note(sent) {
            0
        } else {
            midnight + 86_400 - arena.world.now()
        };
        arena.tell(
            "seconds until the next day, when another could not leave",
            left,
        );
    }

    fn score(&self, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, value)| *value)
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let limit = arena.world.pool().params.withdraw_limit_usd_atoms;
        let gone = arena.world.pool().withdrawn.used(arena.world.now()).0;
        // A thousand dollars were wanted.
        if gone + 1_100_000_000 > limit {
            86_400
        } else {
            0
        }
    }

    fn formula(&self) -> &'static str {
        "a day, for whoever takes withdraw_limit of his own money out of the pool; nothing for less"
    }

    fn why(&self) -> &'static str {
        "The limit is first come, first served, and one limit is for everybody. Who takes it has to own as \
         much of the pool, gets the lower of two values for it, and has to come back at the higher one to \
         do it again."
    }
}
