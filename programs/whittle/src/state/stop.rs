//! Orders that wait for a price: stops and take-profits.

use super::Order;
use whittle_risk::Price;

/// The order waits for the price to rise to its trigger; without this, to fall to it.
pub const ORDER_TRIGGER_ABOVE: u8 = 2;
/// Longest life of an order that waits for its trigger: 30 days, in seconds.
pub const STOP_LIFE_SECS: i64 = 30 * 86_400;

impl Order {
    /// Whether it waits for its trigger; until then it is not filled.
    pub fn is_waiting(&self) -> bool {
        self.trigger_q32 != 0
    }

    /// Whether it waits for the price to rise rather than to fall.
    pub fn triggers_above(&self) -> bool {
        self.flags & ORDER_TRIGGER_ABOVE != 0
    }

    /// Whether `price` is at its trigger or beyond.
    pub fn is_reached(&self, price: Price) -> bool {
        if self.triggers_above() {
            price.0 >= self.trigger_q32
        } else {
            price.0 <= self.trigger_q32
        }
    }

    /// Makes it an order like one placed at `placed_at`.
    pub fn trigger(&mut self, placed_at: i64, expires_at: i64) {
        self.placed_at = placed_at;
        self.expires_at = expires_at;
        self.trigger_q32 = 0;
        self.flags &= !ORDER_TRIGGER_ABOVE;
    }
}
