use proptest::prelude::*;
use whittle_risk::num::ONE_Q32;
use whittle_risk::trade::{fill_price, spread_share, PricingTerms};
use whittle_risk::RiskError::{Overflow, PriceOutOfRange};
use whittle_risk::{Lots, Price, Ratio, Usd};

/// Half the confidence as spread; impact of the whole price at 1,024,000 atoms of skew, at most 1/8.
fn terms() -> PricingTerms {
    PricingTerms {
        spread_multiple: Ratio(ONE_Q32 / 2),
        skew_scale: Usd(1_024_000),
        impact_max: Ratio(ONE_Q32 / 8),
        close_impact: Ratio::ZERO,
    }
}

/// 1,000 atoms a lot, so the scale is 1,024 lots.
const PRICE: Price = Price(1_000 * ONE_Q32);

fn fill(confidence: u64, skew: i64, lots: i64) -> Price {
    fill_price(
        PRICE,
        confidence * ONE_Q32,
        Lots(skew),
        Lots(lots),
        &terms(),
    )
    .expect("in range")
}

#[test]
fn a_buyer_pays_the_spread_and_the_impact_of_the_skew_he_meets() {
    // Confidence, skew before, lots, price in eighths of an atom.
    let cases = [
        ("no doubt and only lightening", 0, -1, 1, 8_000),
        ("half the confidence", 10, -1, 1, 8_040),
        ("the mean of 0 and 128 lots", 0, 0, 128, 8_500),
        ("the mean of 64 and 192 lots", 0, 64, 128, 9_000),
        ("at most an eighth", 0, 1_000, 10, 9_000),
        ("spread and impact", 10, 64, 128, 9_040),
        ("lightening down to nothing", 0, -128, 128, 8_000),
        (
            "half of it lightens, half meets 0 to 128",
            0,
            -128,
            256,
            8_250,
        ),
    ];
    for (name, confidence, skew, lots, eighths) in cases {
        let price = Price(eighths * ONE_Q32 / 8);
        assert_eq!(fill(confidence, skew, lots), price, "{name}");
        let mirrored = Price((16_000 - eighths) * ONE_Q32 / 8);
        assert_eq!(fill(confidence, -skew, -lots), mirrored, "sold: {name}");
    }
}

#[test]
fn every_rounding_of_the_impact_is_against_the_trader() {
    // One lot from no skew meets half a lot, which counts as one: 1/1,024 of the price.
    assert_eq!(
        fill(0, 0, 1),
        Price(1_000 * ONE_Q32 + ONE_Q32 / 1_024 * 1_000)
    );
    // 64^2 / (2 * 192) is 10.7 lots, which count as 11.
    assert_eq!(
        fill(0, -128, 192),
        Price(1_000 * ONE_Q32 + ONE_Q32 / 1_024 * 11_000)
    );
}

#[test]
fn the_impact_has_a_bound_however_small_the_scale_and_is_none_where_no_skew_is_met() {
    let terms = PricingTerms {
        skew_scale: Usd(1),
        ..terms()
    };
    let buy = |terms, skew, lots| fill_price(PRICE, 0, Lots(skew), Lots(lots), &terms);
    // More than 2^32 times the scale.
    assert_eq!(
        buy(terms, 0, 1 << 32),
        Ok(Price(1_125 * ONE_Q32)),
        "an eighth"
    );
    let without = PricingTerms {
        skew_scale: Usd::ZERO,
        ..terms
    };
    assert_eq!(buy(without, -5, 5), Ok(PRICE));
}

#[test]
fn a_price_with_nothing_left_for_the_seller_is_refused() {
    let sell = |confidence| fill_price(PRICE, confidence, Lots(1), Lots(-1), &terms());
    assert_eq!(sell(2_000 * ONE_Q32 - 2), Ok(Price(1)));
    assert_eq!(sell(2_000 * ONE_Q32), Err(PriceOutOfRange));
    let buy = fill_price(Price(u64::MAX), 2, Lots(-1), Lots(1), &terms());
    assert_eq!(buy, Err(PriceOutOfRange));
    let beyond = fill_price(PRICE, 0, Lots(i64::MAX), Lots(1), &terms());
    assert_eq!(beyond, Err(Overflow("a number of lots")));
}

#[test]
fn the_spread_is_a_share_of_the_price_and_at_most_all_of_it() {
    let share = |price, confidence| spread_share(Price(price), confidence, &terms());
    assert_eq!(share(1_024, 0), Ok(Ratio::ZERO));
    assert_eq!(share(1_024, 32), Ok(Ratio(ONE_Q32 / 64)));
    assert_eq!(share(1_024, 31), Ok(Ratio(ONE_Q32 / 64)), "15.5 is 16");
    assert_eq!(share(1_024, 2_048), Ok(Ratio::ONE));
    assert_eq!(share(1_024, u64::MAX), Ok(Ratio::ONE));
    assert_eq!(share(0, 0), Ok(Ratio::ONE));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-FILL.
    #[test]
    fn a_trade_is_never_better_than_the_oracle_and_its_mirror_image_pays_the_same(
        raw in 1u64 << 32..1 << 50, confidence in 0..1u64 << 30,
        skew in -2_000_000i64..2_000_000, lots in 1i64..2_000_000,
    ) {
        let price = Price(raw);
        let buy = fill_price(price, confidence, Lots(skew), Lots(lots), &terms()).expect("in range");
        let sell = fill_price(price, confidence, Lots(-skew), Lots(-lots), &terms()).expect("in range");
        prop_assert!(buy >= price && sell <= price);
        prop_assert_eq!(buy.0 - raw, raw - sell.0);
        // Never more than the spread and the largest impact, each rounded up once.
        prop_assert!(buy.0 - raw <= confidence / 2 + 1 + raw / 8 + 1);
    }

    /// INV-FILL.
    #[test]
    fn a_trade_that_only_lightens_the_skew_pays_no_impact(
        raw in 1u64 << 32..1 << 50, skew in 1i64..2_000_000, part in 1i64..2_000_000,
    ) {
        let lots = part.min(skew);
        let price = Price(raw);
        let sell = fill_price(price, 0, Lots(skew), Lots(-lots), &terms());
        prop_assert_eq!(sell, Ok(price));
        let buy = fill_price(price, 0, Lots(-skew), Lots(lots), &terms());
        prop_assert_eq!(buy, Ok(price));
    }

    #[test]
    fn more_skew_is_never_cheaper(skew in -2_000i64..2_000, lots in 1i64..2_000) {
        prop_assert!(fill(3, skew, lots) <= fill(3, skew + 1, lots));
        prop_assert!(fill(3, skew, lots) <= fill(3, skew, lots + 1));
    }
}
