//! Child processes, and the places that they share.

use std::env;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{bail, Context, Result};

/// The workspace's root. Cargo says where the package lies that it runs; what was known when xtask
/// was compiled may be another clone that shares the output folder.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let compiled = || env!("CARGO_MANIFEST_DIR").into();
        let here: PathBuf = env::var_os("CARGO_MANIFEST_DIR").map_or_else(compiled, Into::into);
        here.parent().map(Path::to_path_buf).unwrap_or(here)
    })
}

/// Makes what the output folder holds of this workspace be built anew when another clone was built
/// there last. Cargo tells clones apart neither by name nor by content: it compares times of files,
/// and would call the other clone's program fresh. Dependencies stay.
pub fn take_over_target_dir() -> Result<()> {
    let dir = target_dir()?;
    let note = dir.join("clone");
    let mine = root().to_string_lossy();
    if fs::read_to_string(&note).is_ok_and(|last| last == mine) {
        return Ok(());
    }
    forget(&dir, 4)?;
    fs::create_dir_all(&dir)?;
    fs::write(&note, mine.as_bytes()).with_context(|| format!("cannot write {}", note.display()))
}

/// Removes the fingerprints of the workspace's packages up to `depth` folders below `dir`.
fn forget(dir: &Path, depth: usize) -> Result<()> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Ok(()); // Nothing was built yet.
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if dir.ends_with(".fingerprint") {
            if name.starts_with("whittle") || name.starts_with("xtask") {
                fs::remove_dir_all(&path)?;
            }
        } else if depth > 0 && path.is_dir() && name != "deps" && name != "incremental" {
            forget(&path, depth - 1)?;
        }
    }
    Ok(())
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
        .env("SBF_OUT_DIR", deploy_dir()?)
        // Where the local validator is, once it was prepared.
        .env("WHITTLE_SURFPOOL", crate::surfpool::dir()?)
        .env("WHITTLE_KIT", crate::surfpool::kit_dir()?);
    Ok(command)
}

/// The cargo on PATH. Under rustup that is the one of rust-toolchain.toml.
pub fn cargo() -> Result<Command> {
    command("cargo")
}

/// Builds `lab`, of the whole workspace: of one package it would build the dependencies again.
pub fn build_lab() -> Result<Command> {
    let mut build = cargo()?;
    build.args([
        "build",
        "--quiet",
        "--locked",
        "--workspace",
        "--bin",
        "lab",
    ]);
    Ok(build)
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

/// Gives this process over to a command, so that a Ctrl-C reaches nobody who would not wait for it to
/// end. Returns only when it cannot be started.
pub fn become_it(command: &mut Command) -> Result<()> {
    let error = command.exec();
    Err(error).with_context(|| format!("cannot start {}", describe(command)))
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
