//! docs/invariants.md says what tests each invariant, docs/threat-model.md what shows that an attack
//! fails, and the tests are there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// IDs such as INV-CONSERVE in a text.
fn ids(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("INV-").map(|(at, _)| &text[at..]);
    starts
        .map(|rest| {
            let part = |c: char| c.is_ascii_uppercase() || c == '-';
            let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
            rest[..end].trim_end_matches('-').to_owned()
        })
        .filter(|id| id.len() > "INV-".len())
        .collect()
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// A function of the tests, with what is written above it.
struct Function {
    name: String,
    text: String,
    is_test: bool,
    /// It is one of the harness, which runs only where it is called.
    is_harness: bool,
}

fn name_of(line: &str) -> Option<String> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let rest = line.strip_prefix("async ").unwrap_or(line);
    let rest = rest.strip_prefix("fn ")?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    Some(rest[..end].to_owned())
}

fn is_test(attribute: &str) -> bool {
    attribute == "#[test]" || attribute.starts_with("#[tokio::test")
}

/// The functions of a source as rustfmt leaves them: each ends with a brace at its own indentation.
fn functions(source: &str, is_harness: bool) -> Vec<Function> {
    let lines: Vec<&str> = source.lines().collect();
    let above = |line: &str| line.starts_with("///") || line.starts_with("#[");
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = name_of(line) else { continue };
        let heads = lines[..at].iter().rev();
        let head = heads.take_while(|it| above(it.trim_start())).count();
        let indent = &line[..line.len() - line.trim_start().len()];
        let last = format!("{indent}}}");
        let body = lines[at..].iter().take_while(|it| **it != last).count();
        let text = lines[at - head..at + body].join("\n");
        found.push(Function {
            is_test: lines[at - head..at].iter().any(|it| is_test(it.trim())),
            name,
            text,
            is_harness,
        });
    }
    found
}

/// What `*Tested by:*` of an invariant names.
fn tested_by(section: &str) -> Vec<&str> {
    let lines = section.lines();
    let named = lines.filter_map(|it| it.strip_prefix("*Tested by:*"));
    named
        .flat_map(|it| it.split('`').skip(1).step_by(2))
        .collect()
}

/// All functions of the tests, and the text of the harness.
fn all_functions(root: &Path) -> (Vec<Function>, String) {
    let (mut all, mut texts) = (Vec::new(), String::new());
    for dir in ["tests/src", "tests/tests", "crates/risk/tests"] {
        let mut files = Vec::new();
        sources(&root.join(dir), &mut files);
        for file in files.iter().filter(|it| !it.ends_with("invariants.rs")) {
            let text = fs::read_to_string(file).expect("a source");
            all.extend(functions(&text, dir == "tests/src"));
            if dir == "tests/src" {
                texts.push_str(&text);
            }
        }
    }
    (all, texts)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What stands between backticks in a page.
fn quoted(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("docs").join(page)).expect("a page");
    let lines = text.lines().flat_map(|it| it.split('`').skip(1).step_by(2));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_tests_and_stories_that_the_documents_name_are_there() {
    let (all, _) = all_functions(&root());
    let mut checked = 0;
    for name in quoted("known-failures.md") {
        let sentence = name.matches('_').count() > 3 && !name.contains('/');
        if sentence {
            let found = all.iter().any(|it| it.is_test && it.name == name);
            assert!(found, "known-failures.md: `{name}` is no test");
            checked += 1;
        }
    }
    let stories = root().join("tests/tests/it");
    for name in quoted("README.md").iter().filter(|it| it.ends_with(".rs")) {
        assert!(stories.join(name).is_file(), "README.md: no `{name}`");
        checked += 1;
    }
    assert!(checked > 30, "{checked}");
}

/// The source of a test that docs/threat-model.md names by its file: one of `tests/tests/it` without
/// its ending, of another folder by its whole path, or of the page with its ending.
fn source_of(file: &str) -> Option<PathBuf> {
    let root = root();
    let stem = match file.split_once('/') {
        Some(("app", _)) => return Some(root.join(file)).filter(|it| it.is_file()),
        Some(("crates" | "localnet" | "migrations", _)) => root.join(file),
        _ => root.join("tests/tests/it").join(file),
    };
    Some(stem.with_extension("rs")).filter(|it| it.is_file())
}

/// Whether a source has this test: a function, or what a test of the page says it does.
fn has_test(source: &Path, name: &str) -> bool {
    let text = fs::read_to_string(source).expect("a source");
    if source.extension().is_some_and(|it| it == "rs") {
        let all = functions(&text, false);
        return all.iter().any(|it| it.is_test && it.name == name);
    }
    ["it('", "test('"]
        .iter()
        .any(|call| text.contains(&format!("{call}{name}'")))
}

#[test]
fn every_test_that_the_threat_model_and_the_limits_name_is_there() {
    let mut checked = 0;
    let pages = ["threat-model.md", "limits.md"];
    for (page, named) in pages
        .into_iter()
        .flat_map(|page| quoted(page).into_iter().map(move |named| (page, named)))
    {
        let Some((file, name)) = named.split_once("::") else {
            continue;
        };
        let source = source_of(file);
        let source = source.unwrap_or_else(|| panic!("{page}: no file of `{named}`"));
        assert!(has_test(&source, name), "{page}: no `{named}`");
        checked += 1;
    }
    assert!(checked > 120, "{checked}");
}

#[test]
fn every_invariant_names_tests_that_exist_run_and_name_it() {
    let document = fs::read_to_string(root().join("docs/invariants.md"));
    let document = document.expect("docs/invariants.md");
    let (all, texts) = all_functions(&root());
    let called = |name: &str| {
        let calls = texts.matches(&format!("{name}(")).count();
        calls > texts.matches(&format!("fn {name}(")).count()
    };
    let mut documented = BTreeSet::new();
    for section in document.split("\n**INV-").skip(1) {
        let id = format!("INV-{}", section.split(".**").next().expect("an ID"));
        let named = tested_by(section);
        assert!(!named.is_empty(), "{id} names no test");
        for name in named {
            let those = all.iter().filter(|it| it.name == name);
            let right = |it: &&Function| {
                let runs = it.is_test || (it.is_harness && called(name));
                runs && ids(&it.text).contains(&id)
            };
            let count = those.filter(right).count();
            assert!(
                count > 0,
                "{id}: `{name}` does not exist, does not run or names it not"
            );
        }
        documented.insert(id);
    }
    assert_eq!(documented, ids(&document), "each ID has its paragraph");
    let named = all.iter().flat_map(|it| ids(&it.text));
    let unknown: Vec<_> = named.filter(|id| !documented.contains(id)).collect();
    assert_eq!(unknown, Vec::<String>::new());
}
