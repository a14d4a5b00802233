//! Liquidations, and the prices that they need.

use whittle_risk::MAX_LEGS;

use super::{cost, crash, crowd, refresh, world, Cost};

/// Of one to eight legs in each depth, and updates of one to eight markets.
pub(super) fn liquidations() -> Vec<Cost> {
    let mut costs = Vec::new();
    for depth in [Depth::One, Depth::Alike, Depth::All] {
        costs.extend((1..=MAX_LEGS).map(|legs| liquidation(legs, depth)));
    }
    costs.extend((1..=MAX_LEGS).map(update));
    costs
}

/// What a liquidation has to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The first position is four times the others, and closing a part of it suffices.
    One,
    /// All positions are alike and E / M is about 0.9: two of eight are needed.
    Alike,
    /// E / M is under the forced ratio: all are closed.
    All,
}

/// Liquidating an account with `legs` positions.
#[must_use]
pub fn liquidation(legs: usize, depth: Depth) -> Cost {
    let (what, largest, move_bps) = match depth {
        Depth::One if legs == 1 => ("liquidate_partial", 1, 255),
        Depth::One => ("liquidate_partial", 4, 255),
        Depth::Alike => ("liquidate_partial_alike", 1, 255),
        Depth::All => ("liquidate_partial_all", 1, 475),
    };
    let mut world = world(legs);
    let trader = crowd(&mut world, largest);
    let keeper = world.keeper("keeper");
    crash(&mut world, move_bps);
    if depth != Depth::All {
        keeper.flag(&mut world, &trader).ok();
        world.pass(3);
        refresh(&mut world);
    }
    let before = world.account_of(&trader);
    let done = keeper.liquidate(&mut world, &trader).ok();
    let after = world.account_of(&trader);
    let pairs = before.positions.iter().zip(&after.positions);
    let touched = pairs.filter(|(was, is)| was.lots != is.lots).count();
    match depth {
        Depth::One => assert_eq!(touched, 1, "positions closed or reduced"),
        Depth::Alike => assert!(touched >= 1 && after.open_positions().count() > 0),
        Depth::All => assert_eq!(after.open_positions().count(), 0),
    }
    cost(&format!("{what}/{legs}"), &done)
}

/// Updating so many markets in one instruction.
#[must_use]
pub fn update(markets: usize) -> Cost {
    let mut world = world(markets);
    world.pass(61);
    for market in world.all_markets() {
        world.publish(market, "40100");
    }
    let all = world.all_markets();
    let done = world.update(&all).ok();
    cost(&format!("update_markets/{markets}"), &done)
}
