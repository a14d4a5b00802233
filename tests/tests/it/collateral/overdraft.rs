//! Overdrafts: what they cost, who pays and who gets it. INV-OVERDRAFT: the harness compares what is
//! counted with the exact quotient after every transaction.

use super::{indebted, refresh, rich, set_bank, world, BTC, ONE_SOL, QUOTE, SOL};
use anchor_lang::Discriminator;
use whittle::error::WhittleError;
use whittle::event::InterestCharged;
use whittle::instructions::Assessment;
use whittle::state::Exchange;
use whittle_client::{address, instruction};
use whittle_risk::overdraft::{owed_ceil, SECS_PER_YEAR};
use whittle_risk::Usd;
use whittle_tests::{assert_only_changed, bps, Actor, ExchangeSpec, World, USD};

const YEAR: i64 = SECS_PER_YEAR as i64;

fn cash(world: &World, actor: &Actor) -> i64 {
    world.account_of(actor).cash_usd_atoms
}

/// Interest counted and accrued until now.
fn owed(world: &World, actor: &Actor) -> i64 {
    let mirror = world.mirror();
    let exchange = mirror.exchange().expect("an exchange");
    let account = world.account_of(actor);
    let owed = account.interest_at(exchange.interest_index(world.now()));
    owed.expect("a sum").0
}

#[test]
fn a_year_of_an_overdraft_costs_the_yearly_rate_and_the_pool_gets_it() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let anyone = world.keeper("anyone");
    let before = cash(&world, &alice);
    assert!(before < -500 * USD, "a loss of 2.5 % of 20,000 dollars");
    let so_far = owed(&world, &alice);
    world.pass(YEAR);
    let expected = owed(&world, &alice);
    // Ten percent of it, and a few atoms for the seconds before.
    assert!((expected - so_far + before / 10).abs() <= 2, "{expected}");

    let pool = world.pool().cash_usd_atoms;
    let picture = world.picture();
    let done = anyone.charge_interest(&mut world, &alice).ok();
    let event: InterestCharged = done.event();
    assert_eq!(event.interest_usd_atoms, expected);
    assert_eq!(cash(&world, &alice), before - expected);
    assert_eq!(world.pool().cash_usd_atoms, pool + expected);
    assert_eq!(world.account_of(&alice).interest_usd_atoms, 0);
    // The pool counts what is out.
    assert_eq!(world.pool().overdrafts_usd_atoms, expected - before);
    assert_eq!(event.pool_overdrafts_usd_atoms, expected - before);
    let pool = address::pool();
    assert_only_changed!(picture, world.picture(), [alice.account(), pool]);

    // Charging again at once takes nothing.
    let again: InterestCharged = anyone.charge_interest(&mut world, &alice).ok().event();
    assert_eq!(again.interest_usd_atoms, 0);
}

#[test]
fn equity_falls_as_interest_accrues_and_not_when_it_is_charged() {
    let mut world = world();
    let alice = indebted(&mut world, 500, "39000");
    let assess = |world: &mut World| -> Assessment {
        let account = world.account_of(&alice);
        let instruction = instruction::assess_account(&world.mirror(), alice.held(&account));
        let sent = world.send(&[instruction.expect("known banks")], &[]);
        sent.ok().returned()
    };
    let before = assess(&mut world);
    let so_far = owed(&world, &alice);
    world.pass(YEAR / 12);
    refresh(&mut world, "100", "1");
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let after = assess(&mut world);
    let accrued = owed(&world, &alice) - so_far;
    assert!(accrued > 3 * USD);
    let fallen = before.equity_usd_atoms - after.equity_usd_atoms;
    // The rest is a month of funding, which a long pays who is not alone in the market.
    let account = world.account_of(&alice);
    let off_chain = world.mirror().health(&account, world.now()).expect("known");
    assert_eq!(off_chain.equity.0, after.equity_usd_atoms);
    assert!(fallen >= accrued);

    alice.charge_interest(&mut world, &alice).ok();
    let charged = assess(&mut world);
    assert_eq!(charged.equity_usd_atoms, after.equity_usd_atoms);
    assert_eq!(
        charged.initial_equity_usd_atoms,
        after.initial_equity_usd_atoms
    );
}

#[test]
fn a_deposit_counts_interest_for_the_time_before_it() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let before = cash(&world, &alice);
    let index = world.account_of(&alice).interest_index;
    let so_far = world.account_of(&alice).interest_usd_atoms;
    world.pass(YEAR / 2);
    alice.deposit(&mut world, QUOTE, 1_000_000_000).ok();
    let account = world.account_of(&alice);
    assert!(account.cash_usd_atoms > 0);
    let expected = owed_ceil(Usd(before), index, account.interest_index).expect("a sum");
    assert_eq!(account.interest_usd_atoms, so_far + expected.0);
    // Cash owes nothing.
    world.pass(YEAR / 2);
    assert_eq!(owed(&world, &alice), account.interest_usd_atoms);
}

#[test]
fn nothing_leaves_that_interest_is_owed_from() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    world.pass(YEAR / 12);
    let due = owed(&world, &alice) - cash(&world, &alice);
    let missing = due.unsigned_abs();
    // One atom short of the interest: other collateral stays.
    alice.deposit(&mut world, QUOTE, missing - 1).ok();
    refresh(&mut world, "100", "1");
    let sent = alice.withdraw(&mut world, SOL, ONE_SOL);
    sent.refused(WhittleError::CashOverdrawn);
    alice.deposit(&mut world, QUOTE, 1).ok();
    alice.withdraw(&mut world, SOL, 100 * ONE_SOL).ok();
    // What is there is the interest.
    let interest = owed(&world, &alice);
    assert_eq!(cash(&world, &alice), interest);
    let sent = alice.withdraw(&mut world, QUOTE, 1);
    sent.refused(WhittleError::ExceedsExcess);
    alice.deposit(&mut world, QUOTE, 7).ok();
    let sent = alice.withdraw(&mut world, QUOTE, 8);
    sent.refused(WhittleError::ExceedsExcess);
    alice.withdraw(&mut world, QUOTE, 7).ok();

    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    alice.charge_interest(&mut world, &alice).ok();
    assert_eq!(cash(&world, &alice), 0);
    alice.close(&mut world).ok();
}

#[test]
fn an_account_is_not_closed_while_the_pool_counts_an_overdraft_of_it() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    alice.charge_interest(&mut world, &alice).ok();
    let counted = world.account_of(&alice).overdraft_counted_usd_atoms;
    assert!(counted > 0);
    let missing = cash(&world, &alice).unsigned_abs();
    alice.deposit(&mut world, QUOTE, missing).ok();
    alice.withdraw(&mut world, SOL, 100 * ONE_SOL).ok();
    let account = world.account_of(&alice);
    assert_eq!((account.cash_usd_atoms, account.interest_usd_atoms), (0, 0));
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    alice.charge_interest(&mut world, &alice).ok();
    assert_eq!(world.pool().overdrafts_usd_atoms, 0);
    alice.close(&mut world).ok();
}

#[test]
fn a_booked_deficit_bears_no_interest_and_is_not_charged() {
    let mut world = World::new();
    let alice = world.trader("alice", 2_000_000_000);
    world.trade(&alice, BTC, 5_000);
    let keeper = world.keeper("keeper");
    world.move_price(BTC, "34000");
    keeper.liquidate(&mut world, &alice).ok();
    let account = world.account_of(&alice);
    assert!(account.deficit_usd_atoms > 0 && account.cash_usd_atoms < 0);
    let so_far = owed(&world, &alice);
    world.pass(YEAR);
    assert_eq!(owed(&world, &alice), so_far);
    let sent = keeper.charge_interest(&mut world, &alice);
    sent.refused(WhittleError::AccountInDeficit);
}

#[test]
fn nobody_is_charged_for_an_overdraft_that_nothing_stands_behind() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    let bob = rich(&mut world, "bob");
    // SOL is worth so little that all of it does not cover what she owes.
    refresh(&mut world, "1", "1");
    bob.convert(&mut world, &alice, SOL, u64::MAX).ok();
    let account = world.account_of(&alice);
    assert_eq!(account.used_collaterals().count(), 0);
    assert!(account.cash_usd_atoms < 0);
    world.pass(YEAR);
    let sent = bob.charge_interest(&mut world, &alice);
    sent.refused(WhittleError::NothingBehindOverdraft);
    // A deposit of all that is due is charged.
    let due = owed(&world, &alice) - account.cash_usd_atoms;
    alice.deposit(&mut world, QUOTE, due.unsigned_abs()).ok();
    bob.charge_interest(&mut world, &alice).ok();
    assert_eq!(cash(&world, &alice), 0);
}

#[test]
fn a_rate_over_100_percent_and_an_allowance_under_zero_are_refused() {
    for (rate, allowance, ok) in [
        (bps(10_000), 0, true),
        (bps(10_000) + 1, 0, false),
        (0, -1, false),
        (0, i64::MAX, true),
    ] {
        let mut spec = ExchangeSpec::default();
        spec.params.overdraft.rate_per_year_q32 = rate;
        spec.params.overdraft.allowance_usd_atoms = allowance;
        let sent = World::bare().initialize(&spec);
        if ok {
            sent.ok();
        } else {
            sent.refused(WhittleError::BadExchangeParams);
        }
    }
}

#[test]
fn a_new_rate_holds_from_the_moment_it_is_set() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    alice.charge_interest(&mut world, &alice).ok();
    let before = cash(&world, &alice);
    world.pass(YEAR / 2);
    let half = owed(&world, &alice);
    // Governance doubles it.
    let mut exchange: Exchange = world.read(&address::exchange());
    exchange.accrue_interest(world.now());
    exchange.params.overdraft.rate_per_year_q32 = bps(2_000);
    let mut account = world.raw(&address::exchange()).expect("it").clone();
    account.data = [Exchange::DISCRIMINATOR, bytemuck::bytes_of(&exchange)].concat();
    world.put(address::exchange(), "the exchange", &account);
    assert_eq!(owed(&world, &alice), half);
    world.pass(YEAR / 2);
    // Five percent for the first half of the year, ten for the second.
    let expected = before.abs() * 15 / 100;
    assert!((owed(&world, &alice) - expected).abs() <= 1);
    alice.charge_interest(&mut world, &alice).ok();
}

#[test]
fn a_liquidation_counts_interest_before_it_decides() {
    let mut world = world();
    let alice = indebted(&mut world, 500, "39000");
    let keeper = world.keeper("keeper");
    world.pass(YEAR);
    refresh(&mut world, "10", "1");
    world.republish(BTC);
    world.update(&[BTC]).ok();
    let account = world.account_of(&alice);
    let health = world.mirror().health(&account, world.now()).expect("known");
    // A cent of SOL's price is 80 cents of her equity, which is to be 25 dollars under maintenance:
    // 20 over it without a year's interest of 45 dollars.
    let wanted = health.maintenance.0 - 25 * USD;
    let cents = 1_000 - (health.equity.0 - wanted) / (USD / 100) / 80;
    let price = format!("{}.{:02}", cents / 100, cents % 100);
    refresh(&mut world, &price, "1");
    keeper.flag(&mut world, &alice).ok();
    let counted = world.account_of(&alice).interest_usd_atoms;
    assert!(counted > 40 * USD);
    // After a year without a price there is a minute of grace.
    world.pass(60);
    refresh(&mut world, &price, "1");
    world.republish(BTC);
    world.update(&[BTC]).ok();
    // The harness compares the plan made off chain, which knows the interest, with what happens.
    keeper.liquidate(&mut world, &alice).ok();
    let account = world.account_of(&alice);
    assert!(account.interest_usd_atoms >= counted);
    let receipt = account.receipt;
    assert!(receipt.equity_before_usd_atoms < receipt.maintenance_before_usd_atoms);
    let spared = receipt.equity_before_usd_atoms + account.interest_usd_atoms;
    assert!(spared > receipt.maintenance_before_usd_atoms);
}

#[test]
fn a_full_bank_takes_cash_for_interest() {
    let mut world = world();
    let alice = indebted(&mut world, 0, "39000");
    world.pass(YEAR);
    let overdrawn = cash(&world, &alice).unsigned_abs();
    alice.deposit(&mut world, QUOTE, overdrawn).ok();
    assert_eq!(cash(&world, &alice), 0);
    set_bank(&mut world, QUOTE, |bank| bank.deposit_cap_atoms = 1);
    let interest = owed(&world, &alice).unsigned_abs();
    alice.deposit(&mut world, QUOTE, interest).ok();
    alice.charge_interest(&mut world, &alice).ok();
    let sent = alice.deposit(&mut world, QUOTE, 1);
    sent.refused(WhittleError::DepositCap);
}
