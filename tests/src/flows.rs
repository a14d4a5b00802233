//! What may move between two moments, given the instructions of the transaction between them: funding,
//! losses that a side bears, orders that wait, and what a drawdown holds.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::Discriminator;
use whittle::instruction::{CancelStop, FillOrder, ResolveBankruptcy, SettleAccount, TriggerOrder};
use whittle::state::{MarginAccount, Market, Order, Position, Side};
use whittle_client::address;

use crate::changed::Picture;
use crate::drawn;
use crate::invariant::{Check, Ledger};
use crate::outcome::is;
use crate::world::mirror;

/// Checks a transaction that succeeded at `time`.
pub(crate) fn check(
    before: &Picture,
    after: &Picture,
    time: i64,
    instructions: &[Instruction],
) -> Check {
    let ours: Vec<&Instruction> = instructions
        .iter()
        .filter(|it| it.program_id == whittle::ID)
        .collect();
    let settles = |it: &&&Instruction| is::<SettleAccount>(&it.data);
    if !ours.is_empty() && ours.iter().filter(settles).count() == ours.len() {
        settled(before, after, time)?;
    }
    let (before, after) = (Ledger::read(before), Ledger::read(after));
    drawn::check(&before, &after, time)?;
    let calls = i128::try_from(ours.len()).expect("few instructions");
    for (was, is) in before.markets.iter().zip(&after.markets) {
        funding(&before, &after, was, is, calls)?;
        for side in Side::BOTH {
            losses(&before, &after, was, is, side, calls)?;
        }
    }
    stops(&before, &after, time, &ours)
}

/// Each open position in a market together with what became of it in the same account.
fn positions<'a>(
    before: &'a Ledger,
    after: &'a Ledger,
    market: u16,
) -> impl Iterator<Item = (&'a Position, Option<&'a Position>)> {
    let held = move |account: &'a MarginAccount| {
        let all = account.positions.iter();
        all.filter(move |it| it.market == market && it.lots != 0)
    };
    before.accounts.iter().flat_map(move |was| {
        let now = after.accounts.iter().find(|it| same(was, it));
        held(was).map(move |position| (position, now.and_then(|it| held(it).next())))
    })
}

pub(crate) fn same(one: &MarginAccount, other: &MarginAccount) -> bool {
    (one.owner, one.sub_id) == (other.owner, other.sub_id)
}

/// What the positions of a market owe exactly, in Q32: each its lots times the growth of its index.
fn owed_q32(ledger: &Ledger, market: u16, owed: impl Fn(&Position) -> i128) -> i128 {
    let accounts = ledger.accounts.iter();
    let held = accounts.flat_map(|it| &it.positions);
    held.filter(|it| it.market == market && it.lots != 0)
        .map(owed)
        .sum()
}

/// INV-FUNDING: what a market expects of funding is what its positions owe each other and the pool,
/// exactly, but for the fraction of an atom that each accrual and each settlement of a position rounds
/// up: the first in what is expected, the second in what was paid.
fn funding(before: &Ledger, after: &Ledger, was: &Market, is: &Market, calls: i128) -> Check {
    let off = |ledger: &Ledger, market: &Market| {
        let index = i128::from(market.funding_index_q32);
        let owed = owed_q32(ledger, market.index, |it| {
            i128::from(it.lots) * (index - i128::from(it.funding_index_q32))
        });
        (i128::from(market.funding_unsettled_usd_atoms) << 32) - owed
    };
    let accrued = i128::from(was.funding_index_q32 != is.funding_index_q32);
    let settled = positions(before, after, was.index)
        .filter(|(was, is)| is.is_none_or(|it| it.funding_index_q32 != was.funding_index_q32));
    let settled = i128::try_from(settled.count()).expect("few positions") * calls;
    let change = off(after, is) - off(before, was);
    within("INV-FUNDING", was.index, change, settled, accrued)
}

/// INV-LOSS: what a market expects a side to bear is what its positions owe exactly, less the fraction
/// of an atom that each loss and each settlement rounds against them.
fn losses(
    before: &Ledger,
    after: &Ledger,
    was: &Market,
    is: &Market,
    side: Side,
    calls: i128,
) -> Check {
    let off = |ledger: &Ledger, market: &Market| {
        let index = i128::from(market.loss_index(side));
        let owed = owed_q32(ledger, market.index, |it| {
            let held = it.lots.signum() == i64::from(side.sign());
            let grown = index - i128::from(it.loss_index_q32);
            i128::from(held) * i128::from(it.lots.unsigned_abs()) * grown
        });
        (i128::from(market.losses_unsettled(side).0) << 32) - owed
    };
    let borne = i128::from(was.loss_index(side) != is.loss_index(side));
    let settled = positions(before, after, was.index)
        .filter(|(was, _)| was.lots.signum() == i64::from(side.sign()))
        .filter(|(was, is)| {
            // Who changes sides settles, and the index of the other side may be the same.
            is.is_none_or(|it| {
                it.loss_index_q32 != was.loss_index_q32 || it.lots.signum() != was.lots.signum()
            })
        });
    let settled = i128::try_from(settled.count()).expect("few positions") * calls;
    let change = off(after, is) - off(before, was);
    within("INV-LOSS", was.index, change, settled + borne, 0)
}

/// Whether a change in Q32 is over -`down` and under `up` atoms, and none where that is zero.
fn within(id: &str, market: u16, change: i128, down: i128, up: i128) -> Check {
    let low = if down == 0 { 0 } else { 1 - (down << 32) };
    let high = if up == 0 { 0 } else { (up << 32) - 1 };
    if (low..=high).contains(&change) {
        Ok(())
    } else {
        Err(format!(
            "{id}: market {market} and its positions differ by {change} / 2^32 atoms more, not by \
             {low} to {high}"
        ))
    }
}

/// INV-FUNDING and INV-LOSS: to settle makes nobody richer or poorer; collecting a claim and counting
/// interest round an atom down.
fn settled(before: &Picture, after: &Picture, time: i64) -> Check {
    let was = Ledger::read(before);
    for account in &Ledger::read(after).accounts {
        let Some(had) = was.accounts.iter().find(|it| same(account, it)) else {
            continue;
        };
        let (old, new) = (mirror(before), mirror(after));
        let healths = (old.health(had, time), new.health(account, time));
        let (Ok(before), Ok(after)) = healths else {
            continue;
        };
        let claims = had.positions.iter().filter(|it| it.claim_usd_atoms != 0);
        let claims = i64::try_from(claims.count()).expect("few positions");
        // Interest that is counted is rounded up as well.
        let most = claims + i64::from(had.cash_usd_atoms < 0);
        let lost = before.equity.0 - after.equity.0;
        if !(0..=most).contains(&lost) {
            return Err(format!("INV-FUNDING: {lost} atoms lost by settling"));
        }
    }
    Ok(())
}

/// INV-STOP: an order that waited still waits; or it is gone, and its owner, the clock or the
/// resolution of a bankruptcy took it; or its market's price has reached its trigger, and it is due
/// later than that price.
fn stops(before: &Ledger, after: &Ledger, time: i64, calls: &[&Instruction]) -> Check {
    for was in &before.accounts {
        let Some(is) = after.accounts.iter().find(|it| same(was, it)) else {
            continue;
        };
        for (place, (order, now)) in (0u8..).zip(was.orders.iter().zip(&is.orders)) {
            let expired = time > order.expires_at;
            if !order.is_waiting() || now == order || expired {
                continue;
            }
            let key = address::margin_account(&was.owner, was.sub_id);
            if taken(calls, &key, place) {
                continue;
            }
            let market = after.markets.iter().find(|it| it.index == order.market);
            if !became_due(order, now, market.expect("its market"), calls, &key, place) {
                return Err(format!("INV-STOP: {order:?} and then {now:?}"));
            }
        }
    }
    Ok(())
}

fn became_due(
    order: &Order,
    now: &Order,
    market: &Market,
    calls: &[&Instruction],
    key: &Pubkey,
    place: u8,
) -> bool {
    let price = market.price;
    let triggered = named::<TriggerOrder>(calls, key, Some(place));
    if now.lots == 0 {
        // An update ahead of the clock can be due at once.
        return triggered && named::<FillOrder>(calls, key, Some(place));
    }
    let kept = (now.lots, now.limit_q32, now.escrow_usd_atoms)
        == (order.lots, order.limit_q32, order.escrow_usd_atoms);
    let reached = order.is_reached(price.cached().price)
        && !now.is_waiting()
        && now.placed_at >= price.publish_time;
    triggered && kept && reached
}

/// Whether somebody took the order who may.
fn taken(calls: &[&Instruction], key: &Pubkey, place: u8) -> bool {
    named::<CancelStop>(calls, key, Some(place)) || named::<ResolveBankruptcy>(calls, key, None)
}

/// Whether an instruction of this kind names the account, and the place in its data.
fn named<T: Discriminator>(calls: &[&Instruction], key: &Pubkey, place: Option<u8>) -> bool {
    calls.iter().any(|it| {
        let account = it.accounts.get(1).map(|meta| meta.pubkey);
        let placed = place.is_none_or(|place| it.data.get(8) == Some(&place));
        is::<T>(&it.data) && account == Some(*key) && placed
    })
}
