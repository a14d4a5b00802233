//! The figures that a report shows, each with what it means and how it follows from [`Measures`].

use crate::measure::Measures;

/// Which direction of a figure is better, for whom it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// It describes, and is no merit.
    Neither,
}

impl Better {
    /// `lower`, `higher` or `neither`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Neither => "neither",
        }
    }
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// USD for each 1,000 USD of margin that traders deposited.
    PerThousand,
    /// Percent.
    Percent,
    /// Basis points.
    Bps,
    /// USD.
    Usd,
    /// A number of things.
    Number,
    /// Minutes.
    Minutes,
}

impl Unit {
    /// In full.
    pub fn words(self) -> &'static str {
        match self {
            Self::PerThousand => "USD per 1,000 USD of margin deposited",
            Self::Percent => "%",
            Self::Bps => "basis points",
            Self::Usd => "USD",
            Self::Number => "",
            Self::Minutes => "minutes",
        }
    }

    /// For a table's first column.
    pub fn short(self) -> &'static str {
        match self {
            Self::PerThousand => "$/1k",
            Self::Percent => "%",
            Self::Bps => "bp",
            Self::Usd => "$",
            Self::Number => "",
            Self::Minutes => "min",
        }
    }
}

/// One figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// For programs; never changes.
    pub id: &'static str,
    /// The part of the table that it stands in.
    pub group: &'static str,
    /// For people.
    pub name: &'static str,
    /// For narrow columns.
    pub short: &'static str,
    /// In a sentence.
    pub meaning: &'static str,
    /// Of its values.
    pub unit: Unit,
    /// The better direction.
    pub better: Better,
    /// What it is divided by; empty if it is as counted.
    pub per: &'static str,
    /// Whether it has a plot of its own and a place in the summary.
    pub is_main: bool,
    /// From the counts of a run; not a number if what it is divided by is zero.
    pub value: fn(&Measures) -> f64,
}

const ATOMS: f64 = 1e6;

/// Not a number if the whole is zero: there is nothing that could have had a share.
fn share(part: f64, whole: f64) -> f64 {
    if whole == 0.0 {
        f64::NAN
    } else {
        part / whole
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * share(part as f64, whole as f64)
}

/// USD per 1,000 USD of margin: deposits and what was added after calls are the traders' stake, but
/// only the first is the same for all policies.
fn per_thousand(atoms: i64, run: &Measures) -> f64 {
    1_000.0 * share(atoms as f64, run.deposited as f64)
}

const DEPOSIT: &str = "margin deposited at the start of all lives";
const LIQUIDATED: &str = "liquidated lives";

/// A figure without a plot of its own.
const fn plain(
    [id, group, name, short]: [&'static str; 4],
    meaning: &'static str,
    unit: Unit,
    better: Better,
    per: &'static str,
    value: fn(&Measures) -> f64,
) -> Figure {
    Figure {
        id,
        group,
        name,
        short,
        meaning,
        unit,
        better,
        per,
        is_main: false,
        value,
    }
}

/// The same with one.
const fn main(figure: Figure) -> Figure {
    Figure {
        is_main: true,
        ..figure
    }
}

use Better::{Higher, Lower, Neither};
use Unit::{Bps, Minutes, Number, PerThousand, Percent, Usd};

/// All of them, in the order in which reports show them.
pub const ALL: &[Figure] = &[
    main(plain(
        ["cost", "Traders", "Liquidation cost", "Liq. cost"],
        "What liquidations took from traders beyond the market's own move: keepers' pay, insurance, \
         spread, impact and fees to the pool, and margin seized.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.cost, run),
    )),
    plain(
        ["cost_with_plans", "Traders", "Cost with recovery plans", "Cost with plans"],
        "The same and what recovery plans cost: closing before a liquidation is not free either.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.cost.saturating_add(run.plan_cost), run),
    ),
    plain(
        ["cost_per_notional", "Traders", "Cost of what was closed", "Cost of closed"],
        "Liquidation cost as a share of the notional that liquidations closed.",
        Bps, Lower, "notional closed by liquidations",
        |run| 1e4 * share(run.cost as f64, run.notional as f64),
    ),
    plain(
        ["seized", "Traders", "Margin seized", "Seized"],
        "Part of the cost: margin taken from closed-out accounts beyond what closing cost.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.seized, run),
    ),
    main(plain(
        ["against_holding", "Traders", "Lost against holding on", "Lost vs holding"],
        "Equity with which liquidated lives would have left had nobody liquidated them (never less \
         than zero each), less that with which they left. Prices that come back raise it, prices \
         that go on lower it.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.held_equity.saturating_sub(run.final_equity), run),
    )),
    main(plain(
        ["notional", "Traders", "Notional liquidated", "Notional closed"],
        "Notional that liquidations closed.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.notional, run),
    )),
    main(plain(
        ["closed_share", "Traders", "Share of positions closed", "Closed share"],
        "Notional that liquidations closed, of what the accounts held before their first. Over \
         100 % if positions that were opened later were liquidated too.",
        Percent, Lower, "notional before the first liquidation",
        |run| 100.0 * share(run.notional as f64, run.notional_before as f64),
    )),
    plain(
        ["plan_notional", "Traders", "Closed by recovery plans", "Closed by plans"],
        "Notional that traders' own recovery plans closed before a liquidation.",
        PerThousand, Neither, DEPOSIT,
        |run| per_thousand(run.plan_notional, run),
    ),
    plain(
        ["added", "Traders", "Margin added after calls", "Margin added"],
        "Margin that traders added after a margin call.",
        PerThousand, Neither, DEPOSIT,
        |run| per_thousand(run.added, run),
    ),
    plain(
        ["withdrawn", "Traders", "Excess collateral taken out", "Taken out"],
        "Excess collateral that traders took out while they held positions.",
        PerThousand, Neither, DEPOSIT,
        |run| per_thousand(run.withdrawn, run),
    ),
    main(plain(
        ["liquidated", "Accounts", "Accounts liquidated", "Liquidated"],
        "Lives that were liquidated at least once.",
        Percent, Lower, "lives",
        |run| percent(run.liquidated, run.lives),
    )),
    main(plain(
        ["repeated", "Accounts", "Liquidated again", "Liquidated again"],
        "Liquidated lives that were liquidated more than once. A policy that closes everything at \
         once scores zero here by construction.",
        Percent, Lower, LIQUIDATED,
        |run| percent(run.repeated, run.liquidated),
    )),
    plain(
        ["times", "Accounts", "Liquidations per liquidated account", "Times each"],
        "Liquidations of a life that had any.",
        Number, Lower, LIQUIDATED,
        |run| share(run.liquidations as f64, run.liquidated as f64),
    ),
    plain(
        ["most", "Accounts", "Most liquidations of one account", "Most of one"],
        "The life that was liquidated most often.",
        Number, Lower, "",
        |run| run.most_in_a_life as f64,
    ),
    main(plain(
        ["survived", "Accounts", "Accounts that survive", "Survive"],
        "Liquidated lives that still held a position when they meant to leave.",
        Percent, Higher, LIQUIDATED,
        |run| percent(run.survived, run.liquidated),
    )),
    main(plain(
        ["recovered", "Accounts", "Accounts that recover", "Recover"],
        "Liquidated lives that left with at least the equity that they had before the first \
         liquidation.",
        Percent, Higher, LIQUIDATED,
        |run| percent(run.recovered, run.liquidated),
    )),
    plain(
        ["closed_out", "Accounts", "Accounts closed out", "Closed out"],
        "Liquidated lives of which liquidations left no position.",
        Percent, Lower, LIQUIDATED,
        |run| percent(run.closed_out, run.liquidated),
    ),
    plain(
        ["escaped", "Accounts", "Came back by itself", "Came back"],
        "Falls under maintenance that the price undid before anything was closed. A policy that \
         waits has more of them, and the risk of waiting.",
        Percent, Neither, "falls under maintenance",
        |run| percent(run.escaped, run.falls),
    ),
    main(plain(
        ["impact", "Market", "Price impact caused", "Price impact"],
        "What selling or buying the closed notional in the outside market would move away, by the \
         model's impact.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.impact, run),
    )),
    plain(
        ["underwater", "Market", "Time under maintenance", "Under maint."],
        "How long an account stayed under maintenance after a fall, on average.",
        Minutes, Lower, "falls under maintenance",
        |run| share(run.underwater_secs as f64 / 60.0, run.falls as f64),
    ),
    plain(
        ["waiting", "Market", "Most accounts waiting", "Most waiting"],
        "Most accounts under maintenance at one time.",
        Number, Lower, "",
        |run| run.most_waiting as f64,
    ),
    main(plain(
        ["keeper", "Keepers", "Keepers' earnings", "Keepers earn"],
        "What keepers earned less what their transactions cost. Traders and insurance pay it; too \
         little of it, and nobody liquidates.",
        PerThousand, Neither, DEPOSIT,
        |run| per_thousand(run.keeper_earned.saturating_sub(run.keeper_fees), run),
    )),
    plain(
        ["keeper_each", "Keepers", "Earnings per liquidation", "Each liquidation"],
        "The same for each liquidation.",
        Usd, Neither, "liquidations",
        |run| {
            let net = run.keeper_earned.saturating_sub(run.keeper_fees);
            share(net as f64 / ATOMS, run.liquidations as f64)
        },
    ),
    main(plain(
        ["insurance_use", "Backstops", "Insurance used", "Insurance used"],
        "Bad debt that the insurance fund bore, and what it added to keepers' pay.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.borne_insurance.saturating_add(run.top_ups), run),
    )),
    plain(
        ["insurance_change", "Backstops", "Insurance fund's result", "Insurance result"],
        "The fund at the end less at the start. What it gains, traders paid.",
        PerThousand, Higher, DEPOSIT,
        |run| per_thousand(run.insurance_change, run),
    ),
    plain(
        ["insurance_drawdown", "Backstops", "Insurance fund's largest fall", "Insurance fall"],
        "Largest fall of the fund from a high.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.insurance_drawdown, run),
    ),
    main(plain(
        ["bad_debt", "Backstops", "Bad debt", "Bad debt"],
        "Equity that was missing when accounts were closed out.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.bad_debt, run),
    )),
    plain(
        ["bankrupt", "Backstops", "Accounts with bad debt", "With bad debt"],
        "Lives that ended with bad debt.",
        Percent, Lower, "lives",
        |run| percent(run.bankrupt, run.lives),
    ),
    plain(
        ["borne_pool", "Backstops", "Bad debt borne by the pool", "Pool bore"],
        "Part of the bad debt.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.borne_pool, run),
    ),
    plain(
        ["borne_winners", "Backstops", "Bad debt borne by winners", "Winners bore"],
        "Part of the bad debt: taken from traders on the other side.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.borne_winners, run),
    ),
    plain(
        ["borne_nobody", "Backstops", "Bad debt not covered", "Not covered"],
        "Part of the bad debt: borne by nobody when the run ended.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.borne_nobody, run),
    ),
    main(plain(
        ["deleveraged", "Backstops", "Auto-deleveraged", "ADL"],
        "Notional of healthy positions that were reduced because the pool could not carry them.",
        PerThousand, Lower, DEPOSIT,
        |run| per_thousand(run.deleveraged_notional, run),
    )),
    plain(
        ["deleveraged_count", "Backstops", "Positions auto-deleveraged", "ADL, positions"],
        "How many such reductions there were, for each 1,000 lives.",
        Number, Lower, "1,000 lives",
        |run| 1_000.0 * share(run.deleveraged as f64, run.lives as f64),
    ),
    main(plain(
        ["pool", "Pool", "Pool's result", "Pool result"],
        "The pool's value at the end less at the start. What it gains, traders lost or paid.",
        PerThousand, Higher, DEPOSIT,
        |run| per_thousand(run.pool_change, run),
    )),
    plain(
        ["converted", "Pool", "Collateral sold", "Collateral sold"],
        "Collateral that was sold to cure overdrafts.",
        PerThousand, Neither, DEPOSIT,
        |run| per_thousand(run.converted, run),
    ),
];
