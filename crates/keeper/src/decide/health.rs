//! Accounts near their call level and under it: liquidations, recovery plans, margin calls.

use super::{unpaid, View};
use crate::action::{Action, What};
use crate::book::Id;
use crate::judge::Standing;
use crate::queue::expected_loss;
use anchor_lang::prelude::Pubkey;
use rayon::prelude::*;
use whittle::error::{Outcome, WhittleError};
use whittle::state::MarginAccount;
use whittle_client::Mirror;
use whittle_risk::health::State;
use whittle_risk::liquidation::{Episode, Kind, Plan};
use whittle_risk::{Ratio, Usd};

/// Fewer accounts than this are planned for on one thread.
const PARALLEL: usize = 256;

pub(super) fn actions(view: &View) -> Vec<Action> {
    let near: Vec<(Id, Standing)> = view
        .book
        .near()
        .filter_map(|(id, near)| Some((id, near.standing.ok()?)))
        .collect();
    let one = |(id, standing): &(Id, Standing)| {
        let address = view.book.address(*id)?;
        let account = view.book.account(*id)?;
        let case = Case {
            view,
            address,
            account: &account,
            standing,
        };
        case.action()
    };
    if near.len() < PARALLEL {
        near.iter().filter_map(one).collect()
    } else {
        near.par_iter().filter_map(one).collect()
    }
}

struct Case<'a> {
    view: &'a View<'a>,
    address: Pubkey,
    account: &'a MarginAccount,
    standing: &'a Standing,
}

impl Case<'_> {
    fn action(&self) -> Option<Action> {
        match self.standing.state {
            State::Healthy => self.healthy(),
            State::MarginCall => self.recover().or_else(|| self.call()),
            State::Liquidatable | State::Emergency | State::Insolvent => self.liquidate(),
            State::Bankrupt => None,
        }
    }

    fn mirror(&self) -> &Mirror {
        &self.view.book.mirror
    }

    /// Takes back what was said about an account that is healthy again.
    fn healthy(&self) -> Option<Action> {
        if !self.view.config.public_duties {
            return None;
        }
        if self.account.margin_called_at != 0 {
            return Some(self.plain(What::IssueMarginCall {
                account: self.address,
            }));
        }
        self.unflag()
    }

    /// A flagged account that has reached its target is unflagged by an attempt to liquidate it.
    fn unflag(&self) -> Option<Action> {
        let plan = self.plan(self.account).ok()?;
        (plan.kind == Kind::Recovered && self.view.config.public_duties).then(|| {
            self.plain(What::Liquidate {
                account: self.address,
                min_bonus: 0,
                closes: Some(Vec::new()),
            })
        })
    }

    fn plan(&self, account: &MarginAccount) -> Outcome<Plan> {
        self.mirror().plan(account, self.view.now, Usd::ZERO)
    }

    fn liquidate(&self) -> Option<Action> {
        match self.plan(self.account) {
            Ok(plan) if plan.kind == Kind::Recovered => self.unflag(),
            Ok(plan) => self.close(&plan),
            Err(WhittleError::NotFlagged) => self.flag(),
            // Not confirmed, protected, paused, without a fresh price: time or a price will tell,
            // and both bring the account here again.
            Err(_) => None,
        }
    }

    fn close(&self, plan: &Plan) -> Option<Action> {
        let closes = Mirror::closed_markets(self.account, plan);
        if closes.is_empty()
            || !closes.iter().all(|it| self.view.config.allows(*it))
            || !self.view.wants(plan.bonus)
        {
            return None;
        }
        let min_bonus = self.view.least_of(plan.bonus);
        // A deficit is booked where the account lost most, which need not be where it closes.
        let closes = (plan.after.equity.0 >= 0).then_some(closes);
        Some(self.urgent(
            What::Liquidate {
                account: self.address,
                min_bonus,
                closes,
            },
            plan.bonus,
        ))
    }

    /// The first sighting pays nothing; it is done when the liquidation after it would, at the lowest
    /// bonus there is.
    fn flag(&self) -> Option<Action> {
        self.mirror().flag(self.account, self.view.now).ok()?;
        if !self.view.allows_all(self.account) {
            return None;
        }
        let mut flagged = *self.account;
        flagged.set_episode(Episode {
            flagged_at: self.view.now,
            touched_at: self.view.now,
            publish_time: 0,
            lowest_ratio: Ratio::MAX,
        });
        // While breakers protect every leg there is no plan; the flag starts the clock all the same.
        let bonus = self.plan(&flagged).map_or(Usd::ZERO, |plan| plan.bonus);
        self.view.wants(bonus).then(|| {
            self.urgent(
                What::Flag {
                    account: self.address,
                },
                bonus,
            )
        })
    }

    fn recover(&self) -> Option<Action> {
        let now = self.view.now;
        let plan = self.mirror().recover(self.account, now, Usd::ZERO).ok()?;
        let closes = Mirror::closed_markets(self.account, &plan);
        let open = |market: &u16| {
            let market = self.mirror().market(*market);
            market.is_ok_and(|market| market.require_open_to_plans(now).is_ok())
        };
        let allowed = |market: &u16| self.view.config.allows(*market);
        if closes.is_empty()
            || !closes.iter().all(|it| open(it) && allowed(it))
            || !self.view.wants(plan.bonus)
        {
            return None;
        }
        Some(self.urgent(
            What::ExecuteRecovery {
                account: self.address,
                min_fee: self.view.least_of(plan.bonus),
                closes,
            },
            plan.bonus,
        ))
    }

    fn call(&self) -> Option<Action> {
        let due = self.account.margin_called_at == 0 && self.view.config.public_duties;
        (due && self.is_fresh()).then(|| {
            self.plain(What::IssueMarginCall {
                account: self.address,
            })
        })
    }

    fn is_fresh(&self) -> bool {
        let mut markets = self.account.open_positions().map(|held| held.market);
        markets.all(|index| {
            let market = self.mirror().market(index);
            market.is_ok_and(|market| !market.mark(self.view.now).stale)
        })
    }

    fn plain(&self, what: What) -> Action {
        unpaid(what, self.view.updates(self.account))
    }

    fn urgent(&self, what: What, profit: Usd) -> Action {
        Action {
            what,
            profit,
            urgency: expected_loss(self.standing, self.view.config.shock()).0,
            updates: self.view.updates(self.account),
        }
    }
}
