//! The sums of a run, in words.

use super::format::{count, minute, money, percent, signed_usd, thousands};
use super::report::Report;

impl Report {
    /// How many receipts of each kind, most first: `70 exact, 3 forced`.
    pub fn kinds(&self) -> String {
        let mut counts: Vec<(usize, &str)> = Vec::new();
        for liquidation in &self.liquidations {
            match counts
                .iter_mut()
                .find(|(_, kind)| *kind == liquidation.kind)
            {
                Some((count, _)) => *count += 1,
                None => counts.push((1, liquidation.kind)),
            }
        }
        counts.sort_by(|a, b| b.cmp(a));
        let texts: Vec<String> = counts
            .iter()
            .map(|(count, kind)| format!("{count} {kind}"))
            .collect();
        texts.join(", ")
    }

    /// Largest and median compute units of a liquidation.
    pub fn compute_units(&self) -> (u64, u64) {
        let mut units: Vec<u64> = self
            .liquidations
            .iter()
            .map(|it| it.compute_units)
            .collect();
        units.sort_unstable();
        let middle = units.get(units.len() / 2).copied().unwrap_or(0);
        (units.last().copied().unwrap_or(0), middle)
    }

    /// The median over all liquidations of the share that was closed of what the account held, and
    /// over all liquidated accounts of the share that was closed in the whole run; in percent.
    fn median_shares(&self) -> (String, String) {
        let each = self.liquidations.iter();
        let each = median(each.map(|it| (it.closed(), it.held())));
        let whole = self.liquidated().map(|it| (it.closed, it.held_at_first));
        (each, median(whole))
    }

    /// The summary, as pairs of what and how much.
    pub fn summary(&self) -> Vec<(&'static str, String)> {
        let totals = &self.totals;
        let all = self.closed_by_closing_all();
        let liquidated = self.liquidated().count();
        let kept: i64 = self.liquidated().map(|account| account.equity).sum();
        let had: i64 = self
            .liquidated()
            .map(|account| account.equity_had_all_closed)
            .sum();
        let open = self.liquidated().filter(|account| account.is_open).count();
        let cost: i64 = self.liquidations.iter().map(|it| it.cost).sum();
        let refused = match totals.unfilled {
            0 => String::new(),
            some => format!("; {} not filled", count(some, "order")),
        };
        let (each, whole) = self.median_shares();
        let (most_units, median_units) = self.compute_units();
        let moved = |before: i64, after: i64| {
            let change = signed_usd(after - before, 2);
            format!(
                "{} before, {} after ({change})",
                money(before, 2),
                money(after, 2)
            )
        };
        vec![
            (
                "replayed",
                format!(
                    "{} to {} UTC, {} oracle updates of each market, {} transactions",
                    minute(self.span.0),
                    minute(self.span.1),
                    thousands(totals.updates as u64),
                    thousands(totals.transactions as u64),
                ),
            ),
            (
                "liquidations",
                format!(
                    "{} ({}) of {liquidated} of {} accounts; {open} of the {liquidated} still hold positions{refused}",
                    self.liquidations.len(),
                    self.kinds(),
                    self.accounts.len(),
                ),
            ),
            (
                "one lot less",
                match self.liquidations.len() - self.certified() {
                    0 => "would not have sufficed in any of them".to_owned(),
                    none => format!(
                        "would not have sufficed in any of the {} with a certificate; {none} have none",
                        self.certified()
                    ),
                },
            ),
            (
                "closed",
                format!(
                    "{}; a liquidation closes {each} of what the account holds (median)",
                    money(self.closed(), 2)
                ),
            ),
            (
                "closing all",
                // At the same prices for both; what was closed above is at the prices of its time.
                format!(
                    "{} at each account's first liquidation; Whittle {}, {} (median {whole})",
                    money(all, 2),
                    money(self.closed_of_all(), 2),
                    percent(self.closed_of_all(), all)
                ),
            ),
            (
                "cost to traders",
                format!("{} in bonuses, insurance premiums and pool costs", money(cost, 2)),
            ),
            (
                "their equity",
                format!(
                    "{} at the end; {} had everything been closed at the first liquidation",
                    money(kept, 2),
                    money(had, 2)
                ),
            ),
            ("keeper earned", money(totals.keeper, 2)),
            ("insurance", moved(totals.insurance_before, totals.insurance_after)),
            ("pool", moved(totals.pool_before, totals.pool_after)),
            ("bad debt", money(totals.bad_debt, 2)),
            (
                "liquidate_partial",
                format!(
                    "at most {} CU, median {}",
                    thousands(most_units),
                    thousands(median_units)
                ),
            ),
        ]
    }
}

fn median(shares: impl Iterator<Item = (i64, i64)>) -> String {
    let mut shares: Vec<(i64, i64)> = shares.collect();
    shares.sort_by(|a, b| (a.0 as f64 / a.1 as f64).total_cmp(&(b.0 as f64 / b.1 as f64)));
    shares
        .get(shares.len() / 2)
        .map_or("-".into(), |(part, whole)| percent(*part, *whole))
}
