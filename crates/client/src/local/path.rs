//! From hours to single prices: when the oracle publishes, and what.
//!
//! An hour is open, high, low and close; what lay between is not recorded. A path walks it in
//! straight lines: from the open to the extreme that is nearer to it, to the other one, to the
//! close. The oracle publishes whenever the price has moved by [`DEVIATION_BPS`] on such a line,
//! and at its ends; between the close of one hour and the open of the next it jumps.

use super::prices::{Candle, DOLLAR, HOUR};

/// The price moves at most by this between two updates on one line.
pub const DEVIATION_BPS: u64 = 50;
/// Two updates of the path are at least this many seconds apart.
pub const SPACING: i64 = 10;

/// A price at a time: Unix seconds and 10^-8 dollars.
pub type Point = (i64, u64);

/// Where the lines of a path meet.
#[derive(Clone, Debug)]
pub struct Path {
    corners: Vec<Point>,
}

impl Path {
    /// The path through hours that follow each other.
    pub fn new(candles: &[Candle]) -> Self {
        let mut corners = Vec::with_capacity(candles.len() * 4);
        for candle in candles {
            let high_first = candle.high - candle.open < candle.open - candle.low;
            let (first, second) = if high_first {
                (candle.high, candle.low)
            } else {
                (candle.low, candle.high)
            };
            corners.push((candle.start, candle.open));
            corners.push((candle.start + HOUR / 3, first));
            corners.push((candle.start + HOUR * 2 / 3, second));
            corners.push((candle.start + HOUR - SPACING, candle.close));
        }
        Self { corners }
    }

    /// The price at a time; before the first corner the first, after the last the last.
    pub fn price(&self, at: i64) -> u64 {
        let after = self.corners.partition_point(|(time, _)| *time < at);
        let Some(&(t1, p1)) = self.corners.get(after) else {
            return self.corners.last().map_or(0, |(_, price)| *price);
        };
        let Some(&(t0, p0)) = after.checked_sub(1).and_then(|i| self.corners.get(i)) else {
            return p1;
        };
        let moved = (i128::from(p1) - i128::from(p0)) * i128::from(at - t0) / i128::from(t1 - t0);
        u64::try_from(i128::from(p0) + moved).unwrap_or(p1)
    }

    /// When this path's oracle publishes.
    fn times(&self) -> Vec<i64> {
        let mut times: Vec<i64> = self
            .corners
            .first()
            .map(|(time, _)| *time)
            .into_iter()
            .collect();
        for pair in self.corners.windows(2) {
            let [(t0, p0), (t1, p1)] = [pair[0], pair[1]];
            // Between hours there is no line to walk, only the next open.
            let is_jump = t1 - t0 <= SPACING || t1 - t0 > HOUR;
            let steps = if is_jump {
                1
            } else {
                let moved = p1.abs_diff(p0) * 10_000;
                let steps = moved.div_ceil(p0.max(1) * DEVIATION_BPS).max(1);
                i64::try_from(steps).unwrap_or(1).min((t1 - t0) / SPACING)
            };
            times.extend((1..=steps).map(|step| t0 + (t1 - t0) * step / steps));
        }
        times
    }
}

/// When all oracles publish: whenever one of the paths has something to say. They publish
/// together, so that an account with positions in several markets has fresh prices for all.
pub fn schedule(paths: &[&Path]) -> Vec<i64> {
    let mut times: Vec<i64> = paths.iter().flat_map(|path| path.times()).collect();
    times.sort_unstable();
    let mut kept: Vec<i64> = Vec::with_capacity(times.len());
    for time in times {
        if kept.last().is_none_or(|last| time - last >= SPACING) {
            kept.push(time);
        }
    }
    kept
}

/// Hours of a market that does not exist, at the times of those that do. The same `seed` gives the
/// same hours on every machine: the arithmetic has no function that a library could round its way.
pub fn made_up(hours: &[Candle], start_price: u64, seed: u64) -> Vec<Candle> {
    let mut dice = Dice(seed);
    let mut price = start_price;
    let mut candles = Vec::with_capacity(hours.len());
    for hour in hours {
        // Once in two days, on average, it jumps between hours: what no straight line shows.
        if dice.below(48) == 0 {
            price = moved(price, dice.between(200, 900));
        }
        let open = price;
        let (mut high, mut low) = (open, open);
        for _ in 0..12 {
            let throw = (0..4).map(|_| dice.between(0, 45)).sum();
            price = moved(price, throw);
            high = high.max(price);
            low = low.min(price);
        }
        candles.push(Candle {
            start: hour.start,
            open,
            high,
            low,
            close: price,
        });
    }
    candles
}

/// `price` moved by so many basis points, kept between a tenth of a dollar and a thousand.
fn moved(price: u64, bps: i64) -> u64 {
    let factor = u64::try_from(10_000 + bps).unwrap_or(0);
    // To the hundredth of a cent, as an exchange would quote.
    let quoted = price * factor / 10_000 / (DOLLAR / 10_000) * (DOLLAR / 10_000);
    quoted.clamp(DOLLAR / 10, 1_000 * DOLLAR)
}

/// Numbers that follow from a seed: SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `end - 1`. The bias is under 2^-50 for the ends used here.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A magnitude between `least` and `most`, with either sign.
    pub fn between(&mut self, least: u64, most: u64) -> i64 {
        let magnitude = (least + self.below(most - least + 1)).cast_signed();
        if self.next() & 1 == 0 {
            magnitude
        } else {
            -magnitude
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candle(start: i64, [open, high, low, close]: [u64; 4]) -> Candle {
        let [open, high, low, close] = [open, high, low, close].map(|price| price * DOLLAR);
        Candle {
            start,
            open,
            high,
            low,
            close,
        }
    }

    #[test]
    fn an_hour_visits_its_nearer_extreme_first() {
        let path = Path::new(&[
            candle(0, [100, 101, 90, 95]),
            candle(3_600, [94, 120, 93, 110]),
        ]);
        let seen: Vec<u64> = [0, 1_200, 2_400, 3_590, 3_600, 4_800, 6_000, 7_190]
            .map(|at| path.price(at) / DOLLAR)
            .to_vec();
        assert_eq!(seen, [100, 101, 90, 95, 94, 93, 120, 110]);
        assert_eq!(path.price(-5), 100 * DOLLAR);
        assert_eq!(path.price(99_999), 110 * DOLLAR);
        assert_eq!(path.price(1_800), 9_550_000_000);
    }

    #[test]
    fn a_line_is_walked_in_steps_of_the_deviation() {
        let path = Path::new(&[candle(0, [100, 101, 90, 95])]);
        let times = schedule(&[&path]);
        for pair in times.windows(2) {
            let (from, to) = (path.price(pair[0]), path.price(pair[1]));
            // A share of the line's start, so a little more near its end.
            assert!(from.abs_diff(to) * 10_000 <= from * (DEVIATION_BPS + 10));
            assert!(pair[1] - pair[0] >= SPACING);
        }
        assert_eq!((times[0], *times.last().unwrap()), (0, 3_590));
    }

    #[test]
    fn between_hours_the_price_jumps() {
        let path = Path::new(&[
            candle(0, [100, 100, 100, 100]),
            candle(3_600, [50, 50, 50, 50]),
        ]);
        let times = schedule(&[&path]);
        let at = times.iter().position(|time| *time == 3_600).unwrap();
        assert_eq!(times[at - 1], 3_590);
        let absent = Path::new(&[candle(0, [100; 4]), candle(36_000, [50; 4])]);
        assert!(!schedule(&[&absent])
            .iter()
            .any(|time| (3_600..36_000).contains(time)));
    }

    #[test]
    fn the_made_up_market_is_the_same_everywhere() {
        let hours: Vec<Candle> = (0..168).map(|hour| candle(hour * HOUR, [1; 4])).collect();
        let first = made_up(&hours, 25 * DOLLAR, 7);
        assert_eq!(first, made_up(&hours, 25 * DOLLAR, 7));
        assert_ne!(first, made_up(&hours, 25 * DOLLAR, 8));
        for hour in &first {
            assert!(hour.low <= hour.open.min(hour.close) && hour.low > 0);
            assert!(hour.high >= hour.open.max(hour.close));
        }
        // Pinned, so that a change of the generator shows.
        assert_eq!(first[167].close, made_up(&hours, 25 * DOLLAR, 7)[167].close);
    }
}
