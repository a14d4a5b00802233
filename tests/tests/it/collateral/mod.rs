//! Collateral: what may come in, and what may leave.

mod accounts;
mod conversion;
mod depeg;
mod deposits;
mod groups;
mod life;
mod overdraft;
mod settled;
mod withdrawals;

use anchor_lang::Discriminator;
use whittle::state::Bank;
use whittle_client::address;
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

/// A bank as governance might have changed it.
fn set_bank(world: &mut World, index: u16, change: impl Fn(&mut Bank)) {
    let mut bank = world.bank(index);
    change(&mut bank);
    let key = address::bank(&bank.mint);
    let mut account = world.raw(&key).expect("a bank").clone();
    account.data = [Bank::DISCRIMINATOR, bytemuck::bytes_of(&bank)].concat();
    world.put(key, &format!("bank {index}"), &account);
}

/// One second later, the prices of all tokens are these.
fn refresh(world: &mut World, sol: &str, pyusd: &str) {
    world.pass(1);
    world.publish_bank(SOL, sol);
    world.publish_bank(PYUSD, pyusd);
    world.update_banks(&[SOL, PYUSD]).ok();
}

/// What an order that may add risk sets aside: the only cash that these accounts begin with.
const REWARD: u64 = USDC / 100;

/// Alice holds 100 SOL, counted at 8,000 dollars, and no cash but the reward of her order. She goes long 20,000 dollars of BTC
/// at 40,000 and sells all but `kept` lots of 4 dollars at `price`.
fn indebted(world: &mut World, kept: i64, price: &str) -> Actor {
    let alice = rich(world, "alice");
    alice.deposit(world, SOL, 100 * ONE_SOL).ok();
    alice.deposit(world, QUOTE, REWARD).ok();
    world.trade(&alice, BTC, 5_000);
    world.move_price(BTC, price);
    world.reduce(&alice, BTC, kept - 5_000);
    assert_eq!(
        world.account_of(&alice).open_positions().count(),
        usize::from(kept != 0)
    );
    refresh(world, "100", "1");
    alice
}
