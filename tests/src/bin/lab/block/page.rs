//! The tables, as they stand in docs/throughput.md between two marks.

use anyhow::{Context, Result};
use solana_cost_model::block_cost_limits::{SIGNATURE_COST, WRITE_LOCK_UNITS};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use whittle_tests::block::fill::{Charge, Full, Parts};
use whittle_tests::block::keeper::Asks;
use whittle_tests::block::model::{Chain, Price, Spread, BEFORE_0306, SOLANA, WITH_0286};
use whittle_tests::block::{Outcome, Prices, Work};
use whittle_tests::cost::{self, Depth};
use whittle_tests::text::thousands;

use super::others;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/throughput.md");
const BEGIN: &str = "<!-- written by `cargo xtask bench block --write` -->\n";
const END: &str = "<!-- until here -->\n";
/// A signature and four accounts to write, of a transaction that is not Whittle's.
const AROUND: u64 = SIGNATURE_COST + 4 * WRITE_LOCK_UNITS;

/// Replaces what stands between the marks.
pub fn write(tables: &str) -> Result<()> {
    let page = Path::new(PAGE);
    let text = fs::read_to_string(page).with_context(|| format!("reading {PAGE}"))?;
    let begin = text.find(BEGIN).context("the first mark")? + BEGIN.len();
    let end = text.find(END).context("the second mark")?;
    let text = format!("{}\n{tables}\n{}", &text[..begin], &text[end..]);
    fs::write(page, text).with_context(|| format!("writing {PAGE}"))
}

/// All tables.
pub fn tables(outcomes: &[Outcome], accounts: usize) -> String {
    let mut text = format!(
        "{accounts} accounts with one position of 4,000 USD each, opened by deposits, orders and fills.\n\n"
    );
    let of = |wanted: &dyn Fn(&Outcome) -> bool| -> Vec<&Outcome> {
        outcomes.iter().filter(|one| wanted(one)).collect()
    };
    let usual =
        |one: &Outcome| one.case.charge == Charge::Used && one.case.asks == Asks::AsTheKeeper;
    let liquidations = of(&|one| one.case.work == Work::Liquidations && usual(one));
    text += &filled("Liquidations", &liquidations);
    text += &filled(
        "Other work",
        &of(&|one| one.case.work != Work::Liquidations),
    );
    let widest = of(&|one| {
        one.case.work == Work::Liquidations
            && one.case.markets == 8
            && one.case.keepers == 8
            && one.case.prices == Prices::Ahead
    });
    text += &parts(outcomes);
    text += &asks(&widest);
    text += &chains(outcomes);
    text += &whole(outcomes);
    text += &others(outcomes);
    text
}

fn table(title: &str, head: &[&str]) -> String {
    let mut text = format!("### {title}\n\n| {} |\n|", head.join(" | "));
    text += &" --- |".repeat(head.len());
    text + "\n"
}

fn row(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Flags => "`flag_account`",
        Work::Liquidations => "`liquidate_partial`",
        Work::Emergencies => "`liquidate_partial` in emergency",
        Work::Bankruptcies => "`resolve_bankruptcy`",
    }
}

fn filled(title: &str, outcomes: &[&Outcome]) -> String {
    let head = [
        "in the block",
        "markets",
        "keepers",
        "prices",
        "model",
        "filled",
        "a second",
        "full",
        "cost of one",
        "cost of the block",
    ];
    let mut text = table(title, &head);
    for one in outcomes {
        let case = one.case;
        let full = match one.filled.full {
            Some(Full::Block) => "the block".to_owned(),
            Some(Full::Account) => one.hottest.clone(),
            None => "nothing: too few".to_owned(),
        };
        let prices = match case.prices {
            _ if case.work == Work::Bankruptcies => "none needed",
            Prices::Ahead => "ahead",
            Prices::InFront => "in front",
        };
        let cells = [
            work(case.work).to_owned(),
            case.markets.to_string(),
            case.keepers.to_string(),
            prices.to_owned(),
            thousands(one.predicted.count),
            thousands(one.filled.transactions),
            thousands(SOLANA.per_second(one.filled.transactions)),
            full,
            format!(
                "{} to {}",
                thousands(one.filled.range.0),
                thousands(one.filled.range.1)
            ),
            thousands(one.filled.charged),
        ];
        row(&mut text, &cells);
    }
    text + "\n"
}

fn parts(outcomes: &[Outcome]) -> String {
    let head = [
        "one transaction",
        "signature",
        "write locks",
        "data",
        "loaded accounts",
        "program and budget",
        "in all",
        "bytes",
    ];
    let mut text = table("What one transaction costs", &head);
    let mut seen = Vec::new();
    for one in outcomes {
        let kind = (one.case.work, one.case.prices);
        let usual = one.case.charge == Charge::Used && one.case.asks == Asks::AsTheKeeper;
        if seen.contains(&kind) || !usual {
            continue;
        }
        seen.push(kind);
        let front = if one.case.prices == Prices::InFront {
            ", price in front"
        } else {
            ""
        };
        let name = format!("{}{front}", work(one.case.work));
        let (used, asked) = one.filled.last;
        row(&mut text, &split(&name, &used, one.filled.bytes));
        row(&mut text, &split("... asks for", &asked, one.filled.bytes));
    }
    text + "\n"
}

fn split(name: &str, parts: &Parts, bytes: usize) -> [String; 8] {
    [
        name.to_owned(),
        thousands(parts.signatures),
        thousands(parts.locks),
        thousands(parts.data),
        thousands(parts.loaded),
        thousands(parts.programs),
        thousands(parts.sum()),
        bytes.to_string(),
    ]
}

fn asks(outcomes: &[&Outcome]) -> String {
    let head = ["asks for", "cost asked for", "charged", "model", "filled"];
    let mut text = table("What asking for too much costs", &head);
    for one in outcomes {
        let asks = match one.case.asks {
            Asks::AsTheKeeper => "what the keeper asks for",
            Asks::NoBytes => "the same units, no limit of bytes",
            Asks::Nothing => "nothing: 200,000 units for the instruction, 64 MiB",
        };
        let charge = match one.case.charge {
            Charge::Used => "what it used",
            Charge::Asked => "what it asked for",
        };
        let cells = [
            asks.to_owned(),
            thousands(one.filled.last.1.sum()),
            charge.to_owned(),
            thousands(one.predicted.count),
            thousands(one.filled.transactions),
        ];
        row(&mut text, &cells);
    }
    text + "\n"
}

/// What a transaction of this work takes that is not the first of its market, its price cached ahead.
fn typical(outcomes: &[Outcome], work: Work) -> Price {
    let found = outcomes.iter().find(|one| one.case.work == work);
    found.map_or(Price::fixed(u64::MAX), |one| one.price)
}

fn plural(markets: u16) -> String {
    let s = if markets == 1 { "" } else { "s" };
    format!("{markets} market{s}")
}

fn over(over: u64) -> [Spread; 1] {
    [Spread { over, before: 0 }]
}

const CHAINS: [(&str, Chain); 3] = [
    ("60 M, an account 12 M", BEFORE_0306),
    ("60 M, an account 24 M", SOLANA),
    ("100 M, an account 40 M", WITH_0286),
];

fn chains(outcomes: &[Outcome]) -> String {
    let markets = super::cases::MARKETS.map(plural);
    let mut head = vec!["limits of a block"];
    head.extend(markets.iter().map(String::as_str));
    let mut text = table("By the model, with other limits", &head);
    let price = typical(outcomes, Work::Liquidations);
    for (name, chain) in CHAINS {
        let fit = |count: u16| thousands(chain.fit(price, &over(count.into()), 0).count);
        let mut cells = vec![name.to_owned()];
        cells.extend(super::cases::MARKETS.map(fit));
        row(&mut text, &cells);
    }
    text + "\n"
}

/// Accounts brought from under maintenance to their target when blocks are full of nothing else: a flag
/// for each in one block, its liquidation in a later one.
fn whole(outcomes: &[Outcome]) -> String {
    let markets = super::cases::MARKETS.map(plural);
    let mut head = vec!["accounts", "for each account"];
    head.extend(markets.iter().map(String::as_str));
    let title = "By the model, accounts a second from first sighting to target";
    let mut text = table(title, &head);
    let typical = |work| typical(outcomes, work).charged;
    let flagged = (typical(Work::Flags), typical(Work::Liquidations));
    let rows = [
        ("under maintenance: flag, then liquidation", flagged),
        ("in emergency", (0, typical(Work::Emergencies))),
    ];
    for (name, (flag, liquidation)) in rows {
        let whole = Price::fixed(flag + liquidation);
        let mut cells = vec![name.to_owned(), thousands(whole.charged)];
        cells.extend(super::cases::MARKETS.map(|count| {
            let market = SOLANA.fit(Price::fixed(liquidation), &over(count.into()), 0);
            let block = SOLANA.fit(whole, &[], 0);
            thousands(SOLANA.per_second(market.count.min(block.count)))
        }));
        row(&mut text, &cells);
    }
    text + "\n"
}

fn others(outcomes: &[Outcome]) -> String {
    let head = [
        "program",
        "program units",
        "shared by all",
        "account 12 M",
        "account 24 M",
        "a second",
    ];
    let mut text = table("One market's share of a block, by the model", &head);
    let mut line = |name: &str, units: u64, shared: &str, price: Price| {
        let fit = |chain: Chain| chain.fit(price, &over(1), 0).count;
        let cells = [
            name.to_owned(),
            thousands(units),
            shared.to_owned(),
            thousands(fit(BEFORE_0306)),
            thousands(fit(SOLANA)),
            thousands(SOLANA.per_second(fit(SOLANA))),
        ];
        row(&mut text, &cells);
    };
    let around = typical(outcomes, Work::Liquidations).charged;
    let own = cost::liquidation(1, Depth::One).units;
    // What is not the program's, of the transaction that was measured.
    let around = around.saturating_sub(own);
    for (legs, depth, what) in [
        (1, Depth::One, "1 leg"),
        (8, Depth::One, "1 of 8 legs"),
        (8, Depth::All, "all of 8 legs"),
    ] {
        let units = cost::liquidation(legs, depth).units;
        let update = cost::update(legs).units;
        let all_locks = (legs as u64 - 1) * WRITE_LOCK_UNITS;
        let (written, locks) = if depth == Depth::All {
            ("the markets", all_locks)
        } else {
            ("the market", 0)
        };
        let price = Price::fixed(units + locks + around);
        line(&format!("Whittle, {what}"), units, written, price);
        let name = format!("Whittle, {what}, all its prices in front");
        let price = Price::fixed(units + update + all_locks + around);
        line(&name, units + update, "the markets", price);
    }
    for other in others::ALL {
        let price = Price::fixed(other.units + AROUND);
        line(other.name, other.units, other.shared, price);
    }
    text
}
