//! What has happened on chain: the program's transactions with their events.

use anyhow::{Context, Result};
use serde_json::{json, Value};
use whittle_client::event::{events, Event};

use crate::local::Local;

/// As many signatures as a node tells at once.
const PAGE: usize = 1_000;

/// A transaction that called the program.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its signature.
    pub signature: String,
    /// In which slot.
    pub slot: u64,
    /// Compute units that it took.
    pub units: u64,
    /// What it cost, lamports.
    pub fee: u64,
    /// Whether the chain refused it.
    pub failed: bool,
    /// What the program reported, in order.
    pub events: Vec<Event>,
}

impl Local {
    /// All of them, in the order of their slots.
    pub fn history(&self) -> Result<Vec<Done>> {
        let mut signatures: Vec<String> = Vec::new();
        loop {
            let mut options = json!({ "limit": PAGE, "commitment": "confirmed" });
            if let Some(last) = signatures.last() {
                options["before"] = json!(last);
            }
            let question = json!([whittle::ID.to_string(), options]);
            let page = self.node().call("getSignaturesForAddress", question)?;
            let page = page.as_array().context("no list of signatures")?;
            let found = page.iter().filter_map(|one| one["signature"].as_str());
            signatures.extend(found.map(ToOwned::to_owned));
            if page.len() < PAGE {
                break;
            }
        }
        let mut all = Vec::with_capacity(signatures.len());
        for signature in signatures {
            all.push(self.done(signature)?);
        }
        all.sort_by_key(|done| done.slot);
        Ok(all)
    }

    fn done(&self, signature: String) -> Result<Done> {
        let options = json!({
            "encoding": "base64",
            "commitment": "confirmed",
            "maxSupportedTransactionVersion": 0,
        });
        let answer = self
            .node()
            .call("getTransaction", json!([signature, options]))?;
        let meta = &answer["meta"];
        let lines = meta["logMessages"].as_array().cloned().unwrap_or_default();
        let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
        let failed = !meta["err"].is_null();
        Ok(Done {
            slot: answer["slot"].as_u64().context("no slot")?,
            units: meta["computeUnitsConsumed"].as_u64().unwrap_or(0),
            fee: meta["fee"].as_u64().context("no fee")?,
            failed,
            // What a refused transaction reported did not happen.
            events: if failed { Vec::new() } else { events(&lines) },
            signature,
        })
    }
}
