//! Comparisons.

use crate::{example, plan, rough};
use whittle_sim::compare::{Comparison, PolicyRuns};
use whittle_sim::impact::Impact;
use whittle_sim::report;
use whittle_sim::runner::{Contender, Plan};
use whittle_sim::source::Sources;

fn compared(plan: &Plan, threads: usize) -> Comparison {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.expect("threads");
    pool.install(|| plan.run(&Contender::all(), &|_| ()))
        .expect("a comparison")
}

fn policy<'a>(comparison: &'a Comparison, name: &str) -> &'a PolicyRuns {
    let found = comparison.policies.iter().find(|it| it.name == name);
    found.unwrap_or_else(|| panic!("no policy is called {name}"))
}

/// Every run ends with a count of all cash, to the atom: that it ends is the proof.
#[test]
fn the_same_seeds_give_the_same_bytes_on_one_thread_and_on_two() {
    let (described, sources) = (example(), rough());
    let plan = plan(&described, &sources, &[1, 2]);
    let (one, two) = (compared(&plan, 1), compared(&plan, 2));
    assert_eq!(report::json(&one), report::json(&two));
    assert_eq!(report::html(&one, "again"), report::html(&two, "again"));
}

#[test]
fn policies_meet_the_same_traders_and_do_what_their_venues_do() {
    let (described, sources) = (example(), rough());
    let plan = plan(&described, &sources, &[3]);
    let all = compared(&plan, 2);
    let names: Vec<&str> = all.policies.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), 9, "{names:?}");
    let ours = &policy(&all, "just enough").runs[0].measures;
    assert!(ours.liquidations > 100, "{ours:?}");
    for it in &all.policies {
        let measures = &it.runs[0].measures;
        // Who comes does not depend on the policy, but for entries that the state of markets refuses.
        assert_eq!(
            measures.lives + measures.refused,
            ours.lives + ours.refused,
            "{}",
            it.name
        );
        assert!(measures.liquidated > 0, "{}", it.name);
        // A fifth of the margin is in a token that loses its peg.
        assert!(measures.converted > 0, "{}", it.name);
        let parts = measures.cost_keeper + measures.cost_insurance + measures.cost_pool;
        assert_eq!(measures.cost, parts + measures.seized, "{}", it.name);
        let borne = measures.borne_insurance + measures.borne_pool + measures.borne_winners;
        assert_eq!(
            measures.bad_debt,
            borne + measures.borne_nobody,
            "{}",
            it.name
        );
        assert_eq!(
            measures.liquidated,
            measures.survived + measures.closed_out,
            "{}",
            it.name
        );
    }
    let full = &policy(&all, "full close").runs[0].measures;
    assert_eq!((full.repeated, full.survived), (0, 0));
    assert!(full.notional > ours.notional);
    let plans = &policy(&all, "just enough + plans").runs[0].measures;
    assert!(plans.plans > 0);
    assert_eq!(ours.plans, 0);
    let window = &policy(&all, "window").runs[0].measures;
    assert!(window.seized > 0);
}

#[test]
fn impact_that_feeds_back_moves_the_price_that_accounts_are_judged_by() {
    let (described, sources) = (example(), rough());
    let mut plan = plan(&described, &sources, &[4]);
    plan.terms.impact = Impact::Linear {
        depth_usd: 200_000.0,
    };
    let without = compared(&plan, 2);
    plan.terms.feedback = 1.0;
    let with = compared(&plan, 2);
    let notional = |all: &Comparison| policy(all, "full close").runs[0].measures.notional;
    assert_ne!(notional(&without), notional(&with));
    assert!(policy(&with, "full close").runs[0].measures.impact > 0);
}

#[test]
fn a_pool_that_owes_winners_more_than_its_bound_reduces_them() {
    let described = example();
    let mut sources = Sources::default();
    // Everything jumps by four fifths: longs win, and the pool is small.
    for asset in ["BTC=gbm:days=4,price=16000", "ETH=gbm:days=4,price=700"] {
        let text = format!("{asset},sigma=40%+gap:day=2,minutes=2,jump=80%");
        sources.add(&text).expect("prices");
    }
    sources.add("USDT=stable:days=4").expect("prices");
    let mut plan = plan(&described, &sources, &[5]);
    plan.terms.traders.longs = 1.0;
    plan.terms.traders.accounts = 400;
    plan.terms.pool = 400_000.0;
    let all = compared(&plan, 2);
    let ours = &policy(&all, "just enough").runs[0].measures;
    assert!(ours.deleveraged > 0, "{ours:?}");
}
