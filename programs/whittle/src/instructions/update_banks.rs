//! Caches the prices of collateral tokens.

use super::mapped;
use crate::error::{require_that, WhittleError};
use crate::event::{BankUpdated, PegBroken, PegRegained};
use crate::oracle;
use crate::state::depeg::PegStep;
use crate::state::{Bank, Exchange};
use anchor_lang::prelude::*;

/// The exchange; then, for each bank, the bank (writable) and its oracle account.
#[derive(Accounts)]
pub struct UpdateBanks<'info> {
    /// Names the oracle programs that are accepted.
    /// CHECK: [`mapped::load`] checks owner and type.
    pub exchange: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, UpdateBanks<'info>>) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    let accounts: &UpdateBanks = ctx.accounts;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let pairs = ctx.remaining_accounts.chunks_exact(2);
    require_that(
        pairs.remainder().is_empty() && pairs.len() > 0,
        WhittleError::BankMissing,
    )?;
    for pair in pairs {
        let [info, oracle] = pair else {
            continue; // chunks_exact gives pairs only.
        };
        let mut bank = mapped::map_mut::<Bank>(info)?;
        require_that(info.is_writable, WhittleError::BankNotWritable)?;
        let reading = oracle::read(oracle, &bank.oracle, &exchange)?;
        let Some(step) = bank.cache(&reading, now)? else {
            continue;
        };
        if step != PegStep::None {
            tell(&bank, step);
        }
        let price = bank.price;
        BankUpdated {
            bank: bank.index,
            price_q32: price.price_q32,
            confidence_q32: price.confidence_q32,
            publish_time: price.publish_time,
        }
        .log();
    }
    Ok(())
}

#[cold]
fn tell(bank: &Bank, step: PegStep) {
    let price = &bank.price;
    match step {
        PegStep::None => {}
        PegStep::Broken => emit!(PegBroken {
            bank: bank.index,
            since: bank.depeg.since,
            price_q32: price.price_q32,
        }),
        PegStep::Regained => emit!(PegRegained {
            bank: bank.index,
            at: price.publish_time,
        }),
    }
}
