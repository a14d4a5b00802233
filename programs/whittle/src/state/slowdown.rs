//! What may leave an account while the insurance fund is drawn: a share of its excess collateral a day.
//!
//! For each account and not for all together, so that nobody can use up what another may take; in
//! proportion to what the account has, so that several accounts take out no more than one would.

use super::insurance_fund::{InsuranceFund, WINDOW_SECS};
use super::MarginAccount;
use crate::error::{Outcome, WhittleError};
use anchor_lang::prelude::*;
use whittle_risk::{Ratio, Usd};

impl MarginAccount {
    /// Counts `value` against the account's allowance while `fund` is drawn. The first withdrawal of
    /// a day fixes the allowance: the fund's share of `excess`, which is what the account had over its
    /// initial requirement before, rounded down. A day is 24 hours from that withdrawal.
    ///
    /// Errors: [`WhittleError::WithdrawalsSlowed`] when less is left than `value`.
    pub fn take_allowance(
        &mut self,
        fund: &InsuranceFund,
        excess: Usd,
        value: Usd,
        now: i64,
    ) -> Outcome<()> {
        if !fund.is_drawn(now) {
            return Ok(());
        }
        if now.saturating_sub(self.allowance_began_at) >= WINDOW_SECS {
            let share = Ratio(fund.params.drawdown_withdraw_q32);
            self.allowance_began_at = now;
            self.allowance_usd_atoms = share.of_floor(excess.most(Usd::ZERO).magnitude())?.0;
        }
        if value.0 > self.allowance_usd_atoms {
            let renewed_at = self.allowance_began_at.saturating_add(WINDOW_SECS);
            msg!(
                "{} USD atoms may be withdrawn, more at {}",
                self.allowance_usd_atoms,
                fund.drawn_until.min(renewed_at)
            );
            return Err(WhittleError::WithdrawalsSlowed);
        }
        self.allowance_usd_atoms = Usd(self.allowance_usd_atoms).minus(value)?.0;
        Ok(())
    }
}
