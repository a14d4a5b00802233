//! A case: a setting and what is done in it. A JSON file.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::stage::Stage;

/// A setting and what is done in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What it showed.
    pub about: String,
    /// Which kind of exchange.
    pub setting: u8,
    /// In this order; the end of all business follows.
    pub actions: Vec<Action>,
}

/// What must not happen, and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the action; as many as there are actions when it came after all of them.
    pub step: usize,
    /// What happened.
    pub what: String,
}

impl Fault {
    /// What stays the same when the numbers in it do not.
    pub fn kind(&self) -> String {
        let head = self.what.lines().take(2).collect::<Vec<_>>().join(" ");
        let kind: String = head.chars().filter(|it| !it.is_ascii_digit()).collect();
        kind.chars().take(120).collect()
    }
}

impl Case {
    /// From a file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{}", path.display()))
    }

    /// To a file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(path, text + "\n").with_context(|| format!("{}", path.display()))
    }

    /// Performs it on a stage of its setting that stands at its start, which is useless after a fault.
    ///
    /// Errors: the first fault.
    pub fn run(&self, stage: &mut Stage) -> Result<(), Fault> {
        stop_where_it_happens();
        let step = Cell::new(0);
        FUZZING.set(true);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            for action in &self.actions {
                stage.perform(action);
                step.set(step.get() + 1);
            }
            stage.wind_up();
        }));
        FUZZING.set(false);
        let told = PANICKED.take();
        outcome.map_err(|_| Fault {
            step: step.get(),
            what: told,
        })
    }

    /// The same on a new stage.
    ///
    /// Errors: the first fault.
    pub fn run_alone(&self) -> Result<(), Fault> {
        self.run(&mut Stage::new(self.setting))
    }
}

thread_local! {
    static FUZZING: Cell<bool> = const { Cell::new(false) };
    static PANICKED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The harness panics at what must not happen. While a case runs that is an outcome, not an output.
fn stop_where_it_happens() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !FUZZING.get() {
                usual(info);
                return;
            }
            let said = info.payload();
            let said = said
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| said.downcast_ref::<&str>().copied());
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            PANICKED.set(format!("{} ({place})", said.unwrap_or("a panic")));
        }));
    });
}
