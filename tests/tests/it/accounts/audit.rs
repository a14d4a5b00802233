//! Trying each substitution in what a story sends, and judging what comes out.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use whittle_tests::attempt::Attempt;
use whittle_tests::World;

use super::accepted::{self, ACCEPTED};
use super::case::Case;
use super::expect::{fitting, Expected};
use super::idl::Idl;
use super::refused;
use super::slot::slots;
use super::substitution::{stranger, substitutions};

/// What was tried, and what came out otherwise than it should.
#[derive(Default)]
pub struct Audit {
    /// Instruction and place.
    tried: BTreeSet<(String, String)>,
    /// Instructions with their accounts that were tried already.
    calls: BTreeSet<String>,
    /// How an instruction is sent just now, where it matters.
    pub ways: BTreeMap<String, String>,
    /// Substitutions that were refused and accepted as they should be.
    pub refused: usize,
    pub accepted: usize,
    pub faults: Vec<String>,
    /// Types of the program's accounts that were created.
    created: BTreeSet<String>,
    used_accepted: BTreeSet<usize>,
    used_refused: BTreeSet<usize>,
}

/// Tries every instruction of the program that is sent in `world` from now on, unless it was tried with
/// the same accounts.
pub fn watch(world: &mut World, audit: &Rc<RefCell<Audit>>) {
    let audit = audit.clone();
    let idl = Idl::read();
    world.observe(Box::new(move |world, calls, signers| {
        for call in calls.iter().filter(|it| it.program_id == whittle::ID) {
            audit.borrow_mut().examine(&idl, world, call, signers);
        }
    }));
}

impl Audit {
    /// Whether this place was tried; a plus stands for any account that follows.
    pub fn has_tried(&self, instruction: &str, account: &str) -> bool {
        self.tried.iter().any(|(name, place)| {
            name == instruction && (place == account || account == "+" && place.starts_with('+'))
        })
    }

    /// How many accounts that follow were tried.
    pub fn following(&self) -> usize {
        let follows = self.tried.iter().filter(|(_, it)| it.starts_with('+'));
        follows.count()
    }

    /// Whether an account of this type was created, at no address but its own.
    pub fn has_created(&self, kind: &str) -> bool {
        self.created.contains(kind)
    }

    /// What another one found as well.
    pub fn take_in(&mut self, other: Self) {
        self.tried.extend(other.tried);
        self.refused += other.refused;
        self.accepted += other.accepted;
        self.faults.extend(other.faults);
        self.created.extend(other.created);
        self.used_accepted.extend(other.used_accepted);
        self.used_refused.extend(other.used_refused);
    }

    /// Entries of the tables that nothing was judged by.
    pub fn unused(&self) -> Vec<String> {
        let accepted = (0..ACCEPTED.len()).filter(|it| !self.used_accepted.contains(it));
        let refused = refused::all().enumerate();
        let refused = refused.filter(|(place, _)| !self.used_refused.contains(place));
        let rules = accepted.map(|it| &ACCEPTED[it].rule);
        let rules = rules.chain(refused.map(|(_, it)| &it.rule));
        rules
            .map(|it| {
                format!(
                    "no case meets the entry {:?}, {}, {:?}",
                    it.calls, it.account, it.wrong
                )
            })
            .collect()
    }

    fn examine(&mut self, idl: &Idl, world: &mut World, call: &Instruction, signers: &[&Keypair]) {
        let name = &idl.of(&call.data).name;
        let keys: Vec<_> = call.accounts.iter().map(|it| it.pubkey).collect();
        let way = self.ways.get(name).map_or("", String::as_str);
        let named = format!("{name} {way}").trim_end().to_owned();
        if !self.calls.insert(format!("{named} {keys:?}")) {
            return;
        }
        let slots = slots(idl, world, call, &mut self.faults);
        let stranger = stranger();
        let signers: Vec<&Keypair> = signers.iter().copied().chain([&stranger]).collect();
        let whole = world.attempt(call, &signers, &[]);
        let Attempt::Accepted { created } = &whole else {
            self.faults.push(format!("{named} as it is: {whole:?}"));
            return;
        };
        let ours = created.iter().filter(|it| it.owner == whittle::ID);
        let kinds = ours.filter_map(|it| idl.type_of(&it.data));
        self.created.extend(kinds.map(str::to_owned));
        for slot in &slots {
            for substitution in &substitutions(slot, &slots) {
                let mut changed = call.clone();
                changed.accounts[slot.place] = substitution.meta.clone();
                let attempt = world.attempt(&changed, &signers, &substitution.planted);
                self.judge(
                    &Case {
                        call: &named,
                        slot,
                        substitution,
                        all: &slots,
                    },
                    &attempt,
                );
                self.tried.insert((name.clone(), slot.name.clone()));
            }
        }
    }

    fn judge(&mut self, case: &Case, attempt: &Attempt) {
        if let Some((place, entry)) = refused::find(case) {
            self.used_refused.insert(place);
            self.must_be_refused(case, attempt, entry.with);
        } else if let Some(entry) = accepted::find(case) {
            self.used_accepted.insert(entry);
            self.accepted += 1;
            if !attempt.is_accepted() {
                self.faults
                    .push(format!("{case}: {attempt:?}, but it is listed as accepted"));
            }
        } else {
            self.must_be_refused(case, attempt, &fitting(case));
        }
    }

    fn must_be_refused(&mut self, case: &Case, attempt: &Attempt, with: &[Expected]) {
        self.refused += 1;
        if with.is_empty() {
            self.faults.push(format!(
                "{case}: {attempt:?}, and no table says what should be"
            ));
        } else if !with.iter().any(|it| it.is(case, attempt)) {
            self.faults
                .push(format!("{case}: {attempt:?}, expected one of {with:?}"));
        }
    }
}
