//! `cargo xtask`: the project's commands. CI calls the same ones.

mod app;
mod coverage;
mod deps;
mod fuzz_risk;
mod idl;
mod mutate;
mod mutate_risk;
mod program;
mod run;
mod surfpool;
mod wasm;

use std::process::ExitCode;

use anyhow::{bail, Result};

const MENU: &str = "\
cargo xtask COMMAND

  build          build the program for Solana's virtual machine (sBPF v3)
  test [ARGS]    build, then run every test of the workspace; ARGS go to `cargo test`
  demo [ARGS]    build, then replay real prices against a full exchange; ARGS go to the demo,
                 as in `cargo xtask demo --prices FILE`
  crash          build, then play a gap, a crash and a lost peg with 200 accounts, and print
                 what became of them
  fuzz [ARGS]    build, then perform random cases of every instruction and print what was reached;
                 `cargo xtask fuzz --help`
  fuzz coverage [ARGS]
                 the same on the program as native code, and print which lines were never run
  adversaries [ARGS]
                 build, then let programs search for profit on the default exchange, and write
                 docs/adversaries.md; --trials N, --seed S, --only NAME
  localnet [ARGS]
                 build, then run a local validator with an exchange, moving prices and traders
                 until Ctrl-C; `cargo xtask localnet --help`
  localnet --app [ARGS]
                 the same with the page of the front end, at http://127.0.0.1:5199/
  app            build the page into the output folder, for a host of static files
  app --check    types, lint, format, generated client and unit tests of the page
  app e2e [ARGS] build everything, then drive the page in Chromium; ARGS go to app/e2e
  wasm           build the engine of the web front end: app/src/risk/engine.wasm
  idl            write idl/whittle.json from the program's source
  idl --check    fail when idl/whittle.json is not what the source gives
  bench cu       build, then print the compute units of each instruction
  bench profile  build the program with marks in its handlers, and print what their parts take
  bench block    build, then fill blocks with liquidations and print how many fit; some minutes;
                 --write writes the tables of docs/throughput.md
  bench risk     time the risk crate natively; more ARGS go to `cargo bench`
  bench keeper [ACCOUNTS]
                 time the keeper's index on synthetic accounts, by default a million
  bench cascade [ACCOUNTS]
                 build, then let prices fall on a local validator until most of the accounts, by
                 default 500, come under maintenance, while two keepers compete, and print how fast
                 and at what cost they were liquidated; --seed N for another crowd
  bench sim      time the simulator: account-steps a second on one core
  deps           check which crate may depend on which, and that the risk crate builds for
                 sBPF and for WebAssembly
  fuzz risk --minutes N
                 run the properties of the risk crate under libFuzzer, coverage-guided;
                 `--check` what is kept and a few inputs more, `--keep` what was found,
                 `--show FILE` a case: docs/fuzzing-risk.md
  fuzz exhaustive
                 every combination of a grid of one-leg accounts against trying all sizes
  fuzz prove     the theorem of one leg, by a prover
  mutate accounts
                 take checks of accounts out of a copy of the program, one at a time, and fail
                 unless the test of every account notices each; some minutes
  mutate risk [FILE...]
                 judge every mutant that cargo-mutants lists of the risk crate, or of those files,
                 by the crate's tests; fail when one survives that docs/mutation.md does not argue

Everything is built below $CARGO_TARGET_DIR, by default ~/.cache/whittle/target (or
$WHITTLE_CACHE/target), so that clones share it; the program is in its folder deploy.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The causes, without the stack of xtask itself: what failed was a child.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[&str]) -> Result<()> {
    match args {
        [] | ["help" | "-h" | "--help"] => {
            println!("{MENU}");
            Ok(())
        }
        _ => {
            run::take_over_target_dir()?;
            verb(args)
        }
    }
}

fn verb(args: &[&str]) -> Result<()> {
    match args {
        ["build"] => program::build(),
        ["test", rest @ ..] => test(rest),
        ["demo", rest @ ..] => lab("demo", rest),
        ["adversaries", rest @ ..] => lab("adversaries", rest),
        ["crash"] => lab("crash", &[]),
        ["localnet", rest @ ..] => localnet(rest),
        ["app"] => app::build(),
        ["app", "--check"] => app::check(),
        ["app", "e2e", rest @ ..] => app::end_to_end(rest),
        ["wasm"] => wasm::build(),
        ["idl"] => idl::run(idl::Mode::Write),
        ["idl", "--check"] => idl::run(idl::Mode::Check),
        ["bench", "cu"] => lab("cu", &[]),
        ["bench", "profile"] => profile(),
        ["bench", "block", rest @ ..] => lab("block", rest),
        ["bench", "risk", rest @ ..] => run::run(
            run::cargo()?
                .args(["bench", "--locked", "-p", "whittle-risk"])
                .args(rest),
        ),
        ["bench", "keeper", rest @ ..] => run::run(
            run::cargo()?
                .args([
                    "bench",
                    "--locked",
                    "-p",
                    "whittle-keeper",
                    "--bench",
                    "keeper",
                ])
                .arg("--")
                .args(rest),
        ),
        ["bench", "cascade", rest @ ..] => cascade(rest),
        ["bench", "sim"] => run::run(run::cargo()?.args([
            "bench",
            "--locked",
            "-p",
            "whittle-sim",
            "--bench",
            "sim",
        ])),
        ["deps"] => deps::check(),
        ["fuzz", "risk", rest @ ..] => fuzz_risk::run(rest),
        ["fuzz", "exhaustive"] => fuzz_risk::exhaustive(),
        ["fuzz", "prove"] => fuzz_risk::prove(),
        ["fuzz", "coverage", rest @ ..] => coverage::run(rest),
        ["fuzz", rest @ ..] => lab("fuzz", rest),
        ["mutate", "accounts"] => mutate::accounts(),
        ["mutate", "risk", rest @ ..] => mutate_risk::run(rest),
        _ => bail!("no such command: {}\n\n{MENU}", args.join(" ")),
    }
}

fn test(args: &[&str]) -> Result<()> {
    program::build()?;
    program::build_stand_in()?;
    surfpool::prepare()?;
    surfpool::prepare_kit()?;
    // Tests from end to end run the keeper and the command line as processes, which `cargo test` builds
    // only for the package that they belong to.
    run::run(run::cargo()?.args(["build", "--locked", "--workspace", "--bins"]))?;
    let mut command = run::cargo()?;
    command
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        .args(args);
    // Cases on a validator mostly wait for its clock.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        command.env("RUST_TEST_THREADS", (2 * threads).to_string());
    }
    let outcome = run::run(&mut command);
    // Last, where a reader of a long log looks: what the cases ran on.
    println!("program: {}", program::toolchain()?);
    outcome
}

fn localnet(args: &[&str]) -> Result<()> {
    program::build()?;
    surfpool::prepare()?;
    if args.contains(&"--app") {
        app::build()?;
        // Runs beside the page as a process, which `cargo run` would not build.
        run::run(run::cargo()?.args(["build", "--locked", "--bin", "whittle-keeper"]))?;
    }
    run::become_it(
        run::cargo()?
            .args(["run", "--quiet", "--locked", "--bin", "whittle-localnet"])
            .arg("--")
            .args(args),
    )
}

fn cascade(args: &[&str]) -> Result<()> {
    program::build()?;
    surfpool::prepare()?;
    let build = ["build", "--locked", "--workspace", "--bins"];
    run::run(run::cargo()?.args(build))?;
    // Of the whole workspace as well: of one package it would build the dependencies again.
    run::run(
        run::cargo()?
            .args(["run", "--quiet", "--locked", "--bin", "cascade", "--"])
            .args(args),
    )
}

fn profile() -> Result<()> {
    let out = program::build_profile()?;
    run::run(lab_on_program("profile", &[])?.env("SBF_OUT_DIR", out))
}

fn lab(command: &str, args: &[&str]) -> Result<()> {
    program::build()?;
    run::run(&mut lab_on_program(command, args)?)
}

fn lab_on_program(command: &str, args: &[&str]) -> Result<std::process::Command> {
    run::run(&mut run::build_lab()?)?;
    let mut lab = run::command(&run::target_dir()?.join("debug/lab").to_string_lossy())?;
    lab.arg(command).args(args);
    Ok(lab)
}
