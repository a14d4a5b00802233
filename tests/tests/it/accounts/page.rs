//! What docs/account-validation.md says of the tables.

use std::path::Path;

use super::accepted::ACCEPTED;
use super::audit::Audit;
use super::idl::Idl;
use super::substitution::Wrong;

/// The page as it is.
pub fn read() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/account-validation.md");
    std::fs::read_to_string(path).expect("the page")
}

/// How much was tried.
pub fn summary(idl: &Idl, audit: &Audit) -> String {
    let named = idl.instructions.iter().map(|it| it.accounts.len());
    format!(
        "{} instructions, {} named accounts and {} that follow; {} substitutions refused, {} accepted",
        idl.instructions.len(),
        named.sum::<usize>(),
        audit.following(),
        audit.refused,
        audit.accepted,
    )
}

/// The table of what is accepted.
pub fn accepted() -> String {
    let mut text =
        String::from("| account | of | is accepted | because |\n| --- | --- | --- | --- |\n");
    for entry in ACCEPTED {
        let rule = &entry.rule;
        let calls: Vec<_> = rule.calls.iter().map(|it| call(it)).collect();
        let wrong: Vec<_> = rule.wrong.iter().map(|it| words(*it)).collect();
        let account = match rule.account.strip_prefix('+') {
            Some(kind) => format!("{kind} that follows"),
            None if rule.account == "*" => "any of the program".to_owned(),
            None => format!("`{}`", rule.account),
        };
        let line = [
            account,
            calls.join(", "),
            wrong.join(", "),
            entry.because.to_owned(),
        ];
        text.push_str(&format!("| {} |\n", line.join(" | ")));
    }
    text
}

fn call(pattern: &str) -> String {
    let name = pattern.trim_end_matches('*');
    match name.split_once(' ') {
        _ if name.is_empty() => "any instruction".to_owned(),
        Some((name, way)) => format!("`{name}` {way}"),
        None => format!("`{name}`"),
    }
}

fn words(wrong: Wrong) -> String {
    match wrong {
        Wrong::Type => "of another type".to_owned(),
        Wrong::OwnerProgram => "owned by another program".to_owned(),
        Wrong::Other(what) => format!("another {what}"),
        Wrong::Address => "the same at another address".to_owned(),
        Wrong::Copies => "another copy than elsewhere".to_owned(),
        Wrong::Closed => "closed".to_owned(),
        Wrong::Blank => "zero bytes".to_owned(),
        Wrong::Funded => "lamports at its address".to_owned(),
        Wrong::Duplicate => "twice the same".to_owned(),
        Wrong::Neighbour => "the account of another place".to_owned(),
        Wrong::Absent => "left out".to_owned(),
        Wrong::ReadOnly => "read-only".to_owned(),
        Wrong::NotSigning => "not signing".to_owned(),
    }
}
