//! What a drawdown of the insurance fund holds, between two moments.

use whittle::state::{InsuranceFund, MarginAccount};

use crate::flows::same;
use crate::invariant::{Check, Ledger};

/// INV-DRAWN: while the fund is drawn no position grows or turns, and what has left an account in a day
/// is at most the share of what could have left.
pub(crate) fn check(before: &Ledger, after: &Ledger, time: i64) -> Check {
    // A transaction that begins a drawdown may have opened before it.
    let drawn = |ledger: &Ledger| ledger.insurance.filter(|fund| fund.is_drawn(time));
    let (Some(_), Some(fund)) = (drawn(before), drawn(after)) else {
        return Ok(());
    };
    for is in &after.accounts {
        let empty = MarginAccount {
            owner: is.owner,
            sub_id: is.sub_id,
            ..bytemuck::Zeroable::zeroed()
        };
        let was = before.accounts.iter().find(|it| same(it, is));
        let was = was.unwrap_or(&empty);
        opened(was, is)?;
        withdrawn(was, is, &fund)?;
    }
    Ok(())
}

fn opened(was: &MarginAccount, is: &MarginAccount) -> Check {
    for position in is.open_positions() {
        let held = was.position(position.market).map_or(0, |it| it.lots);
        let turned = held.signum() != position.lots.signum();
        if turned || position.lots.unsigned_abs() > held.unsigned_abs() {
            return Err(format!("INV-DRAWN: {held} lots and then {position:?}"));
        }
    }
    Ok(())
}

/// With u what has left and X what could have: u <= s (X + u) for a token that is left, so no more than
/// for what is held of all of them. Cash alone is exact, other tokens have prices that are not read here.
fn withdrawn(was: &MarginAccount, is: &MarginAccount, fund: &InsuranceFund) -> Check {
    let used = |it: &MarginAccount| (it.allowance_began_at, it.allowance_used_usd_atoms);
    let same_tokens = was.collaterals == is.collaterals;
    // Cash that comes from a reserve brings its part of what has left there.
    let came = is.cash_usd_atoms > was.cash_usd_atoms;
    if used(was) == used(is) || !same_tokens || came {
        return Ok(());
    }
    let free = i128::from(is.cash_usd_atoms) - i128::from(is.interest_usd_atoms);
    let left = i128::from(is.allowance_used_usd_atoms);
    let share = i128::from(fund.params.drawdown_withdraw_q32);
    if left << 32 > share * (free.max(0) + left) {
        return Err(format!("INV-DRAWN: {left} left and {free} stay"));
    }
    Ok(())
}
