//! Profit that is owed and paid in parts.

use proptest::prelude::*;
use whittle_risk::claims::{Claim, ClaimBook};
use whittle_risk::Usd;

/// A book with one claim of so much.
fn owing(amount: i64) -> (ClaimBook, Claim) {
    let (mut book, mut claim) = (ClaimBook::EMPTY, Claim::default());
    book.record(&mut claim, Usd(amount)).expect("in range");
    (book, claim)
}

#[test]
fn a_pool_that_lacks_next_to_nothing_pays_next_to_everything() {
    // A million dollars, and a hundred atoms are missing.
    let owed = 1_000_000_000_000;
    let (mut book, mut claim) = owing(owed);
    let paid = book.fund(Usd(owed - 100)).expect("in range");
    assert!(paid.0 <= owed - 100 && paid.0 >= owed - 300, "{paid:?}");
    let collected = book.collect(&mut claim).expect("in range");
    assert!(collected <= paid && collected.0 >= paid.0 - 1);
    assert_eq!(claim.amount.0, owed - collected.0);
}

#[test]
fn at_the_least_factor_only_all_that_is_owed_is_taken() {
    let owed = 1_000_000_000_000;
    let (mut book, mut claim) = owing(owed);
    book.fund(Usd(owed - 1)).expect("in range");
    book.collect(&mut claim).expect("in range");
    let mut other = Claim::default();
    book.record(&mut other, Usd(owed)).expect("in range");
    assert_eq!(book.fund(Usd(owed)), Ok(Usd(0)));
    let all = book.unpaid;
    assert_eq!(book.fund(all), Ok(all));
    for claim in [&mut claim, &mut other] {
        book.collect(claim).expect("in range");
        assert_eq!(claim.amount, Usd(0));
    }
    assert_eq!((book.unpaid, book.pot), (Usd(0), Usd(0)));
}

/// One of: record so much for somebody, fund so much, let somebody collect.
#[derive(Clone, Copy, Debug)]
enum Step {
    Record(usize, i64),
    Fund(i64),
    Collect(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = || (0u32..40).prop_flat_map(|bits| 0..=(1i64 << bits));
    prop_oneof![
        (0usize..3, amount()).prop_map(|(who, amount)| Step::Record(who, amount)),
        amount().prop_map(Step::Fund),
        (0usize..3).prop_map(Step::Collect),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-CLAIMS.
    #[test]
    fn what_is_owed_is_the_sum_of_claims_and_nobody_collects_what_was_not_funded(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut book = ClaimBook::EMPTY;
        let mut claims = [Claim::default(); 3];
        for step in steps {
            match step {
                Step::Record(who, amount) => {
                    // As a market does: what was funded is collected first.
                    book.collect(&mut claims[who]).expect("in range");
                    book.record(&mut claims[who], Usd(amount)).expect("in range");
                }
                Step::Fund(available) => {
                    let before = book.unpaid;
                    let paid = book.fund(Usd(available)).expect("in range");
                    prop_assert!(paid.0 >= 0 && paid.0 <= available && paid <= before);
                    prop_assert_eq!(book.unpaid.0, before.0 - paid.0);
                }
                Step::Collect(who) => {
                    let before = claims[who].amount;
                    let got = book.collect(&mut claims[who]).expect("in range");
                    prop_assert!(got.0 >= 0 && claims[who].amount.0 == before.0 - got.0);
                }
            }
            let owed: i64 = claims.iter().map(|claim| claim.amount.0).sum();
            prop_assert_eq!(owed, book.unpaid.0 + book.pot.0);
            prop_assert!(book.unpaid.0 >= 0 && book.pot.0 >= 0, "{:?}", book);
        }
    }
}
