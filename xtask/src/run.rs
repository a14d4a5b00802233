//! Child processes, and the places that they share.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

/// The workspace's root. Taken when xtask is compiled: it is always run from its own clone.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Cargo's output folder, for xtask's children and thus for everything but xtask itself.
pub fn target_dir() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("CARGO_TARGET_DIR") {
        return Ok(root().join(dir));
    }
    let cache = match env::var_os("WHITTLE_CACHE") {
        Some(dir) => root().join(dir),
        None => {
            let home = env::var_os("HOME").context("HOME is not set: set CARGO_TARGET_DIR")?;
            PathBuf::from(home).join(".cache/whittle")
        }
    };
    Ok(cache.join("target"))
}

/// Where the built program lies.
pub fn deploy_dir() -> Result<PathBuf> {
    Ok(target_dir()?.join("deploy"))
}

/// A command at the workspace's root that knows the shared places, without what cargo told
/// xtask about xtask: a build script would take it for its own package's, and cargo would
/// build again what a cargo started by hand has built already.
pub fn command(program: &str) -> Result<Command> {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let of_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        if of_xtask || ["CARGO", "LD_LIBRARY_PATH"].contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target_dir()?)
        // Where solana-program-test looks for programs.
        .env("SBF_OUT_DIR", deploy_dir()?);
    Ok(command)
}

/// The cargo on PATH. Under rustup that is the one of rust-toolchain.toml.
pub fn cargo() -> Result<Command> {
    command("cargo")
}

/// Runs a command to its end, its output passed through; an error unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command and returns what it prints; its errors are passed through.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", describe(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether a command succeeds; it prints nothing and may be missing.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn describe(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect();
    format!("`{}`", words.join(" "))
}
