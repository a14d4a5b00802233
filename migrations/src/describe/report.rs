//! What is wrong with a description, all of it at once.

use core::fmt;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

/// One thing that is wrong with a described exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field, as in `markets[0].tiers[1].maintenance`; empty for the text as a whole.
    pub field: String,
    /// Its line in the text, from 1.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.what)
    }
}

/// Everything that is wrong with a described exchange, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Collects problems and remembers where each field stands.
pub(super) struct Report<'t> {
    text: &'t str,
    lines: RefCell<BTreeMap<String, usize>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Report<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            lines: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// Remembers where a field stands.
    pub fn found(&self, field: &str, span: Range<usize>) {
        let line = line_of(self.text, span.start);
        self.lines.borrow_mut().insert(field.to_owned(), line);
    }

    /// Records a problem with a field, or with the nearest table around it that has a place.
    pub fn problem(&self, field: &str, what: impl Into<String>) {
        self.problems.borrow_mut().push(Problem {
            field: field.to_owned(),
            line: self.line(field),
            what: what.into(),
        });
    }

    fn line(&self, field: &str) -> Option<usize> {
        let lines = self.lines.borrow();
        let mut field = field;
        loop {
            if let Some(line) = lines.get(field) {
                return Some(*line);
            }
            field = field.get(..field.rfind(['.', '['])?)?;
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// `value` if nothing was wrong.
    pub fn finish<T>(self, value: T) -> Result<T, Problems> {
        let mut problems = self.problems.into_inner();
        if problems.is_empty() {
            return Ok(value);
        }
        problems.sort_by_key(|problem| problem.line);
        Err(Problems(problems))
    }
}

/// The line, from 1, of a place in the text.
pub(super) fn line_of(text: &str, place: usize) -> usize {
    let before = text.as_bytes().get(..place).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
