//! The copy of the crate that holds all mutants.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use serde_json::Value;

use super::mutant::{Mutant, Place, Span};
use crate::run;

/// Chooses the mutant of a run.
pub const VARIABLE: &str = "WHITTLE_MUTANT";
const CRATE: &str = "crates/risk";

/// What is added to the copy: the number of the mutant that is active.
const ACTIVE: &str = "
extern crate std;
/// Which mutant is active.
pub mod mutant {
    /// Its number; zero for none.
    pub fn active() -> u32 {
        static ACTIVE: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| {
            std::env::var(\"WHITTLE_MUTANT\").map_or(0, |number| number.parse().unwrap_or(0))
        });
        *ACTIVE
    }
}
";

/// Divides the number of cases of each property.
pub const FEWER_VARIABLE: &str = "WHITTLE_FEWER";
/// What is added to the copy's tests for that.
const FEWER: &str = "
fn with_cases(cases: u32) -> proptest::test_runner::Config {
    let fewer = std::env::var(\"WHITTLE_FEWER\").map_or(1, |by| by.parse().unwrap_or(1));
    proptest::test_runner::Config::with_cases(cases.div_ceil(fewer))
}
";

/// A copy of the workspace that has one member.
pub struct Copy {
    pub root: PathBuf,
}

/// Lines of a written file that belong to a mutant.
struct Arm {
    file: String,
    lines: std::ops::Range<usize>,
    mutant: usize,
}

impl Copy {
    pub fn make() -> Result<Self> {
        let root = run::target_dir()?.join("mutate/risk");
        fs::create_dir_all(&root)?;
        let manifest = fs::read_to_string(run::root().join("Cargo.toml"))?;
        let lines = manifest.lines().map(|line| {
            if line.starts_with("members = ") {
                format!("members = [{CRATE:?}]")
            } else {
                line.to_owned()
            }
        });
        let manifest: Vec<String> = lines.collect();
        // The crate's tests run as in the workspace, but the compiler takes its time with every arm.
        let manifest = manifest.join("\n").replace(
            "[profile.dev.package.whittle-risk]\nopt-level = 3",
            "[profile.dev.package.whittle-risk]\nopt-level = 2",
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        fs::copy(run::root().join("Cargo.lock"), root.join("Cargo.lock"))?;
        let copied = root.join(CRATE);
        if copied.exists() {
            fs::remove_dir_all(&copied)?;
        }
        for folder in ["src", "tests", "benches"] {
            copy(&run::root().join(CRATE).join(folder), &copied.join(folder))?;
        }
        lighten(&copied.join("tests/it"))?;
        let tests = copied.join("tests/it/main.rs");
        let main = fs::read_to_string(&tests)?;
        fs::write(&tests, main + FEWER)?;
        let manifest = Path::new(CRATE).join("Cargo.toml");
        fs::copy(run::root().join(&manifest), root.join(&manifest))?;
        Ok(Self { root })
    }

    pub fn cargo(&self) -> Result<std::process::Command> {
        let mut command = run::cargo()?;
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.root.join("target"));
        Ok(command)
    }

    /// Writes all of `mutants` that compile; returns the numbers of those that do not.
    pub fn write(&self, mutants: &[Mutant]) -> Result<BTreeSet<usize>> {
        let mut unviable = BTreeSet::new();
        loop {
            let arms = self.write_files(mutants, &unviable)?;
            let broken = self.broken(&arms)?;
            if broken.is_empty() {
                return Ok(unviable);
            }
            unviable.extend(broken);
        }
    }

    fn write_files(&self, mutants: &[Mutant], without: &BTreeSet<usize>) -> Result<Vec<Arm>> {
        let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for mutant in mutants {
            files.entry(&mutant.file).or_default().push(mutant);
        }
        let mut arms = Vec::new();
        for (file, mut mutants) in files {
            mutants.retain(|it| it.function.is_some() && !without.contains(&it.number));
            let source = fs::read_to_string(run::root().join(file))?;
            let written = with_all(&source, &mutants)?;
            arms.extend(arms_of(file, &written));
            fs::write(self.root.join(file), written)?;
        }
        let lib = format!("{CRATE}/src/lib.rs");
        let source = fs::read_to_string(run::root().join(&lib))?;
        fs::write(self.root.join(&lib), source + ACTIVE)?;
        Ok(arms)
    }

    /// The mutants in whose arms the compiler finds errors.
    fn broken(&self, arms: &[Arm]) -> Result<BTreeSet<usize>> {
        let output = self
            .cargo()?
            .args(["check", "--offline", "--lib", "--message-format=json"])
            .output()?;
        let mut broken = BTreeSet::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let message = &value["message"];
            if message["level"] != "error" {
                continue;
            }
            for span in message["spans"].as_array().into_iter().flatten() {
                let line = span["line_start"].as_u64().unwrap_or(0) as usize;
                let file = span["file_name"].as_str().unwrap_or("");
                let arm = arms
                    .iter()
                    .find(|arm| arm.file == file && arm.lines.contains(&line));
                broken.extend(arm.map(|arm| arm.mutant));
            }
        }
        if broken.is_empty() && !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(broken)
    }
}

/// Lets the copied tests run fewer cases than they ask for.
fn lighten(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            lighten(&path)?;
        } else {
            let text = fs::read_to_string(&path)?;
            fs::write(
                &path,
                text.replace("ProptestConfig::with_cases", "crate::with_cases"),
            )?;
        }
    }
    Ok(())
}

/// The source with every function that has mutants choosing among them.
pub fn with_all(source: &str, mutants: &[&Mutant]) -> Result<String> {
    let mut functions: Vec<(Span, Vec<&Mutant>)> = Vec::new();
    for mutant in mutants {
        let function = mutant.function.context("a mutant of a function")?;
        match functions.iter_mut().find(|(span, _)| *span == function) {
            Some((_, own)) => own.push(mutant),
            None => functions.push((function, vec![mutant])),
        }
    }
    // From the end, so that places before stay where they are.
    functions.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut written = source.to_owned();
    for (span, own) in &functions {
        let whole = offset(source, span.start)?..offset(source, span.end)?;
        let body = body(source, whole.clone())?;
        let mut arms = String::new();
        for mutant in own {
            let text = mutated(source, body.clone(), mutant)?;
            arms += &format!(
                "{} => {{ {BEGINS} {}\n{text}\n}} {ENDS}\n",
                mutant.number, mutant.number
            );
        }
        let original = &source[body.clone()];
        let chosen = format!("\nmatch crate::mutant::active() {{\n{arms}_ => {{{original}}}\n}}\n");
        written.replace_range(body, &chosen);
    }
    // What chooses at run time is no constant, and need not be copied to every caller.
    Ok(written
        .replace("const fn", "fn")
        .replace("#[inline(always)]", ""))
}

const BEGINS: &str = "// mutant";
const ENDS: &str = "// end of mutant";

/// The source with one mutant and no choice.
pub fn with_one(source: &str, mutant: &Mutant) -> Result<String> {
    mutated(source, 0..source.len(), mutant)
}

/// A part of the source with the mutant's change in it.
fn mutated(source: &str, part: std::ops::Range<usize>, mutant: &Mutant) -> Result<String> {
    let start = offset(source, mutant.span.start)?;
    let end = offset(source, mutant.span.end)?;
    ensure!(
        part.start <= start && end <= part.end,
        "{}: outside of its function's body",
        mutant.name
    );
    // A field or an arm takes the comma after it along.
    let after = &source[end..part.end];
    let gap = usize::from(mutant.replacement.is_empty() && after.starts_with(','));
    Ok(format!(
        "{}{}{}",
        &source[part.start..start],
        mutant.replacement,
        &source[end + gap..part.end]
    ))
}

/// What is between the braces of a function.
fn body(source: &str, function: std::ops::Range<usize>) -> Result<std::ops::Range<usize>> {
    let text = &source[function.clone()];
    let name = text.find("fn ").context("a function")?;
    let open = name + text[name..].find('{').context("a function's body")?;
    let close = text.rfind('}').context("the end of a function")?;
    Ok(function.start + open + 1..function.start + close)
}

/// Where a place is in the text, in bytes.
fn offset(source: &str, Place(line, column): Place) -> Result<usize> {
    let before: usize = source
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let text = source[before..].lines().next().unwrap_or("");
    let chars = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let at = chars
        .clone()
        .nth(column - 1)
        .with_context(|| format!("no column {column}"))?;
    Ok(before + at)
}

/// Where in the written text each mutant's arm is.
fn arms_of(file: &str, written: &str) -> Vec<Arm> {
    let mut arms = Vec::new();
    let mut open = None;
    for (line, text) in (1..).zip(written.lines()) {
        if let Some((_, number)) = text.split_once(BEGINS).filter(|_| text.contains(" => { ")) {
            open = number.trim().parse().ok().map(|number| (line, number));
        } else if text.ends_with(ENDS) {
            arms.extend(open.take().map(|(start, mutant)| Arm {
                file: file.to_owned(),
                lines: start..line + 1,
                mutant,
            }));
        }
    }
    arms
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, target) = (entry?.path(), to);
        let target = target.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy(&entry, &target)?;
        } else {
            fs::copy(&entry, &target)?;
        }
    }
    Ok(())
}
