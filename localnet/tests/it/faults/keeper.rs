//! `whittle-keeper` as an operator runs it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use whittle_localnet::cast::Member;
use whittle_localnet::Local;

use super::proxy::Proxy;
use super::until;

static STARTED: AtomicU32 = AtomicU32::new(0);

/// A process. Dropping it kills it.
pub struct Keeper {
    process: Child,
    log: PathBuf,
    address: String,
}

/// The program beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("whittle-keeper");
    assert!(
        program.exists(),
        "{} is not built: run `cargo build -p whittle-keeper` or `cargo xtask test`",
        program.display()
    );
    program
}

impl Keeper {
    /// Starts it; it may still be loading.
    pub fn start(local: &Local, proxy: &Proxy, member: &Member) -> Self {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let file = |name: &str| local.folder().join(format!("keeper-{number}.{name}"));
        let (config, log) = (file("toml"), file("log"));
        fs::write(&config, configuration(local, proxy, member)).unwrap();
        let process = Command::new(program())
            .arg("--config")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut keeper = Self {
            process,
            log,
            address: String::new(),
        };
        until("it says where it listens", || {
            let text = keeper.log();
            let said = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .find_map(|line| line["address"].as_str().map(str::to_owned));
            keeper.address = said.unwrap_or_default();
            !keeper.address.is_empty()
        });
        keeper
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn get(&self, path: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let patience = Some(Duration::from_secs(5));
        stream.set_read_timeout(patience).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some((status, body.to_owned()))
    }

    pub fn is_ready(&self) -> bool {
        self.get("/readyz").is_some_and(|(status, _)| status == 200)
    }

    /// 503 with a reason.
    pub fn is_not_ready(&self) -> bool {
        self.get("/readyz").is_some_and(|(status, _)| status == 503)
    }

    /// A metric by its name with its labels; zero when it is not there.
    pub fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get("/metrics").unwrap_or_default();
        let line = text.lines().find_map(|line| {
            let value = line.strip_prefix(name)?.strip_prefix(' ')?;
            value.parse().ok()
        });
        line.unwrap_or(0.0)
    }

    /// How often an action ended so.
    pub fn ended(&self, action: &str, outcome: &str) -> f64 {
        let labels = format!("{{action=\"{action}\",outcome=\"{outcome}\"}}");
        self.metric(&format!("whittle_keeper_actions_total{labels}"))
    }

    /// Memory, threads and open files are those of a keeper of a few accounts.
    pub fn assert_small(&self) {
        let id = self.process.id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let field = |name: &str| -> usize {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let line = line.unwrap().trim_end_matches("kB").trim();
            line.parse().unwrap()
        };
        let (kilobytes, threads) = (field("VmRSS:"), field("Threads:"));
        let files = fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
        eprintln!("keeper: {kilobytes} kB, {threads} threads, {files} open files");
        assert!(kilobytes < 150_000, "{kilobytes} kB");
        assert!(files < 64, "{files} open files");
    }

    /// Kills it as a crash would.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it as a supervisor would: within its time, with code 0.
    pub fn end(mut self) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
        until("SIGTERM ends it", || {
            self.process.try_wait().unwrap().is_some()
        });
        let code = self.process.wait().unwrap().code();
        assert_eq!(code, Some(0), "{}", self.log());
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the keeper's log:\n{}", self.log());
        }
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Shorter times than an operator would choose, so that the cases do not wait for them.
fn configuration(local: &Local, proxy: &Proxy, member: &Member) -> String {
    let mut text = format!(
        "[backoff]\nmost_ms = 20000\n\
         [run]\nrpc_url = \"{}\"\nws_url = \"{}\"\nkeypair = \"{}\"\nlisten = \"127.0.0.1:0\"\n\
         timeout_secs = 2\nreload_secs = 4\nsilence_secs = 3\nstale_slot_secs = 2\n\
         reconnect_secs = 2\ndrain_secs = 5\n[run.oracles.markets]\n",
        proxy.rpc_url,
        proxy.ws_url,
        member.file.display(),
    );
    for (market, feed) in local.oracles().feeds().iter().enumerate() {
        text += &format!("{market} = \"{}\"\n", feed.address);
    }
    text += "[run.oracles.banks]\n";
    for (bank, address) in local.bank_oracles().unwrap() {
        text += &format!("{bank} = \"{address}\"\n");
    }
    text
}
