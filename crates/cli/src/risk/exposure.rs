//! What the pool is exposed to: the program's own sums.

use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Session, World};
use crate::show::{self, Report};
use serde_json::json;
use whittle::instructions::Exposure;
use whittle::state::Pool;
use whittle_client::address;

/// Reads the pool.
pub async fn pool(session: &Session) -> Outcome<Pool> {
    let pool = session.read::<Pool>(&address::pool()).await?;
    pool.ok_or_else(|| {
        CliError::failed("there is no pool yet: `whittle exchange apply FILE` creates it")
    })
}

/// Prints it.
pub async fn run(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let pool = pool(session).await?;
    let exposure = world.mirror.exposure(&pool, world.now)?;
    Ok(report(&world, &exposure))
}

fn report(world: &World, exposure: &Exposure) -> Report {
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    let (mut delta, mut payout) = (0i128, 0i128);
    for (market, found) in world.mirror.markets().zip(&exposure.markets) {
        delta += i128::from(found.delta_usd_atoms);
        payout += i128::from(found.worst_payout_usd_atoms);
        rows.push(vec![
            names::symbol(market),
            show::units(found.delta_lots, market.lot_exponent),
            show::cents(found.delta_usd_atoms),
            show::cents(found.worst_payout_usd_atoms),
            show::market_price(market),
            show::when(found.publish_time, world.now),
        ]);
        all.push(json!({
            "market": market.index,
            "symbol": names::symbol(market),
            "delta": show::size_json(found.delta_lots, market.lot_exponent),
            "delta_usd": show::usd_json(found.delta_usd_atoms),
            "worst_payout": show::usd_json(found.worst_payout_usd_atoms),
            "publish_time": found.publish_time,
        }));
    }
    let pairs = [
        ("cash and reserve", show::cents_usd(exposure.cash_usd_atoms)),
        (
            "value for those who leave",
            show::cents_usd(exposure.lower_value_usd_atoms),
        ),
        (
            "value for those who enter",
            show::cents_usd(exposure.higher_value_usd_atoms),
        ),
        ("net delta", show::cents_usd(delta)),
        ("worst payout", show::cents_usd(payout)),
    ];
    let headers = [
        "market",
        "delta",
        "delta USD",
        "worst payout USD",
        "price",
        "published",
    ];
    let text = format!(
        "{}\n\n{}",
        show::fields(&pairs),
        show::table(&headers, rows)
    );
    let json = json!({
        "cash": show::usd_json(exposure.cash_usd_atoms),
        "lower_value": show::usd_json(exposure.lower_value_usd_atoms),
        "higher_value": show::usd_json(exposure.higher_value_usd_atoms),
        "markets": all,
    });
    Report::new(text, json)
}
