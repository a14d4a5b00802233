//! The exchange: who may change it, and the rules that hold for every account.

use super::governance::{GovernanceParams, Pause};
use super::leverage::LeverageParams;
use super::overdraft::{InterestIndex, IssuerGroup, OverdraftParams};
use crate::error::{require_that, Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::bonus::BonusTerms;
use whittle_risk::health::Thresholds;
use whittle_risk::liquidation::Policy;
use whittle_risk::Ratio;

/// Oracle program ids that can be accepted for each kind.
pub const ORACLE_PROGRAMS: usize = 2;

/// Kinds of pause.
pub const PAUSE_KINDS: usize = 4;
/// Groups of banks by issuer.
pub const ISSUER_GROUPS: usize = 8;
/// The most that filling an order may pay, USD atoms: 5 USD, many times what a transaction costs. It
/// leaves the account with every fill and kill, and a delegate or an owner under water may be the one
/// who gets it. Orders keep it in 32 bits.
pub const MAX_FILL_REWARD_USD_ATOMS: i64 = 5_000_000;
/// The longest life of an order, seconds: an hour. The update that fills it comes within seconds
/// unless the feed is silent. If nobody shows that update in time, the order can no longer be filled,
/// and until it expires it keeps its reward, its place and its owner from taking less leverage.
pub const MAX_ORDER_LIFE_SECS: u32 = 3_600;

/// Rules that hold for every account and market.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct ExchangeParams {
    /// C = M (1 + this).
    pub call_buffer_q32: u64,
    /// T = M (1 + this); at most the call buffer.
    pub target_buffer_q32: u64,
    /// E / M under which confirmation no longer protects; under one half.
    pub emergency_q32: u64,
    /// E / M at which everything is closed; under the emergency ratio.
    pub forced_q32: u64,
    /// Weight of unrealised profit in initial checks, at most one.
    pub profit_weight_q32: u64,
    /// Share of the ratio-preserving cost that a liquidation may charge, at most 0.9.
    pub theta_q32: u64,
    /// The keeper's bonus at the flag.
    pub bonus_floor_q32: u64,
    /// The keeper's bonus after the ramp.
    pub bonus_max_q32: u64,
    /// What filling an order pays, USD atoms; at most [`MAX_FILL_REWARD_USD_ATOMS`].
    pub fill_reward_usd_atoms: i64,
    /// Seconds from the bonus floor to its maximum.
    pub bonus_ramp_secs: u32,
    /// Seconds between the prices at the flag and those at the liquidation; at least one.
    pub confirm_secs: u32,
    /// A flag untouched for so long has lapsed.
    pub flag_lapse_secs: u32,
    /// Seconds between placing an order or request and the price that fills it.
    pub order_delay_secs: u32,
    /// Longest life of an order, seconds.
    pub order_life_secs: u32,
    /// Zero.
    pub padding: [u8; 4],
    /// How much leverage accounts may take.
    pub leverage: LeverageParams,
    /// What overdrafts cost.
    pub overdraft: OverdraftParams,
    /// What bounds changes and pauses.
    pub governance: GovernanceParams,
}

/// The exchange.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Exchange {
    /// Lists banks and markets.
    pub authority: Pubkey,
    /// May only tighten.
    pub guardian: Pubkey,
    /// Owners of `PriceUpdateV2` accounts that are accepted; unused places hold the default key.
    pub receiver_programs: [Pubkey; ORACLE_PROGRAMS],
    /// Owners of legacy price accounts that are accepted; unused places hold the default key.
    pub legacy_programs: [Pubkey; ORACLE_PROGRAMS],
    /// The rules.
    pub params: ExchangeParams,
    /// Number of banks; bank 0 is the quote token.
    pub bank_count: u16,
    /// Number of markets.
    pub market_count: u16,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 3],
    /// Who becomes the authority by accepting; the default key when nobody.
    pub next_authority: Pubkey,
    /// Number of the next proposal.
    pub next_proposal: u64,
    /// Pauses: of new risk, of withdrawals, of liquidations, of liquidity.
    pub pauses: [Pause; PAUSE_KINDS],
    /// Interest on overdrafts.
    pub interest: InterestIndex,
    /// Issuers of collateral; group 0 has no cap.
    pub groups: [IssuerGroup; ISSUER_GROUPS],
    /// When the pool was created, Unix seconds; zero before. What is listed later waits.
    pub opened_at: i64,
    /// Room.
    pub reserved: [u8; 56],
}

impl Exchange {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();
}

impl ExchangeParams {
    /// The rules as the risk crate sees them.
    pub fn policy(&self) -> Policy {
        Policy {
            thresholds: Thresholds {
                call_buffer: Ratio(self.call_buffer_q32),
                target_buffer: Ratio(self.target_buffer_q32),
                emergency: Ratio(self.emergency_q32),
                profit_weight: Ratio(self.profit_weight_q32),
                class_initial: self.class_initial(),
            },
            theta: Ratio(self.theta_q32),
            forced: Ratio(self.forced_q32),
            bonus: BonusTerms {
                floor: Ratio(self.bonus_floor_q32),
                max: Ratio(self.bonus_max_q32),
                ramp_secs: self.bonus_ramp_secs,
            },
            confirm_secs: self.confirm_secs,
            flag_lapse_secs: self.flag_lapse_secs,
            emergency_only: false,
        }
    }

    /// Bounds that hold for any exchange; those that need a market are checked at its listing.
    pub fn validate(&self) -> Outcome<()> {
        let one = Ratio::ONE.0;
        let most_theta = Ratio::from_bps_floor(9_000).0;
        let ok = self.target_buffer_q32 > 0
            && self.target_buffer_q32 <= self.call_buffer_q32
            && self.call_buffer_q32 <= one
            && self.forced_q32 < self.emergency_q32
            && self.emergency_q32 <= one >> 1
            && self.profit_weight_q32 <= one
            && self.theta_q32 > 0
            && self.theta_q32 <= most_theta
            && self.bonus_floor_q32 <= self.bonus_max_q32
            && self.bonus_max_q32 <= one
            && (0..=MAX_FILL_REWARD_USD_ATOMS).contains(&self.fill_reward_usd_atoms)
            && self.order_delay_secs > 0
            && self.order_life_secs > self.order_delay_secs
            && self.order_life_secs <= MAX_ORDER_LIFE_SECS
            && self.confirm_secs > 0
            && self.flag_lapse_secs > self.confirm_secs
            && self.padding == [0; 4];
        require_that(ok, WhittleError::BadExchangeParams)?;
        self.leverage.validate()?;
        self.governance.validate()?;
        self.overdraft.validate()
    }
}
