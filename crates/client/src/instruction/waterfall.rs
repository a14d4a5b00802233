//! Who bears losses: bankruptcies, a pool that cannot pay, reductions of profitable positions.

use super::{build, with};
use crate::{address, Mirror};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::{MarginAccount, Side};
use whittle::{accounts, instruction};

/// Gives the loss of a bankrupt account to those who bear it.
pub fn resolve_bankruptcy(key: Pubkey, account: &MarginAccount) -> Instruction {
    let accounts = accounts::ResolveBankruptcy {
        exchange: address::exchange(),
        account: key,
        market: address::market(account.market_of_loss()),
        pool: address::pool(),
        insurance_fund: address::insurance(),
    };
    let booked = account.booked_elsewhere().into_iter();
    let booked = booked.map(|market| AccountMeta::new(address::market(market), false));
    with(
        build(accounts, instruction::ResolveBankruptcy {}),
        booked.collect(),
    )
}

/// Every market that the mirror knows.
pub(super) fn all_markets(mirror: &Mirror, writable: bool) -> Vec<AccountMeta> {
    let keys = mirror.markets().map(|market| address::market(market.index));
    if writable {
        keys.map(|key| AccountMeta::new(key, false)).collect()
    } else {
        keys.map(|key| AccountMeta::new_readonly(key, false))
            .collect()
    }
}

/// Cuts unrealised profits when the whole pool cannot pay them. Every market that the mirror knows
/// goes along, so it must know all.
pub fn allocate_shortfall(mirror: &Mirror) -> Instruction {
    let accounts = accounts::AllocateShortfall {
        exchange: address::exchange(),
        pool: address::pool(),
    };
    with(
        build(accounts, instruction::AllocateShortfall {}),
        all_markets(mirror, true),
    )
}

/// Begins to reduce the profitable positions of a side.
pub fn start_deleverage(market: u16, side: Side) -> Instruction {
    let accounts = accounts::StartDeleverage {
        exchange: address::exchange(),
        market: address::market(market),
        pool: address::pool(),
    };
    let is_long = side == Side::Long;
    build(accounts, instruction::StartDeleverage { is_long })
}

/// Reduces the position of `account` in a market where a reduction runs.
pub fn auto_deleverage(account: Pubkey, market: u16) -> Instruction {
    let accounts = accounts::AutoDeleverage {
        exchange: address::exchange(),
        account,
        market: address::market(market),
        pool: address::pool(),
    };
    build(accounts, instruction::AutoDeleverage {})
}

/// Returns the pool's exposure as `whittle::instructions::Exposure`: simulate it. Every market that
/// the mirror knows goes along, so it must know all.
pub fn pool_exposure(mirror: &Mirror) -> Instruction {
    let accounts = accounts::PoolExposure {
        exchange: address::exchange(),
        pool: address::pool(),
    };
    with(
        build(accounts, instruction::PoolExposure {}),
        all_markets(mirror, false),
    )
}
