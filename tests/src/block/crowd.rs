//! Thousands of accounts with positions, opened by the program's own instructions, and the moments at
//! which blocks are filled.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use whittle::state::MarginAccount;
use whittle_client::instruction::{self, Held};
use whittle_client::rpc::Draft;
use whittle_client::{address, decode};
use whittle_risk::MAX_LEGS;

use super::fork::{Fork, Ran};
use crate::actor::Actor;
use crate::changed::Picture;
use crate::invariant;
use crate::spec::{MarketSpec, USD, USDC};
use crate::world::World;

/// Most markets in which positions are opened.
pub const MOST_MARKETS: usize = 16;
/// Most keepers.
pub const MOST_KEEPERS: usize = 16;
const SYMBOLS: [&str; MOST_MARKETS] = [
    "BTC", "ETH", "SOL", "BNB", "XRP", "DOGE", "ADA", "AVAX", "LINK", "SUI", "LTC", "DOT", "UNI",
    "NEAR", "APT", "ARB",
];
/// A price of every market, USD, at which positions are opened.
const PRICE: i64 = 40_000;
/// Lots of 4 dollars: 4,000 dollars.
const LOTS: i64 = 1_000;
/// Initial margin is 200 dollars; fees, and the reward of whoever fills.
const CASH: u64 = 212 * USDC;
/// Fills in one transaction.
const FILLS: usize = 4;

/// How far prices fall, basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fall {
    /// Accounts are under maintenance; closing a part suffices.
    UnderMaintenance,
    /// Under the emergency ratio: they are liquidated without a flag.
    Emergency,
    /// Owing more than they have: all is closed, and a deficit stays.
    Insolvent,
}

impl Fall {
    const fn bps(self) -> i64 {
        match self {
            Self::UnderMaintenance => 255,
            Self::Emergency => 400,
            Self::Insolvent => 600,
        }
    }
}

/// Who is paid for liquidations, and who pays for their transactions.
pub struct Keeper {
    /// Signs and pays.
    pub payer: Keypair,
    /// Its margin account.
    pub account: Pubkey,
}

/// An exchange on a [`Fork`] with many accounts, each long in one market.
pub struct Crowd {
    world: World,
    /// The block at whose end every position is open.
    pub opened: Fork,
    /// The accounts with their markets.
    pub accounts: Vec<(Pubkey, u16)>,
    /// Who may liquidate.
    pub keepers: Vec<Keeper>,
    owner: Actor,
}

/// Markets without breakers in the way and without an impact of the skew, so that all accounts of a
/// market are alike.
fn world(markets: usize) -> World {
    let specs = SYMBOLS[..markets].iter().map(|symbol| {
        let mut spec = MarketSpec {
            symbol,
            ..MarketSpec::default()
        };
        spec.params.breaker.capacity_usd_atoms = 1_000_000_000 * USD;
        spec.params.breaker.refill_per_hour_usd_atoms = 1_000_000_000 * USD;
        spec.params.skew_scale_usd_atoms = 1_000_000_000_000 * USD;
        spec.params.funding_skew_scale_usd_atoms = 1_000_000_000_000 * USD;
        spec
    });
    let mut world = World::with_markets(&specs.collect::<Vec<_>>());
    let name = |place| format!("keeper {place}");
    for place in 0..MOST_KEEPERS {
        world.keeper(&name(place));
    }
    world.keeper("filler");
    world
}

impl Crowd {
    /// Opens so many accounts in each market.
    pub fn open(counts: &[usize]) -> Self {
        let mut world = world(counts.len());
        let owner = world.actor("crowd");
        let quote = world.bank(0).mint;
        let all: usize = counts.iter().sum();
        world.give(&owner, &quote, CASH * u64::try_from(all).expect("a count"));
        let fork = Fork::of(&world);
        let keepers = (0..MOST_KEEPERS).map(|place| {
            let actor = Actor::named(&format!("keeper {place}"));
            Keeper {
                payer: actor.key().insecure_clone(),
                account: actor.account(),
            }
        });
        let mut crowd = Self {
            keepers: keepers.collect(),
            opened: fork,
            accounts: Vec::new(),
            owner,
            world,
        };
        crowd.place(counts);
        crowd.fill();
        crowd
    }

    /// Every owner deposits and orders in one transaction.
    fn place(&mut self, counts: &[usize]) {
        let bank = self.world.bank(0);
        let mirror = self.world.mirror();
        let source = self.owner.wallet(&bank.mint);
        let me = self.owner.address();
        let mut sub_id = 0;
        for (market, count) in (0u16..).zip(counts) {
            for _ in 0..*count {
                let account = self.owner.sub(sub_id).account();
                let deposit = instruction::deposit(&mirror, me, account, source, &bank, CASH);
                let order = self.owner.order(&self.world, LOTS);
                let draft = Draft::new([
                    instruction::open_margin_account(me, sub_id),
                    deposit.expect("the quote token"),
                    instruction::place_order(me, account, market, order),
                ]);
                run(&self.opened, draft, self.owner.key());
                self.accounts.push((account, market));
                sub_id += 1;
            }
        }
    }

    /// After the delay every order is filled at the price of before.
    fn fill(&mut self) {
        self.opened = self.opened.next(2);
        self.publish(&self.opened, 0);
        self.update(&self.opened, self.count());
        let mirror = self.world.mirror();
        let filler = Actor::named("filler").account();
        for group in self.accounts.chunk_by(|one, other| one.1 == other.1) {
            for some in group.chunks(FILLS) {
                let fills = some.iter().map(|(address, market)| {
                    let account = margin_account(&self.opened, address);
                    let oracle = self.world.feed(*market).address;
                    let held = Held {
                        address: *address,
                        account: &account,
                    };
                    instruction::fill_order(&mirror, held, filler, oracle, 0).expect("an order")
                });
                run(&self.opened, Draft::new(fills), self.owner.key());
            }
        }
        let markets = self.world.all_markets();
        for some in markets.chunks(MAX_LEGS) {
            let settle = instruction::settle_markets(some);
            run(&self.opened, Draft::new([settle]), self.owner.key());
        }
    }

    /// Writes the oracle account of every market: its first price less so many basis points, now.
    pub fn publish(&self, fork: &Fork, fall_bps: i64) {
        let price = (PRICE * (10_000 - fall_bps) / 10_000).to_string();
        for market in self.world.all_markets() {
            let stub = self.world.feed(market);
            let update = stub.update(price.as_str(), fork.now());
            fork.put(&stub.address, stub.account(&update));
        }
    }

    /// What caches the prices of the first markets, at most eight in a transaction.
    pub fn updates(&self, markets: u16) -> Vec<Instruction> {
        let pairs: Vec<(u16, Pubkey)> = (0..markets)
            .map(|market| (market, self.oracle(market)))
            .collect();
        let some = pairs.chunks(MAX_LEGS);
        some.map(instruction::update_markets).collect()
    }

    /// Caches them.
    pub fn update(&self, fork: &Fork, markets: u16) {
        for update in self.updates(markets) {
            run(fork, Draft::new([update]), self.owner.key());
        }
    }

    /// The oracle account of a market.
    pub fn oracle(&self, market: u16) -> Pubkey {
        self.world.feed(market).address
    }

    fn count(&self) -> u16 {
        u16::try_from(self.markets().len()).expect("few markets")
    }

    /// The numbers of all markets.
    pub fn markets(&self) -> Vec<u16> {
        self.world.all_markets()
    }

    /// A block after prices have fallen and were cached.
    pub fn fallen(&self, fall: Fall) -> Fork {
        let fork = self.opened.next(1);
        self.publish(&fork, fall.bps());
        self.update(&fork, self.count());
        fork
    }

    /// A block two seconds later, with newer prices of the same height in the oracle accounts, which
    /// nobody has cached.
    pub fn later(&self, fork: &Fork, fall: Fall) -> Fork {
        let fork = fork.next(3);
        self.publish(&fork, fall.bps());
        fork
    }

    /// Every account of the exchange, the crowd's and the keepers'.
    pub fn picture(&self, fork: &Fork) -> Picture {
        let mut picture = self.world.picture();
        let known: Vec<Pubkey> = picture.accounts.keys().copied().collect();
        let crowd = self.accounts.iter().map(|(address, _)| *address);
        for address in known.into_iter().chain(crowd) {
            if let Some(account) = fork.account(&address) {
                picture.accounts.insert(address, account);
            }
        }
        picture
    }

    /// Shared accounts by their names, for messages.
    pub fn names(&self, accounts: &[Pubkey]) -> String {
        let markets = (0..self.count()).map(|it| (address::market(it), format!("market {it}")));
        let others = [
            (address::pool(), "pool".to_owned()),
            (address::insurance(), "insurance fund".to_owned()),
        ];
        let keepers = self.keepers.iter().enumerate().flat_map(|(place, keeper)| {
            [
                (keeper.account, format!("account of keeper {place}")),
                (keeper.payer.pubkey(), format!("key of keeper {place}")),
            ]
        });
        let known = markets.chain(others).chain(keepers);
        let named = known.filter(|(address, _)| accounts.contains(address));
        named.map(|(_, name)| name).collect::<Vec<_>>().join(", ")
    }

    /// Panics unless every invariant holds at the end of a block.
    pub fn check(&self, fork: &Fork) {
        let broken = invariant::check(&self.picture(fork)).err();
        assert!(broken.is_none(), "{}", broken.unwrap_or_default());
    }
}

/// A margin account as it stands.
pub fn margin_account(fork: &Fork, address: &Pubkey) -> MarginAccount {
    let account = fork.account(address).expect("an account");
    decode::account(&account.data).expect("a margin account")
}

fn run(fork: &Fork, draft: Draft, payer: &Keypair) -> Ran {
    let draft = draft.with_units(whittle_keeper::limits::MOST_UNITS);
    let hash = fork.bank().last_blockhash();
    fork.run(draft.sign(payer, &[], hash).expect("a transaction"))
}
