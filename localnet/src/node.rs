//! Requests to the validator, its cheats included.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anyhow::{anyhow, bail, Context, Result};
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::{json, Value};
use solana_keypair::Keypair;
use solana_signer::Signer;
use solana_transaction::Transaction;
use tokio::runtime::Runtime;

const COMPUTE_BUDGET: Pubkey =
    Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// A transaction is processed within a slot or two.
const CONFIRM: Duration = Duration::from_secs(20);
/// Whoever waits longer for an answer would wait for ever, as for a validator that stands still.
const ANSWER: Duration = Duration::from_secs(120);
/// Anchor's numbers for a program's own errors begin here.
const FIRST_ERROR: u64 = 6_000;

/// A transaction that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// The number of the program's error, 6000 and up for Whittle's own.
    pub code: Option<u64>,
    /// What the validator said.
    pub what: String,
    /// What the programs logged.
    pub logs: Vec<String>,
}

impl SendError {
    /// Whether the program refused with this error.
    pub fn is(&self, error: whittle::error::WhittleError) -> bool {
        self.code == FIRST_ERROR.checked_add(error as u64)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        self.logs.iter().try_for_each(|log| write!(f, "\n  {log}"))
    }
}

impl std::error::Error for SendError {}

/// The validator's RPC.
pub struct Node {
    runtime: Runtime,
    http: reqwest::Client,
    url: String,
    sent: AtomicU64,
}

impl Node {
    /// Asks nothing yet.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?,
            http: reqwest::Client::builder().no_proxy().build()?,
            url: url.to_owned(),
            // Elsewhere than where another node of the same validator began.
            sent: AtomicU64::new(
                SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as u64 % 1_000_000,
            ),
        })
    }

    /// What the validator answers, result or error.
    fn ask(&self, method: &str, params: Value) -> Result<Value> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = self.http.post(&self.url).timeout(ANSWER).json(&body);
        self.runtime
            .block_on(async { request.send().await?.json().await })
            .with_context(|| format!("{method}: the validator at {} did not answer", self.url))
    }

    /// The result of a request.
    pub fn call(&self, method: &str, params: Value) -> Result<Value> {
        let mut answer = self.ask(method, params)?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    /// What another program on this machine answers over HTTP: status and body.
    pub fn get(&self, url: &str) -> Result<(u16, String)> {
        let request = self.http.get(url).timeout(CONFIRM);
        let answer = self.runtime.block_on(async {
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
        });
        answer.with_context(|| format!("{url} did not answer"))
    }

    /// The data of accounts, `None` where there is none. Any number of them.
    pub fn data(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut all = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(100) {
            let names: Vec<String> = some.iter().map(Pubkey::to_string).collect();
            let params = json!([names, {"encoding": "base64", "commitment": "processed"}]);
            let answer = self.call("getMultipleAccounts", params)?;
            for account in answer["value"].as_array().context("no list of accounts")? {
                all.push(match account {
                    Value::Null => None,
                    account => Some(bytes_of(account)?),
                });
            }
        }
        Ok(all)
    }

    /// Every account of a program.
    pub fn accounts_of(&self, program: &Pubkey) -> Result<Vec<(Pubkey, Vec<u8>)>> {
        let params =
            json!([program.to_string(), {"encoding": "base64", "commitment": "processed"}]);
        let answer = self.call("getProgramAccounts", params)?;
        let found = answer.as_array().context("no list of accounts")?;
        let read = |entry: &Value| {
            let address = entry["pubkey"].as_str().context("no address")?.parse()?;
            Ok((address, bytes_of(&entry["account"])?))
        };
        found.iter().map(read).collect()
    }

    /// The time on chain, Unix seconds.
    pub fn now(&self) -> Result<i64> {
        let data = self.data(&[CLOCK])?.pop().flatten();
        let data = data.context("the validator has no clock")?;
        let time = data.get(32..40).context("the clock is too short")?;
        Ok(i64::from_le_bytes(time.try_into()?))
    }

    /// Waits until the time on chain is at least this, Unix seconds.
    pub fn wait_for(&self, second: i64) -> Result<()> {
        let deadline = Instant::now() + CONFIRM;
        while self.now()? < second {
            if Instant::now() > deadline {
                bail!("the validator's clock stands still");
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Puts an account where none was, or another one was.
    pub fn set_account(
        &self,
        address: &Pubkey,
        owner: &Pubkey,
        lamports: u64,
        data: &[u8],
    ) -> Result<()> {
        let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
        let account = json!({
            "lamports": lamports,
            "data": hex,
            "owner": owner.to_string(),
            "executable": false,
        });
        self.call("surfnet_setAccount", json!([address.to_string(), account]))?;
        Ok(())
    }

    /// Lets an address without data hold so many lamports.
    pub fn set_lamports(&self, address: &Pubkey, lamports: u64) -> Result<()> {
        let account = json!({"lamports": lamports});
        self.call("surfnet_setAccount", json!([address.to_string(), account]))?;
        Ok(())
    }

    /// Lets an owner's associated token account hold so many atoms; creates it.
    pub fn set_tokens(&self, owner: &Pubkey, mint: &Pubkey, atoms: u64) -> Result<()> {
        let params = json!([owner.to_string(), mint.to_string(), {"amount": atoms}]);
        self.call("surfnet_setTokenAccount", params)?;
        Ok(())
    }

    /// Sends instructions as one transaction, which the first signer pays, and waits until it is
    /// processed. What they wrote can then be read.
    pub fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<()> {
        let signature = self.post(instructions, signers)?;
        self.wait(&signature)
    }

    /// The same without waiting; returns the signature.
    pub fn post(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<String> {
        let payer = signers.first().context("nobody signs")?.pubkey();
        let mut all = vec![self.unlike_any_other()];
        all.extend_from_slice(instructions);
        let params = json!([{"commitment": "processed"}]);
        let latest = self.call("getLatestBlockhash", params)?;
        let blockhash = latest["value"]["blockhash"].as_str().unwrap_or_default();
        let blockhash = blockhash
            .parse()
            .map_err(|_| anyhow!("the validator has no blockhash"))?;
        let transaction =
            Transaction::new_signed_with_payer(&all, Some(&payer), signers, blockhash);
        let params = json!([
            wire(&transaction)?,
            {"encoding": "base64", "preflightCommitment": "processed"}
        ]);
        let answer = self.ask("sendTransaction", params)?;
        if let Some(error) = answer.get("error") {
            return Err(refused(error).into());
        }
        let signature = answer["result"].as_str();
        Ok(signature.unwrap_or_default().to_owned())
    }

    fn wait(&self, signature: &str) -> Result<()> {
        let deadline = Instant::now() + CONFIRM;
        loop {
            let answer = self.call("getSignatureStatuses", json!([[signature]]))?;
            let status = &answer["value"][0];
            if !status.is_null() {
                return match &status["err"] {
                    Value::Null => Ok(()),
                    error => Err(SendError {
                        code: code_of(error),
                        what: error.to_string(),
                        logs: Vec::new(),
                    }
                    .into()),
                };
            }
            if Instant::now() > deadline {
                bail!("transaction {signature} was not processed");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Surfpool's blockhash is always the same, so two transactions alike would have one signature,
    /// and the second would not run. Their prices for a compute unit tell them apart.
    fn unlike_any_other(&self) -> Instruction {
        let mut data = vec![3];
        let price = self.sent.fetch_add(1, Ordering::Relaxed);
        data.extend(price.to_le_bytes());
        Instruction {
            program_id: COMPUTE_BUDGET,
            accounts: Vec::<AccountMeta>::new(),
            data,
        }
    }
}

fn bytes_of(account: &Value) -> Result<Vec<u8>> {
    let text = account["data"][0]
        .as_str()
        .context("an account has no data")?;
    Ok(BASE64_STANDARD.decode(text)?)
}

/// A signed transaction as it travels: the number of signatures, which is under 128 and thus one byte,
/// the signatures, and the message.
fn wire(transaction: &Transaction) -> Result<String> {
    let mut bytes = vec![u8::try_from(transaction.signatures.len())?];
    for signature in &transaction.signatures {
        bytes.extend_from_slice(signature.as_ref());
    }
    bytes.extend(transaction.message_data());
    Ok(BASE64_STANDARD.encode(bytes))
}

fn refused(error: &Value) -> SendError {
    let logs = error["data"]["logs"].as_array().cloned();
    SendError {
        code: code_of(&error["data"]["err"]),
        what: error["message"]
            .as_str()
            .map_or_else(|| error.to_string(), ToOwned::to_owned),
        logs: logs
            .unwrap_or_default()
            .iter()
            .filter_map(|log| log.as_str().map(ToOwned::to_owned))
            .collect(),
    }
}

/// The number in `{"InstructionError": [place, {"Custom": number}]}`.
fn code_of(error: &Value) -> Option<u64> {
    error["InstructionError"][1]["Custom"].as_u64()
}
