//! The outcome as a page.

use std::collections::BTreeSet;
use std::fmt;

use super::figures::{percentile, Keeper, Outcome};

/// Dollars with cents.
fn dollars(atoms: i64) -> String {
    let cents = atoms.unsigned_abs() / 10_000;
    let sign = if atoms < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

/// Dollars to the atom.
fn exactly(atoms: i64) -> String {
    let (whole, part) = (atoms / 1_000_000, atoms.unsigned_abs() % 1_000_000);
    format!("{whole}.{part:06}")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.beginning(f)?;
        self.pace(f)?;
        self.accounts(f)?;
        self.liquidated(f)?;
        self.rivals(f)?;
        self.compute(f)?;
        self.verdict(f)
    }
}

impl Outcome {
    fn beginning(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.fallen.iter().map(|(symbol, bps)| {
            let name = symbol.trim_end_matches("-PERP");
            format!("{name} to {}.{} %", bps / 100, bps % 100 / 10)
        });
        writeln!(
            f,
            "A cascade of {} accounts with {} positions, {} USD of notional, seed {}.\n\
             They were opened in {:.0} s. Then prices fell in {} steps: {}.\n",
            self.accounts,
            self.positions,
            self.notional,
            self.seed,
            self.opened_in.as_secs_f64(),
            self.steps,
            left.collect::<Vec<_>>().join(", ")
        )
    }

    fn pace(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pace")?;
        writeln!(
            f,
            "  {} accounts came under maintenance; nothing was due any more after {:.1} s: {:.1} \
             accounts/s,\n  {:.1} liquidations/s, {} in the busiest second. A slot took {:.0} ms.",
            self.under,
            self.secs,
            self.accounts_per_second(),
            self.liquidations() as f64 / self.secs.max(f64::MIN_POSITIVE),
            self.busiest_second,
            self.slot_secs * 1e3
        )?;
        let (accounts, seconds) = self.greatest;
        writeln!(
            f,
            "  The greatest step brought {accounts} at once; the last of them was liquidated after {seconds:.1} s: \
             {:.1}/s.",
            accounts as f64 / seconds.max(f64::MIN_POSITIVE)
        )?;
        let times = [
            ("flag", &self.to_flag),
            ("liquidation", &self.to_liquidation),
        ];
        for (name, seconds) in times {
            writeln!(
                f,
                "  from the price to the {name:<12} p50 {:>5.1} s   p99 {:>5.1} s   most {:>5.1} s   ({})",
                percentile(seconds, 50),
                percentile(seconds, 99),
                percentile(seconds, 100),
                seconds.len()
            )?;
        }
        writeln!(f)
    }

    fn accounts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "accounts")?;
        let lines = [
            (
                self.untouched,
                "were never under maintenance, or no longer when somebody looked",
            ),
            (
                self.at_target,
                "were reduced and are at their target or over it",
            ),
            (
                self.over,
                "were reduced to their target and stand over maintenance",
            ),
            (self.closed, "were closed and owe nothing"),
        ];
        for (count, what) in lines {
            writeln!(f, "  {count:>5} {what}")?;
        }
        let losses = &self.losses;
        writeln!(
            f,
            "  {:>5} of these were bankrupt: {} USD = insurance {} + pool {} + winners {}\n",
            losses.count,
            dollars(losses.loss),
            dollars(losses.insurance),
            dollars(losses.pool),
            dollars(losses.side)
        )
    }

    fn liquidated(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>10} {:>10} {:>10}",
            "liquidations", "keeper-1", "keeper-2", "all"
        )?;
        for (kind, [first, second]) in &self.kinds {
            writeln!(
                f,
                "  {kind:<26} {first:>10} {second:>10} {:>10}",
                first + second
            )?;
        }
        writeln!(
            f,
            "  {} of {} were not the first of their account, each at a newer and worse price; at most {} of \
             one account\n",
            self.again,
            self.liquidations(),
            self.most_of_one
        )
    }

    fn rivals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<28} {:>10} {:>10} {:>10}",
            "transactions", "keeper-1", "keeper-2", "all"
        )?;
        let [one, other] = &self.keepers;
        let mut line = |name: &str, one: u64, other: u64| {
            writeln!(f, "  {name:<26} {one:>10} {other:>10} {:>10}", one + other)
        };
        line("tried", one.tried, other.tried)?;
        let outcomes = one.outcomes.keys().chain(other.outcomes.keys());
        for outcome in outcomes.collect::<BTreeSet<_>>() {
            let of = |keeper: &Keeper| keeper.outcomes.get(outcome).copied().unwrap_or(0);
            line(&format!("  {outcome}"), of(one), of(other))?;
        }
        line("refused by simulation", one.refused, other.refused)?;
        line("landed", one.landed, other.landed)?;
        line("  refused on the chain", one.lost, other.lost)?;
        line("  ran and changed nothing", one.idle, other.idle)?;
        let (lost, overtaken) = self.refusals;
        writeln!(
            f,
            "  Of those refused on the chain {lost} were races lost to the other keeper; of {overtaken} the account \
             had changed\n  otherwise, or prices."
        )?;
        type Sum = (&'static str, fn(&Keeper) -> i64);
        let sums: [Sum; 4] = [
            ("bonuses by the events", |it| it.bonus),
            ("rewards by the events", |it| it.rewards),
            ("margin account gained", |it| it.gained),
            ("metrics say", |it| it.says),
        ];
        writeln!(f, "\nUSD")?;
        for (name, sum) in sums {
            let (one, other) = (sum(one), sum(other));
            writeln!(
                f,
                "  {name:<26} {:>10} {:>10} {:>10}",
                exactly(one),
                exactly(other),
                exactly(one + other)
            )?;
        }
        let sol = |lamports: u64| lamports as f64 / 1e9;
        writeln!(
            f,
            "  {:<26} {:>10.6} {:>10.6} {:>10.6}\n",
            "fees, SOL",
            sol(one.fees),
            sol(other.fees),
            sol(one.fees + other.fees)
        )
    }

    fn compute(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<48} {:>6} {:>8} {:>8} {:>8}",
            "compute units of a transaction", "count", "min", "median", "max"
        )?;
        for (name, units) in &self.units {
            writeln!(
                f,
                "  {name:<46} {:>6} {:>8} {:>8} {:>8}",
                units.count, units.least, units.median, units.most
            )?;
        }
        writeln!(f)
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.problems.is_empty() {
            return writeln!(
                f,
                "Everybody is at or over the target, healthy again or resolved; bonuses agree to the \
                 atom;\nevery receipt holds; nobody was liquidated twice without need; nothing was sent \
                 in vain."
            );
        }
        writeln!(f, "{} things are wrong:", self.problems.len())?;
        self.problems
            .iter()
            .try_for_each(|problem| writeln!(f, "  {problem}"))
    }
}
