//! A table of the text: asks for its fields by name and reports those nobody asked for.

use super::report::Report;
use crate::decimal::Decimal;
use anchor_lang::prelude::Pubkey;
use std::cell::RefCell;
use toml::de::{DeTable, DeValue};

/// A table being read. Every question that finds no good answer becomes a problem, and a harmless
/// value is returned so that reading goes on and finds the other problems.
pub(super) struct Section<'a> {
    pub path: String,
    pub report: &'a Report<'a>,
    table: &'a DeTable<'a>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    pub fn new(path: String, table: &'a DeTable<'a>, report: &'a Report<'a>) -> Self {
        Self {
            path,
            report,
            table,
            known: RefCell::default(),
        }
    }

    /// The full name of a field.
    pub fn field(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Records a problem with a field.
    pub fn problem(&self, name: &str, what: impl Into<String>) {
        self.report.problem(&self.field(name), what);
    }

    /// The value of a field that may be missing.
    pub fn optional(&self, name: &'static str) -> Option<&'a DeValue<'a>> {
        self.known.borrow_mut().push(name);
        let value = self.table.get(name)?;
        self.report.found(&self.field(name), value.span());
        Some(value.get_ref())
    }

    fn required(&self, name: &'static str, example: &str) -> Option<&'a DeValue<'a>> {
        let value = self.optional(name);
        if value.is_none() {
            self.problem(name, format!("is missing: add {name} = {example}"));
        }
        value
    }

    /// A text.
    pub fn text(&self, name: &'static str, example: &str) -> Option<&'a str> {
        let value = self.required(name, example)?;
        if value.as_str().is_none() {
            self.problem(name, format!("is not a text: write {name} = {example}"));
        }
        value.as_str()
    }

    /// A decimal number, with or without quotes.
    pub fn decimal(&self, name: &'static str, example: &str) -> Option<Decimal> {
        let value = self.required(name, example)?;
        self.number(name, value, example)
    }

    /// A decimal number that may be missing.
    pub fn optional_decimal(&self, name: &'static str, example: &str) -> Option<Decimal> {
        let value = self.optional(name)?;
        self.number(name, value, example)
    }

    fn number(&self, name: &str, value: &DeValue, example: &str) -> Option<Decimal> {
        let Some(text) = number_text(value) else {
            self.problem(name, format!("is not a number: write {name} = {example}"));
            return None;
        };
        self.parsed(name, Decimal::parse(text))
    }

    /// A share of one: `"5 %"` or `"0.05"`.
    pub fn share(&self, name: &'static str) -> Option<Decimal> {
        let example = "\"5 %\" or \"0.05\"";
        let value = self.required(name, example)?;
        let percent = value.as_str().and_then(|text| text.strip_suffix('%'));
        match percent {
            Some(number) => self
                .parsed(name, Decimal::parse(number.trim_end()))
                .map(Decimal::hundredth),
            None => self.number(name, value, example),
        }
    }

    /// A whole number that fits `T`.
    pub fn whole<T: TryFrom<u64>>(&self, name: &'static str, example: &str) -> Option<T> {
        let value = self.required(name, example)?;
        let number = number_text(value)
            .and_then(|text| Decimal::parse(text).ok())
            .and_then(|decimal| decimal.to_atoms(0).ok())
            .and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            let bits = 8 * size_of::<T>();
            self.problem(
                name,
                format!("is not a whole number of at most {bits} bits: write {name} = {example}"),
            );
        }
        number
    }

    /// A key in base58.
    pub fn key(&self, name: &'static str) -> Option<Pubkey> {
        let text = self.text(name, "\"ADDRESS\" (base58)")?;
        self.parsed(name, parse_key(text))
    }

    /// At most two keys; none when missing.
    pub fn two_keys(&self, name: &'static str) -> [Pubkey; 2] {
        let mut keys = [Pubkey::default(); 2];
        let Some(value) = self.optional(name) else {
            return keys;
        };
        let list = value.as_array().map_or(&[][..], |array| array.as_ref());
        if value.as_array().is_none() || list.len() > keys.len() {
            self.problem(
                name,
                "is not a list of at most two addresses: write [\"ADDRESS\"]",
            );
        }
        for (key, value) in keys.iter_mut().zip(list) {
            let text = value.get_ref().as_str().unwrap_or_default();
            *key = self.parsed(name, parse_key(text)).unwrap_or_default();
        }
        keys
    }

    /// At most so many sums of dollars, in atoms; none when missing.
    pub fn dollars(&self, name: &'static str, most: usize) -> Vec<i64> {
        let Some(value) = self.optional(name) else {
            return Vec::new();
        };
        let list = value.as_array().map_or(&[][..], |array| array.as_ref());
        if value.as_array().is_none() || list.len() > most {
            let what = format!("is not a list of at most {most} sums: write [\"1_000_000\"]");
            self.problem(name, what);
        }
        let atoms = |value: &DeValue| -> Option<i64> {
            let dollars = self.number(name, value, "[\"1_000_000\"]")?;
            let atoms = dollars.to_atoms(6).and_then(|atoms| {
                i64::try_from(atoms).map_err(|_| "is too large: write under 9.2 trillion".into())
            });
            self.parsed(name, atoms)
        };
        let list = list.iter();
        list.map(|value| atoms(value.get_ref()).unwrap_or_default())
            .collect()
    }

    /// The value, or a problem with the field.
    pub fn parsed<T>(&self, name: &str, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|what| self.problem(name, what)).ok()
    }

    /// A table that may be missing.
    pub fn optional_table(&self, name: &'static str) -> Option<Section<'a>> {
        let value = self.optional(name)?;
        if value.as_table().is_none() {
            self.problem(
                name,
                "is not a table: write its fields below a line with its name",
            );
        }
        let table = value.as_table()?;
        Some(Section::new(self.field(name), table, self.report))
    }

    /// A table.
    pub fn table(&self, name: &'static str) -> Option<Section<'a>> {
        if self.table.get(name).is_none() {
            self.known.borrow_mut().push(name);
            let title = self.field(name);
            self.problem(name, format!("is missing: add a table [{title}]"));
            return None;
        }
        self.optional_table(name)
    }

    /// A list of tables, of which there must be one.
    pub fn tables(&self, name: &'static str) -> Vec<Section<'a>> {
        let list = self.optional(name).and_then(DeValue::as_array);
        let list = list.map_or(&[][..], |array| array.as_ref());
        if list.is_empty() {
            // Between double brackets, a list inside a list is named without the number.
            let title = self.field(name);
            let title = title.split('[').next().filter(|_| self.path.is_empty());
            let title = title.map_or_else(|| format!("...{name}"), str::to_owned);
            self.problem(name, format!("is missing: add at least one [[{title}]]"));
        }
        let mut sections = Vec::with_capacity(list.len());
        for (place, value) in list.iter().enumerate() {
            let path = format!("{}[{place}]", self.field(name));
            self.report.found(&path, value.span());
            match value.get_ref().as_table() {
                Some(table) => sections.push(Section::new(path, table, self.report)),
                None => self.report.problem(&path, "is not a table"),
            }
        }
        sections
    }

    /// Reports every field that nobody asked for.
    pub fn finish(self) {
        let known = self.known.borrow();
        for (key, value) in self.table {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            self.report.found(&self.field(name), value.span());
            self.report.found(&self.field(name), key.span());
            let mut known: Vec<&str> = known.clone();
            known.sort_unstable();
            self.problem(
                name,
                format!("is not a field: these are {}", known.join(", ")),
            );
        }
    }
}

/// A number as it stands in the text.
fn number_text<'a>(value: &'a DeValue) -> Option<&'a str> {
    match value {
        DeValue::String(text) => Some(text.trim()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        _ => None,
    }
}

/// Reads an address.
pub(super) fn parse_key(text: &str) -> Result<Pubkey, String> {
    let key: Pubkey = text
        .parse()
        .map_err(|_| format!("{text:?} is not an address: write 32 bytes in base58"))?;
    if key == Pubkey::default() {
        return Err("is the system program's address: write another".to_owned());
    }
    Ok(key)
}

/// Reads a feed id: 64 hexadecimal digits, with or without 0x before them.
pub(super) fn parse_feed(text: &str) -> Result<[u8; 32], String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let wrong = || format!("{text:?} is not a feed id: write 64 hexadecimal digits");
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(wrong());
    }
    let mut feed = [0u8; 32];
    for (byte, pair) in feed.iter_mut().zip(digits.as_bytes().chunks(2)) {
        let pair = core::str::from_utf8(pair).map_err(|_| wrong())?;
        if pair.starts_with('+') {
            return Err(wrong());
        }
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    Ok(feed)
}
