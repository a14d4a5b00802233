//! Who trades in the demo: a fixed pattern, so that every run has the same accounts and nobody
//! chose them for what happens to them.

/// Leverage of account after account. The first tier allows 10.
const LEVERAGE: [i64; 9] = [3, 5, 2, 9, 4, 8, 6, 7, 3];
/// Deposits, in dollars.
const DEPOSITS: [i64; 8] = [5_000, 20_000, 2_000, 60_000, 10_000, 35_000, 3_000, 15_000];
/// Whether the (first) position is a long.
const LONGS: [bool; 7] = [true, true, false, true, true, false, true];
/// Which markets.
const MARKETS: [&[u16]; 10] = [
    &[0],
    &[0],
    &[0, 1],
    &[0],
    &[1],
    &[0],
    &[0],
    &[1, 0],
    &[0],
    &[0, 1],
];

/// An account that will be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trader {
    /// From 1.
    pub number: usize,
    /// When it opens its positions, Unix seconds.
    pub opens_at: i64,
    /// Dollars.
    pub deposit: i64,
    /// Notional of all positions over the deposit.
    pub leverage: i64,
    /// Market and side of each position; they share the notional equally.
    pub legs: Vec<(u16, bool)>,
}

impl Trader {
    /// What it opens, in words: `15x long BTC`.
    pub fn opened(&self, symbols: &[&str]) -> String {
        let legs: Vec<String> = self
            .legs
            .iter()
            .map(|(market, is_long)| {
                let side = if *is_long { "long" } else { "short" };
                format!("{side} {}", symbols[usize::from(*market)])
            })
            .collect();
        format!("{}x {}", self.leverage, legs.join(" & "))
    }

    /// Signed lots of each position at the prices of its opening, `lot` giving what a lot costs in
    /// USD atoms.
    pub fn orders(&self, lot: impl Fn(u16) -> f64) -> Vec<(u16, i64)> {
        let notional = self.deposit * self.leverage * 1_000_000;
        let share = notional as f64 / self.legs.len() as f64;
        self.legs
            .iter()
            .map(|(market, is_long)| {
                let lots = (share / lot(*market)).floor() as i64;
                (*market, if *is_long { lots } else { -lots })
            })
            .collect()
    }
}

/// `count` accounts that open one after the other over the first three quarters of the time, each with the
/// next entry of every list above. The lists' lengths share no factor but 2 (and that only between
/// deposits and markets), so that all mixtures come up.
pub fn traders(count: usize, (from, to): (i64, i64)) -> Vec<Trader> {
    let span = (to - from) / 4 * 3;
    (0..count)
        .map(|index| {
            let is_long = LONGS[index % LONGS.len()];
            let markets = MARKETS[index % MARKETS.len()];
            Trader {
                number: index + 1,
                opens_at: from + span * index as i64 / count.max(1) as i64,
                deposit: DEPOSITS[index % DEPOSITS.len()],
                leverage: LEVERAGE[index % LEVERAGE.len()],
                // A second position hedges, or doubles: sides alternate.
                legs: (0..)
                    .zip(markets)
                    .map(|(place, market)| (*market, is_long ^ (place % 2 == 1 && index % 4 < 2)))
                    .collect(),
            }
        })
        .collect()
}

/// The worst price that an account accepts: five percent beyond the one it saw.
pub fn limit(seen_q32: u64, is_long: bool) -> u64 {
    let room = seen_q32 / 20;
    if is_long {
        seen_q32.saturating_add(room)
    } else {
        seen_q32 - room
    }
}

/// The exponent of a lot that costs between one and ten dollars at the highest price (in 10^-8
/// dollars).
pub fn lot_exponent(highest: u64) -> i8 {
    let digits = highest.max(1).ilog10();
    8 - i8::try_from(digits).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_accounts_differ() {
        let all = traders(40, (0, 168 * 3_600));
        assert_eq!(all.len(), 40);
        assert!(all
            .windows(2)
            .all(|pair| pair[0].opens_at < pair[1].opens_at));
        assert!(all[39].opens_at < 126 * 3_600);
        let both = all.iter().filter(|it| it.legs.len() == 2).count();
        let shorts = all.iter().filter(|it| !it.legs[0].1).count();
        assert_eq!((both, shorts), (12, 11));
        assert_eq!(all[1].opened(&["BTC", "X"]), "5x long BTC");
        assert_eq!(all[2].opened(&["BTC", "X"]), "2x short BTC & short X");
    }

    #[test]
    fn positions_share_the_notional() {
        let trader = traders(3, (0, 1)).pop().unwrap();
        let orders = trader.orders(|market| if market == 0 { 2e6 } else { 1e6 });
        assert_eq!(orders, [(0, -1_000), (1, -2_000)]);
    }

    #[test]
    fn a_lot_costs_a_few_dollars() {
        assert_eq!(lot_exponent(1_903_900_000_000), -4);
        assert_eq!(lot_exponent(2_500_000_000), -1);
        assert_eq!(lot_exponent(5_000), 5);
    }
}
