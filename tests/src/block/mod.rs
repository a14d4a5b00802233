//! How many liquidations fit one block: by arithmetic ([`model`]), and by filling a block of Agave's
//! bank with what keepers send ([`fill`]). Printed by `lab block`; a test compares the two on a small
//! block.

pub mod crowd;
pub mod fill;
pub mod fork;
pub mod keeper;
pub mod model;

use solana_transaction::versioned::VersionedTransaction;
use whittle_client::rpc::Draft;
use whittle_keeper::action::Kind;
use whittle_keeper::limits::{Limits, Room};
use whittle_risk::MAX_LEGS;

use crowd::{Crowd, Fall};
use fill::{Charge, Filled, Load, Parts};
use fork::Fork;
use keeper::{Asks, Sent};
use model::{Chain, Fit, Price, Spread};

/// Where prices are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// By transactions of their own at the head of the block.
    Ahead,
    /// In front of each liquidation, in its transaction. The first of a market does it; the program
    /// passes over the others.
    InFront,
}

/// What a block is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// First sightings of accounts under maintenance.
    Flags,
    /// Liquidations of flagged accounts.
    Liquidations,
    /// Liquidations of accounts in emergency, which need no flag.
    Emergencies,
    /// Losses of accounts that have nothing left.
    Bankruptcies,
}

impl Work {
    /// Each.
    pub const ALL: [Self; 4] = [
        Self::Flags,
        Self::Liquidations,
        Self::Emergencies,
        Self::Bankruptcies,
    ];
}

/// A block to fill.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// With what.
    pub work: Work,
    /// Accounts are in so many of the first markets, evenly.
    pub markets: u16,
    /// Keepers, each with a margin account and a key that pays fees.
    pub keepers: u16,
    /// Where prices are cached.
    pub prices: Prices,
    /// What transactions ask for.
    pub asks: Asks,
    /// What they are charged.
    pub charge: Charge,
}

impl Case {
    /// Liquidations of flagged accounts by eight keepers, at prices that were cached ahead.
    pub const fn of(work: Work, markets: u16) -> Self {
        Self {
            work,
            markets,
            keepers: 8,
            prices: Prices::Ahead,
            asks: Asks::AsTheKeeper,
            charge: Charge::Used,
        }
    }

    /// Whether transactions at the head of the block cache prices. A bankruptcy needs none.
    fn has_updates_ahead(self) -> bool {
        self.prices == Prices::Ahead && self.work != Work::Bankruptcies
    }

    const fn kind(self) -> Kind {
        match self.work {
            Work::Flags => Kind::Flag,
            Work::Liquidations | Work::Emergencies => Kind::Liquidate,
            Work::Bankruptcies => Kind::ResolveBankruptcy,
        }
    }

    const fn fall(self) -> Fall {
        match self.work {
            Work::Flags | Work::Liquidations => Fall::UnderMaintenance,
            Work::Emergencies => Fall::Emergency,
            Work::Bankruptcies => Fall::Insolvent,
        }
    }

    /// Accounts that its transactions share, when a market is charged so much beside them.
    fn spreads(self, extra: u64) -> Vec<Spread> {
        let (markets, keepers) = (u64::from(self.markets), u64::from(self.keepers));
        let shared = match self.work {
            // A flag alone writes nothing but the account.
            Work::Flags if self.prices == Prices::Ahead => None,
            Work::Flags | Work::Liquidations | Work::Emergencies => Some(markets),
            // Pool and insurance fund.
            Work::Bankruptcies => Some(1),
        };
        let per_keeper = self.extra(extra).div_ceil(keepers);
        let spread = |over, before| Spread { over, before };
        let shared = shared.map(|over| spread(over, extra));
        let keepers = spread(keepers, per_keeper);
        shared.into_iter().chain([keepers]).collect()
    }

    /// What the block is charged beside the transactions that are counted, when a market is charged so
    /// much: one transaction updates eight markets.
    fn extra(self, extra: u64) -> u64 {
        let markets = u64::from(self.markets);
        match self.prices {
            Prices::Ahead => extra * markets.div_ceil(MAX_LEGS as u64),
            Prices::InFront => extra * markets,
        }
    }

    fn fit(self, chain: Chain, price: Price, extra: u64) -> Fit {
        chain.fit(price, &self.spreads(extra), self.extra(extra))
    }

    /// How many accounts of this case one market has to have for a block to be full, if one
    /// transaction is charged at least so much.
    pub fn accounts_needed(self, chain: Chain, least: u64) -> usize {
        let fit = self.fit(chain, Price::fixed(least), 0);
        let each = fit.count.div_ceil(self.markets.into()) + 2;
        usize::try_from(each).expect("a count")
    }
}

/// What came of a case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// What a transaction takes and asks for, as the model was told.
    pub price: Price,
    /// What the model says.
    pub predicted: Fit,
    /// What happened.
    pub filled: Filled,
    /// The accounts that were charged most.
    pub hottest: String,
}

/// A crowd, and the blocks before those that are filled.
pub struct Lab {
    /// The crowd.
    pub crowd: Crowd,
    fallen: Fork,
    flagged: Fork,
    emergency: Fork,
    closed: Fork,
}

impl Lab {
    /// Opens so many accounts in each market, and brings them to each moment at which a block is filled.
    pub fn open(counts: &[usize]) -> Self {
        let crowd = Crowd::open(counts);
        let all = |parent: &Fork, work| {
            let case = Case {
                keepers: 1,
                ..Case::of(work, u16::try_from(counts.len()).expect("few markets"))
            };
            let fork = parent.next(0);
            for transaction in sent(&crowd, &fork, case) {
                fork.run(transaction);
            }
            fork
        };
        let fallen = crowd.fallen(Fall::UnderMaintenance);
        let flagged = all(&fallen, Work::Flags);
        let insolvent = crowd.fallen(Fall::Insolvent);
        let closed = all(&insolvent, Work::Emergencies);
        Self {
            emergency: crowd.fallen(Fall::Emergency),
            crowd,
            fallen,
            flagged,
            closed,
        }
    }

    /// The moment before a block with this work.
    fn before(&self, work: Work) -> &Fork {
        match work {
            Work::Flags => &self.fallen,
            Work::Liquidations => &self.flagged,
            Work::Emergencies => &self.emergency,
            Work::Bankruptcies => &self.closed,
        }
    }

    /// Fills a block, and says beforehand what will fit.
    pub fn play(&self, chain: Chain, case: Case) -> Outcome {
        let before = self.before(case.work);
        // What keepers see when they decide: with prices ahead, that these are cached.
        let seen = self.crowd.later(before, case.fall());
        let block = self.crowd.later(before, case.fall());
        let ahead = self.updates(&block, case);
        if case.has_updates_ahead() {
            self.crowd.update(&seen, case.markets);
        }
        let transactions = sent(&self.crowd, &seen, case);
        let (price, cold) = self.price(&transactions, case);
        let extra = match ahead.first() {
            Some(update) if case.charge == Charge::Asked => asked(&block, update.clone()),
            Some(update) => charged(&block, update.clone()).sum(),
            None => cold,
        };
        let predicted = case.fit(chain, price, extra);
        let limits = fill::limits(chain.account, chain.block);
        let load = Load {
            ahead,
            transactions,
        };
        let filled = fill::fill(&block, limits, load, case.charge);
        self.crowd.check(&block);
        Outcome {
            case,
            price,
            predicted,
            hottest: self.crowd.names(&filled.hottest),
            filled,
        }
    }

    /// What a transaction takes that is not the first of its market, and how much more the first takes:
    /// with a price in front it is the one that caches it.
    fn price(&self, transactions: &[VersionedTransaction], case: Case) -> (Price, u64) {
        let later = || self.crowd.later(self.before(case.work), case.fall());
        let (cold, warm) = (later(), later());
        if case.has_updates_ahead() {
            self.crowd.update(&cold, case.markets);
            self.crowd.update(&warm, case.markets);
        }
        let (first, others) = transactions.split_at(case.markets.into());
        for transaction in first {
            warm.run(transaction.clone());
        }
        let sample = others.first().expect("more than one in a market").clone();
        let asked = asked(&warm, sample.clone());
        if case.charge == Charge::Asked {
            return (Price::fixed(asked), 0);
        }
        let charged_at = |fork| charged(fork, sample.clone()).sum();
        let price = Price {
            asked,
            charged: charged_at(&warm),
        };
        (price, charged_at(&cold).saturating_sub(price.charged))
    }

    /// The transactions that cache prices ahead; the first keeper sends them.
    fn updates(&self, fork: &Fork, case: Case) -> Vec<VersionedTransaction> {
        if !case.has_updates_ahead() {
            return Vec::new();
        }
        let updates = self.crowd.updates(case.markets);
        let payer = &self.crowd.keepers[0].payer;
        let hash = fork.bank().last_blockhash();
        let sign = |draft: &Draft| draft.sign(payer, &[], hash).expect("a transaction");
        updates
            .into_iter()
            .map(|update| {
                let draft = Draft::new([update]).with_unit_price(1);
                let simulated = fork.simulate(sign(&Limits::MOST.on(draft.clone())));
                let room = Room {
                    updates: case.markets.into(),
                    legs: 0,
                };
                sign(&Limits::of(simulated, room).on(draft))
            })
            .collect()
    }
}

fn sent(crowd: &Crowd, fork: &Fork, case: Case) -> Vec<VersionedTransaction> {
    let sent = Sent {
        kind: case.kind(),
        markets: case.markets,
        keepers: case.keepers.into(),
        asks: case.asks,
    };
    keeper::transactions(crowd, fork, sent)
}

/// What a transaction would be charged.
fn charged(fork: &Fork, transaction: VersionedTransaction) -> Parts {
    let simulated = fork.simulate(transaction.clone());
    fill::charged(fork, &fork.check(transaction), simulated)
}

/// What a transaction asks for.
fn asked(fork: &Fork, transaction: VersionedTransaction) -> u64 {
    fill::asked(fork, &fork.check(transaction)).sum()
}
