//! The page of the front end: built for a host of static files, checked, and driven in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;
use crate::{program, surfpool, wasm};

/// Its source, relative to the root.
const SOURCE: &str = "app";
/// Written last into `node_modules`, so that an interrupted installation is repeated.
const NOTE: &str = "node_modules/installed";
const NEEDS: &str =
    "The page's packages come from npm. Install Node.js 20.19 or newer with npm (on \
    Debian: `apt-get install nodejs npm`) and see that the registry can be reached";

/// Where the built page lies.
pub fn dir() -> Result<PathBuf> {
    Ok(run::target_dir()?.join("app"))
}

/// Builds it.
pub fn build() -> Result<()> {
    prepare()?;
    run::run(
        npm()?
            .args(["run", "build", "--", "--emptyOutDir", "--outDir"])
            .arg(dir()?),
    )
}

/// Types, lint, format, the generated client, and unit tests.
pub fn check() -> Result<()> {
    prepare()?;
    run::run(npm()?.args(["run", "check"]))?;
    run::run(npm()?.arg("test"))
}

/// Drives the page in a browser against an exchange that the script in `app/e2e` directs.
pub fn end_to_end(args: &[&str]) -> Result<()> {
    program::build()?;
    surfpool::prepare()?;
    build()?;
    let programs = ["--bin", "whittle-keeper", "--bin", "app_stage"];
    run::run(run::cargo()?.args(["build", "--locked"]).args(programs))?;
    let stage = run::target_dir()?.join("debug/app_stage");
    run::run(
        npm()?
            .args(["run", "e2e", "--"])
            .arg(&stage)
            .args(args)
            .env("WHITTLE_STAGE", &stage)
            .env("WHITTLE_APP", dir()?),
    )
}

/// The packages and the engine, without which not even types can be checked.
fn prepare() -> Result<()> {
    install(&run::root().join(SOURCE))?;
    wasm::build()
}

fn npm() -> Result<Command> {
    let mut npm = run::command("npm")?;
    npm.current_dir(run::root().join(SOURCE));
    Ok(npm)
}

/// Unless what the lock names is there already.
fn install(source: &Path) -> Result<()> {
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let note = source.join(NOTE);
    if fs::read_to_string(&note).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    run::run(npm()?.arg("ci").args(options)).context(NEEDS)?;
    fs::write(&note, lock).with_context(|| format!("{note:?}"))
}
