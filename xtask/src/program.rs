//! The program as Solana's virtual machine runs it: `whittle.so`, sBPF v3. And for tests the stand-in
//! for Pyth's programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};

use crate::run;

const MANIFEST: &str = "programs/whittle/Cargo.toml";
const STAND_IN: &str = "localnet/stand-in/Cargo.toml";
const SBF_SCRIPT: &str = "tools/sbf/sbf.sh";

/// `e_machine` of sBPF from v3 on: it is BPF to the ELF format.
const ELF_MACHINE_BPF: u16 = 247;
const SBPF_VERSION: u32 = 3;

/// What turns the source into sBPF. Nothing outside this file cares which one did.
#[derive(Clone, Copy)]
pub enum Toolchain {
    /// `cargo build-sbf`, Solana's own. The release path.
    Solana,
    /// `tools/sbf`, for Debian machines that cannot download Solana's.
    Debian,
}

/// Solana's tools where they work, else Debian's, installed if need be.
pub fn choose() -> Result<Toolchain> {
    // Installs the platform tools where they are missing, so success means that they are there.
    if run::succeeds(run::cargo()?.args(["build-sbf", "--install-only"])) {
        return Ok(Toolchain::Solana);
    }
    if run::succeeds(run::command(SBF_SCRIPT)?.arg("check")) {
        return Ok(Toolchain::Debian);
    }
    run::run(run::command(SBF_SCRIPT)?.arg("setup")).context(
        "No toolchain for sBPF. Either of these gives one:\n\
         - Solana's own tools, on Linux and macOS: `cargo install cargo-build-sbf`, then \
         `cargo build-sbf --install-only` must succeed;\n\
         - on Debian (x86-64), as root: `tools/sbf/sbf.sh setup`.",
    )?;
    Ok(Toolchain::Debian)
}

/// Builds `deploy/whittle.so` and writes beside it which toolchain did.
pub fn build() -> Result<()> {
    let chosen = choose()?;
    compile(chosen, MANIFEST)?;
    let named = match chosen {
        Toolchain::Solana => solana_version(&run::output(
            run::cargo()?.args(["build-sbf", "--version"]),
        )?),
        Toolchain::Debian => run::output(run::command(SBF_SCRIPT)?.arg("version"))?,
    };
    let program = program_path()?;
    let elf = fs::read(&program).with_context(|| format!("the build left no {program:?}"))?;
    let version = sbpf_version(&elf).with_context(|| format!("{program:?}"))?;
    ensure!(
        version == SBPF_VERSION,
        "{program:?} is sBPF v{version}, not v{SBPF_VERSION}"
    );
    let line = format!("sBPF v{version}, built by {}", named.trim());
    fs::write(toolchain_path()?, format!("{line}\n"))?;
    eprintln!("{}: {} bytes, {line}", program.display(), elf.len());
    Ok(())
}

/// Builds `deploy/pyth_stand_in.so`, which tests on a local validator post prices with.
pub fn build_stand_in() -> Result<()> {
    compile(choose()?, STAND_IN)
}

/// Builds the program of another manifest into another folder.
pub fn build_into(manifest: &Path, out: &Path) -> Result<()> {
    compile_into(choose()?, manifest, out, "")
}

/// Builds the program so that it logs what its parts take, into a folder of its own, and returns that.
pub fn build_profile() -> Result<PathBuf> {
    let out = run::target_dir()?.join("profile");
    compile_into(choose()?, Path::new(MANIFEST), &out, "profile")?;
    Ok(out)
}

fn compile(chosen: Toolchain, manifest: &str) -> Result<()> {
    compile_into(chosen, Path::new(manifest), &run::deploy_dir()?, "")
}

fn compile_into(chosen: Toolchain, manifest: &Path, out: &Path, features: &str) -> Result<()> {
    match chosen {
        Toolchain::Solana => run::run(
            run::cargo()?
                .args(["build-sbf", "--arch", "v3", "--manifest-path"])
                .arg(manifest)
                .arg("--sbf-out-dir")
                .arg(out)
                .args(["--", "--locked", "--features", features]),
        ),
        Toolchain::Debian => run::run(
            run::command(SBF_SCRIPT)?
                .arg("build")
                .arg(manifest)
                .arg(out)
                .arg(features),
        ),
    }
}

/// The line that the last build left about itself.
pub fn toolchain() -> Result<String> {
    let path = toolchain_path()?;
    let text = fs::read_to_string(&path).with_context(|| format!("{path:?}"))?;
    Ok(text.trim().to_owned())
}

fn program_path() -> Result<PathBuf> {
    Ok(run::deploy_dir()?.join("whittle.so"))
}

fn toolchain_path() -> Result<PathBuf> {
    Ok(run::deploy_dir()?.join("whittle.so.toolchain"))
}

/// The version of sBPF that a program declares: `e_flags` of its ELF header.
fn sbpf_version(elf: &[u8]) -> Result<u32> {
    let (Some(magic), Some(machine), Some(flags)) =
        (elf.get(..5), elf.get(18..20), elf.get(48..52))
    else {
        bail!("too short for an ELF header");
    };
    // The fifth byte is the class: 2 is 64 bits.
    ensure!(magic == b"\x7fELF\x02", "not a 64-bit ELF file");
    let machine = u16::from_le_bytes(machine.try_into()?);
    ensure!(
        machine == ELF_MACHINE_BPF,
        "made for machine {machine}, not BPF"
    );
    Ok(u32::from_le_bytes(flags.try_into()?))
}

/// `cargo build-sbf --version` prints its own version, its tools' and their Rust's, one a line.
fn solana_version(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().map(str::trim).collect();
    format!("cargo build-sbf: {}", lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(machine: u16, flags: u32) -> Vec<u8> {
        let mut elf = vec![0; 64];
        elf[..5].copy_from_slice(b"\x7fELF\x02");
        elf[18..20].copy_from_slice(&machine.to_le_bytes());
        elf[48..52].copy_from_slice(&flags.to_le_bytes());
        elf
    }

    #[test]
    fn the_version_of_a_program_is_read_from_its_header() {
        assert_eq!(sbpf_version(&header(247, 3)).unwrap(), 3);
        assert_eq!(sbpf_version(&header(247, 0)).unwrap(), 0);
    }

    #[test]
    fn what_is_not_a_program_says_so() {
        let message = |elf: &[u8]| sbpf_version(elf).unwrap_err().to_string();
        assert_eq!(message(&header(62, 3)), "made for machine 62, not BPF");
        assert_eq!(message(&[0; 64]), "not a 64-bit ELF file");
        assert_eq!(message(b"\x7fELF"), "too short for an ELF header");
    }

    #[test]
    fn solanas_tools_are_named_in_one_line() {
        let printed =
            "cargo-build-sbf 4.5.0\nDefault platform-tools: v1.57\nDefault Rust: 1.95.0\n";
        assert_eq!(
            solana_version(printed),
            "cargo build-sbf: cargo-build-sbf 4.5.0, Default platform-tools: v1.57, Default Rust: 1.95.0"
        );
    }
}
