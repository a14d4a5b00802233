//! One function for each instruction of the program. Accounts that follow the named ones are in the
//! order that `whittle::instructions::remaining` documents; [`Mirror`] knows which they are.

use crate::{address, Mirror, Writable};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use whittle::error::{Outcome, WhittleError};
use whittle::instructions::{InitializeExchangeArgs, ListBankArgs, ListMarketArgs, PlaceOrderArgs};
use whittle::state::margin_account::MarginAccount;
use whittle::state::Bank;
use whittle::{accounts, instruction};

mod collateral;
mod governance;
mod pool;
mod recovery;
mod waterfall;

pub use collateral::*;
pub use governance::*;
pub use pool::*;
pub use recovery::*;
pub use waterfall::*;

const SYSTEM_PROGRAM: Pubkey = anchor_lang::solana_program::system_program::ID;

fn build(accounts: impl ToAccountMetas, data: impl InstructionData) -> Instruction {
    Instruction {
        program_id: whittle::ID,
        accounts: accounts.to_account_metas(None),
        data: data.data(),
    }
}

fn with(mut instruction: Instruction, rest: Vec<AccountMeta>) -> Instruction {
    instruction.accounts.extend(rest);
    instruction
}

/// Creates the exchange; `authority` pays.
pub fn initialize_exchange(authority: Pubkey, args: InitializeExchangeArgs) -> Instruction {
    let accounts = accounts::InitializeExchange {
        authority,
        exchange: address::exchange(),
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::InitializeExchange { args })
}

/// Lists a collateral token of SPL Token or Token-2022.
pub fn list_bank(
    authority: Pubkey,
    mint: Pubkey,
    token_program: Pubkey,
    args: ListBankArgs,
) -> Instruction {
    let accounts = accounts::ListBank {
        authority,
        exchange: address::exchange(),
        mint,
        bank: address::bank(&mint),
        vault: address::vault(&mint),
        token_program,
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::ListBank { args })
}

/// Lists the market with the next number, `index`.
pub fn list_market(
    authority: Pubkey,
    index: u16,
    oracle: Pubkey,
    args: ListMarketArgs,
) -> Instruction {
    let accounts = accounts::ListMarket {
        authority,
        exchange: address::exchange(),
        market: address::market(index),
        oracle,
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::ListMarket { args })
}

/// Opens the owner's margin account with this number.
pub fn open_margin_account(owner: Pubkey, sub_id: u16) -> Instruction {
    let accounts = accounts::OpenMarginAccount {
        owner,
        account: address::margin_account(&owner, sub_id),
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::OpenMarginAccount { sub_id })
}

/// Closes an empty margin account.
pub fn close_margin_account(owner: Pubkey, account: Pubkey) -> Instruction {
    let accounts = accounts::CloseMarginAccount { owner, account };
    build(accounts, instruction::CloseMarginAccount {})
}

/// Lets `delegate` place orders; the default key revokes.
pub fn set_delegate(owner: Pubkey, account: Pubkey, delegate: Pubkey) -> Instruction {
    let accounts = accounts::SetDelegate { owner, account };
    build(accounts, instruction::SetDelegate { delegate })
}

/// Records an order. Owner or delegate signs.
pub fn place_order(
    authority: Pubkey,
    account: Pubkey,
    market: u16,
    args: PlaceOrderArgs,
) -> Instruction {
    let accounts = accounts::PlaceOrder {
        exchange: address::exchange(),
        account,
        market: address::market(market),
        authority,
        insurance_fund: address::insurance(),
    };
    build(accounts, instruction::PlaceOrder { args })
}

/// An account by its address, with what it holds.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// Where it is.
    pub address: Pubkey,
    /// What is in it, as of the moment that the instruction will run.
    pub account: &'a MarginAccount,
}

/// Fills the order in `place` with the update in `oracle`, or kills it where that update cannot fill
/// it; the reward goes to `filler_account` either way.
///
/// Prices of the account's other markets and collateral must not be stale, or an order that adds risk
/// is neither filled nor killed: put `update_markets` and `update_banks` in front.
pub fn fill_order(
    mirror: &Mirror,
    held: Held,
    filler_account: Pubkey,
    oracle: Pubkey,
    place: u8,
) -> Outcome<Instruction> {
    let after = after_fill(held.account, place)?;
    let order = held.account.orders.get(usize::from(place));
    let market = order.ok_or(WhittleError::NoOrder)?.market;
    let accounts = accounts::FillOrder {
        exchange: address::exchange(),
        account: held.address,
        filler_account,
        market: address::market(market),
        oracle,
        insurance_fund: address::insurance(),
    };
    let rest = mirror.remaining(&after, Writable::None)?;
    Ok(with(
        build(accounts, instruction::FillOrder { place }),
        rest,
    ))
}

/// The account with the positions that it will have once an order is filled, for the accounts that
/// the fill needs. Where there is no place for the position the order is killed, and needs none.
///
/// Errors: [`WhittleError::NoOrder`].
pub fn after_fill(account: &MarginAccount, place: u8) -> Outcome<MarginAccount> {
    let mut after = *account;
    let order = *after
        .orders
        .get(usize::from(place))
        .ok_or(WhittleError::NoOrder)?;
    let Ok(position) = after.position_slot(order.market) else {
        return Ok(after);
    };
    let traded = position.lots.saturating_add(order.lots);
    let crosses = traded.signum() == order.lots.signum();
    position.lots = if order.reduces_only() && crosses {
        0
    } else {
        traded
    };
    Ok(after)
}

/// Removes an expired order.
pub fn expire_order(account: Pubkey, place: u8) -> Instruction {
    build(
        accounts::ExpireOrder {
            exchange: address::exchange(),
            account,
        },
        instruction::ExpireOrder { place },
    )
}

/// Caches the prices of markets, each with its oracle account.
pub fn update_markets(markets: &[(u16, Pubkey)]) -> Instruction {
    let accounts = accounts::UpdateMarkets {
        exchange: address::exchange(),
    };
    let pairs = markets.iter().flat_map(|(market, oracle)| {
        [
            AccountMeta::new(address::market(*market), false),
            AccountMeta::new_readonly(*oracle, false),
        ]
    });
    with(
        build(accounts, instruction::UpdateMarkets {}),
        pairs.collect(),
    )
}

/// Caches the prices of collateral tokens, each mint with its oracle account.
pub fn update_banks(mints: &[(Pubkey, Pubkey)]) -> Instruction {
    let accounts = accounts::UpdateBanks {
        exchange: address::exchange(),
    };
    let pairs = mints.iter().flat_map(|(mint, oracle)| {
        [
            AccountMeta::new(address::bank(mint), false),
            AccountMeta::new_readonly(*oracle, false),
        ]
    });
    with(
        build(accounts, instruction::UpdateBanks {}),
        pairs.collect(),
    )
}

/// The first sighting of an account under maintenance.
pub fn flag_account(mirror: &Mirror, held: Held) -> Outcome<Instruction> {
    let accounts = accounts::FlagAccount {
        exchange: address::exchange(),
        account: held.address,
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    Ok(with(build(accounts, instruction::FlagAccount {}), rest))
}

/// Closes just enough; the bonus goes to the margin account `keeper_account` and is at least
/// `min_bonus_usd_atoms`.
///
/// [`Writable::All`] suits any plan. [`Writable::Only`] with [`Mirror::closed_markets`] of a preview
/// leaves the other markets free, and fails if the plan has changed by the time it runs.
pub fn liquidate_partial(
    mirror: &Mirror,
    held: Held,
    keeper_account: Pubkey,
    min_bonus_usd_atoms: i64,
    writable: Writable,
) -> Outcome<Instruction> {
    let accounts = accounts::LiquidatePartial {
        exchange: address::exchange(),
        account: held.address,
        keeper_account,
    };
    let data = instruction::LiquidatePartial {
        min_bonus_usd_atoms,
    };
    let rest = mirror.remaining(held.account, writable)?;
    Ok(with(build(accounts, data), rest))
}

/// Settles an account with markets in which it has a position, a claim or its deficit.
pub fn settle_account(account: Pubkey, markets: &[u16]) -> Instruction {
    let accounts = accounts::SettleAccount {
        exchange: address::exchange(),
        account,
    };
    with(
        build(accounts, instruction::SettleAccount {}),
        writable_markets(markets),
    )
}

/// Returns health, excess collateral and the liquidation that would happen. Simulate it.
pub fn assess_account(mirror: &Mirror, held: Held) -> Outcome<Instruction> {
    let accounts = accounts::AssessAccount {
        exchange: address::exchange(),
        account: held.address,
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    Ok(with(build(accounts, instruction::AssessAccount {}), rest))
}

fn writable_markets(markets: &[u16]) -> Vec<AccountMeta> {
    markets
        .iter()
        .map(|market| AccountMeta::new(address::market(*market), false))
        .collect()
}

/// Withdraws to the token account `receiver`.
pub fn withdraw(
    mirror: &Mirror,
    held: Held,
    receiver: Pubkey,
    bank: &Bank,
    amount_atoms: u64,
) -> Outcome<Instruction> {
    let accounts = accounts::Withdraw {
        owner: held.account.owner,
        exchange: address::exchange(),
        account: held.address,
        bank: address::bank(&bank.mint),
        mint: bank.mint,
        vault: bank.vault,
        receiver,
        token_program: bank.token_program,
        insurance_fund: address::insurance(),
    };
    let rest = mirror.remaining(held.account, Writable::None)?;
    Ok(with(
        build(accounts, instruction::Withdraw { amount_atoms }),
        rest,
    ))
}
