//! A local exchange with the page, whose prices, traders and keeper a script decides: what a browser
//! that tests the page runs on. `cargo xtask app e2e` builds it.
//!
//! ```text
//! app_stage [--page FOLDER] [--port PORT]
//! ```
//!
//! Slots take 100 ms, there are no traders and no keeper, and the first prices of the recording are
//! published again every two seconds. Once the page is there, it prints `{"url", "config"}`: the page's
//! address, and what its `/config.json` answers. Then it obeys its standard input, one JSON object a
//! line, and answers each with a line, `{"ok": true, ...}` or `{"ok": false, "error"}`. It ends with its
//! input.
//!
//! | line | does | answers besides |
//! | --- | --- | --- |
//! | `{"do": "price", "prices": {"BTC": "14000"}}` | publishes these prices in dollars, and the last ones of other markets | `publishedAt` |
//! | `{"do": "fresh", "on": false}` | lets prices grow old; `true` publishes them every two seconds again | |
//! | `{"do": "cache"}` | caches the published prices on chain, as a keeper would | |
//! | `{"do": "keeper", "on": true, "liquidate": false}` | starts a keeper and waits until it is ready; `"on": false` ends it | |
//! | `{"do": "trader", "name": "ann", "market": "BTC", "deposit": 5000, "leverage": 8}` | a new trader with dollars and a position of so many times as many, short when negative | `owner`, `account` |
//! | `{"do": "fund", "address": ADDRESS}` | as the page's own button does | `sol`, `tokens` |
//! | `{"do": "flag", "account": ADDRESS}` | flags a margin account under maintenance, as another keeper | |
//! | `{"do": "liquidate", "account": ADDRESS}` | flags it unless it is flagged, and liquidates it once newer prices confirm that, which takes some seconds | |
//! | `{"do": "look"}` | | `accounts`, `orders`, `called`, `under`, `flagged` |

use std::collections::BTreeMap;
use std::io::{stdin, stdout, BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use anyhow::{anyhow, ensure, Context, Error, Result};
use clap::Parser;
use serde::Deserialize;
use serde_json::{json, Value};
use whittle::error::WhittleError;
use whittle_localnet::app::{self, price};
use whittle_localnet::play::{Controls, Mode, Pace};
use whittle_localnet::{App, KeeperProcess, Local, Member, Options, Player, SendError};

/// In the wallet of each trader, besides what is deposited.
const WALLET: u64 = 1_000;
const USDC: u64 = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(40);
const KEEPER: &str = "keeper.toml";

/// A local exchange with the page, driven by lines of JSON.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The built page [default: $WHITTLE_APP, or app in the output folder]
    #[arg(long, value_name = "FOLDER")]
    page: Option<PathBuf>,
    /// Port of the page, 0 for any
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    Price {
        prices: BTreeMap<String, String>,
    },
    Fresh {
        on: bool,
    },
    Cache {},
    Keeper {
        on: bool,
        #[serde(default)]
        liquidate: bool,
    },
    Trader {
        name: String,
        market: String,
        deposit: u32,
        leverage: i32,
    },
    Fund {
        address: String,
    },
    Flag {
        account: String,
    },
    Liquidate {
        account: String,
    },
    Look {},
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let page = arguments.page.map_or_else(app::folder, Ok)?;
    let listener = app::listen(arguments.port)?;
    let mut options = Options::prepared()?;
    options.validator.slot_ms = 100;
    options.traders = false;
    let recording = options.recording.clone();
    let local = Arc::new(Local::start(options, |line| eprintln!("{line}"))?);
    let pace = Pace {
        secs_per_hour: 1.0,
        secs_between: 2,
        repeat: false,
        begin: Mode::Hold,
    };
    let player = local.play(recording, pace);
    let app = App::start(Arc::clone(&local), player.controls(), &page, listener)?;
    say(&json!({"url": app.url(), "config": app.config()}))?;

    let mut stage = Stage {
        keeper: None,
        controls: player.controls(),
        player,
        local,
    };
    for line in stdin().lock().lines() {
        let answer = match stage.obey(&line?) {
            Ok(mut told) => {
                told["ok"] = true.into();
                told
            }
            Err(error) => json!({"ok": false, "error": format!("{error:#}")}),
        };
        say(&answer)?;
    }
    Ok(())
}

fn say(line: &Value) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

struct Stage {
    keeper: Option<KeeperProcess>,
    controls: Controls,
    player: Player,
    local: Arc<Local>,
}

impl Stage {
    fn obey(&mut self, line: &str) -> Result<Value> {
        self.player.check()?;
        match serde_json::from_str(line)? {
            Command::Price { prices } => self.price(&prices),
            Command::Fresh { on } => {
                self.controls
                    .turn(if on { Mode::Hold } else { Mode::Silence });
                Ok(json!({}))
            }
            Command::Cache {} => self.local.update().map(|()| json!({})),
            Command::Keeper { on, liquidate } => self.keeper(on, liquidate),
            Command::Trader {
                name,
                market,
                deposit,
                leverage,
            } => self.trader(&name, &market, deposit.into(), leverage.into()),
            Command::Fund { address } => {
                let given = self.local.give(&parsed("address", &address)?)?;
                Ok(json!(given))
            }
            Command::Flag { account } => {
                let account = parsed("account", &account)?;
                self.local.flag_at(&account, self.other())?;
                Ok(json!({}))
            }
            Command::Liquidate { account } => {
                let account = parsed("account", &account)?;
                self.liquidate(&account)
            }
            Command::Look {} => {
                let sight = self.local.look()?;
                Ok(json!({
                    "accounts": sight.holding,
                    "orders": sight.orders,
                    "called": sight.called,
                    "under": sight.under,
                    "flagged": sight.flagged,
                }))
            }
        }
    }

    /// A keeper that has another key than the one whose process may run.
    fn other(&self) -> &Member {
        &self.local.keepers[1]
    }

    fn price(&self, wanted: &BTreeMap<String, String>) -> Result<Value> {
        let mut changes = Vec::new();
        for (symbol, text) in wanted {
            let market = price::market(self.local.symbols(), symbol).map_err(Error::msg)?;
            changes.push((market, price::dollars("prices", text).map_err(Error::msg)?));
        }
        let at = self.controls.publish(|prices| {
            for (market, price) in changes {
                prices[market] = price;
            }
            Ok::<_, Error>(())
        })?;
        Ok(json!({"publishedAt": at}))
    }

    fn liquidate(&self, account: &Pubkey) -> Result<Value> {
        if self.local.margin_account(account)?.flagged_at == 0 {
            self.local.flag_at(account, self.other())?;
        }
        until("the flag is confirmed", || {
            let refused = match self.local.liquidate_at(account, self.other()) {
                Ok(()) => return Ok(true),
                Err(error) => error.downcast::<SendError>()?,
            };
            ensure!(refused.is(WhittleError::NotConfirmed), "{refused}");
            Ok(false)
        })?;
        Ok(json!({}))
    }

    fn keeper(&mut self, on: bool, liquidate: bool) -> Result<Value> {
        if let Some(mut keeper) = self.keeper.take() {
            keeper.terminate(PATIENCE)?;
        }
        if on {
            self.local.write_page_keeper(liquidate)?;
            let keeper = KeeperProcess::start(&self.local, KEEPER)?;
            until("the keeper is ready", || {
                Ok(keeper.get(&self.local, "/readyz")?.0 == 200)
            })?;
            self.keeper = Some(keeper);
        }
        Ok(json!({}))
    }

    fn trader(&self, name: &str, market: &str, deposit: u64, leverage: i64) -> Result<Value> {
        let local = &self.local;
        let market = price::market(local.symbols(), market).map_err(Error::msg)?;
        let market = u16::try_from(market)?;
        let trader = local.member(name, (deposit + WALLET) * USDC)?;
        local.open_account(&trader)?;
        local.deposit(&trader, 0, deposit * USDC)?;
        let dollars = i64::try_from(deposit)? * leverage;
        ensure!(dollars != 0, "deposit, leverage: 0 opens no position");
        if self.keeper.is_some() {
            local.place(&trader, market, dollars)?;
        } else {
            // The update that fills it must be the first one behind its delay.
            let mode = self.controls.mode();
            self.controls.turn(Mode::Silence);
            let filled = local
                .place(&trader, market, dollars)
                .and_then(|()| local.fill(&[&trader], self.other()));
            self.controls.turn(mode);
            filled?;
        }
        until("the order is filled", || {
            let account = local.margin_account(&trader.account())?;
            let holds = account.open_positions().next().is_some();
            Ok(holds)
        })?;
        Ok(json!({
            "owner": trader.key().to_string(),
            "account": trader.account().to_string(),
        }))
    }
}

fn parsed(field: &str, text: &str) -> Result<Pubkey> {
    let address = text.parse();
    address.map_err(|_| anyhow!("{field}: {text:?} is no address: write a public key in base58"))
}

fn until(what: &str, done: impl Fn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !done().with_context(|| what.to_owned())? {
        ensure!(
            Instant::now() < deadline,
            "not within {} s: {what}",
            PATIENCE.as_secs()
        );
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
