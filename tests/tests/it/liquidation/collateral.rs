//! Accounts that stand on other tokens than the quote token.

use super::{Scene, BTC, LOTS, LOW};
use whittle::error::WhittleError;
use whittle::event::AccountUnflagged;
use whittle_risk::health::State;
use whittle_risk::liquidation::Kind;
use whittle_tests::{BankSpec, MarketSpec, World, USDC};

const SOL: u16 = 1;
const PYUSD: u16 = 2;
/// SOL has nine decimals.
const SOLS: u64 = 1_000_000_000;

/// Alice has 300 dollars in cash, 50 SOL (4,000 dollars after the haircut) and 1,200 PYUSD (1,140),
/// and is long BTC.
fn scene() -> Scene {
    let mut world = World::with_markets(&[MarketSpec::default()]);
    world.list_bank(&BankSpec::sol()).ok();
    world.list_bank(&BankSpec::pyusd()).ok();
    let keeper = world.keeper("keeper");
    let alice = world.trader("alice", 300 * USDC);
    for (bank, amount) in [(SOL, 50 * SOLS), (PYUSD, 1_200 * USDC)] {
        let mint = world.bank(bank).mint;
        world.give(&alice, &mint, amount);
        alice.deposit(&mut world, bank, amount).ok();
    }
    world.trade(&alice, BTC, LOTS);
    Scene {
        world,
        alice,
        keeper,
    }
}

impl Scene {
    fn bank_price(&mut self, bank: u16, price: &str) {
        self.world.pass(1);
        self.world.publish_bank(bank, price);
        self.world.update_banks(&[bank]).ok();
    }
}

#[test]
fn losses_drive_cash_below_zero_while_other_collateral_stands_behind_it() {
    let mut scene = scene();
    scene.price(LOW);
    assert_eq!(scene.state(), State::Liquidatable);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert!(scene.cash() < 0);
    let account = scene.world.account_of(&scene.alice);
    assert_eq!(account.deficit_usd_atoms, 0);
    let held: Vec<_> = account.used_collaterals().collect();
    assert_eq!(held.len(), 2);
    assert_eq!(held[0].amount_atoms, 50 * SOLS);
    assert_eq!(held[1].amount_atoms, 1_200 * USDC);
    assert_eq!(scene.state(), State::MarginCall);
}

#[test]
fn a_stablecoin_counts_for_its_peg_at_most() {
    let mut scene = scene();
    let at_one = scene.health().equity.0;
    let mut at = |price| {
        scene.bank_price(PYUSD, price);
        scene.health().equity.0
    };
    let (above, far_above) = (at("1.05"), at("2"));
    assert_eq!(above, far_above);
    // At one dollar it counts for two basis points of doubt less: 0.0002 * 1,200 * 0.95.
    assert!((above - at_one - 228_000).abs() <= 1);
    // At half a dollar it counts for a step of the guard less: 600 * 0.9998 * 0.9 instead of
    // 1,200 * 0.9998 * 0.95.
    let half = at("0.5");
    assert!((at_one - half - (1_139_772_000 - 539_892_000)).abs() <= 1);
}

/// INV-PEG.
#[test]
fn a_stablecoin_over_its_peg_does_not_save_an_account() {
    let mut scene = scene();
    scene.price(LOW);
    scene.bank_price(PYUSD, "1.50");
    assert_eq!(scene.state(), State::Liquidatable);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
}

#[test]
fn a_stablecoin_that_loses_its_peg_makes_an_account_liquidatable() {
    let mut scene = scene();
    scene.price("39200");
    scene.cannot_flag(WhittleError::AccountHealthy);
    scene.bank_price(PYUSD, "0.5");
    assert_eq!(scene.state(), State::Liquidatable);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
    assert!(scene.lots(BTC) < LOTS);
}

#[test]
fn collateral_that_falls_makes_an_account_liquidatable() {
    let mut scene = scene();
    scene.bank_price(SOL, "40");
    assert_eq!(scene.state(), State::Liquidatable);
    let event = scene.flag_and_liquidate();
    assert_eq!(event.receipt.kind, Kind::Exact as u8);
}

#[test]
fn collateral_with_a_stale_price_counts_for_the_account_and_blocks_nothing() {
    let mut scene = scene();
    scene.price("38700");
    let fresh = scene.health().equity;
    scene.world.pass(100);
    scene.world.republish(BTC);
    scene.world.update(&[BTC]).ok();
    assert!(scene.health().equity > fresh);
    scene.flag();
    scene.again(2);
    scene.liquidate();
    assert_eq!(scene.receipt().kind, Kind::Exact as u8);
    assert!(scene.lots(BTC) < LOTS);
}

impl Scene {
    /// So many seconds later BTC alone publishes the same price again.
    fn position_again(&mut self, secs: i64) {
        self.world.pass(secs);
        self.world.republish(BTC);
        self.world.update(&[BTC]).ok();
    }
}

/// INV-HEALTHY. One print of a token's price is not seen twice by waiting for another one of BTC.
#[test]
fn a_wick_of_a_tokens_price_alone_never_liquidates() {
    let mut scene = scene();
    scene.bank_price(SOL, "40");
    scene.flag();
    scene.position_again(2);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    // It reverts, and what was asked for is to take the flag back.
    scene.bank_price(SOL, "100");
    let _: AccountUnflagged = scene.liquidate().event();
    assert_eq!(scene.lots(BTC), LOTS);
}

#[test]
fn a_tokens_price_confirms_as_a_positions_does() {
    let mut scene = scene();
    scene.bank_price(SOL, "40");
    scene.flag();
    scene.position_again(2);
    let seen = scene.world.account_of(&scene.alice).flag_publish_time;
    // PYUSD published before the flag: it, too, has to speak again.
    for (bank, price) in [(SOL, "40"), (PYUSD, "1")] {
        scene.cannot_liquidate(WhittleError::NotConfirmed);
        scene.world.publish_bank(bank, price);
        scene.world.update_banks(&[bank]).ok();
    }
    assert!(scene.world.bank(SOL).price.publish_time >= seen + 2);
    scene.liquidate();
    assert!(scene.lots(BTC) < LOTS);
}

/// The newest price at the flag may be a token's.
#[test]
fn what_a_flag_saw_of_a_token_has_to_be_outlived_by_positions() {
    let mut scene = scene();
    scene.price(LOW);
    scene.world.pass(5);
    scene.bank_price(SOL, "99");
    scene.flag();
    let account = scene.world.account_of(&scene.alice);
    let token = scene.world.bank(SOL).price.publish_time;
    assert_eq!(account.flag_publish_time, token);
    assert!(scene.world.market(BTC).price.publish_time < token);
}

/// A token that falls silent holds up a liquidation no longer than until its price is stale, and an
/// emergency not at all.
#[test]
fn a_silent_token_holds_up_a_liquidation_until_its_price_is_shifted() {
    let mut scene = scene();
    scene.bank_price(SOL, "40");
    scene.bank_price(PYUSD, "1");
    scene.flag();
    let limit = scene.world.bank(SOL).oracle.stale_after_secs;
    scene.position_again(i64::from(limit) - 5);
    scene.cannot_liquidate(WhittleError::NotConfirmed);
    scene.price("36500");
    assert!(scene.state() >= State::Emergency);
    scene.liquidate();
}

#[test]
fn an_account_can_be_insolvent_and_hold_tokens_all_the_same() {
    let mut scene = scene();
    scene.price("37000");
    assert_eq!(scene.state(), State::Insolvent);
    let missing = -scene.health().equity.0;
    scene.liquidate();
    let account = scene.world.account_of(&scene.alice);
    assert_eq!(account.deficit_usd_atoms, missing);
    // Cash lacks what the tokens do not cover and what they do.
    assert!(account.cash_usd_atoms < -missing);
    let Scene { world, alice, .. } = &mut scene;
    alice
        .withdraw(world, SOL, SOLS)
        .refused(WhittleError::AccountInDeficit);
    // The deficit counts until cash covers it, whatever the tokens are worth.
    alice.settle(world, &[BTC]).ok();
    assert_eq!(world.account_of(alice).deficit_usd_atoms, missing);
}
