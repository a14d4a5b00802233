//! How equity over maintenance is distributed over accounts with positions.

use crate::show::{self, Report};
use serde_json::json;
use whittle::error::{Outcome, WhittleError};
use whittle_client::preview::ladder::Book;
use whittle_client::Mirror;
use whittle_risk::num::ONE_Q32;

/// Characters of the longest bar.
const BAR: usize = 40;
/// Ends of the buckets over the margin call, E / M in hundredths.
const OVER: [u64; 5] = [150, 200, 300, 500, 1_000];

/// Accounts between two ratios.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// E / M from here on, Q32.
    from_q32: u64,
    what: &'static str,
    accounts: usize,
    notional: i128,
    equity: i128,
}

/// All buckets, from the worst to the best.
pub struct Distribution {
    buckets: Vec<Bucket>,
    idle: usize,
    unknown: usize,
}

impl Distribution {
    /// Sorts every account into its bucket.
    pub fn new(mirror: &Mirror, book: &Book, now: i64) -> Outcome<Self> {
        let exchange = mirror.exchange().ok_or(WhittleError::WrongAccount)?;
        let params = &exchange.params;
        let call = ONE_Q32.saturating_add(params.call_buffer_q32);
        let mut ends = vec![
            (0, "insolvent"),
            (1, "emergency"),
            (params.emergency_q32.max(2), "liquidatable"),
            (ONE_Q32, "margin call"),
            (call, "healthy"),
        ];
        let over = OVER.map(|hundredths| hundredths * ONE_Q32 / 100);
        ends.extend(
            over.into_iter()
                .filter(|end| *end > call)
                .map(|end| (end, "healthy")),
        );
        let buckets = ends.into_iter().map(|(from_q32, what)| Bucket {
            from_q32,
            what,
            ..Bucket::default()
        });
        let mut found = Self {
            buckets: buckets.collect(),
            idle: 0,
            unknown: 0,
        };
        for (_, account) in book {
            if account.open_positions().next().is_none() {
                found.idle += 1;
                continue;
            }
            let health = mirror.health(account, now);
            let notional = super::notional(mirror, account, now);
            let (Ok(health), Ok(notional)) = (health, notional) else {
                found.unknown += 1;
                continue;
            };
            let ratio = health.ratio_floor().0;
            let mut buckets = found.buckets.iter_mut().rev();
            if let Some(bucket) = buckets.find(|bucket| ratio >= bucket.from_q32) {
                bucket.accounts += 1;
                bucket.notional += notional;
                bucket.equity += i128::from(health.equity.0);
            }
        }
        Ok(found)
    }

    /// Table with bars, and JSON.
    pub fn report(&self) -> Report {
        let most = self.buckets.iter().map(|bucket| bucket.accounts).max();
        let most = most.unwrap_or(0).max(1);
        let rows = self.buckets.iter().enumerate().map(|(place, bucket)| {
            let bar = (bucket.accounts * BAR).div_ceil(most);
            vec![
                self.range(place),
                bucket.what.to_owned(),
                bucket.accounts.to_string(),
                show::dollars(bucket.notional),
                show::dollars(bucket.equity),
                "█".repeat(bar),
            ]
        });
        let headers = ["E / M", "state", "accounts", "notional", "equity", ""];
        let mut text = show::table(&headers, rows.collect());
        text.push_str(&format!("\n\n{} accounts without positions", self.idle));
        if self.unknown > 0 {
            text.push_str(&format!(
                "\n{} accounts cannot be judged: a sum does not fit",
                self.unknown
            ));
        }
        let sum = |atoms: i128| show::usd_json(i64::try_from(atoms).unwrap_or(i64::MAX));
        let buckets = self.buckets.iter().map(|bucket| {
            json!({
                "from": show::ratio_json(bucket.from_q32),
                "state": bucket.what,
                "accounts": bucket.accounts,
                "notional": sum(bucket.notional),
                "equity": sum(bucket.equity),
            })
        });
        let json = json!({
            "buckets": buckets.collect::<Vec<_>>(),
            "without_positions": self.idle,
            "unknown": self.unknown,
        });
        Report::new(text, json)
    }

    fn range(&self, place: usize) -> String {
        let from = self.buckets.get(place).map_or(0, |it| it.from_q32);
        let next = self.buckets.get(place + 1).map(|it| it.from_q32);
        match next {
            Some(..=1) => "0".to_owned(),
            Some(next) => format!("< {}", show::ratio(next)),
            None => format!(">= {}", show::ratio(from)),
        }
    }
}
