//! What is searched over, and the points at which it is tried.

use serde::Serialize;
use whittle_migrations::describe::Description;
use whittle_risk::Ratio;

/// Something that is searched over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Knob {
    /// Maintenance rates of all tiers, times this. Initial rates stay, so that the same traders come with
    /// the same leverage.
    Maintenance,
    /// Call buffer.
    CallBuffer,
    /// Target buffer.
    TargetBuffer,
    /// The keeper's greatest bonus; the floor keeps its share of it.
    Bonus,
    /// Capacity and refill of the breaker, times this.
    Breaker,
}

/// All knobs.
pub const KNOBS: [Knob; 5] = [
    Knob::Maintenance,
    Knob::CallBuffer,
    Knob::TargetBuffer,
    Knob::Bonus,
    Knob::Breaker,
];

/// A setting of every knob, in their order.
pub type Setting = [f64; KNOBS.len()];

impl Knob {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance rates",
            Self::CallBuffer => "call buffer",
            Self::TargetBuffer => "target buffer",
            Self::Bonus => "greatest bonus",
            Self::Breaker => "breaker",
        }
    }

    /// Between these it is searched: factors on what is described, or shares. The program's own bounds
    /// may leave less.
    const fn range(self) -> [f64; 2] {
        match self {
            Self::Maintenance => [0.7, 1.9],
            Self::CallBuffer => [0.05, 1.0],
            Self::TargetBuffer => [0.02, 1.0],
            Self::Bonus => [0.0005, 0.01],
            Self::Breaker => [0.05, 4.0],
        }
    }

    /// As it is described for a market.
    pub(super) fn described(self, description: &Description) -> f64 {
        let params = &description.exchange.params;
        match self {
            Self::Maintenance | Self::Breaker => 1.0,
            Self::CallBuffer => real(params.call_buffer_q32),
            Self::TargetBuffer => real(params.target_buffer_q32),
            Self::Bonus => real(params.bonus_max_q32),
        }
    }

    /// The value in words.
    pub fn told(self, value: f64) -> String {
        match self {
            Self::Maintenance | Self::Breaker => format!("x {}", rounded(value, 100.0)),
            Self::CallBuffer | Self::TargetBuffer | Self::Bonus => {
                format!("{} %", rounded(value * 100.0, 100.0))
            }
        }
    }
}

pub(super) fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

pub(super) fn real(q32: u64) -> f64 {
    q32 as f64 / Ratio::ONE.0 as f64
}

fn q32(share: f64) -> u64 {
    (share * Ratio::ONE.0 as f64).round() as u64
}

/// The described exchange with a setting.
pub fn with_setting(described: &Description, market: usize, setting: &Setting) -> Description {
    let mut changed = described.clone();
    let [maintenance, call, target, bonus, breaker] = *setting;
    let params = &mut changed.exchange.params;
    params.call_buffer_q32 = q32(call);
    params.target_buffer_q32 = q32(target);
    let floor_share = real(params.bonus_floor_q32) / real(params.bonus_max_q32).max(1e-9);
    params.bonus_max_q32 = q32(bonus);
    let floor = q32(bonus * floor_share);
    let most_floor = changed
        .markets
        .iter()
        .map(|it| it.args.params.open_fee_q32)
        .min();
    changed.exchange.params.bonus_floor_q32 = floor.min(most_floor.unwrap_or(floor));
    if let Some(market) = changed.markets.get_mut(market) {
        for tier in &mut market.args.tiers {
            tier.maintenance_q32 = q32(real(tier.maintenance_q32) * maintenance);
        }
        let limits = &mut market.args.params.breaker;
        let scaled = |atoms: i64| (atoms as f64 * breaker / 1e6).round() as i64 * 1_000_000;
        limits.capacity_usd_atoms = scaled(limits.capacity_usd_atoms);
        limits.refill_per_hour_usd_atoms = scaled(limits.refill_per_hour_usd_atoms);
    }
    changed
}

/// Coordinate `base` of point `number` of the Halton sequence (J. Halton 1960, "On the efficiency of
/// certain quasi-random sequences of points", Numerische Mathematik 2): the digits of the number in that
/// base, mirrored at the point.
fn halton(mut number: u32, base: u32) -> f64 {
    let (mut value, mut part) = (0.0, 1.0 / f64::from(base));
    while number > 0 {
        value += part * f64::from(number % base);
        number /= base;
        part /= f64::from(base);
    }
    value
}

/// Points of the search, in steps of the logarithm, so that small values are looked at as closely as
/// large ones.
pub(super) fn point(number: u32) -> Setting {
    const BASES: [u32; KNOBS.len()] = [2, 3, 5, 7, 11];
    let mut setting = [0.0; KNOBS.len()];
    for ((value, knob), base) in setting.iter_mut().zip(KNOBS).zip(BASES) {
        let [least, most] = knob.range();
        let at = halton(number, base);
        *value = least * libm::exp(at * libm::log(most / least));
        // As it will be written.
        *value = match knob {
            Knob::Maintenance | Knob::Breaker => rounded(*value, 100.0),
            _ => rounded(*value, 10_000.0),
        };
    }
    setting
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits of 6 are 110 in base 2 and 20 in base 3.
    #[test]
    fn points_are_the_digits_mirrored() {
        assert_eq!(halton(6, 2), 0.375);
        assert!((halton(6, 3) - 2.0 / 9.0).abs() < 1e-15);
    }
}
