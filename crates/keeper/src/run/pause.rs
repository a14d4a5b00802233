//! A node that does not answer is asked by one action at a time and ever less often, whatever is due;
//! the first answer ends that.

use core::time::Duration;
use std::time::Instant;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

/// How the node has answered lately.
#[derive(Debug, Default)]
pub struct Pause {
    /// Failures in a row.
    failures: u32,
    until: Option<Instant>,
}

impl Pause {
    /// The node answered.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// It did not. Failures of what was sent before the pause began are part of the same.
    pub fn failed(&mut self, now: Instant) {
        if self.until.is_some_and(|until| now < until) {
            return;
        }
        let longer = FIRST.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        self.until = Some(now + longer.min(LONGEST));
    }

    /// How many of `most` transactions may be on their way.
    pub fn room(&self, now: Instant, most: usize) -> usize {
        match self.until {
            None => most,
            Some(until) if now < until => 0,
            Some(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_node_is_tried_by_one_transaction_at_a_time_and_ever_less_often() {
        let (mut pause, mut now) = (Pause::default(), Instant::now());
        assert_eq!(pause.room(now, 16), 16);
        for wait in [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000] {
            let wait = Duration::from_millis(wait);
            pause.failed(now);
            pause.failed(now);
            assert_eq!(pause.room(now + wait / 2, 16), 0, "{wait:?}");
            now += wait;
            assert_eq!(pause.room(now, 16), 1, "{wait:?}");
        }
        pause.answered();
        assert_eq!(pause.room(now, 16), 16);
    }
}
