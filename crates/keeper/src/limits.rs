//! What a transaction asks the chain for, beside what it does.
//!
//! A block is charged what a transaction took. But a leader looks at what it asks for first: priority is
//! what it pays, divided by the cost that it asks for, what does not fit by that waits, and some leaders
//! hold that much of the block for it until it has run. The priority fee is paid for all compute units
//! that it asks for. So what is asked for in excess costs fees and priority, and in a cascade time.

use whittle_client::rpc::Draft;

/// Most compute units that the runtime gives a transaction.
pub const MOST_UNITS: u32 = 1_400_000;
/// Most bytes of accounts and programs that the runtime loads for a transaction, and what it takes for
/// asked when nothing is: 2,048 pages of 8 units, more than a liquidation takes in all.
pub const MOST_LOADED_BYTES: u32 = 64 * 1024 * 1024;

/// Compute units beyond what a simulation took, percent: by the time it runs an index has moved.
const SPARE_PERCENT: u64 = 20;
/// And this many for each position of an account that is liquidated: by the time it runs all of them may
/// have to be closed. Others get as many as for one.
const SPARE_UNITS_OF_LEG: u64 = 2_500;
/// And this many for each price in front: it may have been cached when the transaction was simulated
/// and be newer when it runs.
const SPARE_UNITS_OF_UPDATE: u64 = 1_500;
/// Bytes are charged by pages of this size.
const PAGE_BYTES: u32 = 32 * 1024;

/// What a simulation took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Compute units.
    pub units: u64,
    /// Bytes of accounts and programs; `None` when the node does not tell.
    pub loaded_bytes: Option<u32>,
}

/// What may be more by the time a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Price updates in front.
    pub updates: usize,
    /// Positions of the account that is liquidated.
    pub legs: usize,
}

/// What to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Compute units.
    pub units: u32,
    /// Bytes of accounts and programs; `None` leaves it at [`MOST_LOADED_BYTES`].
    pub loaded_bytes: Option<u32>,
}

impl Limits {
    /// What nothing exceeds: for a simulation, in which the instructions that set limits count as well.
    pub const MOST: Self = Self {
        units: MOST_UNITS,
        loaded_bytes: Some(MOST_LOADED_BYTES),
    };

    /// For a transaction that was simulated.
    pub fn of(simulated: Simulated, room: Room) -> Self {
        let times = |count: usize, units: u64| {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            count.saturating_mul(units)
        };
        let spare = (simulated.units.saturating_mul(SPARE_PERCENT) / 100)
            .saturating_add(times(room.legs.max(1), SPARE_UNITS_OF_LEG))
            .saturating_add(times(room.updates, SPARE_UNITS_OF_UPDATE));
        let units = simulated.units.saturating_add(spare);
        Self {
            units: u32::try_from(units).unwrap_or(MOST_UNITS).min(MOST_UNITS),
            loaded_bytes: simulated.loaded_bytes.map(loaded),
        }
    }

    /// For a transaction that was not simulated.
    pub fn unknown(units: u32) -> Self {
        Self {
            units,
            loaded_bytes: None,
        }
    }

    /// A draft that asks for this.
    pub fn on(self, mut draft: Draft) -> Draft {
        draft.units = Some(self.units);
        draft.loaded_bytes = self.loaded_bytes;
        draft
    }
}

/// A quarter more, for a program that was upgraded in between, in whole pages: one costs 8 units.
fn loaded(bytes: u32) -> u32 {
    let spacious = bytes.saturating_add(bytes / 4);
    let pages = spacious.div_ceil(PAGE_BYTES);
    pages.saturating_mul(PAGE_BYTES).min(MOST_LOADED_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(units: u64, updates: usize, legs: usize) -> Limits {
        let simulated = Simulated {
            units,
            loaded_bytes: Some(1_000_000),
        };
        Limits::of(simulated, Room { updates, legs })
    }

    #[test]
    fn a_simulated_transaction_gets_room_for_each_leg_and_for_each_price_in_front() {
        assert_eq!(limits(10_000, 0, 0).units, 14_500);
        assert_eq!(limits(10_000, 0, 1).units, 14_500);
        assert_eq!(limits(10_000, 0, 8).units, 32_000);
        assert_eq!(limits(10_000, 8, 8).units, 44_000);
    }

    #[test]
    fn no_limit_is_over_the_runtimes() {
        assert_eq!(limits(1_400_000, 0, 1).units, MOST_UNITS);
        assert_eq!(limits(u64::MAX, usize::MAX, usize::MAX).units, MOST_UNITS);
        let bytes = Some(MOST_LOADED_BYTES);
        let simulated = Simulated {
            units: 1,
            loaded_bytes: bytes,
        };
        let room = Room {
            updates: 0,
            legs: 1,
        };
        assert_eq!(Limits::of(simulated, room).loaded_bytes, bytes);
    }

    #[test]
    fn bytes_to_load_get_a_quarter_more_in_whole_pages() {
        assert_eq!(limits(1, 0, 1).loaded_bytes, Some(39 * 32 * 1024));
    }

    #[test]
    fn where_a_node_tells_no_bytes_none_are_asked_for() {
        let simulated = Simulated {
            units: 7_000,
            loaded_bytes: None,
        };
        let room = Room {
            updates: 0,
            legs: 1,
        };
        assert_eq!(Limits::of(simulated, room).loaded_bytes, None);
        assert_eq!(Limits::unknown(60_000).loaded_bytes, None);
    }
}
