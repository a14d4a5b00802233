//! Random trials, then a climb from the best of them. The same seed and number of trials give the same
//! result everywhere.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Adversary, Arena, Moves};

/// What came of one choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// What the attackers took, USD atoms: see the module.
    pub taken: i64,
    /// Rewards for services to others, USD atoms; not in `taken`.
    pub service: i64,
    /// What honest traders, the pool (what accounts without means owe taken off) and insurance have more
    /// than before, what the true price did to them taken off, USD atoms.
    pub honest: i64,
    /// See `honest`.
    pub pool: i64,
    /// See `honest`.
    pub insurance: i64,
    /// Numbers that the adversary told.
    pub figures: Vec<(&'static str, i64)>,
}

/// The best of a search.
#[derive(Clone, Debug)]
pub struct Found {
    /// Trials that were made.
    pub trials: usize,
    /// What scored most.
    pub moves: Moves,
    /// What came of it.
    pub trial: Trial,
    /// Its score.
    pub score: i64,
    /// Its bound.
    pub bound: i64,
    /// The trial that came closest to its own bound or went beyond it: by how much its bound was higher.
    pub least_room: i64,
    /// What was chosen there.
    pub closest: Moves,
}

/// Plays once from the beginning.
///
/// Panics when the changes of everybody's worth do not sum to zero.
pub fn play(adversary: &dyn Adversary, arena: &mut Arena, moves: &Moves) -> Trial {
    arena.reset();
    let before = arena.worth();
    adversary.play(arena, moves);
    // An update of the same second would not be newer.
    arena.world.pass(1);
    arena.publish_all();
    arena.publish_token();
    let after = arena.worth();
    let [tokens, tokens_of_others] = arena.carried();
    let drift = after.total() - before.total() - tokens - tokens_of_others;
    let allowed = before.roundings + after.roundings;
    assert!(
        drift.abs() <= allowed,
        "{}: {drift} atoms came from nowhere: {before:?}, then {after:?}, by {moves}",
        adversary.name()
    );
    let [own, others] = arena.hedged();
    Trial {
        taken: after.attackers - before.attackers - own - tokens - arena.service,
        service: arena.service,
        honest: after.honest - before.honest - others - tokens_of_others,
        pool: (after.pool - after.owed) - (before.pool - before.owed) + own + others,
        insurance: after.insurance - before.insurance,
        figures: arena.take_figures(),
    }
}

/// How many of the best are climbed from: the best alone is often the one that does nothing.
const PARENTS: usize = 6;

/// A third of the trials are drawn at random; then neighbours of the best are tried, and one in eight is
/// drawn anew.
pub fn search(adversary: &dyn Adversary, arena: &mut Arena, trials: usize, seed: u64) -> Found {
    let space = adversary.space();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut best: Vec<Found> = Vec::new();
    let mut closest: Option<(i64, Moves)> = None;
    for trial in 0..trials {
        let climbs = trial * 3 >= trials && rng.random_range(0..8) != 0;
        let moves = match best.len() {
            0 => Moves::draw(&space, &mut rng),
            many if climbs => best[rng.random_range(0..many)].moves.near(&space, &mut rng),
            _ => Moves::draw(&space, &mut rng),
        };
        let result = play(adversary, arena, &moves);
        let (score, bound) = (adversary.score(&result), adversary.bound(arena, &result));
        let room = bound - score;
        if closest.as_ref().is_none_or(|(least, _)| room < *least) {
            closest = Some((room, moves.clone()));
        }
        // Among equals the first stays first.
        let place = best.partition_point(|it| it.score >= score);
        let found = Found {
            trials,
            closest: moves.clone(),
            moves,
            trial: result,
            score,
            bound,
            least_room: room,
        };
        best.insert(place, found);
        best.truncate(PARENTS);
    }
    let (least_room, closest) = closest.expect("at least one trial");
    Found {
        least_room,
        closest,
        ..best.swap_remove(0)
    }
}
