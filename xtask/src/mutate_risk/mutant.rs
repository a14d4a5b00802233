//! What cargo-mutants lists.

use std::process::Command;

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::run;

/// A place in a file: line and column, both from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub usize, pub usize);

/// From one place up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: Place,
    pub end: Place,
}

/// One change of the source.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// From one; zero means no mutant.
    pub number: usize,
    /// Relative to the workspace.
    pub file: String,
    /// `file:line:column: what`.
    pub name: String,
    pub span: Span,
    pub replacement: String,
    /// The function that it is in; a constant's has none.
    pub function: Option<Span>,
}

/// All mutants of the risk crate.
pub fn list() -> Result<Vec<Mutant>> {
    let output = Command::new("cargo")
        .args([
            "mutants",
            "--list",
            "--json",
            "--package",
            "whittle-risk",
            "-d",
        ])
        .arg(run::root())
        .output()?;
    ensure!(
        output.status.success(),
        "cargo mutants: {}\ninstall it with `cargo install --locked cargo-mutants`",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    (1..).zip(&listed).map(read).collect()
}

fn read((number, value): (usize, &Value)) -> Result<Mutant> {
    let text = |key: &str| {
        let text = value[key].as_str().map(str::to_owned);
        text.with_context(|| format!("a mutant without {key}"))
    };
    Ok(Mutant {
        number,
        file: text("file")?,
        name: text("name")?,
        span: span(&value["span"])?,
        replacement: text("replacement")?,
        function: match &value["function"] {
            Value::Null => None,
            function => Some(span(&function["span"])?),
        },
    })
}

fn span(value: &Value) -> Result<Span> {
    let place = |end: &str| {
        let part = |key: &str| value[end][key].as_u64().context("a span without places");
        Ok::<_, anyhow::Error>(Place(part("line")? as usize, part("column")? as usize))
    };
    Ok(Span {
        start: place("start")?,
        end: place("end")?,
    })
}
