//! The accounts that the page has seen.

use crate::problem::{Answer, Problem};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;
use whittle::state::{
    Bank, Exchange, InsuranceFund, LiquidityRequest, MarginAccount, Market, Pool, Proposal,
};
use whittle_client::{decode, Mirror};

/// What an account is, by its number in `Kind` of types.ts.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Kind {
    Exchange = 1,
    Bank,
    Market,
    Pool,
    Insurance,
    Account,
    Request,
    Proposal,
    ShareMint,
}

/// Accounts by their addresses.
#[derive(Default)]
pub(crate) struct Book {
    pub mirror: Mirror,
    pub exchange: Option<Pubkey>,
    pub banks: BTreeMap<u16, Pubkey>,
    pub markets: BTreeMap<u16, Pubkey>,
    pub pool: Option<(Pubkey, Box<Pool>)>,
    pub insurance: Option<(Pubkey, Box<InsuranceFund>)>,
    pub accounts: BTreeMap<Pubkey, Box<MarginAccount>>,
    pub requests: BTreeMap<Pubkey, Box<LiquidityRequest>>,
    pub proposals: BTreeMap<Pubkey, Box<Proposal>>,
    /// What tokens are called, by their mints: no account of the program says it.
    pub names: BTreeMap<Pubkey, String>,
    /// Atoms of the pool's shares that there are.
    pub shares: Option<u64>,
}

impl Book {
    /// Keeps an account in the place of what was known of it.
    pub fn take(&mut self, address: Pubkey, data: &[u8]) -> u32 {
        self.keep(address, data).map_or(0, |kind| kind as u32)
    }

    fn keep(&mut self, address: Pubkey, data: &[u8]) -> Option<Kind> {
        // Accounts of traders are many, so they are asked for first.
        if let Ok(account) = decode::account::<MarginAccount>(data) {
            self.accounts.insert(address, Box::new(account));
            return Some(Kind::Account);
        }
        if let Ok(market) = decode::account::<Market>(data) {
            self.markets.insert(market.index, address);
            self.mirror.set_market(market);
            return Some(Kind::Market);
        }
        if let Ok(bank) = decode::account::<Bank>(data) {
            self.banks.insert(bank.index, address);
            self.mirror.set_bank(bank);
            return Some(Kind::Bank);
        }
        if let Ok(exchange) = decode::account::<Exchange>(data) {
            self.exchange = Some(address);
            self.mirror.set_exchange(exchange);
            return Some(Kind::Exchange);
        }
        if let Ok(pool) = decode::account::<Pool>(data) {
            self.pool = Some((address, Box::new(pool)));
            return Some(Kind::Pool);
        }
        if let Ok(fund) = decode::account::<InsuranceFund>(data) {
            self.insurance = Some((address, Box::new(fund)));
            return Some(Kind::Insurance);
        }
        if let Ok(request) = decode::account::<LiquidityRequest>(data) {
            self.requests.insert(address, Box::new(request));
            return Some(Kind::Request);
        }
        if let Ok(proposal) = decode::account::<Proposal>(data) {
            self.proposals.insert(address, Box::new(proposal));
            return Some(Kind::Proposal);
        }
        let (_, pool) = self.pool.as_ref()?;
        if pool.share_mint != address {
            return None;
        }
        self.shares = Some(supply(data)?);
        Some(Kind::ShareMint)
    }

    /// Forgets an account that was closed: exchange, banks, markets and funds never are.
    pub fn forget(&mut self, address: &Pubkey) {
        self.accounts.remove(address);
        self.requests.remove(address);
        self.proposals.remove(address);
    }

    /// The exchange.
    pub fn rules(&self) -> Answer<&Exchange> {
        self.mirror
            .exchange()
            .ok_or_else(|| Problem::plain("The exchange is not loaded yet"))
    }

    /// A market.
    pub fn market(&self, index: u16) -> Answer<&Market> {
        self.mirror
            .market(index)
            .map_err(|_| Problem::input("market", format!("There is no market {index}")))
    }

    /// A bank.
    pub fn bank(&self, index: u16) -> Answer<&Bank> {
        self.mirror
            .bank(index)
            .map_err(|_| Problem::input("bank", format!("There is no collateral token {index}")))
    }

    /// A margin account.
    pub fn account(&self, address: &Pubkey) -> Answer<&MarginAccount> {
        let found = self.accounts.get(address).map(Box::as_ref);
        found.ok_or_else(|| {
            Problem::input(
                "account",
                "The margin account is not known: it was closed, or it is not loaded yet",
            )
        })
    }

    /// What a token is called. Without a name the quote token, which is worth a dollar by definition, is
    /// called by the one that it mostly is.
    pub fn token(&self, bank: &Bank) -> String {
        if let Some(name) = self.names.get(&bank.mint) {
            name.clone()
        } else if bank.index == whittle::state::bank::QUOTE_BANK {
            "USDC".to_owned()
        } else {
            format!("token {}", bank.index)
        }
    }
}

/// Where a mint of SPL Token keeps its supply, after the optional authority.
const SUPPLY: core::ops::Range<usize> = 36..44;

fn supply(mint: &[u8]) -> Option<u64> {
    let bytes = mint.get(SUPPLY)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}
