//! Somebody who signs: a trader, a keeper, a liquidity provider.

use anchor_lang::prelude::Pubkey;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::rc::Rc;
use whittle::instructions::{PlaceOrderArgs, RequestLiquidityArgs};
use whittle::state::liquidity_request::{REQUEST_DEPOSIT, REQUEST_WITHDRAW};
use whittle::state::recovery::RecoveryPlan;
use whittle_client::instruction::{self, Buyer, Held};
use whittle_client::{address, Writable};

use crate::outcome::Sent;
use crate::spec;
use crate::world::World;

/// A key with a name, and one of its margin accounts. Everything that it owns is in the [`World`].
#[derive(Clone)]
pub struct Actor {
    name: String,
    key: Rc<Keypair>,
    sub_id: u16,
    // Searching for an address costs more than most checks of a transaction.
    account: Pubkey,
}

impl Actor {
    /// The same name is the same actor, in every run.
    pub fn named(name: &str) -> Self {
        let key = spec::key(name);
        Self {
            name: name.to_owned(),
            account: address::margin_account(&key.pubkey(), 0),
            key: Rc::new(key),
            sub_id: 0,
        }
    }

    /// The same actor acting through another of its margin accounts.
    pub fn sub(&self, sub_id: u16) -> Self {
        Self {
            sub_id,
            account: address::margin_account(&self.address(), sub_id),
            ..self.clone()
        }
    }

    /// For messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs with.
    pub fn key(&self) -> &Keypair {
        &self.key
    }

    /// Its address.
    pub fn address(&self) -> Pubkey {
        self.key.pubkey()
    }

    /// Number of the margin account that it acts through.
    pub fn sub_id(&self) -> u16 {
        self.sub_id
    }

    /// That margin account.
    pub fn account(&self) -> Pubkey {
        self.account
    }

    /// Its token account for a mint.
    pub fn wallet(&self, mint: &Pubkey) -> Pubkey {
        spec::address(&format!("{} wallet {mint}", self.name))
    }

    /// Opens its margin account.
    #[track_caller]
    pub fn open(&self, world: &mut World) -> Sent {
        let instruction = instruction::open_margin_account(self.address(), self.sub_id);
        world.send_as(self, instruction)
    }

    /// Closes its margin account.
    #[track_caller]
    pub fn close(&self, world: &mut World) -> Sent {
        let instruction = instruction::close_margin_account(self.address(), self.account());
        world.send_as(self, instruction)
    }

    /// Names who may place orders for it.
    #[track_caller]
    pub fn delegate_to(&self, world: &mut World, delegate: &Actor) -> Sent {
        let (owner, account) = (self.address(), self.account());
        let instruction = instruction::set_delegate(owner, account, delegate.address());
        world.send_as(self, instruction)
    }

    /// Deposits from its token account into its margin account.
    #[track_caller]
    pub fn deposit(&self, world: &mut World, bank: u16, amount: u64) -> Sent {
        self.deposit_for(world, self, bank, amount)
    }

    /// Deposits from its token account into the margin account of `beneficiary`.
    #[track_caller]
    pub fn deposit_for(
        &self,
        world: &mut World,
        beneficiary: &Actor,
        bank: u16,
        amount: u64,
    ) -> Sent {
        let bank = world.bank(bank);
        let source = world.wallet(self, &bank.mint);
        let account = beneficiary.account();
        let mirror = world.mirror();
        let depositor = self.address();
        let instruction = instruction::deposit(&mirror, depositor, account, source, &bank, amount);
        world.send_as(self, instruction.expect("known banks"))
    }

    /// Withdraws to its token account.
    #[track_caller]
    pub fn withdraw(&self, world: &mut World, bank: u16, amount: u64) -> Sent {
        let bank = world.bank(bank);
        let receiver = world.wallet(self, &bank.mint);
        let account = world.account_of(self);
        let held = self.held(&account);
        let instruction = instruction::withdraw(&world.mirror(), held, receiver, &bank, amount);
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Buys just enough of a bank's token from an account with an overdraft, at most so many atoms.
    #[track_caller]
    pub fn convert(&self, world: &mut World, trader: &Actor, bank: u16, max_atoms: u64) -> Sent {
        let account = world.account_of(trader);
        let bank = world.bank(bank);
        let quote = world.bank(0).mint;
        let buyer = Buyer {
            key: self.address(),
            source: world.wallet(self, &quote),
            receiver: world.wallet(self, &bank.mint),
        };
        let held = trader.held(&account);
        let mirror = world.mirror();
        let instruction = instruction::convert_collateral(&mirror, held, buyer, &bank, max_atoms);
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Charges the interest that somebody owes.
    #[track_caller]
    pub fn charge_interest(&self, world: &mut World, trader: &Actor) -> Sent {
        world.send_as(self, instruction::charge_interest(trader.account()))
    }

    /// Places an order at any price that lives as long as an order may.
    #[track_caller]
    pub fn place(&self, world: &mut World, market: u16, lots: i64) -> Sent {
        let args = self.order(world, lots);
        self.place_with(world, market, args)
    }

    /// An order at any price that lives as long as an order may.
    pub fn order(&self, world: &World, lots: i64) -> PlaceOrderArgs {
        let exchange = *world.mirror().exchange().expect("an exchange");
        PlaceOrderArgs {
            lots,
            limit_q32: if lots > 0 { u64::MAX } else { 1 },
            expires_at: world.now() + i64::from(exchange.params.order_life_secs),
            reduce_only: false,
            trigger_q32: 0,
            trigger_above: false,
        }
    }

    /// Places an order.
    #[track_caller]
    pub fn place_with(&self, world: &mut World, market: u16, args: PlaceOrderArgs) -> Sent {
        let instruction = instruction::place_order(self.address(), self.account(), market, args);
        world.send_as(self, instruction)
    }

    /// Fills somebody's order with what the market's oracle account shows; gets the reward.
    #[track_caller]
    pub fn fill(&self, world: &mut World, trader: &Actor, place: u8) -> Sent {
        let account = world.account_of(trader);
        let order = account.orders.get(usize::from(place));
        let market = order.expect("a place").market;
        let oracle = world.market_feeds[usize::from(market)].stub.address;
        let held = trader.held(&account);
        let mirror = world.mirror();
        let instruction = instruction::fill_order(&mirror, held, self.account(), oracle, place);
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Removes somebody's expired order.
    #[track_caller]
    pub fn expire(&self, world: &mut World, trader: &Actor, place: u8) -> Sent {
        let instruction = instruction::expire_order(trader.account(), place);
        world.send_as(self, instruction)
    }

    /// Calls somebody's margin.
    #[track_caller]
    pub fn call_margin(&self, world: &mut World, trader: &Actor) -> Sent {
        let account = world.account_of(trader);
        let instruction = instruction::issue_margin_call(&world.mirror(), trader.held(&account));
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Sets its recovery plan.
    #[track_caller]
    pub fn plan_recovery(&self, world: &mut World, plan: RecoveryPlan) -> Sent {
        let instruction = instruction::set_recovery_plan(self.address(), self.account(), plan);
        world.send_as(self, instruction)
    }

    /// Executes somebody's recovery plan for at least this fee, USD atoms.
    #[track_caller]
    pub fn recover_for(&self, world: &mut World, trader: &Actor, min_fee: i64) -> Sent {
        let account = world.account_of(trader);
        let instruction = instruction::execute_recovery(
            &world.mirror(),
            trader.held(&account),
            self.account(),
            min_fee,
            Writable::All,
        );
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Marks its margin account as a reserve, or takes the mark away.
    #[track_caller]
    pub fn be_reserve(&self, world: &mut World, is_reserve: bool) -> Sent {
        let instruction = instruction::set_reserve(self.address(), self.account(), is_reserve);
        world.send_as(self, instruction)
    }

    /// Tops somebody's account up from a reserve by at most this, USD atoms.
    #[track_caller]
    pub fn top_up(&self, world: &mut World, trader: &Actor, reserve: &Actor, most: i64) -> Sent {
        let account = world.account_of(trader);
        let held = trader.held(&account);
        let instruction = instruction::top_up(&world.mirror(), held, reserve.account(), most);
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Triggers somebody's order.
    #[track_caller]
    pub fn trigger(&self, world: &mut World, trader: &Actor, place: u8) -> Sent {
        let orders = world.account_of(trader).orders;
        let market = orders.get(usize::from(place)).expect("a place").market;
        let instruction = instruction::trigger_order(trader.account(), market, place);
        world.send_as(self, instruction)
    }

    /// Takes back its order that waits for a trigger.
    #[track_caller]
    pub fn cancel(&self, world: &mut World, place: u8) -> Sent {
        let instruction = instruction::cancel_stop(self.address(), self.account(), place);
        world.send_as(self, instruction)
    }

    /// Flags somebody's account.
    #[track_caller]
    pub fn flag(&self, world: &mut World, trader: &Actor) -> Sent {
        let account = world.account_of(trader);
        let instruction = instruction::flag_account(&world.mirror(), trader.held(&account));
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Liquidates somebody's account for any bonus.
    #[track_caller]
    pub fn liquidate(&self, world: &mut World, trader: &Actor) -> Sent {
        self.liquidate_for(world, trader, 0)
    }

    /// Liquidates somebody's account for at least this bonus, USD atoms.
    #[track_caller]
    pub fn liquidate_for(&self, world: &mut World, trader: &Actor, min_bonus: i64) -> Sent {
        let account = world.account_of(trader);
        let instruction = instruction::liquidate_partial(
            &world.mirror(),
            trader.held(&account),
            self.account(),
            min_bonus,
            Writable::All,
        );
        world.send_as(self, instruction.expect("known banks and markets"))
    }

    /// Settles its account with these markets.
    #[track_caller]
    pub fn settle(&self, world: &mut World, markets: &[u16]) -> Sent {
        let instruction = instruction::settle_account(self.account(), markets);
        world.send_as(self, instruction)
    }

    /// Asks to deposit quote tokens into the pool.
    #[track_caller]
    pub fn request_deposit(&self, world: &mut World, amount: u64, min_out: u64) -> Sent {
        self.request(world, REQUEST_DEPOSIT, amount, min_out)
    }

    /// Asks to withdraw shares from the pool.
    #[track_caller]
    pub fn request_withdrawal(&self, world: &mut World, shares: u64, min_out: u64) -> Sent {
        self.request(world, REQUEST_WITHDRAW, shares, min_out)
    }

    #[track_caller]
    fn request(&self, world: &mut World, kind: u8, amount_atoms: u64, min_out_atoms: u64) -> Sent {
        let quote = world.bank(0);
        let tokens = world.wallet(self, &quote.mint);
        let shares = world.wallet(self, &address::share_mint());
        let (source, receiver) = if kind == REQUEST_DEPOSIT {
            (tokens, shares)
        } else {
            (shares, tokens)
        };
        let args = RequestLiquidityArgs {
            kind,
            amount_atoms,
            min_out_atoms,
        };
        let owner = self.address();
        let instruction = instruction::request_liquidity(owner, &quote, source, receiver, args);
        world.send_as(self, instruction)
    }

    /// Fills somebody's request to the pool.
    #[track_caller]
    pub fn fill_request(&self, world: &mut World, provider: &Actor) -> Sent {
        let request = world.read(&address::liquidity_request(&provider.address()));
        let instruction = instruction::fill_liquidity_request(&world.mirror(), &request);
        world.send_as(self, instruction.expect("a quote token"))
    }

    /// Returns what somebody's expired request held.
    #[track_caller]
    pub fn refund_request(&self, world: &mut World, provider: &Actor) -> Sent {
        let request: whittle::state::LiquidityRequest =
            world.read(&address::liquidity_request(&provider.address()));
        let quote = world.bank(0);
        let mint = if request.kind == REQUEST_DEPOSIT {
            quote.mint
        } else {
            address::share_mint()
        };
        let receiver = world.wallet(provider, &mint);
        let instruction = instruction::refund_liquidity_request(&request, &quote, receiver);
        world.send_as(self, instruction)
    }

    /// Its margin account, for instructions that look at what is in it.
    pub fn held<'a>(&self, account: &'a whittle::state::MarginAccount) -> Held<'a> {
        Held {
            address: self.account(),
            account,
        }
    }
}
