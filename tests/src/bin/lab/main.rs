//! The program at work, for people rather than for asserts: the commands of `cargo xtask` that play
//! or measure it.

mod adversaries;
mod block;
mod cu;
mod demo;
mod fuzz;
mod profile;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((command, rest)) if command == "demo" => demo::run(rest),
        Some((command, rest)) if command == "block" => block::run(rest),
        Some((command, rest)) if command == "fuzz" => fuzz::run(rest),
        Some((command, rest)) if command == "adversaries" => adversaries::run(rest),
        Some((command, [])) if command == "cu" => cu::run(),
        Some((command, [])) if command == "profile" => profile::run(),
        Some((command, [])) if command == "crash" => {
            println!("{}", whittle_tests::crash::play());
            Ok(())
        }
        _ => Err(anyhow::anyhow!(
            "usage: lab adversaries|block|demo|fuzz [OPTIONS], lab cu, lab profile or lab crash"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
