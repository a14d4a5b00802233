//! From a case with a fault to a small one with the same fault.
//!
//! Own code rather than proptest's: a run costs a tenth of a second and more, proptest takes elements
//! out one at a time, and what it keeps is a seed, which is another case after the next change of the
//! generator. Here chunks go first, and what is kept are the actions.

use std::time::{Duration, Instant};

use super::action::{Action, Amount, Call, Smart};
use super::case::{Case, Fault};

/// Makes a case smaller while its fault stays of the same kind and there is time.
pub fn shrink(case: &Case, fault: &Fault, time: Duration) -> (Case, Fault) {
    let kind = fault.kind();
    let mut best = Best {
        case: case.clone(),
        fault: fault.clone(),
        kind,
        until: Instant::now() + time,
    };
    let end = fault.step.saturating_add(1).min(case.actions.len());
    let cut = case.actions[..end].to_vec();
    best.try_actions(cut);
    best.take_out_chunks();
    best.simplify();
    best.take_out_chunks();
    (best.case, best.fault)
}

struct Best {
    case: Case,
    fault: Fault,
    kind: String,
    until: Instant,
}

impl Best {
    fn has_time(&self) -> bool {
        Instant::now() < self.until
    }

    /// Takes these actions where they fail alike.
    fn try_actions(&mut self, actions: Vec<Action>) -> bool {
        let case = Case {
            actions,
            ..self.case.clone()
        };
        match case.run_alone() {
            Err(fault) if fault.kind() == self.kind => {
                self.case = case;
                self.fault = fault;
                true
            }
            _ => false,
        }
    }

    fn take_out_chunks(&mut self) {
        let mut size = self.case.actions.len().div_ceil(2).max(1);
        loop {
            let mut from = 0;
            while from < self.case.actions.len() && self.has_time() {
                let mut fewer = self.case.actions.clone();
                let to = (from + size).min(fewer.len());
                fewer.drain(from..to);
                if !self.try_actions(fewer) {
                    from += size;
                }
            }
            if size == 1 || !self.has_time() {
                return;
            }
            size = size.div_ceil(2);
        }
    }

    fn simplify(&mut self) {
        let mut place = 0;
        while place < self.case.actions.len() && self.has_time() {
            let simpler = simpler(&self.case.actions[place]);
            let taken = simpler.into_iter().any(|action| {
                let mut actions = self.case.actions.clone();
                actions[place] = action;
                self.try_actions(actions)
            });
            if !taken {
                place += 1;
            }
        }
    }
}

/// Actions that do less than this one, the least first. Each chain of them ends.
fn simpler(action: &Action) -> Vec<Action> {
    match action {
        Action::Send { calls, twist } => {
            let mut all = Vec::new();
            if twist.is_some() {
                all.push(Action::Send {
                    calls: calls.clone(),
                    twist: None,
                });
            }
            if calls.len() > 1 {
                for place in 0..calls.len() {
                    let mut calls = calls.clone();
                    calls.remove(place);
                    all.push(Action::Send {
                        calls,
                        twist: *twist,
                    });
                }
            }
            for (place, call) in calls.iter().enumerate() {
                for simpler in simpler_calls(call) {
                    let mut calls = calls.clone();
                    calls[place] = simpler;
                    all.push(Action::Send {
                        calls,
                        twist: *twist,
                    });
                }
            }
            all
        }
        Action::Pass { secs } if *secs > 1 => {
            vec![Action::Pass { secs: 1 }, Action::Pass { secs: secs / 2 }]
        }
        Action::Smart(Smart::Tick { secs, moves }) if *moves != 20 => {
            // Every feed says again what it said.
            vec![Action::Smart(Smart::Tick {
                secs: *secs,
                moves: 20,
            })]
        }
        _ => Vec::new(),
    }
}

fn simpler_amount(amount: Amount) -> Vec<Amount> {
    match amount {
        Amount::Zero | Amount::One => Vec::new(),
        Amount::Most(0) => vec![Amount::One],
        Amount::Share(share) if share > 1 => {
            vec![Amount::One, Amount::Most(0), Amount::Share(share / 2)]
        }
        _ => vec![Amount::One, Amount::Most(0)],
    }
}

fn simpler_calls(call: &Call) -> Vec<Call> {
    let with = |amount: Amount, make: &dyn Fn(Amount) -> Call| {
        simpler_amount(amount).into_iter().map(make).collect()
    };
    match *call {
        Call::Deposit {
            by,
            of,
            bank,
            amount,
        } => with(amount, &|amount| Call::Deposit {
            by,
            of,
            bank,
            amount,
        }),
        Call::Withdraw { of, bank, amount } => {
            with(amount, &|amount| Call::Withdraw { of, bank, amount })
        }
        Call::RequestLiquidity {
            by,
            kind,
            amount,
            least,
        } => with(amount, &|amount| Call::RequestLiquidity {
            by,
            kind,
            amount,
            least,
        }),
        Call::TopUp { of, from, most } => with(most, &|most| Call::TopUp { of, from, most }),
        Call::PlaceOrder {
            by,
            of,
            market,
            terms,
        } => with(terms.size, &|size| Call::PlaceOrder {
            by,
            of,
            market,
            terms: super::action::Terms { size, ..terms },
        }),
        _ => Vec::new(),
    }
}
