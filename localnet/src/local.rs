//! From nothing to a running exchange.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use anchor_spl::token;
use anyhow::{anyhow, Context, Result};
use solana_keypair::Keypair;
use tempfile::TempDir;
use whittle_migrations::{Description, Migration, RpcChain};

use crate::cast::{Member, TRADERS, YOU};
use crate::node::Node;
use crate::oracle::Oracles;
use crate::play::{Pace, Player};
use crate::recording::Recording;
use crate::validator::{Validator, ValidatorOptions};

const EXAMPLE: &str = include_str!("../../migrations/examples/exchange.toml");
/// What of the example is for real time and would be in the way where hours pass in seconds.
const FASTER: [(&str, &str); 4] = [
    ("sample_interval_secs", "5"),
    ("shock", "\"40 %\""),
    ("elevated_variance", "\"0.001\""),
    ("extreme_variance", "\"0.01\""),
];
/// Where the bank begins that reads the feed of no market.
const STABLECOIN: &str = "[[banks]]\nname = \"USDT\"";
/// Lamports of a SOL.
pub const SOL: u64 = 1_000_000_000;
/// Atoms of a USDC.
pub const USDC: u64 = 1_000_000;
/// What every key gets to pay fees and rent with.
const PURSE: u64 = 1_000 * SOL;
const POOL: u64 = 5_000_000 * USDC;
/// What the authority seeds the insurance fund from.
const TREASURY: u64 = 1_000_000 * USDC;
/// In the wallet of each trader, besides what is deposited.
const WALLET: u64 = 10_000 * USDC;

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The validator.
    pub validator: ValidatorOptions,
    /// Where keys and configurations go; a temporary one when none is given.
    pub folder: Option<PathBuf>,
    /// The described exchange, TOML. Every bank but the first reads the feed of a market.
    pub exchange: String,
    /// The first prices.
    pub recording: Recording,
    /// Whether the traders of the example open their accounts and positions.
    pub traders: bool,
}

impl Options {
    /// What `cargo xtask` has prepared, in a temporary folder, with the recorded week.
    pub fn prepared() -> Result<Self> {
        Ok(Self {
            validator: ValidatorOptions::prepared()?,
            folder: None,
            exchange: example(),
            recording: Recording::week()?,
            traders: true,
        })
    }
}

/// The example of `migrations/examples` without its stablecoin, of which nothing is recorded, and with
/// what a recording at speed needs changed.
pub fn example() -> String {
    let (before, rest) = EXAMPLE.split_once(STABLECOIN).unwrap_or((EXAMPLE, ""));
    let after = rest.find("\n[pool]").map_or("", |at| &rest[at..]);

    let change = |line: &str| {
        let key = line.split('=').next().unwrap_or_default().trim();
        match FASTER.iter().find(|(name, _)| *name == key) {
            Some((name, value)) => format!("{name} = {value} # changed for the local exchange\n"),
            None => format!("{line}\n"),
        }
    };
    let lines = before.lines().chain(after.lines());
    lines.map(change).collect()
}

/// What a [`Player`] needs beside its recording.
pub(crate) struct Shared {
    pub node: Node,
    pub oracles: Oracles,
    pub symbols: Vec<String>,
}

/// A validator with an exchange. Dropping it ends the validator and removes a temporary folder.
pub struct Local {
    // First, so that it ends before its folder goes.
    validator: Validator,
    pub(crate) shared: Arc<Shared>,
    /// As applied.
    pub description: Description,
    /// The exchange's authority, which also may mint the quote token.
    pub authority: Member,
    /// Keepers with a margin account each, which receives bonuses and rewards.
    pub keepers: [Member; 2],
    /// Owns shares of the pool.
    pub provider: Member,
    /// The traders of the example; none when they were not asked for.
    pub traders: Vec<Member>,
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl Local {
    /// Starts the validator, applies the exchange, funds pool and insurance and lets the example's
    /// traders open their positions. `say` hears what is being done.
    pub fn start(options: Options, mut say: impl FnMut(&str)) -> Result<Self> {
        let mut local = Self::bare(&options, &mut say)?;
        say("applying the exchange by migrations");
        local.apply(&mut say)?;
        say("funding the pool");
        local.open_for_trade()?;
        if options.traders {
            say("opening the traders' positions");
            local.seat_traders()?;
        }
        Ok(local)
    }

    /// Only the validator with the program, the mints, funded keys and published prices: what a
    /// migration needs.
    pub fn bare(options: &Options, mut say: impl FnMut(&str)) -> Result<Self> {
        let description =
            Description::parse(&options.exchange).map_err(|problems| anyhow!("{problems}"))?;
        let (folder, temporary) = match &options.folder {
            Some(folder) => (folder.clone(), None),
            None => {
                let temporary = TempDir::new()?;
                (temporary.path().to_path_buf(), Some(temporary))
            }
        };
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("exchange.toml"), &options.exchange)?;
        say("starting the validator and deploying the program");
        let validator = Validator::start(&options.validator, &folder)?;
        let symbols = description.markets.iter().map(|market| market.symbol());
        let shared = Shared {
            node: Node::new(&validator.rpc_url)?,
            oracles: Oracles::new(&description),
            symbols: symbols.collect(),
        };
        let member = |name: &str| Member::create(&folder, name);
        let local = Self {
            authority: member("authority")?,
            keepers: [member("keeper-1")?, member("keeper-2")?],
            provider: member("provider")?,
            traders: Vec::new(),
            validator,
            shared: Arc::new(shared),
            description,
            folder,
            _temporary: temporary,
        };
        local.fund(&options.recording)?;
        Ok(local)
    }

    fn fund(&self, recording: &Recording) -> Result<()> {
        let node = self.node();
        for bank in &self.description.banks {
            if node.data(&[bank.mint])?.pop().flatten().is_none() {
                let data = mint(&self.authority.keypair, bank.decimals);
                node.set_account(&bank.mint, &token::ID, 10 * SOL, &data)?;
            }
        }
        for member in [&self.authority, &self.provider]
            .into_iter()
            .chain(&self.keepers)
        {
            node.set_lamports(&member.key(), PURSE)?;
        }
        node.set_tokens(&self.authority.key(), &self.quote_mint(), TREASURY)?;
        let prices = recording.prices(recording.start, &self.shared.symbols);
        self.publish(&prices)?;
        Ok(())
    }

    /// Brings the chain to the description; returns the number of transactions.
    pub fn apply(&self, mut say: impl FnMut(&str)) -> Result<usize> {
        let mut chain = self.chain()?;
        let done = Migration::new(&self.description)
            .apply(&mut chain, |piece| say(&format!("  {piece}")))?;
        Ok(done)
    }

    /// The chain as a migration sees it, signing as the authority.
    pub fn chain(&self) -> Result<RpcChain> {
        let payer = self.authority.keypair.insecure_clone();
        Ok(RpcChain::new(self.rpc_url(), payer)?)
    }

    /// The keepers get their accounts, the pool gets cash and the markets their lines.
    pub fn open_for_trade(&self) -> Result<()> {
        for keeper in &self.keepers {
            self.open_account(keeper)?;
        }
        self.fund_pool(POOL)?;
        self.settle_markets()
    }

    fn seat_traders(&mut self) -> Result<()> {
        self.update()?;
        for trader in TRADERS {
            let quote = WALLET.saturating_add(trader.deposit * USDC);
            let member = self.member(trader.name, quote)?;
            self.seat(&member, &trader)?;
            self.traders.push(member);
        }
        let members: Vec<&Member> = self.traders.iter().collect();
        self.fill(&members, &self.keepers[0])
    }

    /// A new key with SOL and so many atoms of the quote token in its wallet. It has no margin account
    /// yet.
    pub fn member(&self, name: &str, quote_atoms: u64) -> Result<Member> {
        let member = Member::create(&self.folder, name)?;
        self.node().set_lamports(&member.key(), PURSE)?;
        self.node()
            .set_tokens(&member.key(), &self.quote_mint(), quote_atoms)?;
        Ok(member)
    }

    /// Publishes one price for each market, in 10^-8 dollars; returns the publish time. Waits for the
    /// next second if it must.
    pub fn publish(&self, prices: &[u64]) -> Result<i64> {
        let mut hold = self.shared.oracles.hold();
        hold.publish(self.node(), prices, 0)
    }

    /// Plays a recording until the player is dropped.
    pub fn play(&self, recording: Recording, pace: Pace) -> Player {
        Player::start(Arc::clone(&self.shared), recording, pace)
    }

    /// The oracle accounts.
    pub fn oracles(&self) -> &Oracles {
        &self.shared.oracles
    }

    /// Requests to the validator.
    pub fn node(&self) -> &Node {
        &self.shared.node
    }

    /// For requests over HTTP.
    pub fn rpc_url(&self) -> &str {
        &self.validator.rpc_url
    }

    /// For subscriptions over WebSocket.
    pub fn ws_url(&self) -> &str {
        &self.validator.ws_url
    }

    /// The validator's process.
    pub fn validator(&self) -> &Validator {
        &self.validator
    }

    /// Keys and configurations.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The markets' names, in their order.
    pub fn symbols(&self) -> &[String] {
        &self.shared.symbols
    }

    /// The quote token.
    pub fn quote_mint(&self) -> Pubkey {
        let quote = self.description.banks.first();
        quote.map_or_else(Pubkey::default, |bank| bank.mint)
    }

    /// The trader of the example without positions, if it was asked for.
    pub fn you(&self) -> Option<&Member> {
        self.traders.iter().find(|member| member.name == YOU)
    }
}

/// A mint of SPL Token that `authority` may mint from.
fn mint(authority: &Keypair, decimals: u8) -> Vec<u8> {
    use solana_signer::Signer;
    const SIZE: usize = 82;
    let mut data = vec![1, 0, 0, 0]; // there is an authority
    data.extend(authority.pubkey().to_bytes());
    data.extend(u64::MAX.to_le_bytes()); // more than wallets are given
    data.extend([decimals, 1]); // initialized
    data.resize(SIZE, 0); // nobody freezes
    data
}
