//! `cargo xtask mutate accounts`: takes checks of accounts out of a copy of the program, one at a time,
//! and shows that the test of every account notices each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};

use crate::{program, run};

/// The test that must notice.
const TEST: &str = "accounts::every_account_of_every_instruction_is_validated";
/// The line of the test that says how much it found.
const FOUND: &str = " faults:";
/// Where the program's source lies in the workspace, and in its copy.
const PROGRAM: &str = "programs/whittle";
/// Folders without source.
const LEFT_OUT: [&str; 3] = ["node_modules", "target", "out"];

/// A check that is taken out.
struct Mutation {
    what: &'static str,
    /// Below the program's `src`.
    file: &'static str,
    /// Occurs there once.
    from: &'static str,
    to: &'static str,
}

const fn mutation(
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
) -> Mutation {
    Mutation {
        what,
        file,
        from,
        to,
    }
}

const ACCOUNTS: [Mutation; 13] = [
    mutation(
        "`withdraw` takes any owner's account",
        "instructions/withdraw.rs",
        "#[account(mut, has_one = owner @ WhittleError::NotOwner)]",
        "#[account(mut)]",
    ),
    mutation(
        "`propose_change` makes an address without the number",
        "instructions/propose_change.rs",
        "seeds = [seeds::PROPOSAL, exchange.load()?.next_proposal.to_le_bytes().as_ref()]",
        "seeds = [seeds::PROPOSAL]",
    ),
    mutation(
        "`cancel_stop` does not ask the owner to sign",
        "instructions/cancel_stop.rs",
        "pub authority: Signer<'info>",
        "pub authority: UncheckedAccount<'info>",
    ),
    mutation(
        "`charge_interest` does not ask for a writable pool",
        "instructions/charge_interest.rs",
        "    #[account(mut)]
    pub pool:",
        "    pub pool:",
    ),
    mutation(
        "`deposit` pays into any vault",
        "instructions/deposit.rs",
        "#[account(mut, address = bank.load()?.vault @ WhittleError::WrongVault)]",
        "#[account(mut)]",
    ),
    mutation(
        "`fill_liquidity_request` pays any receiver",
        "instructions/fill_liquidity_request.rs",
        "#[account(mut, address = request.load()?.receiver @ WhittleError::WrongReceiver)]",
        "#[account(mut)]",
    ),
    mutation(
        "`fill_order` rewards the account that pays",
        "instructions/fill_order.rs",
        "require_that(key != filler, WhittleError::SameAccount)?;",
        "",
    ),
    mutation(
        "`settle_markets` takes a market twice",
        "instructions/settle_markets.rs",
        "before.into_iter().all(|other| other.key != info.key)",
        "before.into_iter().all(|other| other.key == info.key || other.key != info.key)",
    ),
    mutation(
        "accounts that are read as words may be of another program",
        "instructions/mapped.rs",
        "same_key(info.owner, &T::owner())",
        "same_key(info.owner, &T::owner()) || info.executable || !info.executable",
    ),
    mutation(
        "accounts that are read as words may be of another type",
        "instructions/mapped.rs",
        "u64::from_le_bytes(*discriminator) != u64::from_le_bytes(*expected)",
        "u64::from_le_bytes(*discriminator) == u64::from_le_bytes(*expected).wrapping_add(1)",
    ),
    mutation(
        "a market that follows may be another one",
        "instructions/remaining.rs",
        "require_that(market.index == index, WhittleError::MarketMismatch)?;
            Ok(market)",
        "let _ = index;
            Ok(market)",
    ),
    mutation(
        "an insurance fund that is none is passed over",
        "instructions/remaining.rs",
        "map(info).map(Some)",
        "Ok(map(info).ok())",
    ),
    mutation(
        "an update may be of any program",
        "oracle/mod.rs",
        "owners.contains(info.owner) && *info.owner != Pubkey::default()",
        "owners.contains(info.owner) || *info.owner != Pubkey::default()",
    ),
];

/// What the test said of one of them.
enum Verdict {
    /// So many faults, and the first.
    Caught(usize, String),
    Survived,
}

/// Prints a table; an error when one survives.
pub fn accounts() -> Result<()> {
    let copy = Copied::make()?;
    for it in &ACCOUNTS {
        patched(it)?;
    }
    copy.build().context("the program as it is")?;
    if let Verdict::Caught(_, fault) = copy.test()? {
        bail!("the test fails on the program as it is: {fault}");
    }
    println!("| check taken out | faults | the first |\n| --- | --- | --- |");
    let mut survived = Vec::new();
    for it in &ACCOUNTS {
        copy.write(it.file, &patched(it)?)?;
        copy.build()
            .with_context(|| format!("without the check: {}", it.what))?;
        match copy.test()? {
            Verdict::Caught(count, fault) => println!("| {} | {count} | {fault} |", it.what),
            Verdict::Survived => {
                println!("| {} | none | survived |", it.what);
                survived.push(it.what);
            }
        }
        copy.write(it.file, &source(it.file)?)?;
    }
    ensure!(survived.is_empty(), "survived: {}", survived.join("; "));
    Ok(())
}

fn source(file: &str) -> Result<String> {
    let path = run::root().join(PROGRAM).join("src").join(file);
    fs::read_to_string(&path).with_context(|| format!("{}", path.display()))
}

/// The file without the check.
fn patched(it: &Mutation) -> Result<String> {
    let text = source(it.file)?;
    let count = text.matches(it.from).count();
    ensure!(
        count == 1,
        "{}: {:?} occurs {count} times in {}, not once: adapt xtask/src/mutate.rs",
        it.what,
        it.from,
        it.file
    );
    Ok(text.replace(it.from, it.to))
}

/// A copy of the workspace in the output folder, and the program that is built from it.
struct Copied {
    source: PathBuf,
    deploy: PathBuf,
}

impl Copied {
    fn make() -> Result<Self> {
        let folder = run::target_dir()?.join("mutate");
        let copied = Self {
            source: folder.join("source"),
            deploy: folder.join("deploy"),
        };
        copy(run::root(), &copied.source)?;
        Ok(copied)
    }

    /// Writes a file of the program.
    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.source.join(PROGRAM).join("src").join(file);
        fs::write(&path, text).with_context(|| format!("{}", path.display()))
    }

    fn build(&self) -> Result<()> {
        let manifest = self.source.join(PROGRAM).join("Cargo.toml");
        program::build_into(&manifest, &self.deploy)
    }

    /// Runs the workspace's own test on the program of the copy.
    fn test(&self) -> Result<Verdict> {
        let mut command = run::cargo()?;
        command
            .args([
                "test",
                "--locked",
                "--workspace",
                "--test",
                "it",
                "--",
                "--exact",
                TEST,
            ])
            .env("SBF_OUT_DIR", &self.deploy);
        let output = command.output().context("cannot start cargo test")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let mut lines = text.lines();
        if output.status.success() {
            ensure!(text.contains("1 passed"), "no such test: {TEST}");
            return Ok(Verdict::Survived);
        }
        let found = lines.find_map(|line| line.strip_suffix(FOUND)?.parse().ok());
        match (found, lines.next()) {
            (Some(count), Some(first)) => Ok(Verdict::Caught(count, shortened(first))),
            _ => bail!("the test did not run to its end:\n{text}"),
        }
    }
}

/// Up to what the program answered, or the answer where there is no error in it.
fn shortened(fault: &str) -> String {
    let ends = [" { program", " { created", ", expected one of", ", but it"];
    let end = ends.iter().filter_map(|it| fault.find(it)).min();
    fault[..end.unwrap_or(fault.len())].to_owned()
}

/// Copies what is not there in the same words, so that cargo builds again only what changed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("{}", to.display()))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        let name = name.to_string_lossy();
        if name.starts_with('.') || LEFT_OUT.contains(&name.as_ref()) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path())?;
            if fs::read(&target).ok().as_ref() != Some(&bytes) {
                fs::write(&target, bytes)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_that_is_taken_out_stands_in_the_program() {
        for it in &ACCOUNTS {
            patched(it).unwrap();
        }
    }
}
