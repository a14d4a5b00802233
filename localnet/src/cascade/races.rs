//! Races between keepers: what landed and was refused, and whether another keeper was the reason.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::Pubkey;

use crate::history::Done;

/// The last instruction and the account that it is about; the prices before it serve any action.
type About = (&'static str, Pubkey);

/// What a transaction is about; no account for what concerns markets.
pub(super) fn about(done: &Done, crowd: &BTreeSet<Pubkey>) -> About {
    let Some(last) = done.calls.last() else {
        return ("nothing", Pubkey::default());
    };
    let mut accounts = last.accounts.iter();
    let account = accounts.find(|it| crowd.contains(it));
    (last.name(), account.copied().unwrap_or_default())
}

/// Refusals on the chain by what explains them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusals {
    /// The other keeper did the same: a race lost.
    pub lost: usize,
    /// The account was changed by something else meanwhile, or prices fell.
    pub overtaken: usize,
    /// Nothing explains these: they were sent in vain.
    pub vain: Vec<String>,
}

/// What may explain a refusal, once.
struct Change {
    slot: u64,
    about: About,
    payer: Pubkey,
    used: bool,
}

/// Why the chain refused what it refused. `history` is in order, and prices fell in the slots `steps`.
///
/// A keeper simulates before it sends, so what is refused was possible a moment earlier: something has
/// happened to the account in between. It has one transaction for each thing to do on its way at a time,
/// so what the other did explains one refusal and no more, and a step of the prices explains one for
/// each keeper and account.
pub(super) fn refusals(history: &[&Done], steps: &[u64], crowd: &BTreeSet<Pubkey>) -> Refusals {
    let mut changes: BTreeMap<Pubkey, Vec<Change>> = BTreeMap::new();
    let mut stepped: BTreeSet<(Pubkey, Pubkey, u64)> = BTreeSet::new();
    for done in history.iter().filter(|done| !done.failed) {
        let about = about(done, crowd);
        let of = changes.entry(about.1).or_default();
        of.push(Change {
            slot: done.slot,
            about,
            payer: done.payer,
            used: false,
        });
    }
    let mut refusals = Refusals::default();
    let failed: Vec<(&Done, About)> = history
        .iter()
        .filter(|done| done.failed)
        .map(|done| (*done, about(done, crowd)))
        .collect();
    // Lost races first, so that nothing else uses up what explains them.
    let mut left = Vec::new();
    for (done, about) in failed {
        let of = changes.entry(about.1).or_default();
        let same = of.iter_mut().find(|it| {
            !it.used && it.slot <= done.slot && it.about == about && it.payer != done.payer
        });
        match same {
            Some(change) => {
                change.used = true;
                refusals.lost += 1;
            }
            None => left.push((done, about)),
        }
    }
    for (done, about) in left {
        let of = changes.entry(about.1).or_default();
        let other = of
            .iter_mut()
            .rev()
            .find(|it| !it.used && it.slot <= done.slot && it.about.0 != about.0);
        let step = steps
            .iter()
            .rev()
            .find(|slot| **slot <= done.slot && !stepped.contains(&(done.payer, about.1, **slot)));
        if let Some(change) = other {
            change.used = true;
            refusals.overtaken += 1;
        } else if let Some(slot) = step {
            stepped.insert((done.payer, about.1, *slot));
            refusals.overtaken += 1;
        } else {
            refusals.vain.push(format!(
                "{} for {} was sent in vain, error {:?}: {}",
                about.0, about.1, done.error, done.signature
            ));
        }
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::Discriminator;
    use whittle::instruction::{FlagAccount, LiquidatePartial};

    use crate::history::Call;

    fn done(payer: Pubkey, start: &[u8], account: Pubkey, failed: bool) -> Done {
        let call = Call {
            accounts: vec![Pubkey::new_unique(), account],
            data: start.to_vec(),
        };
        Done {
            signature: "S".to_owned(),
            slot: 1,
            units: 0,
            fee: 0,
            failed,
            error: None,
            payer,
            calls: vec![call],
            events: Vec::new(),
        }
    }

    /// An account that is flagged and liquidated by two keepers.
    struct Scene {
        one: Pubkey,
        other: Pubkey,
        account: Pubkey,
        crowd: BTreeSet<Pubkey>,
    }

    fn scene() -> Scene {
        let [one, other, account] = [(); 3].map(|()| Pubkey::new_unique());
        let crowd = BTreeSet::from([account]);
        Scene {
            one,
            other,
            account,
            crowd,
        }
    }

    #[test]
    fn a_rivals_success_explains_one_refusal_of_the_same_thing() {
        let it = scene();
        let flag = |payer, failed| done(payer, FlagAccount::DISCRIMINATOR, it.account, failed);
        let (won, lost) = (flag(it.one, false), flag(it.other, true));
        let found = refusals(&[&won, &lost], &[], &it.crowd);
        assert_eq!((found.lost, found.overtaken, found.vain.len()), (1, 0, 0));

        let found = refusals(&[&won, &lost, &lost], &[], &it.crowd);
        assert_eq!((found.lost, found.overtaken, found.vain.len()), (1, 0, 1));
        let own = flag(it.one, true);
        let found = refusals(&[&won, &own], &[], &it.crowd);
        let vain = format!(
            "flag_account for {} was sent in vain, error None: S",
            it.account
        );
        assert_eq!((found.lost, found.vain), (0, vec![vain]));
    }

    #[test]
    fn another_change_or_a_step_of_the_prices_explains_one_refusal() {
        let it = scene();
        let flag = done(it.one, FlagAccount::DISCRIMINATOR, it.account, false);
        let close = done(it.other, LiquidatePartial::DISCRIMINATOR, it.account, true);
        for (history, steps) in [(vec![&flag, &close], vec![]), (vec![&close], vec![1])] {
            let found = refusals(&history, &steps, &it.crowd);
            assert_eq!((found.lost, found.overtaken, found.vain.len()), (0, 1, 0));
        }
        let (twice, later) = ([&close, &close], [2]);
        let found = refusals(&twice, &[1], &it.crowd);
        assert_eq!((found.overtaken, found.vain.len()), (1, 1));
        assert_eq!(refusals(&twice, &later, &it.crowd).vain.len(), 2);
    }
}
