//! How much of a token may leave an account: the most that `withdraw` would let go.

use crate::Mirror;
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::withdraw::{slow_down, take, validate};
use whittle::state::bank::QUOTE_BANK;
use whittle::state::governance::PAUSE_WITHDRAWALS;
use whittle::state::{Bank, InsuranceFund, MarginAccount};

/// The most token atoms that may leave, and why not all that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// Token atoms.
    pub atoms: u64,
    /// What withdrawing everything would be refused with.
    pub why: Option<WhittleError>,
}

/// Asks how much of `bank`'s token may leave at `now`. Without a fund, withdrawals are not slowed.
pub fn most(
    mirror: &Mirror,
    fund: Option<&InsuranceFund>,
    account: &MarginAccount,
    bank: &Bank,
    now: i64,
) -> Most {
    let held = if bank.index == QUOTE_BANK {
        u64::try_from(account.cash_usd_atoms).unwrap_or(0)
    } else {
        let held = account.used_collaterals().find(|it| it.bank == bank.index);
        held.map_or(0, |it| it.amount_atoms)
    };
    let refused = |atoms| may_leave(mirror, fund, account, bank, atoms, now).err();
    let why = refused(held.max(1));
    if why.is_none() {
        return Most { atoms: held, why };
    }
    // What leaves lowers what stays, so everything up to some amount may leave and nothing over it.
    let (mut yes, mut no) = (0, held);
    while no.saturating_sub(yes) > 1 {
        let middle = yes.midpoint(no);
        if refused(middle).is_none() {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Most { atoms: yes, why }
}

/// Whether `withdraw` would let so much go.
///
/// Errors: those of `withdraw`.
pub fn may_leave(
    mirror: &Mirror,
    fund: Option<&InsuranceFund>,
    account: &MarginAccount,
    bank: &Bank,
    atoms: u64,
    now: i64,
) -> Outcome<()> {
    let rules = mirror.exchange().ok_or(WhittleError::WrongAccount)?;
    let policy = rules.policy();
    let thresholds = &policy.thresholds;
    rules.require_running(PAUSE_WITHDRAWALS, now)?;
    let mut account = *account;
    account.count_interest(rules, now)?;
    validate(&account, atoms)?;
    let read = |account: &MarginAccount, _| mirror.snapshot(account, now);
    let taken = take(&mut account, bank, atoms, thresholds, now, read)?;
    if let Some(fund) = fund {
        slow_down(&mut account, fund, &taken, thresholds, now)?;
    }
    for position in account.open_positions() {
        mirror.market(position.market)?.require_calm()?;
    }
    let mut bank = *bank;
    bank.give_out(atoms)
}
