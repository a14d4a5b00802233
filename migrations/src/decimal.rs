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
    let power = 10u128.pow(scale);
    let (whole, fraction) = (digits / power, digits % power);
    let fraction = format!("{fraction:0width$}", width = scale as usize);
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
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
