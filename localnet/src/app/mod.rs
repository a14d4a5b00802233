//! The front end's page over HTTP, and what its drawer can do on a local exchange: move prices and
//! fund wallets.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /config.json` | | what the page connects to |
//! | `GET /local` | | prices, whether the recording plays, and where it is |
//! | `POST /local/fund` | `{"address"}` | what the wallet was given |
//! | `POST /local/price` | `{"symbol", "price"}` or `{"symbol", "change"}` | as `GET /local` |
//! | `POST /local/play` | `{"playing"}` | as `GET /local` |
//!
//! All else is a file of the page. A refusal is `{"error"}` with status 400, 403 for a foreign page, or
//! 502 when the validator is the reason.

mod answer;
pub mod price;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use anyhow::{ensure, Context, Result};
use axum::extract::{Request, State};
use axum::http::{header, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{json, Value};
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::local::Local;
use crate::play::Controls;
use crate::validator;
use answer::Refusal;

/// The one file that every page has.
const PAGE: &str = "index.html";
/// Where Vite puts files whose names change with what is in them.
const HASHED: &str = "assets";
/// What docs/app.md asks every host to send, with unencrypted nodes besides.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' http: ws:; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A server of the page. Dropping it ends it.
pub struct App {
    url: String,
    config: Value,
    // Dropping it ends every request. Before the exchange, which may not end inside it.
    _runtime: Runtime,
    _local: Arc<Local>,
}

/// What every request may need.
#[derive(Clone)]
struct Served {
    local: Arc<Local>,
    controls: Controls,
    config: Value,
    url: String,
    /// Where the page may come from that asks for a change.
    origins: [String; 2],
}

/// The folder of the built page: `$WHITTLE_APP`, or `app` in the output folder.
pub fn folder() -> Result<PathBuf> {
    validator::find("WHITTLE_APP", "app", HASHED)
        .context("the page is not built: run `cargo xtask app`, or name its folder in WHITTLE_APP")
}

/// Takes a port of this machine that nobody else reaches, 0 for any.
pub fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
        format!("cannot serve the page on port {port}: name another with --app-port, or 0 for any")
    })
}

impl App {
    /// Serves the page in `folder` until it is dropped.
    pub fn start(
        local: Arc<Local>,
        controls: Controls,
        folder: &Path,
        listener: TcpListener,
    ) -> Result<Self> {
        let page = folder.join(PAGE);
        ensure!(page.is_file(), "{} is not there", page.display());
        let address = listener.local_addr()?;
        let config = config(&local)?;
        let url = format!("http://{address}/");
        let router = router(
            Served {
                origins: origins(address),
                url: url.clone(),
                config: config.clone(),
                local: Arc::clone(&local),
                controls,
            },
            folder,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        // It ends with the runtime; until then it only fails to accept, and tries again by itself.
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            url,
            config,
            _runtime: runtime,
            _local: local,
        })
    }

    /// Where the page is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What `/config.json` answers.
    pub fn config(&self) -> &Value {
        &self.config
    }
}

/// What the page connects to.
fn config(local: &Local) -> Result<Value> {
    let genesis = local.node().call("getGenesisHash", json!([]));
    let by_number = |accounts: Vec<(u16, Pubkey)>| -> BTreeMap<u16, String> {
        let named = accounts.into_iter();
        named
            .map(|(number, address)| (number, address.to_string()))
            .collect()
    };
    let banks = local.description.banks.iter();
    let tokens: BTreeMap<String, &str> = banks
        .map(|bank| (bank.mint.to_string(), bank.name.as_str()))
        .collect();
    let feeds = local.oracles().feeds().iter().map(|feed| feed.address);
    Ok(json!({
        "name": "local",
        "rpcUrl": local.rpc_url(),
        "wsUrl": local.ws_url(),
        "programId": whittle::ID.to_string(),
        // A node that does not know it lets the page skip that check.
        "genesisHash": genesis.ok().filter(Value::is_string),
        "local": "/local",
        "tokens": tokens,
        "oracles": {
            "markets": by_number((0..).zip(feeds).collect()),
            "banks": by_number(local.bank_oracles()?),
        },
    }))
}

fn origins(address: SocketAddr) -> [String; 2] {
    [
        format!("http://{address}"),
        format!("http://localhost:{}", address.port()),
    ]
}

fn router(served: Served, folder: &Path) -> Router {
    let changes = Router::new()
        .route("/local/fund", post(answer::fund))
        .route("/local/price", post(answer::price))
        .route("/local/play", post(answer::play))
        .layer(middleware::from_fn_with_state(
            served.clone(),
            refuse_foreign_pages,
        ));
    let hashed = Router::new()
        .fallback_service(ServeDir::new(folder.join(HASHED)))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            |response: &Response| {
                let found = response.status().is_success();
                found.then_some(HeaderValue::from_static(
                    "public, max-age=31536000, immutable",
                ))
            },
        ));
    Router::new()
        .route("/config.json", get(answer::config))
        .route("/local", get(answer::state))
        .merge(changes)
        .nest(&format!("/{HASHED}"), hashed)
        .fallback_service(ServeDir::new(folder))
        // Asked for again each time; a file that is as it was is not sent again.
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-cache"),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .with_state(served)
}

/// Another page in the same browser may send a request here, and must not move prices. Browsers name
/// the page that asks; a program that names none is not one.
async fn refuse_foreign_pages(
    State(served): State<Served>,
    request: Request,
    next: Next,
) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    let is_ours = |origin: &HeaderValue| served.origins.iter().any(|ours| *origin == **ours);
    if origin.is_none_or(is_ours) {
        return next.run(request).await;
    }
    let what = format!("only the page at {} may ask for this", served.url);
    Refusal::Foreign(what).into_response()
}

/// An answer that the browser does not keep.
fn fresh(value: Value) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}
