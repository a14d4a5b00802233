//! Configurations for other programs, and what to tell a person. The words are in `templates`.

use std::path::Path;
use std::{env, fmt, fs};

use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};

use crate::cast::Member;
use crate::local::Local;
use crate::recording;

const KEEPER: &str = include_str!("../templates/keeper.toml");
const SOLANA: &str = include_str!("../templates/solana.yml");
const NEXT: &str = include_str!("../templates/next.txt");
const PAGE: &str = include_str!("../templates/page.txt");
const PAGE_KEEPER: &str = include_str!("../templates/page-keeper.toml");
const TWO_KEEPERS: &str = include_str!("../templates/keepers.txt");
const SECOND_KEEPER: &str = include_str!("../templates/second-keeper.txt");
/// The configuration of each keeper, and where it answers.
const KEEPERS: [(&str, u16); 2] = [("keeper.toml", 9185), ("keeper-2.toml", 9186)];
const FIRST_METRICS: &str = "127.0.0.1:9185";
/// What the keeper beside the page leaves to others.
const LIQUIDATIONS: &str = "\"flag_account\", \"liquidate_partial\"";

/// What runs with the page.
pub struct Page {
    /// Where it is.
    pub url: String,
    /// Where its keeper answers.
    pub keeper: String,
    /// Whether that liquidates.
    pub liquidates: bool,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let liquidates = if self.liquidates {
            "It fills orders and liquidates"
        } else {
            "It fills orders. Accounts under maintenance wait for you on the page, under Keepers; with\n  \
             --liquidate it takes those, too"
        };
        let told = PAGE
            .replace("{url}", &self.url)
            .replace("{keeper}", &self.keeper)
            .replace("{liquidates}", liquidates);
        f.write_str(&told)
    }
}

impl Local {
    /// Writes `keeper.toml` and `keeper-2.toml`, and for every key that acts a Solana configuration
    /// `NAME.yml`.
    pub fn write_configurations(&self) -> Result<()> {
        for number in 0..KEEPERS.len() {
            self.write_keeper(number, "")?;
        }
        let members = [&self.authority, &self.provider];
        let members = members.into_iter().chain(&self.keepers);
        for member in members.chain(&self.traders) {
            self.write_configuration(member)?;
        }
        Ok(())
    }

    /// Writes `keeper.toml` for the keeper beside the page, which caches every price, and leaves
    /// liquidations to whoever looks at the page unless it `liquidates`.
    pub fn write_page_keeper(&self, liquidates: bool) -> Result<()> {
        let leave = if liquidates { "" } else { LIQUIDATIONS };
        self.write_keeper(0, &PAGE_KEEPER.replace("{leave}", leave))
    }

    fn write_keeper(&self, number: usize, more: &str) -> Result<()> {
        let (name, port) = KEEPERS[number];
        let feeds = (0..).zip(self.oracles().feeds());
        let line = |(number, address): (u16, Pubkey)| format!("{number} = \"{address}\"");
        let markets: Vec<String> = feeds
            .map(|(market, feed)| line((market, feed.address)))
            .collect();
        let banks: Vec<String> = self.bank_oracles()?.into_iter().map(line).collect();
        let text = self
            .connected(KEEPER, &self.keepers[number])
            .replace("{more}", more)
            .replace("{port}", &u16::to_string(&port))
            .replace("{markets}", &markets.join("\n"))
            .replace("{banks}", &banks.join("\n"));
        write(&self.folder().join(name), &text)
    }

    /// Writes the Solana configuration of one member.
    pub fn write_configuration(&self, member: &Member) -> Result<()> {
        let file = self.folder().join(format!("{}.yml", member.name));
        write(&file, &self.connected(SOLANA, member))
    }

    /// What can be tried now, where an hour passes in so many seconds.
    pub fn what_next(&self, secs_per_hour: f64, page: Option<&Page>) -> String {
        let traders = self.traders.iter().map(|member| member.name.as_str());
        let (first, keepers, metrics) = match page {
            None => (String::new(), TWO_KEEPERS, FIRST_METRICS.to_owned()),
            Some(page) => (page.to_string(), SECOND_KEEPER, page.keeper.clone()),
        };
        let next = self.connected(NEXT, &self.authority);
        format!("{first}{next}")
            .replace("{keepers}", keepers)
            .replace("{metrics}", &metrics)
            .replace("{shared}", &shared_output())
            .replace("{program}", &whittle::ID.to_string())
            .replace("{folder}", &self.folder().display().to_string())
            .replace("{traders}", &traders.collect::<Vec<_>>().join(", "))
            .replace("{note}", recording::NOTE)
            .replace("{speed}", &secs_per_hour.to_string())
    }

    fn connected(&self, template: &str, member: &Member) -> String {
        template
            .replace("{rpc}", self.rpc_url())
            .replace("{ws}", self.ws_url())
            .replace("{keypair}", &member.file.display().to_string())
    }
}

/// How another terminal uses what was built for this one.
fn shared_output() -> String {
    match env::var("CARGO_TARGET_DIR") {
        Ok(dir) => format!(", which shares what is built:\n  export CARGO_TARGET_DIR={dir}"),
        Err(_) => ":".to_owned(),
    }
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
