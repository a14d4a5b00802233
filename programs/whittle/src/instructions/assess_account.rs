//! Health, excess collateral and the liquidation that would happen now, as return data. Simulate
//! it; nothing is written.

use super::remaining;
use crate::error::{Outcome, WhittleError};
use crate::snapshot::Snapshot;
use crate::state::{Exchange, MarginAccount};
use anchor_lang::prelude::*;
use whittle_risk::health::{assess, assess_initial, call_level, excess_collateral, Doubt};
use whittle_risk::{liquidation, Usd, MAX_LEGS};

/// Banks and markets of the account follow (see [`remaining::snapshot`]).
#[derive(Accounts)]
pub struct AssessAccount<'info> {
    /// The rules.
    pub exchange: AccountLoader<'info, Exchange>,
    /// The account.
    pub account: AccountLoader<'info, MarginAccount>,
}

/// An account as it stands.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// E, USD atoms.
    pub equity_usd_atoms: i64,
    /// M.
    pub maintenance_usd_atoms: i64,
    /// T: where a liquidation would stop.
    pub target_usd_atoms: i64,
    /// C: under it only risk-reducing orders are accepted.
    pub call_usd_atoms: i64,
    /// `risk::health::State` as a number, 0 healthy to 5 bankrupt.
    pub state: u8,
    /// Whether the prices are fresh enough to take risk; if not, the next three are zero.
    pub fresh: bool,
    /// Equity for initial checks.
    pub initial_equity_usd_atoms: i64,
    /// Initial requirement.
    pub initial_usd_atoms: i64,
    /// What may be withdrawn.
    pub excess_usd_atoms: i64,
    /// Error number that `liquidate_partial` would give; zero when it would succeed.
    pub refusal: u32,
    /// `risk::liquidation::Kind` as a number.
    pub kind: u8,
    /// Lots that would be closed, by position slot.
    pub closed_lots: [u64; MAX_LEGS],
    /// What the account would pay.
    pub cost_usd_atoms: i64,
    /// What the keeper would get.
    pub bonus_usd_atoms: i64,
}

impl Assessment {
    /// Of an account that was read into `snapshot`, interest included. Clients ask the same.
    ///
    /// Errors: numbers that leave the range of an amount.
    pub fn of(
        exchange: &Exchange,
        account: &MarginAccount,
        snapshot: &Snapshot,
        now: i64,
    ) -> Outcome<Self> {
        let policy = exchange.policy_at(now);
        let thresholds = &policy.thresholds;
        let health = assess(&snapshot.account(), Doubt::Plain)?;
        let initial = snapshot.prudent_account().and_then(|prudent| {
            let initial = assess_initial(&prudent, thresholds)?;
            Ok((initial, excess_collateral(&prudent, thresholds)?))
        });
        let fresh = initial.is_ok();
        let (initial, excess) = initial.unwrap_or_default();
        let inputs = snapshot.inputs(account, &policy, now, Usd::ZERO);
        let (refusal, plan) = match liquidation::plan(&inputs) {
            Ok(plan) => (0, plan),
            Err(error) => (
                WhittleError::from(error).into(),
                liquidation::Plan::default(),
            ),
        };
        let mut closed_lots = [0; MAX_LEGS];
        for (slot, close) in snapshot.slots.iter().zip(&plan.closes) {
            if let Some(lots) = closed_lots.get_mut(usize::from(*slot)) {
                *lots = close.lots;
            }
        }
        let call = call_level(&snapshot.account(), thresholds)?;
        let has_positions = !snapshot.legs.is_empty();
        Ok(Self {
            equity_usd_atoms: health.equity.0,
            maintenance_usd_atoms: health.maintenance.0,
            target_usd_atoms: health.with_buffer(thresholds.target_buffer)?.0,
            call_usd_atoms: call.0,
            state: health.state_with_call(thresholds, call, has_positions)? as u8,
            fresh,
            initial_equity_usd_atoms: initial.equity.0,
            initial_usd_atoms: initial.requirement.0,
            excess_usd_atoms: excess.0,
            refusal,
            kind: plan.kind as u8,
            closed_lots,
            cost_usd_atoms: plan.cost.0,
            bonus_usd_atoms: plan.bonus.0,
        })
    }
}

pub(crate) fn handle<'info>(ctx: Context<'info, AssessAccount<'info>>) -> Result<Assessment> {
    let now = Clock::get()?.unix_timestamp;
    let exchange = ctx.accounts.exchange.load()?;
    let account = ctx.accounts.account.load()?;
    let (mut snapshot, _) = remaining::snapshot(&account, ctx.remaining_accounts, now)?;
    snapshot.interest = account.interest_at(exchange.interest_index(now))?;
    Ok(Assessment::of(&exchange, &account, &snapshot, now)?)
}
