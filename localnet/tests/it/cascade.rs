//! Many accounts at once, and two keepers.

use whittle_localnet::cascade::{run, Cascade};

use crate::options;

/// `cargo xtask bench cascade` plays it with 500, which takes minutes: the validator copies all that it
/// has recorded for each instruction (docs/keeper.md).
const ACCOUNTS: usize = 200;

#[test]
fn two_keepers_leave_nobody_under_maintenance_and_liquidate_nobody_without_need() {
    let cascade = Cascade {
        options: options(),
        accounts: ACCOUNTS,
        seed: 1,
    };
    let outcome = run(cascade, |_| {}).unwrap();
    assert_eq!(outcome.problems, [""; 0], "{outcome}");

    // It was a cascade: most accounts were reached, by both keepers, in every way that matters.
    assert_eq!(outcome.accounts, ACCOUNTS);
    assert!(2 * outcome.under > ACCOUNTS, "{outcome}");
    let won = outcome.keepers.each_ref().map(|it| it.liquidations);
    assert!(won.iter().all(|won| *won > 0), "{outcome}");
    assert!(outcome.kinds.contains_key("exact"), "{outcome}");
    assert!(outcome.losses.count > 0, "{outcome}");
    let bonus: i64 = outcome.keepers.iter().map(|it| it.bonus).sum();
    assert!(bonus > 0, "{outcome}");
}
