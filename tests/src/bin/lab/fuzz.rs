//! `lab fuzz`: random cases on the built program, or one that was kept.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use whittle_tests::fuzz::campaign::{self, Plan, Report};
use whittle_tests::fuzz::Case;

const HELP: &str = "\
cargo xtask fuzz [--minutes N] [--cases N] [--seed S] [--actions N] [--workers N] [--keep FOLDER]
cargo xtask fuzz --replay FILE

Performs random cases on the built program and checks after each step what must always hold.

  --minutes N     no case begins after so long (default 1, unless --cases is given)
  --cases N       so many cases
  --seed S        of the first case; each case takes the next one (default 0)
  --actions N     of each case (default 300)
  --workers N     threads (default: one for each processor)
  --keep FOLDER   where cases with a fault go, made small (default tests/fuzz/cases)
  --replay FILE   performs a case that was kept";

enum Wanted {
    Help,
    Replay(PathBuf),
    Run(Plan),
}

/// Runs what the arguments ask for. Fails where there is a fault.
pub fn run(args: &[String]) -> Result<()> {
    match parse(args)? {
        Wanted::Help => println!("{HELP}"),
        Wanted::Replay(file) => {
            let case = Case::read(&file)?;
            if let Err(fault) = case.run_alone() {
                bail!("action {}: {}", fault.step, fault.what);
            }
            println!("{} runs clean", file.display());
        }
        Wanted::Run(plan) => {
            let report = campaign::run(&plan);
            print(&report);
            if !report.faults.is_empty() {
                bail!("{} kinds of fault", report.faults.len());
            }
        }
    }
    Ok(())
}

fn parse(args: &[String]) -> Result<Wanted> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut plan = Plan {
        seed: 0,
        time: None,
        cases: None,
        actions: 300,
        workers: threads,
        keep: Some("tests/fuzz/cases".into()),
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || {
            let value = args.next();
            value.with_context(|| format!("{arg} needs a value"))
        };
        match arg.as_str() {
            "--minutes" => plan.time = Some(Duration::from_secs(60 * number(arg, value()?)?)),
            "--cases" => plan.cases = Some(number(arg, value()?)?),
            "--seed" => plan.seed = number(arg, value()?)?,
            "--actions" => plan.actions = usize::try_from(number(arg, value()?)?)?,
            "--workers" => plan.workers = usize::try_from(number(arg, value()?)?)?,
            "--keep" => plan.keep = Some(value()?.into()),
            "--replay" => return Ok(Wanted::Replay(value()?.into())),
            "--help" | "-h" => return Ok(Wanted::Help),
            other => bail!("unknown option {other}\n\n{HELP}"),
        }
    }
    if plan.time.is_none() && plan.cases.is_none() {
        plan.time = Some(Duration::from_secs(60));
    }
    Ok(Wanted::Run(plan))
}

fn number(option: &str, text: &str) -> Result<u64> {
    text.parse()
        .with_context(|| format!("{option}: expected a number, found {text}"))
}

fn print(report: &Report) {
    let tally = &report.tally;
    println!("{tally}");
    let secs = report.took.as_secs().max(1);
    let (actions, transactions) = (tally.actions / secs, tally.transactions / secs);
    println!("\n{secs} s: {actions} actions and {transactions} transactions a second");
    for (event, what) in [
        ("PartiallyLiquidated", "liquidations"),
        ("BankruptcyResolved", "bankruptcies resolved"),
        ("Deleveraged", "positions deleveraged"),
        ("PositionSettled", "positions settled"),
    ] {
        println!("{what}: {}", tally.told(event));
    }
    for found in report.faults.values() {
        let (case, times) = (found.seed, found.times);
        println!(
            "\nseed {case} and {times} cases in all: {}",
            found.fault.what
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Wanted> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        parse(&args)
    }

    #[test]
    fn without_a_bound_it_ends_after_a_minute() {
        let Ok(Wanted::Run(plan)) = parsed(&["--seed", "7"]) else {
            panic!("a plan was expected");
        };
        assert_eq!((plan.seed, plan.cases), (7, None));
        assert_eq!(plan.time, Some(Duration::from_secs(60)));
    }

    #[test]
    fn bad_options_of_fuzz_are_named() {
        let message = |args: &[&str]| parsed(args).err().map(|it| it.to_string());
        let expected = |text: &str| Some(text.to_owned());
        assert_eq!(message(&["--seed"]), expected("--seed needs a value"));
        assert_eq!(
            message(&["--cases", "many"]),
            expected("--cases: expected a number, found many")
        );
    }
}
