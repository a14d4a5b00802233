//! Performing an action.

use super::action::Action;
use super::stage::Stage;
use crate::oracle::{Quote, Verification};

/// No price leaves these bounds, in Pyth's units of 10^-8 dollars: a hundredth of a cent to ten
/// million dollars. Beyond them nothing but caches changes.
const MANTISSAS: core::ops::RangeInclusive<i64> = 10_000..=1_000_000_000_000_000;

impl Stage {
    /// Performs an action as far as it means something now.
    pub(super) fn perform(&mut self, action: &Action) {
        self.tally.borrow_mut().actions += 1;
        match action {
            Action::Send { calls, twist } => {
                let mut instructions: Vec<_> =
                    calls.iter().filter_map(|call| self.build(call)).collect();
                if let (Some(first), Some(twist)) = (instructions.first_mut(), twist) {
                    self.twist(first, *twist);
                }
                if !instructions.is_empty() {
                    self.send(&instructions);
                }
            }
            Action::Pass { secs } => self.world.pass(i64::from(*secs)),
            Action::Publish {
                of_market,
                which,
                to_bps,
                confidence_bps,
                ahead,
            } => {
                let time = self.world.now() + i64::from(*ahead);
                let confidence = u64::from(*confidence_bps);
                if *of_market {
                    let market = self.market(*which).index;
                    self.move_market(market, *to_bps, confidence, time);
                } else {
                    let bank = self.bank(*which).index;
                    self.move_bank(bank, *to_bps, confidence, time);
                }
            }
            Action::Forge { which, how } => self.forge(*which, *how),
            Action::Smart(smart) => self.act(*smart),
        }
    }

    /// Shows an update that is wrong in one way, and tries to cache it.
    fn forge(&mut self, which: u8, how: u8) {
        let market = self.market(which).index;
        let feed = self.world.market_feeds[usize::from(market)].clone();
        let quote = feed.last.as_ref().expect("a price was published").quote;
        let mut update = feed.stub.update(quote, self.world.now() + 1);
        match how % 12 {
            0 => update.owner = whittle::ID,
            1 => update.feed[0] ^= 1,
            2 => update.verification = Verification::Partial(5),
            3 => update.status = 2,
            4 => update.quote.mantissa = 0,
            5 => update.quote.mantissa = -update.quote.mantissa,
            6 => update.quote.exponent = 5,
            7 => update.quote.exponent = -17,
            8 => update.quote.mantissa = i64::MAX,
            9 => (update.quote.mantissa, update.quote.exponent) = (1, -16),
            10 => update.publish_time = i64::MAX,
            _ => update.publish_time = i64::MIN,
        }
        let mut account = feed.stub.account(&update);
        if how >= 240 {
            account.data.truncate(usize::from(how) - 200);
        }
        self.world
            .put(feed.stub.address, "a forged oracle", &account);
        self.send(&[self.update_markets(&[market])]);
        let truth = feed.last.expect("a price was published");
        self.world.show_market(market, truth);
    }

    /// A market's feed says so many parts of ten thousand of what it said.
    pub(super) fn move_market(&mut self, market: u16, bps: u32, confidence: u64, time: i64) {
        let last = self.world.market_feeds[usize::from(market)].last.as_ref();
        let quote = last.expect("a price was published").quote;
        let quote = moved(quote, bps).with_confidence_bps(confidence);
        self.world.publish_at(market, quote, time);
    }

    /// The same of a collateral token.
    pub(super) fn move_bank(&mut self, bank: u16, bps: u32, confidence: u64, time: i64) {
        let Some(feed) = &self.world.bank_feeds[usize::from(bank)] else {
            return;
        };
        let quote = feed.last.as_ref().map_or("1".into(), |last| last.quote);
        let quote = moved(quote, bps).with_confidence_bps(confidence);
        self.world.publish_bank_at(bank, quote, time);
    }
}

fn moved(quote: Quote, bps: u32) -> Quote {
    let mantissa = i128::from(quote.mantissa) * i128::from(bps) / 10_000;
    let mantissa = i64::try_from(mantissa).unwrap_or(i64::MAX);
    Quote {
        mantissa: mantissa.clamp(*MANTISSAS.start(), *MANTISSAS.end()),
        ..quote
    }
}
