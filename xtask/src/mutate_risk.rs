//! `cargo xtask mutate risk`: every mutant that cargo-mutants finds in the risk crate, judged by the
//! crate's tests.
//!
//! cargo-mutants builds once for each mutant, which takes days here. So it only lists them: all are
//! compiled into one copy of the crate, in which a variable of the environment chooses the mutant of
//! each run. Constants cannot choose at run time; their mutants are built one by one.

/// Starts xtask again, compiled with what reading the list needs.
#[cfg(not(feature = "mutate"))]
pub fn run(args: &[&str]) -> anyhow::Result<()> {
    let mut again = crate::run::cargo()?;
    again.args(["run", "--quiet", "--locked", "-p", "xtask"]);
    again.args(["--features", "mutate", "--", "mutate", "risk"]);
    if !again.args(args).status()?.success() {
        // It has said why.
        std::process::exit(1);
    }
    Ok(())
}

#[cfg(feature = "mutate")]
mod judge;
#[cfg(feature = "mutate")]
mod mutant;
#[cfg(feature = "mutate")]
mod schema;

#[cfg(feature = "mutate")]
pub use judge::run;
