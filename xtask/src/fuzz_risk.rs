//! `cargo xtask fuzz risk`: the properties of the risk crate's tests under libFuzzer. What the targets
//! are is told in docs/fuzzing-risk.md.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use anyhow::{bail, ensure, Context, Result};

use crate::run;

const TARGETS: [&str; 6] = ["plan", "margin", "money", "num", "recover", "signals"];
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
const CRATE: &str = "crates/risk/fuzz";
const PROVER: &str = "z3-solver==5.4.1.0";
/// Targets that run at once.
const WORKERS: usize = 2;
/// Eight legs take about so many bytes to draw.
const LONGEST: usize = 4_096;
/// Of each target's inputs in the repository.
const KEPT_BYTES: u64 = 48 << 10;
/// What each target runs beyond what is kept, when a change is checked.
const CHECK_RUNS: u32 = 3_000;

pub fn run(args: &[&str]) -> Result<()> {
    match args {
        ["--check"] => Fuzzer::build()?.check(),
        ["--minutes", minutes] => {
            let minutes: u64 = minutes.parse().context("--minutes takes a number")?;
            Fuzzer::build()?.run(minutes)
        }
        ["--keep"] => Fuzzer::build()?.keep(),
        ["--show", file] => Fuzzer::build()?.show(Path::new(file)),
        _ => bail!("fuzz risk takes --minutes N, --check, --keep or --show FILE"),
    }
}

/// The exhaustive check of one leg on the larger grid.
pub fn exhaustive() -> Result<()> {
    let mut command = run::cargo()?;
    command.env("WHITTLE_EXHAUSTIVE", "1").args([
        "test",
        "--locked",
        "-p",
        "whittle-risk",
        "--test",
        "it",
        "--",
        "--nocapture",
        "exhaustive::",
    ]);
    // Apart: in the workspace's folder it would replace what the other tests are linked with.
    command.env("CARGO_TARGET_DIR", run::target_dir()?.join("risk-alone"));
    run::run(&mut command)
}

/// The theorem of one leg, by a prover.
pub fn prove() -> Result<()> {
    let place = run::target_dir()?.join("prove");
    let python = place.join("bin/python");
    if !python.exists() {
        run::run(run::command("python3")?.args(["-m", "venv"]).arg(&place))?;
    }
    let python = python.to_string_lossy();
    let install = ["-m", "pip", "install", "--quiet", PROVER];
    run::run(run::command(&python)?.args(install))?;
    run::run(run::command(&python)?.arg("crates/risk/proofs/one_leg.py"))
}

/// The instrumented targets.
struct Fuzzer {
    binaries: PathBuf,
    /// Inputs found so far, a folder for each target.
    found: PathBuf,
}

/// What libFuzzer says at its end.
struct Told {
    target: &'static str,
    succeeded: bool,
    runs: u64,
    per_sec: u64,
    edges: u64,
    new: u64,
    text: String,
}

impl Fuzzer {
    fn build() -> Result<Self> {
        let folder = run::root().join(CRATE);
        let target_dir = run::target_dir()?.join("fuzz-risk");
        run::run(
            run::cargo()?
                .current_dir(&folder)
                .env("CARGO_TARGET_DIR", &target_dir)
                .env("RUSTC_WRAPPER", folder.join("rustc.sh"))
                .env("RUSTFLAGS", "-Clink-dead-code")
                // With a triple, build scripts and macros are compiled without the flags.
                .args(["build", "--quiet", "--locked", "--release", "--bins"])
                .args(["--target", TRIPLE]),
        )?;
        Ok(Self {
            binaries: target_dir.join(TRIPLE).join("release"),
            found: target_dir.join("found"),
        })
    }

    /// Runs every kept input, and a fixed number of new ones.
    fn check(&self) -> Result<()> {
        let told = each(|target| {
            let runs = count(&kept(target))? + count(&cases(target))?;
            let runs = format!("-runs={}", u64::from(CHECK_RUNS) + runs);
            // The seed is fixed: a change is not to fail for what it did not do.
            let scratch = self.found.with_file_name("check").join(target);
            fs::create_dir_all(&scratch)?;
            let folders = [scratch.clone(), kept(target), cases(target)];
            let output = self.fuzz(target, &[&runs, "-seed=1"], &folders);
            fs::remove_dir_all(&scratch)?;
            output
        })?;
        report(&told)
    }

    /// Every target for its part of the time.
    fn run(&self, minutes: u64) -> Result<()> {
        let secs = minutes * 60 * WORKERS as u64 / TARGETS.len() as u64;
        let time = format!("-max_total_time={}", secs.max(1));
        let told = each(|target| {
            let found = self.found.join(target);
            fs::create_dir_all(&found)?;
            self.fuzz(target, &[&time], &[found, kept(target), cases(target)])
        })?;
        report(&told)
    }

    /// Puts the fewest of the found inputs that reach all that they reach into the repository,
    /// shortest first while there is room.
    fn keep(&self) -> Result<()> {
        for target in TARGETS {
            let fewest = self.found.with_file_name("fewest").join(target);
            if fewest.exists() {
                fs::remove_dir_all(&fewest)?;
            }
            fs::create_dir_all(&fewest)?;
            let from = [fewest.clone(), self.found.join(target), kept(target)];
            let told = self.fuzz(target, &["-set_cover_merge=1"], &from)?;
            ensure!(told.succeeded, "{}", told.text);
            let mut inputs = Vec::new();
            for entry in fs::read_dir(&fewest)? {
                let entry = entry?;
                inputs.push((entry.metadata()?.len(), entry.path()));
            }
            inputs.sort();
            let folder = kept(target);
            fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            })?;
            fs::create_dir_all(&folder)?;
            let (mut bytes, mut kept) = (0, 0);
            for (length, path) in &inputs {
                if bytes + length > KEPT_BYTES {
                    break;
                }
                (bytes, kept) = (bytes + length, kept + 1);
                fs::copy(path, folder.join(path.file_name().unwrap_or_default()))?;
            }
            println!(
                "{target}: kept {kept} of {} inputs, {bytes} bytes",
                inputs.len()
            );
        }
        Ok(())
    }

    /// Runs one input and prints its property and case first.
    fn show(&self, file: &Path) -> Result<()> {
        let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
        let target = TARGETS.iter().find(|target| folder == **target);
        let target = target.context("the file's folder names no target")?;
        run::run(
            run::command(&self.binaries.join(target).to_string_lossy())?
                .env("WHITTLE_FUZZ_SHOW", "1")
                .arg(file),
        )
    }

    /// Runs a target on inputs of all `folders`; what it finds goes into the first.
    fn fuzz(&self, target: &'static str, flags: &[&str], folders: &[PathBuf]) -> Result<Told> {
        let cases = cases(target);
        fs::create_dir_all(&cases)?;
        let mut command = Command::new(self.binaries.join(target));
        command
            .current_dir(run::root())
            .args(flags)
            .args(["-len_control=0", "-print_final_stats=1", "-timeout=60"])
            .arg(format!("-max_len={LONGEST}"))
            .arg(format!("-artifact_prefix={}/", cases.display()))
            .args(folders.iter().filter(|folder| folder.exists()));
        let output = command
            .output()
            .with_context(|| format!("cannot start {target}"))?;
        // Git keeps no empty folder, and neither does anybody else want one.
        let _ = fs::remove_dir(&cases);
        Ok(told(target, &output))
    }
}

/// Inputs of the repository.
fn kept(target: &str) -> PathBuf {
    run::root().join(CRATE).join("corpus").join(target)
}

/// Inputs that once failed.
fn cases(target: &str) -> PathBuf {
    run::root().join(CRATE).join("cases").join(target)
}

fn count(folder: &Path) -> Result<u64> {
    Ok(match fs::read_dir(folder) {
        Ok(entries) => entries.count() as u64,
        Err(_) => 0,
    })
}

/// Does `work` for every target, some at once.
fn each(work: impl Fn(&'static str) -> Result<Told> + Sync) -> Result<Vec<Told>> {
    let queue = Mutex::new(VecDeque::from(TARGETS));
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
    let all = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut told = Vec::new();
                    while let Some(target) = next() {
                        told.push(work(target)?);
                    }
                    Ok(told)
                })
            })
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .map(|told| told.unwrap_or_else(|_| bail!("a worker panicked")))
            .collect::<Result<Vec<Vec<Told>>>>()
    })?;
    Ok(all.into_iter().flatten().collect())
}

fn told(target: &'static str, output: &Output) -> Told {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let stat = |name: &str| {
        let line = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().parse().ok()
    };
    let edges = text.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(" cov: ")?;
        rest.split_whitespace().next()?.parse().ok()
    });
    Told {
        target,
        succeeded: output.status.success(),
        runs: stat("stat::number_of_executed_units").unwrap_or(0),
        per_sec: stat("stat::average_exec_per_sec").unwrap_or(0),
        edges: edges.unwrap_or(0),
        new: stat("stat::new_units_added").unwrap_or(0),
        text,
    }
}

/// A table, and what went wrong.
fn report(all: &[Told]) -> Result<()> {
    println!(
        "| target | executions | a second | edges | new inputs |\n| --- | --- | --- | --- | --- |"
    );
    for target in TARGETS {
        for it in all.iter().filter(|it| it.target == target) {
            println!(
                "| {target} | {} | {} | {} | {} |",
                it.runs, it.per_sec, it.edges, it.new
            );
        }
    }
    let failed: Vec<&Told> = all.iter().filter(|it| !it.succeeded).collect();
    for it in &failed {
        let lines: Vec<&str> = it.text.lines().collect();
        let panicked = lines.iter().position(|line| line.contains("panicked at"));
        let from = panicked.unwrap_or(lines.len().saturating_sub(20));
        println!("\n{}:\n{}", it.target, lines[from..].join("\n"));
    }
    ensure!(
        failed.is_empty(),
        "{} of {} targets failed; the inputs are in {CRATE}/cases",
        failed.len(),
        TARGETS.len()
    );
    Ok(())
}
