//! While the insurance fund is drawn, each account may withdraw a quarter of its excess a day.

use super::{WhittleError, BTC, LOTS, USD};
use crate::liquidation::CASH;
use whittle::event::ToppedUp;
use whittle::state::recovery::RecoveryPlan;
use whittle::state::InsuranceFund;
use whittle_client::address;
use whittle_tests::{bps, Actor, BankSpec, World, USDC};

const DAY: i64 = 86_400;
const SOL: u16 = 1;

/// New risk waits for a day from now.
fn draw(world: &mut World) {
    let until = world.now() + DAY;
    world.forge::<InsuranceFund>(address::insurance(), |fund| fund.drawn_until = until);
}

fn again(world: &mut World, secs: i64) {
    world.pass(secs);
    world.republish(BTC);
    world.update(&[BTC]).ok();
}

/// An exchange with SOL at 100 dollars, of which 80 count, and Bob with 10,000 dollars.
fn scene() -> (World, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    let bob = world.trader("bob", 10_000 * USDC);
    (world, bob)
}

#[track_caller]
fn slowed(world: &mut World, actor: &Actor, bank: u16, amount: u64) {
    let sent = actor.withdraw(world, bank, amount);
    sent.refused(WhittleError::WithdrawalsSlowed);
}

#[test]
fn an_account_without_positions_withdraws_a_quarter_in_a_day_and_not_an_atom_more() {
    let (mut world, bob) = scene();
    bob.withdraw(&mut world, 0, 2_000 * USDC).ok();
    // Without a drawdown nothing is written.
    assert_eq!(world.account_of(&bob).allowance_began_at, 0);
    draw(&mut world);
    slowed(&mut world, &bob, 0, 2_000 * USDC + 1);
    assert_eq!(world.account_of(&bob).allowance_began_at, 0);
    bob.withdraw(&mut world, 0, 500 * USDC).ok();
    let account = world.account_of(&bob);
    assert_eq!(account.allowance_began_at, world.now());
    assert_eq!(account.allowance_used_usd_atoms, 500 * USD);
    slowed(&mut world, &bob, 0, 1_500 * USDC + 1);
    bob.withdraw(&mut world, 0, 1_500 * USDC).ok();
    slowed(&mut world, &bob, 0, 1);
    // Somebody else's share is his own.
    let carol = world.trader("carol", 100 * USDC);
    carol.withdraw(&mut world, 0, 25 * USDC).ok();
    slowed(&mut world, &carol, 0, 1);
}

#[test]
fn the_day_after_the_first_withdrawal_has_an_allowance_of_its_own() {
    let (mut world, bob) = scene();
    draw(&mut world);
    world.pass(DAY - 10);
    bob.withdraw(&mut world, 0, 2_500 * USDC).ok();
    // Another drawdown follows, and what is left of the day has nothing left.
    draw(&mut world);
    world.pass(DAY - 1);
    slowed(&mut world, &bob, 0, 1);
    draw(&mut world);
    world.pass(1);
    // A quarter of 7,500.
    slowed(&mut world, &bob, 0, 1_875 * USDC + 1);
    bob.withdraw(&mut world, 0, 1_875 * USDC).ok();
    slowed(&mut world, &bob, 0, 1);
}

#[test]
fn when_the_drawdown_is_over_all_of_the_excess_may_leave() {
    let (mut world, bob) = scene();
    draw(&mut world);
    bob.withdraw(&mut world, 0, 2_500 * USDC).ok();
    slowed(&mut world, &bob, 0, 1);
    world.pass(DAY);
    bob.withdraw(&mut world, 0, 7_500 * USDC).ok();
}

#[test]
fn what_a_position_needs_is_not_counted_as_excess() {
    let (mut world, bob) = scene();
    world.trade(&bob, BTC, LOTS);
    draw(&mut world);
    again(&mut world, 1);
    let account = world.account_of(&bob);
    let excess = world.mirror().excess(&account, world.now());
    let quarter = excess.expect("an excess").magnitude() / 4;
    assert!(
        quarter > 1_000 * USDC && quarter < 1_250 * USDC,
        "{quarter}"
    );
    slowed(&mut world, &bob, 0, quarter + 2);
    bob.withdraw(&mut world, 0, quarter - 1).ok();
    slowed(&mut world, &bob, 0, 3);
    // A reduction is free, and of what it frees as much may leave as of the rest.
    world.reduce(&bob, BTC, -LOTS);
    let account = world.account_of(&bob);
    let used = account.allowance_used_usd_atoms;
    let left = (account.cash_usd_atoms + used) / 4 - used;
    let left = u64::try_from(left).expect("something");
    assert!(left > 1_000 * USDC, "{left}");
    slowed(&mut world, &bob, 0, left + 1);
    bob.withdraw(&mut world, 0, left).ok();
}

#[test]
fn tokens_count_for_what_health_counts_them_for_at_whatever_age_of_their_price() {
    let (mut world, bob) = scene();
    let mint = world.bank(SOL).mint;
    let sol = 1_000_000_000;
    world.give(&bob, &mint, 50 * sol);
    bob.deposit(&mut world, SOL, 50 * sol).ok();
    draw(&mut world);
    // 50 SOL of which 4,000 dollars count: 1,000 dollars of them a day, at 80 dollars or a little less,
    // for a token counts at its price less its confidence.
    slowed(&mut world, &bob, SOL, 13 * sol);
    bob.withdraw(&mut world, SOL, 12 * sol).ok();
    let used = world.account_of(&bob).allowance_used_usd_atoms;
    assert!((959 * USD..=960 * USD).contains(&used), "{used}");
    // Nobody caches a newer price: that frees nothing and locks nothing up.
    world.pass(3_600);
    slowed(&mut world, &bob, SOL, sol);
    bob.withdraw(&mut world, SOL, sol / 4).ok();
    // Of his cash he may take as much as if those dollars had been cash: a quarter, less what left.
    let used = world.account_of(&bob).allowance_used_usd_atoms;
    let left = (10_000 * USD + used) / 4 - used;
    let left = u64::try_from(left).expect("something");
    slowed(&mut world, &bob, 0, left + 1);
    bob.withdraw(&mut world, 0, left).ok();
    slowed(&mut world, &bob, SOL, sol / 1_000);
}

/// INV-DRAWN. A token that is not what others run for would leave again when the drawdown is over.
#[test]
fn paying_in_another_token_does_not_let_the_cash_out() {
    let (mut world, bob) = scene();
    let mint = world.bank(SOL).mint;
    let sol = 1_000_000_000;
    draw(&mut world);
    // 375 SOL count for almost 30,000 dollars.
    world.give(&bob, &mint, 375 * sol);
    bob.deposit(&mut world, SOL, 375 * sol).ok();
    slowed(&mut world, &bob, 0, 10_000 * USDC);
    slowed(&mut world, &bob, 0, 2_500 * USDC + 1);
    // Nor does taking a little of it first.
    bob.withdraw(&mut world, SOL, sol).ok();
    slowed(&mut world, &bob, 0, 2_500 * USDC);
    bob.withdraw(&mut world, 0, 2_400 * USDC).ok();
    slowed(&mut world, &bob, 0, 100 * USDC);
}

/// INV-DRAWN.
#[test]
fn of_cash_that_is_paid_in_less_comes_out_again_than_went_in() {
    let (mut world, bob) = scene();
    draw(&mut world);
    bob.withdraw(&mut world, 0, 2_500 * USDC).ok();
    let mint = world.bank(0).mint;
    world.give(&bob, &mint, 4_000 * USDC);
    bob.deposit(&mut world, 0, 4_000 * USDC).ok();
    slowed(&mut world, &bob, 0, 1_000 * USDC + 1);
    bob.withdraw(&mut world, 0, 1_000 * USDC).ok();
    slowed(&mut world, &bob, 0, 1);
}

#[test]
fn another_account_in_place_of_the_fund_is_refused() {
    let (mut world, bob) = scene();
    draw(&mut world);
    let quote = world.bank(0);
    let receiver = bob.wallet(&quote.mint);
    let account = world.account_of(&bob);
    let mirror = world.mirror();
    let withdraw =
        whittle_client::instruction::withdraw(&mirror, bob.held(&account), receiver, &quote, 1);
    let withdraw = withdraw.expect("known banks");
    for key in [address::pool(), bob.account(), bob.address()] {
        let wrong = crate::altered::with_account(withdraw.clone(), 8, key);
        world
            .send_as(&bob, wrong)
            .refused(WhittleError::WrongAccount);
    }
    world.send_as(&bob, withdraw).ok();
}

/// Bob's BTC, at 39,200, is under the trigger of his plan, whose target he cannot reach. He has 10,000
/// dollars more in a reserve.
fn scene_with_reserve() -> (World, Actor, Actor) {
    let mut world = World::new();
    let bob = world.trader("bob", CASH);
    let reserve = bob.sub(1);
    reserve.open(&mut world).ok();
    let quote = world.bank(0).mint;
    world.give(&reserve, &quote, 10_000 * USDC);
    reserve.deposit(&mut world, 0, 10_000 * USDC).ok();
    reserve.be_reserve(&mut world, true).ok();
    world.trade(&bob, BTC, LOTS);
    world.keeper("keeper");
    let plan = RecoveryPlan {
        trigger_q32: bps(11_500),
        target_q32: bps(40_000),
        fee_max_q32: 0,
    };
    bob.plan_recovery(&mut world, plan).ok();
    world.move_price(BTC, "39200");
    draw(&mut world);
    (world, bob, reserve)
}

/// What `most` moves out of the reserve.
fn top_up(world: &mut World, bob: &Actor, reserve: &Actor, most: i64) -> i64 {
    let keeper = Actor::named("keeper");
    let moved: ToppedUp = keeper.top_up(world, bob, reserve, most).ok().event();
    moved.amount_usd_atoms
}

/// INV-DRAWN.
#[test]
fn cash_that_could_not_leave_a_reserve_cannot_leave_the_account_that_it_rescues() {
    let (mut world, bob, reserve) = scene_with_reserve();
    reserve.withdraw(&mut world, 0, 2_500 * USDC).ok();
    slowed(&mut world, &reserve, 0, 1);
    let moved = top_up(&mut world, &bob, &reserve, i64::MAX);
    assert_eq!(moved, 7_500 * USD);
    assert_eq!(world.account_of(&bob).allowance_used_usd_atoms, 2_500 * USD);
    slowed(&mut world, &bob, 0, 1);
}

/// INV-DRAWN. Whatever moves, and in how many calls, no more leaves than could before.
#[test]
fn a_reserve_and_the_account_that_it_rescues_have_the_allowance_of_one() {
    let (mut world, bob, reserve) = scene_with_reserve();
    reserve.withdraw(&mut world, 0, 1_000 * USDC).ok();
    for most in [50 * USD, 4_450 * USD] {
        assert_eq!(top_up(&mut world, &bob, &reserve, most), most);
    }
    // Half of the 9,000 dollars that were left has moved, and half of the 1,500 that could still leave.
    let used = [&bob, &reserve].map(|it| world.account_of(it).allowance_used_usd_atoms);
    assert_eq!(used[0] + used[1], 1_000 * USD);
    assert!((used[0] - 500 * USD).abs() <= 3, "{used:?}");
    slowed(&mut world, &reserve, 0, 750 * USDC + 10);
    reserve.withdraw(&mut world, 0, 750 * USDC - 10).ok();
    slowed(&mut world, &bob, 0, 750 * USDC);
    // In BTC he needs some of what came.
    bob.withdraw(&mut world, 0, 100 * USDC).ok();
}

/// What left in a day that is over does not count in the account either.
#[test]
fn a_reserve_brings_nothing_of_a_day_that_is_over() {
    let (mut world, bob, reserve) = scene_with_reserve();
    reserve.withdraw(&mut world, 0, 2_500 * USDC).ok();
    world.pass(DAY);
    world.move_price(BTC, "39200");
    draw(&mut world);
    top_up(&mut world, &bob, &reserve, 5_000 * USD);
    assert_eq!(world.account_of(&bob).allowance_used_usd_atoms, 0);
    bob.withdraw(&mut world, 0, 100 * USDC).ok();
}

/// INV-DRAWN. What left may have been of the tokens, and they stay.
#[test]
fn a_reserve_that_holds_a_token_keeps_what_it_has_used_when_its_cash_moves() {
    let (mut world, bob, reserve) = scene_with_reserve();
    world.list_bank(&BankSpec::sol()).ok();
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    let (mint, one) = (world.bank(SOL).mint, 1_000_000_000);
    world.give(&reserve, &mint, 100 * one);
    reserve.deposit(&mut world, SOL, 100 * one).ok();
    reserve.withdraw(&mut world, 0, 2_500 * USDC).ok();
    let used = world.account_of(&reserve).allowance_used_usd_atoms;
    let moved = top_up(&mut world, &bob, &reserve, i64::MAX);
    assert_eq!(moved, 7_500 * USD);
    for account in [&reserve, &bob] {
        let now = world.account_of(account).allowance_used_usd_atoms;
        assert_eq!(now, used);
    }
    // A hundred SOL count for 8,000 dollars, of which a quarter of 10,500 less 2,500 may leave: 125.
    slowed(&mut world, &reserve, SOL, 2 * one);
    reserve.withdraw(&mut world, SOL, one).ok();
}
