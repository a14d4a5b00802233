//! Every account of every instruction is replaced by each wrong one. Nothing here lists the accounts:
//! they are read from the program's interface and from what the stories send, so a new one cannot be
//! forgotten.

mod accepted;
mod audit;
mod case;
mod expect;
mod idl;
mod page;
mod refused;
mod slot;
mod stories;
mod substitution;

use std::path::Path;

use audit::Audit;
use idl::Idl;

/// Instructions whose handlers look at accounts that follow the named ones: one file each.
fn with_following() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../programs/whittle/src/instructions");
    let files = std::fs::read_dir(folder).expect("the program's source");
    let paths = files.map(|it| it.expect("a file").path());
    let reading = paths.filter(|path| {
        let source = std::fs::read_to_string(path).expect("a text");
        source.contains("remaining_accounts")
    });
    let name = |path: &Path| path.file_stem()?.to_str().map(str::to_owned);
    reading.filter_map(|path| name(&path)).collect()
}

/// Places of the interface that no story has tried, by name.
fn forgotten(idl: &Idl, audit: &Audit) -> Vec<String> {
    let mut found = Vec::new();
    for instruction in &idl.instructions {
        for account in &instruction.accounts {
            if !audit.has_tried(&instruction.name, &account.name) {
                let (name, account) = (&instruction.name, &account.name);
                found.push(format!("{name}, {account}: no story sends it"));
            }
        }
    }
    for (_, kind) in &idl.types {
        if !audit.has_created(kind) {
            found.push(format!(
                "{kind}: no story creates one, nor tries to elsewhere"
            ));
        }
    }
    for name in with_following() {
        if !audit.has_tried(&name, "+") {
            found.push(format!("{name}: no story sends accounts that follow"));
        }
    }
    found
}

#[test]
fn every_account_of_every_instruction_is_validated() {
    let audit = stories::all();
    let idl = Idl::read();
    let mut faults = forgotten(&idl, &audit);
    faults.extend(audit.faults.iter().cloned());
    faults.extend(audit.unused());
    println!("{}", page::summary(&idl, &audit));
    let count = faults.len();
    assert!(faults.is_empty(), "{count} faults:\n{}", faults.join("\n"));
}

#[test]
fn what_no_story_sends_is_named() {
    let idl = Idl::read();
    let faults = forgotten(&idl, &Audit::default());
    let named: usize = idl.instructions.iter().map(|it| it.accounts.len()).sum();
    let all = named + idl.types.len() + with_following().len();
    assert_eq!(faults.len(), all);
    for fault in [
        "withdraw, insurance_fund: no story sends it",
        "Proposal: no story creates one, nor tries to elsewhere",
        "top_up: no story sends accounts that follow",
    ] {
        assert!(faults.iter().any(|it| it == fault), "{fault}");
    }
}

#[test]
fn the_page_about_it_lists_what_is_accepted() {
    let expected = page::accepted();
    let page = page::read();
    assert!(
        page.contains(&expected),
        "docs/account-validation.md must contain:\n{expected}"
    );
}
