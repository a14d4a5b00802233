//! Of the table, the JSON and the page.

use super::{figures, format, html, json, sample, svg, table, text, verdict};
use crate::compare::{Comparison, PolicyRuns, Run, Setup};
use crate::measure::{Estimate, Measures};
use serde_json::Value;

/// A run in which a thousand dollars were deposited.
fn run(seed: u64, cost: i64, bad_debt: i64) -> Run {
    Run {
        seed,
        measures: Measures {
            lives: 10,
            deposited: 1_000_000_000,
            liquidated: 4,
            cost,
            bad_debt,
            ..Measures::default()
        },
        ..Run::default()
    }
}

/// Another policy costs traders less in both seeds, and leaves more bad debt in both.
fn tiny() -> Comparison {
    let policy = |name: &str, runs: [Run; 2]| PolicyRuns {
        name: name.to_owned(),
        source: "by hand".to_owned(),
        runs: runs.to_vec(),
    };
    Comparison {
        setup: Setup {
            seeds: vec![1, 2],
            ..Setup::default()
        },
        policies: vec![
            policy("ours", [run(1, 3_000_000, 0), run(2, 5_000_000, 0)]),
            policy(
                "theirs",
                [run(1, 2_000_000, 1_000_000), run(2, 4_000_000, 1_000_000)],
            ),
        ],
    }
}

fn parse(page: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    roxmltree::Document::parse_with_options(page, options).expect("the page is well formed")
}

/// The page's text without its markup.
fn words(page: &str) -> String {
    let document = parse(page);
    let texts = document.descendants().filter(|node| node.is_text());
    texts.filter_map(|node| node.text()).collect()
}

#[test]
fn the_page_is_well_formed_and_every_id_is_its_own() {
    let page = html(&sample::comparison(9, 3, 40, 200), "make <it> & again");
    let document = parse(&page);
    let ids: Vec<&str> = document
        .descendants()
        .filter_map(|node| node.attribute("id"))
        .collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
    let pictures = document
        .descendants()
        .filter(|node| node.has_tag_name("svg"));
    for picture in pictures {
        assert_eq!(picture.attribute("role"), Some("img"));
        assert!(picture
            .attribute("aria-label")
            .is_some_and(|it| !it.is_empty()));
    }
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = html(&sample::comparison(9, 3, 40, 200), "cargo run");
    for outside in [
        "http:", "https:", "src=", "href=", "@import", "url(", "<script",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn the_page_has_every_policy_figure_assumption_and_limit() {
    let comparison = sample::comparison(9, 3, 40, 200);
    let words = words(&html(&comparison, "make <it> & again"));
    for policy in &comparison.policies {
        assert!(words.contains(&policy.name), "{}", policy.name);
        assert!(words.contains(&policy.source), "{}", policy.source);
    }
    for figure in figures::ALL {
        assert!(words.contains(figure.name), "{}", figure.name);
        assert!(words.contains(figure.meaning), "{}", figure.meaning);
    }
    for (what, value) in &comparison.setup.assumptions {
        assert!(words.contains(what) && words.contains(value), "{what}");
    }
    for limit in text::LIMITS {
        assert!(words.contains(limit), "{limit}");
    }
    assert!(words.contains("make <it> & again"));
}

#[test]
fn names_cannot_bring_markup_into_the_page() {
    let mut comparison = sample::comparison(3, 2, 20, 50);
    comparison.policies[1].name = "<b onclick=\"x\">&'\u{1}".to_owned();
    comparison.setup.assets[0] = "<i>".to_owned();
    let page = html(&comparison, "</code>");
    assert!(words(&page).contains("<b onclick=\"x\">&'"));
    assert!(
        !page.contains("<b onclick") && !page.contains("<i>&") && !page.contains("</code></code>")
    );
}

#[test]
fn the_page_of_a_large_comparison_is_under_a_mebibyte() {
    let page = html(&sample::comparison(9, 5, 830, 20_000), "cargo run");
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
}

#[test]
fn the_page_and_the_table_bear_what_is_missing() {
    let nobody = Comparison::default();
    let one = sample::comparison(1, 1, 1, 0);
    let empty = Comparison {
        policies: vec![PolicyRuns::default(), PolicyRuns::default()],
        ..Comparison::default()
    };
    for comparison in [nobody, one, empty] {
        parse(&html(&comparison, ""));
        assert!(table(&comparison).contains("Bad debt"));
        serde_json::from_str::<Value>(&json(&comparison)).expect("the JSON parses");
    }
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let again = || sample::comparison(9, 3, 40, 200);
    assert_eq!(json(&again()), json(&again()));
    assert_eq!(html(&again(), "x"), html(&again(), "x"));
    assert_eq!(table(&again()), table(&again()));
}

#[test]
fn the_json_holds_setup_figures_and_the_measures_of_every_seed() {
    let comparison = tiny();
    let value: Value = serde_json::from_str(&json(&comparison)).expect("it parses");
    assert_eq!(
        value["setup"],
        serde_json::to_value(&comparison.setup).expect("a struct")
    );
    assert_eq!(
        value["figures"].as_array().map(Vec::len),
        Some(figures::ALL.len())
    );
    let cost = &value["figures"][0];
    assert_eq!(cost["id"], "cost");
    let (ours, theirs) = (&cost["policies"][0], &cost["policies"][1]);
    assert_eq!(
        (&ours["mean"], &ours["difference"]),
        (&4.0.into(), &Value::Null)
    );
    assert_eq!(theirs["difference"]["mean"], -1.0);
    assert_eq!(theirs["difference"]["half_width"], 0.0);
    assert_eq!(
        (&theirs["verdict"], &theirs["is_best"]),
        (&"better".into(), &true.into())
    );
    for (index, policy) in comparison.policies.iter().enumerate() {
        for (seed, run) in policy.runs.iter().enumerate() {
            let measures = serde_json::to_value(&run.measures).expect("a struct");
            assert_eq!(value["policies"][index]["runs"][seed]["measures"], measures);
        }
    }
}

#[test]
fn the_fields_of_the_json_stand_in_their_order() {
    let json = json(&tiny());
    let order = [
        "\"format\"",
        "\"setup\"",
        "\"figures\"",
        "\"policies\": [\n    {",
        "\"limits\"",
    ];
    let places: Vec<usize> = order.iter().filter_map(|key| json.find(key)).collect();
    assert_eq!(places.len(), order.len());
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn figures_have_names_and_ids_of_their_own() {
    let keys: [fn(&figures::Figure) -> &'static str; 3] = [|it| it.id, |it| it.name, |it| it.short];
    for key in keys {
        let keys: std::collections::BTreeSet<&str> = figures::ALL.iter().map(key).collect();
        assert_eq!(keys.len(), figures::ALL.len());
    }
}

#[test]
fn a_figure_is_computed_from_its_counts() {
    let of = |id: &str, run: &Measures| {
        let figure = figures::ALL.iter().find(|figure| figure.id == id);
        (figure.expect("a figure").value)(run)
    };
    let run = Measures {
        lives: 200,
        deposited: 2_000_000_000,
        cost: 3_000_000,
        plan_cost: 1_000_000,
        notional: 600_000_000,
        liquidated: 40,
        repeated: 10,
        liquidations: 60,
        keeper_earned: 5_000_000,
        keeper_fees: 2_000_000,
        borne_insurance: 1_500_000,
        top_ups: 500_000,
        held_equity: 9_000_000,
        final_equity: 11_000_000,
        ..Measures::default()
    };
    for (id, value) in [
        ("cost", 1.5),
        ("cost_with_plans", 2.0),
        ("cost_per_notional", 50.0),
        ("against_holding", -1.0),
        ("liquidated", 20.0),
        ("repeated", 25.0),
        ("times", 1.5),
        ("keeper", 1.5),
        ("keeper_each", 0.05),
        ("insurance_use", 1.0),
    ] {
        assert_eq!(of(id, &run), value, "{id}");
    }
    assert!(of("survived", &Measures::default()).is_nan());
}

#[test]
fn with_one_seed_nothing_is_better() {
    let mut comparison = tiny();
    for policy in &mut comparison.policies {
        policy.runs.truncate(1);
    }
    for figure in figures::ALL {
        for entry in &verdict::row(&comparison, figure)[1..] {
            assert_eq!(entry.verdict, verdict::Verdict::Undecided);
            assert!(!entry.is_best);
        }
    }
    assert!(table(&comparison).contains("One seed: no interval"));
}

#[test]
fn ours_is_the_best_only_if_every_other_is_told_apart() {
    let debt = figures::ALL.iter().find(|figure| figure.id == "bad_debt");
    let debt = debt.expect("a figure");
    let mut comparison = tiny();
    assert!(verdict::row(&comparison, debt)[0].is_best);
    comparison.policies[1].runs[0].measures.bad_debt = 0;
    let row = verdict::row(&comparison, debt);
    assert_eq!(row[1].verdict, verdict::Verdict::Undecided);
    assert!(!row[0].is_best);
}

#[test]
fn no_line_of_the_table_is_wider_than_120_columns() {
    let text = table(&sample::comparison(9, 5, 2, 2));
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(120), "{widest:?}");
}

#[test]
fn numbers_are_grouped_and_rounded() {
    assert_eq!(format::number(-1_234_567.891, 2), "-1,234,567.89");
    assert_eq!(format::number(-0.001, 2), "0.00");
    assert_eq!(format::number(f64::NAN, 2), "-");
    assert_eq!(format::dollars(-1_500.0), "-$1.5k");
    assert_eq!(format::dollars(999_600.0), "$1M");
    assert_eq!(format::brief(0.25), "0.25");
    let (mean, half_width) = (12.34, 0.56);
    assert_eq!(
        format::estimate(Estimate { mean, half_width }, 1),
        "12.3 ±0.6"
    );
    assert_eq!(format::date(951_782_400), "2000-02-29");
    assert_eq!(format::date(-86_400), "1969-12-31");
    assert_eq!(format::count(1, "seed"), "1 seed");
}

#[test]
fn labels_are_moved_apart_and_keep_their_order() {
    let moved = svg::spread_out(&[50.0, 51.0, 0.0, 100.0, 99.0], 10.0, [0.0, 100.0]);
    assert_eq!(moved, [50.0, 60.0, 0.0, 100.0, 90.0]);
}

#[test]
fn a_scale_has_round_ticks_and_is_never_empty() {
    let scale = svg::Scale {
        values: svg::span([0.1, 0.93].into_iter()),
        places: [0.0, 100.0],
    };
    assert_eq!(scale.ticks(2.0), [0.0, 0.5]);
    assert_eq!(svg::span([0.0, f64::NAN].into_iter()), [0.0, 1.0]);
    assert_eq!(svg::span(std::iter::empty()), [0.0, 1.0]);
}

#[test]
fn a_tiny_comparison_reads_as_this_table() {
    assert_eq!(table(&tiny()), include_str!("tiny.txt"));
}
