//! The properties of the tests as targets: what the fuzzer writes is what proptest draws from.
//!
//! The tests are compiled against this crate instead of proptest. It is proptest but for `proptest!`,
//! which registers each property instead of making a test of it. A target is a theme: the first two
//! bytes of an input choose one of its properties, the others are the random numbers from which
//! proptest makes the case.

use std::fmt::Debug;
use std::sync::OnceLock;

#[doc(hidden)]
pub use inventory;
pub use proptest::*;

use self::strategy::{Strategy, ValueTree};
use self::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// What the tests import.
pub mod prelude {
    pub use crate::proptest;
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
    let themed = |it: &&Property| THEMES.iter().any(|(_, places)| places.contains(&it.place()));
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
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, rest);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    if let Err(reason) = (property.check)(&mut runner) {
        panic!("{}::{}: {reason}", property.module, property.name);
    }
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
