//! `cargo xtask adversaries`: lets every adversary search, and writes what they found.

use anyhow::{bail, Context, Result};
use whittle_tests::adversary::report::{self, Entry};
use whittle_tests::adversary::{all, search, Arena};

struct Options {
    trials: usize,
    seed: u64,
    only: Option<String>,
}

fn options(args: &[String]) -> Result<Options> {
    let mut options = Options {
        trials: 100,
        seed: 1,
        only: None,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let value = args
            .next()
            .with_context(|| format!("{arg} needs a value"))?;
        match arg.as_str() {
            "--trials" => options.trials = value.parse().context("--trials")?,
            "--seed" => options.seed = value.parse().context("--seed")?,
            "--only" => options.only = Some(value.clone()),
            _ => bail!("usage: lab adversaries [--trials N] [--seed S] [--only NAME]"),
        }
    }
    anyhow::ensure!(options.trials > 0, "--trials must be at least 1");
    Ok(options)
}

pub fn run(args: &[String]) -> Result<()> {
    let options = options(args)?;
    let mut arena = Arena::new(None);
    let mut entries = Vec::new();
    for adversary in all() {
        if options
            .only
            .as_ref()
            .is_some_and(|name| name != adversary.name())
        {
            continue;
        }
        let found = search(&*adversary, &mut arena, options.trials, options.seed);
        let control = adversary.control().map(|control| {
            let mut arena = Arena::new(Some(control.change));
            search(&*adversary, &mut arena, options.trials, options.seed)
        });
        let entry = Entry {
            adversary,
            found,
            control,
        };
        println!("{}\n", report::text(&entry));
        entries.push(entry);
    }
    anyhow::ensure!(!entries.is_empty(), "there is no adversary of this name");
    if options.only.is_none() {
        write(&report::markdown(&entries, options.trials, options.seed))?;
    }
    let beyond = entries.iter().filter(|it| it.found.least_room < 0);
    let beyond: Vec<&str> = beyond.map(|it| it.adversary.name()).collect();
    anyhow::ensure!(
        beyond.is_empty(),
        "over their bounds: {}",
        beyond.join(", ")
    );
    Ok(())
}

/// Replaces the generated part of the page.
fn write(generated: &str) -> Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adversaries.md");
    let old = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
    let page = report::page(&old, generated).context("docs/adversaries.md lacks its markers")?;
    std::fs::write(path, page).with_context(|| path.to_owned())
}
