//! Caches prices and liquidates an account, in one transaction:
//!
//!     cargo run -p whittle-client --features rpc --example liquidate -- ACCOUNT MARKET=ORACLE...
//!
//! Node and key are those that Solana's command line is configured to. The bonus goes to the margin
//! account with number 0 of that key. The oracle accounts must be current already; the example
//! `post_price` makes one.

use anchor_lang::prelude::Pubkey;
use solana_signer::Signer;
use std::error::Error;
use std::time::Duration;
use whittle::error::WhittleError;
use whittle::state::MarginAccount;
use whittle_client::instruction::{self, Held};
use whittle_client::rpc::{config, Cluster, Draft, Failure, SendOptions};
use whittle_client::{address, decode, Writable};

/// Least bonus to accept, USD atoms.
const MIN_BONUS: i64 = 10_000;
/// Least and most price of a compute unit, millionths of a lamport.
const UNIT_PRICES: (u64, u64) = (1_000, 200_000);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: Pubkey = arguments.next().ok_or("name an account")?.parse()?;
    let prices = arguments.map(|pair| price(&pair));
    let prices = prices.collect::<Result<Vec<_>, _>>()?;

    let cluster = Cluster::new(&config::url(None, None)?, Duration::from_secs(10));
    let payer = config::keypair(None, None)?;
    let mirror = cluster.mirror().await?;
    let raw = cluster.account(&address).await?.ok_or("no such account")?;
    let account: MarginAccount = decode::account(&raw.data)?;

    let keeper = address::margin_account(&payer.pubkey(), 0);
    let account = &account;
    let held = Held { address, account };
    // All markets writable: right whatever the newer prices bring about.
    let all = Writable::All;
    let liquidate = instruction::liquidate_partial(&mirror, held, keeper, MIN_BONUS, all)
        .map_err(|error| error.to_string())?;
    let update = instruction::update_markets(&prices);
    let mut draft = Draft::new([update, liquidate]);

    // What three quarters of recent transactions with these accounts paid, within bounds.
    let usual = cluster.unit_price(&draft.writable(), 75).await?;
    draft.unit_price = usual.clamp(UNIT_PRICES.0, UNIT_PRICES.1);
    // A simulation costs nothing, tells a refusal beforehand, and how many units to ask for.
    let simulated = cluster.simulate(&draft, &payer.pubkey()).await?;
    if let Some(refusal) = simulated.refusal {
        match refusal.program() {
            Some(WhittleError::AccountHealthy) => println!("somebody was faster: {refusal}"),
            Some(WhittleError::PriceTooOld) => println!("post a newer update: {refusal}"),
            _ => println!("refused: {refusal}"),
        }
        return Ok(());
    }
    let units = simulated.units + simulated.units / 5;
    draft.units = Some(u32::try_from(units)?);

    let options = SendOptions::default();
    match cluster.send(&draft, &payer, &[], &options).await {
        Ok(landed) => println!("{} in slot {}", landed.signature, landed.slot),
        Err(Failure::Node(why)) => println!("it may have run all the same: {why}"),
        Err(failure) => println!("it did nothing: {failure}"),
    }
    Ok(())
}

fn price(pair: &str) -> Result<(u16, Pubkey), Box<dyn Error>> {
    let (market, oracle) = pair.split_once('=').ok_or("give MARKET=ORACLE")?;
    Ok((market.parse()?, oracle.parse()?))
}
