//! The whole of it as its users meet it: traders at the command line, a client that knows only the
//! IDL, two keepers, and a crash.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{json, Value};
use tempfile::TempDir;
use whittle_client::event::Event;
use whittle_client::local::prices::HOUR;
use whittle_localnet::play::{Mode, Pace};
use whittle_localnet::validator::kit_modules;
use whittle_localnet::{KeeperProcess, Local, Member};

use crate::whittle::{atoms, whittle};
use crate::{options, start};

const USDC: u64 = 1_000_000;
const KIT: &str = include_str!("../../../tools/localnet/kit/trade.mjs");
const IDL: &str = include_str!("../../../idl/whittle.json");

/// Publishes the last prices again, second by second, until it is as `done` says.
fn publish_until(local: &Local, what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(40);
    let mut due = Instant::now();
    while !done() {
        assert!(Instant::now() < deadline, "not after 40 s: {what}");
        if Instant::now() >= due {
            local.publish(&local.oracles().prices()).unwrap();
            due = Instant::now() + Duration::from_secs(2);
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn holds(local: &Local, member: &Member) -> bool {
    let account = local.margin_account(&member.account()).unwrap();
    let holds = account.open_positions().next().is_some();
    holds
}

/// A trader who opens an account, deposits and orders at the command line.
fn trader(local: &Local, name: &str, deposit: &str, order: [&str; 3]) -> Member {
    let member = local.member(name, 20_000 * USDC).unwrap();
    local.write_configuration(&member).unwrap();
    whittle(&member, &["account", "open"]);
    whittle(&member, &["deposit", deposit]);
    let [market, side, size] = order;
    whittle(
        &member,
        &["order", "place", market, side, size, "--life", "250s"],
    );
    member
}

/// The same with @solana/kit and the IDL: starts the script, which ends once its order is filled.
fn kit(local: &Local, member: &Member, folder: &TempDir) -> std::process::Child {
    let at = folder.path();
    fs::write(at.join("trade.mjs"), KIT).unwrap();
    fs::write(at.join("whittle.json"), IDL).unwrap();
    let modules = kit_modules().unwrap().join("node_modules");
    symlink(modules, at.join("node_modules")).unwrap();
    let wanted = json!({
        "rpc": local.rpc_url(),
        "idl": at.join("whittle.json"),
        "keypair": member.file,
        "deposit": (1_000 * USDC).to_string(),
        "market": 0,
        "notional": (2_000 * USDC).to_string(),
        "patience": 40,
    });
    Command::new("node")
        .arg(at.join("trade.mjs"))
        .arg(wanted.to_string())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn the_recorded_crash_leaves_nobody_under_maintenance_while_two_keepers_watch() {
    // From ten in the evening of the 21st: the first fall comes four hours later.
    let mut options = options();
    options.recording.start += 10 * HOUR;
    let recording = options.recording.clone();
    let local = start(options);
    local.write_configurations().unwrap();
    local.update().unwrap();
    let mut keepers =
        ["keeper.toml", "keeper-2.toml"].map(|it| KeeperProcess::start(&local, it).unwrap());
    publish_until(&local, "both keepers are ready", || {
        let status = |keeper: &KeeperProcess| keeper.get(&local, "/readyz").unwrap().0;
        keepers.iter().all(|keeper| status(keeper) == 200)
    });

    // They open positions: three at the command line, one by the IDL alone.
    let member = local.member("kit", 1_000 * USDC).unwrap();
    let folder = TempDir::new().unwrap();
    let script = kit(&local, &member, &folder);
    let long = trader(&local, "long", "5000", ["BTC", "buy", "$46000"]);
    let ether = trader(&local, "ether", "6000", ["ETH", "buy", "$54000"]);
    let short = trader(&local, "short", "5000", ["BTC", "sell", "$20000"]);
    publish_until(&local, "every order is filled", || {
        let ordered = [&long, &ether, &short];
        let opened = local.node().data(&[member.account()]).unwrap();
        ordered.iter().all(|it| holds(&local, it)) && opened[0].is_some() && holds(&local, &member)
    });
    let ended = script.wait_with_output().unwrap();
    assert!(ended.status.success(), "the kit script failed");
    let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(told["account"], json!(member.account().to_string()));
    let seen = local.margin_account(&member.account()).unwrap();
    let position = *seen.open_positions().next().unwrap();
    assert_eq!(told["ordered"], json!(position.lots.to_string()));
    assert_eq!(told["cash"], json!(seen.cash_usd_atoms.to_string()));

    // The price falls as it did in December 2017 until both are liquidated. Hours of it
    // pass in seconds, so the price may jump from health to insolvency.
    let pace = Pace {
        secs_per_hour: 7.0,
        secs_between: 1,
        repeat: false,
        begin: Mode::Play,
    };
    let player = local.play(recording, pace);
    let receipt = |member: &Member| local.margin_account(&member.account()).unwrap().receipt;
    let deadline = Instant::now() + Duration::from_secs(80);
    while receipt(&long).at == 0 || receipt(&ether).at == 0 {
        player.check().unwrap();
        assert!(Instant::now() < deadline, "{}", keepers[0].log().unwrap());
        thread::sleep(Duration::from_millis(100));
    }
    drop(player);
    publish_until(&local, "nobody is under maintenance or flagged", || {
        let sight = local.look().unwrap();
        (sight.under, sight.flagged) == (0, 0)
    });

    // The command line shows it: back at the target, or closed where the price jumped too far.
    for member in [&long, &ether] {
        let health = whittle(member, &["health"]);
        let is_over = atoms(&health["equity"]) >= atoms(&health["maintenance"]);
        assert!(is_over || health["positions"] == json!([]), "{health}");
        let shown = &whittle(member, &["account", "receipt"])["receipt"];
        let (equity, maintenance) = (&shown["equity_after"], &shown["maintenance_after"]);
        let (equity, maintenance) = (atoms(equity), atoms(maintenance));
        let is_closed = maintenance == 0;
        assert!(is_closed || 10 * equity >= 11 * maintenance, "{shown}");
        assert_eq!(atoms(&shown["bonus"]), receipt(member).bonus_usd_atoms);
    }
    assert_eq!(receipt(&short).at, 0, "the short has gained");

    metrics_agree_with_the_chain(&local, &keepers);
    for keeper in &mut keepers {
        let ended = keeper.terminate(Duration::from_secs(20)).unwrap();
        assert_eq!(ended.code(), Some(0), "{}", keeper.log().unwrap());
    }
}

/// Once what is in flight has ended: counts by the events, earnings by the margin accounts.
fn metrics_agree_with_the_chain(local: &Local, keepers: &[KeeperProcess; 2]) {
    let done = |keeper: &KeeperProcess, action: &str| {
        let text = keeper.get(local, "/metrics").unwrap().1;
        let begin =
            format!("whittle_keeper_actions_total{{action=\"{action}\",outcome=\"done\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&begin));
        line.map_or(0, |count| count.parse::<usize>().unwrap())
    };
    let earned = |keeper: &KeeperProcess| {
        let usd = keeper.metric(local, "whittle_keeper_earned_usd_total", "");
        (usd.unwrap() * 1e6).round() as i64
    };
    let of_all = |action: &str| keepers.iter().map(|it| done(it, action)).sum::<usize>();
    let has = |place: usize| {
        let account = local.margin_account(&local.keepers[place].account());
        account.unwrap().cash_usd_atoms
    };
    let agreed = || {
        let history = local.history().unwrap();
        let events = history.iter().flat_map(|done| &done.events);
        let (mut liquidations, mut fills, mut flags) = (0, 0, 0);
        for event in events {
            match event {
                Event::PartiallyLiquidated(_) | Event::AccountUnflagged(_) => liquidations += 1,
                Event::OrderFilled(_) | Event::OrderKilled(_) => fills += 1,
                Event::AccountFlagged(_) => flags += 1,
                _ => {}
            }
        }
        let chain = (liquidations, fills, flags, [has(0), has(1)]);
        let metrics = (
            of_all("liquidate_partial"),
            of_all("fill_order"),
            of_all("flag_account"),
            [earned(&keepers[0]), earned(&keepers[1])],
        );
        (chain, metrics)
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let (chain, metrics) = agreed();
        if chain == metrics {
            assert!(chain.0 >= 2 && chain.1 >= 4, "{chain:?}");
            return;
        }
        assert!(
            Instant::now() < deadline,
            "chain {chain:?}, metrics {metrics:?}"
        );
        thread::sleep(Duration::from_millis(200));
    }
}
