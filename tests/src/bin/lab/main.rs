//! The program at work, for people rather than for asserts: `cargo xtask demo`,
//! `cargo xtask crash`, `cargo xtask adversaries` and `cargo xtask bench cu`.

mod adversaries;
mod cu;
mod demo;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.split_first() {
        Some((command, rest)) if command == "demo" => demo::run(rest),
        Some((command, rest)) if command == "adversaries" => adversaries::run(rest),
        Some((command, [])) if command == "cu" => cu::run(),
        Some((command, [])) if command == "crash" => {
            println!("{}", whittle_tests::crash::play());
            Ok(())
        }
        _ => Err(anyhow::anyhow!(
            "usage: lab demo [OPTIONS], lab adversaries [OPTIONS], lab cu or lab crash"
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
