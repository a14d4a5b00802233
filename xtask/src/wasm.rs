//! The engine of the web front end: `app/wasm` compiled for the browser and made small.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run;

const MANIFEST: &str = "app/wasm/Cargo.toml";
const BINARY: &str = "whittle-wasm.wasm";
const ENGINE: &str = "app/src/risk/engine.wasm";
const TARGET: &str = "wasm32-unknown-unknown";

/// Builds `app/src/risk/engine.wasm`.
pub fn build() -> Result<()> {
    let raw = raw()?;
    let app = run::root().join("app");
    if !app.join("node_modules/binaryen").is_dir() {
        run::run(run::command("npm")?.arg("ci").current_dir(&app)).context(
            "installing what the page is built with: Node.js 20.19 or newer with npm must be there",
        )?;
    }
    run::run(
        run::command("node")?
            .arg("app/scripts/shrink.mjs")
            .args([&raw, &run::root().join(ENGINE)]),
    )?;
    let size = fs::metadata(run::root().join(ENGINE))?.len();
    println!("{ENGINE}: {size} bytes");
    Ok(())
}

/// Whether the compiler of rust-toolchain.toml has the library for it.
fn rustup_has_target() -> Result<bool> {
    let mut rustc = run::command("rustc")?;
    let folder = run::output(rustc.args(["--print", "target-libdir", "--target", TARGET]))?;
    Ok(Path::new(folder.trim()).is_dir())
}

/// What the compiler leaves: rustup's where it has the target and Debian's is not set up, else
/// Debian's, installed if need be.
fn raw() -> Result<PathBuf> {
    let script = || run::command("tools/sbf/sbf.sh");
    let is_set_up = run::succeeds(script()?.arg("check"));
    if is_set_up || !rustup_has_target()? {
        if !is_set_up {
            run::run(script()?.arg("setup")).context(
                "No compiler for WebAssembly: `rustup target add wasm32-unknown-unknown`, or on Debian \
                 (x86-64), as root, `tools/sbf/sbf.sh setup`",
            )?;
        }
        let out = run::target_dir()?.join("wasm32/out");
        run::run(script()?.args(["wasm", MANIFEST]).arg(&out))?;
        return Ok(out.join(BINARY));
    }
    let dir = run::target_dir()?.join("wasm32");
    run::run(
        run::cargo()?
            .args(["build", "--locked", "--profile", "wasm", "--bins"])
            .args(["--manifest-path", MANIFEST, "--target", TARGET])
            .arg("--target-dir")
            .arg(&dir),
    )?;
    Ok(dir.join(TARGET).join("wasm").join(BINARY))
}
