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

#[cfg(all(target_os = "solana", not(feature = "cpi")))]
mod entrypoint;
pub mod error;
pub mod event;
pub mod instructions;
pub mod oracle;
pub mod profile;
pub mod seeds;
pub mod snapshot;
pub mod state;

use anchor_lang::prelude::*;
use instructions::*;
use state::proposal::Change;
use state::recovery::RecoveryPlan;

declare_id!("Whitt1e111111111111111111111111111111111111");

#[cfg(all(target_os = "solana", not(feature = "cpi")))]
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

    /// Fills an order with the first update at or after its delay, or removes it when that update
    /// cannot fill it. Either way who showed it gets what was set aside.
    pub fn fill_order<'info>(ctx: Context<'info, FillOrder<'info>>, place: u8) -> Result<()> {
        fill_order::handle(ctx, place)
    }

    /// Carries out an owner's recovery plan. Anyone may, for the owner's fee.
    pub fn execute_recovery<'info>(
        ctx: Context<'info, ExecuteRecovery<'info>>,
        min_fee_usd_atoms: i64,
    ) -> Result<()> {
        execute_recovery::handle(ctx, min_fee_usd_atoms)
    }

    /// Records an order, to be filled at the first price after the delay, and sets aside the reward.
    pub fn place_order(ctx: Context<PlaceOrder>, args: PlaceOrderArgs) -> Result<()> {
        place_order::handle(ctx, args)
    }

    /// Lets an order be filled whose trigger price was reached.
    pub fn trigger_order(ctx: Context<TriggerOrder>, place: u8) -> Result<()> {
        trigger_order::handle(ctx, place)
    }

    /// Moves cash between the pool, the insurance fund and the lines of markets.
    pub fn settle_markets<'info>(ctx: Context<'info, SettleMarkets<'info>>) -> Result<()> {
        settle_markets::handle(ctx)
    }

    /// Settles an account's funding, collects its claims and releases a deficit that was cured.
    pub fn settle_account<'info>(ctx: Context<'info, SettleAccount<'info>>) -> Result<()> {
        settle_account::handle(ctx)
    }

    /// Tells an account that it is in margin call, or ends a call whose cause is gone.
    pub fn issue_margin_call<'info>(ctx: Context<'info, IssueMarginCall<'info>>) -> Result<()> {
        issue_margin_call::handle(ctx)
    }

    /// Deposits a collateral token. Anyone may deposit into any account.
    pub fn deposit<'info>(ctx: Context<'info, Deposit<'info>>, amount_atoms: u64) -> Result<()> {
        deposit::handle(ctx, amount_atoms)
    }

    /// Withdraws a collateral token, at most the excess collateral.
    pub fn withdraw<'info>(ctx: Context<'info, Withdraw<'info>>, amount_atoms: u64) -> Result<()> {
        withdraw::handle(ctx, amount_atoms)
    }

    /// Fills a request at prices that nobody knew when it was made.
    pub fn fill_liquidity_request<'info>(
        ctx: Context<'info, FillLiquidityRequest<'info>>,
    ) -> Result<()> {
        fill_liquidity_request::handle(ctx)
    }

    /// Buys just enough collateral of an account with an overdraft, at a discount.
    pub fn convert_collateral<'info>(
        ctx: Context<'info, ConvertCollateral<'info>>,
        max_atoms: u64,
    ) -> Result<()> {
        convert_collateral::handle(ctx, max_atoms)
    }

    /// Gives the loss of a bankrupt account to insurance, pool and the side that gained.
    pub fn resolve_bankruptcy<'info>(ctx: Context<'info, ResolveBankruptcy<'info>>) -> Result<()> {
        resolve_bankruptcy::handle(ctx)
    }

    /// Reduces one position by the share of the running reduction.
    pub fn auto_deleverage(ctx: Context<AutoDeleverage>) -> Result<()> {
        auto_deleverage::handle(ctx)
    }

    /// Moves the interest of an overdraft to the pool.
    pub fn charge_interest(ctx: Context<ChargeInterest>) -> Result<()> {
        charge_interest::handle(ctx)
    }

    /// Moves cash from a reserve to an account under its trigger: at most this, what it lacks, and
    /// what the reserve can spare.
    pub fn top_up<'info>(ctx: Context<'info, TopUp<'info>>, most_usd_atoms: i64) -> Result<()> {
        top_up::handle(ctx, most_usd_atoms)
    }

    /// Closes an account's position in a settled market.
    pub fn settle_position<'info>(ctx: Context<'info, SettlePosition<'info>>) -> Result<()> {
        settle_position::handle(ctx)
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

    /// Removes an order that expired and returns what was set aside for its reward.
    pub fn expire_order(ctx: Context<ExpireOrder>, place: u8) -> Result<()> {
        expire_order::handle(ctx, place)
    }

    /// Returns health, excess collateral and the liquidation that would happen. Simulate it.
    pub fn assess_account<'info>(ctx: Context<'info, AssessAccount<'info>>) -> Result<Assessment> {
        assess_account::handle(ctx)
    }

    /// Queues a change of parameters for after the timelock.
    pub fn propose_change(ctx: Context<ProposeChange>, change: Change) -> Result<()> {
        propose_change::handle(ctx, change)
    }

    /// Takes back a queued change.
    pub fn cancel_change(ctx: Context<CancelChange>) -> Result<()> {
        cancel_change::handle(ctx)
    }

    /// Applies a queued change whose time has come.
    pub fn apply_change<'info>(ctx: Context<'info, ApplyChange<'info>>) -> Result<()> {
        apply_change::handle(ctx)
    }

    /// Offers the authority to another key; the default key takes an offer back.
    pub fn transfer_authority(
        ctx: Context<TransferAuthority>,
        next_authority: Pubkey,
    ) -> Result<()> {
        transfer_authority::offer(ctx, next_authority)
    }

    /// Takes the authority that was offered.
    pub fn accept_authority(ctx: Context<AcceptAuthority>) -> Result<()> {
        transfer_authority::accept(ctx)
    }

    /// Pauses 0 new risk, 1 withdrawals, 2 liquidations or 3 liquidity for some seconds.
    pub fn pause(ctx: Context<SetPause>, kind: u8, secs: u32) -> Result<()> {
        pause::begin(ctx, kind, secs)
    }

    /// Ends a pause before its time.
    pub fn unpause(ctx: Context<SetPause>, kind: u8) -> Result<()> {
        pause::end(ctx, kind)
    }

    /// Lowers a market's cap on open interest (-1 leaves it) or raises its initial requirements by a
    /// multiplier (zero leaves it).
    pub fn guard_market(
        ctx: Context<GuardMarket>,
        open_interest_cap_usd_atoms: i64,
        initial_q32: u64,
    ) -> Result<()> {
        guard::market(ctx, open_interest_cap_usd_atoms, initial_q32)
    }

    /// Lowers the cap on deposits of a token, in its atoms; zero freezes them.
    pub fn guard_bank(ctx: Context<GuardBank>, deposit_cap_atoms: u64) -> Result<()> {
        guard::bank(ctx, deposit_cap_atoms)
    }

    /// Sets an account's class and its owner's least initial rate.
    pub fn set_leverage(ctx: Context<SetLeverage>, class: u8, own_initial_q32: u64) -> Result<()> {
        set_leverage::handle(ctx, class, own_initial_q32)
    }

    /// Fixes the price at which a market that ended is settled.
    pub fn publish_settlement(ctx: Context<PublishSettlement>) -> Result<()> {
        publish_settlement::market(ctx)
    }

    /// Fixes the price at which a collateral token that ended is settled.
    pub fn publish_bank_settlement(ctx: Context<PublishBankSettlement>) -> Result<()> {
        publish_settlement::bank(ctx)
    }

    /// Cuts unrealised profits when the whole pool cannot pay them, after two sightings.
    pub fn allocate_shortfall<'info>(ctx: Context<'info, AllocateShortfall<'info>>) -> Result<()> {
        allocate_shortfall::handle(ctx)
    }

    /// Begins to reduce the profitable positions of a side to which the pool owes too much.
    pub fn start_deleverage(ctx: Context<StartDeleverage>, is_long: bool) -> Result<()> {
        start_deleverage::handle(ctx, is_long)
    }

    /// Returns what the pool is exposed to. Simulate it.
    pub fn pool_exposure<'info>(ctx: Context<'info, PoolExposure<'info>>) -> Result<Exposure> {
        pool_exposure::handle(ctx)
    }

    /// Sets what the owner wants done before a liquidation has to; all zero clears it.
    pub fn set_recovery_plan(ctx: Context<SetRecoveryPlan>, plan: RecoveryPlan) -> Result<()> {
        set_recovery_plan::handle(ctx, plan)
    }

    /// Marks an account as the reserve of its owner's other accounts.
    pub fn set_reserve(ctx: Context<SetReserve>, is_reserve: bool) -> Result<()> {
        set_reserve::handle(ctx, is_reserve)
    }

    /// Removes an order that waits for its trigger price.
    pub fn cancel_stop(ctx: Context<CancelStop>, place: u8) -> Result<()> {
        cancel_stop::handle(ctx, place)
    }
}
