//! Programs of the workspace as processes of their own: `whittle`, and keepers that run until they
//! are told to end.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure, Context, Result};

use crate::local::Local;

const START: Duration = Duration::from_secs(30);

/// A program of the workspace, which lies where this one was built.
pub fn program(name: &str) -> Result<PathBuf> {
    const BUILD: &str = "run `cargo xtask test`, or `cargo build --workspace --bins`";
    let here = env::current_exe()?;
    let mut folders = here.ancestors().skip(1).take(2);
    let found = folders.find(|folder| folder.join(name).is_file());
    let folder = found.with_context(|| format!("{name} is not built: {BUILD}"))?;
    Ok(folder.join(name))
}

/// A keeper that runs. Dropping it kills it.
pub struct KeeperProcess {
    process: Child,
    /// Where it answers, as `127.0.0.1:41234`.
    pub listens: String,
    log: PathBuf,
}

impl KeeperProcess {
    /// Starts one with a configuration of the exchange's folder, on a free port; its log goes beside
    /// the configuration. [`Local::write_configurations`] was called before.
    pub fn start(local: &Local, configuration: &str) -> Result<Self> {
        let config = local.folder().join(configuration);
        let log = config.with_extension("log");
        let mut process = Command::new(program("whittle-keeper")?)
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let deadline = Instant::now() + START;
        loop {
            if let Some(listens) = address_in(&log)? {
                return Ok(Self {
                    process,
                    listens,
                    log,
                });
            }
            let ended = process.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let _ = process.kill();
                bail!("the keeper did not start:\n{}", read(&log)?);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// An error when it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("the keeper has ended ({status}):\n{}", self.log()?),
        }
    }

    /// What it answers at a path: status and body.
    pub fn get(&self, local: &Local, path: &str) -> Result<(u16, String)> {
        local.node().get(&format!("http://{}{path}", self.listens))
    }

    /// The sum of a metric over all its labels that contain `label`; zero when it has no line.
    pub fn metric(&self, local: &Local, name: &str, label: &str) -> Result<f64> {
        let (status, text) = self.get(local, "/metrics")?;
        ensure!(status == 200, "/metrics answers {status}");
        let mut sum = 0.0;
        for line in text.lines() {
            let Some((full, value)) = line.rsplit_once(' ') else {
                continue;
            };
            let (found, labels) = full.split_once('{').unwrap_or((full, ""));
            if found == name && labels.contains(label) {
                sum += value.parse::<f64>()?;
            }
        }
        Ok(sum)
    }

    /// Sends SIGTERM and waits for its end, for so long.
    pub fn terminate(&mut self, patience: Duration) -> Result<ExitStatus> {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!(
            "it runs on after {} s:\n{}",
            patience.as_secs(),
            self.log()?
        )
    }

    /// What it has logged.
    pub fn log(&self) -> Result<String> {
        read(&self.log)
    }
}

impl Drop for KeeperProcess {
    fn drop(&mut self) {
        // It has ended if this fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(log: &Path) -> Result<String> {
    std::fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))
}

/// The address in the log's first line, once it is there in full.
fn address_in(log: &Path) -> Result<Option<String>> {
    let text = read(log)?;
    let line = text.lines().find(|line| line.contains("\"address\""));
    let Some(Ok(said)) = line.map(serde_json::from_str::<serde_json::Value>) else {
        return Ok(None);
    };
    Ok(said["address"].as_str().map(ToOwned::to_owned))
}
