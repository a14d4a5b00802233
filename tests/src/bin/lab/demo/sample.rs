//! A run that nobody ran, for tests of what is printed and drawn.

use super::report::*;

/// Three accounts, two liquidations, one of them in two markets.
pub fn report() -> Report {
    let start = 1_513_900_800;
    let account = |number, opened: &str, closed, held_at_first| AccountTrack {
        number,
        opened: opened.into(),
        health: (0..48)
            .map(|step| (start + step * 1_800, 2.0 - 0.03 * step as f64))
            .collect(),
        held_at_first,
        closed,
        equity: 900_000_000,
        equity_had_all_closed: 890_000_000,
        is_open: number != 2,
    };
    let leg = |market, is_long, price, held, closed| Leg {
        market,
        is_long,
        price,
        held,
        closed,
    };
    Report {
        source: "made up for a test".into(),
        source_short: "test".into(),
        span: (start, start + 86_400),
        lines: Lines {
            call: 1.2,
            target: 1.1,
            emergency: 0.5,
        },
        markets: ["BTC-USD", "MADEUP-USD"]
            .iter()
            .zip([12_000.0, 30.0])
            .map(|(symbol, level)| MarketTrack {
                symbol: (*symbol).into(),
                is_made_up: symbol.starts_with("MADE"),
                prices: (0..97)
                    .map(|step| (start + step * 900, level * (1.0 + 0.001 * step as f64)))
                    .collect(),
            })
            .collect(),
        accounts: vec![
            account(1, "10x long BTC", 1_234_567_890, 10_000_000_000),
            account(
                2,
                "5x short BTC & long MADEUP",
                7_000_000_000,
                7_000_000_000,
            ),
            account(3, "2x long BTC", 0, 0),
        ],
        liquidations: vec![
            Liquidation {
                at: 1_513_950_067,
                account: 0,
                kind: "exact",
                ratio_before: 4_217_657_885,
                ratio_after: Some(4_724_464_026),
                legs: vec![leg(0, true, 12_431.5, 10_000_000_000, 1_234_567_890)],
                bonus: 617_000,
                cost: 900_000,
                certificate: Some(Certificate {
                    surplus: 1_234,
                    shortfall_one_less: 17_891,
                }),
                compute_units: 7_500,
            },
            Liquidation {
                at: 1_513_952_400,
                account: 1,
                kind: "forced",
                ratio_before: 1_378_684_551,
                ratio_after: None,
                legs: vec![
                    leg(0, false, 12_590.0, 5_000_000_000, 5_000_000_000),
                    leg(1, true, 31.25, 2_000_000_000, 2_000_000_000),
                ],
                bonus: 2_500_000,
                cost: 4_000_000,
                certificate: None,
                compute_units: 9_100,
            },
        ],
        totals: Totals {
            updates: 97,
            transactions: 120,
            unfilled: 0,
            keeper: 3_117_000,
            insurance_before: 1_000_000_000,
            insurance_after: 1_000_500_000,
            pool_before: 20_000_000_000,
            pool_after: 20_010_000_000,
            bad_debt: 0,
        },
    }
}
