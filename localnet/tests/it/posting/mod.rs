//! A keeper that posts prices itself, through the stand-in for Pyth's programs: the sponsored accounts
//! stay as they were, so whatever happens, happens at posted prices.

mod faults;
mod rent;
mod uses;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use whittle::state::MarginAccount;
use whittle_client::price::pyth::Programs;
use whittle_localnet::stand_in;
use whittle_localnet::{Hermes, KeeperProcess, Local, Member};

use crate::{dollars, options, start};

const USDC: u64 = 1_000_000;
/// A long of 40,000 dollars of BTC with 5,000 dollars is healthy here ...
const CALM: [u64; 3] = [16_000, 700, 150];
/// ... and under maintenance here.
const FALLEN: [u64; 3] = [14_240, 700, 150];
const PATIENCE: Duration = Duration::from_secs(60);
const PROGRAMS: Programs = stand_in::PROGRAMS;
/// What the stand-in takes for an update, lamports.
const UPDATE_FEE: u64 = 7;

fn until(what: &str, keeper: Option<&KeeperProcess>, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > deadline {
            let log = keeper.map(|keeper| keeper.log().unwrap());
            panic!(
                "not within {PATIENCE:?}: {what}\n{}",
                log.unwrap_or_default()
            );
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// An exchange whose sponsored accounts were written once, with a Hermes that goes on.
struct Scene {
    hermes: Hermes,
    local: Local,
}

impl Scene {
    fn new() -> Self {
        let mut options = options();
        options.validator.others = stand_in::programs().unwrap();
        let local = start(options);
        stand_in::configure(local.node(), &PROGRAMS.wormhole, UPDATE_FEE).unwrap();
        local.publish(&dollars(CALM)).unwrap();
        let hermes = Hermes::start(local.oracles().feeds(), &dollars(CALM)).unwrap();
        Self { hermes, local }
    }

    /// A member with 5,000 dollars in a margin account.
    fn trader(&self, name: &str) -> Member {
        let trader = self.local.member(name, 5_000 * USDC).unwrap();
        self.local.open_account(&trader).unwrap();
        self.local.deposit(&trader, 0, 5_000 * USDC).unwrap();
        trader
    }

    /// The same with a position that was filled at the sponsored price.
    fn holder(&self, name: &str) -> Member {
        let trader = self.trader(name);
        self.local.place(&trader, 0, 40_000).unwrap();
        self.local.fill(&[&trader], &self.local.keepers[0]).unwrap();
        trader
    }

    /// The keeper under test, with what stands beside the defaults in its configuration.
    fn keeper(&self, more: &str) -> KeeperProcess {
        let member = self.member();
        let mut text = format!(
            "{more}\n[run]\nrpc_url = \"{}\"\nws_url = \"{}\"\nkeypair = \"{}\"\n\
             timeout_secs = 5\ndrain_secs = 30\nfee_cap = 1000\n\
             [run.pyth]\nhermes_url = \"{}\"\n[run.oracles.markets]\n",
            self.local.rpc_url(),
            self.local.ws_url(),
            member.file.display(),
            self.hermes.url,
        );
        for (market, feed) in self.local.oracles().feeds().iter().enumerate() {
            text += &format!("{market} = \"{}\"\n", feed.address);
        }
        fs::write(self.local.folder().join("posting.toml"), text).unwrap();
        KeeperProcess::start(&self.local, "posting.toml").unwrap()
    }

    fn member(&self) -> &Member {
        &self.local.keepers[1]
    }

    fn account(&self, member: &Member) -> MarginAccount {
        self.local.margin_account(&member.account()).unwrap()
    }

    /// What the sponsored accounts hold.
    fn sponsored(&self) -> Vec<Option<Vec<u8>>> {
        let feeds = self.local.oracles().feeds();
        let addresses: Vec<Pubkey> = feeds.iter().map(|feed| feed.address).collect();
        self.local.node().data(&addresses).unwrap()
    }

    /// Accounts of postings that the keeper has not closed.
    fn rented(&self) -> usize {
        let key = self.member().key().to_bytes();
        let made = |program: &Pubkey, at: usize| {
            let all = self.local.node().accounts_of(program).unwrap();
            let made = all
                .iter()
                .filter(|(_, data)| data.get(at..at + 32) == Some(&key[..]));
            made.count()
        };
        made(&PROGRAMS.wormhole, 9) + made(&PROGRAMS.receiver, 8)
    }

    fn lamports(&self) -> u64 {
        let params = serde_json::json!([self.member().key().to_string()]);
        let answer = self.local.node().call("getBalance", params).unwrap();
        answer["value"].as_u64().unwrap()
    }
}
