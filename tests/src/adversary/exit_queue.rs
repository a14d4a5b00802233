//! One who wants others to wait for the pool's daily limit.

use super::arena::BTC;
use super::{Adversary, Arena, Moves, Space, Trial, Unit};
use crate::actor::Actor;
use crate::spec::USDC;

/// Takes the pool's daily limit before others do.
pub struct Queue;

/// What an honest provider wants back, in shares of about a dollar.
const WANTED: u64 = 10_000;

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

    fn weakness(&self) -> Option<&'static str> {
        Some("docs/limits.md, \"The pool's daily limit is first come, first served\"")
    }
}
