//! Creates the exchange.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::ExchangeInitialized;
use crate::seeds;
use crate::state::exchange::{ExchangeParams, ISSUER_GROUPS, ORACLE_PROGRAMS};
use crate::state::issuer;
use crate::state::Exchange;
use anchor_lang::prelude::*;

/// The exchange's rules and its trusted programs.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct InitializeExchangeArgs {
    /// Rules for every account and market.
    pub params: ExchangeParams,
    /// May only tighten; the default key for nobody.
    pub guardian: Pubkey,
    /// Owners of `PriceUpdateV2` accounts that are accepted; the default key fills unused places.
    pub receiver_programs: [Pubkey; ORACLE_PROGRAMS],
    /// Owners of legacy price accounts that are accepted; the default key fills unused places.
    pub legacy_programs: [Pubkey; ORACLE_PROGRAMS],
    /// Most that all tokens of one issuer may be worth, USD atoms, by group; zero for no cap. Group
    /// 0 has none.
    pub group_caps_usd_atoms: [i64; ISSUER_GROUPS],
}

/// There is one exchange for each deployment: the first caller becomes its authority, so whoever
/// deploys initializes in the same breath and checks the authority before anything is deposited.
#[derive(Accounts)]
pub struct InitializeExchange<'info> {
    /// Pays and becomes the authority.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The exchange.
    #[account(init, payer = authority, space = Exchange::SIZE, seeds = [seeds::EXCHANGE], bump)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

fn validate(args: &InitializeExchangeArgs) -> Outcome<()> {
    args.params.validate()?;
    issuer::validate_caps(&args.group_caps_usd_atoms)?;
    // Without an oracle program no market could ever have a price.
    let mut programs = args.receiver_programs.iter().chain(&args.legacy_programs);
    require_that(
        programs.any(|program| *program != Pubkey::default()),
        WhittleError::BadExchangeParams,
    )
}

pub(crate) fn handle(ctx: Context<InitializeExchange>, args: InitializeExchangeArgs) -> Result<()> {
    validate(&args)?;

    let authority = ctx.accounts.authority.key();
    let mut exchange = ctx.accounts.exchange.load_init()?;
    exchange.authority = authority;
    exchange.guardian = args.guardian;
    exchange.receiver_programs = args.receiver_programs;
    exchange.legacy_programs = args.legacy_programs;
    exchange.params = args.params;
    for (group, cap) in exchange.groups.iter_mut().zip(args.group_caps_usd_atoms) {
        group.cap_usd_atoms = cap;
    }
    exchange.bump = ctx.bumps.exchange;
    exchange.interest.at = Clock::get()?.unix_timestamp;

    emit!(ExchangeInitialized {
        exchange: ctx.accounts.exchange.key(),
        authority,
    });
    Ok(())
}
