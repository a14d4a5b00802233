//! The page's server, and the keeper beside it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use reqwest::{header, Method, Response};
use serde_json::{json, Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use whittle_localnet::play::{Controls, Mode, Pace};
use whittle_localnet::{app, App, KeeperProcess, Local, Player, Recording};

use crate::{dollars, options, start};

const USDC: u64 = 1_000_000;

/// An exchange with a page of two files.
struct Scene {
    app: App,
    controls: Controls,
    player: Player,
    local: Arc<Local>,
    http: reqwest::Client,
    runtime: Runtime,
    _page: TempDir,
}

impl Scene {
    fn new(begin: Mode) -> Self {
        let local = Arc::new(start(options()));
        local.publish(&dollars([16_000, 700, 150])).unwrap();
        let pace = Pace {
            secs_per_hour: 1.0,
            secs_between: 1,
            repeat: true,
            begin,
        };
        let player = local.play(Recording::week().unwrap(), pace);
        let page = TempDir::new().unwrap();
        fs::create_dir(page.path().join("assets")).unwrap();
        fs::write(page.path().join("index.html"), "<p>the page").unwrap();
        fs::write(page.path().join("assets/engine-1.wasm"), b"\0asm").unwrap();
        let controls = player.controls();
        let listener = app::listen(0).unwrap();
        Self {
            app: App::start(Arc::clone(&local), controls.clone(), page.path(), listener).unwrap(),
            controls,
            player,
            local,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            runtime: Runtime::new().unwrap(),
            _page: page,
        }
    }

    fn ask(&self, method: Method, path: &str, origin: Option<&str>, body: &Value) -> Response {
        let url = format!("{}{path}", self.app.url());
        let mut request = self.http.request(method.clone(), url);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if method == Method::POST {
            request = request.json(body);
        }
        self.runtime.block_on(request.send()).unwrap()
    }

    fn told(&self, response: Response) -> (u16, Value) {
        let status = response.status().as_u16();
        (status, self.runtime.block_on(response.json()).unwrap())
    }

    fn get(&self, path: &str) -> Value {
        let (status, told) = self.told(self.ask(Method::GET, path, None, &Value::Null));
        assert_eq!(status, 200, "{told}");
        told
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.told(self.ask(Method::POST, path, None, body))
    }

    /// A status 200.
    fn change(&self, path: &str, body: &Value) -> Value {
        let (status, told) = self.post(path, body);
        assert_eq!(status, 200, "{told}");
        told
    }
}

fn price_of(state: &Value, symbol: &str) -> String {
    let prices = state["prices"].as_array().unwrap();
    let found = prices.iter().find(|it| it["symbol"] == symbol);
    found.unwrap()["price"].as_str().unwrap().to_owned()
}

#[test]
fn the_page_is_served_with_what_it_connects_to_and_only_its_hashed_files_are_kept() {
    let scene = Scene::new(Mode::Hold);
    let config = scene.get("config.json");
    let node = scene.local.node();
    let genesis = node.call("getGenesisHash", json!([])).unwrap();
    let feeds = scene.local.oracles().feeds().iter();
    let oracles: Vec<String> = feeds.map(|feed| feed.address.to_string()).collect();
    let banks = scene.local.description.banks.iter();
    let tokens: BTreeMap<String, &str> = banks
        .map(|bank| (bank.mint.to_string(), bank.name.as_str()))
        .collect();
    assert_eq!(
        config,
        json!({
            "name": "local",
            "rpcUrl": scene.local.rpc_url(),
            "wsUrl": scene.local.ws_url(),
            "programId": whittle::ID.to_string(),
            "genesisHash": genesis,
            "local": "/local",
            "tokens": tokens,
            "oracles": {
                "markets": {"0": oracles[0], "1": oracles[1], "2": oracles[2]},
                "banks": {"1": oracles[2]},
            },
        })
    );
    assert_eq!(scene.app.config(), &config);

    let headers = |path: &str| {
        let got = scene.ask(Method::GET, path, None, &Value::Null);
        let text = |name| {
            got.headers()
                .get(name)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        };
        let policy = text(header::CONTENT_SECURITY_POLICY);
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';"),
            "{policy}"
        );
        (
            got.status().as_u16(),
            text(header::CONTENT_TYPE),
            text(header::CACHE_CONTROL),
        )
    };
    let expected = |kind: &str, kept: &str| (200, kind.to_owned(), kept.to_owned());
    assert_eq!(headers(""), expected("text/html", "no-cache"));
    assert_eq!(headers("index.html"), expected("text/html", "no-cache"));
    let kept = "public, max-age=31536000, immutable";
    assert_eq!(
        headers("assets/engine-1.wasm"),
        expected("application/wasm", kept)
    );
    let json = "application/json";
    assert_eq!(headers("config.json"), expected(json, "no-store"));
    for path in [
        "assets/gone.js",
        "gone",
        "../Cargo.toml",
        "%2e%2e/Cargo.toml",
    ] {
        let gone = scene.ask(Method::GET, path, None, &Value::Null);
        assert_eq!(gone.status().as_u16(), 404, "{path}");
        assert_eq!(gone.headers()[header::CACHE_CONTROL], "no-cache", "{path}");
    }
}

#[test]
fn a_wallet_is_given_sol_and_tokens_of_every_bank_each_time_it_asks() {
    let scene = Scene::new(Mode::Hold);
    let wallet = Pubkey::new_unique();
    let ask = json!({"address": wallet.to_string()});
    let balances = || {
        let node = scene.local.node();
        let sol = node.call("getBalance", json!([wallet.to_string()]));
        let of = |bank: &str| {
            let banks = &scene.local.description.banks;
            let mint = banks.iter().find(|it| it.name == bank).unwrap().mint;
            let filter = json!({"mint": mint.to_string()});
            let params = json!([wallet.to_string(), filter, {"encoding": "jsonParsed"}]);
            let accounts = node.call("getTokenAccountsByOwner", params).unwrap();
            let held = &accounts["value"][0]["account"]["data"]["parsed"]["info"];
            held["tokenAmount"]["uiAmountString"].clone()
        };
        let lamports = sol.unwrap()["value"].as_u64().unwrap();
        (lamports / 1_000_000_000, of("USDC"), of("SOL"))
    };
    let given = scene.change("local/fund", &ask);
    assert_eq!(given["sol"], "10");
    assert_eq!(given["tokens"][0]["name"], "USDC");
    assert_eq!(given["tokens"][0]["amount"], "10000");
    assert_eq!(balances(), (10, json!("10000"), json!("10")));
    scene.change("local/fund", &ask);
    assert_eq!(balances(), (20, json!("20000"), json!("20")));
}

#[test]
fn a_price_moved_by_hand_is_held_and_stays_fresh_until_the_recording_goes_on() {
    let scene = Scene::new(Mode::Play);
    assert_eq!(scene.get("local")["playing"], true);

    let ask = json!({"symbol": "BTC", "price": "12345.5"});
    let moved = scene.change("local/price", &ask);
    assert_eq!(price_of(&moved, "BTC-PERP"), "12345.5");
    assert_eq!(moved["playing"], false);
    let ask = json!({"symbol": "BTC-PERP", "change": "-0.5"});
    let moved = scene.change("local/price", &ask);
    assert_eq!(price_of(&moved, "BTC-PERP"), "6172.75");

    // Published again: the chain's oracle account gets newer publish times at the same price.
    let feed = scene.local.oracles().feeds()[0].address;
    let seen = || scene.local.node().data(&[feed]).unwrap();
    let (first, at) = (seen(), scene.controls.at());
    let deadline = Instant::now() + Duration::from_secs(20);
    while seen() == first {
        assert!(Instant::now() < deadline, "the price grows old");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(price_of(&scene.get("local"), "BTC-PERP"), "6172.75");
    assert_eq!(scene.controls.at(), at, "the recording stands still");

    let on = scene.change("local/play", &json!({"playing": true}));
    assert_eq!(on["playing"], true);
    let deadline = Instant::now() + Duration::from_secs(20);
    while price_of(&scene.get("local"), "BTC-PERP") == "6172.75" {
        assert!(Instant::now() < deadline, "the recording does not go on");
        thread::sleep(Duration::from_millis(100));
    }
    scene.player.check().unwrap();
    let held = scene.change("local/play", &json!({"playing": false}));
    assert_eq!(held["playing"], false);
}

#[test]
fn bad_input_is_refused_by_the_name_of_its_field_and_changes_nothing() {
    let scene = Scene::new(Mode::Play);
    for (path, body, field) in [
        ("local/fund", json!({}), "address"),
        ("local/fund", json!({"address": 5}), "address"),
        ("local/fund", json!({"address": "me"}), "address"),
        ("local/price", json!({"symbol": "BTC"}), "price"),
        ("local/price", json!({"price": "1"}), "symbol"),
        (
            "local/price",
            json!({"symbol": "DOGE", "price": "1"}),
            "symbol",
        ),
        (
            "local/price",
            json!({"symbol": "BTC", "price": "0"}),
            "price",
        ),
        ("local/price", json!({"symbol": "BTC", "price": 5}), "price"),
        (
            "local/price",
            json!({"symbol": "BTC", "change": "-1"}),
            "change",
        ),
        (
            "local/price",
            json!({"symbol": "BTC", "prize": "1"}),
            "prize",
        ),
        ("local/play", json!({"playing": "yes"}), "playing"),
    ] {
        let (status, told) = scene.post(path, &body);
        assert_eq!(status, 400, "{body}: {told}");
        let error = told["error"].as_str().unwrap();
        assert!(error.contains(field), "{body}: {error}");
    }
    assert_eq!(scene.controls.mode(), Mode::Play);
}

#[test]
fn another_page_in_the_same_browser_can_change_nothing() {
    let scene = Scene::new(Mode::Play);
    let ask = json!({"playing": false});
    let from = |origin: &str| {
        let answer = scene.ask(Method::POST, "local/play", Some(origin), &ask);
        assert!(!answer
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        scene.told(answer)
    };
    let url = scene.app.url().to_owned();
    for origin in ["https://elsewhere.example", "http://127.0.0.1:1", "null"] {
        let (status, told) = from(origin);
        let why = format!("only the page at {url} may ask for this");
        assert_eq!((status, &told), (403, &json!({"error": why})));
    }
    assert_eq!(scene.controls.mode(), Mode::Play);

    let own = url.trim_end_matches('/');
    assert_eq!(from(own).0, 200);
    assert_eq!(scene.controls.mode(), Mode::Hold);
    assert_eq!(from(&own.replace("127.0.0.1", "localhost")).0, 200);
}

#[test]
fn the_keeper_beside_the_page_fills_orders_and_calls_but_liquidates_only_when_told_to() {
    let scene = Scene::new(Mode::Hold);
    let local = &scene.local;
    local.write_configurations().unwrap();
    local.write_page_keeper(false).unwrap();
    let keeper = KeeperProcess::start(local, "keeper.toml").unwrap();
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let deadline = Instant::now() + Duration::from_secs(40);
        while !done() {
            assert!(
                Instant::now() < deadline,
                "{what}: {}",
                keeper.log().unwrap()
            );
            thread::sleep(Duration::from_millis(100));
        }
    };
    until("it is ready", &|| {
        keeper.get(local, "/readyz").unwrap().0 == 200
    });

    let trader = local.member("trader", 5_000 * USDC).unwrap();
    local.open_account(&trader).unwrap();
    local.deposit(&trader, 0, 5_000 * USDC).unwrap();
    local.place(&trader, 0, 40_000).unwrap();
    let account = || local.margin_account(&trader.account()).unwrap();
    until("the order is filled", &|| {
        account().open_positions().next().is_some()
    });

    // Under the level of a margin call, then under maintenance.
    scene.change("local/price", &json!({"symbol": "BTC", "price": "14450"}));
    while local.look().unwrap().called == 0 {
        assert_eq!(local.look().unwrap().under, 0);
        scene.change("local/price", &json!({"symbol": "BTC", "change": "-0.001"}));
    }
    until("a margin call is issued", &|| {
        account().margin_called_at != 0
    });
    scene.change("local/price", &json!({"symbol": "BTC", "price": "14240"}));
    until("it is under maintenance", &|| {
        local.look().unwrap().under == 1
    });
    // Every price is cached, and it does nothing about the account.
    let cached = || {
        let mirror = local.mirror().unwrap();
        mirror.market(0).unwrap().price.publish_time
    };
    let first = cached();
    until("two more prices are cached", &|| cached() >= first + 2);
    assert_eq!((account().flagged_at, account().receipt.at), (0, 0));
    let flags = keeper.metric(local, "whittle_keeper_actions_total", "flag_account");
    assert!(flags.unwrap().abs() < 0.5);
    drop(keeper);

    local.write_page_keeper(true).unwrap();
    let keeper = KeeperProcess::start(local, "keeper.toml").unwrap();
    let deadline = Instant::now() + Duration::from_secs(40);
    while account().receipt.at == 0 {
        assert!(Instant::now() < deadline, "{}", keeper.log().unwrap());
        thread::sleep(Duration::from_millis(100));
    }
}
