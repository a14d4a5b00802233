//! Which crate may depend on which. The arrows run one way, from what is certain to what uses
//! it, so that the arithmetic stays free of Solana and the program free of its clients:
//! `risk <- whittle <- client <- {app/wasm, keeper, cli, localnet, migrations, sim, tests}`.

use anyhow::{bail, ensure, Context, Result};

use crate::run;

/// Each crate of the workspace with those of the workspace that it may use.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("whittle-risk", &[]),
    ("whittle", &["whittle-risk"]),
    ("whittle-client", &["whittle-risk", "whittle"]),
    (
        "whittle-migrations",
        &["whittle-risk", "whittle", "whittle-client"],
    ),
    (
        "whittle-tests",
        &[
            "whittle-risk",
            "whittle",
            "whittle-client",
            "whittle-keeper",
            "whittle-migrations",
            "whittle-sim",
            "whittle-wasm",
        ],
    ),
    (
        "whittle-sim",
        &[
            "whittle-risk",
            "whittle",
            "whittle-client",
            "whittle-migrations",
        ],
    ),
    (
        "whittle-keeper",
        &["whittle-risk", "whittle", "whittle-client"],
    ),
    (
        "whittle-cli",
        &[
            "whittle-risk",
            "whittle",
            "whittle-client",
            "whittle-migrations",
        ],
    ),
    (
        "whittle-localnet",
        &[
            "whittle-risk",
            "whittle",
            "whittle-client",
            "whittle-migrations",
        ],
    ),
    (
        "whittle-wasm",
        &["whittle-risk", "whittle", "whittle-client"],
    ),
    ("whittle-pyth-stand-in", &[]),
    ("xtask", &[]),
];

/// Checks the arrows, then builds the risk crate for the two targets other than the host.
pub fn check() -> Result<()> {
    let members = tree(&["--workspace", "--depth", "0"])?;
    for member in &members {
        let (_, allowed) = MAY_USE
            .iter()
            .find(|(name, _)| name == member)
            .with_context(|| format!("{member} has no line in MAY_USE of xtask/src/deps.rs"))?;
        let used = tree(&["-p", member, "--depth", "1"])?;
        if let Some(wrong) = wrong_arrow(member, &used, &members, allowed) {
            bail!("{member} must not depend on {wrong}: see MAY_USE in xtask/src/deps.rs");
        }
    }
    let risk = tree(&["-p", "whittle-risk"])?;
    ensure!(
        risk.len() == 1,
        "whittle-risk must have no dependencies, but uses {}",
        risk[1..].join(", ")
    );
    println!("dependency rules hold for {} crates", members.len());
    build_risk_elsewhere()
}

/// The names in `cargo tree` over normal and build dependencies, on every target and with
/// every feature: a rule that a feature can lift is none.
fn tree(args: &[&str]) -> Result<Vec<String>> {
    let printed = run::output(
        run::cargo()?
            .args(["tree", "--locked", "-e", "normal,build"])
            .args(["--all-features", "--target", "all"])
            .args(["--prefix", "none", "--format", "{p}"])
            .args(args),
    )?;
    let mut names: Vec<String> = Vec::new();
    for name in printed.lines().filter_map(|line| line.split(' ').next()) {
        if !name.is_empty() && !names.iter().any(|seen| seen == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// The first of `used` that is another crate of the workspace and not in `allowed`.
fn wrong_arrow<'a>(
    member: &str,
    used: &'a [String],
    members: &[String],
    allowed: &[&str],
) -> Option<&'a str> {
    used.iter().map(String::as_str).find(|name| {
        *name != member && members.iter().any(|member| member == name) && !allowed.contains(name)
    })
}

/// The risk crate runs in the virtual machine and in the browser: neither has an operating
/// system for it to lean on.
fn build_risk_elsewhere() -> Result<()> {
    const MANIFEST: &str = "crates/risk/Cargo.toml";
    let script = || run::command("tools/sbf/sbf.sh");
    if run::succeeds(script()?.arg("check")) {
        for target in ["sbpf", "wasm32"] {
            run::run(script()?.args(["lib", MANIFEST, target]))?;
            println!("whittle-risk builds for {target}");
        }
        return Ok(());
    }
    // Without Debian's compiler: rustup's wasm target, and Solana's tools for the program that
    // contains the crate.
    run::run(
        run::cargo()?
            .args([
                "build",
                "--release",
                "--locked",
                "--lib",
                "--manifest-path",
                MANIFEST,
            ])
            .args(["--target", "wasm32-unknown-unknown"]),
    )
    .context("for WebAssembly: `rustup target add wasm32-unknown-unknown`")?;
    println!("whittle-risk builds for wasm32");
    crate::program::build()?;
    println!("whittle-risk builds for sbpf, inside the program");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn an_arrow_against_the_order_is_found() {
        let members = names(&["whittle-risk", "whittle", "whittle-client"]);
        let used = names(&["whittle", "whittle-risk", "anchor-lang", "whittle-client"]);
        assert_eq!(
            wrong_arrow("whittle", &used, &members, &["whittle-risk"]),
            Some("whittle-client")
        );
    }

    #[test]
    fn crates_from_outside_are_not_its_business() {
        let members = names(&["whittle-risk", "whittle"]);
        let used = names(&["whittle", "whittle-risk", "anchor-lang"]);
        assert_eq!(
            wrong_arrow("whittle", &used, &members, &["whittle-risk"]),
            None
        );
    }
}
