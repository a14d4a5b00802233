//! Answers of the engine on the made-up exchange.

use super::*;
use crate::fixtures::{rich, NOW, RICH, TROUBLED};
use serde_json::json;

fn engine() -> Engine {
    Engine { book: rich() }
}

fn call(engine: &Engine, method: &str, request: Value) -> Value {
    let asked = json!({"method": method, "request": request}).to_string();
    serde_json::from_slice(&engine.call(asked.as_bytes())).unwrap()
}

fn ok(method: &str, request: Value) -> Value {
    let reply = call(&engine(), method, request);
    assert_eq!(reply["error"], Value::Null, "{method}");
    reply["ok"].clone()
}

fn ticket(changes: &[(&str, Value)]) -> Value {
    let mut request = json!({"account": RICH.to_string(), "market": 0, "side": "buy", "size": "0.1",
        "limit": "", "reduceOnly": false, "trigger": "", "life": "", "now": NOW});
    for (name, value) in changes {
        request[*name] = value.clone();
    }
    request
}

#[test]
fn no_input_ends_the_engine() {
    let engine = engine();
    for input in [
        "",
        "{",
        "null",
        "{\"method\":1}",
        "{\"method\":\"ticket\",\"request\":{}}",
        "\u{0}",
    ] {
        let reply: Value = serde_json::from_slice(&engine.call(input.as_bytes())).unwrap();
        assert!(reply["error"]["message"].is_string(), "{input}: {reply}");
    }
    let reply = call(&engine, "overview", json!({"now": i64::MIN}));
    assert!(reply["ok"].is_object(), "{reply}");
    let far = json!({"account": RICH.to_string(), "now": i64::MAX});
    let reply = call(&engine, "account", far);
    assert!(reply["ok"].is_object(), "{reply}");
}

#[test]
fn an_account_that_was_closed_is_forgotten() {
    let mut engine = engine();
    engine.forget(RICH.as_ref());
    let reply = call(
        &engine,
        "account",
        json!({"account": RICH.to_string(), "now": NOW}),
    );
    assert_eq!(reply["error"]["field"], "account");
    assert_eq!(engine.take(b"too short"), 0);
    assert_eq!(engine.take(&[7; 64]), 0);
}

#[test]
fn an_account_shows_where_it_comes_to_a_liquidation_and_what_that_would_close() {
    let view = ok("account", json!({"account": RICH.to_string(), "now": NOW}));
    assert_eq!(view["health"]["state"], "healthy");
    // 10 BTC at 14,000 with 40,000 of cash: 140,000 - 40,000 = 0.95 * 10 p.
    let at = view["positions"][0]["liquidationPrice"].as_str().unwrap();
    assert!(at.starts_with("10526.31578"), "{at}");
    assert_eq!(view["positions"][0]["size"], "10");
    assert_eq!(view["positions"][0]["entry"], "14000");
    assert_eq!(view["refusal"]["name"], "AccountHealthy");
    assert_eq!(view["assessment"]["maintenanceUsdAtoms"], "6999999974");
    assert_eq!(view["orders"][1]["life"], "waitsForTrigger");
}

#[test]
fn a_flagged_account_under_maintenance_is_first_in_the_queue() {
    let queue = ok("queue", json!({"now": NOW}));
    let first = &queue[0];
    assert_eq!(first["address"], TROUBLED.to_string());
    assert_eq!(
        (&first["state"], &first["due"]),
        (&json!("liquidatable"), &json!("liquidate"))
    );
    assert_eq!(first["refusal"], Value::Null);
    let usd = |name: &str| -> f64 { first[name].as_str().unwrap().parse().unwrap() };
    assert!(usd("bonusMost") >= usd("bonusNow") && usd("bonusNow") > 0.0);
}

#[test]
fn a_ticket_costs_what_the_fill_would_cost() {
    let view = ok("ticket", ticket(&[]));
    assert_eq!(view["args"]["lots"], "10000");
    assert_eq!(view["limit"], "14140");
    assert_eq!(view["problem"], Value::Null, "{view}");
    // 5 basis points of 1,400 dollars.
    let fee: f64 = view["fee"].as_str().unwrap().parse().unwrap();
    assert!((0.7..0.701).contains(&fee), "{fee}");
    assert_eq!(view["notional"], "1400");
    assert_eq!(view["spreadCost"], "0");
    let margin: f64 = view["margin"].as_str().unwrap().parse().unwrap();
    assert!((139.99..140.01).contains(&margin), "{margin}");
}

#[test]
fn a_ticket_names_the_field_that_is_wrong() {
    let refused = |changes: &[(&str, Value)]| {
        let reply = call(&engine(), "ticket", ticket(changes));
        let problem = match &reply["error"] {
            Value::Null => reply["ok"]["problem"].clone(),
            error => error.clone(),
        };
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        (text("field"), text("name"))
    };
    let expect = |field: &str, name: &str| (field.to_owned(), name.to_owned());
    assert_eq!(refused(&[("size", json!("much"))]), expect("size", ""));
    assert_eq!(refused(&[("size", json!("0.000001"))]), expect("size", ""));
    assert_eq!(
        refused(&[("size", json!("30"))]),
        expect("size", "BelowInitialMargin")
    );
    assert_eq!(
        refused(&[("limit", json!("13000"))]),
        expect("limit", "BeyondLimit")
    );
    assert_eq!(
        refused(&[("life", json!("1"))]),
        expect("life", "BadExpiry")
    );
    assert_eq!(
        refused(&[("reduceOnly", json!(true))]),
        expect("reduceOnly", "NothingToReduce")
    );
    assert_eq!(refused(&[("trigger", json!("0"))]), expect("trigger", ""));
    let nobody = [("account", Value::Null), ("size", json!("1"))];
    assert_eq!(refused(&nobody), expect("", "RewardNotCovered"));
}

#[test]
fn a_reduction_lowers_the_margin_and_moves_the_liquidation_away() {
    let before = ok("account", json!({"account": RICH.to_string(), "now": NOW}));
    let changes = [
        ("side", json!("sell")),
        ("reduceOnly", json!(true)),
        ("size", json!("5")),
    ];
    let view = ok("ticket", ticket(&changes));
    assert_eq!(view["problem"], Value::Null, "{view}");
    let number = |value: &Value| -> f64 { value.as_str().unwrap().parse().unwrap() };
    assert!(number(&view["margin"]) < -6_000.0);
    let (was, is) = (
        &before["positions"][0]["liquidationPrice"],
        &view["liquidationPrice"],
    );
    assert!(number(is) < number(was));
    assert_eq!(view["atLiquidation"]["closes"][0]["of"], "5");
}

#[test]
fn what_may_leave_is_what_the_withdrawal_would_let_go() {
    let of = |bank: u16, account: String| {
        ok(
            "withdrawable",
            json!({"account": account, "bank": bank, "now": NOW}),
        )
    };
    let view = ok("account", json!({"account": RICH.to_string(), "now": NOW}));
    let cash = of(0, RICH.to_string());
    assert_eq!(cash["amount"], view["health"]["excess"]);
    assert_eq!(cash["why"]["name"], "ExceedsExcess");
    let token = of(1, TROUBLED.to_string());
    assert_eq!(token["amount"], "0");
    assert_eq!(token["why"]["name"], "ExceedsExcess");
}

#[test]
fn an_amount_is_read_exactly_or_refused_by_its_field() {
    let ask = |text: &str| {
        let request = json!({"field": "amount", "text": text, "bank": 0, "most": "2.5"});
        call(&engine(), "parseAmount", request)
    };
    assert_eq!(ask("1.000001")["ok"]["atoms"], "1000001");
    assert_eq!(ask("all")["ok"]["amount"], "2.5");
    for text in ["3", "0", "", "1e3", "0.0000001"] {
        assert_eq!(ask(text)["error"]["field"], "amount", "{text}");
    }
}

#[test]
fn a_wider_fall_closes_more_and_never_more_than_closing_all() {
    let points = ok(
        "whatIf",
        json!({"account": RICH.to_string(), "market": 0, "prices": ["14000", "10500", "10400"], "now": NOW}),
    );
    assert_eq!(points[0]["closeAll"], Value::Null);
    assert_eq!(points[1]["change"], "-0.25");
    let number = |value: &Value| -> f64 { value.as_str().unwrap().parse().unwrap() };
    let closed = |place: usize| number(&points[place]["plan"]["closed"]);
    assert!(closed(1) < closed(2));
    for place in [1, 2] {
        let all = &points[place]["closeAll"];
        assert!(closed(place) < number(&all["closed"]));
        assert!(number(&points[place]["plan"]["cost"]) < number(&all["cost"]));
    }
}

#[test]
fn a_recovery_plan_out_of_bounds_names_its_field() {
    let ask = |trigger: &str, target: &str, fee: &str| {
        let request = json!({"account": RICH.to_string(), "triggerRatio": trigger, "targetRatio": target,
            "mostFee": fee, "now": NOW});
        call(&engine(), "recovery", request)
    };
    for (trigger, target, fee, field) in [
        ("1", "1.3", "0.1", "triggerRatio"),
        ("1.5", "1.6", "0.1", "triggerRatio"),
        ("1.1", "1.1", "0.1", "targetRatio"),
        ("1.1", "1.3", "50", "mostFee"),
        ("0", "0", "0", "triggerRatio"),
    ] {
        assert_eq!(ask(trigger, target, fee)["error"]["field"], field);
    }
    let view = ask("1.15", "1.3", "0.1");
    let at = &view["ok"]["at"][0];
    let number = |value: &Value| -> f64 { value.as_str().unwrap().parse().unwrap() };
    assert!(
        number(&at["price"]) > number(&at["liquidationPrice"]),
        "{at}"
    );
    assert_eq!(at["plan"]["kind"], "recovery");
}

#[test]
fn the_pool_shows_what_a_share_is_worth() {
    let view = ok("overview", json!({"now": NOW}));
    assert_eq!(view["pool"]["shares"], "400000");
    let number = |value: &Value| -> f64 { value.as_str().unwrap().parse().unwrap() };
    let price = number(&view["pool"]["lowerPrice"]);
    let value = number(&view["pool"]["lowerValue"]);
    assert!(
        (price - value / 400_000.0).abs() < 0.000_001,
        "{price} {value}"
    );
    assert_eq!(view["exchange"]["pauses"][0]["what"], "liquidity");
    assert_eq!(
        view["proposals"][0]["text"],
        "End BTC-PERP: only reductions from then on, settled a day later"
    );
}
