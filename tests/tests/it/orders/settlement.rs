//! Where the money of a fill goes.

use super::{filled, keeper, killed, reduce_at, trade_at, world_with, BTC};
use whittle::error::WhittleError;
use whittle::event::DeficitBooked;
use whittle_client::address;
use whittle_risk::Ratio;
use whittle_tests::{assert_only_changed, bps, World, USD, USDC};

#[test]
fn fees_go_to_the_lines_of_pool_and_insurance_and_the_reward_to_who_fills() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let before = world.market(BTC);
    let event = filled(trade_at(&mut world, &alice, BTC, 500, "40000"));
    let (after, account) = (world.market(BTC), world.account_of(&alice));
    let entry = account.positions[0].entry_usd_atoms;
    let fee = Ratio(bps(6))
        .of_ceil(entry.unsigned_abs())
        .expect("a fee")
        .0;
    assert_eq!(event.fee_usd_atoms, fee);
    let insured = after.insurance_line_usd_atoms - before.insurance_line_usd_atoms;
    let pooled = after.pool_line_usd_atoms - before.pool_line_usd_atoms;
    let tenth = Ratio(bps(1_000))
        .of_floor(fee.unsigned_abs())
        .expect("a share");
    assert_eq!((insured, pooled), (tenth.0, fee - tenth.0));
    let reward = USD / 100;
    assert_eq!(event.reward_usd_atoms, reward);
    assert_eq!(account.cash_usd_atoms, 1_000 * USD - fee - reward);
    let keeper = keeper(&mut world);
    assert_eq!(world.account_of(&keeper).cash_usd_atoms, reward);
}

#[test]
fn a_fill_writes_two_accounts_and_the_market() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let keeper = keeper(&mut world);
    alice.place(&mut world, BTC, 500).ok();
    super::come_due(&mut world, BTC, "40000");
    let before = world.picture();
    keeper.fill(&mut world, &alice, 0).ok();
    assert_only_changed!(
        before,
        world.picture(),
        [alice.account(), keeper.account(), address::market(BTC)]
    );
}

#[test]
fn an_account_worth_less_than_nothing_pays_no_reward_for_a_reduction() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    filled(trade_at(&mut world, &alice, BTC, 4_000, "40000"));
    let event = filled(trade_at(&mut world, &alice, BTC, -2_000, "36000"));
    assert!(event.equity_usd_atoms < -USD);
    assert_eq!(event.reward_usd_atoms, 0);
}

#[test]
fn opening_and_closing_pay_their_own_fee_on_their_own_part() {
    let mut world = world_with(|it| {
        it.params.open_fee_q32 = bps(10);
        it.params.close_fee_q32 = bps(20);
    });
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    // 500 lots closed at 20 basis points and 300 opened at 10, each of about four dollars.
    let event = filled(trade_at(&mut world, &alice, BTC, -800, "40000"));
    let about = 4 * USD + 6 * USD / 5;
    assert!((event.fee_usd_atoms - about).abs() < USD / 500, "{event:?}");
}

#[test]
fn profit_comes_from_the_pools_line_and_loss_goes_into_it() {
    for (price, sign) in [("41000", 1), ("39000", -1)] {
        let mut world = World::new();
        let alice = world.trader("alice", 1_000 * USDC);
        world.trade(&alice, BTC, 500);
        let (line, cash) = (
            world.market(BTC).pool_line_usd_atoms,
            world.account_of(&alice).cash_usd_atoms,
        );
        let event = filled(reduce_at(&mut world, &alice, BTC, -500, price));
        assert_eq!(event.profit_usd_atoms.signum(), sign);
        let costs = event.fee_usd_atoms + event.reward_usd_atoms;
        let account = world.account_of(&alice);
        // Funding of a few seconds is the only other thing that moved.
        let got = account.cash_usd_atoms - cash;
        let funding = event.profit_usd_atoms - costs - got;
        assert!((0..10).contains(&funding), "{funding}");
        let insured = Ratio(bps(1_000)).of_floor(event.fee_usd_atoms.unsigned_abs());
        let fee = event.fee_usd_atoms - insured.expect("a share").0;
        let moved = world.market(BTC).pool_line_usd_atoms - line;
        assert_eq!(moved, fee - event.profit_usd_atoms + funding);
        assert_eq!(account.used_positions().count(), 0);
    }
}

#[test]
fn profit_beyond_the_pools_line_becomes_a_claim_that_stays_after_the_position() {
    let mut world = world_with(|it| it.params.pool_line_target_usd_atoms = 0);
    let alice = world.trader("alice", 1_000 * USDC);
    world.trade(&alice, BTC, 500);
    let line = world.market(BTC).pool_line_usd_atoms;
    assert!(line < 2 * USD, "{line}");
    let event = filled(reduce_at(&mut world, &alice, BTC, -500, "44000"));
    let position = world.account_of(&alice).positions[0];
    assert_eq!(position.lots, 0);
    let unpaid = event.profit_usd_atoms - position.claim_usd_atoms;
    // Funding came into the line before.
    assert!((line..line + 10).contains(&unpaid), "{unpaid} of {line}");
    let market = world.market(BTC);
    assert_eq!(market.claims_unpaid_usd_atoms, position.claim_usd_atoms);
    // What a claim promises counts as equity, and a position with one is not gone.
    let equity = world.account_of(&alice).cash_usd_atoms + position.claim_usd_atoms;
    assert_eq!(event.equity_usd_atoms, equity);
    let sent = alice.close(&mut world);
    sent.refused(WhittleError::AccountNotEmpty);
    world.settle_markets(&[BTC]).ok();
    alice.settle(&mut world, &[BTC]).ok();
    let account = world.account_of(&alice);
    assert_eq!(account.cash_usd_atoms, equity);
    assert_eq!(account.used_positions().count(), 0);
}

#[test]
fn entry_is_what_all_lots_cost_and_a_close_takes_its_share_rounded_down() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    filled(trade_at(&mut world, &alice, BTC, 300, "40000"));
    let first = world.account_of(&alice).positions[0].entry_usd_atoms;
    let event = filled(trade_at(&mut world, &alice, BTC, 401, "40500"));
    let both = world.account_of(&alice).positions[0].entry_usd_atoms;
    let cost = (u128::from(event.fill_price_q32) * 401).div_ceil(1 << 32);
    assert_eq!(
        i128::from(both - first),
        i128::try_from(cost).expect("a sum")
    );
    filled(reduce_at(&mut world, &alice, BTC, -100, "40500"));
    let left = world.account_of(&alice).positions[0];
    let share = i128::from(both) * 100 / 701;
    assert_eq!(i128::from(left.entry_usd_atoms), i128::from(both) - share);
    assert_eq!(left.lots, 601);
    let market = world.market(BTC);
    assert_eq!(market.long_lots, 601);
    assert_eq!(market.long_entry_usd_atoms, left.entry_usd_atoms);
}

#[test]
fn open_interest_is_the_sum_of_both_sides_and_empty_at_the_end() {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let bob = world.trader("bob", 1_000 * USDC);
    let carol = world.trader("carol", 1_000 * USDC);
    for (trader, lots) in [(&alice, 300), (&bob, -77), (&carol, 411), (&bob, 200)] {
        filled(trade_at(&mut world, trader, BTC, lots, "40000"));
    }
    let market = world.market(BTC);
    assert_eq!((market.long_lots, market.short_lots), (300 + 411 + 123, 0));
    for (trader, lots) in [(&alice, -300), (&bob, -123), (&carol, -411)] {
        filled(reduce_at(&mut world, trader, BTC, lots, "40500"));
    }
    let market = world.market(BTC);
    assert_eq!((market.long_lots, market.long_entry_usd_atoms), (0, 0));
    assert_eq!((market.short_lots, market.short_entry_usd_atoms), (0, 0));
}

#[test]
fn a_close_that_leaves_a_debt_books_a_deficit_and_bars_the_account() {
    let mut world = World::new();
    let alice = world.trader("alice", 120 * USDC);
    world.trade(&alice, BTC, 500);
    // 120 dollars of equity and a loss of 195.
    let mut args = alice.order(&world, -500);
    args.reduce_only = true;
    alice.place_with(&mut world, BTC, args).ok();
    alice.place(&mut world, BTC, 100).ok();
    super::come_due(&mut world, BTC, "36100");
    let keeper = keeper(&mut world);
    let done = keeper.fill(&mut world, &alice, 0).ok();
    let event: DeficitBooked = done.event();
    let account = world.account_of(&alice);
    assert_eq!(account.deficit_usd_atoms, -account.cash_usd_atoms);
    assert_eq!(event.deficit_usd_atoms, account.deficit_usd_atoms);
    assert_eq!(world.market(BTC).deficit_usd_atoms, event.deficit_usd_atoms);

    killed(&mut world, &alice, 1, WhittleError::AccountInDeficit);
    let sent = alice.place(&mut world, BTC, 100);
    sent.refused(WhittleError::AccountInDeficit);
    let quote = world.bank(0).mint;
    world.give(&alice, &quote, 500 * USDC);
    alice.deposit(&mut world, 0, 500 * USDC).ok();
    let sent = alice.withdraw(&mut world, 0, USDC);
    sent.refused(WhittleError::AccountInDeficit);
    alice.settle(&mut world, &[BTC]).ok();
    alice.withdraw(&mut world, 0, USDC).ok();
    filled(trade_at(&mut world, &alice, BTC, 100, "36100"));
}
