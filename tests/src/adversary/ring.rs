//! Two accounts on both sides and the keeper that liquidates them.

use whittle::state::{Exchange, Market};
use whittle_client::{address, instruction};
use whittle_risk::Ratio;

use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Step, Trial, WHOLE};
use crate::actor::Actor;
use crate::world::World;

/// A ring of a long, a short and their keeper.
pub struct Ring {
    /// Prices may jump between two updates by more than margins are made for.
    pub gap: bool,
}

const ACTIONS: &[&str] = &[
    "collapse",
    "move",
    "strike",
    "flag",
    "liquidate",
    "wait",
    "deposit",
    "open",
    "close",
    "settle",
    "resolve",
];
/// Lots that a step opens at most: 800,000 dollars.
const MOST_LOTS: i64 = 2_000_000;

impl Ring {
    fn side(arena: &Arena, step: &Step) -> Actor {
        arena.attackers[usize::from(step.other * 2 > WHOLE)].clone()
    }

    /// The most that the price moves between two updates, in hundredths of a basis point.
    fn most_move(&self, arena: &Arena) -> i64 {
        if self.gap {
            return 60_000;
        }
        let covered = arena.world.market(BTC).params.covered_move_q32;
        i64::try_from((u128::from(covered) * 1_000_000) >> 32).expect("under one")
    }

    /// Moves the price, in as many updates as it takes, to where an account has so many thousandths of its
    /// maintenance left. The honest keeper acts between the updates.
    pub fn drive(&self, arena: &mut Arena, actor: &Actor, wanted: i64, first: bool) {
        let most = self.most_move(arena);
        for _ in 0..6 {
            let Some(pips) = arena.pips_to_ratio(actor, BTC, wanted) else {
                return;
            };
            arena.world.pass(1);
            arena.move_by(BTC, pips.clamp(-most, most));
            arena.publish(BTC);
            if pips.abs() <= most {
                return;
            }
            Self::keep(arena, first);
        }
    }

    /// The shortest way down: a little over maintenance, a little over the emergency ratio before anybody
    /// may act on the first sight, and from there as deep as the price goes.
    pub fn collapse(&self, arena: &mut Arena, actor: &Actor, size: i64, first: bool) {
        let deepest = if self.gap {
            -2 * size
        } else {
            size * size / WHOLE
        };
        for wanted in [1_005, 505, deepest] {
            self.drive(arena, actor, wanted, first);
        }
    }

    /// Who is due is liquidated, by their own keeper or by the honest one.
    fn keep(arena: &mut Arena, first: bool) {
        let own_keeper = arena.attackers[2].clone();
        for side in 0..2 {
            let actor = arena.attackers[side].clone();
            if first && arena.is_due(&actor) {
                arena.liquidate(&own_keeper, &actor);
            }
        }
        arena.keep();
    }

    fn step(&self, arena: &mut Arena, step: &Step, first: bool) {
        let actor = Self::side(arena, step);
        let own_keeper = arena.attackers[2].clone();
        match ACTIONS[step.action] {
            "move" => {
                let pips = self.most_move(arena) * (2 * step.size - WHOLE) / WHOLE;
                arena.world.pass(1 + step.other / 250);
                arena.move_by(BTC, pips);
                arena.publish(BTC);
            }
            "collapse" => {
                self.collapse(arena, &actor, step.size, first);
                arena.liquidate(&own_keeper, &actor);
            }
            "strike" => {
                self.drive(arena, &actor, step.size * step.size * 6 / 5 / WHOLE, first);
                arena.liquidate(&own_keeper, &actor);
            }
            "flag" => {
                let sent = own_keeper.flag(&mut arena.world, &actor);
                arena.note(sent);
            }
            "liquidate" => {
                arena.liquidate(&own_keeper, &actor);
            }
            "wait" => {
                arena.tick(BTC, 1 + step.size * 40 / WHOLE);
            }
            "deposit" => {
                arena.deposit(&actor, 1 + step.size * 20);
            }
            "open" => {
                let sign = if step.other * 2 > WHOLE { -1 } else { 1 };
                arena.trade(&actor, BTC, sign * MOST_LOTS * step.size / WHOLE);
            }
            "close" => arena.close(&actor, BTC),
            "settle" => {
                let sent = arena.world.settle_markets(&[BTC]);
                arena.note(sent);
            }
            _ => {
                let account = arena.world.account_of(&actor);
                let resolve = instruction::resolve_bankruptcy(actor.account(), &account);
                let sent = arena.world.send(&[resolve], &[]);
                arena.note(sent);
            }
        }
    }
}

impl Adversary for Ring {
    fn name(&self) -> &'static str {
        if self.gap {
            "ring-gap"
        } else {
            "ring"
        }
    }

    fn controls(&self) -> &'static str {
        "a long, a short and a keeper that acts before all others; when they pay in, trade, flag and \
         liquidate"
    }

    fn knows(&self) -> &'static str {
        if self.gap {
            "every price in advance; it jumps by up to 6 % between two updates"
        } else {
            "every price in advance; it moves by at most covered_move between two updates, after each of \
             which an honest keeper liquidates what they left"
        }
    }

    fn space(&self) -> Space {
        let knobs = [
            ("long lots", 0, MOST_LOTS),
            ("short lots", MOST_LOTS / 10, MOST_LOTS),
            ("long margin bps", 530, 600),
            ("short margin bps", 530, 600),
            ("own keeper first", 0, 1),
        ];
        Space::of_knobs(&knobs).with_steps(10, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let sides = [
            ("long lots", "long margin bps"),
            ("short lots", "short margin bps"),
        ];
        for ((lots, margin), (place, sign)) in sides.into_iter().zip([(0, 1), (1, -1)]) {
            let actor = arena.attackers[place].clone();
            // A lot is 0.4 dollars.
            let dollars = moves[lots] * 2 / 5 * moves[margin] / 10_000;
            arena.deposit(&actor, dollars.max(1));
            arena.trade(&actor, BTC, sign * moves[lots]);
        }
        let first = moves["own keeper first"] == 1;
        for step in &moves.steps {
            self.step(arena, step, first);
            Self::keep(arena, first);
        }
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let bound = arena.collusion_bound();
        let opened = arena.opened();
        if self.gap {
            // Over the emergency ratio nobody has to have acted, and then the price jumps.
            let tiers = arena.world.market(BTC).tier_table();
            let kept = Ratio(arena.rules().emergency_q32).times_floor(tiers.maintenance_rate(0));
            let jump = u64::try_from((i128::from(self.most_move(arena)) << 32) / 1_000_000);
            let beyond = jump.expect("a share") - kept.expect("a share").0;
            return bound + Arena::share_of(beyond, opened);
        }
        bound
    }

    fn formula(&self) -> &'static str {
        if self.gap {
            "bonus_floor * min(liquidated, opened) - open_fee * opened + (jump - emergency_ratio * \
             maintenance) * opened"
        } else {
            "bonus_floor * min(liquidated, opened) - open_fee * opened, and an atom for each rounding; \
             bonus_floor <= open_fee, so never over the roundings"
        }
    }

    fn why(&self) -> &'static str {
        if self.gap {
            "No rule prevents it: who is gone owes what he cannot pay, and his other account has won it. \
             What the pool loses in a day is capped, not what the winner gains. Margins have to be chosen \
             for the jumps of the asset."
        } else {
            "All that a keeper gets over the floor comes out of the liquidated account, which is the \
             ring's own; the floor is topped up on no more than paid the opening fee (INV-COLLUSION)."
        }
    }

    fn weakness(&self) -> Option<&'static str> {
        self.gap
            .then_some("docs/known-failures.md, \"What no rule prevents\"")
    }

    fn control(&self) -> Option<Control> {
        (!self.gap).then_some(Control {
            says: "a floor of the bonus as high as its maximum, although trading is free",
            change: costly_floor,
            least: 1_000_000,
        })
    }
}

/// Trading costs nothing.
pub fn free_trading(world: &mut World) {
    for market in world.all_markets() {
        world.forge::<Market>(address::market(market), |market| {
            let params = &mut market.params;
            params.open_fee_q32 = 0;
            params.close_fee_q32 = 0;
            params.premium_q32 = 0;
            params.concentration_premium_q32 = 0;
            params.spread_multiple_q32 = 0;
            params.impact_max_q32 = 0;
            params.close_impact_q32 = 0;
        });
    }
}

/// The floor of the bonus is as high as its maximum, and trading costs nothing.
pub fn costly_floor(world: &mut World) {
    free_trading(world);
    world.forge::<Exchange>(address::exchange(), |exchange| {
        exchange.params.bonus_floor_q32 = exchange.params.bonus_max_q32;
    });
}
