//! `/metrics`, `/healthz` and `/readyz`.

use super::metrics;
use axum::extract::State;
use axum::http::{header, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::Router;
use core::future::Future;
use core::time::Duration;
use prometheus_client::registry::Registry;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::net::TcpListener;

/// Whether what the keeper knows is complete and fresh.
#[derive(Debug)]
pub struct Readiness {
    stale_after: Duration,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    loaded: bool,
    slot_seen: Option<Instant>,
    draining: bool,
}

impl Readiness {
    /// Not ready yet. Not ready again when no slot was told for `stale_after`.
    pub fn new(stale_after: Duration) -> Self {
        Self {
            stale_after,
            inner: Mutex::default(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        // The three fields hold whatever a thread that panicked has left of them.
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether the complete picture is loaded.
    pub fn loaded(&self, loaded: bool) {
        self.change(|inner| inner.loaded = loaded);
    }

    /// A slot was told.
    pub fn saw_slot(&self, at: Instant) {
        self.change(|inner| inner.slot_seen = Some(at));
    }

    /// It is about to end.
    pub fn drain(&self) {
        self.change(|inner| inner.draining = true);
    }

    /// `Ok` when decisions rest on a complete and fresh picture, else why they do not.
    pub fn check(&self, now: Instant) -> Result<(), String> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.draining {
            return Err("ending: what is in flight is waited for".to_owned());
        }
        if !inner.loaded {
            return Err("loading accounts".to_owned());
        }
        let age = inner
            .slot_seen
            .map(|seen| now.saturating_duration_since(seen));
        match age {
            Some(age) if age <= self.stale_after => Ok(()),
            Some(age) => Err(format!("no slot was told for {} s", age.as_secs())),
            None => Err("no slot was told yet".to_owned()),
        }
    }
}

#[derive(Clone)]
struct Shared {
    registry: Arc<Registry>,
    readiness: Arc<Readiness>,
}

async fn show_metrics(State(shared): State<Shared>) -> impl IntoResponse {
    const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (
        [(header::CONTENT_TYPE, TEXT)],
        metrics::text(&shared.registry),
    )
}

async fn show_ready(State(shared): State<Shared>) -> (StatusCode, String) {
    match shared.readiness.check(Instant::now()) {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}

/// Answers until `end`.
pub async fn serve(
    listener: TcpListener,
    registry: Arc<Registry>,
    readiness: Arc<Readiness>,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let shared = Shared {
        registry,
        readiness,
    };
    let router = Router::new()
        .route("/metrics", get(show_metrics))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(show_ready))
        .with_state(shared);
    axum::serve(listener, router)
        .with_graceful_shutdown(end)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALE: Duration = Duration::from_secs(20);

    #[test]
    fn a_keeper_is_ready_once_it_has_loaded_and_a_slot_is_fresh() {
        let readiness = Readiness::new(STALE);
        let now = Instant::now();
        assert_eq!(readiness.check(now), Err("loading accounts".to_owned()));
        readiness.loaded(true);
        assert_eq!(readiness.check(now), Err("no slot was told yet".to_owned()));
        readiness.saw_slot(now);
        assert_eq!(readiness.check(now + STALE), Ok(()));
    }

    #[test]
    fn a_keeper_whose_slot_is_stale_is_not_ready_and_says_for_how_long() {
        let readiness = Readiness::new(STALE);
        let now = Instant::now();
        readiness.loaded(true);
        readiness.saw_slot(now);
        let late = now + STALE + Duration::from_secs(1);
        let why = "no slot was told for 21 s".to_owned();
        assert_eq!(readiness.check(late), Err(why));
    }

    #[test]
    fn a_keeper_that_ends_is_not_ready() {
        let readiness = Readiness::new(STALE);
        readiness.loaded(true);
        readiness.saw_slot(Instant::now());
        readiness.drain();
        let why = "ending: what is in flight is waited for".to_owned();
        assert_eq!(readiness.check(Instant::now()), Err(why));
    }
}
