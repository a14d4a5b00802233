//! Nothing is left running, and what is missing is named.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use whittle_localnet::validator::Validator;
use whittle_localnet::Local;

use crate::options;

fn answers(url: &str) -> bool {
    TcpStream::connect(url.trim_start_matches("http://")).is_ok()
}

fn wait_for_silence(url: &str) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while answers(url) {
        assert!(Instant::now() < deadline, "{url} still answers");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The program as a person starts it, once it has printed what to try; with its RPC address.
fn program(folder: &TempDir) -> (Child, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_whittle-localnet"))
        .args(["--no-traders", "--slot-ms", "100", "--folder"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut next = || lines.next().expect("another line").unwrap();
    let rpc = loop {
        if let Some(url) = next().trim().strip_prefix("RPC ") {
            break url.trim().to_owned();
        }
    };
    while !next().contains("Ctrl-C ends all of it") {}
    thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (program, rpc)
}

fn signal(program: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &program.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn an_interrupt_ends_the_program_and_its_validator() {
    let folder = TempDir::new().unwrap();
    let (mut program, rpc) = program(&folder);
    assert!(answers(&rpc));
    signal(&program, "-INT");
    assert!(program.wait().unwrap().success());
    assert!(!answers(&rpc));
}

#[test]
fn a_killed_program_leaves_no_validator() {
    let folder = TempDir::new().unwrap();
    let (mut program, rpc) = program(&folder);
    program.kill().unwrap();
    program.wait().unwrap();
    wait_for_silence(&rpc);
}

#[test]
fn dropping_an_exchange_ends_its_validator_and_removes_its_folder() {
    let local = Local::bare(&options(), |_| {}).unwrap();
    let (rpc, folder) = (local.rpc_url().to_owned(), local.folder().to_owned());
    assert!(answers(&rpc) && folder.exists());
    drop(local);
    assert!(!answers(&rpc));
    assert!(!folder.exists());
}

#[test]
fn a_missing_package_is_named_with_what_to_do() {
    let (empty, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut options = options().validator;
    options.modules = empty.path().to_owned();
    let Err(error) = Validator::start(&options, folder.path()) else {
        panic!("it started without its package");
    };
    let text = error.to_string();
    assert!(text.contains("cannot load @solana/surfpool-"), "{text}");
    assert!(text.contains("run `cargo xtask localnet`"), "{text}");
}

#[test]
fn a_wrong_option_is_refused_before_anything_starts() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_whittle-localnet"))
        .args(["--speed", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut errors = program.stderr.take().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert_eq!(said, "error: --speed: seconds over zero, please\n");
    assert_eq!(program.wait().unwrap().code(), Some(1));
}
