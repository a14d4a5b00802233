//! `whittle-sim compare`.

use super::options::{bar, Shared};
use super::say;
use anyhow::{bail, Context, Result};
use std::path::{Path, PathBuf};
use std::time::Instant;
use whittle_sim::report;
use whittle_sim::runner::Contender;
use whittle_sim::source::Sources;

#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    shared: Shared,
    /// Only policies whose names contain one of these; ours always.
    #[arg(long, value_delimiter = ',', value_name = "NAME,...")]
    policies: Vec<String>,
    /// Where the report goes: report.html and report.json in this folder.
    #[arg(long, value_name = "FOLDER", default_value = "out/sim")]
    out: PathBuf,
    /// JSON on standard output instead of a table, and no files.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<()> {
    super::use_threads(args.shared.threads)?;
    let (described, _, name) = args.shared.described()?;
    let mut sources = Sources::default();
    let plan = args.shared.plan(&described, name, &mut sources)?;
    let contenders = chosen(&args.policies)?;
    let began = Instant::now();
    let bar = bar(plan.steps(contenders.len())?);
    let comparison = plan.run(&contenders, &|steps| bar.inc(steps))?;
    bar.finish_and_clear();
    if args.json {
        say(format_args!("{}", report::json(&comparison)));
        return Ok(());
    }
    say(format_args!("{}", report::table(&comparison)));
    write(&args.out, "report.json", &report::json(&comparison))?;
    let page = write(
        &args.out,
        "report.html",
        &report::html(&comparison, &made_by()),
    )?;
    let steps: u64 = comparison
        .policies
        .iter()
        .flat_map(|policy| &policy.runs)
        .map(|run| run.measures.account_steps)
        .sum();
    let secs = began.elapsed().as_secs_f64();
    say(format_args!(
        "{:.0} million account-steps in {secs:.1} s; the report is {}",
        steps as f64 / 1e6,
        page.display()
    ));
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<Contender>> {
    let all = Contender::all();
    if names.is_empty() {
        return Ok(all);
    }
    let known: Vec<String> = all.iter().map(|it| it.name.clone()).collect();
    for name in names {
        let is_known = known
            .iter()
            .any(|it| it.to_lowercase().contains(&name.to_lowercase()));
        if !is_known {
            bail!(
                "no policy is called like {name:?}: there are {}",
                known.join(", ")
            );
        }
    }
    let wanted = |it: &Contender| {
        let own = it.name.to_lowercase();
        names.iter().any(|name| own.contains(&name.to_lowercase()))
    };
    let chosen = all
        .into_iter()
        .enumerate()
        .filter(|(place, it)| *place == 0 || wanted(it));
    Ok(chosen.map(|(_, it)| it).collect())
}

/// Writes a file into the folder. Returns its path.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join(name);
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The command that is running, as it was typed.
pub fn made_by() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).map(quoted).collect();
    format!(
        "cargo run --release -p whittle-sim -- {}",
        arguments.join(" ")
    )
}

/// An argument as a shell takes it.
fn quoted(argument: String) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,".contains(letter);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument;
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}
