//! The whole machinery at once; `whittle_tests::crash` says what is played, and the harness checks
//! every invariant after each of its transactions.

use whittle_tests::crash;

#[test]
fn after_a_gap_a_crash_and_a_lost_peg_nobody_is_liquidatable_and_losses_are_borne_to_the_atom() {
    let report = crash::play();
    println!("{report}");
    assert_eq!(report.accounts, 200);
    assert_eq!(report.liquidatable, 0);
    assert_eq!(report.deficits, 0);
    let borne = report.from_insurance + report.from_pool + report.from_winners + report.left;
    assert_eq!(report.loss, borne);
    assert_eq!(report.left, 0);
    // The scenario is as hard as it means to be: everything in it happened.
    assert!(report.from_insurance > 0 && report.from_pool > 0 && report.from_winners > 0);
    assert!(report.bankruptcies > 0 && report.conversions.0 > 0);
    assert!(report.whole > 0 && report.reduced > 0 && report.closed > 0);
    assert!(report.rounds.iter().any(|round| round.throttled > 0));
    assert!(report.rounds.iter().any(|round| round.protected > 0));
}
