//! An exchange with any number of plausible accounts, without a chain: for benchmarks and tests.
//!
//! Everything follows from a seed, so a figure can be measured again.

use crate::book::{Book, Stamp};
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Zeroable;
use whittle::state::regime::Regime;
use whittle::state::{Bank, Collateral, Exchange, MarginAccount, Market, OracleConfig, Position};
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Price, Ratio, Usd};

/// The clock of a synthetic exchange, Unix seconds.
pub const NOW: i64 = 1_760_000_000;
/// Markets it has.
pub const MARKETS: u16 = 8;
/// Dollars for a lot in each market at the start.
const DOLLARS: [u64; MARKETS as usize] = [11, 4, 2, 1, 30, 7, 3, 15];
const USD: i64 = 1_000_000;

/// A small generator of random numbers (SplitMix64).
#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number under `bound`, which is not zero.
    pub fn under(&mut self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }
}

/// An account's data as the chain holds it.
pub fn bytes<T: bytemuck::Pod + Discriminator>(account: &T) -> Vec<u8> {
    [T::DISCRIMINATOR, bytemuck::bytes_of(account)].concat()
}

fn oracle() -> OracleConfig {
    let bps = |points| Ratio::from_bps_floor(points).0;
    OracleConfig {
        key: [1; 32],
        stale_shift_per_sec_q32: bps(1),
        shift_max_q32: bps(500),
        uncertain_over_q32: bps(100),
        confidence_multiple_q32: 2 * Ratio::ONE.0,
        stale_after_secs: 60,
        accept_secs: 30,
        kind: 1,
        padding: [0; 7],
    }
}

/// The rules: call buffer 20 %, target buffer 10 %.
pub fn exchange() -> Exchange {
    let bps = |points| Ratio::from_bps_floor(points).0;
    let mut exchange = Exchange::zeroed();
    exchange.market_count = MARKETS;
    exchange.bank_count = 2;
    exchange.receiver_programs[0] = key(5, 0);
    let rules = &mut exchange.params;
    rules.call_buffer_q32 = bps(2_000);
    rules.target_buffer_q32 = bps(1_000);
    rules.emergency_q32 = bps(5_000);
    rules.forced_q32 = bps(2_500);
    rules.profit_weight_q32 = bps(9_000);
    rules.theta_q32 = bps(8_000);
    rules.bonus_floor_q32 = bps(5);
    rules.bonus_max_q32 = bps(50);
    rules.bonus_ramp_secs = 60;
    rules.confirm_secs = 2;
    rules.flag_lapse_secs = 600;
    rules.order_delay_secs = 2;
    rules.order_life_secs = 300;
    rules.overdraft.rate_per_year_q32 = bps(1_000);
    rules.overdraft.allowance_usd_atoms = 1_000 * USD;
    exchange
}

/// A market at its first price.
///
/// # Panics
/// Never: its tiers are constants within their bounds.
pub fn market(index: u16) -> Market {
    let bps = Ratio::from_bps_floor;
    let mut market = Market::zeroed();
    market.index = index;
    market.oracle = oracle();
    market.multiplier_q32 = Ratio::ONE.0;
    market.regime = Regime::calm();
    let tiers = [
        (1_000_000, 300, 500),
        (10_000_000, 500, 800),
        (100_000_000, 1_000, 1_500),
    ];
    let tiers = tiers.map(|(upto, maintenance, initial)| Tier {
        upto: Usd(upto * USD),
        maintenance: bps(maintenance),
        initial: bps(initial),
    });
    // safety: constants within the bounds that `TierTable::new` checks.
    let table = TierTable::new(&tiers).expect("tiers within bounds");
    market.set_tier_table(&table).expect("at most four tiers");
    let params = &mut market.params;
    params.premium_q32 = bps(10).0;
    params.close_impact_q32 = bps(5).0;
    params.spread_multiple_q32 = bps(5_000).0;
    params.skew_scale_usd_atoms = 1_000_000_000 * USD;
    params.funding_max_per_day_q32 = bps(100).0;
    params.funding_skew_scale_usd_atoms = 10_000_000 * USD;
    params.min_position_usd_atoms = 10 * USD;
    params.min_close_usd_atoms = 5 * USD;
    params.breaker.capacity_usd_atoms = 10_000_000 * USD;
    params.breaker.refill_per_hour_usd_atoms = 20_000_000 * USD;
    params.breaker.shock_q32 = bps(1_000).0;
    params.breaker.gap_secs = 300;
    params.breaker.grace_secs = 60;
    params.crowding.payout_bound_q32 = bps(5_000).0;
    let regime = &mut params.regime;
    regime.elevated_variance_q32 = Ratio::ONE.0 / 400_000;
    regime.extreme_variance_q32 = Ratio::ONE.0 / 40_000;
    regime.elevated_initial_q32 = bps(12_500).0;
    regime.extreme_initial_q32 = bps(20_000).0;
    regime.elevated_maintenance_q32 = bps(11_000).0;
    regime.extreme_maintenance_q32 = bps(15_000).0;
    regime.ramp_secs = 86_400;
    market.long_lots = 1 << 40;
    market.short_lots = 1 << 40;
    market.funded_at = NOW;
    market.estimate.weight_q32 = bps(500).0;
    market.estimate.interval_secs = 60;
    market.estimate.sampled_at = NOW;
    market.estimate.last_q32 = first_price(index);
    set_price(&mut market, first_price(index), NOW);
    market
}

/// The price of a lot at the start, Q32.
pub fn first_price(market: u16) -> u64 {
    let dollars = DOLLARS.get(usize::from(market)).copied().unwrap_or(1);
    (dollars * USD.unsigned_abs()) << 32
}

/// Gives a market a price that was published at `at`.
pub fn set_price(market: &mut Market, price_q32: u64, at: i64) {
    market.price.price_q32 = price_q32;
    market.price.confidence_q32 = price_q32 / 10_000;
    market.price.doubt_shift_q32 = price_q32 / 5_000;
    market.price.doubt_favour_q32 = price_q32 / 5_000;
    market.price.publish_time = at;
    market.estimate.average_q32 = price_q32;
}

/// The quote token, or a volatile one of nine decimals at 100 dollars that counts for 80 %.
pub fn bank(index: u16) -> Bank {
    let mut bank = Bank::zeroed();
    bank.index = index;
    bank.mint = key(1, u64::from(index));
    bank.decimals = if index == 0 { 6 } else { 9 };
    bank.haircut_weight_q32 = Ratio::from_bps_floor(if index == 0 { 10_000 } else { 8_000 }).0;
    bank.conversion_discount_q32 = Ratio::from_bps_floor(200).0;
    bank.oracle = oracle();
    if index > 0 {
        set_bank_price(&mut bank, 100, NOW);
    }
    bank
}

/// Gives a bank of nine decimals a price of so many dollars for a token.
pub fn set_bank_price(bank: &mut Bank, dollars: u64, at: i64) {
    let price_q32 = (dollars << 32) / 1_000;
    bank.price.price_q32 = price_q32;
    bank.price.confidence_q32 = price_q32 / 10_000;
    bank.price.doubt_shift_q32 = price_q32 / 5_000;
    bank.price.doubt_favour_q32 = price_q32 / 5_000;
    bank.price.publish_time = at;
}

/// An address that follows from a number.
pub fn key(kind: u8, number: u64) -> Pubkey {
    let mut random = Random(number ^ (u64::from(kind) << 56));
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&random.number().to_le_bytes());
    }
    Pubkey::new_from_array(bytes)
}

/// How an account stands to its call level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Over it by a quarter of its notional and more.
    Far,
    /// Between maintenance less a little and its call level.
    Edge,
    /// With collateral of so many basis points of its notional.
    At(u64),
}

/// An account with one to eight positions, half of them with other collateral too.
pub fn account(number: u64, distance: Distance) -> MarginAccount {
    let mut random = Random(number);
    let mut account = MarginAccount::zeroed();
    account.owner = key(2, number);
    account.flag_lowest_ratio_q32 = u64::MAX;
    let count = 1 + random.under(u64::from(MARKETS));
    let first = random.under(u64::from(MARKETS));
    let mut notional = 0;
    for (place, held) in (0..count).zip(&mut account.positions) {
        let market = u16::try_from((first + place) % u64::from(MARKETS)).unwrap_or(0);
        let lots = 10 + random.under(5_000);
        let price = Price(first_price(market));
        let value = price.notional_floor(lots).map_or(0, |it| it.0);
        let sign = if random.under(2) == 0 { 1 } else { -1 };
        *held = Position {
            lots: sign * i64::try_from(lots).unwrap_or(0),
            entry_usd_atoms: sign * value,
            market,
            claim_factor: 1 << 63,
            ..Position::default()
        };
        notional += value;
    }
    let share = match distance {
        Distance::Far => 2_500 + random.under(10_000),
        Distance::Edge => 295 + random.under(60),
        Distance::At(points) => points,
    };
    let backing = notional / 10_000 * i64::try_from(share).unwrap_or(0);
    account.cash_usd_atoms = backing;
    if random.under(2) == 0 {
        // Three tenths of it in tokens that count for 80 % of 100 dollars, less doubt.
        let part = backing / 10 * 3;
        let atoms = u64::try_from(part).unwrap_or(0).saturating_mul(1_000) / 80;
        account.cash_usd_atoms = backing - part;
        account.collaterals[0] = Collateral {
            amount_atoms: atoms,
            bank: 1,
            padding: [0; 6],
        };
    }
    account
}

/// A book with the exchange, its banks and markets, and no accounts.
pub fn empty_book() -> Book {
    let mut book = Book::new();
    let mut take = |address, data: Vec<u8>| {
        // What it returns is known: a new account of a known kind.
        let _ = book.take(address, whittle::ID, &data, Stamp::end_of(1));
    };
    take(whittle_client::address::exchange(), bytes(&exchange()));
    for index in 0..2 {
        take(key(3, u64::from(index)), bytes(&bank(index)));
    }
    for index in 0..MARKETS {
        take(
            whittle_client::address::market(index),
            bytes(&market(index)),
        );
    }
    book
}
