//! The made-up exchange of the client's tests, with a pool, as a page would have loaded it.

use crate::book::Book;
use anchor_lang::prelude::Pubkey;
use anchor_lang::Event as _;
use whittle::event::{LiquidatedLeg, MarketUpdated, PartiallyLiquidated};
use whittle::state::governance::MarketGuard;
use whittle::state::proposal::Change;
use whittle::state::{Bank, InsuranceFund, Pool, Proposal, Receipt};
use whittle_client::preview::fixtures::{self, mirror, zeroed};
use whittle_client::{address, decode, event};

pub(crate) use whittle_client::preview::fixtures::NOW;

/// Every account of it.
pub(crate) fn book() -> Book {
    let mut book = Book::default();
    let mirror = mirror();
    let mut rules = *mirror.exchange().unwrap();
    rules.params.order_delay_secs = 2;
    rules.params.order_life_secs = 60;
    rules.params.fill_reward_usd_atoms = 10_000;
    rules.market_count = 1;
    rules.bank_count = 1;
    book.take(address::exchange(), &decode::bytes(&rules));
    let mut market = *mirror.market(0).unwrap();
    market.long_entry_usd_atoms = 140_000_000_000;
    market.short_entry_usd_atoms = 56_000_000_000;
    market.params.open_interest_cap_usd_atoms = 1_000_000_000_000;
    market.params.crowding.open_interest_share_q32 = 1 << 32;
    market.guard = MarketGuard::NONE;
    market.pool_value_seen_usd_atoms = 1_000_000_000_000;
    market.params.skew_scale_usd_atoms = 10_000_000_000_000;
    market.params.open_fee_q32 = whittle_risk::Ratio::from_bps_floor(5).0;
    market.params.close_fee_q32 = market.params.open_fee_q32;
    book.take(address::market(0), &decode::bytes(&market));
    let mut bank = zeroed::<Bank>();
    bank.decimals = 6;
    bank.deposits_atoms = 1_000_000_000_000;
    bank.deposit_cap_atoms = u64::MAX;
    book.take(address::bank(&bank.mint), &decode::bytes(&bank));
    let mut pool = zeroed::<Pool>();
    pool.share_mint = address::share_mint();
    pool.cash_usd_atoms = 500_000_000_000;
    pool.params.withdraw_limit_usd_atoms = 50_000_000_000;
    book.take(address::pool(), &decode::bytes(&pool));
    let mut mint = vec![0; 82];
    mint[36..44].copy_from_slice(&400_000_000_000u64.to_le_bytes());
    book.take(address::share_mint(), &mint);
    book.take(
        address::insurance(),
        &decode::bytes(&zeroed::<InsuranceFund>()),
    );
    for (key, account) in fixtures::book() {
        book.take(key, &decode::bytes(&account));
    }
    book
}

/// An account that has some of everything: positions, orders, a receipt, a plan, a change that waits.
pub(crate) const RICH: Pubkey = Pubkey::new_from_array([11; 32]);
/// An account under maintenance that was flagged, with a token beside its cash.
pub(crate) const TROUBLED: Pubkey = Pubkey::new_from_array([12; 32]);

/// The book with these two, a paused exchange, a second token and a proposal.
pub(crate) fn rich() -> Book {
    let mut book = book();
    let mut rules = *book.mirror.exchange().unwrap();
    rules.pauses[3].until = NOW + 100;
    rules.bank_count = 2;
    book.take(address::exchange(), &decode::bytes(&rules));
    let mut token = zeroed::<Bank>();
    token.index = 1;
    token.decimals = 9;
    token.mint = Pubkey::new_from_array([9; 32]);
    token.oracle = book.mirror.market(0).unwrap().oracle;
    token.oracle.key = [9; 32];
    token.price.price_q32 = (150 << 32) / 1_000;
    token.price.publish_time = NOW;
    token.haircut_weight_q32 = 1 << 31;
    book.take(address::bank(&token.mint), &decode::bytes(&token));

    let (_, mut it) = fixtures::account(11, 1_000_000, 40_000);
    it.sub_id = 1;
    it.recovery.trigger_q32 = (1 << 32) + (1 << 29);
    it.recovery.target_q32 = (1 << 32) + (1 << 30);
    it.leverage.changes_at = NOW + 5;
    it.leverage.next_class = 1;
    it.orders[0].lots = 5;
    it.orders[0].limit_q32 = 150_000 << 32;
    it.orders[0].expires_at = NOW + 9;
    it.orders[1].lots = -5;
    it.orders[1].limit_q32 = 130_000 << 32;
    it.orders[1].trigger_q32 = 135_000 << 32;
    it.orders[1].expires_at = NOW + 9;
    it.receipt.at = NOW - 50;
    it.receipt.has_certificate = 1;
    it.receipt.certified_price_q32 = 140_000 << 32;
    book.take(RICH, &decode::bytes(&it));

    let (_, mut it) = fixtures::account(12, 1_000_000, 5_000);
    it.collaterals[0].bank = 1;
    it.collaterals[0].amount_atoms = 1_000_000_000;
    it.flagged_at = NOW - 10;
    it.flag_touched_at = NOW - 10;
    it.flag_publish_time = NOW - 10;
    it.flag_lowest_ratio_q32 = u64::MAX;
    it.margin_called_at = NOW - 20;
    book.take(TROUBLED, &decode::bytes(&it));

    let mut proposal = zeroed::<Proposal>();
    let change = Change::WindDownMarket {
        market: 0,
        settles_after_secs: 86_400,
    };
    proposal.set_change(&change).unwrap();
    book.take(address::proposal(0), &decode::bytes(&proposal));
    book
}

/// Logs with a price and a liquidation.
pub(crate) fn logs() -> Vec<String> {
    let update = MarketUpdated {
        market: 0,
        price_q32: 140_000 << 32,
        confidence_q32: 1 << 32,
        publish_time: NOW,
    };
    let program = whittle::ID;
    vec![
        format!("Program {program} invoke [1]"),
        format!("Program data: {}", event::encode(&update.data())),
        format!("Program data: {}", receipt()),
        format!("Program {program} success"),
    ]
}

/// A liquidation's event.
pub(crate) fn receipt() -> String {
    let liquidation = PartiallyLiquidated {
        account: TROUBLED,
        keeper: RICH,
        receipt: Receipt::default(),
        legs: vec![LiquidatedLeg::default()],
    };
    event::encode(&liquidation.data())
}
