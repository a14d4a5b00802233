//! Runs the tests on each mutant and says which of them nobody noticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use anyhow::{bail, ensure, Context, Result};

use super::mutant::{self, Mutant};
use super::schema::{with_one, Copy, FEWER_VARIABLE, VARIABLE};
use crate::run;

/// Survivors that are the same program as the original, with the reason.
const ARGUED: &str = "docs/mutation.md";
/// All tests take about 15 seconds.
const PATIENCE_SECS: u32 = 90;
/// A first look takes so many times fewer cases.
const FEWER: u32 = 25;
/// Mutants judged at once.
const WORKERS: usize = 2;

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Caught,
    Timeout,
    Unviable,
    /// Said to be the same program, and not judged.
    Argued,
    Missed,
}

/// The test binary.
struct Tests {
    binary: PathBuf,
}

/// `args`: parts of file names; only mutants of such files are judged. All without any.
pub fn run(args: &[&str]) -> Result<()> {
    let mut mutants = mutant::list()?;
    let chosen = |it: &Mutant| args.is_empty() || args.iter().any(|part| it.file.contains(part));
    mutants.retain(chosen);
    ensure!(!mutants.is_empty(), "no mutant in {args:?}");
    let copy = Copy::make()?;
    let unviable = copy.write(&mutants)?;
    let tests = Tests::build(&copy)?;
    println!(
        "{} mutants, {} of them do not compile",
        mutants.len(),
        unviable.len()
    );

    let argued = fs::read_to_string(run::root().join(ARGUED)).unwrap_or_default();
    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    for mutant in mutants.iter().filter(|it| is_argued(&argued, it)) {
        verdicts.insert(mutant.number, Verdict::Argued);
    }
    verdicts.extend(unviable.iter().map(|it| (*it, Verdict::Unviable)));
    let left = mutants
        .iter()
        .filter(|it| !verdicts.contains_key(&it.number));
    let (constants, switched): (Vec<_>, Vec<_>) = left.partition(|it| it.function.is_none());
    let verdicts = Mutex::new(verdicts);
    judge_all(&tests, &switched, &verdicts)?;
    let mut verdicts = verdicts.into_inner().unwrap_or_else(|it| it.into_inner());
    for mutant in constants {
        let verdict = judge_constant(&copy, mutant)?;
        told(mutant, verdict);
        verdicts.insert(mutant.number, verdict);
    }
    report(&mutants, &verdicts)
}

fn judge_all(
    tests: &Tests,
    mutants: &[&Mutant],
    verdicts: &Mutex<BTreeMap<usize, Verdict>>,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let verdict = tests.judge(mutant)?;
                        told(mutant, verdict);
                        let mut verdicts = verdicts.lock().unwrap_or_else(|it| it.into_inner());
                        verdicts.insert(mutant.number, verdict);
                    }
                    Ok(())
                })
            })
            .collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a worker panicked"))??;
        }
        Ok(())
    })
}

fn told(mutant: &Mutant, verdict: Verdict) {
    if verdict != Verdict::Caught {
        println!("{verdict:?}: {}", mutant.name);
    }
}

impl Tests {
    fn build(copy: &Copy) -> Result<Self> {
        let mut command = copy.cargo()?;
        command.args([
            "test",
            "--offline",
            "--test",
            "it",
            "--no-run",
            "--message-format=json",
        ]);
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "the tests do not compile");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let binary = text.lines().find_map(|line| {
            let value: serde_json::Value = serde_json::from_str(line).ok()?;
            let is_it = value["target"]["name"] == "it";
            value["executable"]
                .as_str()
                .filter(|_| is_it)
                .map(PathBuf::from)
        });
        let tests = Self {
            binary: binary.context("no test binary")?,
        };
        ensure!(
            tests.run(0, &[], 1)? == Verdict::Missed,
            "the tests fail on the crate as it is"
        );
        Ok(tests)
    }

    /// The tests of the file first, which catch most at once; all with a few cases; then the others
    /// with all.
    fn judge(&self, mutant: &Mutant) -> Result<Verdict> {
        let stem = Path::new(&mutant.file)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let own = match () {
            () if mutant.file.ends_with("num/unit.rs") => "units::num".to_owned(),
            () if mutant.file.contains("/liquidation/") => "worked_example".to_owned(),
            () if mutant.file.ends_with("call.rs") => "called".to_owned(),
            () => format!("units::{stem}"),
        };
        let steps: [(&[&str], u32); 3] = [(&[&own], 1), (&[], FEWER), (&["--skip", &own], 1)];
        for (filter, fewer) in steps {
            let verdict = self.run(mutant.number, filter, fewer)?;
            if verdict != Verdict::Missed {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Missed)
    }

    fn run(&self, mutant: usize, filter: &[&str], fewer: u32) -> Result<Verdict> {
        // Time of the processor and not of the clock, so that others' work judges no mutant.
        let script = format!("ulimit -t {PATIENCE_SECS}; exec \"$0\" \"$@\"");
        let status = Command::new("sh")
            .args(["-c", &script])
            .arg(&self.binary)
            .args(["--test-threads=1", "--quiet"])
            .args(filter)
            .env(VARIABLE, mutant.to_string())
            .env(FEWER_VARIABLE, fewer.to_string())
            // A failing case is enough, the smallest is of no use here.
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .env("RUST_BACKTRACE", "0")
            // Away from the source, beside which proptest would keep the case.
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        Ok(match status.code() {
            Some(0) => Verdict::Missed,
            // Killed: it ran on, or out of its stack.
            None => Verdict::Timeout,
            Some(_) => Verdict::Caught,
        })
    }
}

/// A constant's mutant: built by itself, tested by everything.
fn judge_constant(copy: &Copy, mutant: &Mutant) -> Result<Verdict> {
    let path = copy.root.join(&mutant.file);
    let original = fs::read_to_string(run::root().join(&mutant.file))?;
    let written = fs::read_to_string(&path)?;
    fs::write(&path, with_one(&original, mutant)?)?;
    let built = copy
        .cargo()?
        .args(["test", "--offline", "--quiet", "--test", "it", "--no-run"])
        .stderr(Stdio::null())
        .status()?;
    let verdict = if built.success() {
        let tested = copy
            .cargo()?
            .args(["test", "--offline", "--quiet", "--test", "it"])
            .env("PROPTEST_MAX_SHRINK_ITERS", "0")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if tested.success() {
            Verdict::Missed
        } else {
            Verdict::Caught
        }
    } else {
        Verdict::Unviable
    };
    fs::write(&path, written)?;
    Ok(verdict)
}

/// A table by file; an error when one survives.
fn report(mutants: &[Mutant], verdicts: &BTreeMap<usize, Verdict>) -> Result<()> {
    println!("\n| file | mutants | caught | timeout | unviable | argued | missed |\n| --- | --- | --- | --- | --- | --- | --- |");
    let mut files: Vec<&str> = mutants.iter().map(|it| it.file.as_str()).collect();
    files.dedup();
    let row = |title: &str, own: &[&Mutant]| {
        let count = |verdict| {
            own.iter()
                .filter(|it| verdicts.get(&it.number) == Some(&verdict))
                .count()
        };
        println!(
            "| {title} | {} | {} | {} | {} | {} | {} |",
            own.len(),
            count(Verdict::Caught),
            count(Verdict::Timeout),
            count(Verdict::Unviable),
            count(Verdict::Argued),
            count(Verdict::Missed)
        );
    };
    for file in files {
        let own: Vec<_> = mutants.iter().filter(|it| it.file == file).collect();
        row(file.trim_start_matches("crates/risk/src/"), &own);
    }
    row("all", &mutants.iter().collect::<Vec<_>>());
    let missed: Vec<_> = mutants
        .iter()
        .filter(|it| verdicts.get(&it.number) == Some(&Verdict::Missed))
        .collect();
    for mutant in &missed {
        println!("nobody noticed: {}", mutant.name);
    }
    if !missed.is_empty() {
        bail!(
            "{} mutants survive that {ARGUED} says nothing of",
            missed.len()
        );
    }
    Ok(())
}

/// Whether the text names the mutant, at this place.
fn is_argued(text: &str, mutant: &Mutant) -> bool {
    let name = mutant.name.trim_start_matches("crates/risk/src/");
    text.contains(&format!("`{name}`"))
}
