//! Posts a recorded update of Pyth's, caches it in a market, and gets the rent back:
//!
//!     cargo run -p whittle-client --features rpc --example post_price -- MARKET FILE
//!
//! The file holds what Hermes answered to `/v2/updates/price/latest`, not long ago: the market takes
//! no update older than its `accept_secs`. A bot asks Hermes itself, in an `Updates` of its own.
//! Node and key are those that Solana's command line is configured to.

use solana_keypair::Keypair;
use solana_signer::Signer;
use std::error::Error;
use std::time::Duration;
use whittle_client::instruction;
use whittle_client::price::{parse_hermes, pyth::Programs};
use whittle_client::price::{Feed, Posted, PriceSource, Recorded, Step};
use whittle_client::rpc::{config, Cluster, Draft, Failure, SendOptions};

/// Price of a compute unit, millionths of a lamport.
const UNIT_PRICE: u64 = 1_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let market: u16 = arguments.next().ok_or("name a market")?.parse()?;
    let file = arguments.next().ok_or("name a file")?;
    let updates = Recorded(parse_hermes(&std::fs::read_to_string(file)?)?);

    let cluster = Cluster::new(&config::url(None, None)?, Duration::from_secs(10));
    let payer = config::keypair(None, None)?;
    let mirror = cluster.mirror().await?;
    let listed = mirror.market(market).map_err(|error| error.to_string())?;
    let feed = Feed::of(&listed.oracle)?;

    let secret = || *Keypair::new().secret_bytes();
    let source = Posted::new(Programs::PYTHNET, payer.pubkey(), updates, secret);
    let prepared = source.prepare(&[feed]).await?;
    // Each relies on the one before and waits for its confirmation.
    for step in prepared.before {
        send(&cluster, &payer, step).await?;
    }
    let oracle = prepared.oracles[&feed];
    let update = Step {
        instructions: vec![instruction::update_markets(&[(market, oracle)])],
        compute_units: 10_000,
        ..Step::default()
    };
    let cached = send(&cluster, &payer, update).await;
    // Whatever became of it, the rent comes back.
    for step in prepared.after {
        send(&cluster, &payer, step).await?;
    }
    Ok(cached?)
}

async fn send(cluster: &Cluster, payer: &Keypair, step: Step) -> Result<(), Failure> {
    let draft = Draft::new(step.instructions)
        .with_units(step.compute_units)
        .with_unit_price(UNIT_PRICE);
    let others: Vec<&Keypair> = step.signers.iter().collect();
    let options = SendOptions::default();
    let landed = cluster.send(&draft, payer, &others, &options).await?;
    println!("{}", landed.signature);
    Ok(())
}
