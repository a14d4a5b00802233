//! Each parameter's name in the text, the unit in which people write it, and its place in the
//! program's structs: one list for reading and for comparing.

use super::section::Section;
use crate::decimal::{show_percent, show_q32, show_scaled, Decimal};
use whittle::instructions::list_market::TierArgs;
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

/// A field that is one thing in the text and another on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field, as in `markets[0].open_fee`.
    pub field: String,
    /// As described.
    pub described: String,
    /// As it is on the chain.
    pub on_chain: String,
}

impl core::fmt::Display for Difference {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "{}: described as {}, on the chain {}",
            self.field, self.described, self.on_chain
        )
    }
}

/// Collects differences below one path.
pub struct Comparison<'a> {
    path: &'a str,
    differences: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    /// Nothing compared yet.
    pub fn new(path: &'a str) -> Self {
        Self {
            path,
            differences: Vec::new(),
        }
    }

    /// Compares one field.
    pub fn field<T: PartialEq>(&mut self, name: &str, both: [T; 2], show: impl Fn(T) -> String) {
        let [described, on_chain] = both;
        if described != on_chain {
            self.differences.push(Difference {
                field: format!("{}.{name}", self.path),
                described: show(described),
                on_chain: show(on_chain),
            });
        }
    }

    /// Compares a group of fields.
    pub fn group<T: Fields>(&mut self, described: &T, on_chain: &T) {
        T::compare(self, described, on_chain);
    }

    /// Compares a group of fields in a table below.
    pub fn below<T: Fields>(&mut self, name: &str, described: &T, on_chain: &T) {
        let path = format!("{}.{name}", self.path);
        let mut below = Comparison::new(&path);
        below.group(described, on_chain);
        self.differences.extend(below.differences);
    }

    /// What differs.
    pub fn finish(self) -> Vec<Difference> {
        self.differences
    }
}

/// A struct of the program whose fields people describe.
pub trait Fields: Sized {
    /// Compares each field.
    fn compare(comparison: &mut Comparison, described: &Self, on_chain: &Self);

    /// Adds each field's name, below `path`, and its value as people write it.
    fn list(&self, path: &str, all: &mut Vec<(String, String)>);
}

/// Every field by name, with its value as people write it.
pub fn shown<T: Fields>(params: &T) -> Vec<(String, String)> {
    let mut all = Vec::new();
    params.list("", &mut all);
    all
}

/// Reading, which only this module's callers do.
pub(super) trait Read: Sized {
    fn read(section: &Section) -> Self;
}

/// Every field of the struct is listed, is a table of its own or stands after `without`, so that a
/// new one cannot be forgotten here.
macro_rules! fields {
    ($params:ident {
        $($name:ident: $unit:ident = $field:ident),* $(,)?
    } $(tables $($table:ident),*)? $(without $($other:ident),*)?) => {
        impl Fields for $params {
            fn compare(comparison: &mut Comparison, described: &Self, on_chain: &Self) {
                $(comparison.field(
                    stringify!($name),
                    [described.$field, on_chain.$field],
                    $unit::show,
                );)*
                $($(comparison.below(stringify!($table), &described.$table, &on_chain.$table);)*)?
            }

            fn list(&self, path: &str, all: &mut Vec<(String, String)>) {
                $(all.push((format!("{path}{}", stringify!($name)), $unit::show(self.$field)));)*
                $($(self.$table.list(&format!("{path}{}.", stringify!($table)), all);)*)?
            }
        }

        impl Read for $params {
            fn read(section: &Section) -> Self {
                Self {
                    $($field: $unit::read(section, stringify!($name)),)*
                    $($($table: section.table(stringify!($table)).map(super::whole).unwrap_or_default(),)*)?
                    $($($other: Default::default(),)*)?
                }
            }
        }
    };
}

fields!(ExchangeParams {
    call_buffer: share = call_buffer_q32,
    target_buffer: share = target_buffer_q32,
    emergency_ratio: share = emergency_q32,
    forced_ratio: share = forced_q32,
    profit_weight: share = profit_weight_q32,
    theta: share = theta_q32,
    bonus_floor: share = bonus_floor_q32,
    bonus_max: share = bonus_max_q32,
    fill_reward_usd: usd = fill_reward_usd_atoms,
    bonus_ramp_secs: secs = bonus_ramp_secs,
    confirm_secs: secs = confirm_secs,
    flag_lapse_secs: secs = flag_lapse_secs,
    order_delay_secs: secs = order_delay_secs,
    order_life_secs: secs = order_life_secs,
} tables leverage, overdraft, governance without padding);

fields!(LeverageParams {
    retail_initial: share = retail_initial_q32,
    standard_initial: share = standard_initial_q32,
    delay_secs: secs = delay_secs,
} without padding);

fields!(OverdraftParams {
    rate_per_year: share = rate_per_year_q32,
    allowance_usd: usd = allowance_usd_atoms,
});

fields!(GovernanceParams {
    timelock_secs: secs = timelock_secs,
    pause_max_secs: secs = pause_max_secs,
    pause_cooldown_secs: secs = pause_cooldown_secs,
} without padding);

fields!(PoolParams {
    reserve_target_usd: usd = reserve_target_usd_atoms,
    withdraw_limit_usd: usd = withdraw_limit_usd_atoms,
    loss_weight: share = loss_weight_q32,
    min_deposit_usd: usd = min_deposit_usd_atoms,
    loss_per_day_usd: usd = loss_per_day_usd_atoms,
});

fields!(InsuranceParams {
    per_event_usd: usd = per_event_usd_atoms,
    per_day_usd: usd = per_day_usd_atoms,
    drawdown: share = drawdown_q32,
    drawdown_withdraw: share = drawdown_withdraw_q32,
});

fields!(DepegParams {
    below: share = below_q32,
    step: share = step_q32,
    floor: share = floor_q32,
    step_secs: secs = step_secs,
} without padding);

fields!(MarketParams {
    open_fee: share = open_fee_q32,
    close_fee: share = close_fee_q32,
    insurance_share: share = insurance_share_q32,
    premium: share = premium_q32,
    concentration_premium: share = concentration_premium_q32,
    spread_multiple: multiple = spread_multiple_q32,
    skew_scale_usd: usd = skew_scale_usd_atoms,
    impact_max: share = impact_max_q32,
    close_impact: share = close_impact_q32,
    funding_max_per_day: share = funding_max_per_day_q32,
    funding_skew_scale_usd: usd = funding_skew_scale_usd_atoms,
    open_interest_cap_usd: usd = open_interest_cap_usd_atoms,
    min_position_usd: usd = min_position_usd_atoms,
    min_close_usd: usd = min_close_usd_atoms,
    pool_line_target_usd: usd = pool_line_target_usd_atoms,
    insurance_line_target_usd: usd = insurance_line_target_usd_atoms,
    covered_move: share = covered_move_q32,
    sample_weight: share = sample_weight_q32,
    sample_interval_secs: secs = sample_interval_secs,
} tables breaker, regime, crowding without padding);

fields!(BreakerParams {
    capacity_usd: usd = capacity_usd_atoms,
    refill_per_hour_usd: usd = refill_per_hour_usd_atoms,
    shock: share = shock_q32,
    gap_secs: secs = gap_secs,
    grace_secs: secs = grace_secs,
});

fields!(RegimeParams {
    elevated_variance: share = elevated_variance_q32,
    extreme_variance: share = extreme_variance_q32,
    elevated_initial: multiple = elevated_initial_q32,
    extreme_initial: multiple = extreme_initial_q32,
    elevated_maintenance: multiple = elevated_maintenance_q32,
    extreme_maintenance: multiple = extreme_maintenance_q32,
    ramp_secs: secs = ramp_secs,
} without padding);

fields!(CrowdingParams {
    open_interest_share: share = open_interest_share_q32,
    crowded_initial: share = crowded_initial_q32,
    payout_bound: share = payout_bound_q32,
});

fields!(TierArgs {
    upto_usd: usd = upto_usd_atoms,
    maintenance: share = maintenance_q32,
    initial: share = initial_q32,
});

// Kind and key are read by `oracle` in the parent module: their names depend on each other.
fields!(OracleConfig {
    stale_shift_per_sec: share = stale_shift_per_sec_q32,
    shift_max: share = shift_max_q32,
    uncertain_over: share = uncertain_over_q32,
    confidence_multiple: multiple = confidence_multiple_q32,
    stale_after_secs: secs = stale_after_secs,
    accept_secs: secs = accept_secs,
} without kind, key, padding);

/// A share of one, in Q32, rounded down.
pub(crate) mod share {
    use super::*;

    pub(in crate::describe) fn read(section: &Section, name: &'static str) -> u64 {
        let share = section.share(name).map_or(Some(0), Decimal::to_q32_floor);
        section
            .parsed(name, share.ok_or_else(|| "is too large".to_owned()))
            .unwrap_or_default()
    }

    pub(crate) fn show(raw: u64) -> String {
        show_percent(raw)
    }
}

/// A multiple, in Q32, rounded down.
pub(crate) mod multiple {
    use super::*;

    pub(in crate::describe) fn read(section: &Section, name: &'static str) -> u64 {
        let multiple = section.decimal(name, "\"2.5\"");
        let multiple = multiple.map_or(Some(0), Decimal::to_q32_floor);
        section
            .parsed(name, multiple.ok_or_else(|| "is too large".to_owned()))
            .unwrap_or_default()
    }

    pub(crate) fn show(raw: u64) -> String {
        show_q32(raw)
    }
}

/// Dollars, in atoms of 10^-6, exact.
pub(crate) mod usd {
    use super::*;

    pub(in crate::describe) fn read<T: TryFrom<u64> + Default>(
        section: &Section,
        name: &'static str,
    ) -> T {
        let Some(dollars) = section.decimal(name, "\"1_000.50\"") else {
            return T::default();
        };
        let atoms = dollars.to_atoms(6).and_then(|atoms| {
            T::try_from(atoms).map_err(|_| "is too large: write under 9.2 trillion".to_owned())
        });
        section.parsed(name, atoms).unwrap_or_default()
    }

    pub(crate) fn show<T: Into<i128>>(raw: T) -> String {
        let raw = raw.into();
        let sign = if raw < 0 { "-" } else { "" };
        format!("{sign}{} USD", show_scaled(raw.unsigned_abs(), 6))
    }
}

/// Whole seconds.
pub(crate) mod secs {
    use super::*;

    pub(in crate::describe) fn read(section: &Section, name: &'static str) -> u32 {
        section.whole(name, "60").unwrap_or_default()
    }

    pub(crate) fn show(raw: u32) -> String {
        format!("{raw} s")
    }
}
