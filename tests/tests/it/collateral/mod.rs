//! Collateral: what may come in, and what may leave.

mod accounts;
mod deposits;
mod life;
mod withdrawals;

use whittle_tests::{Actor, BankSpec, World, USDC};

const BTC: u16 = 0;
const QUOTE: u16 = 0;
const SOL: u16 = 1;
const PYUSD: u16 = 2;
/// Atoms of one SOL.
const ONE_SOL: u64 = 1_000_000_000;

/// Banks for SOL (SPL Token) and PYUSD (Token-2022) beside USDC.
fn world() -> World {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    world
}

/// An actor with a margin account, and ten million tokens of each kind in its wallets.
fn rich(world: &mut World, name: &str) -> Actor {
    let actor = world.keeper(name);
    for (bank, amount) in [
        (QUOTE, 10_000_000 * USDC),
        (SOL, 10_000_000 * ONE_SOL),
        (PYUSD, 10_000_000 * USDC),
    ] {
        let mint = world.bank(bank).mint;
        world.give(&actor, &mint, amount);
    }
    actor
}

/// What an account holds of a bank's token.
fn held(world: &World, actor: &Actor, bank: u16) -> i128 {
    let account = world.account_of(actor);
    if bank == QUOTE {
        return account.cash_usd_atoms.into();
    }
    let held = account.used_collaterals().find(|held| held.bank == bank);
    held.map_or(0, |held| held.amount_atoms.into())
}
