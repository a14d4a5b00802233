//! What comes from npm, in the output folder: the local validator, and the packages of a client that
//! knows only the IDL.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run;

/// What npm is told, relative to the root.
const FILES: [&str; 2] = ["package.json", "package-lock.json"];
/// Where that is, and the folder it is installed in.
const VALIDATOR: (&str, &str) = ("tools/localnet", "surfpool");
const KIT: (&str, &str) = ("tools/localnet/kit", "kit");
/// Written last, so that an interrupted installation is repeated.
const NOTE: &str = "installed";

/// The folder that holds the validator's `node_modules`.
pub fn dir() -> Result<PathBuf> {
    Ok(run::target_dir()?.join(VALIDATOR.1))
}

/// The folder that holds the `node_modules` of a client.
pub fn kit_dir() -> Result<PathBuf> {
    Ok(run::target_dir()?.join(KIT.1))
}

/// Installs the validator, unless it is there already: then there is no need for a network, nor for
/// npm.
pub fn prepare() -> Result<()> {
    install(VALIDATOR)
}

/// The same for the client's packages, which only tests need.
pub fn prepare_kit() -> Result<()> {
    install(KIT)
}

fn install((source, folder): (&str, &str)) -> Result<()> {
    let dir: PathBuf = run::target_dir()?.join(folder);
    let (named, source) = (source, run::root().join(source));
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let note = dir.join(NOTE);
    if fs::read_to_string(&note).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(&dir)?;
    for file in FILES {
        fs::copy(source.join(file), dir.join(file)).with_context(|| format!("{named}/{file}"))?;
    }
    let mut install = run::command("npm")?;
    install
        .args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--omit=peer",
            "--silent",
        ])
        .current_dir(&dir);
    run::run(&mut install).context(
        "The local validator and a client for tests come from npm. Install Node.js 18 or newer with npm (on Debian: \
         `apt-get install nodejs npm`) and see that the registry can be reached",
    )?;
    fs::write(&note, lock).with_context(|| format!("{note:?}"))
}
