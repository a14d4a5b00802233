//! Issuers of collateral: what all tokens of one may be worth together.

use super::exchange::ISSUER_GROUPS;
use super::{Bank, Exchange};
use crate::error::{require_that, Outcome, WhittleError};
use whittle_risk::{Price, Usd};

/// Bounds in code of the caps of all groups: not negative, and none for group 0.
pub fn validate_caps(caps_usd_atoms: &[i64; ISSUER_GROUPS]) -> Outcome<()> {
    let ok = caps_usd_atoms.iter().all(|cap| *cap >= 0) && caps_usd_atoms.first() == Some(&0);
    require_that(ok, WhittleError::BadExchangeParams)
}

impl Exchange {
    /// Counts a bank among those of its issuer. A group knows its banks by a bit each, so there are
    /// at most 64 banks.
    pub fn join_group(&mut self, group: u16, bank: u16) -> Outcome<()> {
        let group = self
            .groups
            .get_mut(usize::from(group))
            .ok_or(WhittleError::BadBankParams)?;
        let bit = 1u64
            .checked_shl(bank.into())
            .ok_or(WhittleError::BadBankParams)?;
        group.banks |= bit;
        Ok(())
    }

    /// The cap of `bank`'s issuer and the other banks under it, by their numbers; `None` when there
    /// is no cap.
    pub fn capped_group(&self, bank: &Bank) -> Option<(Usd, impl Iterator<Item = u16>)> {
        let group = self.groups.get(usize::from(bank.issuer_group))?;
        if group.cap_usd_atoms == 0 || bank.issuer_group == 0 {
            return None;
        }
        let (banks, own) = (group.banks, bank.index);
        let others = (0u16..64).filter(move |index| *index != own && banks >> index & 1 == 1);
        Some((Usd(group.cap_usd_atoms), others))
    }
}

impl Bank {
    /// What all deposits are worth at the cached price, however old, and at most at the peg.
    /// Rounded up, against who deposits.
    ///
    /// Errors: [`WhittleError::NoPrice`] before the first price.
    pub fn deposits_value_ceil(&self) -> Outcome<Usd> {
        require_that(self.price.price_q32 != 0, WhittleError::NoPrice)?;
        let most = self.peg().unwrap_or(Price(u64::MAX));
        let price = Price(self.price.price_q32).min(most);
        Ok(price.notional_ceil(self.deposits_atoms)?)
    }
}
