//! What keepers send, by the keeper's own decisions, instructions and limits.

use anchor_lang::prelude::Pubkey;
use solana_transaction::versioned::VersionedTransaction;
use std::collections::HashMap;
use whittle_client::rpc::Draft;
use whittle_keeper::action::Kind;
use whittle_keeper::limits::{Limits, Simulated};
use whittle_keeper::oracle::Feed;
use whittle_keeper::{decide, Action, Book, Config, Keys};

use super::crowd::{Crowd, MOST_MARKETS};
use super::fork::Fork;

/// What transactions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// What the keeper asks for: what it was seen to take, and room.
    AsTheKeeper,
    /// The same units, and nothing about bytes.
    NoBytes,
    /// Nothing: 200,000 units for each instruction and 64 MiB.
    Nothing,
}

/// Which transactions of whom.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// What they do.
    pub kind: Kind,
    /// Only to accounts in so many of the first markets.
    pub markets: u16,
    /// By so many keepers in turn.
    pub keepers: usize,
    /// What they ask for.
    pub asks: Asks,
}

/// Everything that a keeper knows at a moment.
fn book(crowd: &Crowd, fork: &Fork) -> Book {
    let mut book = Book::new();
    for market in crowd.markets() {
        book.name_oracle(Feed::Market(market), crowd.oracle(market));
    }
    let accounts = crowd.picture(fork).accounts;
    let all: Vec<_> = accounts
        .into_iter()
        .map(|(address, account)| (address, account.owner, account.data))
        .collect();
    let errors = book.take_all(fork.bank().slot(), &all);
    assert!(errors.is_empty(), "not understood: {errors:?}");
    book.refresh(fork.now());
    book
}

/// Signed transactions, by turns of the markets.
pub fn transactions(crowd: &Crowd, fork: &Fork, sent: Sent) -> Vec<VersionedTransaction> {
    let book = book(crowd, fork);
    let mut config = Config {
        public_duties: true,
        actions_at_once: usize::MAX,
        ..Config::default()
    };
    config.markets.allow = (0..sent.markets).collect();
    // By turns of the markets, as a cascade in all of them would come.
    let mut taken = [0; MOST_MARKETS];
    let turns = crowd.accounts.iter().map(|(address, market)| {
        let taken = &mut taken[usize::from(*market)];
        *taken += 1;
        (*address, (*taken, *market))
    });
    let turns: HashMap<Pubkey, (usize, u16)> = turns.collect();
    let turn = |action: &Action| turns.get(&action.key().account).copied();
    let mut actions = decide(&book, fork.now(), &config);
    actions.retain(|action| {
        let market = turn(action).map(|(_, market)| market);
        action.what.kind() == sent.kind && market.is_some_and(|market| market < sent.markets)
    });
    actions.sort_by_key(turn);
    let mut all = Vec::with_capacity(actions.len());
    for (place, action) in actions.iter().enumerate() {
        all.push(sign(crowd, fork, &book, action, place, sent));
    }
    all
}

fn sign(
    crowd: &Crowd,
    fork: &Fork,
    book: &Book,
    action: &Action,
    place: usize,
    sent: Sent,
) -> VersionedTransaction {
    let keeper = &crowd.keepers[place % sent.keepers];
    let keys = Keys {
        keeper_account: keeper.account,
        ..Keys::default()
    };
    let instructions = action.instructions(book, &keys).expect("what is due");
    let mut draft = Draft::new(instructions).with_unit_price(1);
    let hash = fork.bank().last_blockhash();
    let sign = |draft: &Draft| {
        let signed = draft.sign(&keeper.payer, &[], hash);
        signed.expect("a transaction that fits")
    };
    if sent.asks != Asks::Nothing {
        let most = Limits::MOST.on(draft.clone());
        let mut simulated: Simulated = fork.simulate(sign(&most));
        if sent.asks == Asks::NoBytes {
            simulated.loaded_bytes = None;
        }
        draft = Limits::of(simulated, action.room(book)).on(draft);
    }
    sign(&draft)
}
