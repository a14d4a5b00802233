//! `cargo xtask localnet`: a local validator with a running exchange, until Ctrl-C.

use std::env;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use clap::Parser;
use whittle_client::local::prices::HOUR;
use whittle_localnet::play::{Controls, Mode, Pace};
use whittle_localnet::tell::Page;
use whittle_localnet::validator::ValidatorOptions;
use whittle_localnet::{app, local, App, KeeperProcess, Local, Recording};

/// A local validator with a running exchange, prices that move and traders with positions.
#[derive(Parser)]
#[command(bin_name = "cargo xtask localnet", version)]
struct Options {
    /// Seconds in which a recorded hour passes
    #[arg(long, value_name = "SECS", default_value_t = 12.0)]
    speed: f64,
    /// Seconds between two oracle updates
    #[arg(long, value_name = "SECS", default_value_t = 2)]
    every: u64,
    /// Hourly prices of BTC, as for `cargo xtask demo` [default: the fall of 22 December 2017]
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Begin again when the recording ends, instead of staying at its last price
    #[arg(long = "loop", conflicts_with = "once")]
    repeat: bool,
    /// Stop when the recording ends
    #[arg(long)]
    once: bool,
    /// Where keys and configurations go [default: localnet in the output folder]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Milliseconds of a slot
    #[arg(long, value_name = "MS", default_value_t = 400)]
    slot_ms: u64,
    /// Without traders and their positions
    #[arg(long)]
    no_traders: bool,
    /// Seconds between two lines about what is going on
    #[arg(long, value_name = "SECS", default_value_t = 10)]
    report: u64,
    /// Serve the page of the front end, and run the keeper that it needs
    #[arg(long)]
    app: bool,
    /// Port of the page, 0 for any
    #[arg(long, value_name = "PORT", default_value_t = 5199, requires = "app")]
    app_port: u16,
    /// Let that keeper liquidate, too
    #[arg(long, requires = "app")]
    liquidate: bool,
}

/// The built page, and where it will be served.
struct Place {
    folder: PathBuf,
    listener: TcpListener,
}

/// The page and its keeper.
struct Beside {
    app: App,
    keeper: KeeperProcess,
}

fn main() -> ExitCode {
    let stop = Arc::new(AtomicBool::new(false));
    let outcome = stop_at_signal(Arc::clone(&stop)).and_then(|()| run(Options::parse(), &stop));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options, stop: &AtomicBool) -> Result<()> {
    ensure!(
        options.speed.is_finite() && options.speed > 0.0,
        "--speed: seconds over zero, please"
    );
    let recording = match &options.prices {
        Some(file) => Recording::read(file)?,
        None => Recording::week()?,
    };
    // Before anything that takes time.
    let place = options.app.then(|| Place::find(options.app_port));
    let place = place.transpose()?;
    let start = start(&options, recording.clone())?;
    let local = Arc::new(Local::start(start, |line| println!("{line}"))?);
    local.write_configurations()?;
    if stop.load(Ordering::Relaxed) {
        return Ok(());
    }
    let pace = Pace {
        secs_per_hour: options.speed,
        secs_between: options.every,
        repeat: options.repeat,
        begin: Mode::Play,
    };
    let end = options.once.then_some(recording.end);
    let player = local.play(recording, pace);
    let beside = place.map(|place| place.serve(&local, player.controls(), options.liquidate));
    let mut beside = beside.transpose()?;
    let page = beside.as_ref().map(|it| Page {
        url: it.app.url().to_owned(),
        keeper: it.keeper.listens.clone(),
        liquidates: options.liquidate,
    });
    println!("{}", local.what_next(options.speed, page.as_ref()));
    let mut due = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        player.check()?;
        if let Some(beside) = &mut beside {
            beside.keeper.check()?;
        }
        if end.is_some_and(|end| player.at() >= end) {
            println!("the recording has ended");
            break;
        }
        if Instant::now() >= due {
            println!("{}  {}", time_of_day(player.at()), local.look()?);
            due = Instant::now() + Duration::from_secs(options.report.max(1));
        }
        thread::sleep(Duration::from_millis(50));
    }
    drop(beside);
    drop(player);
    drop(local);
    println!("stopped");
    Ok(())
}

/// How the exchange starts.
fn start(options: &Options, recording: Recording) -> Result<local::Options> {
    Ok(local::Options {
        validator: ValidatorOptions {
            slot_ms: options.slot_ms,
            ..ValidatorOptions::prepared()?
        },
        folder: Some(match &options.folder {
            Some(folder) => env::current_dir()?.join(folder),
            None => default_folder()?,
        }),
        exchange: local::example(),
        recording,
        traders: !options.no_traders,
    })
}

impl Place {
    fn find(port: u16) -> Result<Self> {
        Ok(Self {
            folder: app::folder()?,
            listener: app::listen(port)?,
        })
    }

    fn serve(self, local: &Arc<Local>, controls: Controls, liquidate: bool) -> Result<Beside> {
        local.write_page_keeper(liquidate)?;
        Ok(Beside {
            keeper: KeeperProcess::start(local, "keeper.toml")?,
            app: App::start(Arc::clone(local), controls, &self.folder, self.listener)?,
        })
    }
}

/// Beside the output of cargo, so never in the clone.
fn default_folder() -> Result<PathBuf> {
    if let Some(output) = env::var_os("CARGO_TARGET_DIR") {
        return Ok(env::current_dir()?.join(output).join("localnet"));
    }
    let program = env::current_exe()?;
    let output = program.ancestors().nth(2);
    Ok(output
        .context("this program is in no folder")?
        .join("localnet"))
}

/// Hour and minute, UTC, of a time in the recording.
fn time_of_day(at: i64) -> String {
    const DAY: i64 = 24 * HOUR;
    let second = at.rem_euclid(DAY);
    format!("{:02}:{:02}", second / HOUR, second % HOUR / 60)
}

/// Ctrl-C, or what a process manager sends, asks to stop; a second time it is not waited for.
fn stop_at_signal(stop: Arc<AtomicBool>) -> Result<()> {
    use tokio::signal::unix::{signal, SignalKind};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if stop.swap(true, Ordering::Relaxed) {
                    // The validator ends with its input, which closes with this process.
                    std::process::exit(130);
                }
                println!("stopping");
            }
        });
    });
    Ok(())
}
