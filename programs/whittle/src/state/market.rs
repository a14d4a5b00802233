//! One perpetual market: its price, its terms, its open interest and its lines of cash.

use super::breaker::{Breaker, BreakerParams};
use super::crowding::{CrowdingParams, Deleverage};
use super::governance::MarketGuard;
use super::raw::{CachedPrice, OracleConfig, PriceEstimate, Wide};
use super::regime::{Regime, RegimeParams};
use super::wind_down::WindDown;
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::funding::{self, FundingTerms};
use whittle_risk::nav;
use whittle_risk::price::Mark;
use whittle_risk::tier::{Bracket, TierTable, MAX_TIERS};
use whittle_risk::trade::PricingTerms;
use whittle_risk::{Lots, Price, Ratio, Usd};

/// One size tier as stored, deductions included.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StoredTier {
    /// Upper end in notional, USD atoms.
    pub upto_usd_atoms: u64,
    /// Marginal maintenance rate.
    pub maintenance_q32: u64,
    /// Marginal initial rate.
    pub initial_q32: u64,
    /// What notional times the maintenance rate overstates.
    pub maintenance_deduct_usd_atoms: u64,
    /// What notional times the initial rate overstates.
    pub initial_deduct_usd_atoms: u64,
}

/// What the authority chooses for a market, tiers and oracle apart.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct MarketParams {
    /// Fee on notional opened.
    pub open_fee_q32: u64,
    /// Fee on notional closed by an order.
    pub close_fee_q32: u64,
    /// Share of fees that goes to insurance.
    pub insurance_share_q32: u64,
    /// Insurance premium on notional closed by liquidation, times the volatility multiplier.
    pub premium_q32: u64,
    /// Added premium when the account holds all of its side's open interest; linear below.
    pub concentration_premium_q32: u64,
    /// Multiple of the confidence that a trade pays as spread.
    pub spread_multiple_q32: u64,
    /// Net notional at which the impact would be the whole price, USD atoms.
    pub skew_scale_usd_atoms: i64,
    /// The most impact that an order pays.
    pub impact_max_q32: u64,
    /// Impact that a liquidation pays when it adds to the skew.
    pub close_impact_q32: u64,
    /// Funding rate per day when the skew reaches its scale.
    pub funding_max_per_day_q32: u64,
    /// Net notional at which funding reaches its maximum, USD atoms.
    pub funding_skew_scale_usd_atoms: i64,
    /// Most open interest of one side, USD atoms.
    pub open_interest_cap_usd_atoms: i64,
    /// A smaller remainder is not left open, USD atoms.
    pub min_position_usd_atoms: i64,
    /// Least that a liquidation closes of a position, USD atoms.
    pub min_close_usd_atoms: i64,
    /// Pool cash that settlements keep here, USD atoms.
    pub pool_line_target_usd_atoms: i64,
    /// Insurance cash that settlements keep here, USD atoms.
    pub insurance_line_target_usd_atoms: i64,
    /// Price move that maintenance must cover together with the costs of a liquidation.
    pub covered_move_q32: u64,
    /// Weight of the newest sample in average and variance.
    pub sample_weight_q32: u64,
    /// Seconds between samples.
    pub sample_interval_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
    /// Circuit breakers.
    pub breaker: BreakerParams,
    /// Volatility regimes.
    pub regime: RegimeParams,
    /// Bounds by what the pool has.
    pub crowding: CrowdingParams,
}

/// A market.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Market {
    /// Name, padded with zeros.
    pub symbol: [u8; 16],
    /// Where the price comes from.
    pub oracle: OracleConfig,
    /// The newest accepted price, USD atoms per lot.
    pub price: CachedPrice,
    /// Average and variance of the price.
    pub estimate: PriceEstimate,
    /// Terms.
    pub params: MarketParams,
    /// Size tiers.
    pub tiers: [StoredTier; MAX_TIERS],
    /// Volatility multiplier on requirements and premium.
    pub multiplier_q32: u64,
    /// Spread of the cached price as a share of it, for the pool cost of liquidations.
    pub spread_q32: u64,
    /// Cumulative funding, USD atoms per lot, Q32.
    pub funding_index_q32: Wide,
    /// When funding was last accrued, Unix seconds.
    pub funded_at: i64,
    /// Funding that traders owe and that is not settled; negative when they are to receive.
    pub funding_unsettled_usd_atoms: i64,
    /// Lots of all longs.
    pub long_lots: u64,
    /// Lots of all shorts.
    pub short_lots: u64,
    /// What all longs cost.
    pub long_entry_usd_atoms: i64,
    /// What all shorts brought in.
    pub short_entry_usd_atoms: i64,
    /// Cash of the pool in this market.
    pub pool_line_usd_atoms: i64,
    /// Cash of the insurance fund in this market.
    pub insurance_line_usd_atoms: i64,
    /// Profit recorded and not yet funded by the pool.
    pub claims_unpaid_usd_atoms: i64,
    /// Profit funded and not yet collected.
    pub claims_pot_usd_atoms: i64,
    /// Unpaid share of a claim made at the start of the epoch; 2^63 is all.
    pub claim_factor: u64,
    /// Losses that nobody has covered.
    pub deficit_usd_atoms: i64,
    /// Number of times that all claims were paid.
    pub claim_epoch: u32,
    /// Number of this market.
    pub index: u16,
    /// A lot is 10 to this power of the asset's units.
    pub lot_exponent: i8,
    /// Tiers in use.
    pub tier_count: u8,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 7],
    /// Losses that longs bear, USD atoms per lot, Q32; never falls.
    pub long_loss_index_q32: Wide,
    /// Losses that shorts bear.
    pub short_loss_index_q32: Wide,
    /// Losses that longs bear and have not settled, USD atoms.
    pub long_loss_unsettled_usd_atoms: i64,
    /// Losses that shorts bear and have not settled.
    pub short_loss_unsettled_usd_atoms: i64,
    /// What the whole pool was worth when the market was last settled, USD atoms; may be negative.
    pub pool_value_seen_usd_atoms: i64,
    /// Circuit breakers.
    pub breaker: Breaker,
    /// Volatility regime.
    pub regime: Regime,
    /// A running reduction of profitable positions.
    pub deleverage: Deleverage,
    /// What the guardian tightened.
    pub guard: MarketGuard,
    /// Its end.
    pub wind_down: WindDown,
    /// What is added to the initial rate of longs, because there are many.
    pub crowded_long_q32: u64,
    /// What is added to the initial rate of shorts.
    pub crowded_short_q32: u64,
    /// From when on risk may be taken, Unix seconds; zero for a market of the first hour.
    pub opens_at: i64,
    /// What this market was worth to the pool when it was last settled, USD atoms: what it adds to
    /// [`super::Pool::markets_worth_usd_atoms`].
    pub pool_worth_usd_atoms: i64,
    /// The insurance line as the last settlement left it.
    pub insurance_line_seen_usd_atoms: i64,
    /// When the guardian last tightened, Unix seconds.
    pub guarded_at: i64,
    /// What of its deficit [`Market::pool_worth_usd_atoms`] deducts, USD atoms.
    pub deficit_seen_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 40],
}

impl Market {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// The size tiers as the risk crate sees them.
    pub fn tier_table(&self) -> TierTable {
        let mut table = TierTable::default();
        self.read_tiers(&mut table);
        table
    }

    /// The same, in place.
    #[inline]
    pub fn read_tiers(&self, table: &mut TierTable) {
        let used = self.tiers.iter().take(usize::from(self.tier_count));
        table.restore(used.map(|tier| Bracket {
            upto: tier.upto_usd_atoms,
            maintenance: Ratio(tier.maintenance_q32),
            initial: Ratio(tier.initial_q32),
            maintenance_deduct: tier.maintenance_deduct_usd_atoms,
            initial_deduct: tier.initial_deduct_usd_atoms,
        }));
    }

    /// Stores a tier table.
    pub fn set_tier_table(&mut self, table: &TierTable) -> Outcome<()> {
        self.tiers = table.stored().map(|bracket| StoredTier {
            upto_usd_atoms: bracket.upto,
            maintenance_q32: bracket.maintenance.0,
            initial_q32: bracket.initial.0,
            maintenance_deduct_usd_atoms: bracket.maintenance_deduct,
            initial_deduct_usd_atoms: bracket.initial_deduct,
        });
        self.tier_count =
            u8::try_from(table.brackets().len()).map_err(|_| WhittleError::BadTiers)?;
        Ok(())
    }

    /// How trades are priced.
    pub fn pricing(&self) -> PricingTerms {
        PricingTerms {
            spread_multiple: Ratio(self.params.spread_multiple_q32),
            skew_scale: Usd(self.params.skew_scale_usd_atoms),
            impact_max: Ratio(self.params.impact_max_q32),
            close_impact: Ratio(self.params.close_impact_q32),
        }
    }

    /// The cached price as it counts at `now`; after the end of the market the published one.
    pub fn mark(&self, now: i64) -> Mark {
        if self.wind_down.is_settled() {
            return self.wind_down.mark(now);
        }
        whittle_risk::price::mark(&self.price.cached(), &self.oracle.policy(), now)
    }

    /// Refuses new risk while a price shock lasts.
    pub fn require_calm(&self) -> Outcome<()> {
        require_that(self.breaker.shock_since == 0, WhittleError::PriceShock)
    }

    /// Refuses recovery plans: a price that is not confirmed yet is none to carry out a standing order
    /// at, nor is one that the owner may have chosen before the average at which the market ends.
    ///
    /// Errors: [`WhittleError::PriceShock`], [`WhittleError::MarketSettled`] from the end of the market
    /// to its price, [`WhittleError::MarketWindingDown`] shortly before.
    #[inline(always)] // One caller on chain.
    pub fn require_open_to_plans(&self, now: i64) -> Outcome<()> {
        require_that(self.breaker.shock_since == 0, WhittleError::PriceShock)?;
        self.wind_down.require_decided(now)?;
        require_that(
            self.wind_down.mean_so_far().is_none() || self.wind_down.is_settled(),
            WhittleError::MarketWindingDown,
        )
    }

    /// Longs minus shorts.
    pub fn skew(&self) -> Outcome<Lots> {
        Ok(nav::skew(self.long_lots, self.short_lots)?)
    }

    /// The funding index at `now` at the cached price, and what traders owe by then and have not
    /// settled; negative when they are to receive. There is no funding after the end.
    pub fn funding_at(&self, now: i64) -> Outcome<(i128, Usd)> {
        let before = i128::from(self.funding_index_q32);
        let unsettled = Usd(self.funding_unsettled_usd_atoms);
        let secs = now.saturating_sub(self.funded_at).max(0);
        if self.funded_at == 0 || secs == 0 || self.wind_down.is_settled() {
            return Ok((before, unsettled));
        }
        let terms = FundingTerms {
            max_rate_per_day: Ratio(self.params.funding_max_per_day_q32),
            skew_scale: Usd(self.params.funding_skew_scale_usd_atoms),
        };
        let skew = self.skew()?;
        let price = Price(self.price.price_q32);
        let step = funding::index_step(skew, price, &terms, secs.unsigned_abs())?;
        let after = before.checked_add(step).ok_or(WhittleError::MathOverflow)?;
        let owed = funding::owed_ceil(skew, before, after)?;
        Ok((after, unsettled.plus(owed)?))
    }

    /// Brings the funding index to `now`.
    pub fn accrue_funding(&mut self, now: i64) -> Outcome<()> {
        if self.wind_down.is_settled() {
            return Ok(());
        }
        let (index, unsettled) = self.funding_at(now)?;
        self.funding_index_q32 = index.into();
        self.funding_unsettled_usd_atoms = unsettled.0;
        self.funded_at = self.funded_at.max(now);
        Ok(())
    }

    /// Takes a fee that an account paid: a share to insurance, the rest to the pool.
    pub fn take_fee(&mut self, fee: Usd) -> Outcome<()> {
        let insured = Ratio(self.params.insurance_share_q32).of_floor(fee.magnitude())?;
        self.insurance_line_usd_atoms = Usd(self.insurance_line_usd_atoms).plus(insured)?.0;
        self.pool_line_usd_atoms = Usd(self.pool_line_usd_atoms).plus(fee.minus(insured)?)?.0;
        Ok(())
    }

    /// What must hold after every instruction that writes the market.
    pub fn invariant(&self) -> Outcome<()> {
        require_that(
            self.pool_line_usd_atoms >= 0 && self.insurance_line_usd_atoms >= 0,
            WhittleError::InvariantLine,
        )?;
        require_that(
            self.claims_unpaid_usd_atoms >= 0 && self.claims_pot_usd_atoms >= 0,
            WhittleError::InvariantClaim,
        )?;
        require_that(
            self.long_entry_usd_atoms >= 0 && self.short_entry_usd_atoms >= 0,
            WhittleError::InvariantEntry,
        )
    }
}
