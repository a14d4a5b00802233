//! What a token of a bank counts for at a moment, and on what terms it is sold then.

use super::Bank;
use crate::error::Outcome;
use anchor_lang::prelude::*;
use whittle_risk::overdraft::Conversion;
use whittle_risk::weight::{Fall, LOWERED_RAMP_SECS, SETTLED_RAMP_SECS};
use whittle_risk::{Price, Ratio};

/// The fall of a weight: to the haircut weight after a change, to zero after settlement.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct WeightRamp {
    /// The weight when it began, Q32.
    pub from_q32: u64,
    /// When it began, Unix seconds; zero for none.
    pub began_at: i64,
}

impl WeightRamp {
    fn fall(&self, secs: u32) -> Fall {
        Fall {
            from: Ratio(self.from_q32),
            began_at: self.began_at,
            secs,
        }
    }
}

impl Bank {
    /// The weight as it counts at `now` for maintenance: on its ramp, and lowered while the peg is
    /// lost. After settlement it falls to zero from what it was then.
    #[inline]
    pub fn weight_at(&self, now: i64) -> Ratio {
        if self.weight_ramp.began_at == 0 {
            return self.weight_ahead(now);
        }
        self.ramped(now)
    }

    /// The weight at the end of a running ramp, by which new risk and margin calls are judged: never
    /// over [`Self::weight_at`].
    #[inline]
    pub fn weight_ahead(&self, now: i64) -> Ratio {
        if self.wind_down.is_settled() {
            return Ratio::ZERO;
        }
        self.guarded(Ratio(self.haircut_weight_q32), now)
    }

    #[inline(never)] // Hardly ever does a weight move, and a liquidation asks for each token held.
    fn ramped(&self, now: i64) -> Ratio {
        if self.wind_down.is_settled() {
            let fall = self.weight_ramp.fall(SETTLED_RAMP_SECS);
            return fall.at_ceil(Ratio::ZERO, now);
        }
        self.guarded(self.lowered(now), now)
    }

    /// The weight without the guard of the peg.
    fn lowered(&self, now: i64) -> Ratio {
        let fall = self.weight_ramp.fall(LOWERED_RAMP_SECS);
        fall.at_ceil(Ratio(self.haircut_weight_q32), now)
    }

    /// Changes the haircut weight: one over what counts now counts at once, a lower one is reached by
    /// a ramp from there. The same weight once more leaves a running ramp alone; after settlement
    /// the haircut weight is not read any more.
    pub fn set_haircut_weight(&mut self, weight: Ratio, now: i64) {
        let before = self.lowered(now);
        let is_same = self.haircut_weight_q32 == weight.0;
        self.haircut_weight_q32 = weight.0;
        if is_same || self.wind_down.is_settled() {
            return;
        }
        self.weight_ramp = if weight < before {
            WeightRamp {
                from_q32: before.0,
                began_at: now,
            }
        } else {
            WeightRamp::default()
        };
    }

    /// Publishes the price of settlement. From now on the weight falls.
    pub fn settle(&mut self, price: Price, now: i64) -> Outcome<()> {
        let from = self.weight_at(now);
        self.wind_down.publish(price, now)?;
        self.weight_ramp = WeightRamp {
            from_q32: from.0,
            began_at: now,
        };
        Ok(())
    }

    /// On what terms it is sold to cure an overdraft. The discount of a token that is settled grows
    /// until somebody buys: in a straight line from what it was, and to all of the price when the token
    /// counts for nothing. No token is ever sold for less than it counts for, also while its weight is
    /// on its way down to one that would allow a larger discount.
    pub fn sale_terms(&self, now: i64) -> Conversion {
        let most = Ratio::ONE.less(self.weight_at(now));
        let configured = Ratio(self.conversion_discount_q32);
        if self.wind_down.is_settled() {
            let paid = Fall {
                from: Ratio::ONE.less(configured),
                began_at: self.weight_ramp.began_at,
                secs: SETTLED_RAMP_SECS,
            };
            let discount = Ratio::ONE.less(paid.at_ceil(Ratio::ZERO, now));
            return Conversion {
                price: Price(self.wind_down.price_q32),
                discount: discount.least(most),
            };
        }
        Conversion {
            price: Price(self.price.price_q32),
            discount: configured.least(most),
        }
    }

    /// The cached price as it counts in a settlement: what a token with a peg is worth over it never
    /// counted.
    pub fn settling_price(&self) -> Price {
        let cached = Price(self.price.price_q32);
        self.peg().map_or(cached, |peg| cached.min(peg))
    }

    /// Counts the cached price towards the price of settlement, up to `until`.
    #[inline]
    pub(super) fn observe(&mut self, until: i64) {
        if self.wind_down.begins_at != 0 {
            let price = self.settling_price();
            self.wind_down
                .observe(price, self.price.publish_time, until);
        }
    }
}
