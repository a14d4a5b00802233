//! What people do on an exchange, as transactions.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::associated_token::get_associated_token_address;
use anyhow::{anyhow, Context, Error, Result};
use whittle::error::Outcome;
use whittle::instructions::{PlaceOrderArgs, RequestLiquidityArgs};
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::{LiquidityRequest, MarginAccount};
use whittle_client::instruction::{self, Held};
use whittle_client::{address, decode, Mirror, Writable};

use crate::cast::{Member, Trader};
use crate::local::{Local, SOL, USDC};

/// Worst price of an order, as a part of the cached one.
const LIMIT_ROOM: u64 = 20;
const DOLLAR: i64 = 1_000_000;
const CLOCK_MARGIN: i64 = 5;

impl Local {
    /// Exchange, banks and markets as they stand on chain.
    pub fn mirror(&self) -> Result<Mirror> {
        let banks = self.description.banks.iter();
        let markets = 0..u16::try_from(self.symbols().len())?;
        let addresses: Vec<Pubkey> = [address::exchange()]
            .into_iter()
            .chain(banks.map(|bank| address::bank(&bank.mint)))
            .chain(markets.map(address::market))
            .collect();
        let mut mirror = Mirror::default();
        for data in self.node().data(&addresses)?.iter().flatten() {
            mirror.take(data);
        }
        Ok(mirror)
    }

    /// A margin account as it stands on chain.
    pub fn margin_account(&self, address: &Pubkey) -> Result<MarginAccount> {
        let data = self.node().data(&[*address])?.pop().flatten();
        let data = data.with_context(|| format!("there is no account at {address}"))?;
        decode::account(&data).map_err(|error| anyhow!("{address}: {error}"))
    }

    /// The oracle account of each bank but the first, by its number.
    pub fn bank_oracles(&self) -> Result<Vec<(u16, Pubkey)>> {
        let feeds = self.oracles().feeds();
        let banks = (1..).zip(self.description.banks.iter().skip(1));
        banks
            .map(|(index, bank)| {
                let feed = feeds.iter().find(|feed| feed.id == bank.args.oracle.key);
                let feed =
                    feed.with_context(|| format!("no market has the feed of {}", bank.name))?;
                Ok((index, feed.address))
            })
            .collect()
    }

    /// Instructions that cache the published prices of all markets and of all banks but the first.
    pub fn updates(&self) -> Result<Vec<Instruction>> {
        let feeds = self.oracles().feeds();
        let markets: Vec<(u16, Pubkey)> =
            (0..).zip(feeds.iter().map(|feed| feed.address)).collect();
        let priced = self
            .description
            .banks
            .iter()
            .skip(1)
            .zip(self.bank_oracles()?);
        let banks: Vec<(Pubkey, Pubkey)> = priced
            .map(|(bank, (_, address))| (bank.mint, address))
            .collect();
        Ok(vec![
            instruction::update_markets(&markets),
            instruction::update_banks(&banks),
        ])
    }

    /// Caches the published prices; the first keeper pays.
    pub fn update(&self) -> Result<()> {
        self.node()
            .send(&self.updates()?, &[&self.keepers[0].keypair])
    }

    /// Moves cash between pool, insurance fund and the markets' lines.
    pub fn settle_markets(&self) -> Result<()> {
        let markets: Vec<u16> = (0..u16::try_from(self.symbols().len())?).collect();
        let settle = instruction::settle_markets(&markets);
        self.node().send(&[settle], &[&self.keepers[0].keypair])
    }

    /// Opens a member's margin account with number 0.
    pub fn open_account(&self, member: &Member) -> Result<()> {
        let open = instruction::open_margin_account(member.key(), 0);
        self.node().send(&[open], &[&member.keypair])
    }

    /// Deposits so many atoms of a bank's token from the member's wallet.
    pub fn deposit(&self, member: &Member, bank: u16, atoms: u64) -> Result<()> {
        let deposit = deposit(&self.mirror()?, member, bank, atoms)?;
        self.node().send(&[deposit], &[&member.keypair])
    }

    /// Places an order for so many dollars of notional at the published price, short when negative.
    pub fn place(&self, member: &Member, market: u16, dollars: i64) -> Result<()> {
        self.update()?;
        let order = order(&self.mirror()?, self.node().now()?, member, market, dollars)?;
        self.node().send(&[order], &[&member.keypair])
    }

    /// Opens a margin account with the deposits and orders of a trader of the example, in one
    /// transaction. Prices were cached before.
    pub(crate) fn seat(&self, member: &Member, trader: &Trader) -> Result<()> {
        let (mirror, now) = (self.mirror()?, self.node().now()?);
        let mut all = vec![
            instruction::open_margin_account(member.key(), 0),
            deposit(&mirror, member, 0, trader.deposit * USDC)?,
        ];
        if trader.collateral > 0 {
            let atoms = trader.collateral * SOL;
            let mint = mirror.bank(1).map_err(Error::msg)?.mint;
            self.node().set_tokens(&member.key(), &mint, atoms)?;
            all.push(deposit(&mirror, member, 1, atoms)?);
        }
        for position in trader.positions {
            let dollars = i64::try_from(trader.deposit)? * position.leverage;
            all.push(order(&mirror, now, member, position.market, dollars)?);
        }
        self.node().send(&all, &[&member.keypair])
    }

    /// Fills all orders of these members with the update that is due, which it publishes: the last
    /// prices again. Nothing may have been published since the delay of the oldest passed. Rewards go
    /// to `filler`.
    pub fn fill(&self, members: &[&Member], filler: &Member) -> Result<()> {
        let mirror = self.mirror()?;
        let exchange = mirror.exchange().context("there is no exchange")?;
        let delay = i64::from(exchange.params.order_delay_secs);
        let mut hold = self.oracles().hold();
        let mut due = 0;
        for member in members {
            for order in self.margin_account(&member.account())?.orders {
                if order.lots != 0 {
                    due = due.max(order.placed_at.saturating_add(delay));
                }
            }
        }
        hold.republish(self.node(), due)?;
        for member in members {
            let orders = self.margin_account(&member.account())?.orders;
            for (place, _) in (0u8..).zip(orders).filter(|(_, order)| order.lots != 0) {
                self.fill_one(&mirror, member, place, filler)?;
            }
        }
        Ok(())
    }

    fn fill_one(&self, mirror: &Mirror, member: &Member, place: u8, filler: &Member) -> Result<()> {
        let account = self.margin_account(&member.account())?;
        let held = Held {
            address: member.account(),
            account: &account,
        };
        let market = account.orders[usize::from(place)].market;
        let feed = self.oracles().feeds()[usize::from(market)].address;
        let fill = instruction::fill_order(mirror, held, filler.account(), feed, place)
            .map_err(Error::msg)?;
        let mut all = self.updates()?;
        all.push(fill);
        self.node().send(&all, &[&filler.keypair])
    }

    /// Flags a member's account at the published prices.
    pub fn flag(&self, member: &Member, keeper: &Member) -> Result<()> {
        self.flag_at(&member.account(), keeper)
    }

    /// The same by the account's address.
    pub fn flag_at(&self, account: &Pubkey, keeper: &Member) -> Result<()> {
        self.with_account(account, keeper, |mirror, held| {
            instruction::flag_account(mirror, held)
        })
    }

    /// Liquidates a member's account at the published prices, for whatever bonus.
    pub fn liquidate(&self, member: &Member, keeper: &Member) -> Result<()> {
        self.liquidate_at(&member.account(), keeper)
    }

    /// The same by the account's address.
    pub fn liquidate_at(&self, account: &Pubkey, keeper: &Member) -> Result<()> {
        self.with_account(account, keeper, |mirror, held| {
            let account = keeper.account();
            instruction::liquidate_partial(mirror, held, account, 0, Writable::All)
        })
    }

    /// One transaction: the updates, then what `make` gives.
    fn with_account(
        &self,
        address: &Pubkey,
        keeper: &Member,
        make: impl Fn(&Mirror, Held) -> Outcome<Instruction>,
    ) -> Result<()> {
        let account = self.margin_account(address)?;
        let held = Held {
            address: *address,
            account: &account,
        };
        let mut all = self.updates()?;
        all.push(make(&self.mirror()?, held).map_err(Error::msg)?);
        self.node().send(&all, &[&keeper.keypair])
    }

    /// The provider deposits into the pool.
    pub(crate) fn fund_pool(&self, atoms: u64) -> Result<()> {
        let (node, provider) = (self.node(), &self.provider);
        let key = provider.key();
        let source = get_associated_token_address(&key, &self.quote_mint());
        let receiver = get_associated_token_address(&key, &address::share_mint());
        node.set_tokens(&key, &self.quote_mint(), atoms)?;
        // Creates the account for the shares.
        node.set_tokens(&key, &address::share_mint(), 0)?;
        let mirror = self.mirror()?;
        let args = RequestLiquidityArgs {
            kind: REQUEST_DEPOSIT,
            amount_atoms: atoms,
            min_out_atoms: 0,
        };
        let quote = mirror.bank(0).map_err(Error::msg)?;
        let request = instruction::request_liquidity(key, quote, source, receiver, args);
        node.send(&[request], &[&provider.keypair])?;

        let data = node.data(&[address::liquidity_request(&key)])?.pop();
        let data = data.flatten().context("the request is not there")?;
        let request: LiquidityRequest = decode::account(&data)?;
        let exchange = mirror.exchange().context("there is no exchange")?;
        let delay = i64::from(exchange.params.order_delay_secs);
        let due = request.requested_at.saturating_add(delay);
        let mut hold = self.oracles().hold();
        hold.republish(node, due)?;
        // Markets without positions ask the chain's clock, which is behind by a slot or more.
        node.wait_for(due)?;
        let mut all = self.updates()?;
        all.push(instruction::fill_liquidity_request(&mirror, &request).map_err(Error::msg)?);
        node.send(&all, &[&provider.keypair])
    }
}

pub(crate) fn deposit(
    mirror: &Mirror,
    member: &Member,
    bank: u16,
    atoms: u64,
) -> Result<Instruction> {
    let bank = mirror.bank(bank).map_err(Error::msg)?;
    let source = get_associated_token_address(&member.key(), &bank.mint);
    let (owner, account) = (member.key(), member.account());
    instruction::deposit(mirror, owner, account, source, bank, atoms).map_err(Error::msg)
}

pub(crate) fn order(
    mirror: &Mirror,
    now: i64,
    member: &Member,
    market: u16,
    dollars: i64,
) -> Result<Instruction> {
    let exchange = mirror.exchange().context("there is no exchange")?;
    let price = mirror.market(market).map_err(Error::msg)?.price.price_q32;
    let lots = (i128::from(dollars * DOLLAR) << 32) / i128::from(price.max(1));
    let room = price / LIMIT_ROOM;
    let args = PlaceOrderArgs {
        lots: i64::try_from(lots)?,
        limit_q32: if dollars > 0 {
            price.saturating_add(room)
        } else {
            price - room
        },
        // No longer than allowed, even if the transaction is processed by an older clock.
        expires_at: now + i64::from(exchange.params.order_life_secs) - CLOCK_MARGIN,
        reduce_only: false,
        trigger_q32: 0,
        trigger_above: false,
    };
    let account = member.account();
    Ok(instruction::place_order(
        member.key(),
        account,
        market,
        args,
    ))
}
