//! Searches.

use crate::{example, plan, rough, EXAMPLE};
use whittle_migrations::describe::Description;
use whittle_sim::report;
use whittle_sim::search::{search, written, Task};

#[test]
fn a_search_recommends_a_setting_under_the_bound_that_migrations_take() {
    let (described, sources) = (example(), rough());
    let plan = plan(&described, &sources, &[1]);
    let task = Task {
        market: 0,
        bad_debt: 0.05,
        candidates: 12,
    };
    let found = search(&plan, &task, &|_| ()).expect("a search");
    let best = found.recommended.as_ref().expect("a bound of 5 % is wide");
    assert!(best.bad_debt <= task.bad_debt);
    let under = found.tried.iter().filter(|it| it.bad_debt <= task.bad_debt);
    let cheapest = under.map(|it| it.cost).fold(f64::INFINITY, f64::min);
    assert!(best.cost <= cheapest);
    let text = written(EXAMPLE, &described, task.market, &best.setting).expect("the example");
    Description::parse(&text).expect("migrations take it");
    let page = report::found_html(&found, task.bad_debt, &[], "again");
    let page = page.strip_prefix("<!DOCTYPE html>\n").expect("a page");
    roxmltree::Document::parse(page).expect("well formed");
    // The same again, to the byte.
    let again = search(&plan, &task, &|_| ()).expect("a search");
    assert_eq!(
        report::found_text(&found, task.bad_debt),
        report::found_text(&again, task.bad_debt)
    );
}

#[test]
fn a_bound_that_nothing_keeps_is_said() {
    let (described, sources) = (example(), rough());
    let plan = plan(&described, &sources, &[1]);
    let task = Task {
        market: 0,
        bad_debt: -1.0,
        candidates: 2,
    };
    let found = search(&plan, &task, &|_| ()).expect("a search");
    assert!(found.recommended.is_none());
    let text = report::found_text(&found, task.bad_debt);
    assert!(text.contains("no setting keeps bad debt under"), "{text}");
}

#[test]
fn a_market_without_prices_is_named() {
    let (described, sources) = (example(), rough());
    let plan = plan(&described, &sources, &[1]);
    let task = Task {
        market: 2,
        bad_debt: 0.01,
        candidates: 1,
    };
    let error = search(&plan, &task, &|_| ()).expect_err("there are two");
    assert_eq!(
        error.to_string(),
        "there are prices of 2 markets, and market 2 is asked for"
    );
}
