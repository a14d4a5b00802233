//! A guardian who pauses what he can.

use super::{Adversary, Arena, Control, Moves, Space, Trial, Unit};
use whittle::state::governance::{PAUSE_LIQUIDATIONS, PAUSE_NEW_RISK, PAUSE_WITHDRAWALS};
use whittle::state::Exchange;
use whittle_client::address;

/// A compromised guardian.
pub struct Guardian;
const PAUSES: &[&str] = &["new risk", "withdrawals", "liquidations"];
const WEEK: i64 = 7 * 86_400;
const PAUSED: &str = "seconds in which withdrawals were paused";

impl Adversary for Guardian {
    fn name(&self) -> &'static str {
        "guardian"
    }

    fn controls(&self) -> &'static str {
        "the guardian's key for a week"
    }

    fn knows(&self) -> &'static str {
        "everything"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[]).with_steps(30, PAUSES)
    }

    fn unit(&self) -> Unit {
        Unit::Seconds
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        let guardian = arena.world.guardian();
        let end = arena.world.now() + WEEK;
        let most = arena.rules().governance.pause_max_secs;
        let mut paused = 0;
        for step in &moves.steps {
            let secs = 1 + u32::try_from(step.size).expect("small") * (most - 1) / 1_000;
            let kind = match PAUSES[step.action] {
                "new risk" => PAUSE_NEW_RISK,
                "withdrawals" => PAUSE_WITHDRAWALS,
                _ => PAUSE_LIQUIDATIONS,
            };
            let sent = guardian.pause(&mut arena.world, kind, secs);
            arena.note(sent);
            let left = (end - arena.world.now()).max(0);
            paused += pass(arena, (step.other * 60 + 60).min(left));
        }
        let left = (end - arena.world.now()).max(0);
        paused += pass(arena, left);
        arena.tell(PAUSED, paused);
    }

    fn score(&self, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, value)| *value)
    }

    fn bound(&self, arena: &Arena, _: &Trial) -> i64 {
        let terms = arena.rules().governance;
        let (most, cooldown) = (terms.pause_max_secs, terms.pause_cooldown_secs);
        let (most, cooldown) = (i64::from(most), i64::from(cooldown));
        let turn = most + cooldown;
        WEEK / turn * most + (WEEK % turn).min(most)
    }

    fn formula(&self) -> &'static str {
        "pause_max of each pause_max + pause_cooldown, and one more: of a week 36 hours"
    }

    fn why(&self) -> &'static str {
        "A pause ends by itself and the next one of its kind waits for pause_cooldown, which is at least \
         pause_max. Pauses that include each other wait for each other, so the most of any parameters is \
         half of the time and half of a pause (INV-PAUSE). Nothing is taken: deposits into accounts, \
         reductions and liquidations in emergency go on."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "no cooldown",
            change: |world| {
                world.forge::<Exchange>(address::exchange(), |exchange| {
                    exchange.params.governance.pause_cooldown_secs = 0;
                });
            },
            least: 135_000,
        })
    }
}

/// Time passes; tells how much of it withdrawals were paused.
fn pass(arena: &mut Arena, secs: i64) -> i64 {
    let exchange = *arena.world.mirror().exchange().expect("an exchange");
    let from = arena.world.now();
    let to = from + secs;
    // What runs now ends by itself, and nothing begins meanwhile.
    let kinds = [PAUSE_WITHDRAWALS, PAUSE_LIQUIDATIONS];
    let until = kinds.map(|kind| exchange.pauses[usize::from(kind)].until);
    let until = until.into_iter().max().unwrap_or(from);
    arena.world.pass(secs);
    (until.min(to) - from).max(0)
}
