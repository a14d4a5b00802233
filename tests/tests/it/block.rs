//! What fits a block: the arithmetic of `block::model` against blocks of Agave's bank that are filled
//! with what keepers send. Limits are a hundredth of the chain's; docs/throughput.md has the rest.

use solana_cost_model::block_cost_limits::{MAX_BLOCK_UNITS, MAX_WRITABLE_ACCOUNT_UNITS};
use whittle_tests::block::fill::{Charge, Full};
use whittle_tests::block::fork::Fork;
use whittle_tests::block::keeper::Asks;
use whittle_tests::block::model::{Chain, SOLANA, WITH_0286};
use whittle_tests::block::{Case, Lab, Outcome, Prices, Work};
use whittle_tests::World;

const SMALL: Chain = SOLANA.with_limits(240_000, 600_000);

/// Every liquidation that fitted did liquidate, and there were as many as the model said, which knows
/// the cost of one, but for one.
fn as_predicted(outcome: &Outcome) -> u64 {
    let case = outcome.case;
    let (filled, predicted) = (outcome.filled.transactions, outcome.predicted.count);
    assert!(
        filled.abs_diff(predicted) <= 1,
        "{filled} of {predicted}: {case:?}"
    );
    assert_eq!(
        outcome.filled.full,
        Some(outcome.predicted.full),
        "{case:?}"
    );
    if matches!(case.work, Work::Liquidations | Work::Emergencies) {
        assert_eq!(
            outcome.filled.liquidations, outcome.filled.transactions,
            "{case:?}"
        );
    }
    assert!(outcome.filled.transactions > 1, "{case:?}");
    outcome.filled.transactions
}

#[test]
fn the_limits_of_the_model_are_agaves() {
    assert_eq!(SOLANA.block, MAX_BLOCK_UNITS);
    assert_eq!(SOLANA.account, MAX_WRITABLE_ACCOUNT_UNITS);
    // The virtual machine has every feature on, SIMD-0286 among them.
    let fork = Fork::of(&World::bare());
    let limits = fork.bank().read_cost_tracker().unwrap().get_limits();
    assert_eq!(limits.block_cost, WITH_0286.block);
    assert_eq!(limits.account_cost, WITH_0286.account);
}

#[test]
fn the_model_says_how_many_transactions_a_small_block_takes_but_for_one() {
    let lab = Lab::open(&[70, 70]);
    for work in Work::ALL {
        for prices in [Prices::Ahead, Prices::InFront] {
            for keepers in [1, 8] {
                let case = Case {
                    keepers,
                    prices,
                    ..Case::of(work, 2)
                };
                as_predicted(&lab.play(SMALL, case));
            }
        }
    }
}

#[test]
fn liquidations_in_different_markets_do_not_limit_each_other() {
    let lab = Lab::open(&[40, 40]);
    let fill = |chain, markets| {
        let case = Case {
            prices: Prices::InFront,
            ..Case::of(Work::Liquidations, markets)
        };
        let outcome = lab.play(chain, case);
        (as_predicted(&outcome), outcome.filled.full)
    };
    let (one, full) = fill(SMALL, 1);
    assert_eq!(full, Some(Full::Account));
    assert_eq!(fill(SMALL, 2), (2 * one, Some(Full::Account)));
    // Until the block itself is full.
    let narrow = SMALL.with_limits(SMALL.account, 2 * SMALL.account - 50_000);
    let (both, full) = fill(narrow, 2);
    assert_eq!(full, Some(Full::Block));
    assert!((one..2 * one).contains(&both), "{both} of {one} in each");
}

#[test]
fn a_keeper_with_one_account_is_limited_like_a_market() {
    let lab = Lab::open(&[40, 40]);
    let fill = |markets, keepers| {
        let case = Case {
            keepers,
            prices: Prices::InFront,
            ..Case::of(Work::Liquidations, markets)
        };
        as_predicted(&lab.play(SMALL, case))
    };
    let one_market = fill(1, 8);
    let one_keeper = fill(2, 1);
    // The first of a market caches its price, so two markets cost the keeper one such more.
    assert!(one_market.abs_diff(one_keeper) <= 1, "{one_keeper}");
    assert_eq!(fill(2, 2), 2 * one_market);
}

#[test]
fn what_is_asked_for_in_excess_is_given_back_once_a_transaction_has_run() {
    let lab = Lab::open(&[40]);
    let fill = |asks, charge| {
        let case = Case {
            asks,
            charge,
            ..Case::of(Work::Liquidations, 1)
        };
        as_predicted(&lab.play(SMALL, case))
    };
    let used = fill(Asks::AsTheKeeper, Charge::Used);
    let asked = fill(Asks::AsTheKeeper, Charge::Asked);
    assert!(asked < used, "{asked} of {used}");
    // Only the last has to find room for all that it asks for; 64 MiB want more of it.
    let late = fill(Asks::NoBytes, Charge::Used);
    assert!((used - 2..used).contains(&late), "{late} of {used}");
    // A leader who gave nothing back would have no room for a second.
    let bytes = fill(Asks::NoBytes, Charge::Asked);
    assert!(2 * bytes < asked, "{bytes} of {asked}");
}
