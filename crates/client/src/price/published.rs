use super::{pyth, Feed, FeedId, Later, Prepared, PriceSource};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;

/// Prices that somebody else keeps current on chain, at addresses that do not change. Nothing is
/// sent, so a price is only as fresh as its publisher keeps it.
///
/// ```
/// use anchor_lang::prelude::Pubkey;
/// use whittle_client::price::{pyth, Published};
///
/// let given = Pubkey::new_from_array([3; 32]);
/// let prices = Published::sponsored(pyth::Programs::PYTHNET, 0).at([7; 32], given);
/// assert_eq!(prices.address(&[7; 32]), given);
/// ```
#[derive(Clone, Debug)]
pub struct Published {
    push_oracle: Pubkey,
    shard: u16,
    given: BTreeMap<FeedId, Pubkey>,
}

impl Published {
    /// Pull feeds at the addresses where Pyth's push oracle keeps them. Pyth sponsors shard 0; not
    /// every feed is sponsored, and each at its own cadence.
    pub fn sponsored(programs: pyth::Programs, shard: u16) -> Self {
        Self {
            push_oracle: programs.push_oracle,
            shard,
            given: BTreeMap::new(),
        }
    }

    /// One pull feed at another address.
    pub fn at(mut self, feed: FeedId, address: Pubkey) -> Self {
        self.given.insert(feed, address);
        self
    }

    /// Where a pull feed is.
    pub fn address(&self, feed: &FeedId) -> Pubkey {
        let derived = || pyth::sponsored(&self.push_oracle, self.shard, feed);
        self.given.get(feed).copied().unwrap_or_else(derived)
    }
}

impl PriceSource for Published {
    fn prepare<'a>(&'a self, feeds: &'a [Feed]) -> Later<'a, Prepared> {
        let place = |feed: &Feed| match feed {
            Feed::Pull(id) => (*feed, self.address(id)),
            Feed::Legacy(address) => (*feed, *address),
        };
        let oracles = feeds.iter().map(place).collect();
        let prepared = Prepared {
            oracles,
            ..Prepared::default()
        };
        Box::pin(std::future::ready(Ok(prepared)))
    }
}
