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
const LOOK: i64 = 60;
/// How long the other is watched, seconds.
const WATCHED: i64 = 1_800;
/// What an honest provider wants back, in shares of about a dollar.
const WANTED: u64 = 10_000;
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
        Some("SECURITY.md, \"The bucket counts emergencies\"")
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

impl Queue {
    /// Shares that are worth so many thousandths of the day's limit, or all there are.
    fn wanted(arena: &Arena, part: i64) -> u64 {
        let limit = i128::from(arena.world.pool().params.withdraw_limit_usd_atoms);
        let supply = i128::from(arena.share_supply());
        let value = i128::from(arena.pool_value().max(1));
        let shares = limit * i128::from(part) / 1_000 * supply / value;
        let shares = u64::try_from(shares).expect("less than the supply");
        shares.min(arena.shares_of_attackers())
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
            ("liquidity", 200_000, 300_000),
            ("part of the limit", 950, 1_010),
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
        let shares = Self::wanted(arena, moves["part of the limit"]);
        let honest = Actor::named("lp");
        let asked = provider.request_withdrawal(&mut arena.world, shares, 0);
        arena.note(asked);
        let asked = honest.request_withdrawal(&mut arena.world, WANTED * USDC, 0);
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
        // What is wanted may be worth a little more by now.
        let wanted = i64::try_from(2 * WANTED * USDC).expect("small");
        if gone + wanted > limit {
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
