//! The end of a market and of a collateral token.

use whittle::state::proposal::Change;
use whittle_client::instruction;
use whittle_risk::MAX_LEGS;

use super::{cost, crowd, world, Cost};
use crate::outcome::Done;
use crate::spec::BankSpec;

const DAY: u32 = 86_400;

/// One position of one, and of eight, is settled; the bank ends on the way.
pub(super) fn wind_down() -> Vec<Cost> {
    let mut costs = Vec::new();
    let mut note = |name: &str, done: Done| costs.push(cost(name, &done));
    for legs in [1, MAX_LEGS] {
        let mut world = world(legs);
        let trader = crowd(&mut world, 1);
        let (market, bank, settles_after_secs) = (0, 1, DAY);
        world.change(Change::WindDownMarket {
            market,
            settles_after_secs,
        });
        if legs == 1 {
            world.list_bank(&BankSpec::sol()).ok();
            world.change(Change::WindDownBank {
                bank,
                settles_after_secs,
            });
        }
        // A day to the end, and the feeds are silent for one more.
        world.pass(2 * i64::from(DAY) + 1);
        let ended = world.send(&[instruction::publish_settlement(market)], &[]);
        if legs == 1 {
            note("publish_settlement", ended.ok());
            let publish = instruction::publish_bank_settlement(&world.bank(bank).mint);
            let ended = world.send(&[publish], &[]);
            note("publish_bank_settlement", ended.ok());
        } else {
            ended.ok();
        }
        let settled = trader.settle_position(&mut world, &trader, market);
        note(&format!("settle_position/{legs}"), settled.ok());
    }
    costs
}
