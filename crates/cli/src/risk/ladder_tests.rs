//! A made-up book of four accounts on BTC at 14,000 with lots of 0.00001: 5 % maintenance, a target
//! 10 % over it, no volatility.

use super::*;
use crate::risk::distribution::Distribution;
use crate::session::zeroed;
use whittle::state::Exchange;
use whittle_risk::num::ONE_Q32;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Ratio, Usd};

const NOW: i64 = 1_700_000_000;

fn percent(bps: u32) -> u64 {
    Ratio::from_bps_floor(bps).0
}

fn mirror() -> Mirror {
    let mut exchange = zeroed::<Exchange>();
    let rules = &mut exchange.params;
    rules.call_buffer_q32 = percent(2_000);
    rules.target_buffer_q32 = percent(1_000);
    rules.emergency_q32 = percent(5_000);
    rules.forced_q32 = percent(2_500);
    rules.theta_q32 = percent(6_000);
    rules.bonus_floor_q32 = percent(4);
    rules.bonus_max_q32 = percent(30);
    rules.bonus_ramp_secs = 30;
    rules.confirm_secs = 2;
    rules.flag_lapse_secs = 600;
    let mut market = zeroed::<Market>();
    market.symbol[..8].copy_from_slice(b"BTC-PERP");
    market.lot_exponent = -5;
    market.multiplier_q32 = ONE_Q32;
    market.regime.initial_q32 = ONE_Q32;
    market.regime.ramp_to_q32 = ONE_Q32;
    market.params.breaker.capacity_usd_atoms = i64::MAX;
    market.params.min_close_usd_atoms = 1_000_000;
    market.oracle.accept_secs = 10;
    market.oracle.stale_after_secs = 60;
    market.oracle.kind = 1;
    market.price.price_q32 = 140_000 << 32;
    market.price.publish_time = NOW;
    market.long_lots = 1_000_000;
    market.short_lots = 400_000;
    let tier = Tier {
        upto: Usd(10_000_000_000_000),
        maintenance: Ratio(percent(500)),
        initial: Ratio(percent(1_000)),
    };
    let table = TierTable::new(&[tier]).unwrap();
    market.set_tier_table(&table).unwrap();
    let mut mirror = Mirror::default();
    mirror.set_exchange(exchange);
    mirror.set_market(market);
    mirror
}

/// `lots` bought or sold at 14,000, with so many dollars of cash.
fn account(key: u8, lots: i64, cash: i64) -> (Pubkey, MarginAccount) {
    let mut account = zeroed::<MarginAccount>();
    account.cash_usd_atoms = cash * 1_000_000;
    account.positions[0].lots = lots;
    account.positions[0].entry_usd_atoms = lots * 140_000;
    (Pubkey::new_from_array([key; 32]), account)
}

fn book() -> Vec<(Pubkey, MarginAccount)> {
    vec![
        // 10 BTC for 140,000 USD with 20,000 of cash; then with 40,000; 4 BTC short; nothing.
        account(1, 1_000_000, 20_000),
        account(2, 1_000_000, 40_000),
        account(3, -400_000, 10_000),
        account(4, 0, 500),
    ]
}

fn ladder() -> Ladder {
    let mirror = mirror();
    let market = mirror.market(0).unwrap();
    let range = Range {
        from_bps: -3_000,
        to_bps: 3_000,
        step_bps: 1_000,
    };
    Ladder::new(&mirror, &book(), market, range, NOW).unwrap()
}

#[test]
fn a_ladder_shows_what_liquidates_at_which_price() {
    let text = ladder().report(false).text;
    assert_eq!(text, "");
}

#[test]
fn the_chart_of_a_ladder_is_drawn_from_its_rungs() {
    let text = ladder().report(true).text;
    assert_eq!(text, "");
}

#[test]
fn a_rung_names_the_accounts_that_it_adds() {
    let ladder = ladder();
    let named: Vec<(i64, Vec<u8>)> = ladder
        .rungs
        .iter()
        .map(|rung| {
            let keys = rung.new.iter().map(|key| key.to_bytes()[0]);
            (rung.change_bps, keys.collect())
        })
        .collect();
    assert_eq!(
        named,
        [
            (-3_000, vec![2]),
            (-2_000, vec![]),
            (-1_000, vec![1]),
            (0, vec![]),
            (1_000, vec![]),
            (2_000, vec![3]),
            (3_000, vec![]),
        ]
    );
}

#[test]
fn the_price_of_maintenance_is_where_the_state_changes() {
    let mirror = mirror();
    for (_, account) in &book()[..3] {
        let find = |worst| what_if::boundary(&mirror, account, NOW, 0, worst).unwrap();
        let price = find(State::Liquidatable);
        let away = if account.positions[0].lots > 0 { 1 } else { -1 };
        let state = |price: u64| {
            let there = what_if::at_price(&mirror, 0, price, NOW).unwrap();
            there.state(account, NOW).unwrap()
        };
        assert_eq!(state(price), State::Liquidatable);
        assert_eq!(state(price.saturating_add_signed(away)), State::MarginCall);
    }
    // 140,000 - 20,000 = 0.95 * 10 p.
    let (_, account) = &book()[0];
    let price = what_if::boundary(&mirror, account, NOW, 0, State::Liquidatable).unwrap();
    assert_eq!(show::price(price, -5), "12_631.58");
}

#[test]
fn a_token_of_the_same_feed_moves_along() {
    let mut mirror = mirror();
    let mut bank = zeroed::<whittle::state::Bank>();
    bank.index = 1;
    bank.oracle.kind = 1;
    bank.price.price_q32 = 1_000;
    mirror.set_bank(bank);
    bank.index = 2;
    bank.oracle.key = [9; 32];
    mirror.set_bank(bank);
    let there = what_if::at_price(&mirror, 0, 70_000 << 32, NOW).unwrap();
    let price = |index| there.bank(index).unwrap().price.price_q32;
    assert_eq!((price(1), price(2)), (500, 1_000));
}

#[test]
fn ends_of_a_range_are_always_among_its_prices() {
    let changes = |from_bps, to_bps, step_bps| {
        let range = Range {
            from_bps,
            to_bps,
            step_bps,
        };
        range.changes()
    };
    assert_eq!(changes(-500, 500, 250), [-500, -250, 0, 250, 500]);
    assert_eq!(changes(-300, 700, 250), [-300, -250, 0, 250, 500, 700]);
    assert_eq!(changes(100, 200, 1_000), [100, 200]);
}

#[test]
fn a_distribution_counts_accounts_by_equity_over_maintenance() {
    let found = Distribution::new(&mirror(), &book(), NOW).unwrap();
    assert_eq!(found.report().text, "");
}
