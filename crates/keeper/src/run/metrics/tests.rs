//! What is told, what docs/keeper.md says of it, and what the dashboard and the alerts ask for.

use super::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const ALERTS: &str = include_str!("../../../grafana/alerts.yml");
const DASHBOARD: &str = include_str!("../../../grafana/dashboard.json");

/// A metric as Prometheus sees it.
#[derive(Debug, Default)]
struct Told {
    kind: String,
    labels: BTreeSet<String>,
}

/// Every metric by its name with its suffix; a histogram by that of its buckets.
fn told() -> BTreeMap<String, Told> {
    let (metrics, registry) = Metrics::new();
    // A family without a member has no line.
    let feed = "market:0".to_owned();
    drop(metrics.oracle_age.get_or_create(&OfFeed { feed }));
    let outcome = "done";
    drop(metrics.postings.get_or_create(&Posted { outcome }));
    let text = text(&registry);
    let mut all: BTreeMap<String, Told> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, kind)) = line
            .strip_prefix("# TYPE ")
            .and_then(|it| it.split_once(' '))
        {
            let suffix = match kind {
                "counter" => "_total",
                "histogram" => "_bucket",
                _ => "",
            };
            let kind = kind.to_owned();
            let labels = BTreeSet::new();
            all.insert(format!("{name}{suffix}"), Told { kind, labels });
        } else if let Some((name, rest)) = line.split_once('{') {
            let labels = rest.split_once('}').unwrap().0;
            let labels = labels.split(',').map(|it| it.split_once('=').unwrap().0);
            let told = all.get_mut(name).unwrap();
            told.labels.extend(labels.map(ToOwned::to_owned));
        }
    }
    all
}

/// Panels of the dashboard.
fn panels() -> Vec<Value> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    dashboard["panels"].as_array().unwrap().clone()
}

/// What is asked for, and where.
fn questions() -> Vec<(String, String)> {
    let alert = |line: &str| {
        let expr = line.trim().strip_prefix("expr: ")?;
        Some(("alerts.yml".to_owned(), expr.to_owned()))
    };
    let mut all: Vec<_> = ALERTS.lines().filter_map(alert).collect();
    let rules = ALERTS.matches("- alert: ").count();
    assert!(all.len() == rules && rules >= 5, "{} of {rules}", all.len());
    for panel in panels() {
        let title = panel["title"].as_str().unwrap();
        for target in panel["targets"].as_array().unwrap() {
            let expr = target["expr"].as_str().unwrap();
            all.push((title.to_owned(), expr.to_owned()));
        }
    }
    all
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The word at the beginning, and the rest.
fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !is_word(c)).unwrap_or(text.len()))
}

/// Labels that stand in a selector, a grouping or a legend.
fn labels_in(list: &str) -> Vec<String> {
    let labels = list.split(',').map(|part| word(part.trim()).0.to_owned());
    labels.filter(|label| !label.is_empty()).collect()
}

#[test]
fn every_metric_is_documented() {
    let page = include_str!("../../../../../docs/keeper.md");
    for name in told().keys() {
        let name = name.trim_end_matches("_bucket");
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is not in docs/keeper.md"
        );
    }
}

#[test]
fn every_action_and_outcome_is_counted_from_zero() {
    let (metrics, registry) = Metrics::new();
    let lines = |text: &str| text.matches("whittle_keeper_actions_total{").count();
    let pairs = Kind::ALL.len() * Outcome::NAMES.len();
    assert_eq!(lines(&text(&registry)), pairs);
    let actions: BTreeSet<_> = Kind::ALL.map(Kind::name).into();
    assert_eq!(actions.len(), Kind::ALL.len(), "an action is named twice");
    let (action, outcome) = (Kind::Flag.name(), Outcome::NoAnswer(String::new()).name());
    metrics
        .actions
        .get_or_create(&Tried { action, outcome })
        .inc();
    assert_eq!(lines(&text(&registry)), pairs);
}

#[test]
fn the_dashboard_and_the_alerts_ask_for_metrics_that_exist_with_labels_that_they_have() {
    let told = told();
    for (place, expr) in questions() {
        let mut labels = BTreeSet::from(["instance".to_owned()]);
        let mut asked = Vec::new();
        for part in expr.split("whittle_keeper_").skip(1) {
            let (name, rest) = word(part);
            let name = format!("whittle_keeper_{name}");
            let metric = told.get(&name);
            let metric = metric.unwrap_or_else(|| panic!("{place}: {name} does not exist"));
            labels.extend(metric.labels.iter().cloned());
            if let Some(selector) = rest.strip_prefix('{') {
                asked.extend(labels_in(selector.split_once('}').unwrap().0));
            }
        }
        for part in expr.split(" by (").skip(1) {
            asked.extend(labels_in(part.split_once(')').unwrap().0));
        }
        let missing = asked.iter().find(|label| !labels.contains(*label));
        assert_eq!(missing, None, "{place}: {expr}");
    }
}

#[test]
fn counters_are_asked_for_their_increase_and_gauges_for_their_value() {
    let told = told();
    for (place, expr) in questions() {
        for (at, _) in expr.match_indices("whittle_keeper_") {
            let name = word(&expr[at..]).0;
            let before = &expr[..at];
            let grows = before.ends_with("rate(") || before.ends_with("increase(");
            let counts = told[name].kind != "gauge";
            assert_eq!(grows, counts, "{place}: {name} in {expr}");
        }
    }
}

#[test]
fn panels_have_a_unit_a_place_of_their_own_and_the_chosen_data_source() {
    let (mut cells, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: id");
        let unit = panel["fieldConfig"]["defaults"]["unit"].as_str().unwrap();
        let known = ["short", "s", "currencyUSD", "opm", "none", "suffix: SOL"];
        assert!(known.contains(&unit), "{title}: unit {unit}");
        let side = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(side("x") + side("w") <= 24, "{title}: too wide");
        for x in side("x")..side("x") + side("w") {
            for y in side("y")..side("y") + side("h") {
                assert!(cells.insert((x, y)), "{title}: lies on another one");
            }
        }
        let targets = panel["targets"].as_array().unwrap();
        for source in targets.iter().map(|it| &it["datasource"]) {
            assert_eq!(source["uid"], "${source}", "{title}");
        }
        for target in targets {
            let legend = target["legendFormat"].as_str().unwrap_or_default();
            for part in legend.split("{{").skip(1) {
                let label = part.split_once("}}").unwrap().0;
                let expr = target["expr"].as_str().unwrap();
                let kept = label == "instance" && !expr.contains("by (")
                    || expr.contains(&format!("by ({label}"))
                    || expr.contains(&format!(", {label})"));
                assert!(kept, "{title}: {expr} has no {label}");
            }
        }
    }
}

#[test]
fn the_dashboard_asks_for_the_data_source_and_the_keepers() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let kinds = variables.iter().map(|it| (&it["name"], &it["type"]));
    let kinds: Vec<_> = kinds
        .map(|(name, kind)| (name.as_str().unwrap(), kind.as_str().unwrap()))
        .collect();
    assert_eq!(kinds, [("source", "datasource"), ("instance", "query")]);
    let query = variables[1]["query"]["query"].as_str().unwrap();
    assert_eq!(query, "label_values(whittle_keeper_accounts, instance)");
    for (_, expr) in questions() {
        for part in expr.split('$').skip(1) {
            let name = word(part).0;
            assert!(["instance", "__rate_interval"].contains(&name), "{expr}");
        }
    }
}
