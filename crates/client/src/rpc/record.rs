//! What a transaction did and cost, from the chain.

use super::{Cluster, Failure};
use serde_json::{json, Value};
use solana_rpc_client_api::request::RpcRequest;
use solana_signature::Signature;

/// A transaction as the chain recorded it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// What it cost, lamports.
    pub fee: u64,
    /// Compute units that it took.
    pub units: u64,
    /// What the programs logged; [`crate::event::events`] reads it.
    pub logs: Vec<String>,
}

impl Record {
    /// From the answer to `getTransaction`; `None` when it has no such transaction.
    fn of(answer: &Value) -> Option<Self> {
        let meta = answer.get("meta")?.as_object()?;
        let logs = meta.get("logMessages").and_then(Value::as_array);
        let lines = logs.into_iter().flatten();
        Some(Self {
            fee: meta.get("fee")?.as_u64()?,
            units: meta.get("computeUnitsConsumed").and_then(Value::as_u64)?,
            logs: lines
                .filter_map(|line| line.as_str().map(ToOwned::to_owned))
                .collect(),
        })
    }
}

impl Cluster {
    /// What a transaction did and cost; `None` when the node does not have it (yet).
    ///
    /// Errors: [`Failure::Node`].
    pub async fn record(&self, signature: &Signature) -> Result<Option<Record>, Failure> {
        let question = json!([
            signature.to_string(),
            {"encoding": "base64", "commitment": "confirmed", "maxSupportedTransactionVersion": 0}
        ]);
        let asked = self
            .client()
            .send(RpcRequest::GetTransaction, question)
            .await;
        let answer: Value = asked.map_err(|error| Failure::Node(error.to_string()))?;
        Ok(Record::of(&answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fee_units_and_logs_are_read_and_an_unknown_transaction_is_none() {
        let meta = json!({"fee": 5_001, "computeUnitsConsumed": 77, "logMessages": ["a", "b"]});
        let record = Record::of(&json!({ "slot": 9, "meta": meta }));
        let logs = vec!["a".to_owned(), "b".to_owned()];
        let (fee, units) = (5_001, 77);
        assert_eq!(record, Some(Record { fee, units, logs }));
        assert_eq!(Record::of(&Value::Null), None);
    }
}
