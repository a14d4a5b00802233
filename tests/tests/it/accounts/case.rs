//! One substitution in one place of one call.

use super::slot::{Class, Slot};
use super::substitution::{Substitution, Wrong};

/// What is tried.
pub struct Case<'a> {
    /// The instruction, with what tells this call of it apart.
    pub call: &'a str,
    pub slot: &'a Slot,
    pub substitution: &'a Substitution,
    /// All places of the call.
    pub all: &'a [Slot],
}

impl Case<'_> {
    pub fn wrong(&self) -> Wrong {
        self.substitution.wrong
    }
}

/// For messages.
impl core::fmt::Display for Case<'_> {
    fn fmt(&self, to: &mut core::fmt::Formatter) -> core::fmt::Result {
        write!(to, "{}, {}: {:?}", self.call, self.slot.name, self.wrong())?;
        match &self.substitution.twin {
            Some(twin) => write!(to, " of {}", twin.name),
            None => Ok(()),
        }
    }
}

/// Which cases an entry of a table is about.
pub struct Rule {
    /// Instructions; a star at the end stands for any rest.
    pub calls: &'static [&'static str],
    /// The place. A star: any account of the program, or one to be. Of accounts that follow, the
    /// number may be left out.
    pub account: &'static str,
    pub wrong: &'static [Wrong],
}

impl Rule {
    pub fn fits(&self, case: &Case) -> bool {
        self.calls.iter().any(|it| is(it, case.call))
            && self.wrong.contains(&case.wrong())
            && self.is_about(case.slot)
    }

    fn is_about(&self, slot: &Slot) -> bool {
        if self.account == "*" {
            return matches!(slot.class, Class::Ours(_) | Class::Empty);
        }
        let numbered = slot.name.strip_prefix(self.account);
        let follows = !slot.is_named && numbered.is_some_and(|rest| rest.starts_with(' '));
        slot.name == self.account || follows
    }
}

fn is(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
