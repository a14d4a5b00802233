//! Which parameters of a market keep bad debt under a bound at the least cost to its traders.
//!
//! Candidates are points of a low-discrepancy sequence in the space of the knobs, each played on the
//! same prices and traders as all others with the program's own policy. Those that nobody beats on both
//! bad debt and cost are the front; the recommended one is the cheapest whose bad debt is under the
//! bound, with each knob set back to what is described wherever that makes it no worse.

use crate::measure::Measures;
use crate::path::Paths;
use crate::policy::JustEnough;
use crate::runner::Plan;
use crate::trader::Cast;
use crate::world::{play, Stage};
use anyhow::{ensure, Context, Result};
use rayon::prelude::*;
use serde::Serialize;
use toml_edit::{DocumentMut, Item};
use whittle_migrations::describe::Description;
use whittle_risk::Ratio;

/// Something that is searched over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Knob {
    /// Maintenance rates of all tiers, times this. Initial rates stay, so that the same traders come with
    /// the same leverage.
    Maintenance,
    /// Call buffer.
    CallBuffer,
    /// Target buffer.
    TargetBuffer,
    /// The keeper's greatest bonus; the floor keeps its share of it.
    Bonus,
    /// Capacity and refill of the breaker, times this.
    Breaker,
}

/// All knobs.
pub const KNOBS: [Knob; 5] = [
    Knob::Maintenance,
    Knob::CallBuffer,
    Knob::TargetBuffer,
    Knob::Bonus,
    Knob::Breaker,
];

/// A setting of every knob, in their order.
pub type Setting = [f64; KNOBS.len()];

impl Knob {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance rates",
            Self::CallBuffer => "call buffer",
            Self::TargetBuffer => "target buffer",
            Self::Bonus => "greatest bonus",
            Self::Breaker => "breaker",
        }
    }

    /// Between these it is searched: factors on what is described, or shares. The program's own bounds
    /// may leave less.
    const fn range(self) -> [f64; 2] {
        match self {
            Self::Maintenance => [0.7, 1.9],
            Self::CallBuffer => [0.05, 1.0],
            Self::TargetBuffer => [0.02, 1.0],
            Self::Bonus => [0.0005, 0.01],
            Self::Breaker => [0.05, 4.0],
        }
    }

    /// As it is described for a market.
    fn described(self, description: &Description) -> f64 {
        let params = &description.exchange.params;
        match self {
            Self::Maintenance | Self::Breaker => 1.0,
            Self::CallBuffer => real(params.call_buffer_q32),
            Self::TargetBuffer => real(params.target_buffer_q32),
            Self::Bonus => real(params.bonus_max_q32),
        }
    }

    /// The value in words.
    pub fn told(self, value: f64) -> String {
        match self {
            Self::Maintenance | Self::Breaker => format!("x {}", rounded(value, 100.0)),
            Self::CallBuffer | Self::TargetBuffer | Self::Bonus => {
                format!("{} %", rounded(value * 100.0, 100.0))
            }
        }
    }
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

fn real(q32: u64) -> f64 {
    q32 as f64 / Ratio::ONE.0 as f64
}

fn q32(share: f64) -> u64 {
    (share * Ratio::ONE.0 as f64).round() as u64
}

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

/// The described exchange with a setting.
pub fn with_setting(described: &Description, market: usize, setting: &Setting) -> Description {
    let mut changed = described.clone();
    let [maintenance, call, target, bonus, breaker] = *setting;
    let params = &mut changed.exchange.params;
    params.call_buffer_q32 = q32(call);
    params.target_buffer_q32 = q32(target);
    let floor_share = real(params.bonus_floor_q32) / real(params.bonus_max_q32).max(1e-9);
    params.bonus_max_q32 = q32(bonus);
    let floor = q32(bonus * floor_share);
    let most_floor = changed
        .markets
        .iter()
        .map(|it| it.args.params.open_fee_q32)
        .min();
    changed.exchange.params.bonus_floor_q32 = floor.min(most_floor.unwrap_or(floor));
    if let Some(market) = changed.markets.get_mut(market) {
        for tier in &mut market.args.tiers {
            tier.maintenance_q32 = q32(real(tier.maintenance_q32) * maintenance);
        }
        let limits = &mut market.args.params.breaker;
        let scaled = |atoms: i64| (atoms as f64 * breaker / 1e6).round() as i64 * 1_000_000;
        limits.capacity_usd_atoms = scaled(limits.capacity_usd_atoms);
        limits.refill_per_hour_usd_atoms = scaled(limits.refill_per_hour_usd_atoms);
    }
    changed
}

/// Coordinate `base` of point `number` of the Halton sequence (J. Halton 1960, "On the efficiency of
/// certain quasi-random sequences of points", Numerische Mathematik 2): the digits of the number in that
/// base, mirrored at the point.
fn halton(mut number: u32, base: u32) -> f64 {
    let (mut value, mut part) = (0.0, 1.0 / f64::from(base));
    while number > 0 {
        value += part * f64::from(number % base);
        number /= base;
        part /= f64::from(base);
    }
    value
}

/// Points of the search, in steps of the logarithm, so that small values are looked at as closely as
/// large ones.
fn point(number: u32) -> Setting {
    const BASES: [u32; KNOBS.len()] = [2, 3, 5, 7, 11];
    let mut setting = [0.0; KNOBS.len()];
    for ((value, knob), base) in setting.iter_mut().zip(KNOBS).zip(BASES) {
        let [least, most] = knob.range();
        let at = halton(number, base);
        *value = least * libm::exp(at * libm::log(most / least));
        // As it will be written.
        *value = match knob {
            Knob::Maintenance | Knob::Breaker => rounded(*value, 100.0),
            _ => rounded(*value, 10_000.0),
        };
    }
    setting
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

/// The described exchange's text with a setting, comments and all else as they are.
///
/// Errors: a text that is not the described exchange's.
pub fn written(
    text: &str,
    described: &Description,
    market: usize,
    setting: &Setting,
) -> Result<String> {
    let changed = with_setting(described, market, setting);
    let mut document: DocumentMut = text.parse().context("the described exchange")?;
    let percent = |q32: u64| format!("{} %", rounded(real(q32) * 100.0, 1e6));
    let dollars = |atoms: i64| grouped(atoms / 1_000_000);
    let params = &changed.exchange.params;
    let exchange = &mut document["exchange"];
    set(exchange, "call_buffer", percent(params.call_buffer_q32));
    set(exchange, "target_buffer", percent(params.target_buffer_q32));
    set(exchange, "bonus_max", percent(params.bonus_max_q32));
    set(exchange, "bonus_floor", percent(params.bonus_floor_q32));
    let markets = document["markets"]
        .as_array_of_tables_mut()
        .context("no markets")?;
    for (number, (table, described)) in markets.iter_mut().zip(&changed.markets).enumerate() {
        if number == market {
            let breaker = &mut table["breaker"];
            let limits = &described.args.params.breaker;
            set(breaker, "capacity_usd", dollars(limits.capacity_usd_atoms));
            set(
                breaker,
                "refill_per_hour_usd",
                dollars(limits.refill_per_hour_usd_atoms),
            );
        }
        let tiers = table["tiers"]
            .as_array_of_tables_mut()
            .context("no tiers")?;
        for (tier, rates) in tiers.iter_mut().zip(&described.args.tiers) {
            tier["maintenance"] = kept(&tier["maintenance"], percent(rates.maintenance_q32));
            // Rounded up, so that it stays over the bound.
            let initial = (real(rates.initial_q32) * 1e8).ceil() / 1e6;
            tier["initial"] = kept(&tier["initial"], format!("{initial} %"));
        }
    }
    Ok(document.to_string())
}

fn set(table: &mut Item, name: &str, value: String) {
    table[name] = kept(&table[name], value);
}

/// A value with the spaces and comments of the one that it replaces.
fn kept(old: &Item, value: String) -> Item {
    let mut new = toml_edit::Value::from(value);
    if let Some(old) = old.as_value() {
        *new.decor_mut() = old.decor().clone();
    }
    Item::Value(new)
}

/// 2000000 as 2_000_000.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../migrations/examples/exchange.toml");

    fn example() -> Description {
        Description::parse(EXAMPLE).expect("the example is right")
    }

    #[test]
    fn the_described_setting_changes_nothing() {
        let described = example();
        let setting = KNOBS.map(|knob| knob.described(&described));
        let text = written(EXAMPLE, &described, 0, &setting).expect("it is the example");
        let again = Description::parse(&text).expect("what was written is right");
        assert_eq!(again.exchange.params, described.exchange.params);
        for (again, before) in again.markets.iter().zip(&described.markets) {
            assert_eq!(again.args.params, before.args.params);
            assert_eq!(again.args.tiers, before.args.tiers);
        }
    }

    #[test]
    fn what_is_written_is_the_setting_that_was_played_and_keeps_its_comments() {
        let described = example();
        let setting = [1.17, 0.4123, 0.2217, 0.0031, 0.55];
        let text = written(EXAMPLE, &described, 1, &setting).expect("it is the example");
        let again = Description::parse(&text).expect("what was written is right");
        let played = with_setting(&described, 1, &setting);
        let near = |a: u64, b: u64| a.abs_diff(b) <= 50;
        let (a, b) = (&again.exchange.params, &played.exchange.params);
        assert!(near(a.call_buffer_q32, b.call_buffer_q32));
        assert!(near(a.target_buffer_q32, b.target_buffer_q32));
        assert!(near(a.bonus_max_q32, b.bonus_max_q32));
        assert!(near(a.bonus_floor_q32, b.bonus_floor_q32));
        for (a, b) in again.markets.iter().zip(&played.markets) {
            assert_eq!(a.args.params.breaker, b.args.params.breaker);
            for (a, b) in a.args.tiers.iter().zip(&b.args.tiers) {
                assert!(near(a.maintenance_q32, b.maintenance_q32));
                assert!(near(a.initial_q32, b.initial_q32));
            }
        }
        assert!(
            text.contains("# ... a liquidation under M, and it restores M (1 + target_buffer).")
        );
    }

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

    /// Digits of 6 are 110 in base 2 and 20 in base 3.
    #[test]
    fn points_are_the_digits_mirrored() {
        assert_eq!(halton(6, 2), 0.375);
        assert!((halton(6, 3) - 2.0 / 9.0).abs() < 1e-15);
    }
}
