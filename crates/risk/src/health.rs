//! What an account is worth, what it must keep, and which of the two is larger.
//!
//!   E = cash + claims + collateral - interest + sum of (value - entry - funding owed)
//!   M = sum of the maintenance requirements of its legs
//!
//! Equity rounds down and requirements round up, so the account bears every fraction of an atom.

mod call;

pub use call::{call_level, call_requirement, was_called, Before};

use crate::price::Mark;
use crate::tier::TierTable;
use crate::{Lots, Price, Ratio, RiskError, Usd};

/// A position together with everything its market contributes to a decision.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leg {
    /// Signed size; never zero.
    pub lots: Lots,
    /// What the position was opened for: signed like `lots`.
    pub entry: Usd,
    /// Funding and losses of others owed since they were last settled; negative when funding is to
    /// be received.
    pub funding_owed: Usd,
    /// The market's cached price, as it counts now.
    pub mark: Mark,
    /// The market's size tiers.
    pub tiers: TierTable,
    /// Volatility multiplier on the maintenance requirement.
    pub multiplier: Ratio,
    /// Volatility multiplier on the initial requirement; counted as at least the other.
    pub initial_multiplier: Ratio,
    /// Added to the initial rate while the leg's side is crowded.
    pub crowded: Ratio,
    /// Multiplier by which a margin call is judged: the larger of the present one and the one that
    /// maintenance is moving to.
    pub call_multiplier: Ratio,
    /// Notional that may be closed of the leg outside emergency: what the market's breakers leave,
    /// [`crate::breaker::UNLIMITED`] when nothing limits it.
    pub room: Usd,
    /// Insurance premium on notional closed by liquidation.
    pub premium: Ratio,
    /// Spread and impact on notional closed by liquidation, paid to the pool.
    pub pool_cost: Ratio,
    /// A remainder under this notional is closed too.
    pub min_position: Usd,
    /// A liquidation closes at least this notional of a leg, unless the leg is smaller.
    pub min_close: Usd,
    /// Closing this leg brings longs and shorts of its market nearer to each other.
    pub lightens_skew: bool,
    /// The market's insurance line, from which the floor bonus is topped up.
    pub insurance_line: Usd,
    /// The market's pool line, from which it is topped up when the insurance line is empty.
    pub pool_line: Usd,
}

/// An account as the arithmetic sees it.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Quote cash; negative when overdrawn.
    pub cash: Usd,
    /// Profit that the pool has recorded and not yet paid.
    pub claims: Usd,
    /// Other collateral after haircuts.
    pub collateral: Usd,
    /// What it will count less when the running ramps of its weights are over; never negative.
    pub fading: Usd,
    /// The prices at which the other collateral counts.
    pub tokens: &'a TokenPrices,
    /// Interest owed on an overdraft and not yet charged.
    pub interest: Usd,
    /// How much leverage it may take.
    pub leverage: Leverage,
    /// Its positions.
    pub legs: &'a [Leg],
}

/// What the prices of an account's other collateral have in common. A wick of a token's price puts an
/// account under maintenance as one of a position's price does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenPrices {
    /// Publish time of the oldest that counts as it is, not shifted for its age; Unix seconds.
    pub oldest: i64,
    /// The same of the newest.
    pub newest: i64,
    /// One of them is older than an update may be.
    pub stale: bool,
    /// One of them is uncertain.
    pub uncertain: bool,
}

impl TokenPrices {
    /// Of an account without other collateral.
    pub const NONE: Self = Self {
        oldest: i64::MAX,
        newest: i64::MIN,
        stale: false,
        uncertain: false,
    };

    /// With one more.
    pub fn take(&mut self, mark: &Mark) {
        if mark.age_shift == 0 {
            self.oldest = self.oldest.min(mark.publish_time);
            self.newest = self.newest.max(mark.publish_time);
        }
        self.stale |= mark.stale;
        self.uncertain |= mark.uncertain;
    }
}

impl Default for TokenPrices {
    fn default() -> Self {
        Self::NONE
    }
}

/// How much leverage an account may take. It counts where risk is taken and nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leverage {
    /// 0 retail, 1 standard, higher without a least rate.
    pub class: u8,
    /// Least initial rate that the owner set.
    pub own_initial: Ratio,
}

/// Classes of accounts that have a least initial rate.
pub const LIMITED_CLASSES: usize = 2;

/// Thresholds that hold for every account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thresholds {
    /// C = M (1 + call_buffer): under it only risk-reducing orders are accepted.
    pub call_buffer: Ratio,
    /// T = M (1 + target_buffer): where a liquidation stops.
    pub target_buffer: Ratio,
    /// Under E / M of this, confirmation no longer protects.
    pub emergency: Ratio,
    /// Weight of unrealised profit in initial checks.
    pub profit_weight: Ratio,
    /// Least initial rates of the classes: retail, standard.
    pub class_initial: [Ratio; LIMITED_CLASSES],
}

impl Thresholds {
    /// The least initial rate of an account: its class's or its owner's, whichever is higher.
    pub fn least_initial(&self, leverage: &Leverage) -> Ratio {
        let class = self.class_initial.get(usize::from(leverage.class));
        let class = class.copied().unwrap_or(Ratio::ZERO);
        Ratio(class.0.max(leverage.own_initial.0))
    }
}

/// Which way doubt about a price counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// For the account: is it liquidatable even so?
    Favourable,
    /// Not at all: how much must be closed?
    Plain,
    /// Against the account: may it take more risk?
    Adverse,
}

/// Equity and maintenance requirement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// E.
    pub equity: Usd,
    /// M.
    pub maintenance: Usd,
}

/// Equity and requirement as they count when risk is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitialHealth {
    /// Equity with unrealised profit weighted and prices against the account.
    pub equity: Usd,
    /// Sum of the initial requirements.
    pub requirement: Usd,
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// E >= C.
    Healthy,
    /// M <= E < C.
    MarginCall,
    /// E < M.
    Liquidatable,
    /// E < emergency ratio * M.
    Emergency,
    /// E <= 0 with positions.
    Insolvent,
    /// E < 0 without positions.
    Bankrupt,
}

impl Leg {
    /// The price at which the leg counts. Age always counts for the account, doubt as asked, and
    /// doubt only where the price is uncertain or where risk is taken.
    #[inline]
    pub fn price(&self, doubt: Doubt) -> Price {
        let favour = match doubt {
            Doubt::Favourable if self.mark.uncertain => {
                self.mark.age_shift.saturating_add(self.mark.doubt_favour)
            }
            Doubt::Favourable | Doubt::Plain => self.mark.age_shift,
            Doubt::Adverse => {
                let against = self.mark.doubt_shift;
                return if self.lots.0 > 0 {
                    self.mark.price.lowered(against)
                } else {
                    self.mark.price.raised(against)
                };
            }
        };
        if self.lots.0 > 0 {
            self.mark.price.raised(favour)
        } else {
            self.mark.price.lowered(favour)
        }
    }

    /// What the leg counts for in maintenance health.
    #[inline(always)]
    pub fn valued(&self, doubt: Doubt) -> Result<Valued, RiskError> {
        let price = self.price(doubt);
        let (notional, profit) = self.at(price)?;
        let notional = notional.magnitude();
        let tier = self.tiers.index_of(notional);
        Ok(Valued {
            price,
            notional,
            tier,
            profit,
            required: self.tiers.maintenance_in(tier, notional, self.multiplier)?,
        })
    }

    /// Notional at `price`, rounded up because requirements bear the fraction, and what the leg
    /// adds to equity, rounded down.
    #[inline]
    fn at(&self, price: Price) -> Result<(Usd, Usd), RiskError> {
        let (floor, ceil) = price.notional_both(self.lots.magnitude())?;
        let value = if self.lots.0 >= 0 {
            floor
        } else {
            ceil.negated()?
        };
        let profit = value.minus(self.entry)?.minus(self.funding_owed)?;
        Ok((ceil, profit))
    }
}

/// A leg at one price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valued {
    /// The price at which it counts.
    pub price: Price,
    /// Its notional, rounded up.
    pub notional: u64,
    /// Index of the tier that holds it.
    pub tier: usize,
    /// Its unrealised profit after funding, rounded down.
    pub profit: Usd,
    /// Its maintenance requirement, rounded up.
    pub required: Usd,
}

impl Health {
    /// This health with one more leg.
    #[inline]
    pub fn plus_leg(self, leg: &Valued) -> Result<Self, RiskError> {
        Ok(Self {
            equity: self.equity.plus(leg.profit)?,
            maintenance: self.maintenance.plus(leg.required)?,
        })
    }
}

impl Account<'_> {
    /// Equity without the legs.
    #[inline]
    pub fn assets(&self) -> Result<Usd, RiskError> {
        self.cash
            .plus(self.claims)?
            .plus(self.collateral)?
            .minus(self.interest)
    }

    /// Whether doubt changes anything.
    #[inline]
    pub fn has_doubt(&self) -> bool {
        self.legs.iter().any(|leg| leg.mark.uncertain)
    }
}

impl Health {
    /// E / M rounded down, at most [`Ratio::MAX`]; zero when E <= 0. Without positions there is no
    /// requirement and the ratio is [`Ratio::MAX`].
    pub fn ratio_floor(&self) -> Ratio {
        if self.equity.0 <= 0 {
            return Ratio::ZERO;
        }
        Ratio::between_floor(self.equity.magnitude(), self.maintenance.magnitude())
            .unwrap_or(Ratio::MAX)
    }

    /// M (1 + buffer), rounded up against the account.
    #[inline]
    pub fn with_buffer(&self, buffer: Ratio) -> Result<Usd, RiskError> {
        self.maintenance
            .plus(buffer.of_ceil(self.maintenance.magnitude())?)
    }

    /// Where the account stands by its present requirement. `has_positions` tells insolvent from
    /// bankrupt.
    pub fn state(&self, thresholds: &Thresholds, has_positions: bool) -> Result<State, RiskError> {
        // Under maintenance no call level is asked for.
        let call = if self.equity >= self.maintenance {
            self.with_buffer(thresholds.call_buffer)?
        } else {
            self.maintenance
        };
        self.state_with_call(thresholds, call, has_positions)
    }

    /// The same with another margin-call level, see [`call_level`].
    pub fn state_with_call(
        &self,
        thresholds: &Thresholds,
        call: Usd,
        has_positions: bool,
    ) -> Result<State, RiskError> {
        if !has_positions {
            return Ok(if self.equity.0 < 0 {
                State::Bankrupt
            } else {
                State::Healthy
            });
        }
        if self.equity >= self.maintenance {
            return Ok(if self.equity >= call {
                State::Healthy
            } else {
                State::MarginCall
            });
        }
        if self.equity.0 <= 0 {
            return Ok(State::Insolvent);
        }
        let emergency = thresholds.emergency.of_ceil(self.maintenance.magnitude())?;
        Ok(if self.equity < emergency {
            State::Emergency
        } else {
            State::Liquidatable
        })
    }
}

/// Equity and maintenance requirement of an account. The only place where health is computed.
pub fn assess(account: &Account, doubt: Doubt) -> Result<Health, RiskError> {
    let mut health = Health {
        equity: account.assets()?,
        maintenance: Usd::ZERO,
    };
    for leg in account.legs {
        health = health.plus_leg(&leg.valued(doubt)?)?;
    }
    Ok(health)
}

/// Equity and requirement for taking risk: prices shifted against the account, unrealised profit
/// weighted. A leg requires what its tiers ask for, and at least the account's least initial rate on
/// its whole notional; both are rounded up against the account.
///
/// Errors: [`RiskError::NoFreshPrice`] when a leg's price is stale.
pub fn assess_initial(
    account: &Account,
    thresholds: &Thresholds,
) -> Result<InitialHealth, RiskError> {
    let mut health = InitialHealth {
        equity: account.assets()?,
        requirement: Usd::ZERO,
    };
    let least = thresholds.least_initial(&account.leverage);
    for leg in account.legs {
        if leg.mark.stale {
            return Err(RiskError::NoFreshPrice);
        }
        let (notional, profit) = leg.at(leg.price(Doubt::Adverse))?;
        let counted = if profit.0 > 0 {
            thresholds.profit_weight.of_floor(profit.magnitude())?
        } else {
            profit
        };
        health.equity = health.equity.plus(counted)?;
        // While maintenance ramps up, its multiplier may stand over the one on initial rates.
        let multiplier = Ratio(leg.initial_multiplier.0.max(leg.multiplier.0));
        let required = leg
            .tiers
            .initial_ceil(notional.magnitude(), multiplier)?
            .plus(leg.crowded.of_ceil(notional.magnitude())?)?
            .most(least.of_ceil(notional.magnitude())?);
        health.requirement = health.requirement.plus(required)?;
    }
    Ok(health)
}

/// What may leave the account: equity for taking risk over the initial requirement, and never
/// more than its settled cash, of which the interest owed stays. Zero when either is missing.
pub fn excess_collateral(account: &Account, thresholds: &Thresholds) -> Result<Usd, RiskError> {
    let health = assess_initial(account, thresholds)?;
    let over = health.equity.minus(health.requirement)?;
    let free = account.cash.minus(account.interest)?;
    Ok(over.least(free).most(Usd::ZERO))
}
