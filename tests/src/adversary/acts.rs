//! What several adversaries can do, one step at a time. The attackers are two traders, a keeper and a
//! liquidity provider.

use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::recovery::RecoveryPlan;
use whittle_client::address;

use super::arena::BTC;
use super::{Arena, Step, WHOLE};
use crate::actor::Actor;
use crate::spec::USDC;

/// Lots that an honest trader orders at most.
const HONEST_LOTS: i64 = 500_000;

/// How large steps are.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Lots of a trade at most; a lot is 0.4 dollars.
    pub lots: i64,
    /// Dollars of a deposit into the pool at most.
    pub liquidity: u64,
    /// Hundredths of a basis point that the true price moves by at most.
    pub pips: i64,
    /// Seconds of a wait at most.
    pub secs: i64,
}

/// A trader of the attackers, by a step's second choice: one half for each, long and short by turns.
fn trader(arena: &Arena, step: &Step) -> (Actor, i64) {
    let quarter = (step.other * 4 / (WHOLE + 1)).clamp(0, 3);
    let place = usize::from(quarter >= 2);
    let sign = if quarter % 2 == 0 { 1 } else { -1 };
    (arena.attackers[place].clone(), sign)
}

/// From minus `most` to `most`, by a size.
pub fn signed(size: i64, most: i64) -> i64 {
    most * (2 * size - WHOLE) / WHOLE
}

impl Arena {
    /// Cash for the two traders.
    pub fn fund_traders(&mut self, dollars: i64) {
        for place in 0..2 {
            let actor = self.attackers[place].clone();
            self.deposit(&actor, dollars);
        }
    }

    /// The attackers' liquidity provider comes in at the beginning, the whole way.
    pub fn provide(&mut self, dollars: u64) {
        let provider = self.attackers[3].clone();
        if dollars > 0 {
            let sent = provider.request_deposit(&mut self.world, dollars * USDC, 0);
            if self.note(sent) {
                self.world.pass(2);
                self.publish_all();
                self.fill_request();
            }
        }
    }

    /// Does a step by its name.
    pub fn act(&mut self, name: &str, step: &Step, scale: &Scale) {
        match name {
            "ask in" | "ask out" | "fill request" | "leave ahead" => {
                self.act_as_provider(name, step, scale);
            }
            "honest order" | "honest fill" => self.let_honest_act(name, step),
            "signal" => {
                self.world.pass(1);
                self.move_by(BTC, signed(step.size, scale.pips));
                self.show_truth(BTC);
            }
            "move" => self.move_by(BTC, signed(step.size, scale.pips)),
            "cache" => {
                let sent = self.world.update(&[BTC]);
                self.note(sent);
            }
            "wait" => self.world.pass(1 + scale.secs * step.size / WHOLE),
            "settle" => {
                let sent = self.world.settle_markets(&[BTC]);
                self.note(sent);
            }
            "keep" => self.keep(),
            _ => self.act_as_trader(name, step, scale),
        }
    }

    fn act_as_trader(&mut self, name: &str, step: &Step, scale: &Scale) {
        let own_keeper = self.attackers[2].clone();
        let (actor, sign) = trader(self, step);
        let lots = sign * scale.lots * step.size / WHOLE;
        let held = self.lots(&actor, BTC);
        match name {
            "order" => {
                self.place(&actor, BTC, lots);
            }
            "order now" if self.place(&actor, BTC, lots) => self.fill_all(&own_keeper, &actor),
            "reduce" => {
                self.place_reduction(&actor, BTC, -held);
            }
            "close now" if self.place_reduction(&actor, BTC, -held) => {
                self.fill_all(&own_keeper, &actor);
            }
            "order now" | "close now" => {}
            "fill" => {
                for place in 0..2 {
                    let actor = self.attackers[place].clone();
                    self.fill_all(&own_keeper, &actor);
                }
            }
            "dodge" => self.dodge(&actor, step, scale),
            "recover" => self.recover(&actor, &own_keeper),
            "strike victim" => {
                let victim = self.victims[usize::from(sign < 0)].clone();
                self.liquidate(&own_keeper, &victim);
            }
            "strike own" => {
                self.liquidate(&own_keeper, &actor);
            }
            _ => unreachable!("an action of this list"),
        }
    }

    fn act_as_provider(&mut self, name: &str, step: &Step, scale: &Scale) {
        let provider = self.attackers[3].clone();
        let size = step.size.unsigned_abs();
        match name {
            "ask in" => {
                let dollars = scale.liquidity * size / WHOLE.unsigned_abs();
                let sent = provider.request_deposit(&mut self.world, dollars * USDC, 0);
                self.note(sent);
            }
            "ask out" => {
                let held = self.world.tokens_of(&provider, &address::share_mint());
                let part = u128::from(held) * u128::from(size) / u128::from(WHOLE.unsigned_abs());
                let shares = u64::try_from(part).expect("a part");
                let sent = provider.request_withdrawal(&mut self.world, shares, 0);
                self.note(sent);
            }
            "leave ahead" => self.leave_ahead(step, scale),
            _ => self.fill_request(),
        }
    }

    fn let_honest_act(&mut self, name: &str, step: &Step) {
        let (_, sign) = trader(self, step);
        if name == "honest order" {
            let honest = self.honest[usize::from(sign < 0)].clone();
            let lots = sign * HONEST_LOTS * step.size / WHOLE;
            self.place(&honest, BTC, lots);
            return;
        }
        let filler = Actor::named("filler");
        for place in 0..2 {
            let honest = self.honest[place].clone();
            self.fill_all(&filler, &honest);
        }
    }

    /// Fills the provider's request, and remembers what a cached price that is not the true one moved.
    pub fn fill_request(&mut self) {
        let provider = self.attackers[3].clone();
        let Some(request) = self.request_of(&provider) else {
            return;
        };
        let supply = self.share_supply();
        let sent = provider.fill_request(&mut self.world, &provider);
        if self.note(sent) {
            let shares = if request.kind == REQUEST_DEPOSIT {
                self.share_supply() - supply
            } else {
                request.amount_atoms
            };
            self.count_stale_liquidity(shares, supply);
        }
    }

    /// Signed updates that nobody caches, each a second after the other; the price moves by `pips` in all.
    fn run_away(&mut self, pips: i64) {
        for _ in 0..4 {
            self.world.pass(1);
            self.move_by(BTC, pips / 4);
            self.show_truth(BTC);
        }
    }

    /// The price comes to where an account may execute its plan, runs on against it, and the plan is
    /// executed at the price before.
    fn dodge(&mut self, actor: &Actor, step: &Step, scale: &Scale) {
        for _ in 0..16 {
            let Some(pips) = self.pips_to_ratio(actor, BTC, 1_100) else {
                return;
            };
            self.world.pass(1);
            self.move_by(BTC, pips.clamp(-scale.pips, scale.pips));
            self.publish(BTC);
            if pips.abs() <= scale.pips {
                break;
            }
        }
        let against = -self.lots(actor, BTC).signum();
        self.run_away(against * 4 * scale.pips * step.size / WHOLE);
        let keeper = self.attackers[2].clone();
        self.recover(actor, &keeper);
    }

    /// The provider asks out, the price runs against the pool, and the request is filled at the one before.
    fn leave_ahead(&mut self, step: &Step, scale: &Scale) {
        self.act("ask out", step, scale);
        self.world.pass(2);
        self.publish(BTC);
        let skew = self.world.market(BTC).skew().map_or(0, |skew| skew.0);
        self.run_away(skew.signum() * 4 * scale.pips * step.other / WHOLE);
        self.fill_request();
    }

    /// Plans the recovery of an account and executes the plan.
    pub fn recover(&mut self, actor: &Actor, keeper: &Actor) {
        let one = 1u64 << 32;
        let plan = RecoveryPlan {
            trigger_q32: one + one / 5,
            target_q32: 4 * one,
            fee_max_q32: 0,
        };
        let sent = actor.plan_recovery(&mut self.world, plan);
        self.note(sent);
        let sent = keeper.recover_for(&mut self.world, actor, 0);
        self.note(sent);
    }
}
