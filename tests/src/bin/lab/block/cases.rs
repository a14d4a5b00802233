//! The blocks that are filled.

use whittle_tests::block::fill::Charge;
use whittle_tests::block::keeper::Asks;
use whittle_tests::block::{Case, Prices, Work};

/// Markets over which a cascade is spread.
pub const MARKETS: [u16; 4] = [1, 2, 4, 8];

/// All cases, in the order of the tables.
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for prices in [Prices::Ahead, Prices::InFront] {
        for keepers in [8, 1] {
            all.extend(MARKETS.map(|markets| Case {
                keepers,
                prices,
                ..Case::of(Work::Liquidations, markets)
            }));
        }
    }
    all.extend([2, 3].map(|keepers| Case {
        keepers,
        ..Case::of(Work::Liquidations, 8)
    }));
    all.extend([8, 1].map(|keepers| Case {
        keepers,
        ..Case::of(Work::Flags, 8)
    }));
    for work in [Work::Emergencies, Work::Bankruptcies] {
        all.extend([1, 8].map(|markets| Case::of(work, markets)));
    }
    // What the keeper asks for, charged as used, is among the first.
    let widest = Case::of(Work::Liquidations, 8);
    for (asks, charge) in [
        (Asks::NoBytes, Charge::Used),
        (Asks::Nothing, Charge::Used),
        (Asks::AsTheKeeper, Charge::Asked),
        (Asks::NoBytes, Charge::Asked),
        (Asks::Nothing, Charge::Asked),
    ] {
        all.push(Case {
            asks,
            charge,
            ..widest
        });
    }
    all
}
