//! Plays a recording into the oracle accounts.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{bail, Result};
use whittle_client::local::prices::HOUR;

use crate::local::Shared;
use crate::recording::Recording;

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
}

/// A recording that plays until it is dropped.
pub struct Player {
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    stop: AtomicBool,
    at: AtomicI64,
    error: Mutex<Option<String>>,
}

impl Player {
    pub(crate) fn start(shared: Arc<Shared>, recording: Recording, pace: Pace) -> Self {
        let state = Arc::new(State::default());
        state.at.store(recording.start, Ordering::Relaxed);
        let theirs = Arc::clone(&state);
        let thread = thread::spawn(move || {
            if let Err(error) = play(&shared, &recording, pace, &theirs) {
                let mut slot = theirs.error.lock().unwrap_or_else(PoisonError::into_inner);
                *slot = Some(format!("{error:#}"));
            }
        });
        Self {
            state,
            thread: Some(thread),
        }
    }

    /// Where it is in the recording, Unix seconds.
    pub fn at(&self) -> i64 {
        self.state.at.load(Ordering::Relaxed)
    }

    /// An error when it had to stop.
    pub fn check(&self) -> Result<()> {
        let error = self.state.error.lock();
        match &*error.unwrap_or_else(PoisonError::into_inner) {
            Some(error) => bail!("prices no longer move: {error}"),
            None => Ok(()),
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has no panic of its own to tell about that `check` would not.
            let _ = thread.join();
        }
    }
}

fn play(shared: &Shared, recording: &Recording, pace: Pace, state: &State) -> Result<()> {
    let began = Instant::now();
    let length = recording.end.saturating_sub(recording.start);
    let mut due = began;
    while !state.stop.load(Ordering::Relaxed) {
        let passed = began.elapsed().as_secs_f64() / pace.secs_per_hour * HOUR as f64;
        let passed = passed as i64;
        let passed = if pace.repeat {
            passed % length.max(1)
        } else {
            passed.min(length)
        };
        let at = recording.start.saturating_add(passed);
        state.at.store(at, Ordering::Relaxed);
        let prices = recording.prices(at, &shared.symbols);
        shared.oracles.hold().publish(&shared.node, &prices, 0)?;
        due += Duration::from_secs(pace.secs_between.max(1));
        while Instant::now() < due && !state.stop.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}
