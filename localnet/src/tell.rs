//! Configurations for other programs, and what to tell a person. The words are in `templates`.

use std::path::Path;
use std::{env, fs};

use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};

use crate::cast::Member;
use crate::local::Local;
use crate::recording;

const KEEPER: &str = include_str!("../templates/keeper.toml");
const SOLANA: &str = include_str!("../templates/solana.yml");
const NEXT: &str = include_str!("../templates/next.txt");

impl Local {
    /// Writes `keeper.toml` and `keeper-2.toml`, and for every key that acts a Solana configuration
    /// `NAME.yml`.
    pub fn write_configurations(&self) -> Result<()> {
        let files = [("keeper.toml", 9185), ("keeper-2.toml", 9186)];
        for ((name, port), keeper) in files.iter().zip(&self.keepers) {
            let feeds = (0..).zip(self.oracles().feeds());
            let line = |(number, address): (u16, Pubkey)| format!("{number} = \"{address}\"");
            let markets: Vec<String> = feeds
                .map(|(market, feed)| line((market, feed.address)))
                .collect();
            let banks: Vec<String> = self.bank_oracles()?.into_iter().map(line).collect();
            let text = self
                .connected(KEEPER, keeper)
                .replace("{port}", &u16::to_string(port))
                .replace("{markets}", &markets.join("\n"))
                .replace("{banks}", &banks.join("\n"));
            write(&self.folder().join(name), &text)?;
        }
        let members = [&self.authority, &self.provider];
        let members = members.into_iter().chain(&self.keepers);
        for member in members.chain(&self.traders) {
            self.write_configuration(member)?;
        }
        Ok(())
    }

    /// Writes the Solana configuration of one member.
    pub fn write_configuration(&self, member: &Member) -> Result<()> {
        let file = self.folder().join(format!("{}.yml", member.name));
        write(&file, &self.connected(SOLANA, member))
    }

    /// What can be tried now.
    pub fn what_next(&self, secs_per_hour: f64) -> String {
        let traders = self.traders.iter().map(|member| member.name.as_str());
        self.connected(NEXT, &self.authority)
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
