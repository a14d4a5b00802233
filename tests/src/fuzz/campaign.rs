//! Many cases, on several threads, for some time or of some seeds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::case::{Case, Fault};
use super::stage::{Stage, SETTINGS};
use super::tally::Tally;
use super::{case_of_seed, shrink};

/// Faults of one kind are the same fault until it is mended.
const SHRINK_SECS: u64 = 90;

/// What to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The first seed; each case takes the next one.
    pub seed: u64,
    /// No case begins after so long.
    pub time: Option<Duration>,
    /// No more cases than this.
    pub cases: Option<u64>,
    /// Actions of a case.
    pub actions: usize,
    /// Threads.
    pub workers: usize,
    /// Where cases with a fault go; they are not shrunk without.
    pub keep: Option<PathBuf>,
}

/// A kind of fault.
#[derive(Clone, Debug)]
pub struct Found {
    /// The first case that showed it, shrunk.
    pub case: Case,
    /// The fault.
    pub fault: Fault,
    /// The seed of that case.
    pub seed: u64,
    /// Cases that showed it.
    pub times: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Report {
    /// What was reached.
    pub tally: Tally,
    /// By kind.
    pub faults: BTreeMap<String, Found>,
    /// How long it took.
    pub took: Duration,
}

/// Runs a plan.
pub fn run(plan: &Plan) -> Report {
    let began = Instant::now();
    let next = AtomicU64::new(0);
    let report = Mutex::new(Report::default());
    thread::scope(|scope| {
        for _ in 0..plan.workers {
            scope.spawn(|| work(plan, began, &next, &report));
        }
    });
    let mut report = report.into_inner().expect("workers that ended");
    report.took = began.elapsed();
    report
}

fn work(plan: &Plan, began: Instant, next: &AtomicU64, report: &Mutex<Report>) {
    let mut stages: BTreeMap<u8, Stage> = BTreeMap::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let late = plan.time.is_some_and(|time| began.elapsed() >= time);
        if late || plan.cases.is_some_and(|most| number >= most) {
            return;
        }
        let seed = plan.seed.wrapping_add(number);
        let case = case_of_seed(seed, plan.actions);
        let setting = case.setting % SETTINGS;
        let stage = stages
            .entry(setting)
            .and_modify(Stage::reset)
            .or_insert_with(|| Stage::new(setting));
        let outcome = case.run(stage);
        let mut tally = stage.take_tally();
        tally.cases += 1;
        report.lock().expect("a report").tally.add(tally);
        if let Err(fault) = outcome {
            // What it left is not to be trusted.
            stages.remove(&setting);
            found(plan, report, seed, case, fault);
        }
    }
}

fn found(plan: &Plan, report: &Mutex<Report>, seed: u64, case: Case, fault: Fault) {
    let kind = fault.kind();
    {
        let mut report = report.lock().expect("a report");
        if let Some(known) = report.faults.get_mut(&kind) {
            known.times += 1;
            return;
        }
        let found = Found {
            case: case.clone(),
            fault: fault.clone(),
            seed,
            times: 1,
        };
        report.faults.insert(kind.clone(), found);
    }
    eprintln!("seed {seed}, action {}: {}", fault.step, fault.what);
    let Some(folder) = &plan.keep else {
        return;
    };
    let (mut small, fault) = shrink::shrink(&case, &fault, Duration::from_secs(SHRINK_SECS));
    small.about = fault.what.lines().next().unwrap_or_default().to_owned();
    let path = folder.join(format!("seed-{seed}.json"));
    match small.write(&path) {
        Ok(()) => eprintln!("{} actions in {}", small.actions.len(), path.display()),
        Err(error) => eprintln!("{error:#}"),
    }
    let mut report = report.lock().expect("a report");
    if let Some(known) = report.faults.get_mut(&kind) {
        known.case = small;
        known.fault = fault;
    }
}
