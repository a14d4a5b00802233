//! What the server answers beside files.

use anchor_lang::prelude::Pubkey;
use axum::extract::rejection::JsonRejection;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::Json;
use serde::Deserialize;
use serde_json::{json, Value};
use whittle_client::local::prices::DECIMALS;
use whittle_migrations::decimal::show_scaled;

use super::{fresh, price, Served};
use crate::play::Mode;

/// Why a request is refused.
#[derive(Debug)]
pub enum Refusal {
    /// What was asked for is wrong.
    Asked(String),
    /// Another page asked.
    Foreign(String),
    /// The validator.
    Node(anyhow::Error),
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Node(error)
    }
}

/// It names the field.
impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::Asked(rejection.body_text())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, what) = match self {
            Self::Asked(what) => (StatusCode::BAD_REQUEST, what),
            Self::Foreign(what) => (StatusCode::FORBIDDEN, what),
            Self::Node(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")),
        };
        (status, fresh(json!({"error": what}))).into_response()
    }
}

type Answer = Result<Response, Refusal>;
type Body<T> = Result<Json<T>, JsonRejection>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    playing: bool,
}

/// Requests to the validator block, and so does waiting for the next second.
async fn blocking(
    work: impl FnOnce() -> Result<Value, Refusal> + Send + 'static,
) -> Result<Response, Refusal> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(anyhow::Error::from)?.map(fresh)
}

pub async fn config(State(served): State<Served>) -> Response {
    fresh(served.config)
}

pub async fn state(State(served): State<Served>) -> Answer {
    // Whoever publishes holds the prices meanwhile.
    blocking(move || Ok(look(&served))).await
}

pub async fn fund(State(served): State<Served>, body: Body<Fund>) -> Answer {
    let Json(Fund { address }) = body?;
    let wallet: Pubkey = address.parse().map_err(|_| {
        Refusal::Asked(format!(
            "address: {address:?} is no address: write a public key in base58"
        ))
    })?;
    blocking(move || {
        let given = served.local.give(&wallet)?;
        Ok(json!(given))
    })
    .await
}

pub async fn price(State(served): State<Served>, body: Body<price::Wish>) -> Answer {
    let Json(wish) = body?;
    blocking(move || {
        let market = price::market(served.local.symbols(), &wish.symbol).map_err(Refusal::Asked)?;
        served.controls.publish(|prices| {
            prices[market] = wish.of(prices[market]).map_err(Refusal::Asked)?;
            Ok::<_, Refusal>(())
        })?;
        Ok(look(&served))
    })
    .await
}

pub async fn play(State(served): State<Served>, body: Body<Play>) -> Answer {
    let Json(Play { playing }) = body?;
    blocking(move || {
        let mode = if playing { Mode::Play } else { Mode::Hold };
        served.controls.turn(mode);
        Ok(look(&served))
    })
    .await
}

fn look(served: &Served) -> Value {
    let symbols = served.local.symbols().iter();
    let prices = symbols.zip(served.local.oracles().prices());
    let shown: Vec<Value> = prices
        .map(|(symbol, price)| json!({"symbol": symbol, "price": show_scaled(price.into(), DECIMALS)}))
        .collect();
    json!({
        "prices": shown,
        "playing": served.controls.mode() == Mode::Play,
        "recordedAt": served.controls.at(),
    })
}
