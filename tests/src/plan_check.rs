//! INV-PLAN: for every liquidation, the plan made off chain from the accounts as they stood before,
//! the event, the receipt and the accounts afterwards agree exactly. And when the plan refuses, the
//! program refuses for the same reason.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use whittle::error::{Outcome, WhittleError};
use whittle::event::{AccountUnflagged, LiquidatedLeg, PartiallyLiquidated, RecoveryExecuted};
use whittle::instruction::{ExecuteRecovery, LiquidatePartial};
use whittle::snapshot::Snapshot;
use whittle::state::{MarginAccount, Receipt};
use whittle_client::{decode, event, Mirror};
use whittle_risk::health::{assess, Doubt, State};
use whittle_risk::liquidation::{Kind, Plan};
use whittle_risk::Usd;

use crate::changed::Picture;
use crate::outcome::{is, Sent};
use crate::promise;
use crate::world::{mirror, World};

/// One liquidation or recovery in a transaction: what should come of it.
pub(crate) struct Expected {
    /// Which of the transaction's instructions it is.
    place: usize,
    /// The owner's plan was executed; else it is a liquidation.
    is_recovery: bool,
    key: Pubkey,
    keeper: Pubkey,
    before: MarginAccount,
    keeper_cash_before: i64,
    plan: Outcome<(Plan, Snapshot)>,
    /// A liquidation that is due whatever else holds: every doubt in the account's favour, it is
    /// under the emergency ratio, and one of its legs has a price to close at.
    emergency: bool,
    /// The accounts right after it; `None` when it is the last instruction.
    after: Option<Picture>,
}

/// Plans every liquidation and recovery of a transaction from the accounts as they will stand just before it.
pub(crate) fn expect(
    world: &mut World,
    instructions: &[Instruction],
    signers: &[&Keypair],
) -> Vec<Expected> {
    let mut expected = Vec::new();
    for (place, instruction) in instructions.iter().enumerate() {
        let ours = instruction.program_id == whittle::ID;
        let data = &instruction.data;
        if !ours || !(is::<LiquidatePartial>(data) || is::<ExecuteRecovery>(data)) {
            continue;
        }
        let before = if place == 0 {
            Some(world.picture())
        } else {
            world.rehearse(&instructions[..place], signers)
        };
        let is_last = place + 1 == instructions.len();
        let after = (!is_last).then(|| world.rehearse(&instructions[..=place], signers));
        // When what comes before fails, so does the transaction, and not for our reasons.
        let Some(before) = before else { continue };
        let planned = plan_of(&before, instruction, world.now());
        expected.extend(planned.map(|planned| Expected {
            place,
            after: after.flatten(),
            ..planned
        }));
    }
    expected
}

fn is_emergency(mirror: &Mirror, account: &MarginAccount, now: i64) -> Outcome<bool> {
    let snapshot = mirror.snapshot(account, now)?;
    let policy = mirror
        .exchange()
        .ok_or(WhittleError::WrongAccount)?
        .policy();
    let fair = assess(&snapshot.account(), Doubt::Favourable)?;
    let state = fair.state(&policy.thresholds, !snapshot.legs.is_empty())?;
    let closable = snapshot.legs.iter().any(|leg| !leg.mark.stale);
    Ok(closable && matches!(state, State::Emergency | State::Insolvent))
}

fn plan_of(before: &Picture, instruction: &Instruction, now: i64) -> Option<Expected> {
    let account_at = |place: usize| -> Option<(Pubkey, MarginAccount)> {
        let key = instruction.accounts.get(place)?.pubkey;
        let raw = before.accounts.get(&key)?;
        let ours = raw.owner == whittle::ID;
        ours.then(|| decode::account(&raw.data).ok().map(|it| (key, it)))?
    };
    let (key, account) = account_at(1)?;
    let (keeper, keeper_account) = account_at(2)?;
    let min_bonus = i64::from_le_bytes(instruction.data.get(8..16)?.try_into().ok()?);
    let mirror = mirror(before);
    let is_recovery = is::<ExecuteRecovery>(&instruction.data);
    let plan = if is_recovery {
        mirror.recover(&account, now, Usd(min_bonus))
    } else {
        mirror.plan(&account, now, Usd(min_bonus))
    };
    let plan = plan.and_then(|plan| Ok((plan, mirror.snapshot(&account, now)?)));
    let emergency = !is_recovery && is_emergency(&mirror, &account, now).unwrap_or(false);
    Some(Expected {
        place: 0,
        is_recovery,
        key,
        keeper,
        before: account,
        keeper_cash_before: keeper_account.cash_usd_atoms,
        plan,
        emergency,
        after: None,
    })
}

/// Compares with what happened.
#[track_caller]
pub(crate) fn compare(world: &World, expected: Vec<Expected>, sent: &Sent) {
    for expected in expected {
        if sent.succeeded() {
            let Ok((plan, snapshot)) = &expected.plan else {
                panic!(
                    "INV-PLAN: liquidated although the plan says {:?}",
                    expected.plan.err()
                );
            };
            if plan.kind == Kind::Recovered {
                compare_recovered(&expected, plan, sent);
            } else {
                compare_liquidated(world, &expected, plan, snapshot, sent);
            }
        } else if sent.failed_instruction() == Some(expected.place) {
            compare_refusal(&expected, sent);
        }
    }
}

/// Refusals that are the plan's to give.
const OF_THE_PLAN: [WhittleError; 13] = [
    WhittleError::LiquidationsPaused,
    WhittleError::AccountHealthy,
    WhittleError::NotFlagged,
    WhittleError::NotConfirmed,
    WhittleError::BonusBelowMinimum,
    WhittleError::AlreadyFlagged,
    WhittleError::NoPositions,
    WhittleError::PriceTooOld,
    WhittleError::Protected,
    WhittleError::NoRecoveryPlan,
    WhittleError::NotUnderTrigger,
    WhittleError::UnderMaintenance,
    WhittleError::PriceUncertain,
];

#[track_caller]
fn compare_refusal(expected: &Expected, sent: &Sent) {
    let number = sent.error_number();
    let given = OF_THE_PLAN
        .into_iter()
        .find(|error| Some(u32::from(*error)) == number);
    if let Some(given) = given {
        let planned = expected.plan.as_ref().err();
        assert_eq!(Some(&given), planned, "INV-PLAN: the refusal");
        // INV-EMERGENCY: only its caller's own minimum stops the liquidation of an emergency.
        assert!(
            !expected.emergency || given == WhittleError::BonusBelowMinimum,
            "INV-EMERGENCY: {given:?}"
        );
    }
}

#[track_caller]
fn compare_recovered(expected: &Expected, plan: &Plan, sent: &Sent) {
    let events = sent.events_of::<AccountUnflagged>();
    let found = events.iter().find(|event| event.account == expected.key);
    let should = AccountUnflagged {
        account: expected.key,
        equity_usd_atoms: plan.before.equity.0,
        maintenance_usd_atoms: plan.before.maintenance.0,
    };
    assert_eq!(found, Some(&should), "INV-PLAN: the event");
}

#[track_caller]
fn compare_liquidated(
    world: &World,
    expected: &Expected,
    plan: &Plan,
    snapshot: &Snapshot,
    sent: &Sent,
) {
    let events = done_to(expected, sent);
    let should = event_of(expected, plan, snapshot, world);
    let found = events.iter().find(|event| **event == should);
    assert!(
        found.is_some(),
        "INV-PLAN: the event\nplanned {should:#?}\nfound {events:#?}"
    );

    let latest = world.picture();
    let picture = expected.after.as_ref().unwrap_or(&latest);
    let read = |key: &Pubkey| -> MarginAccount {
        decode::account(&picture.accounts[key].data).expect("still a margin account")
    };
    let after = read(&expected.key);
    assert_eq!(after.episode(), plan.episode, "INV-PLAN: the episode");
    assert_eq!(after.receipt, should.receipt, "INV-PLAN: the receipt");
    for (slot, close) in snapshot.slots.iter().zip(&plan.closes) {
        let slot = usize::from(*slot);
        let (was, is) = (
            expected.before.positions[slot].lots,
            after.positions[slot].lots,
        );
        let closed = i64::try_from(close.lots).expect("lots of 63 bits");
        assert_eq!(
            is,
            was - was.signum() * closed,
            "INV-PLAN: lots in slot {slot}"
        );
    }
    let earned = read(&expected.keeper).cash_usd_atoms - expected.keeper_cash_before;
    assert_eq!(earned, plan.bonus.0, "INV-PLAN: what the keeper earned");

    if expected.is_recovery {
        promise::check_recovery(world, &expected.before, &after, plan, snapshot);
    } else {
        promise::check(world, &expected.before, &after, plan, snapshot);
    }
    let mirror = mirror(picture);
    let again = mirror.health(&after, world.now()).expect("a health");
    assert_eq!(again, plan.after, "INV-PLAN: health assessed afterwards");
}

/// What was done, whichever event tells it: both carry the same.
fn done_to(expected: &Expected, sent: &Sent) -> Vec<PartiallyLiquidated> {
    if !expected.is_recovery {
        return sent.events_of();
    }
    let recoveries = sent.events_of::<RecoveryExecuted>().into_iter();
    recoveries
        .map(|it| PartiallyLiquidated {
            account: it.account,
            keeper: it.keeper,
            receipt: it.receipt,
            legs: it.legs,
        })
        .collect()
}

fn event_of(
    expected: &Expected,
    plan: &Plan,
    snapshot: &Snapshot,
    world: &World,
) -> PartiallyLiquidated {
    let positions = expected.before.open_positions();
    let legs = positions.zip(&snapshot.legs).zip(&plan.closes);
    let legs: Vec<_> = legs
        .map(|((position, leg), close)| LiquidatedLeg {
            market: position.market,
            lots: position.lots,
            closed_lots: close.lots,
            price_q32: leg.price(Doubt::Plain).0,
            publish_time: leg.mark.publish_time,
            keeper_usd_atoms: close.cost.keeper.0,
            premium_usd_atoms: close.cost.premium.0,
            pool_usd_atoms: close.cost.pool.0,
            insurance_top_up_usd_atoms: close.insurance_top_up.0,
            pool_top_up_usd_atoms: close.pool_top_up.0,
            ..LiquidatedLeg::default()
        })
        .collect();
    PartiallyLiquidated {
        account: expected.key,
        keeper: expected.keeper,
        receipt: receipt_of(plan, &legs, world),
        legs,
    }
}

fn receipt_of(plan: &Plan, legs: &[LiquidatedLeg], world: &World) -> Receipt {
    let certificate = plan.certificate.unwrap_or_default();
    let certified = plan.certificate.map(|it| &legs[usize::from(it.leg)]);
    Receipt {
        at: world.now(),
        slot: world.slot(),
        flagged_at: plan.flagged_at,
        latched_ratio_q32: plan.latched_ratio.0,
        bonus_rate_q32: plan.bonus_rate.0,
        equity_before_usd_atoms: plan.before.equity.0,
        maintenance_before_usd_atoms: plan.before.maintenance.0,
        target_usd_atoms: plan.target.0,
        equity_after_usd_atoms: plan.after.equity.0,
        maintenance_after_usd_atoms: plan.after.maintenance.0,
        closed_usd_atoms: plan.closes.iter().map(|close| close.notional.0).sum(),
        cost_usd_atoms: plan.cost.0,
        bonus_usd_atoms: plan.bonus.0,
        certified_lots: certificate.lots,
        surplus_usd_atoms: certificate.surplus.0,
        shortfall_one_less_usd_atoms: certificate.shortfall_one_less.0,
        certified_price_q32: certified.map_or(0, |leg| leg.price_q32),
        certified_publish_time: certified.map_or(0, |leg| leg.publish_time),
        certified_market: certified.map_or(0, |leg| leg.market),
        kind: plan.kind as u8,
        has_certificate: u8::from(certified.is_some()),
        ..Receipt::default()
    }
}

impl Sent {
    fn events_of<E: TryFrom<event::Event>>(&self) -> Vec<E> {
        let events = event::events(&self.processed.logs);
        events
            .into_iter()
            .filter_map(|it| E::try_from(it).ok())
            .collect()
    }
}
