//! The accounts that follow the named ones: missing, extra, duplicated, reordered, foreign. Each is
//! refused with its own error, whatever the instruction.

use crate::liquidation::{BTC, CASH, ETH, LOTS};
use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle_client::instruction::{
    assess_account, flag_account, liquidate_partial, settle_account,
};
use whittle_client::{address, Writable};
use whittle_tests::{spec, Actor, BankSpec, MarketSpec, World, USDC};

const SOL: u16 = 1;
const PYUSD: u16 = 2;
const BNB: u16 = 2;

/// An exchange with three markets and three banks. Alice, under maintenance, holds SOL, PYUSD, BTC
/// and ETH, in this order.
struct Scene {
    world: World,
    alice: Actor,
    keeper: Actor,
}

fn scene() -> Scene {
    let bnb = MarketSpec {
        symbol: "BNB",
        ..MarketSpec::default()
    };
    let mut world = World::with_markets(&[MarketSpec::default(), MarketSpec::eth(), bnb]);
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let keeper = world.keeper("keeper");
    let alice = world.trader("alice", 2 * CASH);
    for bank in [SOL, PYUSD] {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, USDC);
        alice.deposit(&mut world, bank, USDC).ok();
    }
    world.trade(&alice, BTC, LOTS);
    world.trade(&alice, ETH, 50_000);
    world.move_price(ETH, "1920");
    world.move_price(BTC, "38400");
    Scene {
        world,
        alice,
        keeper,
    }
}

/// Accounts before those that follow, in the order of [`Scene::calls`].
const NAMED: [usize; 3] = [3, 2, 2];

impl Scene {
    /// Every instruction that reads the health of an account, as it should be.
    fn calls(&self) -> [Instruction; 3] {
        let account = self.world.account_of(&self.alice);
        let (mirror, held) = (self.world.mirror(), self.alice.held(&account));
        let keeper = self.keeper.account();
        [
            liquidate_partial(&mirror, held, keeper, 0, Writable::All),
            flag_account(&mirror, held),
            assess_account(&mirror, held),
        ]
        .map(|call| call.expect("known banks and markets"))
    }

    /// Every instruction with `spoil` done to the accounts that follow (two banks, two markets) is
    /// refused with `error`.
    #[track_caller]
    fn refused(&mut self, error: WhittleError, spoil: impl Fn(&mut Vec<AccountMeta>)) {
        for (mut call, named) in self.calls().into_iter().zip(NAMED) {
            let mut rest = call.accounts.split_off(named);
            assert_eq!(rest.len(), 4);
            spoil(&mut rest);
            call.accounts.extend(rest);
            self.world.send(&[call], &[]).refused(error);
        }
    }

    /// As [`Scene::refused`], with another account in one place.
    #[track_caller]
    fn refused_at(&mut self, place: usize, other: Pubkey, error: WhittleError) {
        self.refused(error, |rest| rest[place].pubkey = other);
    }

    /// Settling Alice with these accounts is refused.
    #[track_caller]
    fn settling_refused(&mut self, rest: &[AccountMeta], error: WhittleError) {
        let mut call = settle_account(self.alice.account(), &[]);
        call.accounts.extend_from_slice(rest);
        self.world.send(&[call], &[]).refused(error);
    }

    fn bank(&self, index: u16) -> Pubkey {
        address::bank(&self.world.bank(index).mint)
    }

    /// The same bytes in an account of another program.
    fn copy(&mut self, original: Pubkey) -> Pubkey {
        let mut account = self.world.raw(&original).expect("an account").clone();
        account.owner = spec::address("somebody's program");
        let copy = spec::address(&format!("a copy of {original}"));
        self.world.put(copy, "a copy", &account);
        copy
    }
}

#[test]
fn as_they_should_be_they_are_accepted() {
    let mut scene = scene();
    let [liquidate, flag, assess] = scene.calls();
    scene.world.send(&[assess], &[]).ok();
    scene.world.send(&[flag], &[]).ok();
    // Settling asks for no order.
    scene.alice.settle(&mut scene.world, &[ETH, BTC]).ok();
    scene.world.send(&[liquidate], &[]).ok();
}

#[test]
fn a_missing_market_is_named() {
    let mut scene = scene();
    scene.refused(WhittleError::MarketMissing, |rest| rest.truncate(3));
    scene.refused(WhittleError::MarketMissing, |rest| rest.truncate(2));
    // With the first one gone, the second one stands in its place.
    scene.refused(WhittleError::MarketMismatch, |rest| {
        rest.remove(2);
    });
}

#[test]
fn a_missing_bank_is_named() {
    let mut scene = scene();
    scene.refused(WhittleError::BankMissing, |rest| rest.truncate(1));
    scene.refused(WhittleError::BankMissing, |rest| rest.clear());
    scene.refused(WhittleError::BankMismatch, |rest| {
        rest.remove(0);
    });
    // With both gone, or the last, a market stands where a bank should be.
    scene.refused(WhittleError::WrongAccount, |rest| {
        rest.remove(1);
    });
    scene.refused(WhittleError::WrongAccount, |rest| {
        rest.drain(..2);
    });
}

#[test]
fn an_extra_account_is_refused_whatever_it_is() {
    let mut scene = scene();
    let others = [
        address::market(BNB),
        address::market(BTC),
        scene.bank(0),
        scene.bank(SOL),
        address::pool(),
        spec::address("nothing"),
    ];
    for other in others {
        scene.refused(WhittleError::ExtraAccount, |rest| {
            rest.push(AccountMeta::new_readonly(other, false));
        });
    }
}

#[test]
fn a_duplicated_account_is_refused() {
    let mut scene = scene();
    scene.refused(WhittleError::MarketMismatch, |rest| {
        rest[3] = rest[2].clone();
    });
    scene.refused(WhittleError::BankMismatch, |rest| {
        rest[1] = rest[0].clone();
    });
    scene.refused(WhittleError::BankMismatch, |rest| {
        rest.insert(1, rest[0].clone());
    });
    scene.refused(WhittleError::MarketMismatch, |rest| {
        rest.insert(3, rest[2].clone());
    });
    scene.refused(WhittleError::ExtraAccount, |rest| {
        rest.push(rest[3].clone());
    });
}

#[test]
fn reordered_accounts_are_refused() {
    let mut scene = scene();
    scene.refused(WhittleError::MarketMismatch, |rest| rest.swap(2, 3));
    scene.refused(WhittleError::BankMismatch, |rest| rest.swap(0, 1));
    scene.refused(WhittleError::WrongAccount, |rest| rest.swap(1, 2));
    scene.refused(WhittleError::WrongAccount, |rest| rest.rotate_left(2));
    scene.refused(WhittleError::WrongAccount, |rest| rest.reverse());
}

#[test]
fn a_market_or_bank_that_the_account_does_not_use_is_refused() {
    let mut scene = scene();
    let quote = scene.bank(0);
    for place in [2, 3] {
        scene.refused_at(place, address::market(BNB), WhittleError::MarketMismatch);
    }
    for place in [0, 1] {
        scene.refused_at(place, quote, WhittleError::BankMismatch);
    }
}

#[test]
fn accounts_of_another_program_with_the_same_bytes_are_refused() {
    let mut scene = scene();
    let originals = [
        scene.bank(SOL),
        scene.bank(PYUSD),
        address::market(BTC),
        address::market(ETH),
    ];
    for (place, original) in originals.into_iter().enumerate() {
        let copy = scene.copy(original);
        scene.refused_at(place, copy, WhittleError::WrongAccount);
    }
}

#[test]
fn accounts_of_another_type_are_refused() {
    let mut scene = scene();
    let others = [
        address::exchange(),
        address::pool(),
        address::insurance(),
        scene.world.bank(0).vault,
        scene.world.bank(0).mint,
        scene.world.feed(BTC).address,
        spec::address("nothing"),
        whittle::ID,
    ];
    for place in 0..4 {
        for other in others {
            scene.refused_at(place, other, WhittleError::WrongAccount);
        }
    }
}

#[test]
fn the_account_itself_is_neither_market_nor_bank() {
    let mut scene = scene();
    let (alice, keeper) = (scene.alice.account(), scene.keeper.account());
    for place in 0..4 {
        scene.refused_at(place, alice, WhittleError::WrongAccount);
        scene.refused_at(place, keeper, WhittleError::WrongAccount);
    }
}

#[test]
fn a_market_cut_short_or_with_another_discriminator_is_refused() {
    let mut scene = scene();
    for (name, spoil) in [
        ("cut short", (|data| data.truncate(100)) as fn(&mut Vec<u8>)),
        ("of seven bytes", |data| data.truncate(7)),
        ("of another type", |data| data[7] ^= 1),
    ] {
        let original = address::market(ETH);
        let mut account = scene.world.raw(&original).expect("a market").clone();
        spoil(&mut account.data);
        let address = spec::address(name);
        // No instruction could have made it.
        scene.world.put(address, name, &account);
        scene.refused_at(3, address, WhittleError::WrongAccount);
    }
}

#[test]
fn settling_needs_a_market() {
    let mut scene = scene();
    scene.settling_refused(&[], WhittleError::MarketMissing);
}

#[test]
fn settling_writes_its_markets() {
    let mut scene = scene();
    let market = AccountMeta::new_readonly(address::market(BTC), false);
    scene.settling_refused(&[market], WhittleError::MarketNotWritable);
}

#[test]
fn settling_is_refused_with_a_market_that_the_account_does_not_use() {
    let mut scene = scene();
    let markets = [BTC, ETH, BNB].map(|market| AccountMeta::new(address::market(market), false));
    scene.settling_refused(&markets, WhittleError::MarketMismatch);
    scene.settling_refused(&markets[2..], WhittleError::MarketMismatch);
}

#[test]
fn settling_is_refused_with_what_is_not_a_market() {
    let mut scene = scene();
    let copy = scene.copy(address::market(BTC));
    let others = [
        copy,
        scene.bank(SOL),
        address::pool(),
        scene.alice.account(),
        scene.keeper.account(),
        scene.world.feed(BTC).address,
        spec::address("nothing"),
    ];
    let btc = AccountMeta::new(address::market(BTC), false);
    for other in others {
        let other = AccountMeta::new(other, false);
        scene.settling_refused(&[btc.clone(), other.clone()], WhittleError::WrongAccount);
        scene.settling_refused(&[other], WhittleError::WrongAccount);
    }
}

#[test]
fn settling_a_market_twice_is_settling_it_once() {
    let mut scene = scene();
    scene.world.pass(3_600);
    scene.world.republish(BTC);
    scene.world.update(&[BTC]).ok();
    let cash = scene.world.account_of(&scene.alice).cash_usd_atoms;
    scene.alice.settle(&mut scene.world, &[BTC, BTC]).ok();
    let paid = cash - scene.world.account_of(&scene.alice).cash_usd_atoms;
    assert!(paid > 0, "longs outweigh shorts");
    let before = scene.world.picture();
    scene.alice.settle(&mut scene.world, &[BTC]).ok();
    before.assert_only_changed(&scene.world.picture(), &[]);
}

#[test]
fn named_accounts_of_another_program_are_refused() {
    let mut scene = scene();
    let settle = settle_account(scene.alice.account(), &[BTC]);
    let calls = scene.calls().into_iter().zip(NAMED);
    for (call, named) in calls.chain([(settle, 2)]) {
        for place in 0..named {
            let mut call = call.clone();
            call.accounts[place].pubkey = scene.copy(call.accounts[place].pubkey);
            let sent = scene.world.send(&[call], &[]);
            sent.refused(ErrorCode::AccountOwnedByWrongProgram);
        }
    }
}

#[test]
fn named_accounts_of_another_type_are_refused() {
    let mut scene = scene();
    let settle = settle_account(scene.alice.account(), &[BTC]);
    let calls = scene.calls().into_iter().zip(NAMED);
    for (call, named) in calls.chain([(settle, 2)]) {
        for place in 0..named {
            for other in [address::market(BNB), address::pool()] {
                let mut call = call.clone();
                call.accounts[place].pubkey = other;
                let sent = scene.world.send(&[call], &[]);
                sent.refused(ErrorCode::AccountDiscriminatorMismatch);
            }
        }
    }
}

#[test]
fn the_accounts_that_are_written_must_be_writable() {
    let mut scene = scene();
    let settle = settle_account(scene.alice.account(), &[BTC]);
    let [liquidate, flag, _] = scene.calls();
    for (mut call, place) in [
        (liquidate.clone(), 1),
        (liquidate, 2),
        (flag, 1),
        (settle, 1),
    ] {
        call.accounts[place].is_writable = false;
        let sent = scene.world.send(&[call], &[]);
        sent.refused(ErrorCode::ConstraintMut);
    }
}
