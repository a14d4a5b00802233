//! What happened by the chain's own record, and what of it should not have.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::Pubkey;
use anyhow::{Context, Result};
use whittle::event::PartiallyLiquidated;
use whittle_client::event::Event;

use super::fall::{Fall, Fate};
use super::figures::{Keeper, Losses, Outcome, Spread};
use super::receipt;
use super::scrape::Told;
use super::{races, Wish, FIRST};
use crate::cast::Member;
use crate::history::Done;
use crate::local::Local;

/// All that is known at the end.
pub(super) struct See<'a> {
    pub local: &'a Local,
    pub wishes: &'a [Wish],
    pub members: &'a [Member],
    pub fall: &'a Fall,
    pub history: &'a [Done],
    pub told: &'a [Told; 2],
}

/// What is done to margin accounts after the first step, as `Told` and `history` name it.
const ACTIONS: [&str; 6] = [
    "flag_account",
    "liquidate_partial",
    "resolve_bankruptcy",
    "issue_margin_call",
    "settle_markets",
    "auto_deleverage",
];

impl See<'_> {
    pub fn outcome(&self) -> Result<Outcome> {
        let crowd: BTreeSet<Pubkey> = self.members.iter().map(Member::account).collect();
        let ours: Vec<&Done> = self
            .history
            .iter()
            .filter(|done| done.slot >= self.fall.since && self.keeper(&done.payer).is_some())
            .collect();
        let positions = self.wishes.iter().flat_map(|wish| &wish.positions);
        let last = self.local.oracles().prices();
        let fallen = last
            .iter()
            .zip(FIRST)
            .map(|(last, first)| last * 10_000 / first);
        let mut outcome = Outcome {
            accounts: self.wishes.len(),
            positions: positions.clone().count(),
            notional: positions.map(|(_, dollars)| dollars.unsigned_abs()).sum(),
            fallen: self.local.symbols().iter().cloned().zip(fallen).collect(),
            steps: self.fall.steps.len(),
            slot_secs: self.fall.slot_secs,
            units: units(&ours),
            ..Outcome::default()
        };
        let steps: Vec<u64> = self.fall.steps.iter().map(|step| step.slot).collect();
        let refusals = races::refusals(&ours, &steps, &crowd);
        outcome.refusals = (refusals.lost, refusals.overtaken);
        outcome.problems.extend(refusals.vain);
        for place in [0, 1] {
            outcome.keepers[place] = self.keeper_figures(place, &ours, &mut outcome.problems)?;
        }
        self.count_liquidations(&ours, &mut outcome)?;
        self.time(&ours, &mut outcome);
        self.count_fates(&ours, &mut outcome);
        Ok(outcome)
    }

    /// Which of the two keepers pays with this key.
    fn keeper(&self, payer: &Pubkey) -> Option<usize> {
        let mut keepers = self.local.keepers.iter();
        keepers.position(|keeper| keeper.key() == *payer)
    }

    fn keeper_figures(
        &self,
        place: usize,
        ours: &[&Done],
        problems: &mut Vec<String>,
    ) -> Result<Keeper> {
        let (member, told) = (&self.local.keepers[place], &self.told[place]);
        let sent: Vec<&&Done> = ours.iter().filter(|it| it.payer == member.key()).collect();
        let (lost, ran): (Vec<&&Done>, Vec<&&Done>) = sent.iter().partition(|it| it.failed);
        let landed = sent.len() as u64;
        let mut keeper = Keeper {
            tried: told.tried(),
            refused: told.tried().saturating_sub(landed),
            outcomes: told.outcomes(),
            landed,
            lost: lost.len() as u64,
            idle: ran.iter().filter(|it| it.events.is_empty()).count() as u64,
            gained: self.local.margin_account(&member.account())?.cash_usd_atoms,
            says: told.earned,
            fees: sent.iter().map(|it| it.fee).sum(),
            ..Keeper::default()
        };
        // Whoever sent them: what the program says that this account was paid.
        for event in self.history.iter().flat_map(|done| &done.events) {
            let (to, bonus, reward) = match event {
                Event::PartiallyLiquidated(it) => {
                    keeper.liquidations += u64::from(it.keeper == member.account());
                    (it.keeper, it.receipt.bonus_usd_atoms, 0)
                }
                Event::RecoveryExecuted(it) => (it.keeper, 0, it.receipt.bonus_usd_atoms),
                Event::OrderFilled(it) => (it.filler, 0, it.reward_usd_atoms),
                Event::OrderKilled(it) => (it.filler, 0, it.reward_usd_atoms),
                _ => continue,
            };
            if to == member.account() {
                keeper.bonus += bonus;
                keeper.rewards += reward;
            }
        }
        let paid = keeper.bonus + keeper.rewards;
        if (keeper.gained, keeper.says) != (paid, paid) {
            problems.push(format!(
                "{} was paid {paid} atoms by the events, gained {} and says {}",
                member.name, keeper.gained, keeper.says
            ));
        }
        for action in ACTIONS {
            let named = |it: &&&&Done| it.calls.last().is_some_and(|it| it.name() == action);
            let count = ran.iter().filter(named).count() as u64;
            if count != told.done(action) {
                problems.push(format!(
                    "{} has {count} times {action} on the chain and says {}",
                    member.name,
                    told.done(action)
                ));
            }
        }
        Ok(keeper)
    }

    /// Every liquidation by itself, and each that was not the first of its account.
    fn count_liquidations(&self, ours: &[&Done], outcome: &mut Outcome) -> Result<()> {
        let mirror = self.local.mirror()?;
        let exchange = mirror.exchange().context("there is no exchange")?;
        let buffer = exchange.policy().thresholds.target_buffer;
        let mut of: BTreeMap<Pubkey, Vec<&PartiallyLiquidated>> = BTreeMap::new();
        let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
        for (done, event) in liquidations(ours) {
            let kind = receipt::kind(event.receipt.kind)?;
            let keeper = self.keeper(&done.payer).context("no keeper paid")?;
            outcome.kinds.entry(kind).or_default()[keeper] += 1;
            *seconds.entry(event.receipt.at).or_default() += 1;
            let problems = receipt::problems(event, buffer);
            outcome.problems.extend(problems);
            let mine = of.entry(event.account).or_default();
            if let Some(before) = mine.last() {
                outcome.again += 1;
                let problem = receipt::needless(before, event, buffer);
                outcome.problems.extend(problem);
            }
            mine.push(event);
        }
        outcome.most_of_one = of.values().map(Vec::len).max().unwrap_or(0);
        outcome.busiest_second = seconds.values().copied().max().unwrap_or(0);
        Ok(())
    }

    /// How long everything took, by the slots in which it landed.
    fn time(&self, ours: &[&Done], outcome: &mut Outcome) {
        let secs = |from: u64, to: u64| to.saturating_sub(from) as f64 * self.fall.slot_secs;
        let mut under = BTreeSet::new();
        for step in &self.fall.steps {
            let mut last = 0.0_f64;
            for account in &step.under {
                under.insert(*account);
                let first = |wanted: &dyn Fn(&Event) -> bool| {
                    let mut later = ours.iter().filter(|done| done.slot >= step.slot);
                    later.find(|done| done.events.iter().any(wanted))
                };
                let flag =
                    first(&|it| matches!(it, Event::AccountFlagged(it) if it.account == *account));
                let closed = first(
                    &|it| matches!(it, Event::PartiallyLiquidated(it) if it.account == *account),
                );
                let Some(closed) = closed else {
                    continue;
                };
                let took = secs(step.slot, closed.slot);
                last = last.max(took);
                outcome.to_liquidation.push(took);
                // An emergency needs no flag, and a flag may still stand from before.
                let flag = flag.filter(|flag| flag.slot <= closed.slot);
                let flagged = flag.map(|it| secs(step.slot, it.slot));
                outcome.to_flag.extend(flagged);
            }
            if step.under.len() > outcome.greatest.0 {
                outcome.greatest = (step.under.len(), last);
            }
        }
        outcome.under = under.len();
        outcome.to_flag.sort_by(f64::total_cmp);
        outcome.to_liquidation.sort_by(f64::total_cmp);
        let ends = |event: &Event| {
            matches!(
                event,
                Event::PartiallyLiquidated(_) | Event::BankruptcyResolved(_)
            )
        };
        let last = ours.iter().filter(|done| done.events.iter().any(ends));
        let last = last.map(|done| done.slot).max().unwrap_or(0);
        let first = self.fall.steps.first().map_or(last, |step| step.slot);
        outcome.secs = secs(first, last);
    }

    /// Where each account has ended, and who bore what the bankrupt owed.
    fn count_fates(&self, ours: &[&Done], outcome: &mut Outcome) {
        let liquidated: BTreeSet<Pubkey> = liquidations(ours).map(|(_, it)| it.account).collect();
        let mut bankrupt = BTreeMap::new();
        let losses = &mut outcome.losses;
        for event in ours.iter().flat_map(|done| &done.events) {
            let Event::BankruptcyResolved(it) = event else {
                continue;
            };
            losses.count += 1;
            losses.loss += it.loss_usd_atoms;
            losses.insurance += it.insurance_usd_atoms;
            losses.pool += it.pool_usd_atoms;
            losses.side += it.side_usd_atoms;
            bankrupt.insert(it.account, it.left_usd_atoms);
        }
        for (account, left) in bankrupt.iter().filter(|(_, left)| **left != 0) {
            let problem = format!("of the loss of {account} {left} atoms are left");
            outcome.problems.push(problem);
        }
        check_losses(losses, &mut outcome.problems);
        for (member, fate) in self.members.iter().zip(&self.fall.fates) {
            let touched = liquidated.contains(&member.account());
            match fate {
                Fate::Due(state) => {
                    let problem = format!("{} is left {state:?}", member.name);
                    outcome.problems.push(problem);
                }
                Fate::Closed => outcome.closed += 1,
                Fate::AtTarget if touched => outcome.at_target += 1,
                Fate::Over if touched => outcome.over += 1,
                Fate::AtTarget | Fate::Over => outcome.untouched += 1,
            }
        }
    }
}

fn check_losses(losses: &Losses, problems: &mut Vec<String>) {
    let borne = losses.insurance + losses.pool + losses.side;
    if borne != losses.loss {
        let problem = format!("{} atoms were lost and {borne} borne", losses.loss);
        problems.push(problem);
    }
}

fn liquidations<'a>(
    ours: &'a [&'a Done],
) -> impl Iterator<Item = (&'a Done, &'a PartiallyLiquidated)> {
    ours.iter().flat_map(|done| {
        let events = done.events.iter();
        events.filter_map(|event| match event {
            Event::PartiallyLiquidated(it) => Some((*done, it)),
            _ => None,
        })
    })
}

/// By the names of all instructions of the transaction: one that caches prices first takes more.
fn units(ours: &[&Done]) -> BTreeMap<String, Spread> {
    let mut all: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for done in ours.iter().filter(|done| !done.failed) {
        let names: Vec<&str> = done.calls.iter().map(|call| call.name()).collect();
        all.entry(names.join(" + ")).or_default().push(done.units);
    }
    let spreads = all
        .into_iter()
        .map(|(name, units)| (name, Spread::of(units)));
    spreads.collect()
}
