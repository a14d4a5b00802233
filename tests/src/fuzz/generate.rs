//! Cases from a seed.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::action::{Action, Amount, Call, Smart, Terms, Twist, Wish};
use super::case::Case;
use super::stage::SETTINGS;

/// The case of a seed: the same for the same numbers, on every machine.
pub fn case(seed: u64, actions: usize) -> Case {
    let rng = ChaCha8Rng::seed_from_u64(seed);
    let setting = u8::try_from(seed % u64::from(SETTINGS)).unwrap_or(0);
    let mut generator = Generator { rng };
    // Half of a case is spent in one mood, so that what only many steps of a kind reach is reached.
    let mut list = Vec::with_capacity(actions);
    while list.len() < actions {
        let mood = generator.mood();
        for _ in 0..generator.rng.random_range(5..40) {
            list.push(generator.action(mood));
        }
    }
    list.truncate(actions);
    Case {
        about: String::new(),
        setting,
        actions: list,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// People trade.
    Market,
    /// Prices fall, accounts are liquidated, losses are borne.
    Crash,
    /// Anything in any order.
    Chaos,
    /// Instructions with something wrong.
    Attack,
    /// The authority and the guardian are busy.
    Governance,
}

struct Generator {
    rng: ChaCha8Rng,
}

impl Generator {
    fn mood(&mut self) -> Mood {
        match self.rng.random_range(0..20) {
            0..8 => Mood::Market,
            8..13 => Mood::Crash,
            13..16 => Mood::Chaos,
            16..18 => Mood::Attack,
            _ => Mood::Governance,
        }
    }

    fn action(&mut self, mood: Mood) -> Action {
        let die = self.rng.random_range(0..100);
        match mood {
            Mood::Market => match die {
                0..30 => Action::Smart(self.tick()),
                30..65 => Action::Smart(self.trade()),
                65..80 => self.send(false),
                80..85 => self.pass(),
                85..90 => self.publish(),
                _ => Action::Smart(self.smart()),
            },
            Mood::Crash => match die {
                0..15 => Action::Smart(self.tick()),
                15..35 => Action::Smart(self.trade()),
                35..50 => Action::Smart(self.fall()),
                50..65 => Action::Smart(Smart::Liquidate {
                    by: self.rng.random(),
                    times: self.rng.random_range(0..5),
                }),
                65..80 => self.send(false),
                _ => Action::Smart(self.smart()),
            },
            Mood::Chaos => match die {
                0..60 => self.send(false),
                60..70 => self.pass(),
                70..85 => self.publish(),
                _ => Action::Smart(self.smart()),
            },
            Mood::Attack => match die {
                0..75 => self.send(true),
                75..85 => self.publish(),
                _ => Action::Smart(self.tick()),
            },
            Mood::Governance => match die {
                0..20 => Action::Smart(self.tick()),
                20..65 => {
                    let call = self.rule();
                    self.one(call)
                }
                65..75 => Action::Smart(Smart::ApplyDue),
                75 => Action::Smart(Smart::Silence {
                    market: self.rng.random(),
                }),
                76..80 => Action::Smart(Smart::WindDown {
                    of_market: self.rng.random(),
                    which: self.rng.random(),
                    to_the_end: self.rng.random(),
                }),
                _ => self.send(false),
            },
        }
    }

    fn one(&mut self, call: Call) -> Action {
        Action::Send {
            calls: vec![call],
            twist: None,
        }
    }

    fn send(&mut self, twisted: bool) -> Action {
        let more = usize::from(self.rng.random_ratio(1, 6));
        let many = 1 + more * self.rng.random_range(0..3);
        Action::Send {
            calls: (0..many).map(|_| self.call()).collect(),
            twist: twisted.then(|| self.twist()),
        }
    }

    fn pass(&mut self) -> Action {
        let secs = match self.rng.random_range(0..20) {
            0..10 => self.rng.random_range(0..6),
            10..14 => self.rng.random_range(6..120),
            14..17 => self.rng.random_range(120..4_000),
            17..19 => self.rng.random_range(4_000..100_000),
            _ => self.rng.random_range(100_000..3_000_000),
        };
        Action::Pass { secs }
    }

    fn publish(&mut self) -> Action {
        if self.rng.random_ratio(1, 6) {
            return Action::Forge {
                which: self.rng.random(),
                how: self.rng.random(),
            };
        }
        let to_bps = match self.rng.random_range(0..20) {
            0..12 => self.rng.random_range(9_900..10_101),
            12..18 => self.rng.random_range(8_000..12_500),
            _ => self.rng.random_range(1_000..100_000),
        };
        let confidence_bps = match self.rng.random_range(0..8) {
            0..6 => 1,
            6 => self.rng.random_range(50..300),
            _ => self.rng.random_range(300..10_000),
        };
        let ahead = match self.rng.random_range(0..10) {
            0..7 => 0,
            7..9 => self.rng.random_range(-40..20),
            _ => self.rng.random_range(-4_000..100),
        };
        Action::Publish {
            of_market: self.rng.random_ratio(3, 4),
            which: self.rng.random(),
            to_bps,
            confidence_bps,
            ahead,
        }
    }

    fn tick(&mut self) -> Smart {
        let secs = match self.rng.random_range(0..10) {
            0..7 => self.rng.random_range(1..10),
            7..9 => self.rng.random_range(10..90),
            _ => self.rng.random_range(90..4_000),
        };
        Smart::Tick {
            secs,
            moves: self.rng.random(),
        }
    }

    fn trade(&mut self) -> Smart {
        let mut terms = self.terms();
        // Most who trade want to be filled.
        if self.rng.random_ratio(4, 5) {
            terms = Terms {
                size: Amount::Share(self.rng.random_range(50..1_000)),
                limit_bps: 0,
                life_secs: 0,
                trigger_bps: 0,
                ..terms
            };
        }
        Smart::Trade {
            of: self.rng.random(),
            market: self.rng.random(),
            terms,
        }
    }

    fn fall(&mut self) -> Smart {
        if self.rng.random_ratio(2, 3) {
            let beyond = [0, 1, 10, 50, 100, 200, 400, 1_000];
            Smart::ToMaintenance {
                of: self.rng.random(),
                market: self.rng.random(),
                beyond_bps: *beyond.choose(&mut self.rng).unwrap_or(&0),
            }
        } else {
            Smart::Crash {
                market: self.rng.random(),
                bps: self.rng.random_range(10..6_000),
                up: self.rng.random(),
            }
        }
    }

    fn smart(&mut self) -> Smart {
        match self.rng.random_range(0..12) {
            0 => Smart::FillDue {
                by: self.rng.random(),
            },
            1 | 2 => self.fall(),
            3 => Smart::Liquidate {
                by: self.rng.random(),
                times: self.rng.random_range(0..4),
            },
            4 | 5 => Smart::Resolve {
                by: self.rng.random(),
            },
            6 => Smart::Deleverage {
                market: self.rng.random(),
            },
            7 => Smart::SettleAll,
            8 | 9 => Smart::Recover {
                by: self.rng.random(),
            },
            10 => Smart::Shortfall,
            _ => self.tick(),
        }
    }

    fn amount(&mut self) -> Amount {
        match self.rng.random_range(0..16) {
            0 => Amount::Zero,
            1 => Amount::One,
            2 => Amount::Dust(self.rng.random()),
            3..5 => Amount::Thousands(self.rng.random()),
            5..8 => Amount::Most(self.rng.random_range(-2..3)),
            8..15 => Amount::Share(self.rng.random_range(1..1_200)),
            _ => Amount::Max,
        }
    }

    fn least(&mut self) -> Amount {
        if self.rng.random_ratio(3, 4) {
            Amount::Zero
        } else {
            self.amount()
        }
    }

    fn terms(&mut self) -> Terms {
        let near = |rng: &mut ChaCha8Rng, odds: u32| {
            if rng.random_ratio(odds, 10) {
                rng.random_range(9_500..10_501)
            } else {
                0
            }
        };
        let mut limit_bps = near(&mut self.rng, 2);
        if self.rng.random_ratio(1, 40) {
            limit_bps = u32::MAX;
        }
        let trigger_bps = near(&mut self.rng, 3);
        let life_secs = match self.rng.random_range(0..10) {
            0..8 => 0,
            8 => self.rng.random_range(2..300),
            _ => self.rng.random_range(-10..1_000),
        };
        Terms {
            buys: self.rng.random(),
            size: self.amount(),
            limit_bps,
            life_secs,
            reduce_only: self.rng.random_ratio(1, 4),
            trigger_bps,
            trigger_above: self.rng.random(),
        }
    }

    fn twist(&mut self) -> Twist {
        let (at, with) = (self.rng.random_range(0..24), self.rng.random());
        match self.rng.random_range(0..12) {
            0 => Twist::Swap { at, with },
            1..4 => Twist::Replace { at, with },
            4 => Twist::Repeat { at, of: with },
            5 => Twist::Unsign { at },
            6 => Twist::Stranger { at, who: with },
            7 => Twist::ReadOnly { at },
            8 => Twist::Writable { at },
            9 => Twist::Drop { at },
            10 => Twist::Append { with },
            _ if self.rng.random() => Twist::Truncate { len: at },
            _ => Twist::Data { at, xor: with },
        }
    }

    fn wish(&mut self) -> Wish {
        let to_bps = match self.rng.random_range(0..8) {
            0 => 0,
            1 => u16::MAX,
            2..5 => self.rng.random_range(9_000..11_001),
            _ => self.rng.random_range(1_000..40_000),
        };
        Wish {
            kind: self.rng.random(),
            which: self.rng.random(),
            field: self.rng.random(),
            to_bps,
        }
    }
}

mod calls;
