//! One run of a command: the cluster, the key that signs, and what was read.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names::Names;
use crate::options::Options;
use anchor_lang::prelude::Pubkey;
use anchor_lang::ZeroCopy;
use core::str::FromStr;
use core::time::Duration;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::sync::OnceLock;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::{Bank, Exchange, MarginAccount};
use whittle_client::rpc::{config, Cluster};
use whittle_client::{address, decode, Mirror};

/// What a command works with.
pub struct Session {
    /// Options of every command.
    pub options: Options,
    /// The node.
    pub cluster: Cluster,
    /// Names of a described exchange.
    pub names: Names,
    keypair: OnceLock<Keypair>,
}

/// The exchange, and the chain's time.
pub struct World {
    /// Exchange, banks and markets.
    pub mirror: Mirror,
    /// Unix seconds.
    pub now: i64,
}

/// A margin account as typed: the owner's number, or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountRef {
    /// The number among the owner's accounts.
    Number(u16),
    /// The account itself.
    Address(Pubkey),
}

impl FromStr for AccountRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        amount::key(text).map(Self::Address).map_err(|_| {
            format!("{text:?} is no margin account: write its number, 0 to 65535, or its address")
        })
    }
}

/// Which margin account.
#[derive(clap::Args, Clone, Debug)]
pub struct Which {
    /// Number among the owner's accounts, or an address
    #[arg(long, short = 'a', default_value = "0", value_name = "NUMBER|ADDRESS")]
    pub account: AccountRef,
    /// Whose number it is [default: the keypair's owner]
    #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
    pub owner: Option<Pubkey>,
}

/// The same, also without the option's name.
#[derive(clap::Args, Clone, Debug)]
pub struct Named {
    /// The account, as --account
    #[arg(value_name = "NUMBER|ADDRESS")]
    name: Option<AccountRef>,
    #[command(flatten)]
    which: Which,
}

impl Named {
    /// Which one.
    pub fn which(self) -> Which {
        Which {
            account: self.name.unwrap_or(self.which.account),
            owner: self.which.owner,
        }
    }
}

/// A margin account that was read.
pub struct Account {
    /// Where it is.
    pub address: Pubkey,
    /// What is in it.
    pub account: MarginAccount,
}

impl Account {
    /// As the instruction builders take it.
    pub fn held(&self) -> whittle_client::instruction::Held<'_> {
        whittle_client::instruction::Held {
            address: self.address,
            account: &self.account,
        }
    }
}

impl World {
    /// The exchange. A mirror without one is refused when it is read.
    pub fn exchange(&self) -> Outcome<&Exchange> {
        self.mirror.exchange().ok_or_else(no_exchange)
    }

    /// The quote token.
    pub fn quote(&self) -> Outcome<&Bank> {
        let bank = self.mirror.bank(QUOTE_BANK);
        bank.map_err(|_| CliError::failed("the exchange has no quote token yet"))
    }
}

fn no_exchange() -> CliError {
    CliError::failed(
        "there is no exchange on this cluster: bring it there with `whittle exchange apply FILE`, \
         or name another --url",
    )
}

impl Session {
    /// Reads configuration and names; asks the cluster nothing.
    pub fn new(options: Options) -> Outcome<Self> {
        let url = config::url(options.url.as_deref(), options.config.as_deref()).map_err(input)?;
        let timeout = Duration::from_secs(options.timeout);
        Ok(Self {
            cluster: Cluster::new(&url, timeout),
            names: Names::read(options.symbols.as_deref())?,
            keypair: OnceLock::new(),
            options,
        })
    }

    /// The key that signs and pays.
    pub fn keypair(&self) -> Outcome<&Keypair> {
        if let Some(keypair) = self.keypair.get() {
            return Ok(keypair);
        }
        let keypair = config::keypair(
            self.options.keypair.as_deref(),
            self.options.config.as_deref(),
        )
        .map_err(input)?;
        Ok(self.keypair.get_or_init(|| keypair))
    }

    /// Its address.
    pub fn me(&self) -> Outcome<Pubkey> {
        Ok(self.keypair()?.pubkey())
    }

    /// The exchange, banks, markets and the time.
    pub async fn world(&self) -> Outcome<World> {
        let mirror = self.cluster.mirror().await?;
        if mirror.exchange().is_none() {
            return Err(no_exchange());
        }
        let now = self.cluster.now().await?;
        Ok(World { mirror, now })
    }

    /// An account of the program, `None` where there is none.
    pub async fn read<T: ZeroCopy>(&self, address: &Pubkey) -> Outcome<Option<T>> {
        let found = self.cluster.account(address).await?;
        let Some(found) = found.filter(|found| found.owner == whittle::ID) else {
            return Ok(None);
        };
        let account = decode::account(&found.data);
        account
            .map(Some)
            .map_err(|error| CliError::failed(format!("{address}: {error}")))
    }

    /// All accounts of a type.
    pub async fn all<T: ZeroCopy>(&self) -> Outcome<Vec<(Pubkey, T)>> {
        let loaded = self
            .cluster
            .program_accounts(Some(T::DISCRIMINATOR))
            .await?;
        let read = |(address, account): &(Pubkey, _)| {
            let account: &whittle_client::rpc::RawAccount = account;
            Some((*address, decode::account(&account.data).ok()?))
        };
        Ok(loaded.accounts.iter().filter_map(read).collect())
    }

    /// The address of a margin account.
    pub fn address_of(&self, which: &Which) -> Outcome<Pubkey> {
        match which.account {
            AccountRef::Address(address) => Ok(address),
            AccountRef::Number(number) => {
                let owner = match which.owner {
                    Some(owner) => owner,
                    None => self.me()?,
                };
                Ok(address::margin_account(&owner, number))
            }
        }
    }

    /// A margin account that must be there.
    pub async fn account(&self, which: &Which) -> Outcome<Account> {
        let address = self.address_of(which)?;
        match self.read(&address).await? {
            Some(account) => Ok(Account { address, account }),
            None => Err(CliError::failed(match which.account {
                AccountRef::Number(number) => format!(
                    "there is no margin account {number} (it would be {address}): open it with \
                     `whittle account open --number {number}`"
                ),
                AccountRef::Address(_) => format!("there is no margin account at {address}"),
            })),
        }
    }
}

fn input(error: impl core::fmt::Display) -> CliError {
    CliError::input(error.to_string())
}

/// An account of zeros, for tests.
#[cfg(test)]
pub fn zeroed<T: ZeroCopy>() -> T {
    T::zeroed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_a_number_or_an_address() {
        assert_eq!("7".parse(), Ok(AccountRef::Number(7)));
        let key = Pubkey::new_unique();
        assert_eq!(key.to_string().parse(), Ok(AccountRef::Address(key)));
        let error = "my-account".parse::<AccountRef>().unwrap_err();
        assert_eq!(
            error,
            "\"my-account\" is no margin account: write its number, 0 to 65535, or its address"
        );
    }
}
