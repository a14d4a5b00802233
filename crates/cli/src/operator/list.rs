//! The exchange, its markets, tokens and funds as they stand.

use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::Session;
use crate::show::{self, Report};
use anchor_lang::prelude::Pubkey;
use serde_json::{json, Map, Value};
use whittle::instructions::list_market::TierArgs;
use whittle::state::{InsuranceFund, Market};
use whittle_client::address;
use whittle_migrations::describe::{self, Fields};

/// Every parameter, with one below the other.
pub fn parameters<T: Fields>(params: &T) -> (String, Value) {
    let all = describe::shown(params);
    let pairs: Vec<(&str, String)> = all
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let json: Map<String, Value> = all
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    (show::fields(&pairs), json.into())
}

/// A market's tiers as they are described.
pub fn tiers(market: &Market) -> Vec<TierArgs> {
    let used = market.tiers.iter().take(usize::from(market.tier_count));
    used.map(|tier| TierArgs {
        upto_usd_atoms: i64::try_from(tier.upto_usd_atoms).unwrap_or(i64::MAX),
        maintenance_q32: tier.maintenance_q32,
        initial_q32: tier.initial_q32,
    })
    .collect()
}

const PAUSES: [&str; 4] = ["new risk", "withdrawals", "liquidations", "liquidity"];

pub async fn exchange(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let exchange = world.exchange()?;
    let keys = |keys: &[Pubkey]| {
        let used = keys.iter().filter(|key| **key != Pubkey::default());
        let used = used.map(Pubkey::to_string).collect::<Vec<_>>().join(", ");
        if used.is_empty() {
            "none".to_owned()
        } else {
            used
        }
    };
    let mut pairs = vec![
        ("exchange", address::exchange().to_string()),
        ("authority", exchange.authority.to_string()),
        ("offered to", show::key(&exchange.next_authority)),
        ("guardian", show::key(&exchange.guardian)),
        ("receiver programs", keys(&exchange.receiver_programs)),
        ("legacy programs", keys(&exchange.legacy_programs)),
        ("banks", exchange.bank_count.to_string()),
        ("markets", exchange.market_count.to_string()),
        (
            "open",
            if exchange.opened_at == 0 {
                "no: without a pool".to_owned()
            } else {
                show::when(exchange.opened_at, world.now)
            },
        ),
        ("next proposal", exchange.next_proposal.to_string()),
    ];
    for (kind, (name, pause)) in (0u8..).zip(PAUSES.iter().zip(&exchange.pauses)) {
        if exchange.is_paused(kind, world.now) {
            pairs.push((
                name,
                format!("paused, ends {}", show::when(pause.until, world.now)),
            ));
        } else if world.now < pause.cooldown_until {
            let until = show::when(pause.cooldown_until, world.now);
            pairs.push((
                name,
                format!("not paused; the next pause may begin {until}"),
            ));
        }
    }
    let (params, params_json) = parameters(&exchange.params);
    let pauses = (0u8..).zip(PAUSES).map(|(kind, name)| {
        let pause = exchange
            .pauses
            .get(usize::from(kind))
            .copied()
            .unwrap_or_default();
        json!({
            "kind": name,
            "paused": exchange.is_paused(kind, world.now),
            "until": pause.until,
            "cooldown_until": pause.cooldown_until,
        })
    });
    let json = json!({
        "address": address::exchange().to_string(),
        "authority": exchange.authority.to_string(),
        "next_authority": show::key_json(&exchange.next_authority),
        "guardian": show::key_json(&exchange.guardian),
        "banks": exchange.bank_count,
        "markets": exchange.market_count,
        "opened_at": exchange.opened_at,
        "pauses": pauses.collect::<Vec<_>>(),
        "parameters": params_json,
    });
    Ok(Report::new(
        format!("{}\n\n{params}", show::fields(&pairs)),
        json,
    ))
}

fn market_state(market: &Market, now: i64) -> &'static str {
    if market.wind_down.is_settled() {
        "settled"
    } else if market.wind_down.has_begun(now) {
        "winding down"
    } else if now < market.opens_at {
        "not open yet"
    } else if market.breaker.shock_since != 0 {
        "price shock"
    } else {
        "open"
    }
}

fn side_usd(market: &Market, lots: u64) -> i128 {
    let price = whittle_risk::Price(market.price.price_q32);
    price.notional_floor(lots).map_or(0, |usd| usd.0.into())
}

fn market_json(market: &Market, now: i64) -> Value {
    let lot = market.lot_exponent;
    let size = |lots: u64| show::size_json(i64::try_from(lots).unwrap_or(i64::MAX), lot);
    json!({
        "index": market.index,
        "symbol": names::symbol(market),
        "address": address::market(market.index).to_string(),
        "state": market_state(market, now),
        "lot": show::units(1, lot),
        "price": show::price_json(market.price.price_q32, lot),
        "publish_time": market.price.publish_time,
        "uncertain": market.price.uncertain != 0,
        "long": size(market.long_lots),
        "short": size(market.short_lots),
        "open_interest_cap": show::usd_json(market.open_interest_cap().0),
        "multiplier": show::ratio_json(market.multiplier_q32),
        "pool_line": show::usd_json(market.pool_line_usd_atoms),
        "insurance_line": show::usd_json(market.insurance_line_usd_atoms),
        "deficit": show::usd_json(market.deficit_usd_atoms),
        "claims_unpaid": show::usd_json(market.claims_unpaid_usd_atoms),
    })
}

pub async fn markets(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let rows = world.mirror.markets().map(|market| {
        vec![
            market.index.to_string(),
            names::symbol(market),
            show::units(1, market.lot_exponent),
            show::market_price(market),
            show::when(market.price.publish_time, world.now),
            show::dollars(side_usd(market, market.long_lots)),
            show::dollars(side_usd(market, market.short_lots)),
            show::dollars(market.open_interest_cap().0.into()),
            market_state(market, world.now).to_owned(),
        ]
    });
    let headers = [
        "no.",
        "symbol",
        "lot",
        "price",
        "published",
        "long USD",
        "short USD",
        "cap USD",
        "state",
    ];
    let text = show::table(&headers, rows.collect());
    let all = world.mirror.markets().map(|it| market_json(it, world.now));
    Ok(Report::new(text, all.collect::<Vec<_>>().into()))
}

pub async fn market(session: &Session, name: &str) -> Outcome<Report> {
    let world = session.world().await?;
    let market = names::market(&world.mirror, name)?;
    let lot = market.lot_exponent;
    let size = |lots: u64| show::units(i64::try_from(lots).unwrap_or(i64::MAX), lot);
    let pairs = [
        (
            "market",
            format!("{} {}", market.index, names::symbol(market)),
        ),
        ("address", address::market(market.index).to_string()),
        ("state", market_state(market, world.now).to_owned()),
        (
            "lot",
            format!("{} {}", show::units(1, lot), names::asset_of(market)),
        ),
        ("price", show::market_price(market)),
        (
            "published",
            show::when(market.price.publish_time, world.now),
        ),
        (
            "oracle",
            describe::show_oracle((market.oracle.kind, market.oracle.key)),
        ),
        (
            "long",
            format!(
                "{}, {} USD",
                size(market.long_lots),
                show::cents(side_usd(market, market.long_lots))
            ),
        ),
        (
            "short",
            format!(
                "{}, {} USD",
                size(market.short_lots),
                show::cents(side_usd(market, market.short_lots))
            ),
        ),
        ("maintenance multiplier", show::ratio(market.multiplier_q32)),
        (
            "initial multiplier",
            show::ratio(market.initial_multiplier().0),
        ),
        ("pool line", show::cents_usd(market.pool_line_usd_atoms)),
        (
            "insurance line",
            show::cents_usd(market.insurance_line_usd_atoms),
        ),
        (
            "claims unpaid",
            show::cents_usd(market.claims_unpaid_usd_atoms),
        ),
        ("deficit", show::cents_usd(market.deficit_usd_atoms)),
    ];
    let (params, params_json) = parameters(&market.params);
    let (oracle, oracle_json) = parameters(&market.oracle);
    let tiers = tiers(market);
    let rows = tiers.iter().map(|tier| {
        vec![
            show::dollars(tier.upto_usd_atoms.into()),
            show::percent(tier.maintenance_q32),
            show::percent(tier.initial_q32),
        ]
    });
    let tiers_text = show::table(&["up to USD", "maintenance", "initial"], rows.collect());
    let mut json = market_json(market, world.now);
    json["parameters"] = params_json;
    json["oracle"] = oracle_json;
    json["tiers"] = tiers.iter().map(|tier| parameters(tier).1).collect();
    let text = format!(
        "{}\n\n{tiers_text}\n\n{params}\n\noracle\n{oracle}",
        show::fields(&pairs)
    );
    Ok(Report::new(text, json))
}

pub async fn insurance(session: &Session) -> Outcome<Report> {
    let now = session.cluster.now().await?;
    let fund = session.read::<InsuranceFund>(&address::insurance()).await?;
    let fund = fund.ok_or_else(|| {
        CliError::failed("there is no insurance fund yet: `whittle exchange apply FILE` creates it")
    })?;
    let worth = fund.worth()?.0;
    let pairs = [
        ("address", address::insurance().to_string()),
        ("cash", show::cents_usd(fund.cash_usd_atoms)),
        ("in markets' lines", show::cents_usd(fund.lines_usd_atoms)),
        ("paid today", show::cents_usd(fund.paid.used(now).0)),
        (
            "new risk waits",
            if now < fund.drawn_until {
                format!("ends {}", show::when(fund.drawn_until, now))
            } else {
                "no".to_owned()
            },
        ),
    ];
    let (params, params_json) = parameters(&fund.params);
    let json = json!({
        "address": address::insurance().to_string(),
        "cash": show::usd_json(fund.cash_usd_atoms),
        "lines": show::usd_json(fund.lines_usd_atoms),
        "worth": show::usd_json(worth),
        "drawn_until": fund.drawn_until,
        "parameters": params_json,
    });
    Ok(Report::new(
        format!("{}\n\n{params}", show::fields(&pairs)),
        json,
    ))
}
