//! Whether an account was in margin call before a trade is what its health said before it.

use proptest::prelude::*;
use whittle_risk::health::{assess, call_level, was_called, Account, Before, Doubt};
use whittle_risk::{Lots, Usd};

use crate::generators::{liquidatable, Case};

/// Cash with which E = C, before anything was traded.
fn at_the_call_level(case: &Case) -> i64 {
    let inputs = case.inputs();
    let equity = assess(&inputs.account, Doubt::Plain)
        .expect("a health")
        .equity;
    let call = call_level(&inputs.account, &case.policy.thresholds).expect("a level");
    case.cash + call.0 - equity.0
}

proptest! {
    #[test]
    fn whoever_stood_at_his_call_level_was_not_called_and_an_atom_under_it_he_was(
        case in liquidatable(1..=3, 40, false),
        place in 0usize..3,
        was_held in any::<bool>(),
        (lots, entry) in (1i64..1 << 40, -(1i64 << 40)..1 << 40),
        (spent, claimed, fading) in (0i64..1 << 40, 0i64..1 << 30, 0i64..1 << 30),
    ) {
        let mut before = case;
        let leg = place % before.legs.len();
        let traded = before.legs[leg];
        if !was_held {
            before.legs.remove(leg);
        }
        before.cash = {
            let inputs = before.inputs();
            let account = Account { fading: Usd(fading), ..inputs.account };
            let missing = call_level(&account, &before.policy.thresholds).unwrap().0
                - call_level(&inputs.account, &before.policy.thresholds).unwrap().0;
            at_the_call_level(&before) + missing
        };
        // The trade changed or added the leg, its cost left the cash and its profit is a claim.
        let mut after = before.clone();
        let mut now = traded;
        (now.lots, now.entry, now.funding_owed) = (Lots(lots), Usd(entry), Usd(0));
        if was_held {
            after.legs[leg] = now;
        } else {
            after.legs.insert(leg, now);
        }
        after.cash -= spent;
        after.claims += claimed;
        let inputs = after.inputs();
        let account = Account { fading: Usd(fading), ..inputs.account };
        for (under, expected) in [(0, false), (1, true)] {
            let then = Before {
                leg,
                held: was_held.then_some(&traded),
                cash: Usd(before.cash - under),
                claims: Usd(before.claims),
            };
            let called = was_called(&account, &then, &after.policy.thresholds);
            prop_assert_eq!(called, Ok(expected));
        }
    }
}
