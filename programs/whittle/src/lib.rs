//! Whittle on chain: a margin engine whose liquidations close only what is needed.
//!
//! Instructions are one line here and one file each in `instructions`. The arithmetic lives in
//! `whittle-risk`; `snapshot` turns accounts into its types.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::indexing_slicing
)]

pub mod error;
pub mod event;
pub mod instructions;
pub mod oracle;
pub mod seeds;
pub mod snapshot;
pub mod state;

use anchor_lang::prelude::*;
use instructions::*;

declare_id!("Whitt1e111111111111111111111111111111111111");

#[cfg(not(feature = "no-entrypoint"))]
solana_security_txt::security_txt! {
    name: "Whittle",
    project_url: "https://docs.rs/whittle",
    contacts: "link:SECURITY.md in the source repository",
    policy: "SECURITY.md in the source repository",
    preferred_languages: "en"
}

/// The program's instructions.
#[allow(clippy::diverging_sub_expression, clippy::too_many_arguments)]
#[program]
pub mod whittle {
    use super::*;

    // Dispatch compares one discriminator after the other: what is called most stands first.

    /// Closes just enough of an account under maintenance, or unflags one that recovered.
    pub fn liquidate_partial<'info>(
        ctx: Context<'info, LiquidatePartial<'info>>,
        min_bonus_usd_atoms: i64,
    ) -> Result<()> {
        liquidate_partial::handle(ctx, min_bonus_usd_atoms)
    }

    /// The first sighting of an account under maintenance; starts the bonus clock.
    pub fn flag_account<'info>(ctx: Context<'info, FlagAccount<'info>>) -> Result<()> {
        flag_account::handle(ctx)
    }

    /// Caches the prices of markets: pairs of market and oracle account.
    pub fn update_markets<'info>(ctx: Context<'info, UpdateMarkets<'info>>) -> Result<()> {
        update_markets::handle(ctx)
    }

    /// Caches the prices of banks: pairs of bank and oracle account.
    pub fn update_banks<'info>(ctx: Context<'info, UpdateBanks<'info>>) -> Result<()> {
        update_banks::handle(ctx)
    }

    /// Fills an order with the first update at or after its delay.
    pub fn fill_order<'info>(ctx: Context<'info, FillOrder<'info>>, place: u8) -> Result<()> {
        fill_order::handle(ctx, place)
    }

    /// Creates the exchange with its rules. The signer becomes the authority.
    pub fn initialize_exchange(
        ctx: Context<InitializeExchange>,
        args: InitializeExchangeArgs,
    ) -> Result<()> {
        initialize_exchange::handle(ctx, args)
    }

    /// Lists a collateral token. The first one is the quote token.
    pub fn list_bank(ctx: Context<ListBank>, args: ListBankArgs) -> Result<()> {
        list_bank::handle(ctx, args)
    }

    /// Lists a market.
    pub fn list_market(ctx: Context<ListMarket>, args: ListMarketArgs) -> Result<()> {
        list_market::handle(ctx, args)
    }

    /// Creates the pool and the insurance fund.
    pub fn create_pool(ctx: Context<CreatePool>, args: CreatePoolArgs) -> Result<()> {
        create_pool::handle(ctx, args)
    }

    /// Asks to deposit into the pool or to withdraw from it; takes tokens or shares into escrow.
    pub fn request_liquidity(
        ctx: Context<RequestLiquidity>,
        args: RequestLiquidityArgs,
    ) -> Result<()> {
        request_liquidity::handle(ctx, args)
    }

    /// Fills a request at prices that nobody knew when it was made.
    pub fn fill_liquidity_request<'info>(
        ctx: Context<'info, FillLiquidityRequest<'info>>,
    ) -> Result<()> {
        fill_liquidity_request::handle(ctx)
    }

    /// Returns the tokens or shares of a request that expired.
    pub fn refund_liquidity_request(ctx: Context<RefundLiquidityRequest>) -> Result<()> {
        refund_liquidity_request::handle(ctx)
    }

    /// Pays quote tokens into the insurance fund.
    pub fn seed_insurance(ctx: Context<SeedInsurance>, amount_atoms: u64) -> Result<()> {
        seed_insurance::handle(ctx, amount_atoms)
    }

    /// Opens a margin account.
    pub fn open_margin_account(ctx: Context<OpenMarginAccount>, sub_id: u16) -> Result<()> {
        open_margin_account::handle(ctx, sub_id)
    }

    /// Closes an empty margin account.
    pub fn close_margin_account(ctx: Context<CloseMarginAccount>) -> Result<()> {
        close_margin_account::handle(ctx)
    }

    /// Lets another key place orders; the default key revokes.
    pub fn set_delegate(ctx: Context<SetDelegate>, delegate: Pubkey) -> Result<()> {
        set_delegate::handle(ctx, delegate)
    }

    /// Deposits a collateral token. Anyone may deposit into any account.
    pub fn deposit<'info>(ctx: Context<'info, Deposit<'info>>, amount_atoms: u64) -> Result<()> {
        deposit::handle(ctx, amount_atoms)
    }

    /// Withdraws a collateral token, at most the excess collateral.
    pub fn withdraw<'info>(ctx: Context<'info, Withdraw<'info>>, amount_atoms: u64) -> Result<()> {
        withdraw::handle(ctx, amount_atoms)
    }

    /// Records an order, to be filled at the first price after the delay.
    pub fn place_order(ctx: Context<PlaceOrder>, args: PlaceOrderArgs) -> Result<()> {
        place_order::handle(ctx, args)
    }

    /// Removes an order that expired.
    pub fn expire_order(ctx: Context<ExpireOrder>, place: u8) -> Result<()> {
        expire_order::handle(ctx, place)
    }

    /// Moves cash between the pool, the insurance fund and the lines of markets.
    pub fn settle_markets<'info>(ctx: Context<'info, SettleMarkets<'info>>) -> Result<()> {
        settle_markets::handle(ctx)
    }

    /// Settles an account's funding, collects its claims and releases a deficit that was cured.
    pub fn settle_account<'info>(ctx: Context<'info, SettleAccount<'info>>) -> Result<()> {
        settle_account::handle(ctx)
    }

    /// Returns health, excess collateral and the liquidation that would happen. Simulate it.
    pub fn assess_account<'info>(ctx: Context<'info, AssessAccount<'info>>) -> Result<Assessment> {
        assess_account::handle(ctx)
    }

    /// Moves the interest of an overdraft to the pool.
    pub fn charge_interest(ctx: Context<ChargeInterest>) -> Result<()> {
        charge_interest::handle(ctx)
    }

    /// Buys just enough collateral of an account with an overdraft, at a discount.
    pub fn convert_collateral<'info>(
        ctx: Context<'info, ConvertCollateral<'info>>,
        max_atoms: u64,
    ) -> Result<()> {
        convert_collateral::handle(ctx, max_atoms)
    }
}
