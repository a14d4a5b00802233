//! A made-up book of four accounts on BTC at 14,000 with lots of 0.00001: 5 % maintenance, a target
//! 10 % over it, no volatility.

use crate::Mirror;
use anchor_lang::prelude::Pubkey;
use anchor_lang::ZeroCopy;
use whittle::state::{Exchange, MarginAccount, Market};
use whittle_risk::num::ONE_Q32;
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Ratio, Usd};

/// When.
pub const NOW: i64 = 1_700_000_000;

fn percent(bps: u32) -> u64 {
    Ratio::from_bps_floor(bps).0
}

/// An account of zeros.
pub fn zeroed<T: ZeroCopy>() -> T {
    T::zeroed()
}

/// The exchange and its market.
#[allow(clippy::missing_panics_doc)] // The tiers are good ones.
pub fn mirror() -> Mirror {
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
pub fn account(key: u8, lots: i64, cash: i64) -> (Pubkey, MarginAccount) {
    let mut account = zeroed::<MarginAccount>();
    account.cash_usd_atoms = cash * 1_000_000;
    account.positions[0].lots = lots;
    account.positions[0].entry_usd_atoms = lots * 140_000;
    (Pubkey::new_from_array([key; 32]), account)
}

/// Four traders.
pub fn book() -> Vec<(Pubkey, MarginAccount)> {
    vec![
        // 10 BTC for 140,000 USD with 20,000 of cash; then with 40,000; 4 BTC short; nothing.
        account(1, 1_000_000, 20_000),
        account(2, 1_000_000, 40_000),
        account(3, -400_000, 10_000),
        account(4, 0, 500),
    ]
}
