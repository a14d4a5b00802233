//! Hermes, which serves what Pyth's publishers and their guardians have signed.

use super::settings::Pyth;
use anyhow::{ensure, Context, Result};
use core::time::Duration;
use reqwest::header::{HeaderMap, HeaderValue, AUTHORIZATION};
use reqwest::redirect::Policy;
use reqwest::Client;
use whittle_client::price::{parse_hermes, FeedId, PriceError};

/// Holds the API key.
pub const KEY: &str = "WHITTLE_KEEPER_HERMES_KEY";
/// Most bytes of an answer: 64 feeds take about 30 kB.
const MOST_BYTES: usize = 4 << 20;
/// Most feeds in a question: its address would get longer than servers read.
const MOST_FEEDS: usize = 64;

/// One server.
pub struct Hermes {
    client: Client,
    url: String,
}

impl Hermes {
    /// With the API key from the environment, if there is one.
    pub fn from_env(settings: &Pyth) -> Result<Self> {
        let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
        let is_clear = settings.hermes_url.starts_with("http://");
        if key.is_some() && is_clear {
            tracing::warn!(
                "run.pyth.hermes_url begins with http://: the API key is sent in the clear"
            );
        }
        Self::new(settings, key.as_deref())
    }

    fn new(settings: &Pyth, key: Option<&str>) -> Result<Self> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let value = HeaderValue::from_str(&format!("Bearer {key}"));
            // The error does not show the key.
            let mut value =
                value.with_context(|| format!("{KEY} has characters that no header may"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let url = settings.hermes_url.trim_end_matches('/').to_owned();
        ensure!(!url.is_empty(), "run.pyth.hermes_url is empty");
        let client = Client::builder()
            .default_headers(headers)
            .timeout(Duration::from_millis(settings.timeout_ms))
            // The key goes to nobody else.
            .redirect(Policy::none());
        Ok(Self {
            client: client.build()?,
            url,
        })
    }

    /// The newest updates that hold these feeds.
    ///
    /// Errors: [`PriceError::Fetch`], [`PriceError::Answer`].
    pub async fn newest(&self, feeds: &[FeedId]) -> Result<Vec<Vec<u8>>, PriceError> {
        self.ask("latest", feeds).await
    }

    /// The first updates of these feeds that were published at this second or later.
    ///
    /// Errors: as [`Hermes::newest`]; also while there is none.
    pub async fn first_from(&self, at: i64, feeds: &[FeedId]) -> Result<Vec<Vec<u8>>, PriceError> {
        self.ask(&at.to_string(), feeds).await
    }

    async fn ask(&self, which: &str, feeds: &[FeedId]) -> Result<Vec<Vec<u8>>, PriceError> {
        let mut all = Vec::new();
        for part in feeds.chunks(MOST_FEEDS) {
            let ids: String = part
                .iter()
                .map(|id| format!("&ids[]={}", hex(id)))
                .collect();
            let question = format!("encoding=base64&parsed=false{ids}");
            let url = format!("{}/v2/updates/price/{which}?{question}", self.url);
            all.extend(parse_hermes(&self.text(&url).await?)?);
        }
        Ok(all)
    }

    async fn text(&self, url: &str) -> Result<String, PriceError> {
        // With its address, which may hold a key.
        let fetch = |error: reqwest::Error| PriceError::Fetch(chain(&error.without_url()));
        let mut answer = self.client.get(url).send().await.map_err(fetch)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(fetch)? {
            body.extend_from_slice(&part);
            if body.len() > MOST_BYTES {
                return Err(PriceError::Answer(format!("over {MOST_BYTES} bytes")));
            }
        }
        let text = String::from_utf8_lossy(&body);
        if !status.is_success() {
            let start: String = text.chars().take(120).collect();
            return Err(PriceError::Fetch(format!("{status}: {}", start.trim())));
        }
        Ok(text.into_owned())
    }
}

fn hex(id: &FeedId) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An error and what caused it, in one line.
fn chain(error: &dyn core::error::Error) -> String {
    let causes = core::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    /// Answers one question, and returns it.
    async fn server(answer: String) -> (String, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut question = Vec::new();
            while !question.ends_with(b"\r\n\r\n") {
                question.push(client.read_u8().await.unwrap());
            }
            // Whoever asked may have heard enough.
            let _ = client.write_all(answer.as_bytes()).await;
            String::from_utf8(question).unwrap()
        });
        (url, asked)
    }

    fn answer(status: &str, body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
    }

    fn hermes(url: &str, key: Option<&str>) -> Hermes {
        let settings = Pyth {
            hermes_url: format!("{url}/"),
            timeout_ms: 3_000,
            ..Pyth::default()
        };
        Hermes::new(&settings, key).unwrap()
    }

    const UPDATE: &str = r#"{"binary": {"encoding": "base64", "data": ["UE5BVQ=="]}}"#;

    #[tokio::test]
    async fn both_questions_name_the_feeds_and_carry_the_key() {
        let (url, asked) = server(answer("200 OK", UPDATE)).await;
        let found = hermes(&url, Some("secret"))
            .newest(&[[1; 32], [0xA; 32]])
            .await;
        assert_eq!(found, Ok(vec![b"PNAU".to_vec()]));
        let asked = asked.await.unwrap();
        let first = asked.lines().next().unwrap();
        let (one, two) = ("01".repeat(32), "0a".repeat(32));
        let expected = format!(
            "GET /v2/updates/price/latest?encoding=base64&parsed=false&ids[]={one}&ids[]={two} HTTP/1.1"
        );
        assert_eq!(first, expected);
        assert!(
            asked.contains("authorization: Bearer secret\r\n"),
            "{asked}"
        );

        let (url, asked) = server(answer("200 OK", UPDATE)).await;
        let found = hermes(&url, None)
            .first_from(1_790_000_000, &[[1; 32]])
            .await;
        assert_eq!(found, Ok(vec![b"PNAU".to_vec()]));
        let asked = asked.await.unwrap();
        assert!(
            asked.starts_with("GET /v2/updates/price/1790000000?"),
            "{asked}"
        );
        assert!(!asked.contains("authorization"), "{asked}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_with_its_status_and_its_words() {
        let (url, _) = server(answer("401 Unauthorized", "an API key is needed\n")).await;
        let found = hermes(&url, None).newest(&[[1; 32]]).await;
        let why = "401 Unauthorized: an API key is needed".to_owned();
        assert_eq!(found, Err(PriceError::Fetch(why)));
    }

    #[tokio::test]
    async fn a_server_that_does_not_answer_is_given_up_and_its_address_not_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/token", listener.local_addr().unwrap());
        let found = hermes(&url, None).newest(&[[1; 32]]).await;
        let Err(PriceError::Fetch(why)) = found else {
            panic!("{found:?}");
        };
        assert!(why.contains("timed out") && !why.contains("token"), "{why}");
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_off() {
        let body = "x".repeat(MOST_BYTES + 1);
        let (url, _) = server(answer("200 OK", &body)).await;
        let found = hermes(&url, None).newest(&[[1; 32]]).await;
        let why = format!("over {MOST_BYTES} bytes");
        assert_eq!(found, Err(PriceError::Answer(why)));
    }
}
