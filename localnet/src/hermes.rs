//! A server that answers like Hermes, with updates in the real format: trees, roots and proofs are
//! real, signatures are nobody's. Once a second it "publishes" the prices that it was told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::prelude::{Engine, BASE64_STANDARD};
use whittle_client::local::accumulator::{sign, Quote, QUORUM};
use whittle_client::local::prices::DECIMALS;

use crate::oracle::{wait_until, Feed, CONFIDENCE};

/// Seconds that it remembers.
const MEMORY: usize = 120;

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// That it is not available.
    Down,
    /// Not within the time of whoever asks.
    Silent,
    /// With a page for people.
    Page,
    /// With prices that are not below their root.
    Forged,
}

/// The prices of one second.
struct Second {
    at: i64,
    before: i64,
    /// 10^-8 dollars, in the order of the feeds.
    prices: Vec<u64>,
}

#[derive(Default)]
struct State {
    mood: Mood,
    prices: Vec<u64>,
    seconds: VecDeque<Second>,
}

struct Inner {
    feeds: Vec<Feed>,
    state: Mutex<State>,
    answered: AtomicUsize,
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is whole at any moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running server. It ends when this is dropped.
pub struct Hermes {
    /// Where it answers.
    pub url: String,
    inner: Arc<Inner>,
}

impl Hermes {
    /// Starts it with first prices in 10^-8 dollars, in the order of the feeds.
    pub fn start(feeds: &[Feed], prices: &[u64]) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("Hermes cannot listen")?;
        let url = format!("http://{}", listener.local_addr()?);
        let inner = Arc::new(Inner {
            feeds: feeds.to_vec(),
            state: Mutex::default(),
            answered: AtomicUsize::new(0),
        });
        inner.state().prices = prices.to_vec();
        let (published, served) = (Arc::downgrade(&inner), Arc::downgrade(&inner));
        thread::spawn(move || publish(&published));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(inner) = served.upgrade() else {
                    return;
                };
                // Whoever hangs up has his answer or does not want it.
                thread::spawn(move || drop(answer(&inner, client)));
            }
        });
        Ok(Self { url, inner })
    }

    /// What it publishes from the next second on.
    pub fn set(&self, prices: &[u64]) {
        self.inner.state().prices = prices.to_vec();
    }

    /// How it answers from now on.
    pub fn be(&self, mood: Mood) {
        self.inner.state().mood = mood;
    }

    /// How many questions it has answered, whatever with.
    pub fn answered(&self) -> usize {
        self.inner.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Hermes {
    fn drop(&mut self) {
        // Wakes the listener, which then sees that nobody is left.
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn publish(inner: &Weak<Inner>) {
    let mut last = 0i64;
    while let Ok(now) = wait_until(last.saturating_add(1)) {
        let Some(inner) = inner.upgrade() else {
            return;
        };
        let mut state = inner.state();
        let before = if last == 0 { now - 1 } else { last };
        let prices = state.prices.clone();
        state.seconds.push_back(Second {
            at: now,
            before,
            prices,
        });
        if state.seconds.len() > MEMORY {
            state.seconds.pop_front();
        }
        last = now;
    }
}

/// One question of a connection, answered.
fn answer(inner: &Inner, mut client: TcpStream) -> Result<()> {
    let mut head = BufReader::new(client.try_clone()?).lines();
    let first = head.next().context("no request")??;
    while head
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = first.split(' ').nth(1).unwrap_or_default();
    inner.answered.fetch_add(1, Ordering::Relaxed);
    let mood = inner.state().mood;
    let (status, body) = match mood {
        Mood::Well => updates(inner, path, false),
        Mood::Forged => updates(inner, path, true),
        Mood::Down => ("503 Service Unavailable", "try again later".to_owned()),
        Mood::Page => ("200 OK", "<html>Welcome</html>".to_owned()),
        Mood::Silent => {
            thread::sleep(Duration::from_secs(30));
            return Ok(());
        }
    };
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )?;
    Ok(())
}

/// `/v2/updates/price/latest?ids[]=...` and `/v2/updates/price/{publish_time}?ids[]=...`.
fn updates(inner: &Inner, path: &str, is_forged: bool) -> (&'static str, String) {
    const NOT_FOUND: &str = "404 Not Found";
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let Some(which) = place.strip_prefix("/v2/updates/price/") else {
        return (NOT_FOUND, String::new());
    };
    let known: BTreeMap<String, usize> = inner
        .feeds
        .iter()
        .enumerate()
        .map(|(number, feed)| (hex(&feed.id), number))
        .collect();
    let ids = query.split('&').filter_map(|part| part.split_once('='));
    let ids = ids.filter(|(name, _)| name.starts_with("ids"));
    let wanted: Option<Vec<usize>> = ids.map(|(_, id)| known.get(id).copied()).collect();
    let Some(wanted) = wanted.filter(|all| !all.is_empty()) else {
        return (NOT_FOUND, "Price ids not found".to_owned());
    };
    let state = inner.state();
    let second = match which.parse::<i64>() {
        Ok(from) => state.seconds.iter().find(|second| second.at >= from),
        Err(_) => state.seconds.back(),
    };
    let Some(second) = second else {
        return (NOT_FOUND, "Update not found".to_owned());
    };
    let quotes: Vec<Quote> = wanted
        .iter()
        .filter_map(|number| quote(inner.feeds.get(*number)?, second, *number))
        .collect();
    drop(state);
    let mut update = sign(&quotes, QUORUM);
    if let (true, Some(last)) = (is_forged, update.last_mut()) {
        *last ^= 1; // In the last hash of the last proof.
    }
    let data = BASE64_STANDARD.encode(update);
    let body = format!(r#"{{"binary":{{"encoding":"base64","data":["{data}"]}},"parsed":null}}"#);
    ("200 OK", body)
}

fn quote(feed: &Feed, second: &Second, number: usize) -> Option<Quote> {
    let price = *second.prices.get(number)?;
    Some(Quote {
        feed: feed.id,
        mantissa: price.cast_signed(),
        confidence: price / CONFIDENCE,
        exponent: -DECIMALS.cast_signed(),
        publish_time: second.at,
        prev_publish_time: second.before,
    })
}

fn hex(id: &[u8; 32]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}
