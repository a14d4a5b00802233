//! One who wants others to wait in the queue of liquidations.

use super::{Adversary, Arena, Control, Moves, Space, Trial, Unit};
use crate::actor::Actor;
use crate::spec::USDC;
use whittle::state::Market;
use whittle_client::address;

/// Fills the bucket of liquidated notional with liquidations of its own.
pub struct Bucket;

/// Seconds between two looks of the honest keeper.
const LOOK: i64 = 60;
/// How long the other is watched, seconds.
const WATCHED: i64 = 1_800;
const DELAY: &str = "seconds until the other was liquidated";

/// The market with the smallest bucket. A lot is 0.1 dollars.
const SOL: u16 = 2;
/// Lots of the one who waits.
const OTHER: i64 = 1_500_000;

impl Bucket {
    /// An honest account with little over the margin of retail.
    fn other(arena: &mut Arena) -> Actor {
        let owner = arena.honest[1].clone();
        let margin = 16_000 * USDC;
        let other = owner.sub(1);
        let sent = other.open(&mut arena.world);
        arena.note(sent);
        let sent = owner.withdraw(&mut arena.world, 0, margin);
        arena.note(sent);
        let sent = other.deposit(&mut arena.world, 0, margin);
        arena.note(sent);
        arena.trade(&other, SOL, OTHER);
        other
    }

    /// The attackers open, the price falls, and they are liquidated first.
    fn fill_bucket(arena: &mut Arena, moves: &Moves) {
        let keeper = arena.attackers[3].clone();
        let own: Vec<Actor> = arena.attackers[..3].to_vec();
        for (actor, lots) in own.iter().zip(["lots a", "lots b", "lots c"]) {
            arena.deposit(actor, moves[lots] / 10 * moves["margin bps"] / 10_000 + 10);
            arena.trade(actor, SOL, moves[lots]);
        }
        for _ in 0..4 {
            arena.tick(SOL, 3);
            arena.move_by(SOL, -moves["fall pips"] / 4);
        }
        arena.tick(SOL, 1);
        for _ in 0..2 {
            for actor in &own {
                arena.liquidate(&keeper, actor);
            }
            arena.tick(SOL, 3);
        }
    }
}

impl Adversary for Bucket {
    fn name(&self) -> &'static str {
        "bucket"
    }

    fn controls(&self) -> &'static str {
        "three accounts of up to 500,000 dollars in SOL, whose bucket is the smallest, and the keeper that \
         liquidates them first"
    }

    fn knows(&self) -> &'static str {
        "the price at which another account comes under maintenance"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[
            ("lots a", 1_000, 5_000_000),
            ("lots b", 1_000, 5_000_000),
            ("lots c", 1_000, 5_000_000),
            ("margin bps", 830, 940),
            ("fall pips", 65_000, 84_000),
        ])
    }

    fn unit(&self) -> Unit {
        Unit::Seconds
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let other = Self::other(arena);
        Self::fill_bucket(arena, moves);
        let keeper = arena.keeper.clone();
        let mut waited = 0;
        let sent = keeper.flag(&mut arena.world, &other);
        arena.note(sent);
        while arena.is_due(&other) && waited < WATCHED {
            arena.tick(SOL, LOOK);
            let sent = keeper.liquidate(&mut arena.world, &other);
            arena.note(sent);
            if arena.is_due(&other) {
                waited += LOOK;
            }
        }
        arena.tell(DELAY, waited);
        arena.keep();
    }

    fn score(&self, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, value)| *value)
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let breaker = arena.world.market(SOL).params.breaker;
        let own = arena.liquidated(true);
        let over = (own + arena.liquidated(false) - breaker.capacity_usd_atoms).max(0);
        let leak = i128::from(breaker.refill_per_hour_usd_atoms.max(1));
        let secs = i64::try_from(i128::from(over) * 3_600 / leak).expect("in range");
        // The honest keeper looks in steps, and the smallest close waits for room of its own.
        secs + 2 * LOOK
    }

    fn formula(&self) -> &'static str {
        "(liquidated - capacity) / refill_per_hour, and two looks of the keeper; half an hour is watched"
    }

    fn why(&self) -> &'static str {
        "The bucket leaks at refill_per_hour whatever is in it, and an account under emergency_ratio does \
         not wait for it. To fill it, notional has to be opened and liquidated, which costs the opening \
         fee and the costs of a liquidation."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some("docs/limits.md, \"The bucket counts emergencies\"")
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "a bucket of 50,000 dollars that leaks in four hours",
            change: |world| {
                world.forge::<Market>(address::market(SOL), |market| {
                    market.params.breaker.capacity_usd_atoms = 50_000_000_000;
                    market.params.breaker.refill_per_hour_usd_atoms = 12_500_000_000;
                });
            },
            least: 300,
        })
    }
}
