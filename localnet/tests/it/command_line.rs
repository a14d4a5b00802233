//! What owners, operators and anyone do with `whittle` where a whole story hangs on it: the exact
//! words, sums and errors.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{json, Value};
use whittle_localnet::{process, Local, Member};

use crate::whittle::{atoms, refused, whittle};
use crate::{dollars, options, start};

const USDC: u64 = 1_000_000;
const SOL: u64 = 1_000_000_000;

/// An exchange at 16,000 dollars for BTC.
pub fn exchange() -> Local {
    let local = start(options());
    local.write_configurations().unwrap();
    at(&local, 16_000);
    local
}

/// Publishes and caches a price of BTC.
pub fn at(local: &Local, bitcoin: u64) {
    local.publish(&dollars([bitcoin, 700, 150])).unwrap();
    local.update().unwrap();
}

/// A trader with a margin account and so many dollars in it.
pub fn trader(local: &Local, name: &str, deposit: &str) -> Member {
    let member = local.member(name, 20_000 * USDC).unwrap();
    local.write_configuration(&member).unwrap();
    whittle(&member, &["account", "open"]);
    whittle(&member, &["deposit", deposit]);
    member
}

/// Orders BTC and has the order filled.
pub fn trade(local: &Local, member: &Member, order: &[&str]) {
    local.update().unwrap();
    whittle(member, &[&["order", "place", "BTC"], order].concat());
    local.fill(&[member], &local.keepers[0]).unwrap();
}

pub fn name(address: &Member) -> String {
    address.account().to_string()
}

pub fn events(done: &Value) -> &Value {
    &done["events"]
}

/// Exit code and name of the error.
pub fn error(member: &Member, arguments: &[&str]) -> (i32, String) {
    let (code, name, what) = refused(member, arguments);
    (code, name.unwrap_or(what))
}

pub fn program(name: &str) -> (i32, String) {
    (1, name.to_owned())
}

#[test]
fn a_stop_is_taken_back_triggered_and_filled_and_the_exact_excess_leaves() {
    let local = exchange();
    let (owner, keeper) = (trader(&local, "owner", "3000"), &local.keepers[1]);
    trade(&local, &owner, &["buy", "$8000"]);

    // What is free leaves while the position stays: a little more may not.
    local.update().unwrap();
    let free = atoms(&whittle(&owner, &["health"])["excess"]);
    let more = format!("{}", free / 1_000_000 + 1);
    assert_eq!(
        error(&owner, &["withdraw", &more]),
        program("ExceedsExcess")
    );
    let less = format!("{}", free / 1_000_000 - 1);
    let left = whittle(&owner, &["withdraw", &less]);
    assert_eq!(events(&left), &json!(["Withdrawn"]));
    let still = atoms(&whittle(&owner, &["health"])["excess"]);
    assert!((0..2_000_000).contains(&still), "{still}");
    whittle(&owner, &["deposit", &less]);

    // Two stops, of which one is taken back.
    let stop = whittle(&owner, &["stop", "place", "BTC", "--at", "15000"]);
    assert_eq!(
        stop["actions"],
        json!([
            "sell 0.5 BTC at least at 14_250.00 once the price falls to 15_000.00, only reducing, \
             expires in 30 d 0 h; filled at the first price published 2 s after somebody shows that \
             price, or not at all; 0.05 USD are set aside for whoever fills it"
        ])
    );
    whittle(&owner, &["stop", "place", "BTC", "--at", "18000"]);
    let orders = whittle(&owner, &["order", "list"]);
    assert_eq!(orders.as_array().unwrap().len(), 2, "{orders}");
    let back = whittle(&owner, &["stop", "cancel", "1"]);
    assert_eq!(events(&back), &json!(["OrderRemoved"]));
    assert_eq!(error(&owner, &["stop", "cancel", "1"]), program("NoOrder"));

    // Its price is not reached, then it is; who shows it need not be the owner.
    let trigger = ["crank", "trigger", &name(&owner), "0"];
    assert_eq!(error(keeper, &trigger), program("TriggerNotReached"));
    at(&local, 14_900);
    let shown = whittle(keeper, &trigger);
    assert_eq!(events(&shown), &json!(["OrderTriggered"]));
    assert_eq!(
        error(&owner, &["stop", "cancel", "0"]),
        program("NotWaiting")
    );
    local.fill(&[&owner], keeper).unwrap();
    let account = whittle(&owner, &["account", "show"]);
    assert_eq!(
        (&account["positions"], &account["orders"]),
        (&json!([]), &json!([]))
    );

    // An atom more than there is stays; the rest leaves, and the account can be closed.
    assert_eq!(
        error(&owner, &["account", "close"]),
        program("AccountNotEmpty")
    );
    let cash = atoms(&account["cash"]);
    let all = |atoms: i64| format!("{}.{:06}", atoms / 1_000_000, atoms % 1_000_000);
    assert_eq!(
        error(&owner, &["withdraw", &all(cash + 1)]),
        program("ExceedsExcess")
    );
    let left = whittle(&owner, &["withdraw", &all(cash)]);
    assert_eq!(events(&left), &json!(["Withdrawn"]));
    assert_eq!(refused(&owner, &["withdraw", "all"]).0, 1);
    let closed = whittle(&owner, &["account", "close"]);
    assert_eq!(events(&closed), &json!(["MarginAccountClosed"]));
}

#[test]
fn a_pause_ends_by_itself_and_a_change_waits_for_its_time() {
    let local = exchange();
    let (authority, owner) = (&local.authority, trader(&local, "owner", "3000"));
    let pause = ["pause", "new-risk", "3s"];
    assert_eq!(error(&owner, &pause), program("NotGuardian"));
    let paused = whittle(authority, &pause);
    assert_eq!(paused["actions"], json!(["pause new risk for 3 s"]));
    let order = ["order", "place", "BTC", "buy", "0.01"];
    assert_eq!(error(&owner, &order), program("NewRiskPaused"));
    let deadline = Instant::now() + Duration::from_secs(30);
    while whittle(&owner, &["exchange", "show"])["pauses"][0]["paused"] == json!(true) {
        assert!(Instant::now() < deadline, "the pause does not end");
        thread::sleep(Duration::from_millis(200));
    }
    local.update().unwrap();
    let placed = whittle(&owner, &order);
    assert_eq!(events(&placed), &json!(["OrderPlaced"]));
    // Nor can the next one begin at once.
    assert_eq!(error(authority, &pause), program("PauseCoolingDown"));

    let guardian = owner.key().to_string();
    let propose = ["change", "propose", "guardian", &guardian];
    let dry = whittle(authority, &[&propose[..], &["--dry-run"]].concat());
    assert_eq!(
        (&dry["dry_run"], &dry["signature"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(whittle(&owner, &["change", "list"]), json!([]));
    let said = format!("queue proposal 0: guardian to {guardian}; it can be applied after 2 d 0 h");
    assert_eq!(whittle(authority, &propose)["actions"], json!([said]));
    let waits = &whittle(&owner, &["change", "list"])[0];
    assert_eq!(
        (&waits["number"], &waits["state"]),
        (&json!(0), &json!("waits"))
    );
    let (code, _, early) = refused(&owner, &["change", "apply", "0"]);
    assert_eq!(code, 1);
    // All of it, while the chain's clock has not moved on.
    let left = early.strip_prefix("proposal 0 can be applied in ");
    let is_left = |left: &str| left.starts_with("1 d 23 h") || left.starts_with("2 d 0 h");
    assert!(left.is_some_and(is_left), "{early}");
    assert_eq!(
        error(&owner, &["change", "cancel", "0"]),
        program("NotAuthority")
    );
    let back = whittle(authority, &["change", "cancel", "0"]);
    assert_eq!(events(&back), &json!(["ChangeCancelled"]));
    assert_eq!(whittle(&owner, &["change", "list"]), json!([]));
    let shown = whittle(&owner, &["exchange", "show"]);
    assert_eq!(shown["guardian"], json!(null));

    // Input that cannot be meant so exits with 2.
    let (code, _, what) = refused(&owner, &["order", "place", "DOGE", "buy", "1"]);
    let named =
        "market: \"DOGE\" is not listed: write one of BTC-PERP, ETH-PERP, SOL-PERP, or its number";
    assert_eq!((code, what.as_str()), (2, named));
}

#[test]
fn a_plan_is_carried_out_and_a_reserve_gives_cash_by_whoever_asks() {
    let local = exchange();
    let keeper = &local.keepers[1];
    let set = ["recovery", "set", "--trigger", "119%", "--target", "140%"];
    let planned = trader(&local, "planned", "5000");
    trade(&local, &planned, &["buy", "$40000"]);
    let recover = ["crank", "recover", &name(&planned)];
    assert_eq!(error(keeper, &recover), program("NoRecoveryPlan"));
    let made = whittle(&planned, &set);
    assert_eq!(events(&made), &json!(["RecoveryPlanSet"]));

    let saved = trader(&local, "saved", "5000");
    trade(&local, &saved, &["buy", "$40000"]);
    whittle(&saved, &set);
    whittle(&saved, &["account", "open", "--number", "1"]);
    whittle(&saved, &["deposit", "5000", "--account", "1"]);
    let reserve = whittle(&saved, &["account", "show", "--account", "1"])["address"].clone();
    let reserve = reserve.as_str().unwrap();
    let top_up = ["crank", "top-up", &name(&saved), "--reserve", reserve];
    assert_eq!(error(keeper, &top_up), program("NotAReserve"));
    whittle(&saved, &["reserve", "on", "--account", "1"]);
    local.update().unwrap();
    for early in [&recover[..], &top_up[..]] {
        assert_eq!(error(keeper, early), program("NotUnderTrigger"));
    }

    at(&local, 14_344);
    let before = whittle(&planned, &["health"]);
    let done = whittle(keeper, &recover);
    let after = whittle(&planned, &["health"]);
    let ratio = |health: &Value| 100 * atoms(&health["equity"]) / atoms(&health["maintenance"]);
    assert!((100..119).contains(&ratio(&before)), "{before}");
    assert!((139..145).contains(&ratio(&after)), "{after}");
    let (cost, lost) = (atoms(&done["preview"][0]["cost"]), atoms(&before["equity"]));
    let lost = lost - atoms(&after["equity"]);
    assert!(cost > 0 && (lost - cost).abs() < 100_000, "{done}");

    let topped = whittle(keeper, &top_up);
    assert_eq!(events(&topped), &json!(["ToppedUp"]));
    let health = whittle(&saved, &["health"]);
    assert!(ratio(&health) >= 119, "{health}");
}

#[test]
fn collateral_behind_an_overdraft_is_bought_and_a_loss_finds_who_bears_it() {
    let local = exchange();
    let keeper = &local.keepers[1];
    let tokens = |member: &Member, mint: &_, atoms| {
        local.node().set_tokens(&member.key(), mint, atoms).unwrap();
    };
    let (quote, purse) = (local.quote_mint(), 20_000 * USDC);
    tokens(keeper, &quote, purse);
    let pledged = trader(&local, "pledged", "10");
    let mint = local.mirror().unwrap().bank(1).unwrap().mint;
    tokens(&pledged, &mint, 40 * SOL);
    whittle(&pledged, &["deposit", "40", "--token", "1"]);
    let broke = trader(&local, "broke", "1000");
    trade(&local, &pledged, &["buy", "$10000"]);
    trade(&local, &broke, &["buy", "$7000"]);
    at(&local, 14_344);

    // Cash under zero with other collateral behind it is an overdraft; anyone may buy of that.
    let convert = ["crank", "convert", &name(&pledged), "1", "--most", "40"];
    assert_eq!(error(keeper, &convert), program("NothingToConvert"));
    trade(&local, &pledged, &["sell", "$20000", "--reduce-only"]);
    local.update().unwrap();
    let cash = |member: &Member| atoms(&whittle(member, &["account", "show"])["cash"]);
    let overdraft = cash(&pledged);
    assert!(overdraft < -900_000_000, "{overdraft}");
    let bought = whittle(keeper, &convert);
    assert_eq!(events(&bought), &json!(["CollateralConverted"]));
    assert!(cash(&pledged) >= 0);

    // Far under maintenance nobody has to flag, and what is missing is given to those who bear it.
    let resolve = ["crank", "resolve-bankruptcy", &name(&broke)];
    assert_eq!(error(keeper, &resolve), program("NotBankrupt"));
    at(&local, 13_000);
    whittle(keeper, &["crank", "liquidate", &name(&broke)]);
    let closed = whittle(&broke, &["account", "show"]);
    let missing = atoms(&closed["deficit"]);
    assert!(missing > 300_000_000, "{closed}");
    assert_eq!((cash(&broke), &closed["positions"]), (-missing, &json!([])));
    let resolved = whittle(keeper, &resolve);
    assert_eq!(events(&resolved), &json!(["BankruptcyResolved"]));
    let gone = whittle(&broke, &["account", "show"]);
    assert_eq!((cash(&broke), atoms(&gone["deficit"])), (0, 0));
}

#[test]
fn a_side_that_the_pool_could_not_pay_is_reduced_by_whoever_asks() {
    let local = exchange();
    let keeper = &local.keepers[1];
    let winner = local.member("winner", 1_500_000 * USDC).unwrap();
    local.write_configuration(&winner).unwrap();
    whittle(&winner, &["account", "open"]);
    whittle(&winner, &["deposit", "1500000"]);
    trade(&local, &winner, &["sell", "$3000000", "--limit", "14000"]);
    let start = ["crank", "start-deleverage", "BTC", "short"];
    let reduce = ["crank", "deleverage", &name(&winner), "BTC"];
    local.update().unwrap();
    assert_eq!(error(keeper, &start), program("PayoutBoundHolds"));
    assert_eq!(error(keeper, &reduce), program("NoDeleverage"));

    at(&local, 2_000);
    let before = whittle(&winner, &["account", "show"]);
    let started = whittle(keeper, &start);
    assert_eq!(events(&started), &json!(["DeleverageStarted"]));
    assert_eq!(error(keeper, &start), program("DeleverageRunning"));
    let reduced = whittle(keeper, &reduce);
    assert_eq!(events(&reduced), &json!(["Deleveraged"]));
    let after = whittle(&winner, &["account", "show"]);

    // What was closed is paid or owed: nothing is taken from the winner but the position.
    let lots = |account: &Value| account["positions"][0]["size"]["lots"].as_i64().unwrap();
    assert!(lots(&before) < lots(&after) && lots(&after) < 0, "{after}");
    let worth = |account: &Value| {
        let position = &account["positions"][0];
        atoms(&account["cash"]) + atoms(&position["profit"]) + atoms(&position["claim"])
    };
    let change = worth(&after) - worth(&before);
    assert!(change.abs() < 1_000_000, "{before} {after}");
    local.update().unwrap();
    assert_eq!(error(keeper, &start), program("PayoutBoundHolds"));
    let ended = whittle(keeper, &reduce);
    assert_eq!(events(&ended), &json!(["DeleverageEnded"]));
    assert_eq!(error(keeper, &reduce), program("NoDeleverage"));
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let mut ran = Command::new(process::program("whittle").unwrap())
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(ran.stdout.take());
    let ended = ran.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), said.as_ref()), (Some(0), ""));
}
