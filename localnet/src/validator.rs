//! The validator: Surfpool, from npm, in a Node process that cannot outlive this one.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, thread};

use anchor_lang::prelude::Pubkey;
use anyhow::{bail, Context, Result};
use serde::Deserialize;
use serde_json::json;

const SCRIPT: &str = include_str!("../../tools/localnet/validator.mjs");
/// Loading the package and deploying take about a second.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(5);
const PREPARE: &str = "run `cargo xtask localnet` or `cargo xtask test`, which prepare it";

/// Where to find what a validator needs, and how it runs.
#[derive(Clone, Debug)]
pub struct ValidatorOptions {
    /// The folder that holds `node_modules`.
    pub modules: PathBuf,
    /// The built program.
    pub program: PathBuf,
    /// Other programs, by their addresses.
    pub others: Vec<(Pubkey, PathBuf)>,
    /// Milliseconds of a slot.
    pub slot_ms: u64,
}

impl ValidatorOptions {
    /// What `cargo xtask` has prepared: `$WHITTLE_SURFPOOL` and `$SBF_OUT_DIR/whittle.so`, or the
    /// folders `surfpool` and `deploy` of the output folder in which this program lies.
    pub fn prepared() -> Result<Self> {
        let modules = find("WHITTLE_SURFPOOL", "surfpool", "node_modules")
            .with_context(|| format!("Surfpool is not installed: {PREPARE}"))?;
        Ok(Self {
            modules,
            program: deployed("whittle.so")?,
            others: Vec::new(),
            slot_ms: 400,
        })
    }
}

/// A built program by the name of its file.
pub fn deployed(file: &str) -> Result<PathBuf> {
    let folder = find("SBF_OUT_DIR", "deploy", file);
    let folder = folder.with_context(|| format!("{file} is not built: run `cargo xtask build`"))?;
    Ok(folder.join(file))
}

/// The folder that holds the `node_modules` of `tools/localnet/kit`: `$WHITTLE_KIT`, or `kit` in the
/// output folder.
pub fn kit_modules() -> Result<PathBuf> {
    find("WHITTLE_KIT", "kit", "node_modules")
        .with_context(|| format!("the packages of tools/localnet/kit are not installed: {PREPARE}"))
}

/// The folder named by a variable, or the one called `name` above this program, if `content` is in it.
pub(crate) fn find(variable: &str, name: &str, content: &str) -> Option<PathBuf> {
    if let Some(folder) = env::var_os(variable) {
        let folder = PathBuf::from(folder);
        return folder.join(content).exists().then_some(folder);
    }
    let program = env::current_exe().ok()?;
    program
        .ancestors()
        .map(|above| above.join(name))
        .find(|folder| folder.join(content).exists())
}

/// A running validator with the program deployed. Dropping it ends it.
pub struct Validator {
    process: Child,
    /// For requests over HTTP.
    pub rpc_url: String,
    /// For subscriptions over WebSocket.
    pub ws_url: String,
}

#[derive(Deserialize)]
struct Said {
    rpc: Option<String>,
    ws: Option<String>,
    error: Option<String>,
}

impl Validator {
    /// Starts one; `folder` gets its script and its log.
    pub fn start(options: &ValidatorOptions, folder: &Path) -> Result<Self> {
        let (script, log) = (folder.join("validator.mjs"), folder.join("validator.log"));
        fs::write(&script, SCRIPT).with_context(|| format!("cannot write {}", script.display()))?;
        let other = |(address, file): &(Pubkey, PathBuf)| json!({"programId": address.to_string(), "soPath": file});
        let others: Vec<_> = options.others.iter().map(other).collect();
        let wanted = json!({
            "modules": options.modules,
            "program": options.program,
            "programId": whittle::ID.to_string(),
            "others": others,
            "slotMs": options.slot_ms,
        });
        let mut process = Command::new("node")
            .arg(&script)
            .arg(wanted.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            // A Ctrl-C at the terminal is for this program, which ends the validator last.
            .process_group(0)
            .spawn()
            .context("cannot start `node`: install Node.js 18 or newer with npm, and retry")?;
        match first_line(&mut process) {
            Ok(Said {
                rpc: Some(rpc_url),
                ws: Some(ws_url),
                ..
            }) => Ok(Self {
                process,
                rpc_url,
                ws_url,
            }),
            outcome => {
                end(&mut process);
                let error = match outcome {
                    Ok(said) => said.error.unwrap_or_else(|| "it named no address".into()),
                    Err(error) => error.to_string(),
                };
                bail!(
                    "the validator did not start: {error}. {}\nIts log is {}. If the package is \
                     what is missing, {PREPARE}; Surfpool is published for Linux (x86-64, glibc) and \
                     macOS.",
                    last_words(&log),
                    log.display()
                )
            }
        }
    }

    /// The number of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Validator {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Asks by closing the process's input, then insists.
fn end(process: &mut Child) {
    drop(process.stdin.take());
    let deadline = Instant::now() + STOP;
    while matches!(process.try_wait(), Ok(None)) {
        if Instant::now() > deadline {
            // It has ended meanwhile if this fails.
            let _ = process.kill();
            let _ = process.wait();
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn first_line(process: &mut Child) -> Result<Said> {
    let output = process.stdout.take().context("it has no output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Only the first is waited for; the others are read so that the pipe never fills.
            let _ = sender.send(line);
        }
    });
    let line = receiver
        .recv_timeout(START)
        .context("it ended, or said nothing for a minute")?;
    serde_json::from_str(&line).with_context(|| format!("it said {line}"))
}

fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = lines.iter().rev().take(5).rev();
    last.copied().collect::<Vec<_>>().join("\n")
}
