//! What everybody has, at fair prices: by [`whittle_client::Mirror`], the adapter and the risk crate's
//! own functions. Prices must be fair and cached when this is asked.

use anchor_lang::prelude::Pubkey;
use whittle::snapshot::book;
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::{LiquidityRequest, MarginAccount};
use whittle_client::{address, decode};
use whittle_risk::nav::{amount_for_shares, NetAssetValue};
use whittle_risk::{Price, Ratio, Usd};

use super::arena::{Arena, TOKEN};
use crate::actor::Actor;
use crate::token;

/// What everybody has, USD atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// The attackers: wallets, shares of the pool, requests, and accounts that are worth something.
    pub attackers: i64,
    /// Everybody else outside the pool: the same.
    pub honest: i64,
    /// What accounts that are worth less than nothing owe.
    pub owed: i64,
    /// The pool, shares of attackers and of requests taken off.
    pub pool: i64,
    /// The insurance fund with its lines.
    pub insurance: i64,
    /// Open positions and markets: how many roundings of an atom there may be.
    pub roundings: i64,
}

impl Worth {
    /// Of everybody together. Nothing that anybody does changes it but by roundings and, of tokens other
    /// than the quote token, by their prices.
    pub fn total(&self) -> i64 {
        self.attackers + self.honest - self.owed + self.pool + self.insurance
    }
}

impl Arena {
    /// What everybody has at the cached prices.
    pub fn worth(&self) -> Worth {
        let mut worth = Worth {
            insurance: self.insurance(),
            roundings: 32,
            ..Worth::default()
        };
        let accounts: Vec<MarginAccount> = self.accounts();
        for account in &accounts {
            let equity = self.equity(account);
            worth.roundings += 2 * i64::try_from(account.open_positions().count()).unwrap_or(8);
            worth.owed -= equity.min(0);
            *self.side(&mut worth, &account.owner) += equity.max(0);
        }
        let value = self.pool_value();
        worth.pool = value;
        for actor in self.people() {
            let mut held = self.wallet_of(actor);
            let mut shares = self.world.tokens_of(actor, &address::share_mint());
            if let Some(request) = self.request_of(actor) {
                if request.kind == REQUEST_DEPOSIT {
                    held += atoms(request.amount_atoms);
                } else {
                    shares += request.amount_atoms;
                }
            }
            let share = self.worth_of_shares(shares, value);
            // Shares of honest providers stay in the pool's part.
            if self.is_attacker(&actor.address()) {
                worth.pool -= share;
                held += share;
            }
            *self.side(&mut worth, &actor.address()) += held;
        }
        worth
    }

    fn side<'a>(&self, worth: &'a mut Worth, owner: &Pubkey) -> &'a mut i64 {
        if self.is_attacker(owner) {
            &mut worth.attackers
        } else {
            &mut worth.honest
        }
    }

    fn wallet_of(&self, actor: &Actor) -> i64 {
        let bank = self.world.bank(TOKEN);
        let tokens = self.world.tokens_of(actor, &bank.mint);
        let tokens = Price(bank.price.price_q32).notional_floor(tokens);
        let quote = self.world.tokens_of(actor, &self.world.bank(0).mint);
        atoms(quote) + tokens.expect("in range").0
    }

    /// A pending request to the pool.
    pub fn request_of(&self, actor: &Actor) -> Option<LiquidityRequest> {
        let raw = self
            .world
            .raw(&address::liquidity_request(&actor.address()))?;
        decode::account(&raw.data).ok()
    }

    /// All margin accounts.
    pub fn accounts(&self) -> Vec<MarginAccount> {
        let picture = self.world.picture();
        let ours = picture
            .accounts
            .values()
            .filter(|it| it.owner == whittle::ID);
        ours.filter_map(|it| decode::account(&it.data).ok())
            .collect()
    }

    /// Equity at cached prices with what orders have set aside; tokens without their haircut.
    pub fn equity(&self, account: &MarginAccount) -> i64 {
        let (mirror, now) = (self.world.mirror(), self.world.now());
        let health = mirror.health(account, now).expect("known markets");
        let mut equity = health.equity.0;
        equity += account
            .orders
            .iter()
            .map(|order| order.escrow().0)
            .sum::<i64>();
        if account.used_collaterals().next().is_some() {
            equity -= mirror
                .snapshot(account, now)
                .expect("known banks")
                .collateral
                .0;
        }
        for held in account.used_collaterals() {
            let bank = self.world.bank(held.bank);
            let price = Price(bank.price.price_q32);
            equity += price.notional_floor(held.amount_atoms).expect("in range").0;
        }
        equity
    }

    fn insurance(&self) -> i64 {
        let lines = self.world.all_markets().into_iter();
        let lines = lines.map(|market| self.world.market(market).insurance_line_usd_atoms);
        self.world.insurance().cash_usd_atoms + lines.sum::<i64>()
    }

    /// The pool's net asset value without doubt, losses of traders in full; what insolvent accounts owe
    /// is counted with them.
    pub fn pool_value(&self) -> i64 {
        let own = self.world.pool().own_cash().expect("in range");
        let mut value = NetAssetValue::from_cash(own);
        for index in self.world.all_markets() {
            let (market, now) = (self.world.market(index), self.world.now());
            let mut mark = market.mark(now);
            mark.price = Price(market.price.price_q32);
            mark.doubt_shift = 0;
            let market = book(&market, &mark, now).expect("in range");
            value = value.plus_market(&market, Ratio::ONE).expect("in range");
        }
        value.higher.0
    }

    fn worth_of_shares(&self, shares: u64, value: i64) -> i64 {
        if shares == 0 {
            return 0;
        }
        atoms(amount_for_shares(shares, self.share_supply(), Usd(value.max(0))).expect("in range"))
    }

    /// Shares of the pool.
    pub fn share_supply(&self) -> u64 {
        let mint = self.world.raw(&address::share_mint());
        token::supply(mint.expect("the share mint"))
    }

    /// Shares that the attackers hold, requests included.
    pub fn shares_of_attackers(&self) -> u64 {
        let shares = self.attackers.iter().map(|actor| {
            let asked = self
                .request_of(actor)
                .filter(|it| it.kind != REQUEST_DEPOSIT);
            let asked = asked.map_or(0, |it| it.amount_atoms);
            asked + self.world.tokens_of(actor, &address::share_mint())
        });
        shares.sum()
    }
}

fn atoms(amount: u64) -> i64 {
    i64::try_from(amount).expect("less than 2^63")
}
