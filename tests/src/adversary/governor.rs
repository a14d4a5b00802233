//! An authority whose key is stolen for an hour.

use super::acts::Scale;
use super::arena::BTC;
use super::prices::quote;
use super::{Adversary, Arena, Control, Moves, Space, Step, Trial, WHOLE};
use crate::oracle::OracleStub;
use whittle::state::leverage::CLASS_PROFESSIONAL;
use whittle::state::proposal::Change;
use whittle::state::raw::OracleConfig;
use whittle::state::Exchange;
use whittle_client::{address, instruction};

/// A compromised authority.
pub struct Governor;

const POWERS: &[&str] = &[
    "propose oracle",
    "propose pool",
    "propose rules",
    "apply",
    "professional",
    "trade",
    "close",
    "minutes",
];
const SCALE: Scale = Scale {
    lots: 2_000_000,
    liquidity: 0,
    pips: 0,
    secs: 0,
};
const HOUR: i64 = 3_600;

impl Governor {
    fn feed() -> OracleStub {
        OracleStub::pull("the attackers' own")
    }

    /// A feed of the attackers' own in the place of the market's.
    fn own_oracle(arena: &mut Arena) -> Change {
        let oracle = arena.world.market(BTC).oracle;
        Change::MarketOracle {
            market: BTC,
            oracle: OracleConfig {
                key: Self::feed().feed,
                ..oracle
            },
        }
    }

    fn change(arena: &mut Arena, name: &str) -> Change {
        match name {
            "propose oracle" => Self::own_oracle(arena),
            "propose pool" => {
                let mut params = arena.world.pool().params;
                params.withdraw_limit_usd_atoms = i64::MAX;
                params.reserve_target_usd_atoms = 0;
                Change::PoolParams { params }
            }
            _ => {
                let mut params = arena.rules();
                params.emergency_q32 = 1;
                params.forced_q32 = 0;
                Change::ExchangeParams { params }
            }
        }
    }

    /// Applies whatever waits. Tells how many changes went through.
    fn apply(arena: &mut Arena) -> i64 {
        let next = arena
            .world
            .mirror()
            .exchange()
            .expect("an exchange")
            .next_proposal;
        let feed = Self::feed();
        let shown = feed.update(quote(arena.truth(BTC), 1), arena.world.now());
        arena
            .world
            .put(feed.address, "the attackers' feed", &feed.account(&shown));
        let mut applied = 0;
        for nonce in 0..next {
            if arena.world.raw(&address::proposal(nonce)).is_none() {
                continue;
            }
            let sent = arena.world.apply_with(nonce, feed.address);
            applied += i64::from(arena.note(sent));
        }
        let market = arena.world.market(BTC);
        if market.oracle.key == feed.feed {
            arena.world.adopt_feed(BTC, feed);
        }
        applied
    }

    /// With an oracle of their own they buy at half of the price and sell at twice it.
    fn trade(arena: &mut Arena, lots: i64) {
        let (trader, keeper) = (arena.attackers[0].clone(), arena.attackers[2].clone());
        if arena.place(&trader, BTC, lots) {
            arena.world.pass(2);
            let own = arena.world.market(BTC).oracle.key == Self::feed().feed;
            let truth = arena.truth(BTC);
            let price = if own {
                truth - lots.signum() * truth / 20
            } else {
                truth
            };
            arena.show(BTC, price, 1);
            arena.fill_all(&keeper, &trader);
        }
    }

    fn professional(arena: &mut Arena) {
        let (trader, authority) = (arena.attackers[0].clone(), arena.world.authority.clone());
        let set = instruction::set_leverage(
            trader.address(),
            trader.account(),
            Some(authority.address()),
            CLASS_PROFESSIONAL,
            0,
        );
        let sent = arena.world.send(&[set], &[trader.key(), authority.key()]);
        arena.note(sent);
    }

    fn step(arena: &mut Arena, step: &Step, left: &mut i64) -> i64 {
        match POWERS[step.action] {
            "apply" => return Self::apply(arena),
            "professional" => Self::professional(arena),
            "trade" => {
                let sign = if step.other * 2 > WHOLE { 1 } else { -1 };
                Self::trade(arena, sign * SCALE.lots * step.size / WHOLE);
            }
            "close" => {
                let lots = arena.lots(&arena.attackers[0], BTC);
                Self::trade(arena, -lots);
            }
            "minutes" => {
                let secs = (1 + step.size / 2).min(*left);
                *left -= secs;
                arena.tick(BTC, secs.max(1));
            }
            name => {
                let change = Self::change(arena, name);
                let sent = arena.world.try_propose(change);
                arena.note(sent);
            }
        }
        0
    }
}

impl Adversary for Governor {
    fn name(&self) -> &'static str {
        "governor"
    }

    fn controls(&self) -> &'static str {
        "the authority's key for an hour, with a trader and a keeper"
    }

    fn knows(&self) -> &'static str {
        "everything; the price stands still"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[("cash", 50_000, 200_000)]).with_steps(14, POWERS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.fund_traders(moves["cash"]);
        let mut left = HOUR - 60;
        let mut applied = 0;
        for step in &moves.steps {
            applied += Self::step(arena, step, &mut left);
        }
        arena.tell("changes applied within the hour", applied);
        arena.world.pass(1);
        arena.publish(BTC);
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "nothing, and an atom for each rounding"
    }

    fn why(&self) -> &'static str {
        "What the key queues waits for the timelock, at least a day in the code and two here, and can be \
         cancelled; a professional class counts after leverage.delay; what is listed opens after a timelock. \
         What counts at once is what the guardian can do as well. A key that is not taken back in two days \
         takes everything: see the control."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "no timelock",
            change: |world| {
                world.forge::<Exchange>(address::exchange(), |exchange| {
                    exchange.params.governance.timelock_secs = 0;
                });
            },
            least: 1_000_000,
        })
    }
}
