//! The first of two sightings: an account under maintenance is flagged and its bonus clock starts.

use super::{mapped, remaining};
use crate::error::WhittleError;
use crate::event::AccountFlagged;
use crate::profile::part;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::{liquidation, Usd};

/// Anyone may flag. Banks and markets of the account follow (see [`remaining::snapshot`]).
#[derive(Accounts)]
pub struct FlagAccount<'info> {
    /// The rules.
    /// CHECK: [`mapped::load`] checks owner and type, here and below.
    pub exchange: UncheckedAccount<'info>,
    /// The account.
    /// CHECK: as `exchange`.
    #[account(mut)]
    pub account: UncheckedAccount<'info>,
}

pub(crate) fn handle<'info>(ctx: Context<'info, FlagAccount<'info>>) -> Result<()> {
    part("rules and account");
    let now = Clock::get()?.unix_timestamp;
    let accounts: &FlagAccount = ctx.accounts;
    let exchange = mapped::load::<Exchange>(&accounts.exchange, "exchange")?;
    let policy = exchange.policy();
    let mut account = mapped::load_mut::<MarginAccount>(&accounts.account, "account")?;
    account.count_interest(&exchange, now)?;
    part("snapshot");
    let (snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    part("decision");
    let inputs = snapshot.inputs(&account, &policy, now, Usd::ZERO);
    let episode = liquidation::flag(&inputs).map_err(WhittleError::from)?;
    part("event");
    account.set_episode(episode);
    emit!(AccountFlagged {
        account: *accounts.account.key,
        flagged_at: episode.flagged_at,
        publish_time: episode.publish_time,
        ratio_q32: episode.lowest_ratio.0,
    });
    part("the way out");
    Ok(())
}
