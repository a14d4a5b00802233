//! Many accounts as small as can be, which keepers have to look after.

use super::arena::BTC;
use super::{Adversary, Arena, Control, Moves, Space, Trial};
use crate::actor::Actor;
use crate::spec::USDC;
use whittle::state::{Exchange, MarginAccount, Market};
use whittle_client::address;

/// The one who opens them.
pub struct Dust;

/// Lamports of a transaction with one signature, and what a lamport is worth here: SOL at 100 dollars,
/// in millionths of a USD atom.
const FEE_LAMPORTS: i64 = 5_000;
const MILLIONTHS_PER_LAMPORT: i64 = 100_000;
/// A flag and a liquidation.
const TRANSACTIONS: i64 = 2;
/// A score for those who were not liquidated.
const NOBODY: i64 = -1_000_000;
const NAMES: [&str; 2] = [
    "what keepers lost on an account, USD atoms",
    "rent that the attackers lock up for each account, lamports",
];

impl Dust {
    /// Somebody opens the least position with little margin.
    fn open(arena: &mut Arena, place: u16, moves: &Moves) -> Actor {
        let actor = arena.attackers[0].sub(1 + place);
        let opened = actor.open(&mut arena.world);
        arena.note(opened);
        let cash = moves["lots"].unsigned_abs() * 2 * USDC / 5 * moves["margin bps"].unsigned_abs()
            / 10_000;
        let sent = actor.deposit(&mut arena.world, 0, cash + 60_000);
        arena.note(sent);
        arena.trade(&actor, BTC, moves["lots"]);
        actor
    }
}

impl Adversary for Dust {
    fn name(&self) -> &'static str {
        "dust"
    }

    fn controls(&self) -> &'static str {
        "accounts with the least position"
    }

    fn knows(&self) -> &'static str {
        "that keepers pay for transactions, liquidations included; without a priority fee, SOL at 100 dollars"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[
            ("lots", 25, 120),
            ("margin bps", 1_010, 1_300),
            ("fall pips", 70_000, 110_000),
        ])
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let keeper = arena.keeper.clone();
        let accounts: Vec<Actor> = (0..2)
            .map(|place| Self::open(arena, place, moves))
            .collect();
        for _ in 0..8 {
            arena.world.pass(5);
            arena.move_by(BTC, -moves["fall pips"] / 8);
            arena.publish(BTC);
            arena.keep_but(&accounts);
        }
        let before = arena.world.account_of(&keeper).cash_usd_atoms;
        let mut served = 0;
        for actor in &accounts {
            let sent = keeper.flag(&mut arena.world, actor);
            let flagged = arena.note(sent);
            arena.tick(BTC, 3);
            let sent = keeper.liquidate(&mut arena.world, actor);
            served += i64::from(arena.note(sent) && flagged);
        }
        let earned = arena.world.account_of(&keeper).cash_usd_atoms - before;
        let fees = served * TRANSACTIONS * FEE_LAMPORTS * MILLIONTHS_PER_LAMPORT / 1_000_000;
        let lost = if served > 0 {
            (fees - earned) / served
        } else {
            NOBODY
        };
        arena.tell(NAMES[0], lost);
        let raw = arena.world.raw(&accounts[0].account()).expect("an account");
        let rent = i64::try_from(raw.lamports).expect("few lamports");
        debug_assert_eq!(raw.data.len(), MarginAccount::SIZE);
        arena.tell(NAMES[1], rent);
    }

    fn score(&self, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, value)| *value)
    }

    fn bound(&self, _: &Arena, _: &Trial) -> i64 {
        0
    }

    fn formula(&self) -> &'static str {
        "what keepers lose on an account: nothing, while bonus_floor * min_close exceeds the fees of a flag \
         and a liquidation"
    }

    fn why(&self) -> &'static str {
        "A position and a close have a minimum, the floor of the bonus is topped up, and an owner locks up \
         the rent of his account. With priority fees the smallest accounts are left until the bonus has \
         risen or more is to be closed."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "hardly any bonus and no minimum close",
            change: |world| {
                world.forge::<Exchange>(address::exchange(), |exchange| {
                    exchange.params.bonus_floor_q32 = 1_000;
                    exchange.params.bonus_max_q32 = 1_000;
                });
                world.forge::<Market>(address::market(BTC), |market| {
                    market.params.min_close_usd_atoms = 100_000;
                });
            },
            least: 500,
        })
    }
}
