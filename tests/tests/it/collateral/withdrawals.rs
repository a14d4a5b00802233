//! Withdrawals: at most what risk does not need.

use super::{held, rich, world, BTC, ONE_SOL, PYUSD, QUOTE, SOL};
use whittle::error::WhittleError;
use whittle::event::{AccountUnflagged, Withdrawn};
use whittle_client::address;
use whittle_tests::{
    assert_only_changed, Actor, BankSpec, ExchangeSpec, MarketSpec, Quote, World, USDC,
};

/// Alice holds 1,000 dollars and is long 500 lots, 2,000 dollars.
fn long() -> (World, Actor) {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, QUOTE, 1_000 * USDC).ok();
    world.trade(&alice, BTC, 500);
    (world, alice)
}

fn excess(world: &World, actor: &Actor) -> u64 {
    let account = world.account_of(actor);
    let excess = world.mirror().excess(&account, world.now());
    excess.expect("an excess").magnitude()
}

#[test]
fn cash_leaves_up_to_the_excess_and_not_an_atom_more() {
    let (mut world, alice) = long();
    let excess = excess(&world, &alice);
    for amount in [excess + 1, 1_000 * USDC, u64::MAX >> 1] {
        let sent = alice.withdraw(&mut world, QUOTE, amount);
        sent.refused(WhittleError::ExceedsExcess);
    }
    let quote = world.bank(QUOTE);
    let before = world.picture();
    let event: Withdrawn = alice.withdraw(&mut world, QUOTE, excess).ok().event();
    assert_eq!(event.amount_atoms, excess);
    assert_only_changed!(
        before,
        world.picture(),
        [
            alice.account(),
            alice.wallet(&quote.mint),
            address::bank(&quote.mint),
            quote.vault
        ]
    );
    let sent = alice.withdraw(&mut world, QUOTE, 1);
    sent.refused(WhittleError::ExceedsExcess);
}

#[test]
fn unrealised_profit_does_not_leave() {
    let (mut world, alice) = long();
    world.move_price(BTC, "80000");
    // A price so far off is believed once a later one confirms it.
    world.pass(31);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let cash = world.account_of(&alice).cash_usd_atoms.unsigned_abs();
    let sent = alice.withdraw(&mut world, QUOTE, cash + 1);
    sent.refused(WhittleError::ExceedsExcess);
    alice.withdraw(&mut world, QUOTE, cash).ok();
}

#[test]
fn nothing_is_no_withdrawal() {
    let (mut world, alice) = long();
    for bank in [QUOTE, SOL] {
        let sent = alice.withdraw(&mut world, bank, 0);
        sent.refused(WhittleError::ZeroAmount);
    }
}

#[test]
fn an_amount_beyond_63_bits_is_no_cash() {
    let (mut world, alice) = long();
    let sent = alice.withdraw(&mut world, QUOTE, u64::MAX);
    sent.refused(WhittleError::MathOverflow);
}

#[test]
fn more_of_a_token_than_the_account_holds_is_refused() {
    let (mut world, alice) = long();
    let bob = rich(&mut world, "bob");
    bob.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    let sent = alice.withdraw(&mut world, SOL, 1);
    sent.refused(WhittleError::InsufficientCollateral);
    alice.deposit(&mut world, SOL, 10).ok();
    for amount in [11, u64::MAX] {
        let sent = alice.withdraw(&mut world, SOL, amount);
        sent.refused(WhittleError::InsufficientCollateral);
    }
    alice.withdraw(&mut world, SOL, 10).ok();
}

#[test]
fn a_token_leaves_as_long_as_the_rest_covers_the_initial_requirement() {
    for bank in [SOL, PYUSD] {
        let mut world = world();
        let alice = rich(&mut world, "alice");
        // Two dollars pay the fees; 200 dollars of the token carry 2,000 dollars of position.
        alice.deposit(&mut world, QUOTE, 2 * USDC).ok();
        let amount = if bank == SOL { 2 * ONE_SOL } else { 200 * USDC };
        alice.deposit(&mut world, bank, amount).ok();
        world.trade(&alice, BTC, 500);
        // Half of it is 80 or 95 dollars; the requirement is 100.
        let sent = alice.withdraw(&mut world, bank, amount / 2);
        sent.refused(WhittleError::ExceedsExcess);
        alice.withdraw(&mut world, bank, amount / 4).ok();
        assert_eq!(held(&world, &alice, bank), (amount - amount / 4).into());
    }
}

#[test]
fn the_last_of_a_token_leaves_with_its_bank_passed_and_passed_over() {
    let (mut world, alice) = long();
    alice.deposit(&mut world, SOL, ONE_SOL).ok();
    alice.deposit(&mut world, PYUSD, USDC).ok();
    alice.withdraw(&mut world, SOL, ONE_SOL).ok();
    alice.withdraw(&mut world, PYUSD, USDC).ok();
    assert_eq!(world.account_of(&alice).used_collaterals().count(), 0);
}

#[test]
fn while_cash_is_overdrawn_no_other_token_leaves() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    // The reward is there; the fee comes out of cash that is not.
    alice.deposit(&mut world, QUOTE, USDC / 100).ok();
    world.trade(&alice, BTC, 500);
    assert!(world.account_of(&alice).cash_usd_atoms < 0);
    let sent = alice.withdraw(&mut world, SOL, 1);
    sent.refused(WhittleError::CashOverdrawn);
    let sent = alice.withdraw(&mut world, QUOTE, 1);
    sent.refused(WhittleError::ExceedsExcess);
    let owed = world.account_of(&alice).cash_usd_atoms.unsigned_abs();
    alice.deposit(&mut world, QUOTE, owed).ok();
    alice.withdraw(&mut world, SOL, 1).ok();
}

#[test]
fn cash_that_is_out_in_overdrafts_does_not_leave_twice() {
    // No pool and no insurance: the vault holds bob's 150 dollars and two of alice's for fees.
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    world.create_pool().ok();
    world.list_market(&MarketSpec::default()).ok();
    world.list_bank(&BankSpec::sol()).ok();
    world.update(&[BTC]).ok();
    let bob = world.trader("bob", 150 * USDC);
    let alice = world.trader("alice", 2 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 100 * ONE_SOL);
    alice.deposit(&mut world, SOL, 100 * ONE_SOL).ok();
    world.trade(&alice, BTC, 500);
    world.trade(&bob, BTC, -500);
    // Bob wins the 100 dollars that alice loses; hers are an overdraft.
    world.move_price(BTC, "38000");
    world.trade(&alice, BTC, -500);
    world.trade(&bob, BTC, 500);
    let vault = world.bank(QUOTE).deposits_atoms;
    assert_eq!(vault, 152 * USDC);
    assert!(world.account_of(&bob).cash_usd_atoms.unsigned_abs() > 240 * USDC);
    let sent = bob.withdraw(&mut world, QUOTE, vault + 1);
    sent.refused(WhittleError::VaultShort);
    bob.withdraw(&mut world, QUOTE, vault).ok();
}

#[test]
fn a_stale_price_of_a_market_stops_withdrawals_of_everything() {
    let (mut world, alice) = long();
    alice.deposit(&mut world, SOL, ONE_SOL).ok();
    world.pass(61);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    for bank in [QUOTE, SOL] {
        let sent = alice.withdraw(&mut world, bank, 1);
        sent.refused(WhittleError::PriceTooOld);
    }
}

#[test]
fn a_stale_price_of_a_token_stops_withdrawals_while_there_are_positions() {
    let (mut world, alice) = long();
    alice.deposit(&mut world, SOL, ONE_SOL).ok();
    alice.deposit(&mut world, PYUSD, USDC).ok();
    world.pass(61);
    world.republish(BTC);
    world.update(&[BTC]).ok();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    for bank in [QUOTE, SOL] {
        let sent = alice.withdraw(&mut world, bank, 1);
        sent.refused(WhittleError::PriceTooOld);
    }
    // All of the token whose price is stale may go: nothing depends on it any more.
    alice.withdraw(&mut world, PYUSD, USDC).ok();
    alice.withdraw(&mut world, QUOTE, 1).ok();
}

#[test]
fn without_positions_everything_leaves_at_any_age_of_prices() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    for (bank, amount) in [(QUOTE, USDC), (SOL, ONE_SOL), (PYUSD, USDC)] {
        alice.deposit(&mut world, bank, amount).ok();
    }
    world.pass(1_000_000);
    for (bank, amount) in [(SOL, ONE_SOL), (PYUSD, USDC), (QUOTE, USDC)] {
        alice.withdraw(&mut world, bank, amount).ok();
    }
    alice.close(&mut world).ok();
}

#[test]
fn an_uncertain_price_of_a_token_counts_less_when_something_leaves() {
    let mut world = world();
    let alice = rich(&mut world, "alice");
    alice.deposit(&mut world, QUOTE, 50 * USDC).ok();
    alice.deposit(&mut world, SOL, 2 * ONE_SOL).ok();
    world.trade(&alice, BTC, 500);
    let certain = excess(&world, &alice);
    world.pass(1);
    world.publish_bank(SOL, Quote::usd("100").with_confidence_bps(2_000));
    world.update_banks(&[SOL]).ok();
    // Twice 20 % of 160 dollars count no more.
    let uncertain = excess(&world, &alice);
    assert!(uncertain < certain, "{uncertain} and {certain}");
    let sent = alice.withdraw(&mut world, QUOTE, uncertain + 1);
    sent.refused(WhittleError::ExceedsExcess);
    alice.withdraw(&mut world, QUOTE, uncertain).ok();
}

#[test]
fn an_uncertain_price_of_a_market_counts_against_who_withdraws() {
    let (mut world, alice) = long();
    let certain = excess(&world, &alice);
    let wide = Quote::usd("40000").with_confidence_bps(500);
    world.move_price(BTC, wide);
    let sent = alice.withdraw(&mut world, QUOTE, certain - USDC);
    sent.refused(WhittleError::ExceedsExcess);
    let uncertain = excess(&world, &alice);
    alice.withdraw(&mut world, QUOTE, uncertain).ok();
}

#[test]
fn a_withdrawal_clears_the_flag_of_an_account_that_is_over_its_target() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 4_000);
    world.move_price(BTC, "38500");
    let keeper = world.keeper("keeper");
    keeper.flag(&mut world, &alice).ok();
    world.move_price(BTC, "41000");
    let done = alice.withdraw(&mut world, QUOTE, 1).ok();
    let event: AccountUnflagged = done.event();
    assert_eq!(event.account, alice.account());
    assert_eq!(world.account_of(&alice).flagged_at, 0);
}
