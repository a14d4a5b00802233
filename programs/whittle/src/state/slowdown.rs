//! What may leave an account while the insurance fund is drawn: a share of what it could withdraw of
//! that token, in a day.
//!
//! For each account and not for all together, so that nobody can use up what another may take; in
//! proportion to what the account has, so that several accounts take out no more than one would. By
//! token, so that one that is paid in does not let another out.
//!
//! With X what could leave of the token by now, u what has left of all tokens in the day, v what is to
//! leave and s the share:
//!
//!   u + v <= s (X + u)
//!
//! Whoever pays in d of the same token may take out s d more of it, so less than he paid in. What left
//! of another token only makes it tighter: u (1 - s) + v <= s X.
//!
//! Cash that moves from a reserve to another account of its owner takes its part of u along. With R what
//! could leave of the reserve's cash and A of it moving, that part is d = u A / R:
//!
//!   the reserve may then take out   s (R - A + u - d) - (u - d) = (1 - A / R) (s (R + u) - u)
//!   and the account so much more     s (A + d) - d              =      (A / R) (s (R + u) - u)
//!
//! Result: together what the reserve could take out before, less where the account needs what came.

use super::insurance_fund::{InsuranceFund, WINDOW_SECS};
use super::MarginAccount;
use crate::error::{Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::num::share_of_sum;
use whittle_risk::{Ratio, Usd};

impl MarginAccount {
    /// Whether what has left counts no more.
    fn has_allowance_anew(&self, now: i64) -> bool {
        now.saturating_sub(self.allowance_began_at) >= WINDOW_SECS
    }

    fn has_cash_alone(&self) -> bool {
        self.used_collaterals().next().is_none() && self.used_positions().next().is_none()
    }

    /// Takes over what goes with `amount` out of the `spare` cash of `reserve`; a fraction of an atom
    /// counts whole. Both then count until the later of their days is over. A reserve that has more than
    /// cash keeps all of its own besides: what left may have been of its tokens, which stay.
    pub fn inherit_allowance(
        &mut self,
        reserve: &mut Self,
        amount: Usd,
        spare: Usd,
        now: i64,
    ) -> Outcome<()> {
        let used = Usd(reserve.allowance_used_usd_atoms);
        if used == Usd::ZERO || reserve.has_allowance_anew(now) {
            return Ok(());
        }
        let left = spare.minus(amount)?.most(Usd::ZERO);
        let stays = Usd(share_of_sum(used.0, left.magnitude(), spare.magnitude())?);
        if self.has_allowance_anew(now) {
            self.allowance_used_usd_atoms = 0;
        }
        let own = Usd(self.allowance_used_usd_atoms);
        self.allowance_used_usd_atoms = own.plus(used.minus(stays)?)?.0;
        self.allowance_began_at = self.allowance_began_at.max(reserve.allowance_began_at);
        if reserve.has_cash_alone() {
            reserve.allowance_used_usd_atoms = stays.0;
        }
        Ok(())
    }

    /// Counts `value` against the account's allowance while `fund` is drawn. `could_leave` is what could
    /// have left of the token before; the share of it is rounded down. A day is 24 hours from the first
    /// withdrawal that counts.
    ///
    /// Errors: [`WhittleError::WithdrawalsSlowed`] when less is left than `value`.
    pub fn take_allowance(
        &mut self,
        fund: &InsuranceFund,
        could_leave: Usd,
        value: Usd,
        now: i64,
    ) -> Outcome<()> {
        if !fund.is_drawn(now) {
            return Ok(());
        }
        if self.has_allowance_anew(now) {
            self.allowance_began_at = now;
            self.allowance_used_usd_atoms = 0;
        }
        let share = Ratio(fund.params.drawdown_withdraw_q32);
        let used = Usd(self.allowance_used_usd_atoms);
        let whole = could_leave.most(Usd::ZERO).plus(used)?;
        let left = share.of_floor(whole.magnitude())?.minus(used)?;
        if value > left {
            let renewed_at = self.allowance_began_at.saturating_add(WINDOW_SECS);
            msg!(
                "{} USD atoms of it may be withdrawn, more at {}",
                left.0.max(0),
                fund.drawn_until.min(renewed_at)
            );
            return Err(WhittleError::WithdrawalsSlowed);
        }
        self.allowance_used_usd_atoms = used.plus(value)?.0;
        Ok(())
    }
}
