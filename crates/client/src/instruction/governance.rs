//! Changes of parameters, pauses, guards, leverage and the end of markets.

use super::{build, with, Held, SYSTEM_PROGRAM};
use crate::{address, Mirror, Writable};
use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::{Outcome, WhittleError};
use whittle::state::proposal::{Change, Proposal};
use whittle::state::{Exchange, MarginAccount};
use whittle::{accounts, instruction};

/// Queues a change. The exchange tells the number of the proposal.
pub fn propose_change(exchange: &Exchange, change: Change) -> Instruction {
    let accounts = accounts::ProposeChange {
        authority: exchange.authority,
        exchange: address::exchange(),
        proposal: address::proposal(exchange.next_proposal),
        system_program: SYSTEM_PROGRAM,
    };
    build(accounts, instruction::ProposeChange { change })
}

/// Takes back a queued change.
pub fn cancel_change(authority: Pubkey, proposal: &Proposal) -> Instruction {
    let accounts = accounts::CancelChange {
        authority,
        exchange: address::exchange(),
        proposal: address::proposal(proposal.nonce),
        proposer: proposal.proposer,
    };
    build(accounts, instruction::CancelChange {})
}

/// Applies a queued change. `oracle` is the new price account of a market whose oracle changes and is
/// not looked at for other changes.
pub fn apply_change(mirror: &Mirror, proposal: &Proposal, oracle: Pubkey) -> Outcome<Instruction> {
    let accounts = accounts::ApplyChange {
        exchange: address::exchange(),
        proposal: address::proposal(proposal.nonce),
        proposer: proposal.proposer,
    };
    let rest = needed(mirror, &proposal.change()?, oracle)?;
    Ok(with(build(accounts, instruction::ApplyChange {}), rest))
}

/// The accounts that a change writes or is judged by.
fn needed(mirror: &Mirror, change: &Change, oracle: Pubkey) -> Outcome<Vec<AccountMeta>> {
    let writable = |address: Pubkey| vec![AccountMeta::new(address, false)];
    Ok(match change {
        Change::ExchangeParams { .. } => mirror
            .markets()
            .map(|it| AccountMeta::new_readonly(address::market(it.index), false))
            .collect(),
        Change::MarketOracle { market, .. } => vec![
            AccountMeta::new(address::market(*market), false),
            AccountMeta::new_readonly(oracle, false),
        ],
        Change::MarketParams { market, .. }
        | Change::Tiers { market, .. }
        | Change::ClearMarketGuard { market }
        | Change::WindDownMarket { market, .. } => writable(address::market(*market)),
        Change::BankTerms { bank, .. }
        | Change::ClearBankFreeze { bank }
        | Change::WindDownBank { bank, .. } => writable(address::bank(&mirror.bank(*bank)?.mint)),
        Change::PoolParams { .. } => writable(address::pool()),
        Change::InsuranceParams { .. } => writable(address::insurance()),
        Change::IssuerGroupCap { .. } | Change::Guardian { .. } | Change::OraclePrograms { .. } => {
            Vec::new()
        }
    })
}

/// Offers the authority to another key; the default key takes an offer back.
pub fn transfer_authority(authority: Pubkey, next_authority: Pubkey) -> Instruction {
    let accounts = accounts::TransferAuthority {
        authority,
        exchange: address::exchange(),
    };
    build(accounts, instruction::TransferAuthority { next_authority })
}

/// Takes the authority that was offered.
pub fn accept_authority(next_authority: Pubkey) -> Instruction {
    let accounts = accounts::AcceptAuthority {
        next_authority,
        exchange: address::exchange(),
    };
    build(accounts, instruction::AcceptAuthority {})
}

/// Pauses 0 new risk, 1 withdrawals, 2 liquidations or 3 liquidity. Guardian or authority signs.
pub fn pause(guardian: Pubkey, kind: u8, secs: u32) -> Instruction {
    build(set_pause(guardian), instruction::Pause { kind, secs })
}

/// Ends a pause before its time.
pub fn unpause(guardian: Pubkey, kind: u8) -> Instruction {
    build(set_pause(guardian), instruction::Unpause { kind })
}

fn set_pause(guardian: Pubkey) -> accounts::SetPause {
    accounts::SetPause {
        guardian,
        exchange: address::exchange(),
    }
}

/// Tightens a market: a cap on the open interest of a side, -1 to leave it; a multiplier on initial
/// requirements, zero to leave it. Guardian or authority signs.
pub fn guard_market(
    guardian: Pubkey,
    market: u16,
    open_interest_cap_usd_atoms: i64,
    initial_q32: u64,
) -> Instruction {
    let accounts = accounts::GuardMarket {
        guardian,
        exchange: address::exchange(),
        market: address::market(market),
    };
    let data = instruction::GuardMarket {
        open_interest_cap_usd_atoms,
        initial_q32,
    };
    build(accounts, data)
}

/// Lowers the cap on deposits of a token; zero freezes them. Guardian or authority signs.
pub fn guard_bank(guardian: Pubkey, mint: &Pubkey, deposit_cap_atoms: u64) -> Instruction {
    let accounts = accounts::GuardBank {
        guardian,
        exchange: address::exchange(),
        bank: address::bank(mint),
    };
    build(accounts, instruction::GuardBank { deposit_cap_atoms })
}

/// Sets class and least initial rate of an account. `authority` signs too where the professional
/// class is asked for.
pub fn set_leverage(
    owner: Pubkey,
    account: Pubkey,
    authority: Option<Pubkey>,
    class: u8,
    own_initial_q32: u64,
) -> Instruction {
    let accounts = accounts::SetLeverage {
        owner,
        exchange: address::exchange(),
        account,
        authority,
    };
    let data = instruction::SetLeverage {
        class,
        own_initial_q32,
    };
    build(accounts, data)
}

/// Fixes the price at which a market that ended is settled.
pub fn publish_settlement(market: u16) -> Instruction {
    let accounts = accounts::PublishSettlement {
        market: address::market(market),
    };
    build(accounts, instruction::PublishSettlement {})
}

/// Fixes the price at which a collateral token that ended is settled.
pub fn publish_bank_settlement(mint: &Pubkey) -> Instruction {
    let accounts = accounts::PublishBankSettlement {
        bank: address::bank(mint),
    };
    build(accounts, instruction::PublishBankSettlement {})
}

/// Closes an account's position in a settled market.
pub fn settle_position(mirror: &Mirror, held: Held, market: u16) -> Outcome<Instruction> {
    let accounts = accounts::SettlePosition {
        exchange: address::exchange(),
        account: held.address,
        market: address::market(market),
    };
    let after = without(held.account, market)?;
    let rest = mirror.remaining(&after, Writable::None)?;
    Ok(with(build(accounts, instruction::SettlePosition {}), rest))
}

/// The account as it will be, for the accounts that follow.
fn without(account: &MarginAccount, market: u16) -> Outcome<MarginAccount> {
    let mut after = *account;
    let position = after
        .positions
        .iter_mut()
        .find(|position| position.lots != 0 && position.market == market)
        .ok_or(WhittleError::NoPositions)?;
    position.lots = 0;
    Ok(after)
}
