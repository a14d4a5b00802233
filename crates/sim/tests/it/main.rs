//! Whole runs: the same seed gives the same bytes, no cash is lost, policies behave as their venues do,
//! and the command line says what is wrong.

mod command_line;
mod comparing;
mod searching;

use whittle_migrations::describe::Description;
use whittle_sim::path::Grid;
use whittle_sim::runner::Plan;
use whittle_sim::source::Sources;
use whittle_sim::trader::TraderTerms;
use whittle_sim::world::{Roles, WorldTerms};

const EXAMPLE: &str = include_str!("../../../../migrations/examples/exchange.toml");

fn example() -> Description {
    Description::parse(EXAMPLE).expect("the example is right")
}

/// Two markets and a token that loses its peg, eight days with a crash.
fn rough() -> Sources {
    let mut sources = Sources::default();
    for text in [
        "BTC=heston:days=8,price=16000,sigma=110%,kappa=20,xi=4,common=0.8+crash:day=4,minutes=40,fall=25%,back=0.4",
        "ETH=jumps:days=8,price=700,sigma=120%,rate=200,deviation=4%,common=0.8",
        "USDT=stable:days=8+depeg:day=3,to=0.9,hours=8",
    ] {
        sources.add(text).expect("prices");
    }
    sources
}

fn plan<'a>(described: &'a Description, sources: &'a Sources, seeds: &[u64]) -> Plan<'a> {
    Plan {
        described,
        exchange: "the example".to_owned(),
        sources,
        roles: Roles {
            markets: vec![0, 1],
            banks: vec![None, None, Some(2)],
        },
        terms: WorldTerms {
            traders: TraderTerms {
                accounts: 150,
                stay_days: 3.0,
                pause_days: 0.5,
                ..TraderTerms::default()
            },
            pool: 3_000_000.0,
            insurance: 100_000.0,
            ..WorldTerms::default()
        },
        grid: Grid::of(0),
        seeds: seeds.to_vec(),
    }
}
