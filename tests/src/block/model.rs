//! How many transactions fit a block, by arithmetic alone.

use super::fill::Full;

/// Limits of a block, and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Most cost units of one block.
    pub block: u64,
    /// Most of these by transactions that write the same account.
    pub account: u64,
    /// Milliseconds from one block to the next.
    pub slot_ms: u64,
}

/// Solana at the end of 2026: SIMD-0256 and SIMD-0306.
pub const SOLANA: Chain = Chain {
    block: 60_000_000,
    account: 24_000_000,
    slot_ms: 400,
};

/// Before SIMD-0306: 12 million for an account.
pub const BEFORE_0306: Chain = Chain {
    account: 12_000_000,
    ..SOLANA
};

/// With SIMD-0286: 100 million, of which 40 % for an account.
pub const WITH_0286: Chain = Chain {
    block: 100_000_000,
    account: 40_000_000,
    ..SOLANA
};

/// What a transaction costs a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// While it runs: what it asked for.
    pub asked: u64,
    /// Afterwards.
    pub charged: u64,
}

impl Price {
    /// The same while it runs and afterwards.
    pub const fn fixed(cost: u64) -> Self {
        Self {
            asked: cost,
            charged: cost,
        }
    }
}

/// Accounts of a kind over which transactions are spread evenly, each writing one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many there are.
    pub over: u64,
    /// What one of them is charged beside the transactions that are counted.
    pub before: u64,
}

/// What fits, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Transactions.
    pub count: u64,
    /// What refuses the next.
    pub full: Full,
}

impl Chain {
    /// The same with other limits.
    pub const fn with_limits(self, account: u64, block: u64) -> Self {
        Self {
            account,
            block,
            ..self
        }
    }

    /// How many transactions fit, of which each writes one account of each spread, in a block that is
    /// charged `before` beside them.
    ///
    /// One more fits a limit L of which b is gone while b + n c + a <= L, with c what each of the n before
    /// it was charged and a what it asks for. Result: (L - b - a) / c + 1, rounded down.
    pub fn fit(&self, price: Price, spreads: &[Spread], before: u64) -> Fit {
        let under = |limit: u64, before| {
            let left = limit.saturating_sub(before).checked_sub(price.asked);
            left.map_or(0, |left| left / price.charged + 1)
        };
        let spread = spreads.iter().map(|spread| Fit {
            count: spread.over * under(self.account, spread.before),
            full: Full::Account,
        });
        let block = Fit {
            count: under(self.block, before),
            full: Full::Block,
        };
        spread
            .chain([block])
            .min_by_key(|fit| fit.count)
            .unwrap_or(block)
    }

    /// What a count for each block is in a second, rounded down.
    pub fn per_second(&self, count: u64) -> u64 {
        count * 1_000 / self.slot_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: Chain = SOLANA.with_limits(4_000, 10_000);

    fn over(over: u64) -> Spread {
        Spread { over, before: 0 }
    }

    #[test]
    fn one_shared_account_takes_its_share_of_a_block_and_two_take_twice_as_much() {
        let price = Price::fixed(100);
        let fit = |spreads: &[Spread]| CHAIN.fit(price, spreads, 0);
        let account = |count| Fit {
            count,
            full: Full::Account,
        };
        assert_eq!(fit(&[over(1)]), account(40));
        assert_eq!(fit(&[over(2), over(4)]), account(80));
        let block = Fit {
            count: 100,
            full: Full::Block,
        };
        assert_eq!(fit(&[over(3)]), block);
        assert_eq!(fit(&[]), block);
    }

    #[test]
    fn what_is_asked_for_counts_only_at_the_end() {
        let price = Price {
            asked: 1_000,
            charged: 100,
        };
        assert_eq!(CHAIN.fit(price, &[over(1)], 0).count, 31);
    }

    #[test]
    fn what_was_charged_before_leaves_less() {
        let price = Price::fixed(100);
        let late = |before| Spread { over: 2, before };
        assert_eq!(CHAIN.fit(price, &[late(100)], 0).count, 78);
        assert_eq!(CHAIN.fit(price, &[late(101)], 0).count, 76);
        assert_eq!(CHAIN.fit(price, &[], 9_901).count, 0);
    }

    #[test]
    fn what_asks_for_more_than_an_account_may_take_never_fits() {
        let price = Price {
            asked: 4_001,
            charged: 1,
        };
        assert_eq!(CHAIN.fit(price, &[over(8)], 0).count, 0);
    }

    #[test]
    fn blocks_come_two_and_a_half_times_a_second() {
        assert_eq!(SOLANA.per_second(1_001), 2_502);
    }
}
