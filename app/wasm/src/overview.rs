//! The exchange as a whole: rules, markets, collateral, pool, insurance and what is about to change.

use crate::book::Book;
use crate::pool::{insurance, pool, InsuranceView, PoolView};
use crate::text::{self, known_price, moment, share, usd};
use crate::watch::{proposals, ProposalView};
use serde::Serialize;
use whittle::error::Outcome;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::governance::{
    PAUSE_LIQUIDATIONS, PAUSE_LIQUIDITY, PAUSE_NEW_RISK, PAUSE_WITHDRAWALS,
};
use whittle::state::stop::STOP_LIFE_SECS;
use whittle::state::{Bank, Exchange, Market, OracleConfig, ORACLE_PYTH_PULL};
use whittle_client::names;
use whittle_risk::breaker::UNLIMITED;
use whittle_risk::price::age_secs;
use whittle_risk::{Price, Ratio, Usd};

const PAUSES: [(u8, &str); 4] = [
    (PAUSE_NEW_RISK, "newRisk"),
    (PAUSE_WITHDRAWALS, "withdrawals"),
    (PAUSE_LIQUIDATIONS, "liquidations"),
    (PAUSE_LIQUIDITY, "liquidity"),
];
const REGIMES: [&str; 3] = ["calm", "elevated", "extreme"];
const SECS_PER_DAY: u128 = 86_400;
const SECS_PER_HOUR: i64 = 3_600;

/// As `Overview` in types.ts.
#[derive(Serialize)]
pub(crate) struct Overview {
    exchange: Option<ExchangeView>,
    markets: Vec<MarketView>,
    banks: Vec<BankView>,
    pool: Option<PoolView>,
    insurance: Option<InsuranceView>,
    proposals: Vec<ProposalView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PauseView {
    what: &'static str,
    until: i64,
    seconds_left: i64,
    again_at: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExchangeView {
    address: String,
    authority: String,
    guardian: String,
    next_authority: Option<String>,
    order_delay_secs: u32,
    order_life_secs: u32,
    stop_life_secs: i64,
    fill_reward: String,
    confirm_secs: u32,
    bonus_floor: String,
    bonus_max: String,
    bonus_ramp_secs: u32,
    target_buffer: String,
    call_buffer: String,
    emergency: String,
    forced: String,
    timelock_secs: u32,
    pauses: Vec<PauseView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WindDownView {
    since: i64,
    settles_at: i64,
    settled_at: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MarketView {
    index: u16,
    address: String,
    symbol: String,
    asset: String,
    lot_size: String,
    lot_exponent: i8,
    oracle_kind: &'static str,
    oracle_key: String,
    price: Option<String>,
    price_q32: String,
    confidence: Option<String>,
    ema: Option<String>,
    publish_time: i64,
    age_secs: u64,
    max_age_secs: u32,
    stale: bool,
    uncertain: bool,
    regime: &'static str,
    volatility_day: String,
    multiplier: String,
    multiplier_target: String,
    ramp_ends_at: Option<i64>,
    shock_since: Option<i64>,
    grace_until: Option<i64>,
    breaker_room: Option<String>,
    breaker_capacity: Option<String>,
    long_size: String,
    short_size: String,
    long_notional: String,
    short_notional: String,
    open_interest_cap: String,
    skew: String,
    funding_hour: String,
    spread: String,
    open_fee: String,
    close_fee: String,
    initial_rate: String,
    maintenance_rate: String,
    min_position: String,
    pool_line: String,
    insurance_line: String,
    claims_unpaid: String,
    deficit: String,
    wind_down: Option<WindDownView>,
    reduce_only: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BankView {
    index: u16,
    address: String,
    mint: String,
    vault: String,
    token_program: String,
    symbol: String,
    decimals: u8,
    oracle_kind: Option<&'static str>,
    oracle_key: Option<String>,
    price: Option<String>,
    publish_time: i64,
    age_secs: u64,
    stale: bool,
    uncertain: bool,
    weight: String,
    weight_target: String,
    deposits: String,
    deposit_cap: Option<String>,
    peg_broken: bool,
}

pub(crate) fn overview(book: &Book, now: i64) -> Overview {
    let rules = book.mirror.exchange();
    let address = |list: &std::collections::BTreeMap<u16, _>, index| {
        list.get(index).map(ToString::to_string).unwrap_or_default()
    };
    let markets = book.mirror.markets();
    let banks = book.mirror.banks();
    Overview {
        exchange: rules.zip(book.exchange).map(|(rules, at)| ExchangeView {
            address: at.to_string(),
            ..exchange(rules, now)
        }),
        markets: markets
            .map(|it| MarketView {
                address: address(&book.markets, &it.index),
                reduce_only: rules.is_some_and(|rules| it.admit(rules, true, now).is_err()),
                ..market(it, now)
            })
            .collect(),
        banks: banks
            .map(|it| BankView {
                address: address(&book.banks, &it.index),
                symbol: book.token(it),
                ..bank(it, now)
            })
            .collect(),
        pool: pool(book, now),
        insurance: insurance(book, now),
        proposals: proposals(book),
    }
}

fn exchange(exchange: &Exchange, now: i64) -> ExchangeView {
    let params = &exchange.params;
    let share = |raw: u64| share(Ratio(raw));
    ExchangeView {
        address: String::new(),
        authority: exchange.authority.to_string(),
        guardian: exchange.guardian.to_string(),
        next_authority: text::somebody(&exchange.next_authority),
        order_delay_secs: params.order_delay_secs,
        order_life_secs: params.order_life_secs,
        stop_life_secs: STOP_LIFE_SECS,
        fill_reward: usd(Usd(params.fill_reward_usd_atoms)),
        confirm_secs: params.confirm_secs,
        bonus_floor: share(params.bonus_floor_q32),
        bonus_max: share(params.bonus_max_q32),
        bonus_ramp_secs: params.bonus_ramp_secs,
        target_buffer: share(params.target_buffer_q32),
        call_buffer: share(params.call_buffer_q32),
        emergency: share(params.emergency_q32),
        forced: share(params.forced_q32),
        timelock_secs: params.governance.timelock_secs,
        pauses: pauses(exchange, now),
    }
}

/// What is paused now. A pause of liquidations pauses new risk and withdrawals too, and their next
/// pauses wait for each other's cooldowns.
fn pauses(exchange: &Exchange, now: i64) -> Vec<PauseView> {
    let of = |kind: u8| exchange.pauses.get(usize::from(kind)).copied();
    let running = PAUSES
        .iter()
        .filter(|(kind, _)| exchange.is_paused(*kind, now));
    let view = |(kind, what): &(u8, &'static str)| {
        let all = of(PAUSE_LIQUIDATIONS).filter(|_| *kind != PAUSE_LIQUIDITY);
        let (own, all) = (of(*kind).unwrap_or_default(), all.unwrap_or_default());
        let until = own.until.max(all.until);
        PauseView {
            what,
            until,
            seconds_left: until.saturating_sub(now),
            again_at: own.cooldown_until.max(all.cooldown_until),
        }
    };
    running.map(view).collect()
}

fn oracle(oracle: &OracleConfig) -> (&'static str, String) {
    if oracle.kind == ORACLE_PYTH_PULL {
        let hex = oracle.key.iter().map(|byte| format!("{byte:02x}"));
        ("pythPull", hex.collect())
    } else {
        let account = anchor_lang::prelude::Pubkey::new_from_array(oracle.key);
        ("pythLegacy", account.to_string())
    }
}

fn market(market: &Market, now: i64) -> MarketView {
    let (mark, params) = (market.mark(now), &market.params);
    let symbol = names::symbol(market);
    let (oracle_kind, oracle_key) = oracle(&market.oracle);
    let room = market.breaker.room(&params.breaker, now);
    let capacity = Usd(params.breaker.capacity_usd_atoms);
    let limited = capacity != UNLIMITED;
    let notional = |lots| usd(mark.price.notional_ceil(lots).unwrap_or(Usd::MAX));
    let skew = market.skew();
    let skew = skew.and_then(|skew| Ok(mark.price.value_floor(skew)?));
    let tier = market.tier_table().bracket(0);
    let initial = Ratio(market.initial_multiplier().0.max(market.multiplier_q32));
    let times = |rate: Ratio, by| share(rate.times_ceil(by).unwrap_or(Ratio::MAX));
    MarketView {
        index: market.index,
        address: String::new(),
        asset: names::asset(&symbol).to_owned(),
        symbol,
        lot_size: text::size(1, market),
        lot_exponent: market.lot_exponent,
        oracle_kind,
        oracle_key,
        price: known_price(mark.price, market),
        price_q32: mark.price.0.to_string(),
        confidence: known_price(mark.price, market)
            .map(|_| text::price(Price(market.price.confidence_q32), market)),
        ema: known_price(Price(market.estimate.average_q32), market),
        publish_time: mark.publish_time,
        age_secs: age_secs(mark.publish_time, now),
        max_age_secs: market.oracle.accept_secs,
        stale: mark.stale,
        uncertain: mark.uncertain,
        regime: REGIMES
            .get(usize::from(market.regime.level))
            .copied()
            .unwrap_or("extreme"),
        volatility_day: share(volatility_of_a_day(market)),
        multiplier: share(Ratio(market.multiplier_q32)),
        multiplier_target: share(Ratio(market.regime.ramp_to_q32)),
        ramp_ends_at: moment(market.regime.ramp_started_at)
            .map(|at| at.saturating_add(market.regime.ramp_secs.into())),
        shock_since: moment(market.breaker.shock_since),
        grace_until: Some(market.breaker.grace_until).filter(|until| now < *until),
        breaker_room: limited.then(|| usd(room)),
        breaker_capacity: limited.then(|| usd(capacity)),
        long_size: text::size_of(market.long_lots, market),
        short_size: text::size_of(market.short_lots, market),
        long_notional: notional(market.long_lots),
        short_notional: notional(market.short_lots),
        open_interest_cap: usd(market.open_interest_limit()),
        skew: usd(skew.unwrap_or(Usd::ZERO)),
        funding_hour: text::signed_share(funding_of_an_hour(market, now).unwrap_or(0)),
        spread: share(Ratio(market.spread_q32)),
        open_fee: share(Ratio(params.open_fee_q32)),
        close_fee: share(Ratio(params.close_fee_q32)),
        initial_rate: times(tier.initial, initial),
        maintenance_rate: times(tier.maintenance, Ratio(market.multiplier_q32)),
        min_position: usd(Usd(params.min_position_usd_atoms)),
        pool_line: usd(Usd(market.pool_line_usd_atoms)),
        insurance_line: usd(Usd(market.insurance_line_usd_atoms)),
        claims_unpaid: usd(Usd(market.claims_unpaid_usd_atoms)),
        deficit: usd(Usd(market.deficit_usd_atoms)),
        wind_down: moment(market.wind_down.begins_at).map(|since| WindDownView {
            since,
            settles_at: market.wind_down.settles_at,
            settled_at: known_price(Price(market.wind_down.price_q32), market),
        }),
        reduce_only: false,
    }
}

/// The variance of a sampling interval grows with time; the deviation is its square root. In Q32 the
/// root of v 2^-32 is the root of v 2^32, times 2^-32.
fn volatility_of_a_day(market: &Market) -> Ratio {
    let estimate = &market.estimate;
    let of_a_day = u128::from(estimate.variance_q32)
        .saturating_mul(SECS_PER_DAY)
        .checked_div(estimate.interval_secs.into())
        .unwrap_or(0);
    let root = of_a_day.saturating_mul(Ratio::ONE.0.into()).isqrt();
    Ratio(u64::try_from(root).unwrap_or(u64::MAX))
}

/// By how much the funding index will grow in an hour, as a share of the price, in Q32.
fn funding_of_an_hour(market: &Market, now: i64) -> Outcome<i128> {
    let (begins, _) = market.funding_at(now)?;
    let (ends, _) = market.funding_at(now.saturating_add(SECS_PER_HOUR))?;
    let grown = ends.saturating_sub(begins);
    let shifted = grown.saturating_mul(Ratio::ONE.0.into());
    Ok(shifted
        .checked_div(market.price.price_q32.into())
        .unwrap_or(0))
}

fn bank(bank: &Bank, now: i64) -> BankView {
    let is_quote = bank.index == QUOTE_BANK;
    let mark = bank.mark(now);
    let oracle = (!is_quote).then(|| oracle(&bank.oracle));
    let (oracle_kind, oracle_key) = oracle.unzip();
    let price = (mark.price.0 != 0).then(|| text::token_price(mark.price, bank.decimals));
    let cap = bank.deposit_cap_atoms.min(bank.guard_cap());
    BankView {
        index: bank.index,
        address: String::new(),
        mint: bank.mint.to_string(),
        vault: bank.vault.to_string(),
        token_program: bank.token_program.to_string(),
        symbol: String::new(),
        decimals: bank.decimals,
        oracle_kind,
        oracle_key,
        price: if is_quote {
            Some("1".to_owned())
        } else {
            price
        },
        publish_time: if is_quote { now } else { mark.publish_time },
        age_secs: if is_quote {
            0
        } else {
            age_secs(mark.publish_time, now)
        },
        stale: !is_quote && mark.stale,
        uncertain: !is_quote && mark.uncertain,
        weight: share(if is_quote {
            Ratio::ONE
        } else {
            bank.weight_at(now)
        }),
        weight_target: share(if is_quote {
            Ratio::ONE
        } else {
            bank.weight_ahead(now)
        }),
        deposits: text::tokens(bank.deposits_atoms, bank.decimals),
        deposit_cap: (cap != u64::MAX).then(|| text::tokens(cap, bank.decimals)),
        peg_broken: bank.depeg.since != 0,
    }
}
