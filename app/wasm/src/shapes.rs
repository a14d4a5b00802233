//! Reads the types of types.ts, as far as it uses them, and compares values with them.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A type of TypeScript.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    String,
    Number,
    Boolean,
    Null,
    Literal(String),
    Named(String),
    List(Box<Type>),
    Tuple(Vec<Type>),
    Union(Vec<Type>),
    Object(BTreeMap<String, Type>),
    /// Of any keys.
    Record(Box<Type>),
}

/// Types by name.
pub(crate) struct Shapes {
    types: BTreeMap<String, Type>,
}

struct Tokens {
    list: Vec<String>,
    next: usize,
}

fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        kept.push_str(&rest[..at]);
        let end = rest[at..].find("*/").unwrap();
        rest = &rest[at + end + 2..];
    }
    kept.push_str(rest);
    let lines = kept.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

impl Tokens {
    fn of(text: &str) -> Self {
        let text = without_comments(text);
        let mut list: Vec<String> = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if char.is_whitespace() {
                continue;
            }
            let mut token = char.to_string();
            if char == '\'' {
                token.extend(chars.by_ref().take_while(|next| *next != '\''));
            } else if char.is_alphanumeric() {
                while let Some(next) = chars.next_if(|it| it.is_alphanumeric()) {
                    token.push(next);
                }
            }
            list.push(token);
        }
        Self { list, next: 0 }
    }

    fn peek(&self) -> &str {
        self.list.get(self.next).map_or("", String::as_str)
    }

    fn take(&mut self) -> String {
        let token = self.peek().to_owned();
        self.next += 1;
        token
    }

    fn skip(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) {
        let found = self.take();
        assert_eq!(found, token, "at token {}", self.next);
    }

    fn union(&mut self) -> Type {
        self.skip("|");
        let mut all = vec![self.list_of()];
        while self.skip("|") {
            all.push(self.list_of());
        }
        if all.len() == 1 {
            return all.remove(0);
        }
        Type::Union(all)
    }

    fn list_of(&mut self) -> Type {
        let mut found = self.single();
        while self.peek() == "[" && self.list.get(self.next + 1).is_some_and(|it| it == "]") {
            self.next += 2;
            found = Type::List(Box::new(found));
        }
        found
    }

    fn single(&mut self) -> Type {
        let token = self.take();
        match token.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "null" => Type::Null,
            "{" => Type::Object(self.fields()),
            "(" => {
                let inner = self.union();
                self.expect(")");
                inner
            }
            "[" => {
                let mut parts = vec![self.union()];
                while self.skip(",") && self.peek() != "]" {
                    parts.push(self.union());
                }
                self.expect("]");
                Type::Tuple(parts)
            }
            "Record" => {
                self.expect("<");
                self.union();
                self.expect(",");
                let of = self.union();
                self.expect(">");
                Type::Record(Box::new(of))
            }
            _ => match token.strip_prefix('\'') {
                Some(text) => Type::Literal(text.to_owned()),
                None => Type::Named(token),
            },
        }
    }

    /// After the opening brace, up to the closing one.
    fn fields(&mut self) -> BTreeMap<String, Type> {
        let mut fields = BTreeMap::new();
        while !self.skip("}") {
            let name = self.take();
            self.expect(":");
            fields.insert(name, self.union());
            while self.skip(";") || self.skip(",") {}
        }
        fields
    }
}

impl Shapes {
    pub fn parse(text: &str) -> Self {
        let mut tokens = Tokens::of(text);
        let mut types: BTreeMap<String, Type> = BTreeMap::new();
        while tokens.skip("export") {
            let what = tokens.take();
            let name = tokens.take();
            if what == "type" {
                tokens.expect("=");
                types.insert(name, tokens.union());
                tokens.skip(";");
                continue;
            }
            let mut fields = BTreeMap::new();
            if tokens.skip("extends") {
                let Some(Type::Object(base)) = types.get(&tokens.take()) else {
                    panic!("{name} extends something unknown");
                };
                fields.extend(base.clone());
            }
            tokens.expect("{");
            fields.extend(tokens.fields());
            types.insert(name, Type::Object(fields));
        }
        assert_eq!(tokens.peek(), "", "types.ts is not read to its end");
        Self { types }
    }

    pub fn interfaces(&self) -> impl Iterator<Item = String> + '_ {
        let objects = self
            .types
            .iter()
            .filter(|(_, it)| matches!(it, Type::Object(_)));
        objects.map(|(name, _)| name.clone())
    }

    pub fn fields(&self, name: &str) -> BTreeSet<String> {
        match self.types.get(name) {
            Some(Type::Object(fields)) => fields.keys().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }

    pub fn field(&self, name: &str, field: &str) -> Option<Type> {
        match self.types.get(name) {
            Some(Type::Object(fields)) => fields.get(field).cloned(),
            _ => None,
        }
    }

    /// Compares, and notes the interfaces that the value showed.
    pub fn check(
        &self,
        value: &Value,
        of: &Type,
        path: &str,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        let no = || Err(format!("{path}: {value} is no {of:?}"));
        match (of, value) {
            (Type::String, Value::String(_))
            | (Type::Number, Value::Number(_))
            | (Type::Boolean, Value::Bool(_))
            | (Type::Null, Value::Null) => Ok(()),
            (Type::Literal(text), Value::String(found)) if text == found => Ok(()),
            (Type::List(inner), Value::Array(all)) => all
                .iter()
                .try_for_each(|it| self.check(it, inner, &format!("{path}[]"), seen)),
            (Type::Record(inner), Value::Object(all)) => all
                .values()
                .try_for_each(|it| self.check(it, inner, &format!("{path}{{}}"), seen)),
            (Type::Union(all), _) => {
                // The last problem is of the richest type where null comes first or last.
                let mut problem = no();
                for one in all {
                    match self.check(value, one, path, seen) {
                        Ok(()) => return Ok(()),
                        Err(what) if what.len() > path.len() && !matches!(one, Type::Null) => {
                            problem = Err(what);
                        }
                        Err(_) => {}
                    }
                }
                problem
            }
            (Type::Named(name), _) => {
                let known = self.types.get(name);
                let known = known.ok_or_else(|| format!("{path}: no type {name}"))?;
                self.check(value, known, path, seen)?;
                if matches!(known, Type::Object(_)) {
                    seen.insert(name.clone());
                }
                Ok(())
            }
            (Type::Object(fields), Value::Object(found)) => {
                if let Some(extra) = found.keys().find(|name| !fields.contains_key(*name)) {
                    return Err(format!("{path}: {extra} is not in types.ts"));
                }
                for (name, of) in fields {
                    let Some(value) = found.get(name) else {
                        return Err(format!("{path}: {name} is missing"));
                    };
                    self.check(value, of, &format!("{path}.{name}"), seen)?;
                }
                Ok(())
            }
            _ => no(),
        }
    }
}
