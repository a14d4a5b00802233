//! Orders, and orders that wait for a price.

use crate::amount::{self, Size, SLIP_BPS, STOP_SLIP_BPS};
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Session, Which, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{json, Value};
use whittle::instructions::PlaceOrderArgs;
use whittle::state::stop::STOP_LIFE_SECS;
use whittle::state::{MarginAccount, Market, Order};
use whittle_client::instruction;
use whittle_migrations::decimal::Decimal;
use whittle_risk::price::Rounding;
use whittle_risk::Price;

/// Orders.
#[derive(Subcommand)]
pub enum Command {
    /// Places an order; it is filled at the first price published after the delay
    Place(Place),
    /// Orders that wait
    List(Which),
    /// Removes an expired order and returns what was set aside for its fill
    Expire {
        /// Its place, as `order list` shows it
        place: u8,
        #[command(flatten)]
        which: Which,
    },
}

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// Long, or less short
    #[value(alias = "long")]
    Buy,
    /// Short, or less long
    #[value(alias = "short")]
    Sell,
}

/// An order.
#[derive(Args)]
pub struct Place {
    /// Symbol, asset or number
    market: String,
    /// Which way
    #[arg(value_enum)]
    side: Side,
    /// How much: 0.1 (units of the asset), $500 or 25 lots; also "0.1 BTC"
    size: Size,
    /// Worst price accepted, USD for a unit [default: 1 % beyond the cached price]
    #[arg(long, value_parser = amount::unit_price)]
    limit: Option<Decimal>,
    /// Only reduce a position
    #[arg(long)]
    reduce_only: bool,
    /// Longest life, as 60s or 5m [default: the exchange's longest]
    #[arg(long, value_parser = amount::seconds)]
    life: Option<u32>,
    #[command(flatten)]
    which: Which,
}

/// Orders that wait for a price.
#[derive(Subcommand)]
pub enum StopCommand {
    /// Closes a position, or part of it, once the price reaches a trigger
    Place {
        /// Symbol, asset or number
        market: String,
        /// The price that it waits for, USD for a unit
        #[arg(long, value_parser = amount::unit_price)]
        at: Decimal,
        /// How much [default: the whole position]
        #[arg(long)]
        size: Option<Size>,
        /// Worst price accepted [default: 5 % beyond the trigger]
        #[arg(long, value_parser = amount::unit_price)]
        limit: Option<Decimal>,
        /// Longest wait [default: 30 days]
        #[arg(long, value_parser = amount::seconds)]
        life: Option<u32>,
        #[command(flatten)]
        which: Which,
    },
    /// Takes back an order that still waits for its trigger
    Cancel {
        /// Its place, as `order list` shows it
        place: u8,
        #[command(flatten)]
        which: Which,
    },
}

pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Place(args) => place(session, args).await,
        Command::List(which) => {
            let world = session.world().await?;
            let held = session.account(&which).await?;
            let (text, json) = listed(&world, &held.account);
            Ok(Report::new(text, json))
        }
        Command::Expire { place, which } => {
            let held = session.account(&which).await?;
            let words = format!(
                "remove the expired order in place {place} of {}",
                held.address
            );
            let instruction = instruction::expire_order(held.address, place);
            session.submit(Submission::new(words, instruction)).await
        }
    }
}

fn named<T>(field: &str, parsed: Result<T, String>) -> Outcome<T> {
    parsed.map_err(|what| CliError::input(format!("{field}: {what}")))
}

/// The worst price: as written, or so far beyond `from`.
fn limit(given: Option<Decimal>, buys: bool, market: &Market, from: u64, bps: u32) -> Outcome<u64> {
    if given.is_none() && from == 0 {
        return Err(CliError::input(
            "limit: the market has no price yet: write --limit",
        ));
    }
    let worst = amount::worst_price(given, buys, market.lot_exponent, Price(from), bps);
    named("limit", worst)
}

async fn place(session: &Session, args: Place) -> Outcome<Report> {
    let world = session.world().await?;
    let market = names::market(&world.mirror, &args.market)?;
    let cached = market.price.price_q32;
    let lots = named("size", args.size.lots(market.lot_exponent, Price(cached)))?;
    let buys = args.side == Side::Buy;
    let limit_q32 = limit(args.limit, buys, market, cached, SLIP_BPS)?;
    let life = args
        .life
        .unwrap_or(world.exchange()?.params.order_life_secs);
    let order = PlaceOrderArgs {
        lots: if buys { lots } else { -lots },
        limit_q32,
        expires_at: world.now.saturating_add(life.into()),
        reduce_only: args.reduce_only,
        trigger_q32: 0,
        trigger_above: false,
    };
    submit(session, &world, market, &args.which, order).await
}

pub async fn stop(session: &Session, command: StopCommand) -> Outcome<Report> {
    match command {
        StopCommand::Cancel { place, which } => {
            let held = session.account(&which).await?;
            let me = session.me()?;
            let words = format!(
                "take back the waiting order in place {place} of {}",
                held.address
            );
            let instruction = instruction::cancel_stop(me, held.address, place);
            session.submit(Submission::new(words, instruction)).await
        }
        StopCommand::Place {
            market,
            at,
            size,
            limit: worst,
            life,
            which,
        } => {
            let world = session.world().await?;
            let market = names::market(&world.mirror, &market)?;
            let held = session.account(&which).await?;
            let lots = held.account.position(market.index).map_or(0, |it| it.lots);
            if lots == 0 {
                return Err(CliError::input(format!(
                    "market: the account has no position in {} to close",
                    names::symbol(market)
                )));
            }
            let trigger = named(
                "at",
                amount::price_q32(at, market.lot_exponent, Rounding::Floor),
            )?;
            let size = match size {
                Some(size) => named("size", size.lots(market.lot_exponent, Price(trigger)))?,
                None => lots.saturating_abs(),
            };
            let buys = lots < 0;
            let life = life.map_or(STOP_LIFE_SECS, i64::from);
            let order = PlaceOrderArgs {
                lots: if buys { size } else { -size },
                limit_q32: limit(worst, buys, market, trigger, STOP_SLIP_BPS)?,
                expires_at: world.now.saturating_add(life),
                reduce_only: true,
                trigger_q32: trigger,
                trigger_above: trigger > market.price.price_q32,
            };
            submit(session, &world, market, &which, order).await
        }
    }
}

async fn submit(
    session: &Session,
    world: &World,
    market: &Market,
    which: &Which,
    args: PlaceOrderArgs,
) -> Outcome<Report> {
    let held = session.account(which).await?;
    let exchange = world.exchange()?;
    let words = format!(
        "{}; filled at the first price published {} s after {}, or not at all; {} USD are set aside \
         for whoever fills it",
        in_words(market, &args, world.now),
        exchange.params.order_delay_secs,
        if args.trigger_q32 == 0 {
            "it was placed"
        } else {
            "somebody shows that price"
        },
        show::usd(exchange.params.fill_reward_usd_atoms),
    );
    let me = session.me()?;
    let instruction = instruction::place_order(me, held.address, market.index, args);
    session.submit(Submission::new(words, instruction)).await
}

fn in_words(market: &Market, args: &PlaceOrderArgs, now: i64) -> String {
    let lot = market.lot_exponent;
    let verb = if args.lots > 0 { "buy" } else { "sell" };
    let worst = if args.lots > 0 { "most" } else { "least" };
    let mut words = format!(
        "{verb} {} {} at {worst} at {}",
        show::units(args.lots.saturating_abs(), lot),
        names::asset_of(market),
        show::price(args.limit_q32, lot),
    );
    if args.trigger_q32 != 0 {
        let way = if args.trigger_above { "rises" } else { "falls" };
        let trigger = show::price(args.trigger_q32, lot);
        words.push_str(&format!(" once the price {way} to {trigger}"));
    }
    if args.reduce_only {
        words.push_str(", only reducing");
    }
    let expiry = show::when(args.expires_at, now);
    format!("{words}, expires {expiry}")
}

/// The orders of an account, for people and for programs.
pub fn listed(world: &World, account: &MarginAccount) -> (String, Value) {
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    let places = (0u8..).zip(&account.orders);
    for (place, order) in places.filter(|(_, order)| order.lots != 0) {
        let Ok(market) = world.mirror.market(order.market) else {
            continue;
        };
        let lot = market.lot_exponent;
        let state = state(order, world);
        rows.push(vec![
            place.to_string(),
            names::symbol(market),
            if order.lots > 0 { "buy" } else { "sell" }.to_owned(),
            show::units(order.lots.saturating_abs(), lot),
            show::price(order.limit_q32, lot),
            if order.reduces_only() { "yes" } else { "no" }.to_owned(),
            if order.is_waiting() {
                show::price(order.trigger_q32, lot)
            } else {
                String::new()
            },
            state.to_owned(),
            show::when(order.expires_at, world.now),
        ]);
        all.push(json!({
            "place": place,
            "market": order.market,
            "symbol": names::symbol(market),
            "size": show::size_json(order.lots, lot),
            "limit": show::price_json(order.limit_q32, lot),
            "reduce_only": order.reduces_only(),
            "trigger": order.is_waiting().then(|| show::price_json(order.trigger_q32, lot)),
            "state": state,
            "placed_at": order.placed_at,
            "expires_at": order.expires_at,
        }));
    }
    let headers = [
        "place", "market", "side", "size", "limit", "reduces", "trigger", "state", "expires",
    ];
    (show::table(&headers, rows), all.into())
}

fn state(order: &Order, world: &World) -> &'static str {
    if !order.is_live(world.now) {
        "expired"
    } else if order.is_waiting() {
        "waits for its trigger"
    } else {
        "waits for a price"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::zeroed;

    fn market() -> Market {
        let mut market = zeroed::<Market>();
        market.lot_exponent = -5;
        market.symbol[..8].copy_from_slice(b"BTC-PERP");
        market.price.price_q32 = 140_000 << 32;
        market
    }

    #[test]
    fn a_limit_is_as_written_or_a_percent_beyond_the_cached_price() {
        let market = market();
        let given = amount::unit_price("13999.5").ok();
        let cached = market.price.price_q32;
        let written = limit(given, true, &market, cached, 100).unwrap();
        assert_eq!(show::price(written, -5), "13_999.50");
        let buy = limit(None, true, &market, cached, 100).unwrap();
        let sell = limit(None, false, &market, cached, 100).unwrap();
        assert_eq!(show::price(buy, -5), "14_140.00");
        assert_eq!(show::price(sell, -5), "13_860.00");
    }

    #[test]
    fn without_a_price_a_limit_must_be_written() {
        let error = limit(None, true, &market(), 0, 100).unwrap_err();
        assert_eq!(
            error.to_string(),
            "limit: the market has no price yet: write --limit"
        );
    }

    #[test]
    fn an_order_is_told_in_words() {
        let args = PlaceOrderArgs {
            lots: -10_000,
            limit_q32: 133_000 << 32,
            expires_at: 400,
            reduce_only: true,
            trigger_q32: 135_000 << 32,
            trigger_above: false,
        };
        assert_eq!(
            in_words(&market(), &args, 100),
            "sell 0.1 BTC at least at 13_300.00 once the price falls to 13_500.00, only reducing, \
             expires in 5 min 0 s"
        );
    }
}
