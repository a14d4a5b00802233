//! Funding without risk: both sides held, and the skew turned around when it accrues.

use super::acts::Scale;
use super::arena::BTC;
use super::ring::free_trading;
use super::{Adversary, Arena, Control, Moves, Space, Trial, WHOLE};

/// The one who plays with funding.
pub struct Funding;

const ACTIONS: &[&str] = &["trade", "trade", "close", "days", "minutes", "settle"];
const SCALE: Scale = Scale {
    lots: 4_000_000,
    liquidity: 0,
    pips: 0,
    secs: 0,
};
const NAME: &str = "the most funding on what they held, USD atoms";

/// Seconds pass and the price is published; returns the most funding on the attackers' lots.
fn hold(arena: &mut Arena, secs: i64) -> i64 {
    let lots: i64 = (0..2)
        .map(|place| arena.lots(&arena.attackers[place], BTC).abs())
        .sum();
    arena.tick(BTC, secs);
    let market = arena.world.market(BTC);
    let notional = Arena::notional(market.price.price_q32, lots.unsigned_abs());
    Arena::share_of(market.params.funding_max_per_day_q32, notional) * secs / 86_400 + 1
}

impl Adversary for Funding {
    fn name(&self) -> &'static str {
        "funding"
    }

    fn controls(&self) -> &'static str {
        "two traders of up to 1,600,000 dollars on either side; when funding accrues and markets settle"
    }

    fn knows(&self) -> &'static str {
        "the skew of the honest (600,000 dollars long); the price stands still"
    }

    fn space(&self) -> Space {
        Space::of_knobs(&[("cash", 50_000, 200_000)]).with_steps(12, ACTIONS)
    }

    fn play(&self, arena: &mut Arena, moves: &Moves) {
        arena.fund_traders(moves["cash"]);
        let mut most = 0;
        for step in &moves.steps {
            let actor = arena.attackers[usize::from(step.other % 2 == 0)].clone();
            match ACTIONS[step.action] {
                "trade" => {
                    let sign = if step.other * 2 > WHOLE { 1 } else { -1 };
                    arena.trade(&actor, BTC, sign * SCALE.lots * step.size / WHOLE);
                }
                "close" => arena.close(&actor, BTC),
                "days" => most += hold(arena, 600 + step.size * 200),
                "minutes" => most += hold(arena, 1 + step.size),
                name => arena.act(name, step, &SCALE),
            }
        }
        // Seconds of trades.
        most += hold(arena, 30);
        arena.tell(NAME, most);
    }

    fn bound(&self, arena: &Arena, trial: &Trial) -> i64 {
        trial.figures.first().map_or(0, |(_, most)| *most) + arena.roundings()
    }

    fn formula(&self) -> &'static str {
        "funding_max_per_day * days * notional held"
    }

    fn why(&self) -> &'static str {
        "Funding accrues at the skew that stood, whoever touches the market and when, and is paid by the \
         crowded side alone. Who holds the other side earns it: that is what it is for. Against it stand \
         fees, spread and the impact of the skew that he turns."
    }

    fn control(&self) -> Option<Control> {
        Some(Control {
            says: "no fees, spread and impact",
            change: free_trading,
            least: 10_000,
        })
    }
}
