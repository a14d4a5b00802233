//! Profit that is owed and paid in parts.

use proptest::prelude::*;
use whittle_risk::claims::{Claim, ClaimBook, WHOLE};
use whittle_risk::{RiskError, Usd};

/// What can happen to a book.
#[derive(Clone, Debug)]
enum Step {
    /// An account's profit is recorded, after what it had is collected.
    Record(usize, i64),
    /// The pool has so much to pay with.
    Fund(i64),
    Collect(usize),
}

const ACCOUNTS: usize = 4;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = (0u32..50, any::<i64>()).prop_map(|(bits, noise)| noise & ((1 << bits) - 1));
    let step = prop_oneof![
        (0..ACCOUNTS, amount.clone()).prop_map(|(account, amount)| Step::Record(account, amount)),
        amount.prop_map(Step::Fund),
        (0..ACCOUNTS).prop_map(Step::Collect),
    ];
    prop::collection::vec(step, 1..40)
}

fn fresh(book: &ClaimBook) -> Claim {
    Claim {
        amount: Usd(0),
        factor: book.factor,
        epoch: book.epoch,
    }
}

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
fn to_the_least_factor_itself_all_that_there_is_is_paid() {
    // Half of what is left and an atom more would bring the factor just to 2^31, rounded up.
    let unpaid = 1 << 50;
    let mut book = ClaimBook {
        unpaid: Usd(unpaid),
        factor: 1 << 32,
        ..ClaimBook::EMPTY
    };
    let available = Usd(unpaid / 2 + 1);
    assert_eq!(book.fund(available), Ok(available));
    assert_eq!((book.factor, book.unpaid.0), (1 << 31, unpaid / 2 - 1));
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

#[test]
fn a_part_is_shared_pro_rata_and_the_rest_stays_owed() {
    let mut book = ClaimBook::EMPTY;
    let mut claims = [fresh(&book); 2];
    book.record(&mut claims[0], Usd(300)).unwrap();
    book.record(&mut claims[1], Usd(100)).unwrap();
    assert_eq!(book.fund(Usd(100)), Ok(Usd(100)));
    assert_eq!((book.unpaid, book.pot), (Usd(300), Usd(100)));
    assert_eq!((book.factor, book.epoch), (WHOLE / 4 * 3, 0));
    assert_eq!(book.collect(&mut claims[0]), Ok(Usd(75)));
    assert_eq!(claims[0].amount, Usd(225));
    assert_eq!(book.collect(&mut claims[1]), Ok(Usd(25)));
    assert_eq!(book.pot, Usd(0));
    // Nothing was funded since.
    assert_eq!(book.collect(&mut claims[0]), Ok(Usd(0)));
}

#[test]
fn paying_everything_begins_an_epoch_in_which_older_claims_are_due_in_full() {
    let mut book = ClaimBook::EMPTY;
    let mut claim = fresh(&book);
    book.record(&mut claim, Usd(7)).unwrap();
    assert_eq!(book.fund(Usd(9)), Ok(Usd(7)));
    assert_eq!((book.epoch, book.factor), (1, WHOLE));
    // Somebody else's claim of the new epoch changes nothing for the old one.
    let mut later = fresh(&book);
    book.record(&mut later, Usd(5)).unwrap();
    assert_eq!(book.collect(&mut later), Ok(Usd(0)));
    assert_eq!(book.collect(&mut claim), Ok(Usd(7)));
    assert_eq!((book.pot, book.unpaid), (Usd(0), Usd(5)));
    assert_eq!((claim.epoch, claim.amount), (1, Usd(0)));
}

#[test]
fn exactly_what_is_owed_is_payment_in_full() {
    let mut book = ClaimBook::EMPTY;
    let mut claim = fresh(&book);
    book.record(&mut claim, Usd(7)).unwrap();
    assert_eq!(book.fund(Usd(7)), Ok(Usd(7)));
    assert_eq!((book.epoch, book.unpaid, book.pot), (1, Usd(0), Usd(7)));
}

#[test]
fn nothing_is_taken_when_nothing_is_owed_or_there() {
    let mut book = ClaimBook::EMPTY;
    assert_eq!(book.fund(Usd(9)), Ok(Usd(0)));
    let mut claim = fresh(&book);
    book.record(&mut claim, Usd(7)).unwrap();
    assert_eq!(book.fund(Usd(0)), Ok(Usd(0)));
    assert_eq!(book.fund(Usd(-3)), Ok(Usd(0)));
    assert_eq!((book.epoch, book.unpaid, book.pot), (0, Usd(7), Usd(0)));
}

#[test]
fn a_factor_with_too_few_digits_left_takes_payment_in_full_only() {
    let owed = 1i64 << 40;
    let mut book = ClaimBook::EMPTY;
    let mut claim = fresh(&book);
    book.record(&mut claim, Usd(owed)).unwrap();
    // What would remain is a 2^-32 part: just enough digits.
    assert_eq!(book.fund(Usd(owed - 256)), Ok(Usd(owed - 256)));
    assert_eq!(book.factor, 1 << 31);
    assert_eq!(book.fund(Usd(1)), Ok(Usd(0)));
    assert_eq!((book.unpaid, book.factor), (Usd(256), 1 << 31));
    assert_eq!(book.fund(Usd(256)), Ok(Usd(256)));
    assert_eq!(book.collect(&mut claim), Ok(Usd(owed)));
    assert_eq!((book.pot, book.epoch), (Usd(0), 1));
}

#[test]
fn more_than_an_amount_holds_is_refused() {
    let mut book = ClaimBook::EMPTY;
    let mut claim = fresh(&book);
    book.record(&mut claim, Usd::MAX).unwrap();
    let error = book.record(&mut claim, Usd(1));
    assert_eq!(error, Err(RiskError::Overflow("a USD amount")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// INV-CLAIMS. What is recorded is owed, funded or collected, to the atom, and the pot is never
    /// overdrawn, in whatever order accounts come.
    #[test]
    fn every_atom_of_a_claim_is_owed_funded_or_collected(steps in steps()) {
        let mut book = ClaimBook::EMPTY;
        let mut claims = [fresh(&book); ACCOUNTS];
        let (mut recorded, mut funded, mut collected) = (0i64, 0i64, 0i64);
        for step in steps {
            match step {
                Step::Record(account, amount) => {
                    collected += book.collect(&mut claims[account]).expect("in range").0;
                    book.record(&mut claims[account], Usd(amount)).expect("in range");
                    recorded += amount;
                }
                Step::Fund(available) => {
                    let owed = book.unpaid;
                    let paid = book.fund(Usd(available)).expect("in range");
                    prop_assert!(paid.0 >= 0 && paid <= owed && paid.0 <= available.max(0));
                    funded += paid.0;
                }
                Step::Collect(account) => {
                    let before = claims[account].amount;
                    let due = book.collect(&mut claims[account]).expect("in range");
                    prop_assert!(due.0 >= 0 && due <= before);
                    collected += due.0;
                    prop_assert_eq!(book.collect(&mut claims[account]), Ok(Usd(0)));
                }
            }
            let claimed: i64 = claims.iter().map(|claim| claim.amount.0).sum();
            prop_assert_eq!(claimed, book.unpaid.0 + book.pot.0);
            prop_assert_eq!(book.unpaid.0, recorded - funded);
            prop_assert_eq!(book.pot.0, funded - collected);
            prop_assert!(book.pot.0 >= 0, "the pot is overdrawn");
        }
        // Once the pool has enough, everybody gets all of it.
        book.fund(Usd::MAX).expect("in range");
        for claim in &mut claims {
            book.collect(claim).expect("in range");
            prop_assert_eq!(claim.amount, Usd(0));
        }
        prop_assert_eq!((book.pot, book.unpaid), (Usd(0), Usd(0)));
    }

    /// What two claims of the same time have been paid is in proportion, but for an atom each.
    #[test]
    fn a_settlement_prefers_nobody(
        amounts in [1i64..1 << 40, 1i64..1 << 40],
        shares in prop::collection::vec(0u64..1 << 32, 1..6),
    ) {
        let mut book = ClaimBook::EMPTY;
        let mut claims = [fresh(&book); 2];
        for (claim, amount) in claims.iter_mut().zip(amounts) {
            book.record(claim, Usd(amount)).expect("in range");
        }
        for share in shares {
            let part = (i128::from(book.unpaid.0) * i128::from(share)) >> 32;
            book.fund(Usd(i64::try_from(part).expect("a part"))).expect("in range");
        }
        for (claim, amount) in claims.iter_mut().zip(amounts) {
            let whole: i64 = amounts.iter().sum();
            let fair = i128::from(amount) * i128::from(book.unpaid.0);
            book.collect(claim).expect("in range");
            // The factor keeps 31 digits at least, of each of which a claim may lose one.
            let off = i128::from(claim.amount.0) * i128::from(whole) - fair;
            let most = i128::from(whole) * (2 + (i128::from(amount) >> 28));
            prop_assert!((0..=most).contains(&off), "off by {off}, {most} allowed");
        }
    }
}
