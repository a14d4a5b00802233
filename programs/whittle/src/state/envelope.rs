//! Bounds on a market's parameters: alone, against its tiers and against the exchange's rules.
//! Checked when a market is listed or its parameters change, so that nothing downstream has to.

use super::exchange::ExchangeParams;
use super::market::MarketParams;
use super::raw::OracleConfig;
use crate::error::{require_that, Outcome, WhittleError};
use whittle_risk::tier::TierTable;
use whittle_risk::{Price, Ratio, RiskError};

/// The least lot at listing, USD atoms: the rounding of a price to a lot stays under one percent.
pub const LOT_MIN_USD_ATOMS: u64 = 100;
/// What closing one lot must repair, USD atoms: one for the rounding of each of eight legs and three
/// more, so that the exact search ends within a lot of the closed form.
pub const LOT_REPAIR_MIN_USD_ATOMS: i64 = 11;
/// Maintenance on the least close, USD atoms: rounding stays small beside it.
pub const MIN_CLOSE_MAINTENANCE_USD_ATOMS: i64 = 64;
/// Hours in a day, by which the daily funding maximum is divided for the envelope.
const HOURS_PER_DAY: u64 = 24;

impl MarketParams {
    /// Bounds that need nothing else.
    pub fn validate(&self) -> Outcome<()> {
        let one = Ratio::ONE.0;
        let half = one >> 1;
        let most_fee = Ratio::from_bps_floor(1_000).0;
        let rates = self.open_fee_q32 <= most_fee
            && self.close_fee_q32 <= most_fee
            && self.insurance_share_q32 <= one
            && self.premium_q32 <= one
            && self.concentration_premium_q32 <= one
            && self.impact_max_q32 <= half
            && self.close_impact_q32 <= half
            && self.funding_max_per_day_q32 <= one
            && self.covered_move_q32 > 0
            && self.covered_move_q32 <= one;
        // A liquidation closes at least the minimum close or everything, and leaves at least the
        // minimum position or nothing; with the first over the second a position of legal size
        // could only be closed whole.
        let sizes = self.skew_scale_usd_atoms > 0
            && self.funding_skew_scale_usd_atoms > 0
            && self.min_close_usd_atoms > 0
            && self.min_position_usd_atoms >= self.min_close_usd_atoms
            && self.open_interest_cap_usd_atoms >= self.min_position_usd_atoms
            && self.pool_line_target_usd_atoms >= 0
            && self.insurance_line_target_usd_atoms >= 0;
        let samples = self.sample_weight_q32 > 0
            && self.sample_weight_q32 <= one
            && self.sample_interval_secs > 0;
        require_that(
            rates && sizes && samples && self.padding == [0; 4],
            WhittleError::BadMarketParams,
        )?;
        self.crowding.validate()?;
        self.breaker.validate(self.least_capacity())?;
        self.regime.validate()
    }

    /// The least that a breaker may hold, USD atoms.
    pub const fn least_capacity(&self) -> i64 {
        self.min_close_usd_atoms
            .saturating_add(self.min_position_usd_atoms)
    }

    /// Bounds against the tiers and the exchange's rules. `standing` is the largest maintenance
    /// multiplier that the market has or is on its way to, one for a market that is not listed yet.
    pub fn validate_against(
        &self,
        rules: &ExchangeParams,
        tiers: &TierTable,
        oracle: &OracleConfig,
        standing: Ratio,
    ) -> Outcome<()> {
        check_order(rules, tiers)?;
        self.check_multipliers(rules, tiers, standing)?;
        // Rates rise from tier to tier, so the first tier is the tightest everywhere below.
        let lowest = tiers.bracket(0).maintenance;
        let least = lowest.of_floor(self.min_close_usd_atoms.unsigned_abs())?;
        require_that(
            least.0 >= MIN_CLOSE_MAINTENANCE_USD_ATOMS
                && tiers.limit().0 >= self.min_position_usd_atoms,
            WhittleError::BadMarketParams,
        )?;
        require_that(
            rules.bonus_floor_q32 <= self.open_fee_q32,
            WhittleError::FloorBonusOverFee,
        )?;
        // An overflow is far outside the envelope.
        let needed = self
            .envelope(rules, oracle)
            .map_err(|_| WhittleError::EnvelopeExceeded)?;
        require_that(needed <= lowest, WhittleError::EnvelopeExceeded)
    }

    /// mu m (1 + call) < 1 in every tier at the largest multiplier: a position never needs more than
    /// it is worth, and a price shifted in an account's favour raises equity more than requirements.
    fn check_multipliers(
        &self,
        rules: &ExchangeParams,
        tiers: &TierTable,
        standing: Ratio,
    ) -> Outcome<()> {
        let multiplier = Ratio(self.regime.extreme_maintenance_q32.max(standing.0));
        for tier in tiers.brackets() {
            let m = tier.maintenance.times_ceil(multiplier)?;
            let call = m.plus(m.times_ceil(Ratio(rules.call_buffer_q32))?)?;
            require_that(call < Ratio::ONE, WhittleError::BadMarketParams)?;
        }
        Ok(())
    }

    /// What the first tier's maintenance must cover: the configured price move, an hour of funding
    /// and the most that a liquidation costs.
    fn envelope(
        &self,
        rules: &ExchangeParams,
        oracle: &OracleConfig,
    ) -> core::result::Result<Ratio, RiskError> {
        let funding = Ratio(self.funding_max_per_day_q32.div_ceil(HOURS_PER_DAY));
        Ratio(self.covered_move_q32)
            .plus(funding)?
            .plus(self.cost_max(rules, oracle)?)
    }

    /// The most that a liquidation may cost before the cap by theta, at a price that is only just
    /// certain. The volatility multiplier raises maintenance as much as the premium.
    fn cost_max(
        &self,
        rules: &ExchangeParams,
        oracle: &OracleConfig,
    ) -> core::result::Result<Ratio, RiskError> {
        let spread =
            Ratio(oracle.uncertain_over_q32).times_ceil(Ratio(self.spread_multiple_q32))?;
        Ratio(rules.bonus_max_q32)
            .plus(Ratio(self.premium_q32))?
            .plus(Ratio(self.concentration_premium_q32))?
            .plus(Ratio(self.close_impact_q32))?
            .plus(spread)
    }

    /// Whether a lot is neither too small for exact sizing nor too large to size finely. The upper
    /// end, 2^32 USD atoms, is the range of `Price`.
    ///
    /// tau - c = m (1 + beta) - min(cost, theta m E/M) is least in the first tier and at E = M.
    ///
    /// Least close and least position are rounded up to lots, so the breaker must hold two more.
    pub fn validate_lot(
        &self,
        rules: &ExchangeParams,
        tiers: &TierTable,
        oracle: &OracleConfig,
        price: Price,
    ) -> Outcome<()> {
        let lot = price.notional_floor(1)?.magnitude();
        let m = tiers.bracket(0).maintenance;
        let tau = m.plus(m.times_floor(Ratio(rules.target_buffer_q32))?)?;
        let cap = m.times_ceil(Ratio(rules.theta_q32))?;
        let cost = self.cost_max(rules, oracle)?.least(cap);
        let beside = self
            .breaker
            .capacity_usd_atoms
            .saturating_sub(self.least_capacity());
        require_that(
            lot >= LOT_MIN_USD_ATOMS
                && tau.less(cost).of_floor(lot)?.0 >= LOT_REPAIR_MIN_USD_ATOMS
                && lot <= beside.max(0).unsigned_abs() / 2,
            WhittleError::BadLotSize,
        )
    }
}

/// M < T <= C <= I in every tier. T <= C holds because the target buffer is at most the call buffer
/// (`ExchangeParams::validate`); M < T could fail only by rounding, where m (1 + target) = m.
fn check_order(rules: &ExchangeParams, tiers: &TierTable) -> Outcome<()> {
    for tier in tiers.brackets() {
        let m = tier.maintenance;
        let target = m.times_floor(Ratio(rules.target_buffer_q32))?;
        let call = m.plus(m.times_ceil(Ratio(rules.call_buffer_q32))?)?;
        require_that(
            target > Ratio::ZERO && call <= tier.initial,
            WhittleError::BadTiers,
        )?;
    }
    Ok(())
}
