//! What bounds are made of, USD atoms.

use whittle::state::exchange::ExchangeParams;
use whittle_risk::{Price, Ratio};

use super::arena::{Arena, BTC};

impl Arena {
    /// Notional that attackers opened, at the prices that they got.
    pub fn opened(&self) -> i64 {
        let fills = self.seen.fills.iter();
        let own = fills.filter(|it| self.is_attackers_account(&it.account));
        let opened = own.map(|fill| {
            let before = fill.lots_after - fill.lots;
            let grown = if before.signum() * fill.lots_after.signum() < 0 {
                fill.lots_after.abs()
            } else {
                (fill.lots_after.abs() - before.abs()).max(0)
            };
            notional(fill.fill_price_q32, grown.unsigned_abs())
        });
        opened.sum()
    }

    /// Notional that was liquidated, of attackers' accounts or of others'.
    pub fn liquidated(&self, own: bool) -> i64 {
        let events = self.seen.liquidations.iter();
        let chosen = events.filter(|it| self.is_attackers_account(&it.account) == own);
        let legs = chosen.flat_map(|it| &it.legs);
        legs.map(|leg| notional(leg.price_q32, leg.closed_lots))
            .sum()
    }

    /// What the attackers' fills moved because their price was no longer the true one, USD atoms.
    pub fn misfilled(&self) -> i64 {
        i64::try_from((self.misfilled >> 32) + 1).expect("in range")
    }

    /// What honest traders paid to pool and insurance: fees, spread and impact of their fills, costs and
    /// premiums of liquidations, and the most funding that the time could have brought.
    pub fn income(&self) -> i64 {
        let fills = self.seen.fills.iter().map(|fill| {
            let worse = fill.fill_price_q32.abs_diff(fill.oracle_price_q32);
            fill.fee_usd_atoms + notional(worse, fill.lots.unsigned_abs())
        });
        let legs = self.seen.liquidations.iter().flat_map(|it| &it.legs);
        let legs = legs.map(|leg| leg.pool_usd_atoms + leg.premium_usd_atoms);
        fills.sum::<i64>() + legs.sum::<i64>() + self.most_funding()
    }

    /// Funding of all open interest at the highest rate since the trial began.
    fn most_funding(&self) -> i64 {
        let secs = self.world.now() - self.started;
        let markets = self.world.all_markets().into_iter().map(|index| {
            let market = self.world.market(index);
            let open = notional(market.price.price_q32, market.long_lots + market.short_lots);
            let day = Self::share_of(market.params.funding_max_per_day_q32, open);
            day * secs / 86_400 + 1
        });
        markets.sum()
    }

    /// INV-COLLUSION: the floor of the bonus on what was liquidated, on no more than was opened, less the
    /// opening fee.
    pub fn collusion_bound(&self) -> i64 {
        let (opened, liquidated) = (self.opened(), self.liquidated(true));
        let fee = self.world.market(BTC).params.open_fee_q32;
        let topped_up = Self::share_of(self.rules().bonus_floor_q32, liquidated.min(opened));
        topped_up - Self::share_of(fee, opened) + self.roundings()
    }

    /// Rewards of the attackers' own orders that were killed.
    pub fn rewards_killed(&self) -> i64 {
        let kills = self.seen.kills.iter();
        let own = kills.filter(|it| self.is_attackers_account(&it.account));
        own.map(|it| it.reward_usd_atoms).sum()
    }

    /// What lots are worth, rounded up.
    pub fn notional(price_q32: u64, lots: u64) -> i64 {
        notional(price_q32, lots)
    }

    /// Legs that were liquidated.
    pub fn legs_liquidated(&self) -> i64 {
        let legs = self.seen.liquidations.iter().map(|it| it.legs.len());
        i64::try_from(legs.sum::<usize>()).expect("few")
    }

    /// An atom for each rounding that may be in the attackers' favour.
    pub fn roundings(&self) -> i64 {
        let fills = i64::try_from(self.seen.fills.len()).expect("few");
        16 + 4 * (fills + self.legs_liquidated())
    }

    /// The rules.
    pub fn rules(&self) -> ExchangeParams {
        self.world.mirror().exchange().expect("an exchange").params
    }

    /// What a share of an amount is, rounded up.
    pub fn share_of(share_q32: u64, amount: i64) -> i64 {
        let share = Ratio(share_q32).of_ceil(amount.unsigned_abs());
        share.expect("in range").0
    }
}

fn notional(price_q32: u64, lots: u64) -> i64 {
    Price(price_q32).notional_ceil(lots).expect("in range").0
}
