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

/// Those among `history` that were refused on the chain, without a success of a rival to explain them.
///
/// A keeper simulates before it sends, so what the chain refuses was possible a moment earlier: somebody
/// else did it in between. It has one transaction for each thing to do on its way at a time, so one
/// success of the rival explains one refusal and no more. What is left was sent in vain.
pub(super) fn unexplained(history: &[&Done], crowd: &BTreeSet<Pubkey>) -> Vec<String> {
    let mut successes: BTreeMap<About, Vec<Pubkey>> = BTreeMap::new();
    for done in history.iter().filter(|done| !done.failed) {
        let about = about(done, crowd);
        successes.entry(about).or_default().push(done.payer);
    }
    let mut left = Vec::new();
    for done in history.iter().filter(|done| done.failed) {
        let about = about(done, crowd);
        let rivals = successes.entry(about).or_default();
        match rivals.iter().position(|payer| *payer != done.payer) {
            Some(place) => {
                rivals.remove(place);
            }
            None => left.push(format!(
                "{} for {} was sent in vain: {}",
                about.0, about.1, done.signature
            )),
        }
    }
    left
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
            payer,
            calls: vec![call],
            events: Vec::new(),
        }
    }

    #[test]
    fn a_rivals_success_explains_one_refusal_of_the_same_thing() {
        let (one, other) = (Pubkey::new_unique(), Pubkey::new_unique());
        let (account, crowd) = (Pubkey::new_unique(), BTreeSet::new());
        let crowd = &crowd.union(&BTreeSet::from([account])).copied().collect();
        let flag = FlagAccount::DISCRIMINATOR;
        let won = done(one, flag, account, false);
        let lost = done(other, flag, account, true);
        assert_eq!(unexplained(&[&won, &lost], crowd), [""; 0]);

        let again = done(other, flag, account, true);
        assert_eq!(unexplained(&[&won, &lost, &again], crowd).len(), 1);
        let own = done(one, flag, account, true);
        assert_eq!(unexplained(&[&won, &own], crowd).len(), 1);
        let elsewhere = done(other, LiquidatePartial::DISCRIMINATOR, account, true);
        let expected = format!("liquidate_partial for {account} was sent in vain: S");
        assert_eq!(unexplained(&[&won, &elsewhere], crowd), [expected]);
    }
}
