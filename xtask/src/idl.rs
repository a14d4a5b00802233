//! `idl/whittle.json`, the program's interface for wallets, explorers and clients in other
//! languages. It is generated and committed; `--check` keeps it current.

/// What to do with the interface that the source gives.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// Put it into `idl/whittle.json`.
    Write,
    /// Compare it with `idl/whittle.json`.
    Check,
}

/// Starts xtask again, compiled with what generating needs.
#[cfg(not(feature = "idl"))]
pub fn run(mode: Mode) -> anyhow::Result<()> {
    let mut again = crate::run::cargo()?;
    again.args(["run", "--quiet", "--locked", "-p", "xtask"]);
    again.args(["--features", "idl", "--", "idl"]);
    if mode == Mode::Check {
        again.arg("--check");
    }
    if !again.status()?.success() {
        // It has said why.
        std::process::exit(1);
    }
    Ok(())
}

#[cfg(feature = "idl")]
pub use generate::run;

#[cfg(feature = "idl")]
mod generate {
    use std::{env, fs};

    use anyhow::{bail, Context, Result};

    use super::Mode;
    use crate::run;

    const IDL: &str = "idl/whittle.json";

    /// Generates the interface, then writes or compares it.
    pub fn run(mode: Mode) -> Result<()> {
        let path = run::root().join(IDL);
        let generated = generate()?;
        match mode {
            Mode::Write => {
                fs::create_dir_all(run::root().join("idl"))?;
                fs::write(&path, generated).with_context(|| format!("{path:?}"))?;
                println!("wrote {IDL}");
            }
            Mode::Check => {
                let committed = fs::read_to_string(&path).unwrap_or_default();
                if committed != generated {
                    bail!(
                        "{IDL} is not what the program's source gives{}: \
                         run `cargo xtask idl` and commit the file",
                        first_difference(&committed, &generated)
                    );
                }
                println!("{IDL} is current");
            }
        }
        Ok(())
    }

    fn generate() -> Result<String> {
        // The builder starts cargo by itself, in this process's environment.
        // Set by rustup for whatever it starts; the builder of 0.1.4 passes it on wrongly.
        env::remove_var("RUSTUP_TOOLCHAIN");
        env::set_var("CARGO_TARGET_DIR", run::target_dir()?);
        // The builder sets RUSTFLAGS, for which cargo would compile every dependency again.
        // This one comes first, and being empty, lets it use what the tests have built.
        env::set_var("CARGO_ENCODED_RUSTFLAGS", "");
        let idl = anchor_lang_idl::build::IdlBuilder::new()
            .program_path(run::root().join("programs/whittle"))
            // Only the library's own tests print the interface.
            .cargo_args(vec!["--locked".into(), "--lib".into()])
            .build()?;
        Ok(serde_json::to_string_pretty(&idl)? + "\n")
    }

    /// Where to look, since the file is long.
    fn first_difference(committed: &str, generated: &str) -> String {
        let lines = committed.lines().zip(generated.lines());
        match lines.enumerate().find(|(_, (old, new))| old != new) {
            Some((at, (old, new))) => {
                format!(
                    " (line {}: {} should be {})",
                    at + 1,
                    old.trim(),
                    new.trim()
                )
            }
            None => String::new(),
        }
    }
}
