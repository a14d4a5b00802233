//! Liquidity that comes just before a gain of the pool and leaves just before a loss.

use super::acts::Scale;
use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial};
use whittle::state::{Market, Pool};
use whittle_client::address;

use crate::world::World;

/// The provider.
pub struct JustInTime;

const ACTIONS: &[&str] = &[
    "join",
    "leave",
    "ask in",
    "ask out",
    "fill request",
    "honest order",
    "honest fill",
    "keep",
    "wait",
    "publish",
    "settle",
    "move",
];
const SCALE: Scale = Scale {
    lots: 0,
    liquidity: 3_000_000,
    pips: 5_000,
    secs: 30,
};

impl Adversary for JustInTime {
    fn name(&self) -> &'static str {
        "just-in-time"
    }

    fn controls(&self) -> &'static str {
        "3,000,000 dollars beside a pool of 5,000,000; when they are asked in and out and when the requests \
         are filled; the order of everything else in a slot"
    }

    fn knows(&self) -> &'static str {
        "all orders that wait, all liquidations that are due, and prices, which move by up to 0.5 % at a time"
    }

    fn space(&self) -> Space {
        let knobs = [("liquidity", 0, 3_000_000), ("fall bps", 0, 460)];
        Space::of_knobs(&knobs).with_steps(18, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.provide(moves["liquidity"].unsigned_abs());
        for _ in 0..3 {
            arena.world.pass(3);
            arena.move_by(BTC, -moves["fall bps"] * 100 / 3);
            arena.publish(BTC);
        }
        let mut share = 0u128;
        for step in &moves.steps {
            match ACTIONS[step.action] {
                "publish" => arena.tick(BTC, 2),
                "join" => {
                    arena.act("ask in", step, &SCALE);
                    arena.act("honest order", step, &SCALE);
                    arena.tick(BTC, 2);
                    arena.fill_request();
                    arena.act("honest fill", step, &SCALE);
                }
                "leave" => {
                    arena.act("ask out", step, &SCALE);
                    arena.tick(BTC, 2);
                    arena.fill_request();
                }
                name => arena.act(name, step, &SCALE),
            }
            let held = u128::from(arena.shares_of_attackers()) << 32;
            share = share.max(held / u128::from(arena.share_supply()));
        }
        arena.tell(
            "share of the pool, Q32",
            i64::try_from(share).expect("a share"),
        );
    }

    fn bound(&self, arena: &Arena, trial: &Trial) -> i64 {
        let share = trial
            .figures
            .first()
            .map_or(0, |(_, value)| value.unsigned_abs());
        Arena::share_of(share, arena.income()) + arena.stale() + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "its largest share of the pool * what the pool earned meanwhile (fees, spread, impact, cost of \
         liquidations, funding on the skew) + |cached - true price| * the part of open interest behind \
         the shares bought or returned"
    }

    fn why(&self) -> &'static str {
        "Who enters pays the higher of two values and who leaves gets the lower, so that no gain or loss on \
         open positions can be bought or sold; fees that fall due while shares are held are shared by all \
         that hold them. A request waits order_delay_secs, as long as the order whose fee it wants."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some("docs/limits.md, \"Fees are shared by whoever holds shares when they fall due\"")
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "one value of the pool for all (no doubt, losses in full) and fees of 1 %",
            change: |world| {
                one_value(world);
                for market in world.all_markets() {
                    world.forge::<Market>(address::market(market), |market| {
                        market.params.open_fee_q32 = (1 << 32) / 100;
                        market.params.close_fee_q32 = (1 << 32) / 100;
                    });
                }
            },
            least: 1_000_000,
        })
    }
}

/// Who enters and who leaves the pool do so at the same value, as much as they like.
pub fn one_value(world: &mut World) {
    world.forge::<Pool>(address::pool(), |pool| {
        pool.params.loss_weight_q32 = 1 << 32;
        pool.params.withdraw_limit_usd_atoms = i64::MAX;
    });
    for market in world.all_markets() {
        world.forge::<Market>(address::market(market), |market| {
            market.oracle.confidence_multiple_q32 = 0;
        });
    }
}
