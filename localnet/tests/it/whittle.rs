//! The command line as a process.

use std::process::{Command, Output};

use serde_json::Value;
use whittle_localnet::process::program;
use whittle_localnet::Member;

fn run(member: &Member, arguments: &[&str]) -> Output {
    let configuration = member.file.with_extension("yml");
    Command::new(program("whittle").unwrap())
        .args(["--output", "json", "--yes", "--config"])
        .arg(&configuration)
        .args(arguments)
        .output()
        .unwrap()
}

/// `whittle`, signed by a member; what it prints as JSON.
pub fn whittle(member: &Member, arguments: &[&str]) -> Value {
    let ran = run(member, arguments);
    let (said, errors) = (
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr),
    );
    assert!(ran.status.success(), "{arguments:?}: {said}{errors}");
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("{arguments:?}: {said}"))
}

/// The same where it refuses: its exit code, the name of the program's error, and what it says.
pub fn refused(member: &Member, arguments: &[&str]) -> (i32, Option<String>, String) {
    let ran = run(member, arguments);
    let said = String::from_utf8_lossy(&ran.stderr);
    let said: Value =
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{arguments:?}: {said}"));
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let what = text(&said["error"]).unwrap_or_else(|| panic!("{arguments:?}: {said}"));
    (ran.status.code().unwrap(), text(&said["name"]), what)
}

/// A sum of the command line, USD atoms.
pub fn atoms(sum: &Value) -> i64 {
    let text = sum["atoms"].as_str().map(ToOwned::to_owned);
    let text = text.unwrap_or_else(|| sum["atoms"].to_string());
    text.parse().unwrap_or_else(|_| panic!("{sum}"))
}
