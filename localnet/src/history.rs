//! What has happened on chain: the program's transactions with their events.

use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use anyhow::{Context, Result};
use serde_json::{json, Value};
use whittle::instruction as ix;
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
    /// The program's error that it was refused with, 6000 and up.
    pub error: Option<u32>,
    /// Who paid for it.
    pub payer: Pubkey,
    /// The program's instructions in it, in order, whether they ran or not.
    pub calls: Vec<Call>,
    /// What the program reported, in order.
    pub events: Vec<Event>,
}

/// An instruction of the program.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its accounts.
    pub accounts: Vec<Pubkey>,
    /// What it was given.
    pub data: Vec<u8>,
}

/// What keepers send, with the names of the IDL.
const NAMES: &[(&[u8], &str)] = &[
    (ix::UpdateMarkets::DISCRIMINATOR, "update_markets"),
    (ix::UpdateBanks::DISCRIMINATOR, "update_banks"),
    (ix::FlagAccount::DISCRIMINATOR, "flag_account"),
    (ix::LiquidatePartial::DISCRIMINATOR, "liquidate_partial"),
    (ix::ExecuteRecovery::DISCRIMINATOR, "execute_recovery"),
    (ix::ConvertCollateral::DISCRIMINATOR, "convert_collateral"),
    (ix::ResolveBankruptcy::DISCRIMINATOR, "resolve_bankruptcy"),
    (ix::IssueMarginCall::DISCRIMINATOR, "issue_margin_call"),
    (ix::SettleMarkets::DISCRIMINATOR, "settle_markets"),
    (ix::StartDeleverage::DISCRIMINATOR, "start_deleverage"),
    (ix::AutoDeleverage::DISCRIMINATOR, "auto_deleverage"),
    (ix::FillOrder::DISCRIMINATOR, "fill_order"),
    (ix::TriggerOrder::DISCRIMINATOR, "trigger_order"),
    (ix::ExpireOrder::DISCRIMINATOR, "expire_order"),
];

impl Call {
    /// Its name; `other` when it is none that keepers send.
    pub fn name(&self) -> &'static str {
        let known = NAMES.iter().find(|(start, _)| self.data.starts_with(start));
        known.map_or("other", |(_, name)| name)
    }
}

impl Local {
    /// All of them, in the order of their slots; within a slot in the order in which they ran.
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
        // The newest come first.
        signatures.reverse();
        let mut all = Vec::with_capacity(signatures.len());
        for signature in signatures {
            all.push(self.done(signature)?);
        }
        all.sort_by_key(|done| done.slot);
        Ok(all)
    }

    fn done(&self, signature: String) -> Result<Done> {
        let options = json!({
            "encoding": "json",
            "commitment": "confirmed",
            "maxSupportedTransactionVersion": 0,
        });
        let answer = self
            .node()
            .call("getTransaction", json!([signature, options]))?;
        let (meta, message) = (&answer["meta"], &answer["transaction"]["message"]);
        let keys = message["accountKeys"].as_array().context("no keys")?;
        let keys = keys
            .iter()
            .map(|key| Ok(key.as_str().context("a key is no text")?.parse()?))
            .collect::<Result<Vec<Pubkey>>>()?;
        let lines = meta["logMessages"].as_array().cloned().unwrap_or_default();
        let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
        let failed = !meta["err"].is_null();
        let code = meta["err"]["InstructionError"][1]["Custom"].as_u64();
        Ok(Done {
            slot: answer["slot"].as_u64().context("no slot")?,
            units: meta["computeUnitsConsumed"].as_u64().unwrap_or(0),
            fee: meta["fee"].as_u64().context("no fee")?,
            failed,
            error: code.and_then(|code| u32::try_from(code).ok()),
            payer: *keys.first().context("nobody paid")?,
            calls: calls(message, &keys)?,
            // What a refused transaction reported did not happen.
            events: if failed { Vec::new() } else { events(&lines) },
            signature,
        })
    }
}

/// The program's instructions in a message without lookup tables.
fn calls(message: &Value, keys: &[Pubkey]) -> Result<Vec<Call>> {
    let key = |place: &Value| {
        let place = usize::try_from(place.as_u64()?).ok()?;
        keys.get(place).copied()
    };
    let mut calls = Vec::new();
    for one in message["instructions"]
        .as_array()
        .context("no instructions")?
    {
        if key(&one["programIdIndex"]) != Some(whittle::ID) {
            continue;
        }
        let accounts = one["accounts"].as_array().context("no accounts")?;
        let data = one["data"].as_str().context("no data")?;
        calls.push(Call {
            accounts: accounts.iter().filter_map(key).collect(),
            data: bs58::decode(data).into_vec()?,
        });
    }
    Ok(calls)
}
