//! A world in which cases are performed, and who acts in it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::{Bank, MarginAccount, Market};
use whittle_client::{address, decode};

use super::judge;
use super::tally::{self, Tally};
use crate::actor::Actor;
use crate::oracle::OracleStub;
use crate::spec::{self, bps, BankSpec, ExchangeSpec, MarketSpec, USD, USDC};
use crate::token;
use crate::world::{mint_address, Feed, Saved, World};

/// Kinds of exchange that a case may begin with.
pub const SETTINGS: u8 = 3;
/// Tokens that a case may list.
const TOKENS: [&str; 16] = [
    "T0", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "T13", "T14",
    "T15",
];
/// The number of who provided the liquidity of the set-up.
pub(super) const PROVIDER: u8 = 10;
/// The numbers of the reserves.
pub(super) const RESERVES: [u8; 2] = [6, 7];
const ONE_SOL: u64 = 1_000_000_000;

/// The world, and who is in it.
pub struct Stage {
    pub(super) world: World,
    /// Each with the margin account that it acts through.
    pub(super) actors: Vec<Actor>,
    pub(super) tally: Rc<RefCell<Tally>>,
    /// Why each kind of instruction was refused last.
    pub(super) refusals: BTreeMap<&'static str, String>,
    /// Everything as it was before the first action.
    start: Saved,
}

impl Stage {
    /// A new one of this kind.
    pub fn new(setting: u8) -> Self {
        let tally = Rc::new(RefCell::new(Tally::default()));
        let mut world = World::bare();
        let witness = tally.clone();
        world.witness = Some(Box::new(move |instructions, sent| {
            witness.borrow_mut().count(instructions, sent);
        }));
        found(&mut world, setting % SETTINGS);
        let actors = people(&mut world);
        let start = world.save();
        Self {
            world,
            actors,
            tally,
            refusals: BTreeMap::new(),
            start,
        }
    }

    /// Puts everything back as it was at the start.
    pub fn reset(&mut self) {
        self.world.restore(&self.start);
    }

    /// What was counted since this was asked last.
    pub fn take_tally(&self) -> Tally {
        self.tally.take()
    }

    /// Sends a transaction; whoever of the world has to sign does. Tells whether it succeeded.
    ///
    /// Panics at whatever must not happen.
    pub(super) fn send(&mut self, instructions: &[Instruction]) -> bool {
        let mut instructions = instructions.to_vec();
        let mut signers: Vec<Actor> = Vec::new();
        for meta in instructions.iter_mut().flat_map(|it| &mut it.accounts) {
            if !meta.is_signer {
                continue;
            }
            let known = self.actors.iter().find(|it| it.address() == meta.pubkey);
            match known {
                Some(actor) => signers.push(actor.clone()),
                None => meta.is_signer = false,
            }
        }
        signers.sort_by_key(Actor::address);
        signers.dedup_by_key(|it| it.address());
        let keys: Vec<&Keypair> = signers.iter().map(Actor::key).collect();
        let sent = self.world.send(&instructions, &keys);
        judge::judge(&sent);
        let succeeded = sent.succeeded();
        if let Err(error) = &sent.processed.result {
            let failed = sent
                .failed_instruction()
                .and_then(|it| instructions.get(it));
            let name = failed.and_then(tally::name_of).unwrap_or("none");
            self.refusals.insert(name, tally::error_name(error));
        } else {
            self.follow_listings();
        }
        succeeded
    }

    /// A feed for each market and token that was listed, and tokens for everybody.
    fn follow_listings(&mut self) {
        let mirror = self.world.mirror();
        let markets = mirror.markets().count();
        while self.world.market_feeds.len() < markets {
            let index = u16::try_from(self.world.market_feeds.len()).expect("few markets");
            let stub = market_stub(index);
            let last = Some(stub.update("100", self.world.now()));
            self.world.market_feeds.push(Feed { stub, last });
        }
        let banks: Vec<Bank> = mirror.banks().copied().collect();
        for bank in banks.iter().skip(self.world.bank_feeds.len()) {
            let stub = bank_stub(bank.index);
            self.world.bank_feeds.push(Some(Feed { stub, last: None }));
            self.world.publish_bank(bank.index, "1");
            for actor in self.actors.clone() {
                self.world.give(&actor, &bank.mint, 10_000 * USDC);
            }
        }
    }

    /// Somebody with a margin account.
    pub(super) fn who(&self, number: u8) -> Actor {
        self.actors[usize::from(number) % self.actors.len()].clone()
    }

    /// Guardian or authority, now and then somebody else.
    pub(super) fn ruler(&self, number: u8) -> Pubkey {
        let mirror = self.world.mirror();
        let exchange = mirror.exchange().expect("an exchange");
        match number % 4 {
            0 => exchange.guardian,
            1 | 2 => exchange.authority,
            _ => self.who(number / 4).address(),
        }
    }

    /// What is in somebody's margin account, while it has one.
    pub(super) fn held(&self, actor: &Actor) -> Option<MarginAccount> {
        let raw = self.world.raw(&actor.account())?;
        let ours = raw.owner == whittle::ID;
        ours.then(|| decode::account(&raw.data).ok())?
    }

    /// A listed market.
    pub(super) fn market(&self, number: u8) -> Market {
        let count = self.world.market_feeds.len().max(1);
        let index = u16::try_from(usize::from(number) % count).expect("few markets");
        self.world.market(index)
    }

    /// A listed bank.
    pub(super) fn bank(&self, number: u8) -> Bank {
        let count = self.world.bank_feeds.len().max(1);
        let index = u16::try_from(usize::from(number) % count).expect("few banks");
        self.world.bank(index)
    }

    /// The listed markets whose bits are set; all when none is.
    pub(super) fn markets_of(&self, set: u16) -> Vec<u16> {
        some_of(self.world.market_feeds.len(), set)
    }

    /// The same of the banks that have a feed.
    pub(super) fn banks_of(&self, set: u16) -> Vec<u16> {
        let mut banks = some_of(self.world.bank_feeds.len(), set);
        banks.retain(|bank| self.world.bank_feeds[usize::from(*bank)].is_some());
        banks
    }

    /// Numbers of the proposals that wait.
    pub(super) fn proposals(&self) -> Vec<u64> {
        let mirror = self.world.mirror();
        let next = mirror.exchange().map_or(0, |it| it.next_proposal);
        // A case proposes a few dozen at most.
        (0..next)
            .filter(|nonce| self.world.raw(&address::proposal(*nonce)).is_some())
            .collect()
    }

    /// Addresses that an attacker may name.
    pub(super) fn known(&self) -> Vec<Pubkey> {
        self.world.picture().accounts.keys().copied().collect()
    }
}

fn some_of(count: usize, set: u16) -> Vec<u16> {
    let all = 0..u16::try_from(count).unwrap_or(0);
    let some: Vec<u16> = all.clone().filter(|it| set >> (it % 16) & 1 == 1).collect();
    if some.is_empty() {
        all.collect()
    } else {
        some
    }
}

/// The feed of a market that a case lists.
pub(super) fn market_stub(index: u16) -> OracleStub {
    let name = format!("market {index}");
    if index.is_multiple_of(2) {
        OracleStub::pull(&name)
    } else {
        OracleStub::legacy(&name)
    }
}

/// The feed of a token that a case lists.
pub(super) fn bank_stub(index: u16) -> OracleStub {
    OracleStub::pull(TOKENS[usize::from(index) % TOKENS.len()])
}

/// The token with this number that a case lists.
pub(super) fn token(index: u16) -> BankSpec {
    BankSpec {
        symbol: TOKENS[usize::from(index) % TOKENS.len()],
        // The first one's issuer is that of a token that is there.
        issuer_group: (index + 1) % 3,
        ..BankSpec::pyusd()
    }
}

/// Its mint.
pub(super) fn token_mint(index: u16) -> Pubkey {
    mint_address(token(index).symbol)
}

struct Means {
    pool: PoolParams,
    insurance: InsuranceParams,
    pool_cash: u64,
    insurance_cash: u64,
    market: MarketSpec,
}

/// Broad, lean or narrow.
fn means(setting: u8) -> Means {
    let mut means = Means {
        pool: spec::pool_params(),
        insurance: spec::insurance_params(),
        pool_cash: 1_000_000 * USDC,
        insurance_cash: 10_000 * USDC,
        market: MarketSpec::default(),
    };
    let params = &mut means.market.params;
    if setting == 1 {
        // A pool that cannot pay every profit, and lines that keep nothing.
        params.pool_line_target_usd_atoms = 0;
        params.insurance_line_target_usd_atoms = 0;
        params.crowding.payout_bound_q32 = bps(2_000);
        means.pool.reserve_target_usd_atoms = 0;
        means.pool_cash = 25_000 * USDC;
        means.insurance_cash = 2_000 * USDC;
    } else if setting == 2 {
        // Caps and breakers that bind.
        params.breaker.capacity_usd_atoms = 40_000 * USD;
        params.breaker.refill_per_hour_usd_atoms = 60_000 * USD;
        params.breaker.shock_q32 = bps(300);
        params.open_interest_cap_usd_atoms = 600_000 * USD;
        params.crowding.open_interest_share_q32 = 4 * spec::ONE;
        params.crowding.payout_bound_q32 = bps(500);
        params.pool_line_target_usd_atoms = 5_000 * USD;
        params.insurance_line_target_usd_atoms = 200 * USD;
        means.pool.loss_per_day_usd_atoms = 5_000 * USD;
        means.pool.withdraw_limit_usd_atoms = 20_000 * USD;
        means.pool.reserve_target_usd_atoms = 10_000 * USD;
        means.insurance.per_event_usd_atoms = 500 * USD;
        means.insurance.per_day_usd_atoms = 1_500 * USD;
        means.pool_cash = 100_000 * USDC;
        means.insurance_cash = 3_000 * USDC;
    }
    means
}

fn found(world: &mut World, setting: u8) {
    let means = means(setting);
    let mut exchange = ExchangeSpec::default();
    exchange.params.governance.timelock_secs = 86_400;
    exchange.group_caps_usd_atoms[1] = 40_000 * USD;
    world.initialize(&exchange).ok();
    world.list_bank(&BankSpec::usdc()).ok();
    world.list_bank(&BankSpec::sol()).ok();
    let pyusd = BankSpec {
        issuer_group: 1,
        ..BankSpec::pyusd()
    };
    world.list_bank(&pyusd).ok();
    world.create_pool_with(means.pool, means.insurance).ok();
    world.seed_insurance(means.insurance_cash).ok();
    world.fund_pool(means.pool_cash);
    world.list_market(&means.market).ok();
    let eth = MarketSpec {
        params: means.market.params,
        ..MarketSpec::eth()
    };
    world.list_market(&eth).ok();
    let bnb = MarketSpec {
        symbol: "BNB",
        quote: "600".into(),
        lot_exponent: -2,
        oracle: Some(OracleStub::legacy("BNB")),
        params: means.market.params,
        ..MarketSpec::default()
    };
    world.list_market(&bnb).ok();
    let all = world.all_markets();
    world.update(&all).ok();
    world.settle_markets(&all).ok();
}

/// Traders with more and less, two of them with a reserve; two keepers, the liquidity provider, the
/// authority and the guardian.
fn people(world: &mut World) -> Vec<Actor> {
    let mut actors = Vec::new();
    let mints = [world.bank(0).mint, world.bank(1).mint, world.bank(2).mint];
    let cash = [20_000, 8_000, 3_000, 1_000, 0, 0];
    for (name, cash) in ["ann", "ben", "cat", "dan", "eve", "fay"]
        .into_iter()
        .zip(cash)
    {
        let actor = rich(world, name, &mints, 30_000);
        actor.open(world).ok();
        if cash > 0 {
            actor.deposit(world, 0, cash * USDC).ok();
        }
        if cash < 5_000 {
            actor.deposit(world, 1, 60 * ONE_SOL).ok();
            actor.deposit(world, 2, 2_000 * USDC).ok();
        }
        actors.push(actor);
    }
    for place in 0..2 {
        let reserve = actors[place].sub(1);
        reserve.open(world).ok();
        reserve.deposit(world, 0, 500 * USDC).ok();
        reserve.be_reserve(world, true).ok();
        actors.push(reserve);
    }
    for name in ["kim", "leo", "lp"] {
        let keeper = rich(world, name, &mints, 100_000);
        keeper.open(world).ok();
        actors.push(keeper);
    }
    actors.push(rich(world, "authority", &mints, 1_000));
    actors.push(rich(world, "guardian", &mints, 1_000));
    actors
}

fn rich(world: &mut World, name: &str, mints: &[Pubkey; 3], dollars: u64) -> Actor {
    let actor = world.actor(name);
    for (mint, amount) in
        mints
            .iter()
            .zip([dollars * USDC, dollars * ONE_SOL / 100, dollars * USDC])
    {
        world.give(&actor, mint, amount);
    }
    world.wallet(&actor, &address::share_mint());
    actor
}

impl Stage {
    /// What somebody's token account holds.
    pub(super) fn tokens(&self, actor: &Actor, mint: &Pubkey) -> u64 {
        self.world.tokens_of(actor, mint)
    }

    /// The tokens in the vault of a bank.
    pub(super) fn vault(&self, bank: &Bank) -> u64 {
        self.world.raw(&bank.vault).map_or(0, token::amount)
    }
}
