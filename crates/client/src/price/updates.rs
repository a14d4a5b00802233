use super::{FeedId, Later, PriceError};
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::Value;

/// Where signed updates come from: Hermes over the network, or a recording.
pub trait Updates: Send + Sync {
    /// The newest accumulator updates that hold these feeds, as bytes that begin with `PNAU`. More
    /// feeds than were asked for do no harm.
    fn latest<'a>(&'a self, feeds: &'a [FeedId]) -> Later<'a, Vec<Vec<u8>>>;
}

/// The same updates at every call.
#[derive(Clone, Debug, Default)]
pub struct Recorded(pub Vec<Vec<u8>>);

impl Updates for Recorded {
    fn latest<'a>(&'a self, _: &'a [FeedId]) -> Later<'a, Vec<Vec<u8>>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

/// The updates in what Hermes answers to `/v2/updates/price/latest`, in base64 or hex as the
/// answer says.
///
/// ```
/// use whittle_client::price::parse_hermes;
///
/// let answer = r#"{"binary": {"encoding": "base64", "data": ["UE5BVQ=="]}, "parsed": []}"#;
/// assert_eq!(parse_hermes(answer), Ok(vec![b"PNAU".to_vec()]));
/// ```
pub fn parse_hermes(answer: &str) -> Result<Vec<Vec<u8>>, PriceError> {
    let wrong = |what: String| PriceError::Answer(what);
    let answer: Value = serde_json::from_str(answer).map_err(|error| wrong(error.to_string()))?;
    let binary = &answer["binary"];
    let data = binary["data"].as_array();
    let data = data.ok_or_else(|| wrong("there is no binary.data".into()))?;
    let decode = |text: &Value| {
        let text = text.as_str();
        let text =
            text.ok_or_else(|| wrong("binary.data holds something else than text".into()))?;
        match binary["encoding"].as_str() {
            Some("base64") => BASE64_STANDARD
                .decode(text)
                .map_err(|error| wrong(error.to_string())),
            Some("hex") => hex::decode(text).map_err(|error| wrong(error.to_string())),
            other => Err(wrong(format!(
                "the encoding is {other:?}, not base64 or hex"
            ))),
        }
    };
    data.iter().map(decode).collect()
}
