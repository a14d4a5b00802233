//! Plays a recording into the oracle accounts, or holds them at prices that are set by hand.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{bail, Result};
use whittle_client::local::prices::HOUR;

use crate::local::Shared;
use crate::oracle::Hold;
use crate::recording::Recording;
use crate::watch::is_awaited;

/// Time for a keeper to fill an order; prices are accepted for twice as long.
const FILLING: Duration = Duration::from_secs(5);

/// How a recording is played.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Seconds in which a recorded hour passes.
    pub secs_per_hour: f64,
    /// Seconds between two updates, at least 1. An order is filled while the one update that is due is
    /// on chain: with one a second, keepers must hurry.
    pub secs_between: u64,
    /// Whether it begins again at its end; otherwise its last price stays.
    pub repeat: bool,
    /// What is published at first.
    pub begin: Mode,
}

/// What is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The recording, which goes on.
    Play,
    /// The last prices again and again; the recording stands still.
    Hold,
    /// Nothing, so that prices grow old.
    Silence,
}

/// A recording that plays until it is dropped.
pub struct Player {
    controls: Controls,
    thread: Option<JoinHandle<()>>,
}

/// Says what a player publishes. Of no effect once the player is gone, except for prices that are set.
#[derive(Clone)]
pub struct Controls {
    shared: Arc<Shared>,
    state: Arc<State>,
}

struct State {
    stop: AtomicBool,
    at: AtomicI64,
    mode: Mutex<Mode>,
    error: Mutex<Option<String>>,
}

impl State {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Controls {
    /// What is published now.
    pub fn mode(&self) -> Mode {
        self.state.mode()
    }

    /// Publishes something else from now on.
    pub fn turn(&self, mode: Mode) {
        // The player looks at the mode while it holds the oracles: nothing of the mode before comes
        // after this.
        let _held = self.shared.oracles.hold();
        self.set(mode);
    }

    fn set(&self, mode: Mode) {
        let slot = self.state.mode.lock();
        *slot.unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Publishes what `change` makes of the last prices, in 10^-8 dollars and the order of the markets,
    /// and holds them if the recording was playing. Returns the publish time.
    pub fn publish<E: From<anyhow::Error>>(
        &self,
        change: impl FnOnce(&mut [u64]) -> Result<(), E>,
    ) -> Result<i64, E> {
        let mut held = self.shared.oracles.hold();
        let mut prices = held.prices().to_vec();
        change(&mut prices)?;
        if self.mode() == Mode::Play {
            self.set(Mode::Hold);
        }
        self.let_orders_fill(&held)?;
        Ok(held.publish(&self.shared.node, &prices, 0)?)
    }

    /// The next update takes the place of the one on chain. So it waits, for a while, for whoever fills
    /// the orders that are due at that one: nothing else could fill them later.
    fn let_orders_fill(&self, held: &Hold) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < FILLING
            && !self.state.stop.load(Ordering::Relaxed)
            && is_awaited(&self.shared.node, held.times())?
        {
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Where it is in the recording, Unix seconds.
    pub fn at(&self) -> i64 {
        self.state.at.load(Ordering::Relaxed)
    }
}

impl Player {
    pub(crate) fn start(shared: Arc<Shared>, recording: Recording, pace: Pace) -> Self {
        let state = Arc::new(State {
            stop: AtomicBool::new(false),
            at: AtomicI64::new(recording.start),
            mode: Mutex::new(pace.begin),
            error: Mutex::default(),
        });
        let controls = Controls { shared, state };
        let theirs = controls.clone();
        let thread = thread::spawn(move || {
            if let Err(error) = play(&theirs, &recording, pace) {
                let slot = theirs.state.error.lock();
                *slot.unwrap_or_else(PoisonError::into_inner) = Some(format!("{error:#}"));
            }
        });
        Self {
            controls,
            thread: Some(thread),
        }
    }

    /// For whoever decides what is published.
    pub fn controls(&self) -> Controls {
        self.controls.clone()
    }

    /// Where it is in the recording, Unix seconds.
    pub fn at(&self) -> i64 {
        self.controls.at()
    }

    /// An error when it had to stop.
    pub fn check(&self) -> Result<()> {
        let error = self.controls.state.error.lock();
        match &*error.unwrap_or_else(PoisonError::into_inner) {
            Some(error) => bail!("prices no longer move: {error}"),
            None => Ok(()),
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.controls.state.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has no panic of its own to tell about that `check` would not.
            let _ = thread.join();
        }
    }
}

fn play(controls: &Controls, recording: &Recording, pace: Pace) -> Result<()> {
    let (shared, state) = (&controls.shared, &controls.state);
    let length = recording.end.saturating_sub(recording.start);
    let mut played = Duration::ZERO;
    let mut seen = Instant::now();
    let mut due = seen;
    while !state.stop.load(Ordering::Relaxed) {
        let mut held = shared.oracles.hold();
        let mode = controls.mode();
        if mode != Mode::Silence {
            controls.let_orders_fill(&held)?;
        }
        if mode == Mode::Play {
            played += seen.elapsed();
        }
        seen = Instant::now();
        let passed = (played.as_secs_f64() / pace.secs_per_hour * HOUR as f64) as i64;
        let passed = if pace.repeat {
            passed % length.max(1)
        } else {
            passed.min(length)
        };
        let at = recording.start.saturating_add(passed);
        state.at.store(at, Ordering::Relaxed);
        match mode {
            Mode::Play => {
                let prices = recording.prices(at, &shared.symbols);
                held.publish(&shared.node, &prices, 0)?;
            }
            Mode::Hold => {
                held.republish(&shared.node, 0)?;
            }
            Mode::Silence => {}
        }
        drop(held);
        due += Duration::from_secs(pace.secs_between.max(1));
        while Instant::now() < due && !state.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}
