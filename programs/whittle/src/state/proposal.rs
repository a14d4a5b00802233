//! A change of parameters that waits for its time.

use super::bank::QUOTE_BANK;
use super::depeg::DepegParams;
use super::exchange::{ExchangeParams, ISSUER_GROUPS, ORACLE_PROGRAMS};
use super::insurance_fund::InsuranceParams;
use super::market::MarketParams;
use super::pool::PoolParams;
use super::raw::OracleConfig;
use super::wind_down::check_settles_after;
use crate::error::{require_that, Outcome, WhittleError};
use crate::instructions::list_market::{tier_table, TierArgs};
use anchor_lang::prelude::*;

/// Most bytes of an encoded change.
pub const CHANGE_BYTES: usize = 384;
/// A change that nobody applied so long after its time lapses: what was announced long ago surprises
/// as much as what was not announced. Fourteen days, seconds.
pub const APPLY_WINDOW_SECS: i64 = 14 * 86_400;

/// What may change of a listed token. Mint, decimals and peg never do.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct BankTerms {
    /// Where its price comes from.
    pub oracle: OracleConfig,
    /// Share of its value that counts as equity, at most one; a lower one is reached in a day.
    pub haircut_weight_q32: u64,
    /// Most that may be deposited, token atoms.
    pub deposit_cap_atoms: u64,
    /// Discount at which it is converted.
    pub conversion_discount_q32: u64,
    /// The guard of its peg.
    pub depeg: DepegParams,
    /// Tokens of one issuer share a group.
    pub issuer_group: u16,
}

/// What a proposal would change. Symbol and lot size of a market never change.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // One exists at a time, and Borsh writes each as long as it is.
pub enum Change {
    /// 0: the rules that hold for every account. Needs all markets.
    ExchangeParams {
        /// The new ones.
        params: ExchangeParams,
    },
    /// 1: a market's terms.
    MarketParams {
        /// Its number.
        market: u16,
        /// The new ones.
        params: MarketParams,
    },
    /// 2: a market's size tiers. Maintenance that rises does so by a ramp.
    Tiers {
        /// Its number.
        market: u16,
        /// The new ones.
        tiers: Vec<TierArgs>,
    },
    /// 3: where a market's price comes from and how it is judged.
    MarketOracle {
        /// Its number.
        market: u16,
        /// The new one.
        oracle: OracleConfig,
    },
    /// 4: what a token counts for.
    BankTerms {
        /// Its number.
        bank: u16,
        /// The new ones.
        terms: BankTerms,
    },
    /// 5: the pool's parameters.
    PoolParams {
        /// The new ones.
        params: PoolParams,
    },
    /// 6: the insurance fund's parameters.
    InsuranceParams {
        /// The new ones.
        params: InsuranceParams,
    },
    /// 7: the cap of an issuer's tokens.
    IssuerGroupCap {
        /// Its number; group 0 has no cap.
        group: u8,
        /// USD atoms; zero for no cap.
        cap_usd_atoms: i64,
    },
    /// 8: who may tighten and pause.
    Guardian {
        /// The default key for nobody.
        guardian: Pubkey,
    },
    /// 9: whose price accounts are believed.
    OraclePrograms {
        /// Owners of `PriceUpdateV2` accounts.
        receiver_programs: [Pubkey; ORACLE_PROGRAMS],
        /// Owners of legacy price accounts.
        legacy_programs: [Pubkey; ORACLE_PROGRAMS],
    },
    /// 10: lifts what the guardian tightened in a market.
    ClearMarketGuard {
        /// Its number.
        market: u16,
    },
    /// 11: takes deposits again that the guardian froze, and lifts his cap.
    ClearBankFreeze {
        /// Its number.
        bank: u16,
    },
    /// 12: ends a market.
    WindDownMarket {
        /// Its number.
        market: u16,
        /// Seconds between the change and settlement, a day to ninety.
        settles_after_secs: u32,
    },
    /// 13: ends a collateral token.
    WindDownBank {
        /// Its number, not the quote token's.
        bank: u16,
        /// Seconds between the change and settlement, a day to ninety.
        settles_after_secs: u32,
    },
}

impl Change {
    /// Bounds that need no other account, so that a slip shows on the day of the proposal and not
    /// when its time has come. All are checked again when it is applied.
    pub fn validate(&self) -> Outcome<()> {
        match self {
            Self::ExchangeParams { params } => params.validate(),
            Self::MarketParams { params, .. } => params.validate(),
            Self::Tiers { tiers, .. } => tier_table(tiers).map(|_| ()),
            Self::MarketOracle { oracle, .. } => oracle.validate(),
            Self::PoolParams { params } => params.validate(),
            Self::InsuranceParams { params } => params.validate(),
            Self::IssuerGroupCap {
                group,
                cap_usd_atoms,
            } => require_that(
                (1..ISSUER_GROUPS).contains(&usize::from(*group)) && *cap_usd_atoms >= 0,
                WhittleError::BadExchangeParams,
            ),
            Self::OraclePrograms {
                receiver_programs,
                legacy_programs,
            } => {
                // Without an oracle program no market would ever have a price again.
                let mut programs = receiver_programs.iter().chain(legacy_programs);
                require_that(
                    programs.any(|program| *program != Pubkey::default()),
                    WhittleError::BadExchangeParams,
                )
            }
            Self::WindDownMarket {
                settles_after_secs, ..
            } => check_settles_after(*settles_after_secs),
            Self::WindDownBank {
                bank,
                settles_after_secs,
            } => {
                require_that(*bank != QUOTE_BANK, WhittleError::BadWindDown)?;
                check_settles_after(*settles_after_secs)
            }
            // A bank's terms are judged beside its decimals; the others name a number or a key.
            Self::BankTerms { .. }
            | Self::Guardian { .. }
            | Self::ClearMarketGuard { .. }
            | Self::ClearBankFreeze { .. } => Ok(()),
        }
    }
}

/// A queued change.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Proposal {
    /// Queued it and gets the rent back.
    pub proposer: Pubkey,
    /// Its number.
    pub nonce: u64,
    /// When it was queued, Unix seconds.
    pub queued_at: i64,
    /// From when on anyone may apply it.
    pub eta: i64,
    /// After this it can only be cancelled.
    pub expires: i64,
    /// The change in Borsh; zeros follow.
    pub change: [u8; CHANGE_BYTES],
    /// Bytes of the change.
    pub length: u16,
    /// Bump of this address.
    pub bump: u8,
    /// Zero.
    pub padding: [u8; 5],
}

impl Proposal {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// Stores a change.
    pub fn set_change(&mut self, change: &Change) -> Outcome<()> {
        let mut rest: &mut [u8] = &mut self.change;
        let space = rest.len();
        change
            .serialize(&mut rest)
            .map_err(|_| WhittleError::MathOverflow)?;
        let length = space.saturating_sub(rest.len());
        self.length = u16::try_from(length).map_err(|_| WhittleError::MathOverflow)?;
        Ok(())
    }

    /// The change as stored.
    pub fn encoded(&self) -> &[u8] {
        self.change.get(..usize::from(self.length)).unwrap_or(&[])
    }

    /// The change.
    pub fn change(&self) -> Outcome<Change> {
        Change::try_from_slice(self.encoded()).map_err(|_| WhittleError::WrongAccount)
    }

    /// Which change: the number in [`Change`].
    pub fn kind(&self) -> u8 {
        self.encoded().first().copied().unwrap_or(u8::MAX)
    }

    /// Whether it may be applied at `now`.
    pub fn require_due(&self, now: i64) -> Outcome<()> {
        require_that(now >= self.eta, WhittleError::ChangeNotDue)?;
        require_that(now <= self.expires, WhittleError::ChangeExpired)
    }
}
