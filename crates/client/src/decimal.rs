//! Decimal numbers as people write them, converted without floating point.

use whittle_risk::num::ONE_Q32;

/// A number of at most 24 digits, not negative: `digits / 10^scale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: u128,
    scale: u32,
}

/// More would not fit the products below; no parameter needs as many.
const MAX_DIGITS: u32 = 24;
/// Digits after the point that tell any two neighbouring Q32 numbers apart.
const Q32_DIGITS: u32 = 10;

impl Decimal {
    /// Reads `12`, `1_000.5` or `0.05`. The error says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('-') {
            return Err(format!("{text:?} is negative: write zero or more"));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let is_plain = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_digit())
                && part.ends_with(|last: char| last.is_ascii_digit())
                && part
                    .chars()
                    .all(|char| char.is_ascii_digit() || char == '_')
        };
        if !is_plain(whole) || !is_plain(fraction) {
            return Err(format!(
                "{text:?} is not a decimal number: write digits, a point and digits, as in \
                 1_000.25 (underscores may group digits, commas may not)"
            ));
        }
        let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
        let fraction: String = fraction.chars().filter(char::is_ascii_digit).collect();
        let fraction = fraction.trim_end_matches('0');
        let all = format!("{whole}{fraction}");
        let all = all.trim_start_matches('0');
        let scale = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        if all.len() > MAX_DIGITS as usize || scale > MAX_DIGITS {
            return Err(format!("{text:?} has more than {MAX_DIGITS} digits"));
        }
        let digits = if all.is_empty() { Ok(0) } else { all.parse() };
        // At most 24 digits fit 128 bits; were the bound raised, this would say so.
        let digits = digits.map_err(|_| format!("{text:?} does not fit"))?;
        Ok(Self { digits, scale })
    }

    /// A hundredth of it.
    pub fn hundredth(self) -> Self {
        Self {
            scale: self.scale.saturating_add(2),
            ..self
        }
    }

    /// In Q32, rounded down, as `Ratio::from_bps_floor` does. `None` above 64 bits.
    pub fn to_q32_floor(self) -> Option<u64> {
        let wide = self.digits.checked_mul(u128::from(ONE_Q32))?;
        u64::try_from(wide.checked_div(10u128.checked_pow(self.scale)?)?).ok()
    }

    /// In units of 10^-decimals, exactly. The error says what is wrong.
    pub fn to_atoms(self, decimals: u32) -> Result<u64, String> {
        let Some(places) = decimals.checked_sub(self.scale) else {
            return Err(format!(
                "has {} digits after the point: at most {decimals} are exact",
                self.scale
            ));
        };
        10u128
            .checked_pow(places)
            .and_then(|power| self.digits.checked_mul(power))
            .and_then(|atoms| u64::try_from(atoms).ok())
            .ok_or_else(|| format!("is too large: it has {decimals} decimals and 64 bits"))
    }

    /// The digits without their point, if they fit 64 bits, and the power of ten to multiply with.
    pub fn mantissa(self) -> Option<(u64, i32)> {
        let exponent = i32::try_from(self.scale).ok()?.checked_neg()?;
        Some((u64::try_from(self.digits).ok()?, exponent))
    }

    /// The exponent of a power of ten: 0.001 is -3, 100 is 2.
    pub fn power_of_ten(self) -> Option<i32> {
        let mut digits = self.digits;
        let mut zeros = 0i32;
        while digits >= 10 && digits.is_multiple_of(10) {
            digits /= 10;
            zeros = zeros.checked_add(1)?;
        }
        let exponent = zeros.checked_sub(i32::try_from(self.scale).ok()?)?;
        (digits == 1).then_some(exponent)
    }
}

/// The shortest decimal that [`Decimal::to_q32_floor`] turns back into `raw`.
pub fn show_q32(raw: u64) -> String {
    // Rounded up at digit d, it reads back as `raw` while it stays under `raw + 1`; with ten
    // digits it always does.
    for digits in 0..Q32_DIGITS {
        let power = 10u128.pow(digits);
        let scaled = (u128::from(raw) * power).div_ceil(u128::from(ONE_Q32));
        if scaled * u128::from(ONE_Q32) / power == u128::from(raw) {
            return show_scaled(scaled, digits);
        }
    }
    let scaled = (u128::from(raw) * 10u128.pow(Q32_DIGITS)).div_ceil(u128::from(ONE_Q32));
    show_scaled(scaled, Q32_DIGITS)
}

/// `digits / 10^scale`, without trailing zeros after the point.
pub fn show_scaled(digits: u128, scale: u32) -> String {
    let scale = scale as usize;
    let text = format!("{digits:0>width$}", width = scale.saturating_add(1));
    let (whole, fraction) = text.split_at(text.len().saturating_sub(scale));
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// The same with a sign.
pub fn show_signed(digits: i128, scale: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    format!("{sign}{}", show_scaled(digits.unsigned_abs(), scale))
}

/// A number of lots in units of the asset: a lot is `10^lot_exponent` of them.
pub fn show_lots(lots: i64, lot_exponent: i8) -> String {
    let lots = i128::from(lots);
    if lot_exponent <= 0 {
        return show_signed(lots, lot_exponent.unsigned_abs().into());
    }
    let zeros = if lots == 0 {
        0
    } else {
        lot_exponent.unsigned_abs()
    };
    format!("{lots}{}", "0".repeat(zeros.into()))
}

/// A Q32 price of a lot as USD for a unit of the asset: the shortest decimal that reads back as `raw`
/// when it is rounded down. Listed markets have lots for which there is one; "0" for others.
pub fn show_price(raw: u64, lot_exponent: i8) -> String {
    // USD for a unit are raw / 2^32 / 10^power, so d digits after the point are raw 10^(d - power) / 2^32.
    let power = 6i32.saturating_add(lot_exponent.into());
    let most = power.max(0).saturating_add(Q32_DIGITS.cast_signed());
    let mut digits = 0i32;
    while digits <= most {
        let shift = digits.saturating_sub(power);
        if let Some(scaled) = scaled_price(raw, shift) {
            return show_scaled(scaled, digits.unsigned_abs());
        }
        digits = digits.saturating_add(1);
    }
    "0".to_owned()
}

/// `raw 10^shift / 2^32` rounded up, when it reads back as `raw`.
fn scaled_price(raw: u64, shift: i32) -> Option<u128> {
    let (raw, one) = (u128::from(raw), u128::from(ONE_Q32));
    let ten = 10u128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 {
        let scaled = raw.checked_mul(ten)?.div_ceil(one);
        let back = scaled.checked_mul(one)?.checked_div(ten)?;
        return (back == raw).then_some(scaled);
    }
    let unit = one.checked_mul(ten)?;
    let scaled = raw.div_ceil(unit);
    (scaled.checked_mul(unit)? == raw).then_some(scaled)
}

/// A share of one as a percentage that reads back as `raw`.
pub fn show_percent(raw: u64) -> String {
    let share = show_q32(raw);
    let (whole, fraction) = share.split_once('.').unwrap_or((&share, ""));
    let (cents, rest) = fraction.split_at(fraction.len().min(2));
    let whole = format!("{whole}{cents:0<2}");
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if rest.is_empty() {
        format!("{whole} %")
    } else {
        format!("{whole}.{rest} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_share_becomes_q32_rounded_down() {
        // 0.05 * 2^32 = 214,748,364.8
        assert_eq!(decimal("0.05").to_q32_floor(), Some(214_748_364));
        assert_eq!(decimal("5").hundredth().to_q32_floor(), Some(214_748_364));
        assert_eq!(decimal("1").to_q32_floor(), Some(ONE_Q32));
        assert_eq!(decimal("0.5").to_q32_floor(), Some(ONE_Q32 / 2));
        assert_eq!(decimal("0").to_q32_floor(), Some(0));
        let largest = decimal("4294967295.99999999999").to_q32_floor();
        assert_eq!(largest, Some(u64::MAX));
        assert_eq!(decimal("4294967296").to_q32_floor(), None);
    }

    #[test]
    fn a_price_of_a_lot_is_shown_for_a_unit_and_reads_back() {
        use whittle_risk::price::{to_q32, Rounding};
        assert_eq!(show_price(140_000 << 32, -5), "14000");
        assert_eq!(show_price(12_345 << 32, 3), "0.000012345");
        for (text, lot) in [
            ("13999.5", -5i8),
            ("0.3", -9),
            ("150.123456", -2),
            ("1.0001", 0),
        ] {
            let (digits, exponent) = decimal(text).mantissa().unwrap();
            let raw = to_q32(digits, exponent, lot.into(), Rounding::Floor).unwrap();
            assert_eq!(show_price(raw, lot), text);
        }
        for lot in [-12i8, -6, 0, 3] {
            for raw in [1, 3, u64::MAX / 3, u64::MAX, 12_345_678_901] {
                let (digits, scale) = show_price(raw, lot)
                    .split_once('.')
                    .map(|(whole, part)| (format!("{whole}{part}"), part.len()))
                    .unwrap_or_else(|| (show_price(raw, lot), 0));
                let digits: u128 = digits.parse().unwrap();
                let shift = 6 + i32::from(lot) - i32::try_from(scale).unwrap();
                let ten = 10u128.pow(shift.unsigned_abs());
                let wide = if shift >= 0 {
                    digits * ten * u128::from(ONE_Q32)
                } else {
                    digits * u128::from(ONE_Q32) / ten
                };
                assert_eq!(wide, u128::from(raw), "{raw} {lot}");
            }
        }
    }

    #[test]
    fn lots_are_shown_in_units() {
        assert_eq!(show_lots(-1_234_567, -3), "-1234.567");
        assert_eq!(show_lots(7, 2), "700");
        assert_eq!(show_lots(0, 2), "0");
        assert_eq!(show_lots(5, -5), "0.00005");
    }

    #[test]
    fn basis_points_agree_with_the_risk_crate() {
        for bps in 0..=10_000u32 {
            let text = format!("{}.{:02}", bps / 100, bps % 100);
            assert_eq!(
                decimal(&text).hundredth().to_q32_floor(),
                Some(whittle_risk::Ratio::from_bps_floor(bps).0),
            );
        }
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same_number() {
        let mut raw = 1u64;
        for step in 0..20_000u64 {
            raw = raw
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(step);
            for raw in [raw >> 40, raw >> 31, raw >> 20, raw, step] {
                let shown = show_q32(raw);
                assert_eq!(decimal(&shown).to_q32_floor(), Some(raw), "{shown}");
                let shown = show_percent(raw);
                let number = shown.strip_suffix(" %").unwrap();
                assert_eq!(
                    decimal(number).hundredth().to_q32_floor(),
                    Some(raw),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn what_is_shown_is_what_a_person_wrote() {
        let shown = |percent| show_percent(decimal(percent).hundredth().to_q32_floor().unwrap());
        for percent in ["0", "5", "0.05", "12.5", "100", "250", "0.000001"] {
            assert_eq!(shown(percent), format!("{percent} %"));
        }
        assert_eq!(show_q32(decimal("2.5").to_q32_floor().unwrap()), "2.5");
    }

    #[test]
    fn dollars_are_exact_or_refused() {
        assert_eq!(decimal("1_000.25").to_atoms(6), Ok(1_000_250_000));
        assert_eq!(decimal("0.000001").to_atoms(6), Ok(1));
        assert_eq!(decimal("3.50").to_atoms(1), Ok(35));
        assert_eq!(
            decimal("0.0000001").to_atoms(6),
            Err("has 7 digits after the point: at most 6 are exact".to_owned())
        );
        assert_eq!(
            decimal("18_446_744_073_709.551615").to_atoms(6),
            Ok(u64::MAX)
        );
        assert_eq!(
            decimal("18_446_744_073_709.551616").to_atoms(6),
            Err("is too large: it has 6 decimals and 64 bits".to_owned())
        );
    }

    #[test]
    fn only_powers_of_ten_have_an_exponent() {
        assert_eq!(decimal("0.001").power_of_ten(), Some(-3));
        assert_eq!(decimal("1").power_of_ten(), Some(0));
        assert_eq!(decimal("1_000").power_of_ten(), Some(3));
        assert_eq!(decimal("1.0").power_of_ten(), Some(0));
        for text in ["0", "0.002", "20", "101"] {
            assert_eq!(decimal(text).power_of_ten(), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", ".", "5.", ".5", "1,000", "1e3", "nan", "inf", "_1", "1_", "1._5", "0x10", "+1",
        ] {
            let error = Decimal::parse(text).unwrap_err();
            assert!(error.contains("is not a decimal number"), "{error}");
        }
        let error = Decimal::parse("-1").unwrap_err();
        assert_eq!(error, "\"-1\" is negative: write zero or more");
        let error = Decimal::parse("1234567890123456789012345").unwrap_err();
        assert_eq!(
            error,
            "\"1234567890123456789012345\" has more than 24 digits"
        );
    }
}
