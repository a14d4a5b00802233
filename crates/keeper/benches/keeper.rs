//! How fast the keeper knows who is liquidatable. `cargo xtask bench keeper [ACCOUNTS]`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use whittle_client::address;
use whittle_keeper::synthetic::{
    account, bytes, empty_book, first_price, key, market, set_price, Distance, Random, MARKETS, NOW,
};
use whittle_keeper::{Book, Stamp};
use whittle_risk::health::State;
use whittle_risk::Ratio;

/// Counts what is allocated, so that bytes per account are what they are and no estimate.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// safety: every call is the system allocator's; only a number is kept beside.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const TICKS: u64 = 4_000;

fn main() {
    let mut numbers = std::env::args().filter_map(|it| it.replace('_', "").parse().ok());
    let accounts: u64 = numbers.next_back().unwrap_or(1_000_000);
    let mut book = load(accounts);
    ticks(&mut book);
    full(&book, accounts);
}

fn load(accounts: u64) -> Book {
    let before = ALLOCATED.load(Ordering::Relaxed);
    let mut book = empty_book();
    // Making the data is not the keeper's work, so it is not timed.
    let mut taking = Duration::ZERO;
    for number in 0..accounts {
        let distance = if number % 1_000 == 0 {
            Distance::Edge
        } else {
            Distance::Far
        };
        let data = bytes(&account(number, distance));
        let at = key(4, number);
        let start = Instant::now();
        book.take(at, whittle::ID, &data, Stamp::end_of(1))
            .expect("an account");
        taking += start.elapsed();
    }
    let start = Instant::now();
    let done = book.refresh(NOW);
    let judging = start.elapsed();
    let bytes = ALLOCATED.load(Ordering::Relaxed) - before;
    println!("accounts            {accounts} with 1 to 8 positions in {MARKETS} markets");
    println!("near the call level {}", done.near);
    println!(
        "load                {:.2} s decoding, {:.2} s judging and indexing",
        secs(taking),
        secs(judging)
    );
    println!(
        "bytes per account   {} (index and maps included)",
        bytes as u64 / accounts
    );
    book
}

/// Prices walk by up to three basis points at a time, one market a tick.
fn ticks(book: &mut Book) {
    let mut random = Random(7);
    let mut prices: Vec<u64> = (0..MARKETS).map(first_price).collect();
    let mut times = Vec::new();
    let (mut judged, mut now, mut found) = (0, NOW, 0);
    for tick in 0..TICKS {
        let index = (tick % u64::from(MARKETS)) as u16;
        now += i64::from(tick % 20 == 19);
        let price = &mut prices[usize::from(index)];
        let step = *price / 10_000 * random.under(4);
        *price = if random.under(2) == 0 {
            *price + step
        } else {
            *price - step
        };
        let mut state = market(index);
        set_price(&mut state, *price, now);
        state.funded_at = now;
        let data = bytes(&state);

        let start = Instant::now();
        book.take(
            address::market(index),
            whittle::ID,
            &data,
            Stamp::end_of(2 + tick),
        )
        .expect("a market");
        judged += book.refresh(now).judged;
        let list = book.liquidatable(Ratio::from_bps_floor(500));
        times.push(start.elapsed());
        found = list.len();

        if tick % 500 == 499 {
            check(book, now);
        }
    }
    times.sort_unstable();
    let at = |share: usize| millis(times[(times.len() - 1) * share / 1_000]);
    println!(
        "ticks               {TICKS}, {} accounts judged in each on average",
        judged as u64 / TICKS
    );
    println!(
        "price to list       p50 {:.3} ms, p99 {:.3} ms, most {:.3} ms; {found} in the list",
        at(500),
        at(990),
        at(1_000)
    );
}

/// The list equals that of a full check.
fn check(book: &Book, now: i64) {
    let all = book.full_check(now);
    let mut slow: Vec<_> = all
        .into_iter()
        .filter(|(_, standing)| standing.state >= State::Liquidatable)
        .map(|(id, _)| id)
        .collect();
    let list = book.liquidatable(Ratio::from_bps_floor(500));
    let mut fast: Vec<_> = list.into_iter().map(|it| it.id).collect();
    slow.sort_unstable();
    fast.sort_unstable();
    assert_eq!(slow, fast, "the index missed an account");
}

fn full(book: &Book, accounts: u64) {
    let start = Instant::now();
    let found = book.full_check(NOW + 200).len();
    println!(
        "full check          {:.3} s for {accounts} accounts on {} threads; {found} under the call level",
        secs(start.elapsed()),
        rayon::current_num_threads()
    );
    let mut again = book.clone();
    again.distrust();
    let start = Instant::now();
    again.refresh(NOW + 200);
    println!(
        "full rebuild        {:.3} s, index included",
        secs(start.elapsed())
    );
}

fn secs(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
