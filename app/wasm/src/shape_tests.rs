//! What the engine answers is what types.ts says: every method, every interface, field by field.

use crate::fixtures::{rich, NOW, RICH, TROUBLED};
use crate::methods::answer;
use crate::shapes::{Shapes, Type};
use serde_json::{json, Value};
use std::collections::BTreeSet;

const TYPES: &str = include_str!("../../src/risk/types.ts");

/// A request for each method, several where one does not show all of an answer.
fn requests() -> Vec<(&'static str, Value)> {
    let (rich, troubled) = (RICH.to_string(), TROUBLED.to_string());
    let ticket = |account: Value, size: &str| {
        json!({"account": account, "market": 0, "side": "buy", "size": size, "limit": "",
               "reduceOnly": false, "trigger": "", "life": "", "now": NOW})
    };
    let key = "11111111111111111111111111111111";
    let logs = crate::fixtures::logs();
    let receipt = crate::fixtures::receipt();
    vec![
        ("overview", json!({"now": NOW})),
        ("account", json!({"account": rich, "now": NOW})),
        ("account", json!({"account": troubled, "now": NOW})),
        ("accountsOf", json!({"owner": key})),
        ("marginAccount", json!({"owner": key, "subId": 1})),
        (
            "tokenAccount",
            json!({"owner": key, "mint": key, "tokenProgram": key}),
        ),
        ("ticket", ticket(json!(rich), "0.1")),
        ("ticket", ticket(json!(rich), "$100000000")),
        ("ticket", ticket(Value::Null, "$500")),
        (
            "whatIf",
            json!({"account": rich, "market": 0, "prices": ["14000", "12600", "9000"], "now": NOW}),
        ),
        (
            "withdrawable",
            json!({"account": rich, "bank": 0, "now": NOW}),
        ),
        (
            "parseAmount",
            json!({"field": "amount", "text": "1.5", "bank": 0, "most": "2"}),
        ),
        (
            "recovery",
            json!({"account": rich, "triggerRatio": "1.15", "targetRatio": "1.3", "mostFee": "0.1", "now": NOW}),
        ),
        (
            "recovery",
            json!({"account": troubled, "triggerRatio": "1.15", "targetRatio": "1.3", "mostFee": "0.1", "now": NOW}),
        ),
        ("queue", json!({"now": NOW})),
        ("pendingOrders", json!({"now": NOW})),
        (
            "ladder",
            json!({"market": 0, "fromBps": -3000, "toBps": 3000, "stepBps": 500, "now": NOW}),
        ),
        (
            "remaining",
            json!({"account": rich, "writable": "all", "fills": 0}),
        ),
        ("othersOfIssuer", json!({"bank": 0})),
        ("events", json!({"logs": logs})),
        ("checkReceipt", json!({"event": receipt})),
        ("explain", json!({"code": 6200})),
        ("names", json!({"tokens": {key: "SOL"}})),
        ("shareWorth", json!({"shares": "1.5", "now": NOW})),
    ]
}

#[test]
fn every_answer_has_the_fields_that_the_page_knows() {
    let mut book = rich();
    let shapes = Shapes::parse(TYPES);
    let mut seen = BTreeSet::new();
    let mut asked = BTreeSet::new();
    for (method, request) in requests() {
        let Some(Type::Tuple(pair)) = shapes.field("Methods", method) else {
            panic!("types.ts has no method {method}");
        };
        asked.insert(method.to_owned());
        shapes
            .check(&request, &pair[0], &format!("{method} request"), &mut seen)
            .unwrap();
        let answered = answer(&mut book, method, request).unwrap_or_else(|problem| {
            panic!("{method}: {}", problem.message);
        });
        shapes
            .check(&answered, &pair[1], method, &mut seen)
            .unwrap();
    }
    assert_eq!(
        asked,
        shapes.fields("Methods"),
        "a method without a request here"
    );
    let all: BTreeSet<String> = shapes.interfaces().filter(|it| it != "Methods").collect();
    let unseen: Vec<&String> = all.difference(&seen).collect();
    assert!(unseen.is_empty(), "no answer shows {unseen:?}");
}

#[test]
fn a_field_too_many_or_too_few_is_found() {
    let shapes = Shapes::parse(
        "export interface A { a: string; b: B[] | null } export interface B { c: number }",
    );
    let of = |value: Value| {
        let name = Type::Named("A".to_owned());
        shapes.check(&value, &name, "it", &mut BTreeSet::new())
    };
    assert_eq!(of(json!({"a": "x", "b": [{"c": 1}]})), Ok(()));
    assert_eq!(of(json!({"a": "x", "b": null})), Ok(()));
    assert_eq!(of(json!({"a": "x"})), Err("it: b is missing".to_owned()));
    assert_eq!(
        of(json!({"a": "x", "b": null, "d": 1})),
        Err("it: d is not in types.ts".to_owned())
    );
    let wrong = of(json!({"a": 1, "b": null}));
    assert_eq!(wrong, Err("it.a: 1 is no String".to_owned()));
    assert!(of(json!({"a": "x", "b": [{}]}))
        .unwrap_err()
        .contains("c is missing"));
}
