//! Which price account belongs to which market or token.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Session, World};
use crate::submit::Submission;
use anchor_lang::prelude::Pubkey;
use clap::Args;
use whittle::state::raw::{OracleConfig, ORACLE_PYTH_LEGACY};
use whittle_client::instruction;

/// Price accounts of markets or tokens.
#[derive(Args)]
pub struct Oracles {
    /// The price account of a pull feed, as BTC=ADDRESS; may be repeated [default: from --symbols]
    #[arg(long = "oracle", value_name = "NAME=ADDRESS")]
    oracles: Vec<String>,
}

/// Numbers of markets by name; all of them when none is named.
pub fn indexes(world: &World, markets: &[String]) -> Outcome<Vec<u16>> {
    if markets.is_empty() {
        return Ok(world.mirror.markets().map(|market| market.index).collect());
    }
    let index = |name: &String| Ok(names::market(&world.mirror, name)?.index);
    markets.iter().map(index).collect()
}

/// Their symbols, for people.
pub fn symbols(world: &World, markets: &[u16]) -> String {
    let found = markets
        .iter()
        .filter_map(|it| world.mirror.market(*it).ok());
    found.map(names::symbol).collect::<Vec<_>>().join(", ")
}

impl Oracles {
    /// The price account of what is called `name` by `is_it`: as given, of a legacy feed by itself,
    /// or as described.
    fn of(
        &self,
        name: &str,
        config: &OracleConfig,
        described: Option<Pubkey>,
        is_it: impl Fn(&str) -> bool,
    ) -> Outcome<Pubkey> {
        for given in &self.oracles {
            let wrong = || {
                CliError::input(format!(
                    "oracle: {given:?}: write NAME=ADDRESS, as BTC=ADDRESS"
                ))
            };
            let (given_name, address) = given.split_once('=').ok_or_else(wrong)?;
            if is_it(given_name.trim()) {
                return amount::key(address.trim())
                    .map_err(|what| CliError::input(format!("oracle: {what}")));
            }
        }
        if config.kind == ORACLE_PYTH_LEGACY {
            return Ok(Pubkey::new_from_array(config.key));
        }
        described.ok_or_else(|| {
            CliError::input(format!(
                "oracle: {name} has a pull feed: name the account with the posted update, as \
                 --oracle \"{name}=ADDRESS\", or a described exchange with --symbols FILE"
            ))
        })
    }

    /// The price account of a market.
    pub fn of_market(&self, session: &Session, world: &World, index: u16) -> Outcome<Pubkey> {
        let market = world.mirror.market(index)?;
        let is_it =
            |name: &str| names::market(&world.mirror, name).is_ok_and(|it| it.index == index);
        let described = session.names.oracle(market);
        self.of(&names::symbol(market), &market.oracle, described, is_it)
    }
}

/// Caches the prices of markets.
pub fn update_markets(
    session: &Session,
    world: &World,
    markets: &[String],
    oracles: &Oracles,
) -> Outcome<Submission> {
    let pairs = indexes(world, markets)?
        .into_iter()
        .map(|index| Ok((index, oracles.of_market(session, world, index)?)))
        .collect::<Outcome<Vec<_>>>()?;
    let markets: Vec<u16> = pairs.iter().map(|(index, _)| *index).collect();
    let words = format!("cache the prices of {}", symbols(world, &markets));
    Ok(Submission::new(words, instruction::update_markets(&pairs)))
}

/// Caches the prices of tokens. One with the feed of a market has that market's price account.
pub fn update_banks(
    session: &Session,
    world: &World,
    tokens: &[String],
    oracles: &Oracles,
) -> Outcome<Submission> {
    let banks = if tokens.is_empty() {
        world
            .mirror
            .banks()
            .filter(|bank| bank.index != 0)
            .collect()
    } else {
        let bank = |name: &String| session.names.bank(&world.mirror, name);
        tokens.iter().map(bank).collect::<Outcome<Vec<_>>>()?
    };
    let names: Vec<String> = banks.iter().map(|bank| session.names.token(bank)).collect();
    let pairs = banks
        .into_iter()
        .map(|bank| {
            let feed = (bank.oracle.kind, bank.oracle.key);
            let mut markets = world.mirror.markets();
            let alike = markets.find(|market| (market.oracle.kind, market.oracle.key) == feed);
            let described = alike.and_then(|market| session.names.oracle(market));
            let is_it = |name: &str| {
                let found = session.names.bank(&world.mirror, name);
                found.is_ok_and(|it| it.index == bank.index)
            };
            let name = session.names.token(bank);
            Ok((
                bank.mint,
                oracles.of(&name, &bank.oracle, described, is_it)?,
            ))
        })
        .collect::<Outcome<Vec<_>>>()?;
    let words = format!("cache the prices of {}", names.join(", "));
    Ok(Submission::new(words, instruction::update_banks(&pairs)))
}
