//! From accounts to the risk crate's types: the one adapter, used on chain and off.

use crate::error::{require_that, Outcome, WhittleError};
use crate::state::{Bank, Exchange, MarginAccount, Market, Position, Side as MarketSide};
use core::ops::Deref;
use whittle_risk::funding;
use whittle_risk::health::{Account, Leg, Leverage, TokenPrices};
use whittle_risk::liquidation::{Close, Inputs, Policy};
use whittle_risk::nav::{MarketBook, Side};
use whittle_risk::price::Mark;
use whittle_risk::{Lots, Ratio, Usd};

/// An account with everything its positions and collateral depend on.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Quote cash.
    pub cash: Usd,
    /// Profit recorded and not yet paid.
    pub claims: Usd,
    /// Interest owed and not yet charged, as the account has counted it: who reads an account
    /// without writing it sets this to [`MarginAccount::interest_at`].
    pub interest: Usd,
    /// Other collateral for deciding a liquidation: age counts for the account.
    pub collateral: Usd,
    /// What of it will be gone when the running ramps of weights are over.
    pub fading: Usd,
    /// Other collateral for taking risk; `None` when one of its prices is stale.
    pub prudent_collateral: Option<Usd>,
    /// How old and how sure its prices are.
    pub tokens: TokenPrices,
    /// Its class and its owner's cap.
    pub leverage: Leverage,
    /// Open positions, in slot order.
    pub legs: Vec<Leg>,
    /// Slot of each leg.
    pub slots: Vec<u8>,
}

impl Snapshot {
    /// Reads an account. `bank` and `market` give the account with that index; they are asked in
    /// slot order, for collateral in use first and then for open positions.
    pub fn read<B: Deref<Target = Bank>, M: Deref<Target = Market>>(
        account: &MarginAccount,
        now: i64,
        mut bank: impl FnMut(u16) -> Outcome<B>,
        mut market: impl FnMut(u16) -> Outcome<M>,
    ) -> Outcome<Self> {
        let mut snapshot = Self {
            cash: Usd(account.cash_usd_atoms),
            claims: Usd::ZERO,
            interest: Usd(account.interest_usd_atoms),
            collateral: Usd::ZERO,
            fading: Usd::ZERO,
            prudent_collateral: Some(Usd::ZERO),
            tokens: TokenPrices::NONE,
            leverage: account.leverage.counted(now),
            legs: Vec::with_capacity(account.positions.len()),
            slots: Vec::with_capacity(account.positions.len()),
        };
        for held in account.used_collaterals() {
            let bank = bank(held.bank)?;
            snapshot.add_collateral(&bank, held.amount_atoms, now)?;
        }
        for (slot, position) in (0u8..).zip(&account.positions) {
            if position.claim_usd_atoms != 0 {
                snapshot.claims = snapshot.claims.plus(Usd(position.claim_usd_atoms))?;
            }
            if position.lots != 0 {
                let market = market(position.market)?;
                snapshot.legs.push(Leg::default());
                if let Some(leg) = snapshot.legs.last_mut() {
                    read_leg(leg, position, &market, now)?;
                }
                snapshot.slots.push(slot);
            }
        }
        Ok(snapshot)
    }

    fn add_collateral(&mut self, bank: &Bank, amount_atoms: u64, now: i64) -> Outcome<()> {
        let mark = bank.mark(now);
        self.tokens.take(&mark);
        let (weight, ahead) = (bank.weight_at(now), bank.weight_ahead(now));
        let forgiving = mark
            .forgiving(bank.peg())
            .notional_floor(amount_atoms)?
            .magnitude();
        let counted = weight.of_floor(forgiving)?;
        self.collateral = self.collateral.plus(counted)?;
        if ahead < weight {
            let lost = counted.minus(ahead.of_floor(forgiving)?)?;
            self.fading = self.fading.plus(lost)?;
        }
        self.prudent_collateral = match self.prudent_collateral {
            Some(sum) if !mark.stale => {
                let prudent = mark.prudent(bank.peg()).notional_floor(amount_atoms)?;
                Some(sum.plus(ahead.of_floor(prudent.magnitude())?)?)
            }
            _ => None,
        };
        Ok(())
    }

    /// The account for deciding a liquidation.
    pub fn account(&self) -> Account<'_> {
        Account {
            cash: self.cash,
            claims: self.claims,
            collateral: self.collateral,
            fading: self.fading,
            tokens: &self.tokens,
            interest: self.interest,
            leverage: self.leverage,
            legs: &self.legs,
        }
    }

    /// The account for taking risk. Fails while a price is older than an update may be when it is
    /// cached: who knows the newer one would choose the older. Without positions nothing is required,
    /// and a dead oracle must not lock up what is left.
    pub fn prudent_account(&self) -> Outcome<Account<'_>> {
        let collateral = match self.prudent_collateral {
            Some(value) => value,
            None if self.legs.is_empty() => Usd::ZERO,
            None => return Err(WhittleError::PriceTooOld),
        };
        Ok(Account {
            collateral,
            ..self.account()
        })
    }

    /// Takes from each leg the lots that a plan closed. Entries, cash and the rest stay as they were:
    /// it is for requirements, which depend on lots alone.
    pub fn reduce(&mut self, closes: &[Close]) -> Outcome<()> {
        for (leg, close) in self.legs.iter_mut().zip(closes) {
            let left = leg.lots.magnitude().saturating_sub(close.lots);
            leg.lots = leg.lots.alike(left)?;
        }
        Ok(())
    }

    /// Everything a liquidation of `account` depends on.
    pub fn inputs<'a>(
        &'a self,
        account: &MarginAccount,
        policy: &'a Policy,
        now: i64,
        min_bonus: Usd,
    ) -> Inputs<'a> {
        Inputs {
            account: self.account(),
            policy,
            episode: account.episode(),
            now,
            min_bonus,
        }
    }
}

/// What token atoms count for at the cached price where a liquidation is decided, haircut included, and
/// rounded up; after the end of the bank at its published price.
pub fn counted_ceil(bank: &Bank, amount_atoms: u64, now: i64) -> Outcome<Usd> {
    let price = bank.mark(now).forgiving(bank.peg());
    let whole = price.notional_ceil(amount_atoms)?;
    Ok(bank.weight_at(now).of_ceil(whole.magnitude())?)
}

/// One position as the arithmetic sees it, for what looks at no other.
pub fn leg_of(position: &Position, market: &Market, now: i64) -> Outcome<Leg> {
    let mut leg = Leg::default();
    read_leg(&mut leg, position, market, now)?;
    Ok(leg)
}

/// A price to act at on somebody else's behalf: young enough and not in doubt.
///
/// Errors: [`WhittleError::PriceTooOld`], [`WhittleError::PriceUncertain`].
pub fn require_firm(mark: &Mark) -> Outcome<()> {
    require_that(!mark.stale, WhittleError::PriceTooOld)?;
    require_that(!mark.uncertain, WhittleError::PriceUncertain)
}

/// Funding and losses of others that a position owes.
fn owed(position: &Position, market: &Market) -> Outcome<Usd> {
    let funding = funding::owed_ceil(
        Lots(position.lots),
        position.funding_index_q32.into(),
        market.funding_index_q32.into(),
    )?;
    let borne = market.loss_owed(position)?;
    if borne == Usd::ZERO {
        return Ok(funding);
    }
    Ok(funding.plus(borne)?)
}

/// A leg as it was when its account held `position` instead: at the same price, for requirements and
/// profit. What a liquidation of it would cost is that of `leg`.
pub fn leg_before(leg: &Leg, position: &Position, market: &Market) -> Outcome<Leg> {
    Ok(Leg {
        lots: Lots(position.lots),
        entry: Usd(position.entry_usd_atoms),
        funding_owed: owed(position, market)?,
        ..*leg
    })
}

/// Fills `leg` with a position and its market. In place, because a leg is large and the on-chain
/// machine pays for every copy.
fn read_leg(leg: &mut Leg, position: &Position, market: &Market, now: i64) -> Outcome<()> {
    require_that(market.price.price_q32 != 0, WhittleError::NoPrice)?;
    let lots = Lots(position.lots);
    let (own_side, other_side) = if lots.0 > 0 {
        (market.long_lots, market.short_lots)
    } else {
        (market.short_lots, market.long_lots)
    };
    leg.lots = lots;
    leg.entry = Usd(position.entry_usd_atoms);
    leg.funding_owed = owed(position, market)?;
    leg.mark = market.mark(now);
    market.read_tiers(&mut leg.tiers);
    leg.multiplier = Ratio(market.multiplier_q32);
    leg.initial_multiplier = market.initial_multiplier();
    leg.crowded = Ratio(if lots.0 > 0 {
        market.crowded_long_q32
    } else {
        market.crowded_short_q32
    });
    leg.call_multiplier = market.call_multiplier();
    leg.room = if market.wind_down.awaits_price(now) {
        Usd::ZERO
    } else {
        market.breaker.room(&market.params.breaker, now)
    };
    leg.premium = premium(market, lots.magnitude(), own_side, leg.multiplier)?;
    leg.lightens_skew = own_side > other_side;
    leg.pool_cost = Ratio(market.spread_q32);
    if !leg.lightens_skew {
        leg.pool_cost = leg.pool_cost.plus(Ratio(market.params.close_impact_q32))?;
    }
    leg.min_position = Usd(market.params.min_position_usd_atoms);
    leg.min_close = Usd(market.params.min_close_usd_atoms);
    leg.insurance_line = Usd(market.insurance_line_usd_atoms);
    leg.pool_line = Usd(market.pool_line_usd_atoms);
    Ok(())
}

/// What a market means for the pool at `now`, funding until then included: who comes or goes between
/// two updates must not leave it to the others. `mark` is its price as it counts then.
pub fn book(market: &Market, mark: &Mark, now: i64) -> Outcome<MarketBook> {
    let (_, funding) = market.funding_at(now)?;
    Ok(MarketBook {
        long: Side {
            lots: market.long_lots,
            entry: Usd(market.long_entry_usd_atoms),
        },
        short: Side {
            lots: market.short_lots,
            entry: Usd(market.short_entry_usd_atoms),
        },
        price: mark.price,
        doubt_shift: mark.doubt_shift,
        unsettled: funding
            .plus(market.losses_unsettled(MarketSide::Long))?
            .plus(market.losses_unsettled(MarketSide::Short))?,
        pool_line: Usd(market.pool_line_usd_atoms),
        claims_unfunded: Usd(market.claims_unpaid_usd_atoms),
        deficit: Usd(market.deficit_usd_atoms),
    })
}

/// The insurance premium rises with volatility and with the account's share of its side.
fn premium(market: &Market, lots: u64, own_side: u64, multiplier: Ratio) -> Outcome<Ratio> {
    let base = Ratio(market.params.premium_q32);
    let base = if multiplier == Ratio::ONE {
        base
    } else {
        base.times_floor(multiplier)?
    };
    let concentration = Ratio(market.params.concentration_premium_q32);
    if concentration == Ratio::ZERO {
        return Ok(base);
    }
    // The position is part of its side, so the share is at most one and the side is not empty.
    let share = Ratio::between_floor(lots, own_side)?;
    Ok(base.plus(share.times_floor(concentration)?)?)
}

impl Exchange {
    /// The rules as the risk crate sees them.
    pub fn policy(&self) -> Policy {
        self.params.policy()
    }
}
