//! The properties of the tests as targets: what the fuzzer writes is what proptest draws from.
//!
//! The tests are compiled against this crate instead of proptest. It is proptest but for two macros:
//! `proptest!` registers each property instead of making a test of it, and `prop_oneof!` makes only the
//! alternative that was chosen. A target is a theme: the first two bytes of an input choose one of its
//! properties, the others are the random numbers from which proptest makes the case.

use std::fmt::Debug;
use std::sync::OnceLock;

#[doc(hidden)]
pub use inventory;
pub use proptest::*;

use self::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use self::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// What the tests import.
pub mod prelude {
    pub use crate::{prop_oneof, proptest};
    pub use ::proptest::prelude::*;
}

/// A target, and the modules whose properties it runs.
const THEMES: [(&str, &[&str]); 6] = [
    ("num", &["units::num", "wide"]),
    (
        "plan",
        &[
            "plan_against_slow",
            "properties",
            "rooms",
            "sightings",
            "crowds",
        ],
    ),
    ("recover", &["recovery"]),
    (
        "margin",
        &[
            "absurd",
            "called",
            "units::health",
            "units::price",
            "units::tier",
            "units::trade",
        ],
    ),
    (
        "money",
        &[
            "units::claims",
            "units::funding",
            "units::nav",
            "units::overdraft",
            "units::settlement",
            "units::waterfall",
        ],
    ),
    (
        "signals",
        &[
            "units::bonus",
            "units::breaker",
            "units::crowding",
            "units::regime",
            "units::volatility",
            "units::weight",
        ],
    ),
];

/// More than the largest case draws.
const PADDING_BYTES: usize = 32 << 10;

/// A property of the tests.
pub struct Property {
    pub module: &'static str,
    pub name: &'static str,
    pub check: fn(&mut TestRunner) -> Result<(), String>,
}

inventory::collect!(Property);

impl Property {
    /// The module without the name of the crate.
    fn place(&self) -> &'static str {
        self.module
            .split_once("::")
            .map_or(self.module, |(_, place)| place)
    }

    /// Sixteen bits of the name's FNV-1a hash: what an input begins with that means this property,
    /// whatever others there are.
    fn tag(&self) -> u16 {
        let hash = self.name.bytes().fold(0x811c_9dc5u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        (hash ^ hash >> 16) as u16
    }
}

/// The properties of a theme, by name.
fn of_theme(theme: &str) -> Vec<&'static Property> {
    let all = || inventory::iter::<Property>.into_iter();
    let themed = |it: &&Property| {
        THEMES
            .iter()
            .any(|(_, places)| places.contains(&it.place()))
    };
    for it in all().filter(|it| !themed(it)) {
        panic!("{} has no theme: give it one in THEMES", it.module);
    }
    let (_, places) = THEMES
        .iter()
        .find(|(name, _)| *name == theme)
        .expect("a theme of THEMES");
    let mut chosen: Vec<_> = all().filter(|it| places.contains(&it.place())).collect();
    chosen.sort_by_key(|it| (it.module, it.name));
    for place in *places {
        assert!(
            chosen.iter().any(|it| it.place() == *place),
            "{place} has no property"
        );
    }
    chosen
}

/// Runs one input of a target.
pub fn run(theme: &str, bytes: &[u8]) {
    static PROPERTIES: OnceLock<Vec<&'static Property>> = OnceLock::new();
    let properties = PROPERTIES.get_or_init(|| of_theme(theme));
    let [low, high, rest @ ..] = bytes else {
        return;
    };
    let tag = u16::from_le_bytes([*low, *high]);
    let property = properties
        .iter()
        .find(|it| it.tag() == tag)
        .unwrap_or_else(|| &properties[usize::from(tag) % properties.len()]);
    if is_shown() {
        eprintln!(
            "{}::{} ({:04x})",
            property.module,
            property.name,
            property.tag()
        );
    }
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, &padded(rest));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    if let Err(reason) = (property.check)(&mut runner) {
        panic!("{}::{}: {reason}", property.module, property.name);
    }
}

/// The input and random numbers after it. After its end proptest would go on with zeros, which whoever
/// draws evenly from a range rejects for ever.
fn padded(input: &[u8]) -> Vec<u8> {
    static PADDING: OnceLock<Vec<u8>> = OnceLock::new();
    let padding = PADDING.get_or_init(|| {
        let mut word = 0u64;
        let words = std::iter::repeat_with(|| {
            // SplitMix64.
            word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ mixed >> 31
        });
        words
            .take(PADDING_BYTES / 8)
            .flat_map(u64::to_le_bytes)
            .collect()
    });
    [input, padding].concat()
}

/// Whether to print each property and case before it is judged: a panic leaves no other trace of it.
fn is_shown() -> bool {
    static SHOWN: OnceLock<bool> = OnceLock::new();
    *SHOWN.get_or_init(|| std::env::var_os("WHITTLE_FUZZ_SHOW").is_some())
}

/// Draws a case and judges it. What the strategy or the property rejects is no fault.
pub fn judge<S: Strategy>(
    strategy: &S,
    runner: &mut TestRunner,
    body: impl FnOnce(S::Value) -> Result<(), TestCaseError>,
) -> Result<(), String>
where
    S::Value: Debug,
{
    let Ok(tree) = strategy.new_tree(runner) else {
        return Ok(());
    };
    if is_shown() {
        eprintln!("{:?}", tree.current());
    }
    match body(tree.current()) {
        Ok(()) | Err(TestCaseError::Reject(_)) => Ok(()),
        Err(TestCaseError::Fail(reason)) => Err(format!("{reason}\n{:?}", tree.current())),
    }
}

/// One of several strategies, by weight. Proptest's own keeps random numbers for the others, in case that
/// it shrinks: half of what there is, each time.
#[derive(Clone, Debug)]
pub struct OneOf<T>(pub Vec<(u32, BoxedStrategy<T>)>);

impl<T: Debug> Strategy for OneOf<T> {
    type Tree = Box<dyn ValueTree<Value = T>>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let total: u32 = self.0.iter().map(|(weight, _)| weight).sum();
        let mut drawn = (0..total).new_tree(runner)?.current();
        for (weight, strategy) in &self.0 {
            if drawn < *weight {
                return strategy.new_tree(runner);
            }
            drawn -= weight;
        }
        unreachable!("less than the sum of the weights was drawn")
    }
}

/// In place of proptest's own.
#[macro_export]
macro_rules! prop_oneof {
    ($($weight:expr => $strategy:expr),+ $(,)?) => {
        $crate::OneOf(vec![$(($weight, $crate::strategy::Strategy::boxed($strategy))),+])
    };
    ($($strategy:expr),+ $(,)?) => {
        $crate::prop_oneof![$(1 => $strategy),+]
    };
}

/// In place of proptest's own.
#[macro_export]
macro_rules! proptest {
    (#![proptest_config($config:expr)] $($rest:tt)*) => {
        $crate::proptest! { $($rest)* }
    };
    ($($(#[$attribute:meta])* fn $name:ident($($pattern:pat in $strategy:expr),+ $(,)?) $body:block)*) => {
        $($crate::inventory::submit! {
            $crate::Property {
                module: module_path!(),
                name: stringify!($name),
                check: |runner| {
                    $crate::judge(&($($strategy,)+), runner, |($($pattern,)+)| {
                        let () = $body;
                        Ok(())
                    })
                },
            }
        })*
    };
}
