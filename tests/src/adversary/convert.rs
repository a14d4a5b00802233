//! A buyer of collateral who knows the token's price before the chain does.

use super::arena::{BTC, TOKEN};
use super::{Adversary, Arena, Control, Moves, Space, Trial};
use crate::actor::Actor;
use crate::spec::USDC;
use whittle::state::Bank;
use whittle_client::address;
use whittle_risk::Price;

/// The buyer.
pub struct Converter;

/// Cash and token atoms with which the honest account begins.
const CASH: u64 = 2_000 * USDC;
const COLLATERAL: u64 = 150_000 * 1_000_000;

impl Converter {
    /// An honest account that lost more than its cash, with tokens behind it and no position left.
    fn owing(arena: &mut Arena, moves: &Moves) -> Actor {
        let owner = arena.honest[1].clone();
        let owing = owner.sub(2);
        arena.publish_token();
        let sent = owing.open(&mut arena.world);
        arena.note(sent);
        let sent = owner.withdraw(&mut arena.world, 0, CASH);
        arena.note(sent);
        for (bank, amount) in [(0, CASH), (TOKEN, COLLATERAL)] {
            let sent = owing.deposit(&mut arena.world, bank, amount);
            arena.note(sent);
        }
        arena.trade(&owing, BTC, moves["lots"]);
        for _ in 0..4 {
            arena.world.pass(2);
            arena.move_by(BTC, -moves["fall bps"] * 25);
            arena.publish(BTC);
        }
        arena.world.pass(1);
        arena.publish_token();
        arena.close(&owing, BTC);
        owing
    }

    fn bought(arena: &Arena) -> u64 {
        let mint = arena.world.bank(TOKEN).mint;
        arena.world.tokens_of(&arena.attackers[0], &mint)
    }
}

impl Adversary for Converter {
    fn name(&self) -> &'static str {
        "converter"
    }

    fn controls(&self) -> &'static str {
        "who buys the collateral of an account that owes cash, when, and how much at a time; nobody else \
         caches the token's price for accept_secs"
    }

    fn knows(&self) -> &'static str {
        "the true price of the token (USDT), which is up to 1 % from the cached one"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[
            ("lots", 100_000, 1_000_000),
            ("fall bps", 100, 400),
            ("token pips", -10_000, 10_000),
            ("wait", 0, 9),
            ("tokens at a time", 1, 40_000),
            ("calls", 1, 3),
        ])
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let owing = Self::owing(arena, moves);
        arena.world.pass(1);
        arena.publish_token();
        arena.world.pass(moves["wait"]);
        arena.move_token(moves["token pips"]);
        let buyer = arena.attackers[0].clone();
        let mint = arena.world.bank(TOKEN).mint;
        arena.world.wallet(&buyer, &mint);
        let most = moves["tokens at a time"].unsigned_abs() * 1_000_000;
        for _ in 0..moves["calls"] {
            let before = Self::bought(arena);
            let sent = buyer.convert(&mut arena.world, &owing, TOKEN, most);
            arena.note(sent);
            arena.count_stale_tokens(Self::bought(arena) - before);
        }
        // Until then what it owes for the time is nobody's yet.
        let sent = buyer.charge_interest(&mut arena.world, &owing);
        arena.note(sent);
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let bank = arena.world.bank(TOKEN);
        let bought = Self::bought(arena);
        let price = Price(bank.price.price_q32);
        let worth = price.notional_ceil(bought).expect("in range").0;
        let discount = Arena::share_of(bank.conversion_discount_q32, worth);
        discount + arena.stale() + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "(conversion_discount + |cached - true price|) * tokens bought, which is just enough to cure the \
         overdraft"
    }

    fn why(&self) -> &'static str {
        "The amount is the program's choice and the price the cached one, at most accept_secs old and \
         certain, less the discount, which never exceeds what the haircut already took off (INV-CONVERT)."
    }

    fn weakness(&self) -> Option<&'static str> {
        Some("docs/limits.md: conversions close at the cached price")
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "a haircut and a discount of 20 %",
            change: |world| {
                let mint = world.bank(TOKEN).mint;
                world.forge::<Bank>(address::bank(&mint), |bank| {
                    bank.haircut_weight_q32 = (1 << 32) / 5 * 4;
                    bank.conversion_discount_q32 = (1 << 32) / 5;
                });
            },
            least: 500_000_000,
        })
    }
}
