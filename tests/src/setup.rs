//! Building an exchange, and moving its prices.

use anchor_lang::prelude::Pubkey;
use solana_signer::Signer;
use whittle::instructions::PlaceOrderArgs;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::{Bank, Market};
use whittle_client::{address, instruction};

use crate::actor::Actor;
use crate::oracle::{OracleStub, Quote, Update};
use crate::outcome::{Done, Sent};
use crate::spec::{self, BankSpec, ExchangeSpec, MarketSpec, USDC};
use crate::token;
use crate::world::{mint_address, Feed, World};

impl World {
    /// An exchange with USDC, a pool of a million dollars, an insurance fund of ten thousand and a
    /// BTC market at 40,000 dollars whose lines are filled.
    pub fn new() -> Self {
        Self::with_markets(&[MarketSpec::default()])
    }

    /// The same with these markets.
    pub fn with_markets(markets: &[MarketSpec]) -> Self {
        Self::with_means(markets, spec::pool_params(), spec::insurance_params())
    }

    /// The same with these terms of the pool and the insurance fund.
    pub fn with_means(
        markets: &[MarketSpec],
        pool: PoolParams,
        insurance: InsuranceParams,
    ) -> Self {
        let mut world = Self::with_exchange(&ExchangeSpec::default());
        world.list_bank(&BankSpec::usdc()).ok();
        for market in markets {
            world.list_market(market).ok();
        }
        world.create_pool_with(pool, insurance).ok();
        world.seed_insurance(10_000 * USDC).ok();
        world.fund_pool(1_000_000 * USDC);
        let all = world.all_markets();
        if !all.is_empty() {
            world.update(&all).ok();
            world.settle_markets(&all).ok();
        }
        world
    }

    /// An exchange without banks or markets.
    pub fn with_exchange(spec: &ExchangeSpec) -> Self {
        let mut world = Self::bare();
        world.initialize(spec).ok();
        world
    }

    /// Creates the exchange.
    #[track_caller]
    pub fn initialize(&mut self, spec: &ExchangeSpec) -> Sent {
        let authority = self.authority.clone();
        let instruction = instruction::initialize_exchange(authority.address(), spec.args());
        self.send_as(&authority, instruction)
    }

    /// Creates a mint without listing it.
    pub fn create_mint(&mut self, spec: &BankSpec) -> Pubkey {
        let mint = mint_address(spec.symbol);
        let authority = self.authority.address();
        let account = token::mint(spec.token_2022, spec.decimals, authority);
        self.put(mint, &format!("the mint of {}", spec.symbol), &account);
        self.call(
            address::bank(&mint),
            &format!("the bank of {}", spec.symbol),
        );
        self.call(
            address::vault(&mint),
            &format!("the vault of {}", spec.symbol),
        );
        mint
    }

    /// Creates a mint and its feed and lists a bank for it, with its price cached unless it is the
    /// quote token. It is open at once, as if it had been listed long ago.
    #[track_caller]
    pub fn list_bank(&mut self, spec: &BankSpec) -> Sent {
        let mint = self.create_mint(spec);
        let is_quote = self.bank_feeds.is_empty();
        let stub = (!is_quote).then(|| OracleStub::pull(spec.symbol));
        let authority = self.authority.clone();
        let instruction = instruction::list_bank(
            authority.address(),
            mint,
            token::program(spec.token_2022),
            spec.args(stub),
        );
        let sent = self.send_as(&authority, instruction);
        if sent.succeeded() {
            let index = u16::try_from(self.bank_feeds.len()).expect("few banks");
            self.forge::<Bank>(address::bank(&mint), |bank| bank.opens_at = 0);
            self.bank_feeds
                .push(stub.map(|stub| Feed { stub, last: None }));
            if stub.is_some() {
                self.publish_bank(index, spec.quote);
                self.update_banks(&[index]).ok();
            }
        }
        sent
    }

    /// Publishes a first price and lists a market that reads it. It is open at once, as if it had
    /// been listed long ago.
    #[track_caller]
    pub fn list_market(&mut self, spec: &MarketSpec) -> Sent {
        let stub = spec.feed();
        let update = stub.update(spec.quote, self.now());
        self.show(&stub, spec.symbol, &update);
        let authority = self.authority.clone();
        let index = u16::try_from(self.market_feeds.len()).expect("few markets");
        let instruction =
            instruction::list_market(authority.address(), index, stub.address, spec.args());
        let sent = self.send_as(&authority, instruction);
        if sent.succeeded() {
            self.forge::<Market>(address::market(index), |market| market.opens_at = 0);
            let last = Some(update);
            self.market_feeds.push(Feed { stub, last });
        }
        sent
    }

    /// Creates the pool and the insurance fund.
    #[track_caller]
    pub fn create_pool(&mut self) -> Sent {
        self.create_pool_with(spec::pool_params(), spec::insurance_params())
    }

    /// The same with these terms.
    #[track_caller]
    pub fn create_pool_with(&mut self, pool: PoolParams, insurance: InsuranceParams) -> Sent {
        let authority = self.authority.clone();
        let create = instruction::create_pool(authority.address(), pool, insurance);
        self.send_as(&authority, create)
    }

    /// Pays quote tokens into the insurance fund.
    #[track_caller]
    pub fn seed_insurance(&mut self, amount: u64) -> Sent {
        let authority = self.authority.clone();
        let quote = self.bank(0);
        let source = self.wallet(&authority, &quote.mint);
        self.give(&authority, &quote.mint, amount);
        let payer = authority.address();
        let instruction = instruction::seed_insurance(payer, source, &quote, amount);
        self.send_as(&authority, instruction)
    }

    /// A liquidity provider named "lp" deposits into the pool, the whole way.
    #[track_caller]
    pub fn fund_pool(&mut self, amount: u64) -> Actor {
        let provider = self.actor("lp");
        let quote = self.bank(0).mint;
        self.give(&provider, &quote, amount);
        provider.request_deposit(self, amount, 0).ok();
        self.pass(2);
        for market in self.all_markets() {
            self.republish(market);
            self.update(&[market]).ok();
        }
        provider.fill_request(self, &provider).ok();
        provider
    }

    /// An actor with lamports and no margin account.
    pub fn actor(&mut self, name: &str) -> Actor {
        let actor = Actor::named(name);
        self.introduce(&actor);
        actor
    }

    /// An actor with a margin account.
    #[track_caller]
    pub fn keeper(&mut self, name: &str) -> Actor {
        let actor = self.actor(name);
        actor.open(self).ok();
        actor
    }

    /// An actor with a margin account that holds this much of the quote token.
    #[track_caller]
    pub fn trader(&mut self, name: &str, cash: u64) -> Actor {
        let actor = self.keeper(name);
        let quote = self.bank(0).mint;
        self.give(&actor, &quote, cash);
        actor.deposit(self, 0, cash).ok();
        actor
    }

    /// Places an order, lets the delay pass, publishes the same price again and fills: the whole way
    /// to a position. The actor "filler" gets the reward.
    #[track_caller]
    pub fn trade(&mut self, trader: &Actor, market: u16, lots: i64) {
        let order = trader.order(self, lots);
        self.trade_with(trader, market, order);
    }

    /// The same for an order that only reduces, which may be placed without cash. Returns its fill.
    #[track_caller]
    pub fn reduce(&mut self, trader: &Actor, market: u16, lots: i64) -> Done {
        let order = PlaceOrderArgs {
            reduce_only: true,
            ..trader.order(self, lots)
        };
        self.trade_with(trader, market, order)
    }

    #[track_caller]
    fn trade_with(&mut self, trader: &Actor, market: u16, order: PlaceOrderArgs) -> Done {
        let filler = Actor::named("filler");
        if self.raw(&filler.account()).is_none() {
            self.keeper("filler");
        }
        let orders = self.account_of(trader).orders;
        let place = orders.iter().position(|order| order.lots == 0);
        let place = u8::try_from(place.expect("a free place")).expect("few places");
        trader.place_with(self, market, order).ok();
        self.pass(2);
        self.republish(market);
        self.update(&[market]).ok();
        filler.fill(self, trader, place).ok()
    }

    /// The numbers of all markets.
    pub fn all_markets(&self) -> Vec<u16> {
        (0u16..)
            .zip(&self.market_feeds)
            .map(|(index, _)| index)
            .collect()
    }

    /// From now on a market's prices are shown in this feed.
    pub fn adopt_feed(&mut self, market: u16, stub: OracleStub) {
        self.market_feeds[usize::from(market)].stub = stub;
    }

    /// A market's feed.
    pub fn feed(&self, market: u16) -> OracleStub {
        self.market_feeds[usize::from(market)].stub
    }

    /// A collateral token's feed.
    pub fn bank_feed(&self, bank: u16) -> OracleStub {
        let feed = self.bank_feeds[usize::from(bank)].as_ref();
        feed.expect("a bank with a feed").stub
    }

    /// Publishes a price of a market's asset now; nothing reads it before [`World::update`].
    pub fn publish(&mut self, market: u16, quote: impl Into<Quote>) {
        self.publish_at(market, quote, self.now());
    }

    /// The same with another publish time.
    pub fn publish_at(&mut self, market: u16, quote: impl Into<Quote>, time: i64) {
        let feed = self.market_feeds[usize::from(market)].clone();
        let update = next_update(&feed, quote.into(), time);
        self.show_market(market, update);
    }

    /// Publishes a market's price again, now.
    pub fn republish(&mut self, market: u16) {
        let last = self.market_feeds[usize::from(market)].last.as_ref();
        let quote = last.expect("a price was published").quote;
        self.publish(market, quote);
    }

    /// Publishes a collateral token's last price again, now.
    pub fn republish_bank(&mut self, bank: u16) {
        let last = self.bank_feed_last(bank).expect("a price was published");
        self.publish_bank(bank, last.quote);
    }

    fn bank_feed_last(&self, bank: u16) -> Option<&Update> {
        self.bank_feeds[usize::from(bank)].as_ref()?.last.as_ref()
    }

    /// The tokens that have published a price.
    pub fn priced_banks(&self) -> Vec<u16> {
        let all = 0..u16::try_from(self.bank_feeds.len()).expect("few banks");
        all.filter(|bank| self.bank_feed_last(*bank).is_some())
            .collect()
    }

    /// Publishes a collateral token's price now.
    pub fn publish_bank(&mut self, bank: u16, quote: impl Into<Quote>) {
        self.publish_bank_at(bank, quote.into(), self.now());
    }

    /// The same at another time.
    pub(crate) fn publish_bank_at(&mut self, bank: u16, quote: Quote, time: i64) {
        let place = usize::from(bank);
        let mut feed = self.bank_feeds[place].clone().expect("a bank with a feed");
        let update = next_update(&feed, quote, time);
        self.show(&feed.stub, &format!("bank {bank}"), &update);
        feed.last = Some(update);
        self.bank_feeds[place] = Some(feed);
    }

    /// Lets a market's oracle account show exactly this.
    pub fn show_market(&mut self, market: u16, update: Update) {
        let stub = self.feed(market);
        self.show(&stub, &format!("market {market}"), &update);
        self.market_feeds[usize::from(market)].last = Some(update);
    }

    fn show(&mut self, stub: &OracleStub, what: &str, update: &Update) {
        let name = format!("the oracle of {what}");
        self.put(stub.address, &name, &stub.account(update));
    }

    /// Calls `update_markets`.
    #[track_caller]
    pub fn update(&mut self, markets: &[u16]) -> Sent {
        let pairs: Vec<_> = markets
            .iter()
            .map(|market| (*market, self.feed(*market).address))
            .collect();
        self.send(&[instruction::update_markets(&pairs)], &[])
    }

    /// Calls `update_banks`.
    #[track_caller]
    pub fn update_banks(&mut self, banks: &[u16]) -> Sent {
        let pairs: Vec<_> = banks
            .iter()
            .map(|bank| (self.bank(*bank).mint, self.bank_feed(*bank).address))
            .collect();
        self.send(&[instruction::update_banks(&pairs)], &[])
    }

    /// One second later, a market's price is this.
    #[track_caller]
    pub fn move_price(&mut self, market: u16, quote: impl Into<Quote>) {
        self.pass(1);
        self.publish(market, quote);
        self.update(&[market]).ok();
    }

    /// Publishes a market's price again until a shock that it began is confirmed.
    #[track_caller]
    pub fn outlast_shock(&mut self, market: u16) {
        while self.market(market).breaker.shock_since != 0 {
            self.pass(31);
            self.republish(market);
            self.update(&[market]).ok();
        }
    }

    /// Calls `settle_markets`.
    #[track_caller]
    pub fn settle_markets(&mut self, markets: &[u16]) -> Sent {
        self.send(&[instruction::settle_markets(markets)], &[])
    }

    /// The authority's key, for instructions built by hand.
    pub fn authority_address(&self) -> Pubkey {
        self.authority.key().pubkey()
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// Follows on the last update, as a feed that publishes without a gap in its own numbering.
fn next_update(feed: &Feed, quote: Quote, now: i64) -> Update {
    let update = feed.stub.update(quote, now);
    let before = feed.last.as_ref().map(|last| {
        if last.publish_time < now {
            last.publish_time
        } else {
            last.prev_publish_time
        }
    });
    Update {
        prev_publish_time: before.unwrap_or(now - 1),
        ..update
    }
}
