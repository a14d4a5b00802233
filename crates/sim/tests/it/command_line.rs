//! What the command line says.

use std::path::PathBuf;
use std::process::{Command, Output};

fn sim(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whittle-sim"));
    command.args(args).output().expect("the program starts")
}

fn error_of(args: &[&str]) -> String {
    let output = sim(args);
    assert!(!output.status.success(), "{args:?} succeeded");
    String::from_utf8(output.stderr).expect("text")
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("whittle-sim-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn a_comparison_leaves_a_report_that_says_how_to_make_it_again() {
    let folder = folder("report");
    let out = folder.to_string_lossy().into_owned();
    let output = sim(&[
        "compare",
        "--prices",
        "BTC=gbm:days=3,sigma=150%,price=20000",
        "--accounts",
        "60",
        "--seeds",
        "2",
        "--policies",
        "full",
        "--out",
        &out,
    ]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let page = std::fs::read_to_string(folder.join("report.html")).expect("the page");
    assert!(
        page.contains("cargo run --release -p whittle-sim -- compare"),
        "no command"
    );
    let json = std::fs::read_to_string(folder.join("report.json")).expect("the JSON");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["setup"]["accounts"], 60);
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn rows_that_are_wrong_are_named_by_line() {
    let folder = folder("rows");
    let path = folder.join("bad.csv");
    let rows = "timestamp,open,high,low,close\n0,10,11,9,10\n3600,10,9,9,10\n7200,10,eleven,9,10\n";
    std::fs::write(&path, rows).expect("a file");
    let error = error_of(&["compare", "--prices", &path.to_string_lossy()]);
    assert!(
        error.contains("line 3") && error.contains("line 4"),
        "{error}"
    );
    assert!(error.contains("eleven"), "{error}");
    std::fs::remove_dir_all(&folder).expect("the folder is there");
}

#[test]
fn wrong_arguments_are_named_with_what_to_do() {
    let prices = "BTC=gbm:days=1,sigma=80%,price=20000";
    let cases: [(&[&str], &str); 5] = [
        (
            &["compare", "--prices", prices, "--longs", "1.5"],
            "--longs is 1.5: give a share from 0 to 1",
        ),
        (
            &["compare", "--prices", prices, "--policies", "gentle"],
            "no policy is called like \"gentle\"",
        ),
        (
            &["compare", "--prices", prices, "--token", "DOGE=stable:"],
            "--token DOGE: the exchange has the tokens SOL, USDT",
        ),
        (
            &["compare", "--prices", prices, "--exchange", "nowhere.toml"],
            "cannot read the exchange nowhere.toml",
        ),
        (
            &[
                "compare", "--prices", prices, "--adds", "0.7", "--closes", "0.7",
            ],
            "together they are at most 1",
        ),
    ];
    for (args, expected) in cases {
        let error = error_of(args);
        assert!(error.contains(expected), "{args:?}: {error}");
    }
}
