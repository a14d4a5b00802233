//! Lists the margin accounts of an exchange and says what a liquidation of each would do:
//!
//!     cargo run -p whittle-client --features rpc --example preview -- [URL]
//!
//! Without a URL the one that Solana's command line is configured to.

use anchor_lang::Discriminator;
use std::error::Error;
use std::time::Duration;
use whittle::error::Outcome;
use whittle::state::MarginAccount;
use whittle_client::rpc::{config, Cluster};
use whittle_client::{decode, Mirror};
use whittle_risk::health::State;
use whittle_risk::Usd;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = config::url(std::env::args().nth(1).as_deref(), None)?;
    let cluster = Cluster::new(&url, Duration::from_secs(10));
    // The exchange, its banks and its markets. The program's own code decides on these copies.
    let mirror = cluster.mirror().await?;
    let now = cluster.now().await?;
    let kind = Some(MarginAccount::DISCRIMINATOR);
    for (address, raw) in cluster.program_accounts(kind).await?.accounts {
        let account: MarginAccount = decode::account(&raw.data)?;
        match preview(&mirror, &account, now) {
            Ok(text) => println!("{address}: {text}"),
            Err(error) => println!("{address}: cannot be judged: {error}"),
        }
    }
    Ok(())
}

/// `now` in Unix seconds, of the chain's clock.
fn preview(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<String> {
    let health = mirror.health(account, now)?;
    let state = mirror.state(account, now)?;
    let mut text = format!(
        "{state:?}, equity {} of {} USD atoms",
        health.equity.0, health.maintenance.0
    );
    if matches!(state, State::Healthy | State::MarginCall) {
        return Ok(text);
    }
    text += &match mirror.plan(account, now, Usd::ZERO) {
        Ok(plan) => format!(
            "; closes in the markets {:?} for a bonus of {} USD atoms",
            Mirror::closed_markets(account, &plan),
            plan.bonus.0
        ),
        // `NotFlagged` asks for `flag_account`, `NotConfirmed` for newer prices.
        Err(refusal) => format!("; not yet: {refusal} ({})", refusal.name()),
    };
    Ok(text)
}
