//! Which parameters of a market keep bad debt under a bound at the least cost to its traders.
//!
//! Candidates are points of a low-discrepancy sequence in the space of the knobs, each played on the
//! same prices and traders as all others with the program's own policy. Those that nobody beats on both
//! bad debt and cost are the front; the recommended one is the cheapest whose bad debt is under the
//! bound, with each knob set back to what is described wherever that makes it no worse.

mod knob;
mod written;

pub use knob::{with_setting, Knob, Setting, KNOBS};
pub use written::written;

use crate::measure::Measures;
use crate::path::Paths;
use crate::policy::JustEnough;
use crate::runner::Plan;
use crate::trader::Cast;
use crate::world::{play, Stage};
use anyhow::{ensure, Context, Result};
use knob::{point, real};
use rayon::prelude::*;
use serde::Serialize;
use whittle_migrations::describe::Description;

/// What is asked of the search.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// The market, by number.
    pub market: usize,
    /// Most bad debt, as a share of the margin that traders deposited.
    pub bad_debt: f64,
    /// Candidates beside the described setting.
    pub candidates: u32,
}

/// A candidate that was played.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// Its knobs.
    pub setting: Setting,
    /// Bad debt as a share of the margin deposited, over all seeds.
    pub bad_debt: f64,
    /// What liquidations cost traders beyond the market's move, as a share of the margin deposited.
    pub cost: f64,
    /// Lives that were refused, as a share of those that came.
    pub refused: f64,
    /// Liquidated lives that still held something when they meant to leave, as a share.
    pub survived: f64,
    /// What is in the measures, summed over seeds.
    pub measures: Vec<Measures>,
}

/// What setting a knob back would do.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// The knob.
    pub knob: Knob,
    /// As described.
    pub described: f64,
    /// As recommended.
    pub recommended: f64,
    /// The recommended setting with this knob as described: what it would come to.
    pub set_back: Option<Candidate>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// What is described today.
    pub described: Candidate,
    /// Everything that was tried, the described setting first.
    pub tried: Vec<Candidate>,
    /// Places in `tried` of those that nobody beats, by bad debt.
    pub front: Vec<usize>,
    /// The recommended setting; `None` when no candidate is under the bound.
    pub recommended: Option<Candidate>,
    /// Why each knob stands where it does.
    pub reasons: Vec<Reason>,
    /// Candidates that the program would refuse.
    pub refused: u32,
}

/// Initial over maintenance rate where it is least.
fn room(described: &Description, market: usize) -> f64 {
    let tiers = described
        .markets
        .get(market)
        .map(|it| it.args.tiers.as_slice());
    let tiers = tiers.unwrap_or_default().iter();
    let rooms = tiers.map(|tier| real(tier.initial_q32) / real(tier.maintenance_q32).max(1e-9));
    rooms.fold(f64::INFINITY, f64::min)
}

struct Played {
    paths: Paths,
    cast: Cast,
    seed: u64,
}

/// Searches. `progress` is told of every run that ended.
///
/// Errors: prices or a described exchange that do not fit, a market that is not there, faults of the
/// simulator.
pub fn search(plan: &Plan, task: &Task, progress: &(dyn Fn(u64) + Sync)) -> Result<Found> {
    ensure!(
        task.market < plan.roles.markets.len(),
        "there are prices of {} markets, and market {} is asked for",
        plan.roles.markets.len(),
        task.market
    );
    let mut stages = Vec::new();
    for &seed in &plan.seeds {
        let paths = plan.paths(seed)?;
        let cast = plan.cast(&paths, seed);
        stages.push(Played { paths, cast, seed });
    }
    let described: Setting = KNOBS.map(|knob| knob.described(plan.described));
    let mut settings = vec![described];
    // The target lies under the call level: points that are the other way round are mirrored.
    let room = room(plan.described, task.market);
    settings.extend((1..=task.candidates).map(|number| {
        let mut setting = point(number);
        if setting[2] > setting[1] {
            setting.swap(1, 2);
        }
        // C is at most I: rates that leave less room have a lower call level, and a target under it.
        let most = ((room / setting[0] - 1.0) * 1e4).floor() / 1e4;
        setting[1] = setting[1].min(most);
        setting[2] = setting[2].min(setting[1]);
        setting
    }));
    let played = settings.par_iter().map(|setting| {
        let candidate = try_out(plan, task, &stages, setting);
        progress(1);
        candidate
    });
    let played: Result<Vec<Option<Candidate>>> = played.collect();
    let played = played?;
    let asked = played.len();
    let tried: Vec<Candidate> = played.into_iter().flatten().collect();
    let first = tried.first().filter(|it| it.setting == described);
    let first = first
        .context("the described exchange is refused by the program")?
        .clone();
    let mut found = Found {
        front: front(&tried),
        described: first,
        refused: u32::try_from(asked - tried.len())?,
        tried,
        recommended: None,
        reasons: Vec::new(),
    };
    recommend(plan, task, &stages, &mut found)?;
    Ok(found)
}

/// Plays a setting on all seeds; `None` when the program would refuse it.
fn try_out(
    plan: &Plan,
    task: &Task,
    stages: &[Played],
    setting: &Setting,
) -> Result<Option<Candidate>> {
    let changed = with_setting(plan.described, task.market, setting);
    if changed.check().is_err() {
        return Ok(None);
    }
    let mut measures = Vec::with_capacity(stages.len());
    for played in stages {
        let stage = Stage {
            described: &changed,
            paths: &played.paths,
            roles: &plan.roles,
            cast: &played.cast,
            terms: &plan.terms,
            seed: played.seed,
            details: false,
            record: 0,
        };
        let (run, _) = play(stage, &JustEnough, false, &|_| ())?;
        measures.push(run.measures);
    }
    let sum = |figure: fn(&Measures) -> i64| measures.iter().map(figure).sum::<i64>() as f64;
    let deposited = sum(|it| it.deposited).max(1.0);
    let lives = sum(|it| it.lives as i64);
    let refused = sum(|it| it.refused as i64);
    Ok(Some(Candidate {
        setting: *setting,
        bad_debt: sum(|it| it.bad_debt) / deposited,
        cost: sum(|it| it.cost) / deposited,
        refused: refused / (lives + refused).max(1.0),
        survived: sum(|it| it.survived as i64) / sum(|it| it.liquidated as i64).max(1.0),
        measures,
    }))
}

/// Those that nobody beats on both, by bad debt.
fn front(tried: &[Candidate]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..tried.len()).collect();
    places.sort_by(|a, b| {
        let (a, b) = (&tried[*a], &tried[*b]);
        a.bad_debt
            .total_cmp(&b.bad_debt)
            .then(a.cost.total_cmp(&b.cost))
    });
    let mut cheapest = f64::INFINITY;
    places.retain(|place| {
        let is_better = tried[*place].cost < cheapest;
        cheapest = cheapest.min(tried[*place].cost);
        is_better
    });
    places
}

fn recommend(plan: &Plan, task: &Task, stages: &[Played], found: &mut Found) -> Result<()> {
    let under = found.tried.iter().filter(|it| it.bad_debt <= task.bad_debt);
    let Some(mut best) = under.min_by(|a, b| a.cost.total_cmp(&b.cost)).cloned() else {
        return Ok(());
    };
    let described = found.described.setting;
    for (place, _) in KNOBS.iter().enumerate() {
        if best.setting[place] == described[place] {
            continue;
        }
        let mut setting = best.setting;
        setting[place] = described[place];
        let back = try_out(plan, task, stages, &setting)?;
        if let Some(back) = back.filter(|it| it.bad_debt <= task.bad_debt && it.cost <= best.cost) {
            best = back;
        }
    }
    for (place, knob) in KNOBS.into_iter().enumerate() {
        let mut setting = best.setting;
        setting[place] = described[place];
        let set_back = if setting == best.setting {
            None
        } else {
            try_out(plan, task, stages, &setting)?
        };
        found.reasons.push(Reason {
            knob,
            described: described[place],
            recommended: best.setting[place],
            set_back,
        });
    }
    if !found.tried.iter().any(|it| it.setting == best.setting) {
        found.tried.push(best.clone());
        found.front = front(&found.tried);
    }
    found.recommended = Some(best);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_on_the_front_is_beaten_on_both() {
        let candidate = |bad_debt: f64, cost: f64| Candidate {
            setting: [1.0; KNOBS.len()],
            bad_debt,
            cost,
            refused: 0.0,
            survived: 0.0,
            measures: Vec::new(),
        };
        let tried = [
            candidate(3.0, 1.0),
            candidate(1.0, 3.0),
            candidate(2.0, 2.0),
            candidate(2.0, 2.5),
            candidate(4.0, 1.5),
        ];
        assert_eq!(front(&tried), [1, 2, 0]);
    }
}
