//! Sane defaults for everything that a test does not care about. Change a field, keep the rest:
//! `MarketSpec { symbol: "SOL", ..MarketSpec::default() }`.

use std::cell::RefCell;
use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use solana_keypair::Keypair;
use solana_signer::Signer;
use whittle::instructions::{InitializeExchangeArgs, ListBankArgs, ListMarketArgs, TierArgs};
use whittle::state::breaker::BreakerParams;
use whittle::state::crowding::CrowdingParams;
use whittle::state::depeg::DepegParams;
use whittle::state::exchange::ExchangeParams;
use whittle::state::governance::GovernanceParams;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::leverage::LeverageParams;
use whittle::state::market::MarketParams;
use whittle::state::overdraft::OverdraftParams;
use whittle::state::pool::PoolParams;
use whittle::state::raw::OracleConfig;
use whittle::state::regime::RegimeParams;

use crate::oracle::{OracleStub, Quote, LEGACY, RECEIVER};

/// One US dollar in atoms.
pub const USD: i64 = 1_000_000;
/// One US dollar in atoms of the quote token.
pub const USDC: u64 = 1_000_000;
/// One in Q32.
pub const ONE: u64 = 1 << 32;

/// Basis points as Q32.
pub const fn bps(points: u64) -> u64 {
    (points << 32) / 10_000
}

/// A key that is the same in every run, so that compute units are too: the search for a program
/// address costs more for some keys than for others.
pub fn key(name: &str) -> Keypair {
    // FNV-1a, once for each eight bytes of the seed.
    let mut seed = [0; 32];
    for (place, chunk) in (1u8..).zip(seed.chunks_exact_mut(8)) {
        let start = 0xcbf2_9ce4_8422_2325_u64;
        let hash = name.bytes().chain([place]).fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        chunk.copy_from_slice(&hash.to_le_bytes());
    }
    Keypair::new_from_array(seed)
}

/// An address that is the same in every run.
pub fn address(name: &str) -> Pubkey {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Pubkey>> = RefCell::default();
    }
    // To make a key costs as much as to sign.
    KNOWN.with_borrow_mut(|known| match known.get(name) {
        Some(address) => *address,
        None => {
            let address = key(name).pubkey();
            known.insert(name.to_owned(), address);
            address
        }
    })
}

/// How oracles are judged; feed and kind come from the [`OracleStub`].
pub fn oracle_policy() -> OracleConfig {
    OracleConfig {
        stale_shift_per_sec_q32: bps(1),
        shift_max_q32: bps(500),
        uncertain_over_q32: bps(100),
        confidence_multiple_q32: 2 * ONE,
        stale_after_secs: 60,
        accept_secs: 30,
        ..OracleConfig::default()
    }
}

/// The exchange.
#[derive(Clone, Debug)]
pub struct ExchangeSpec {
    /// Its rules.
    pub params: ExchangeParams,
    /// Owners of pull accounts.
    pub receiver_programs: [Pubkey; 2],
    /// Owners of legacy accounts.
    pub legacy_programs: [Pubkey; 2],
    /// Caps of issuers, USD atoms.
    pub group_caps_usd_atoms: [i64; 8],
}

impl Default for ExchangeSpec {
    fn default() -> Self {
        Self {
            params: ExchangeParams {
                call_buffer_q32: bps(2_000),
                target_buffer_q32: bps(1_000),
                emergency_q32: bps(5_000),
                forced_q32: bps(2_500),
                profit_weight_q32: bps(9_000),
                theta_q32: bps(8_000),
                bonus_floor_q32: bps(5),
                bonus_max_q32: bps(50),
                fill_reward_usd_atoms: USD / 100,
                bonus_ramp_secs: 60,
                confirm_secs: 2,
                flag_lapse_secs: 600,
                order_delay_secs: 2,
                order_life_secs: 300,
                leverage: LeverageParams {
                    retail_initial_q32: bps(500),
                    standard_initial_q32: bps(250),
                    delay_secs: 86_400,
                    ..LeverageParams::default()
                },
                overdraft: OverdraftParams {
                    rate_per_year_q32: bps(1_000),
                    allowance_usd_atoms: 1_000 * USD,
                },
                governance: GovernanceParams {
                    timelock_secs: 172_800,
                    pause_max_secs: 86_400,
                    pause_cooldown_secs: 86_400,
                    ..GovernanceParams::default()
                },
                ..ExchangeParams::default()
            },
            receiver_programs: [RECEIVER, Pubkey::default()],
            legacy_programs: [LEGACY, Pubkey::default()],
            group_caps_usd_atoms: [0; 8],
        }
    }
}

impl ExchangeSpec {
    pub(crate) fn args(&self) -> InitializeExchangeArgs {
        InitializeExchangeArgs {
            params: self.params,
            guardian: address("guardian"),
            receiver_programs: self.receiver_programs,
            legacy_programs: self.legacy_programs,
            group_caps_usd_atoms: self.group_caps_usd_atoms,
        }
    }
}

/// A collateral token.
#[derive(Clone, Debug)]
pub struct BankSpec {
    /// Names the mint, its feed and, in messages, its accounts.
    pub symbol: &'static str,
    /// Token-2022 instead of SPL Token.
    pub token_2022: bool,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Price at listing.
    pub quote: Quote,
    /// Share of its value that counts.
    pub haircut_weight_q32: u64,
    /// Whether a token counts for at most one dollar.
    pub pegged: bool,
    /// Most that may be deposited, token atoms.
    pub deposit_cap_atoms: u64,
    /// Tokens of one issuer share a group.
    pub issuer_group: u16,
    /// Discount at which it is converted.
    pub conversion_discount_q32: u64,
    /// The guard of its peg.
    pub depeg: DepegParams,
}

impl BankSpec {
    /// The quote token.
    pub fn usdc() -> Self {
        Self {
            symbol: "USDC",
            token_2022: false,
            decimals: 6,
            quote: Quote::usd("1"),
            haircut_weight_q32: ONE,
            pegged: true,
            deposit_cap_atoms: 1_000_000_000 * USDC,
            issuer_group: 0,
            conversion_discount_q32: 0,
            depeg: DepegParams::default(),
        }
    }

    /// A volatile token.
    pub fn sol() -> Self {
        Self {
            symbol: "SOL",
            decimals: 9,
            quote: Quote::usd("100"),
            haircut_weight_q32: bps(8_000),
            pegged: false,
            deposit_cap_atoms: 1_000_000 * 1_000_000_000,
            conversion_discount_q32: bps(200),
            ..Self::usdc()
        }
    }

    /// A second stablecoin, on Token-2022.
    pub fn pyusd() -> Self {
        Self {
            symbol: "PYUSD",
            token_2022: true,
            haircut_weight_q32: bps(9_500),
            conversion_discount_q32: bps(50),
            depeg: DepegParams {
                below_q32: bps(9_800),
                step_q32: bps(500),
                floor_q32: bps(5_000),
                step_secs: 3_600,
                ..DepegParams::default()
            },
            ..Self::usdc()
        }
    }

    /// What `list_bank` is called with; `oracle` is its feed.
    pub fn args(&self, oracle: Option<OracleStub>) -> ListBankArgs {
        // A token of d decimals at one dollar: 10^6 USD atoms for 10^d token atoms.
        let peg = (u128::from(USDC) << 32) / 10u128.pow(u32::from(self.decimals));
        ListBankArgs {
            oracle: oracle.map_or_else(OracleConfig::default, |it| it.config()),
            haircut_weight_q32: self.haircut_weight_q32,
            peg_q32: if self.pegged {
                u64::try_from(peg).expect("a peg of 64 bits")
            } else {
                0
            },
            deposit_cap_atoms: self.deposit_cap_atoms,
            issuer_group: self.issuer_group,
            conversion_discount_q32: self.conversion_discount_q32,
            depeg: self.depeg,
        }
    }
}

/// A market.
#[derive(Clone, Debug)]
pub struct MarketSpec {
    /// Names the market and its feed.
    pub symbol: &'static str,
    /// The feed; `None` for a pull feed of the symbol's name.
    pub oracle: Option<OracleStub>,
    /// Price at listing.
    pub quote: Quote,
    /// A lot is 10 to this power of the asset's units.
    pub lot_exponent: i8,
    /// Upper end (USD), maintenance and initial rate (basis points) of each tier.
    pub tiers: Vec<(i64, u64, u64)>,
    /// Everything else.
    pub params: MarketParams,
    /// How its oracle is judged.
    pub oracle_policy: OracleConfig,
}

impl Default for MarketSpec {
    fn default() -> Self {
        Self {
            symbol: "BTC",
            oracle: None,
            quote: Quote::usd("40000"),
            lot_exponent: -4,
            tiers: vec![
                (1_000_000, 300, 500),
                (10_000_000, 500, 800),
                (100_000_000, 1_000, 1_500),
            ],
            params: MarketParams {
                open_fee_q32: bps(6),
                close_fee_q32: bps(6),
                insurance_share_q32: bps(1_000),
                premium_q32: bps(10),
                concentration_premium_q32: bps(10),
                spread_multiple_q32: bps(5_000),
                skew_scale_usd_atoms: 1_000_000_000 * USD,
                impact_max_q32: bps(100),
                close_impact_q32: bps(5),
                funding_max_per_day_q32: bps(100),
                funding_skew_scale_usd_atoms: 10_000_000 * USD,
                open_interest_cap_usd_atoms: 50_000_000 * USD,
                min_position_usd_atoms: 10 * USD,
                min_close_usd_atoms: 5 * USD,
                pool_line_target_usd_atoms: 100_000 * USD,
                insurance_line_target_usd_atoms: 1_000 * USD,
                covered_move_q32: bps(150),
                sample_weight_q32: bps(500),
                sample_interval_secs: 60,
                breaker: BreakerParams {
                    capacity_usd_atoms: 10_000_000 * USD,
                    refill_per_hour_usd_atoms: 20_000_000 * USD,
                    shock_q32: bps(1_000),
                    gap_secs: 300,
                    grace_secs: 60,
                },
                regime: RegimeParams {
                    elevated_variance_q32: ONE / 400_000,
                    extreme_variance_q32: ONE / 40_000,
                    elevated_initial_q32: bps(12_500),
                    extreme_initial_q32: bps(20_000),
                    elevated_maintenance_q32: bps(11_000),
                    extreme_maintenance_q32: bps(15_000),
                    ramp_secs: 86_400,
                    ..RegimeParams::default()
                },
                crowding: CrowdingParams {
                    open_interest_share_q32: u64::MAX,
                    crowded_initial_q32: bps(500),
                    payout_bound_q32: bps(5_000),
                },
                ..MarketParams::default()
            },
            oracle_policy: oracle_policy(),
        }
    }
}

impl MarketSpec {
    /// A second market.
    pub fn eth() -> Self {
        Self {
            symbol: "ETH",
            quote: Quote::usd("2000"),
            lot_exponent: -3,
            ..Self::default()
        }
    }

    /// The same market whose requirements do not follow its volatility.
    pub fn steady(mut self) -> Self {
        let regime = &mut self.params.regime;
        regime.elevated_initial_q32 = ONE;
        regime.extreme_initial_q32 = ONE;
        regime.elevated_maintenance_q32 = ONE;
        regime.extreme_maintenance_q32 = ONE;
        self
    }

    pub(crate) fn feed(&self) -> OracleStub {
        self.oracle.unwrap_or_else(|| OracleStub::pull(self.symbol))
    }

    /// What `list_market` is called with.
    pub fn args(&self) -> ListMarketArgs {
        let feed = self.feed().config();
        let mut symbol = [0; 16];
        symbol[..self.symbol.len()].copy_from_slice(self.symbol.as_bytes());
        ListMarketArgs {
            symbol,
            oracle: OracleConfig {
                key: feed.key,
                kind: feed.kind,
                ..self.oracle_policy
            },
            lot_exponent: self.lot_exponent,
            tiers: self
                .tiers
                .iter()
                .map(|(upto, maintenance, initial)| TierArgs {
                    upto_usd_atoms: upto * USD,
                    maintenance_q32: bps(*maintenance),
                    initial_q32: bps(*initial),
                })
                .collect(),
            params: self.params,
        }
    }
}

/// The pool's parameters.
pub fn pool_params() -> PoolParams {
    PoolParams {
        reserve_target_usd_atoms: 50_000 * USD,
        withdraw_limit_usd_atoms: 200_000 * USD,
        loss_weight_q32: bps(5_000),
        min_deposit_usd_atoms: 10 * USDC,
        loss_per_day_usd_atoms: 100_000 * USD,
    }
}

/// The insurance fund's parameters.
pub fn insurance_params() -> InsuranceParams {
    InsuranceParams {
        per_event_usd_atoms: 50_000 * USD,
        per_day_usd_atoms: 200_000 * USD,
        drawdown_q32: bps(3_000),
        drawdown_withdraw_q32: bps(2_500),
    }
}
