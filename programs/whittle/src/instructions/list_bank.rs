//! Lists a collateral token and opens its vault.

use crate::error::{require_that, Outcome, WhittleError};
use crate::event::BankListed;
use crate::seeds;
use crate::state::bank::{MAX_DECIMALS, QUOTE_BANK, QUOTE_DECIMALS};
use crate::state::depeg::DepegParams;
use crate::state::exchange::ISSUER_GROUPS;
use crate::state::raw::OracleConfig;
use crate::state::{Bank, Exchange};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::spl_token_2022::extension::{
    BaseStateWithExtensions, ExtensionType, StateWithExtensions,
};
use anchor_spl::token_interface::spl_token_2022::state::Mint as MintState;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};
use whittle_risk::Ratio;

/// Largest discount at which a token is converted.
pub const MOST_DISCOUNT: Ratio = Ratio::from_bps_floor(5_000);

/// What a token counts for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ListBankArgs {
    /// Where its price comes from. The quote token needs none: all zero, or a valid one.
    pub oracle: OracleConfig,
    /// Share of its value that counts as equity, at most one.
    pub haircut_weight_q32: u64,
    /// Most that a token atom counts for, Q32 USD atoms; zero for a token without a peg.
    pub peg_q32: u64,
    /// Most that may be deposited, token atoms.
    pub deposit_cap_atoms: u64,
    /// Tokens of one issuer share a group, 0 to 7; group 0 has no cap, and the quote token is in it.
    pub issuer_group: u16,
    /// Discount at which it is converted; at most one less the haircut weight, and at most one half.
    pub conversion_discount_q32: u64,
    /// The guard of its peg; all zero for none.
    pub depeg: DepegParams,
}

/// Anchor creates accounts before it looks at constraints, and a token program refuses to open a
/// vault for some of the mints that are not accepted. So the mint is checked where the first account
/// is created, in [`space_for`], to name the reason.
#[derive(Accounts)]
pub struct ListBank<'info> {
    /// The exchange's authority; pays.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The exchange; will sign for the vault.
    #[account(mut, has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The token.
    pub mint: Box<InterfaceAccount<'info, Mint>>,
    /// The bank.
    #[account(
        init,
        payer = authority,
        space = space_for(mint.as_ref().as_ref(), token_program.key)?,
        seeds = [seeds::BANK, mint.key().as_ref()],
        bump
    )]
    pub bank: AccountLoader<'info, Bank>,
    /// Holds all of the token.
    #[account(
        init,
        payer = authority,
        seeds = [seeds::VAULT, mint.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = exchange,
        token::token_program = token_program
    )]
    pub vault: Box<InterfaceAccount<'info, TokenAccount>>,
    /// The mint's token program.
    pub token_program: Interface<'info, TokenInterface>,
    /// Creates the accounts.
    pub system_program: Program<'info, System>,
}

/// Space for the bank of an acceptable mint.
fn space_for(mint: &AccountInfo, token_program: &Pubkey) -> Outcome<usize> {
    require_that(mint.owner == token_program, WhittleError::WrongTokenProgram)?;
    require_that(is_plain(mint), WhittleError::MintExtension)?;
    Ok(Bank::SIZE)
}

/// Whether the mint has no extension but descriptive ones. Everything else can take from the vault,
/// freeze or pause it, charge for transfers, call out, hide balances, restate them, or (by closing
/// and recreating the mint) add any of these later. What is not known here is refused too. A freeze
/// authority is accepted: the large stablecoins have one.
fn is_plain(mint: &AccountInfo) -> bool {
    let Ok(data) = mint.try_borrow_data() else {
        return false;
    };
    let Ok(state) = StateWithExtensions::<MintState>::unpack(&data) else {
        return false;
    };
    // Once a mint is initialized, no extension but descriptive ones can be added to it.
    state.get_extension_types().is_ok_and(|types| {
        types.iter().all(|kind| {
            matches!(
                kind,
                ExtensionType::MetadataPointer
                    | ExtensionType::TokenMetadata
                    | ExtensionType::GroupPointer
                    | ExtensionType::TokenGroup
                    | ExtensionType::GroupMemberPointer
                    | ExtensionType::TokenGroupMember
            )
        })
    })
}

impl ListBankArgs {
    /// Makes of a zeroed bank number `index` on these terms, without its mint and vault.
    pub fn begin(&self, bank: &mut Bank, index: u16, decimals: u8) {
        bank.oracle = self.oracle;
        bank.haircut_weight_q32 = self.haircut_weight_q32;
        bank.peg_q32 = self.peg_q32;
        bank.deposit_cap_atoms = self.deposit_cap_atoms;
        bank.issuer_group = self.issuer_group;
        bank.conversion_discount_q32 = self.conversion_discount_q32;
        bank.depeg_params = self.depeg;
        bank.index = index;
        bank.decimals = decimals;
    }
}

pub(super) fn validate(args: &ListBankArgs, is_quote: bool, decimals: u8) -> Outcome<()> {
    if is_quote {
        require_that(decimals == QUOTE_DECIMALS, WhittleError::BadQuoteToken)?;
    }
    if !is_quote || args.oracle != OracleConfig::default() {
        args.oracle.validate()?;
    }
    let weight = Ratio(args.haircut_weight_q32);
    // The guard watches an oracle's price, and the quote token's value does not come from one.
    args.depeg
        .validate(args.peg_q32 != 0 && !is_quote, weight)?;
    // The quote vault holds everybody's cash, so no cap on its issuer could mean anything.
    let group_fits =
        usize::from(args.issuer_group) < ISSUER_GROUPS && (args.issuer_group == 0 || !is_quote);
    let ok = decimals <= MAX_DECIMALS
        && group_fits
        && args.conversion_discount_q32 <= Ratio::ONE.less(weight).0
        && args.conversion_discount_q32 <= MOST_DISCOUNT.0
        && args.haircut_weight_q32 <= Ratio::ONE.0
        && args.deposit_cap_atoms > 0
        && args.deposit_cap_atoms <= i64::MAX.unsigned_abs();
    require_that(ok, WhittleError::BadBankParams)
}

pub(crate) fn handle(ctx: Context<ListBank>, args: ListBankArgs) -> Result<()> {
    let accounts = &ctx.accounts;
    let mut exchange = accounts.exchange.load_mut()?;
    let index = exchange.bank_count;
    validate(&args, index == 0, accounts.mint.decimals)?;

    exchange.join_group(args.issuer_group, index)?;
    exchange.bank_count = index.checked_add(1).ok_or(WhittleError::MathOverflow)?;
    let mut bank = accounts.bank.load_init()?;
    bank.mint = accounts.mint.key();
    bank.vault = accounts.vault.key();
    bank.token_program = accounts.token_program.key();
    args.begin(&mut bank, index, accounts.mint.decimals);
    bank.opens_at = if index == QUOTE_BANK {
        0
    } else {
        exchange.listing_opens_at(Clock::get()?.unix_timestamp)
    };
    bank.bump = ctx.bumps.bank;
    bank.vault_bump = ctx.bumps.vault;

    emit!(BankListed {
        bank: accounts.bank.key(),
        index,
        mint: bank.mint,
    });
    Ok(())
}
