//! The table `run.pyth`.

use anyhow::{ensure, Result};
use serde::Deserialize;
use whittle_client::price::pyth::Programs;

/// Where signed updates come from, and when they are posted.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pyth {
    /// Hermes; empty to follow only what others publish.
    pub hermes_url: String,
    /// Which of Pyth's sets of programs to post with.
    pub programs: ProgramSet,
    /// The newest prices are asked for this often, milliseconds.
    pub poll_ms: u64,
    /// An answer may take so long, milliseconds.
    pub timeout_ms: u64,
    /// A price on the chain that is older than this is not acted on while there is a newer one, seconds.
    pub older_than_secs: u32,
    /// Nor one from which the newer one differs by more than this, basis points.
    pub moved_bps: u32,
    /// Which of the receiver's treasuries is paid.
    pub treasury: u8,
    /// Postings on their way at a time.
    pub at_once: usize,
}

/// Programs that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramSet {
    /// [`Programs::PYTHNET`].
    Pythnet,
    /// [`Programs::PRO`].
    Pro,
}

impl ProgramSet {
    /// Their addresses.
    pub fn programs(self) -> Programs {
        match self {
            Self::Pythnet => Programs::PYTHNET,
            Self::Pro => Programs::PRO,
        }
    }
}

impl Default for Pyth {
    fn default() -> Self {
        Self {
            hermes_url: String::new(),
            programs: ProgramSet::Pythnet,
            poll_ms: 1_000,
            timeout_ms: 2_000,
            older_than_secs: 3,
            moved_bps: 10,
            treasury: 0,
            at_once: 4,
        }
    }
}

impl Pyth {
    /// Bounds of every field. The URL is not shown: with some providers it holds the key.
    pub fn validate(&self) -> Result<()> {
        let url = &self.hermes_url;
        ensure!(
            url.is_empty() || url.starts_with("http://") || url.starts_with("https://"),
            "run.pyth.hermes_url: begin with http:// or https://, or leave it empty"
        );
        for (field, value) in [
            ("poll_ms", self.poll_ms),
            ("timeout_ms", self.timeout_ms),
            ("older_than_secs", self.older_than_secs.into()),
            ("at_once", self.at_once as u64),
        ] {
            ensure!(value > 0, "run.pyth.{field} is 0: give at least 1");
        }
        Ok(())
    }
}
