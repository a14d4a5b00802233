//! The true price, what the oracle says of it, and what the difference moves.

use whittle_risk::price::{to_q32, Rounding};
use whittle_risk::Lots;

use super::arena::{Arena, CONFIDENCE_BPS, EXPONENT, TOKEN};
use crate::oracle::{Quote, Update};

impl Arena {
    /// What the positions and shares of attackers and of honest traders won by the true price, USD atoms.
    /// The pool without the attackers' shares lost as much.
    pub fn hedged(&self) -> [i64; 2] {
        self.hedged
            .map(|it| i64::try_from(it >> 32).expect("in range"))
    }

    /// The true price, with an exponent of -8.
    pub fn truth(&self, market: u16) -> i64 {
        self.truth[usize::from(market)]
    }

    /// What a price with an exponent of -8 is for a lot, Q32.
    pub fn per_lot(&self, market: u16, price: i64) -> u64 {
        let lot = i32::from(self.world.market(market).lot_exponent);
        to_q32(price.unsigned_abs(), EXPONENT, lot, Rounding::Floor).expect("in range")
    }

    /// The true price becomes another; nobody is told.
    pub fn move_truth(&mut self, market: u16, price: i64) {
        let from = self.per_lot(market, self.truth(market));
        let to = self.per_lot(market, price);
        let change = i128::from(to) - i128::from(from);
        let exposed = self.exposures(market);
        for (hedged, exposed) in self.hedged.iter_mut().zip(exposed) {
            *hedged += exposed * change;
        }
        self.truth[usize::from(market)] = price;
    }

    /// By so many hundredths of a basis point.
    pub fn move_by(&mut self, market: u16, pips: i64) {
        let before = self.truth(market);
        self.move_truth(market, before + before / 1_000_000 * pips);
    }

    /// Lots of the attackers, their part of the pool's included, and of honest traders.
    fn exposures(&self, market: u16) -> [i128; 2] {
        let skew = self.world.market(market).skew().unwrap_or(Lots(0));
        let skew = i128::from(skew.0);
        let accounts = self.accounts();
        let own = accounts.iter().filter(|it| self.is_attacker(&it.owner));
        let own = own.filter_map(|it| it.position(market));
        let own: i128 = own.map(|it| i128::from(it.lots)).sum();
        let (shares, supply) = (self.shares_of_attackers(), self.share_supply());
        let pool = -skew * i128::from(shares) / i128::from(supply.max(1));
        [own + pool, skew - own]
    }

    /// The true price of the token becomes another, by so many hundredths of a basis point; nobody is
    /// told.
    pub fn move_token(&mut self, pips: i64) {
        let before = self.token_truth;
        let after = before + before / 1_000_000 * pips;
        let change = i128::from(self.per_atom(after)) - i128::from(self.per_atom(before));
        let held = self.tokens_held();
        for (carried, held) in self.carried.iter_mut().zip(held) {
            *carried += i128::from(held) * change;
        }
        self.token_truth = after;
    }

    /// What a price with an exponent of -8 is for an atom of the token, Q32.
    pub fn per_atom(&self, price: i64) -> u64 {
        let decimals = i32::from(self.world.bank(TOKEN).decimals);
        let price = price.unsigned_abs();
        to_q32(price, EXPONENT, -decimals, Rounding::Floor).expect("in range")
    }

    /// Remembers what a sale of tokens moved because the cached price was not the true one.
    pub fn count_stale_tokens(&mut self, tokens: u64) {
        let cached = self.world.bank(TOKEN).price.price_q32;
        let wrong = cached.abs_diff(self.per_atom(self.token_truth));
        self.stale += i128::from(tokens) * i128::from(wrong);
    }

    /// The token's true price is published and cached.
    pub fn publish_token(&mut self) {
        let quote = quote(self.token_truth, CONFIDENCE_BPS);
        self.world.publish_bank(TOKEN, quote);
        let sent = self.world.update_banks(&[TOKEN]);
        self.note(sent);
    }

    /// What attackers and honest traders won by the token's true price, USD atoms.
    pub fn carried(&self) -> [i64; 2] {
        self.carried
            .map(|it| i64::try_from(it >> 32).expect("in range"))
    }

    /// Atoms of the token that attackers and honest traders have, in wallets and accounts.
    fn tokens_held(&self) -> [u64; 2] {
        let mint = self.world.bank(TOKEN).mint;
        let mut held = [0; 2];
        for actor in self.people() {
            let side = usize::from(!self.is_attacker(&actor.address()));
            held[side] += self.world.tokens_of(actor, &mint);
        }
        for account in self.accounts() {
            let side = usize::from(!self.is_attacker(&account.owner));
            let tokens = account.used_collaterals().filter(|it| it.bank == TOKEN);
            held[side] += tokens.map(|it| it.amount_atoms).sum::<u64>();
        }
        held
    }

    /// The oracle publishes this price now; the chain has not seen it.
    pub fn show(&mut self, market: u16, price: i64, confidence_bps: u64) {
        self.world.publish(market, quote(price, confidence_bps));
    }

    /// The oracle publishes the true price, and it is cached.
    pub fn publish(&mut self, market: u16) -> bool {
        self.show(market, self.truth(market), CONFIDENCE_BPS);
        self.world.update(&[market]).succeeded()
    }

    /// The same in every market.
    pub fn publish_all(&mut self) {
        for market in self.world.all_markets() {
            self.publish(market);
        }
    }

    /// The oracle publishes the true price; the chain has not seen it.
    pub fn show_truth(&mut self, market: u16) {
        self.show(market, self.truth(market), CONFIDENCE_BPS);
    }

    /// The same, with a clock on chain that is so many seconds behind.
    pub fn sign_truth(&mut self, market: u16, lag: i64) {
        let quote = quote(self.truth(market), CONFIDENCE_BPS);
        let time = self.world.now() + lag;
        self.world.publish_at(market, quote, time);
        self.signed.push((time, self.truth(market)));
    }

    /// Place of the signed update that is due for an order placed now, if it exists already.
    fn due(&self, market: u16) -> Option<usize> {
        let delay = i64::from(self.rules().order_delay_secs);
        let cached = self.world.market(market).price.publish_time;
        let due = self.world.now().max(cached) + delay;
        self.signed.iter().position(|(time, _)| *time >= due)
    }

    /// By how much the true price is over that of that update; zero where it does not exist yet.
    pub fn known_move(&self, market: u16) -> i64 {
        let due = self.due(market).map(|place| self.signed[place].1);
        due.map_or(0, |price| self.truth(market) - price)
    }

    /// That update comes into the oracle's account.
    pub fn show_due(&mut self, market: u16) -> bool {
        let Some(place) = self.due(market) else {
            return false;
        };
        let (time, price) = self.signed[place];
        let before = place.checked_sub(1).map(|it| self.signed[it].0);
        let update = Update {
            prev_publish_time: before.unwrap_or(time - 1),
            ..self
                .world
                .feed(market)
                .update(quote(price, CONFIDENCE_BPS), time)
        };
        self.world.show_market(market, update);
        true
    }

    /// By how much a lot counts for something else than it is worth, Q32.
    pub fn misjudged(&self, market: u16) -> i128 {
        let cached = i128::from(self.world.market(market).price.price_q32);
        (cached - i128::from(self.per_lot(market, self.truth(market)))).abs()
    }

    /// Remembers what a request to the pool moved: the part of the traders' net position that the shares
    /// stand for, at the cached price instead of the true one.
    pub fn count_stale_liquidity(&mut self, shares: u64, supply: u64) {
        for index in self.world.all_markets() {
            let market = self.world.market(index);
            let lots = i128::from(market.long_lots) + i128::from(market.short_lots);
            let part = lots * i128::from(shares) / i128::from(supply.max(1)) + 1;
            self.stale += part * self.misjudged(index);
        }
    }

    /// What closings and requests at cached prices moved because they were not the true ones, USD atoms.
    pub fn stale(&self) -> i64 {
        i64::try_from((self.stale >> 32) + 1).expect("in range")
    }

    /// Seconds pass, and the true price of a market is published.
    pub fn tick(&mut self, market: u16, secs: i64) {
        self.world.pass(secs);
        self.publish(market);
    }
}

/// A price with an exponent of -8.
pub fn quote(price: i64, confidence_bps: u64) -> Quote {
    Quote {
        mantissa: price,
        confidence: 0,
        exponent: EXPONENT,
    }
    .with_confidence_bps(confidence_bps)
}
