//! INV-SETTLED, after every transaction.

use anchor_lang::solana_program::instruction::Instruction;
use whittle::instruction::LiquidatePartial;
use whittle::state::wind_down::WindDown;
use whittle::state::{Bank, Market};
use whittle_risk::Price;

use crate::changed::Picture;
use crate::governed::each;
use crate::invariant::Check;
use crate::outcome::is;

const DAY: i64 = 86_400;

/// Checks a transaction that succeeded at `now`.
pub(crate) fn check(
    before: &Picture,
    after: &Picture,
    now: i64,
    instructions: &[Instruction],
) -> Check {
    let liquidates = instructions
        .iter()
        .any(|it| it.program_id == whittle::ID && is::<LiquidatePartial>(&it.data));
    each(before, after, |was: &Market, is: &Market| {
        let last = Last {
            price: Price(is.price.price_q32),
            publish_time: is.price.publish_time,
            left: is.estimate.average_q32,
            is_idle: is.long_lots == 0 && is.short_lots == 0,
        };
        settlement_price(&was.wind_down, &is.wind_down, &last, now)?;
        ended_market(was, is, liquidates, now)
    })?;
    each(before, after, |was: &Bank, is: &Bank| {
        let price = is.settling_price();
        let last = Last {
            price,
            publish_time: is.price.publish_time,
            left: price.0,
            is_idle: false,
        };
        settlement_price(&was.wind_down, &is.wind_down, &last, now)
    })
}

/// What a feed said last, and what is left of it should it be gone.
struct Last {
    price: Price,
    publish_time: i64,
    left: u64,
    is_idle: bool,
}

fn is_open(it: &WindDown, now: i64) -> bool {
    it.begins_at != 0 && now >= it.settles_at && it.price_q32 == 0
}

/// INV-SETTLED: a price of settlement appears once, when it is due, and is the average of what was
/// observed; or what is left of a feed that has not spoken for a day since the end.
fn settlement_price(was: &WindDown, is: &WindDown, last: &Last, now: i64) -> Check {
    if was.price_q32 == is.price_q32 {
        return Ok(());
    }
    let seen = is_open(was, now).then(|| was_seen(is, last, now));
    let silent = now - last.publish_time.max(is.settles_at) > DAY;
    let right = match seen {
        None => None,
        Some(Some(mean)) if !last.is_idle => Some(mean.0),
        Some(_) => (silent || last.is_idle).then_some(last.left.max(1)),
    };
    if right == Some(is.price_q32) {
        return Ok(());
    }
    let found = is.price_q32;
    Err(format!("INV-SETTLED: {found} instead of {right:?}"))
}

fn was_seen(is: &WindDown, last: &Last, now: i64) -> Option<Price> {
    let open = WindDown {
        price_q32: 0,
        ..*is
    };
    let seen = open.observed_until(last.price, last.publish_time, now);
    seen.mean_floor()
}

/// INV-SETTLED: between the end and the published price no position changes but by a liquidation,
/// which the checks of INV-BREAKER let close nothing outside emergency.
fn ended_market(was: &Market, is: &Market, liquidates: bool, now: i64) -> Check {
    let lots = |it: &Market| (it.long_lots, it.short_lots);
    if is_open(&is.wind_down, now) && lots(was) != lots(is) && !liquidates {
        let (was, is) = (lots(was), lots(is));
        return Err(format!("INV-SETTLED: {was:?} lots and then {is:?}"));
    }
    Ok(())
}
