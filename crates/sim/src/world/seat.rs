//! An account and what the simulator remembers of who sits there.

use crate::policy::Memory;
use bytemuck::Zeroable;
use whittle::state::MarginAccount;

/// One account.
pub(super) struct Seat {
    /// As the program holds it.
    pub account: MarginAccount,
    /// The account as it was after its entry, to tell what holding would have brought.
    pub held: MarginAccount,
    /// Number of the life that sits here.
    pub life: Option<u32>,
    /// It is in the list of those who wait for a keeper.
    pub waits: bool,
    /// It is under the call level.
    pub called: bool,
    /// Since when it has been under maintenance; zero when it is not.
    pub since: i64,
    /// When a keeper that saw it can act.
    pub ready_at: i64,
    /// What the policy remembers.
    pub memory: Memory,
    /// Margin added since it was opened, USD atoms.
    pub added: i64,
    /// What this life may still add, USD atoms.
    pub budget: i64,
    /// Liquidations so far.
    pub liquidations: u32,
    /// Equity, margin paid in and notional before the first, USD atoms.
    pub first: First,
    /// Closed by liquidations, and what they cost, USD atoms.
    pub closed: i64,
    /// What they cost.
    pub cost: i64,
    /// Others have borne a loss of it.
    pub is_broke: bool,
    /// Market and side (1 long, -1 short) of the leg that had lost most when it was last closed.
    pub worst_market: u16,
    /// See `worst_market`.
    pub worst_side: i8,
}

/// An account just before its first liquidation, USD atoms.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct First {
    /// Equity.
    pub equity: i64,
    /// Equity less what was added until then.
    pub own: i64,
    /// Notional.
    pub notional: i64,
}

impl Seat {
    /// Nobody sits here.
    pub fn new() -> Self {
        Self {
            account: MarginAccount::zeroed(),
            held: MarginAccount::zeroed(),
            life: None,
            waits: false,
            called: false,
            since: 0,
            ready_at: 0,
            memory: Memory::NONE,
            added: 0,
            budget: 0,
            liquidations: 0,
            first: First::default(),
            closed: 0,
            cost: 0,
            is_broke: false,
            worst_market: 0,
            worst_side: 1,
        }
    }

    /// Makes room for another life.
    pub fn clear(&mut self) {
        *self = Self {
            // Whoever goes through the list finds that there is nothing to do.
            waits: self.waits,
            ..Self::new()
        };
    }
}
