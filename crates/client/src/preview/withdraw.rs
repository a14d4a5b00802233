//! How much of a token may leave an account: the most that `withdraw` would let go.

use crate::Mirror;
use whittle::error::{require_that, Outcome, WhittleError};
use whittle::snapshot::counted_ceil;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::governance::PAUSE_WITHDRAWALS;
use whittle::state::{Bank, InsuranceFund, MarginAccount};
use whittle_risk::health;
use whittle_risk::Usd;

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

/// Whether `withdraw` would let so much go: its checks, in its order.
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
    require_that(atoms > 0, WhittleError::ZeroAmount)?;
    require_that(
        account.deficit_usd_atoms == 0,
        WhittleError::AccountInDeficit,
    )?;
    let (value, held) = if bank.index == QUOTE_BANK {
        let value = Usd::from_magnitude(atoms)?;
        let held = Usd(account.cash_usd_atoms).minus(Usd(account.interest_usd_atoms))?;
        require_that(
            value <= mirror.excess(&account, now)?,
            WhittleError::ExceedsExcess,
        )?;
        account.debit(value)?;
        (value, held)
    } else {
        let held = take(&mut account, bank, atoms, now)?;
        let initial = mirror.initial(&account, now)?;
        require_that(
            initial.equity >= initial.requirement,
            WhittleError::ExceedsExcess,
        )?;
        (
            counted_ceil(bank, atoms, now)?,
            counted_ceil(bank, held, now)?,
        )
    };
    if let Some(fund) = fund.filter(|fund| fund.is_drawn(now)) {
        let snapshot = mirror.snapshot(&account, now)?;
        let after = health::assess_initial(&snapshot.account(), thresholds)?;
        let left = after.equity.minus(after.requirement)?;
        let could_leave = left.plus(value)?.least(held);
        account.take_allowance(fund, could_leave, value, now)?;
    }
    for position in account.open_positions() {
        mirror.market(position.market)?.require_calm()?;
    }
    let mut bank = *bank;
    bank.give_out(atoms)
}

/// Takes tokens out and returns how many there were.
fn take(account: &mut MarginAccount, bank: &Bank, atoms: u64, now: i64) -> Outcome<u64> {
    let held = account
        .collaterals
        .iter_mut()
        .find(|held| held.amount_atoms != 0 && held.bank == bank.index)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let before = held.amount_atoms;
    held.amount_atoms = before
        .checked_sub(atoms)
        .ok_or(WhittleError::InsufficientCollateral)?;
    let emptied = held.amount_atoms == 0;
    require_that(
        !emptied || !bank.mark(now).stale || account.opening_orders(now).next().is_none(),
        WhittleError::PriceTooOld,
    )?;
    require_that(
        account.overdraft_due()? == Usd::ZERO,
        WhittleError::CashOverdrawn,
    )?;
    Ok(before)
}
