//! `cargo xtask fuzz coverage`: which lines of the program and of the risk crate the sequences run. The
//! program is compiled natively for it, with counters; docs/fuzzing.md says what that leaves out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, ensure, Context, Result};

use crate::run;

/// Counts of lines by file; lines without code are missing.
type Files = BTreeMap<String, BTreeMap<usize, u64>>;

/// `args` go to `lab fuzz`.
pub fn run(args: &[&str]) -> Result<()> {
    let tools = Tools::find()?;
    let place = run::target_dir()?.join("coverage");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;

    let lab = build(&place)?;
    let counts = place.join("counts.profraw");
    let cases = place.join("cases");
    fs::create_dir_all(&cases)?;
    let mut fuzz = run::command(&lab.to_string_lossy())?;
    fuzz.env("LLVM_PROFILE_FILE", &counts)
        // The native program has one clock.
        .args(["fuzz", "--workers", "1", "--keep"])
        .arg(&cases)
        .args(args);
    let output = fuzz.output().context("cannot start lab")?;
    // What the native program logs stands on the same output, and what the machine panics at on stderr.
    let text = String::from_utf8_lossy(&output.stdout);
    let told = text.lines().find(|line| line.contains(" actions, "));
    println!("{}", told.unwrap_or("no case was run"));
    ensure!(
        output.status.success(),
        "the cases found a fault; cases are in {}\n{}",
        cases.display(),
        tail(&String::from_utf8_lossy(&output.stderr))
    );

    let merged = place.join("counts.profdata");
    let mut merge = tools.command("llvm-profdata");
    run::run(merge.arg("merge").arg(&counts).arg("-o").arg(&merged))?;
    let mut export = tools.command("llvm-cov");
    export
        .args(["export", "-format=lcov"])
        .arg(format!("-instr-profile={}", merged.display()))
        .arg(&lab);
    report(&read(&run::output(&mut export)?)?)
}

fn build(place: &Path) -> Result<PathBuf> {
    let wrapper = run::root().join("tests/coverage.sh");
    run::run(
        run::build_lab()?
            .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
            .args(["--features", "whittle-tests/native"]),
    )?;
    // Away from where the next build without counters puts its own.
    let lab = place.join("lab");
    fs::copy(run::target_dir()?.join("debug/lab"), &lab)?;
    Ok(lab)
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// LLVM's readers of counts, of the compiler's own release: the format changes between releases.
struct Tools {
    /// With a slash at its end, or nothing.
    folder: String,
    /// Debian puts the release behind the name.
    suffix: String,
}

impl Tools {
    fn find() -> Result<Self> {
        let version = run::output(run::command("rustc")?.arg("-vV"))?;
        let value = |name: &str| {
            let line = version.lines().find_map(|line| line.strip_prefix(name));
            line.map(str::trim).context("what rustc -vV says")
        };
        let release = value("LLVM version:")?.split('.').next().unwrap_or("");
        let sysroot = run::output(run::command("rustc")?.args(["--print", "sysroot"]))?;
        let own = format!("{}/lib/rustlib/{}/bin/", sysroot.trim(), value("host:")?);
        for (folder, suffix) in [(own, String::new()), (String::new(), format!("-{release}"))] {
            let tools = Self { folder, suffix };
            let found = ["llvm-profdata", "llvm-cov"]
                .iter()
                .all(|name| run::succeeds(tools.command(name).arg("--version")));
            if found {
                return Ok(tools);
            }
        }
        bail!(
            "llvm-profdata and llvm-cov of LLVM {release} are missing: run `rustup component add \
             llvm-tools`, or install Debian's llvm-{release}"
        )
    }

    fn command(&self, name: &str) -> Command {
        Command::new(format!("{}{name}{}", self.folder, self.suffix))
    }
}

/// From lcov's format: `SF:FILE`, then `DA:LINE,COUNT` for each line with code.
fn read(text: &str) -> Result<Files> {
    let mut files = Files::new();
    let mut file = None;
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path);
            let path = path.strip_prefix(run::root()).unwrap_or(path);
            let path = path.to_string_lossy().into_owned();
            file = (!path.starts_with("tests/")).then_some(path);
        } else if let (Some(counts), Some(file)) = (line.strip_prefix("DA:"), &file) {
            let (line, count) = counts.split_once(',').context("a line and its count")?;
            let counts = files.entry(file.clone()).or_default();
            counts.insert(line.parse()?, count.parse()?);
        }
    }
    Ok(files)
}

/// Totals, a line for each file, and every line that was never run.
fn report(files: &Files) -> Result<()> {
    println!("\nlines  never run  file");
    let (mut lines, mut missed) = (0, 0);
    for (file, counts) in files {
        let never = counts.values().filter(|count| **count == 0).count();
        println!("{:>5}  {never:>9}  {file}", counts.len());
        lines += counts.len();
        missed += never;
    }
    println!("{lines:>5}  {missed:>9}  all");
    println!("\nnever run");
    for (file, counts) in files {
        let source = fs::read_to_string(run::root().join(file))?;
        let source: Vec<&str> = source.lines().collect();
        let never = counts.iter().filter(|(_, count)| **count == 0);
        let mut never = never.map(|(line, _)| *line).peekable();
        while let Some(first) = never.next() {
            let mut last = first;
            while let Some(next) = never.next_if(|line| *line == last + 1) {
                last = next;
            }
            let text = source.get(first - 1).map_or("", |line| line.trim());
            let place = if first == last {
                format!("{file}:{first}")
            } else {
                format!("{file}:{first}-{last}")
            };
            println!("{place}  {text}");
        }
    }
    Ok(())
}
