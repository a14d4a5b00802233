//! The engine of the web front end: `app/wasm` compiled for the browser and made small.

use std::fs;

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

/// What the compiler leaves, by Debian's where it is set up and by rustup's elsewhere.
fn raw() -> Result<std::path::PathBuf> {
    let script = || run::command("tools/sbf/sbf.sh");
    if run::succeeds(script()?.arg("check")) {
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
    )
    .context("for WebAssembly: `rustup target add wasm32-unknown-unknown`")?;
    Ok(dir.join(TARGET).join("wasm").join(BINARY))
}
