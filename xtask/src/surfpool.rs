//! The local validator, from npm, in the output folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run;

/// What npm is told, relative to the root.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];
const SOURCE: &str = "tools/localnet";
/// Written last, so that an interrupted installation is repeated.
const NOTE: &str = "installed";

/// The folder that holds `node_modules`.
pub fn dir() -> Result<PathBuf> {
    Ok(run::target_dir()?.join("surfpool"))
}

/// Installs what `tools/localnet/package-lock.json` names, unless that is there already: then there
/// is no need for a network, nor for npm.
pub fn prepare() -> Result<()> {
    let (source, dir) = (run::root().join(SOURCE), dir()?);
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let note = dir.join(NOTE);
    if fs::read_to_string(&note).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(&dir)?;
    for file in FILES {
        fs::copy(source.join(file), dir.join(file)).with_context(|| format!("{SOURCE}/{file}"))?;
    }
    let mut install = run::command("npm")?;
    install
        .args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--silent",
        ])
        .current_dir(&dir);
    run::run(&mut install).context(
        "The local validator comes from npm. Install Node.js 18 or newer with npm (on Debian: \
         `apt-get install nodejs npm`) and see that the registry can be reached",
    )?;
    fs::write(&note, lock).with_context(|| format!("{note:?}"))
}
