//! The index by liquidation distance: which accounts a change of a price can reach.
//!
//! What an account has over its call level, `F = E - C`, is a sum over its legs and collateral of
//! terms that each depend on one price. For each such price the account names a trigger, and all
//! triggers together are chosen so that `F >= 0` while none of them is passed. A tick therefore
//! looks only at the accounts whose trigger it has passed; `judge` has the derivation.

use std::collections::{BTreeMap, BTreeSet};

/// A price that accounts depend on, and the direction that hurts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// The price of a market falls; longs.
    MarketFalls(u16),
    /// The price of a market rises; shorts.
    MarketRises(u16),
    /// What an atom of a bank's token counts for falls.
    BankFalls(u16),
}

/// Where an account has to be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Which price.
    pub line: Line,
    /// The last value that is harmless, Q32.
    pub at: u64,
}

/// Triggers of all accounts, in order.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    lines: BTreeMap<Line, BTreeSet<(u64, u32)>>,
    deadlines: BTreeSet<(u32, u32)>,
}

impl Edge {
    /// Adds an account.
    pub fn insert(&mut self, id: u32, triggers: &[Trigger], deadline: u32) {
        for trigger in triggers {
            let line = self.lines.entry(trigger.line).or_default();
            line.insert((trigger.at, id));
        }
        self.deadlines.insert((deadline, id));
    }

    /// Removes an account that was added with these.
    pub fn remove(&mut self, id: u32, triggers: &[Trigger], deadline: u32) {
        for trigger in triggers {
            if let Some(line) = self.lines.get_mut(&trigger.line) {
                line.remove(&(trigger.at, id));
            }
        }
        self.deadlines.remove(&(deadline, id));
    }

    /// All at once: sorting beats inserting one by one.
    pub fn rebuild<'a>(all: impl Iterator<Item = (u32, &'a [Trigger], u32)>) -> Self {
        let mut lines: BTreeMap<Line, Vec<(u64, u32)>> = BTreeMap::new();
        let mut deadlines = Vec::new();
        for (id, triggers, deadline) in all {
            for trigger in triggers {
                let line = lines.entry(trigger.line).or_default();
                line.push((trigger.at, id));
            }
            deadlines.push((deadline, id));
        }
        Self {
            lines: lines
                .into_iter()
                .map(|(line, entries)| (line, entries.into_iter().collect()))
                .collect(),
            deadlines: deadlines.into_iter().collect(),
        }
    }

    /// Accounts whose trigger a price has passed.
    pub fn passed(&self, line: Line, price: u64, mut found: impl FnMut(u32)) {
        let Some(entries) = self.lines.get(&line) else {
            return;
        };
        match line {
            Line::MarketRises(_) => {
                for (_, id) in entries.range(..(price, 0)) {
                    found(*id);
                }
            }
            Line::MarketFalls(_) | Line::BankFalls(_) => {
                let Some(above) = price.checked_add(1) else {
                    return;
                };
                for (_, id) in entries.range((above, 0)..) {
                    found(*id);
                }
            }
        }
    }

    /// Accounts whose deadline has come: what is no price may have moved them since.
    pub fn due(&self, now: u32, mut found: impl FnMut(u32)) {
        for (_, id) in self.deadlines.range(..=(now, u32::MAX)) {
            found(*id);
        }
    }

    /// Lines in use.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        self.lines.keys().copied()
    }

    /// Entries in it.
    pub fn len(&self) -> usize {
        self.lines.values().map(BTreeSet::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(edge: &Edge, line: Line, price: u64) -> Vec<u32> {
        let mut found = Vec::new();
        edge.passed(line, price, |id| found.push(id));
        found
    }

    #[test]
    fn a_price_at_a_trigger_has_not_passed_it() {
        let mut edge = Edge::default();
        let (falls, rises) = (Line::MarketFalls(0), Line::MarketRises(0));
        let triggers = [
            Trigger {
                line: falls,
                at: 90,
            },
            Trigger {
                line: rises,
                at: 110,
            },
        ];
        edge.insert(7, &triggers, 1_000);
        assert_eq!(passed(&edge, falls, 90), [0u32; 0]);
        assert_eq!(passed(&edge, falls, 89), [7]);
        assert_eq!(passed(&edge, rises, 110), [0u32; 0]);
        assert_eq!(passed(&edge, rises, 111), [7]);
        edge.remove(7, &triggers, 1_000);
        assert!(edge.is_empty());
        assert_eq!(passed(&edge, rises, u64::MAX), [0u32; 0]);
    }

    #[test]
    fn a_deadline_is_due_in_its_own_second() {
        let mut edge = Edge::default();
        edge.insert(3, &[], 50);
        let mut found = Vec::new();
        edge.due(49, |id| found.push(id));
        assert_eq!(found, [0u32; 0]);
        edge.due(50, |id| found.push(id));
        assert_eq!(found, [3]);
    }

    #[test]
    fn rebuilding_gives_what_inserting_gives() {
        let of = |at| {
            [Trigger {
                line: Line::BankFalls(1),
                at,
            }]
        };
        let (first, second) = (of(5), of(9));
        let mut one = Edge::default();
        one.insert(1, &first, 10);
        one.insert(2, &second, 20);
        let all = [(1, &first[..], 10), (2, &second[..], 20)];
        let other = Edge::rebuild(all.into_iter());
        for price in 0..12 {
            let line = Line::BankFalls(1);
            assert_eq!(passed(&one, line, price), passed(&other, line, price));
        }
    }
}
