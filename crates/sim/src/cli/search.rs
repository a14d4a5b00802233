//! `whittle-sim search`.

use super::compare::{made_by, write};
use super::options::{bar, Shared};
use super::say;
use anyhow::{ensure, Context, Result};
use std::path::PathBuf;
use whittle_migrations::describe::Description;
use whittle_sim::report;
use whittle_sim::search::{search, written, Task};
use whittle_sim::source::Sources;

#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    shared: Shared,
    /// The market whose parameters are searched, by its number among the prices given.
    #[arg(long, default_value_t = 0)]
    market: usize,
    /// Most bad debt, in basis points of the margin that traders deposited.
    #[arg(long, default_value_t = 2.0)]
    bad_debt: f64,
    /// Settings that are tried.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    candidates: u32,
    /// Where search.html, search.json and recommended.toml go.
    #[arg(long, value_name = "FOLDER", default_value = "out/sim")]
    out: PathBuf,
}

pub fn run(args: &Args) -> Result<()> {
    super::use_threads(args.shared.threads)?;
    ensure!(
        args.bad_debt >= 0.0 && args.bad_debt <= 1e4,
        "--bad-debt is {}: give basis points from 0 to 10,000",
        args.bad_debt
    );
    let (described, described_text, name) = args.shared.described()?;
    let mut sources = Sources::default();
    let plan = args.shared.plan(&described, name.clone(), &mut sources)?;
    let task = Task {
        market: args.market,
        bad_debt: args.bad_debt / 1e4,
        candidates: args.candidates,
    };
    let bar = bar(u64::from(task.candidates) + 1);
    let found = search(&plan, &task, &|runs| bar.inc(runs))?;
    bar.finish_and_clear();
    let text = report::found_text(&found, task.bad_debt);
    say(format_args!("{}", text.trim_end()));

    let mut told = vec![
        ("Prices".to_owned(), plan.sources.told()),
        ("Described exchange".to_owned(), name),
        ("Market".to_owned(), task.market.to_string()),
        (
            "Accounts".to_owned(),
            plan.terms.traders.accounts.to_string(),
        ),
        ("Seeds".to_owned(), format!("{:?}", plan.seeds)),
    ];
    told.extend(plan.assumptions());
    let page = report::found_html(&found, task.bad_debt, &told, &made_by());
    let page = write(&args.out, "search.html", &page)?;
    let json = serde_json::to_string_pretty(&found).context("writing JSON")?;
    write(&args.out, "search.json", &(json + "\n"))?;
    if let Some(best) = &found.recommended {
        let recommended = written(&described_text, &described, task.market, &best.setting)?;
        if let Err(problems) = Description::parse(&recommended) {
            anyhow::bail!("the recommended exchange is not right, which is a fault of the simulator:\n{problems}");
        }
        let path = write(&args.out, "recommended.toml", &recommended)?;
        say(format_args!(
            "the whole exchange with this setting, for whittle-migrate: {}",
            path.display()
        ));
    }
    say(format_args!("the front as a picture: {}", page.display()));
    Ok(())
}
