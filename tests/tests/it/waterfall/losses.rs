//! Who pays what a side bears of somebody's bankruptcy, to the atom.

use super::{cash, equity, pool_has, resolve, Means, DOLLAR};
use crate::liquidation::{BTC, LOTS};
use whittle::event::{BankruptcyResolved, DeficitBooked};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::Side;
use whittle_tests::{spec, Actor, World, USDC};

/// Nobody but the winners bears anything.
fn means() -> Means {
    let mut means = Means {
        insurance: InsuranceParams {
            per_event_usd_atoms: 0,
            per_day_usd_atoms: 0,
            ..spec::insurance_params()
        },
        ..Means::default()
    };
    means.pool.loss_per_day_usd_atoms = 0;
    means
}

fn index(world: &World, side: Side) -> i128 {
    world.market(BTC).loss_index(side).into()
}

/// Lots times the growth of the index, rounded up: what one position pays.
fn part(lots: i64, grown: i128) -> i64 {
    let exact = i128::from(lots.unsigned_abs()) * grown;
    i64::try_from((exact + (1 << 32) - 1) >> 32).expect("few dollars")
}

/// INV-LOSS. Ann loses more than she has. Three who hold the other side, of odd sizes, pay in
/// proportion to their lots, each rounded up; who holds Ann's side, who opens after it and who holds
/// nothing pay nothing; the pool, which advanced it, gets exactly what they pay.
#[test]
fn the_winning_side_pays_by_lots_and_whoever_comes_later_pays_nothing() {
    for side in Side::BOTH {
        // Ann is on the other side than the winners.
        let (sign, price) = match side {
            Side::Short => (-1, "37000"),
            Side::Long => (1, "43000"),
        };
        let mut world = means().world();
        let keeper = world.keeper("keeper");
        let ann = world.trader("ann", 5_300 * USDC);
        let lots = [LOTS, 3_333, 777];
        let winners = ["bob", "carl", "cleo"].map(|name| world.trader(name, 60_000 * USDC));
        let [ally, late, idle] =
            ["ally", "late", "idle"].map(|name| world.trader(name, 60_000 * USDC));
        world.trade(&ann, BTC, -sign * LOTS);
        world.trade(&ally, BTC, -sign * 5_000);
        for (winner, lots) in winners.iter().zip(lots) {
            world.trade(winner, BTC, sign * lots);
        }
        world.settle_markets(&[BTC]).ok();
        world.move_price(BTC, price);
        let booked: DeficitBooked = keeper.liquidate(&mut world, &ann).ok().event();
        world.settle_markets(&[BTC]).ok();

        let all: Vec<&Actor> = winners.iter().chain([&ally, &idle]).collect();
        let had: Vec<i64> = all.iter().map(|it| equity(&world, it)).collect();
        let (from, had_pool) = (index(&world, side), pool_has(&world));
        let event: BankruptcyResolved = resolve(&mut world, &ann).ok().event();
        let loss = booked.deficit_usd_atoms;
        assert!(loss > 2_000 * DOLLAR, "{loss}");
        assert_eq!((event.side, event.side_usd_atoms), (side.sign(), loss));
        assert_eq!(pool_has(&world), had_pool - loss);
        let grown = index(&world, side) - from;
        assert!(grown > 0);
        assert_eq!(index(&world, side.other()), 0);

        // It is felt at once, settled or not.
        let parts: Vec<i64> = lots.iter().map(|lots| part(*lots, grown)).collect();
        for ((actor, had), part) in all.iter().zip(&had).zip(parts.iter().chain(&[0, 0])) {
            assert_eq!(had - equity(&world, actor), *part, "{}", actor.name());
        }
        // Together what Ann could not pay, and less than an atom more for each.
        let sum: i64 = parts.iter().sum();
        assert!((0..=3).contains(&(sum - loss)), "{sum} of {loss}");
        let expected = world.market(BTC).losses_unsettled(side).0;
        assert!((0..=1).contains(&(loss - expected)), "{expected} of {loss}");

        // Late opens on the winners' side after it, and settles, and pays nothing of it.
        world.trade(&late, BTC, sign * 1_000);
        let before = equity(&world, &late);
        late.settle(&mut world, &[BTC]).ok();
        assert_eq!(equity(&world, &late), before);
        assert_eq!(world.market(BTC).losses_unsettled(side).0, expected);
        // Bob has paid by adding to his position already, or pays now; nobody pays twice.
        let mut left = expected;
        for (winner, part) in winners.iter().zip(&parts) {
            let line = world.market(BTC).pool_line_usd_atoms;
            let (had, funding) = (cash(&world, winner), world.market(BTC));
            winner.settle(&mut world, &[BTC]).ok();
            let now = world.market(BTC);
            let funded = funding.funding_unsettled_usd_atoms - now.funding_unsettled_usd_atoms;
            assert_eq!(had - cash(&world, winner), part + funded);
            assert_eq!(now.pool_line_usd_atoms, line + part + funded);
            left -= part;
            assert_eq!(now.losses_unsettled(side).0, left);
            winner.settle(&mut world, &[BTC]).ok();
            assert_eq!(had - cash(&world, winner), part + funded);
        }
        // Nothing is left but the roundings, which are the pool's.
        assert!((-3..=0).contains(&left), "{left}");
    }
}
