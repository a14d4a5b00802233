//! Sends what was decided: at a fair price, within limits, and until it is known what became of it.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::sync::{Arc, Mutex, PoisonError};
use whittle_client::rpc::{Cluster, Draft, Failure, Landed, Record, Refusal, SendOptions, Table};
use whittle_keeper::limits::{self, Limits, Room};

/// Lamports of a signature.
const SIGNATURE_LAMPORTS: u64 = 5_000;

/// What a transaction may cost.
#[derive(Clone, Copy, Debug)]
pub struct Fees {
    /// The price that this share of recent transactions did not exceed, percent.
    pub percentile: u8,
    /// Least price of a compute unit, millionths of a lamport.
    pub floor: u64,
    /// Most.
    pub cap: u64,
}

/// What to send.
#[derive(Clone, Debug)]
pub struct Job {
    /// All or none.
    pub instructions: Vec<Instruction>,
    /// What may be more by the time they run.
    pub room: Room,
    /// Compute units to ask for where nothing is simulated.
    pub units: u32,
    /// Most that the fee may be, lamports; `None` for what has to be done at any price under the cap.
    pub most_lamports: Option<u64>,
    /// Makes the transaction differ from one with the same instructions on the same blockhash.
    pub salt: u64,
}

/// How a job ended of which that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It ran.
    Landed {
        /// Where.
        landed: Landed,
        /// What it cost, lamports.
        fee: u64,
        /// What the chain recorded of it; `None` when the node did not tell.
        record: Option<Record>,
    },
    /// A dry run: it would have run, with these compute units.
    WouldLand {
        /// Compute units.
        units: u64,
        /// What it would have cost, lamports.
        fee: u64,
    },
    /// It is on the chain and changed nothing: the chain refused it, and took its fee.
    Reverted {
        /// Why.
        refusal: Refusal,
        /// What it cost, lamports.
        fee: u64,
    },
    /// Its fee would have been more than it earns.
    NotProfitable {
        /// What it would have cost, lamports.
        fee: u64,
    },
}

/// Sends for one key.
pub struct Sender {
    /// The node.
    pub cluster: Arc<Cluster>,
    /// Pays and signs.
    pub payer: Arc<Keypair>,
    /// Limits.
    pub fees: Fees,
    /// Lookup tables for what does not fit without.
    pub tables: Mutex<Vec<Table>>,
    /// Whether to ask the node what a transaction would do and take, before it is sent.
    pub simulate: bool,
    /// Whether to send nothing.
    pub dry_run: bool,
    /// How to send.
    pub options: SendOptions,
}

/// A fee for `units` at a price in millionths of a lamport, rounded up, with one signature.
pub fn lamports(units: u64, unit_price: u64) -> u64 {
    let priority = (u128::from(units) * u128::from(unit_price)).div_ceil(1_000_000);
    SIGNATURE_LAMPORTS.saturating_add(u64::try_from(priority).unwrap_or(u64::MAX))
}

impl Sender {
    fn tables(&self) -> Vec<Table> {
        // The list is replaced as a whole.
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.clone()
    }

    /// Takes over lookup tables.
    pub fn use_tables(&self, tables: Vec<Table>) {
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = tables;
    }

    /// What to pay for a compute unit of a transaction that writes these accounts, millionths of a
    /// lamport.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn price(&self, writable: &[Pubkey]) -> Result<u64, Failure> {
        let paid = self.cluster.unit_price(writable, self.fees.percentile);
        Ok(paid.await?.clamp(self.fees.floor, self.fees.cap))
    }

    /// Runs a job to its end.
    ///
    /// Errors: [`Failure`], each. After [`Failure::Node`] it may have run all the same; after the others
    /// it has not.
    pub async fn run(&self, job: Job) -> Result<Ended, Failure> {
        let mut draft = Draft::new(job.instructions).with_tables(self.tables());
        let writable = draft.writable();
        let price = self.price(&writable).await?;
        draft.unit_price = price.saturating_add(job.salt % 4_096).max(1);
        let mut limits = Limits::unknown(job.units);
        if self.simulate || self.dry_run {
            draft = Limits::MOST.on(draft);
            let simulated = self.cluster.simulate(&draft, &self.payer.pubkey()).await?;
            if let Some(refusal) = simulated.refusal {
                return Err(Failure::Refused {
                    refusal,
                    logs: simulated.logs,
                    signature: None,
                });
            }
            let simulated = limits::Simulated {
                units: simulated.units,
                loaded_bytes: simulated.loaded_bytes,
            };
            limits = Limits::of(simulated, job.room);
        }
        let draft = limits.on(draft);
        let units = u64::from(limits.units);
        let fee = lamports(units, draft.unit_price);
        if job.most_lamports.is_some_and(|most| fee > most) {
            return Ok(Ended::NotProfitable { fee });
        }
        if self.dry_run {
            return Ok(Ended::WouldLand { units, fee });
        }
        let sent = self.cluster.send(&draft, &self.payer, &[], &self.options);
        let landed = match sent.await {
            Ok(landed) => landed,
            Err(Failure::Refused {
                refusal,
                signature: Some(_),
                ..
            }) => return Ok(Ended::Reverted { refusal, fee }),
            Err(failure) => return Err(failure),
        };
        let record = self.cluster.record(&landed.signature).await;
        let record = record.unwrap_or_else(|failure| {
            tracing::debug!(%failure, "asking what a transaction did");
            None
        });
        let fee = record.as_ref().map_or(fee, |record| record.fee);
        Ok(Ended::Landed {
            landed,
            fee,
            record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_a_signature_and_the_priced_units_rounded_up() {
        assert_eq!(lamports(10_000, 0), 5_000);
        assert_eq!(lamports(10_000, 100), 5_001);
        assert_eq!(lamports(10_001, 100), 5_002);
        assert_eq!(lamports(u64::MAX, u64::MAX), u64::MAX);
    }
}
