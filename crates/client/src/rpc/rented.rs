//! What stands on the chain of a bot's own postings, and the terms of posting.

use super::{Cluster, Failure};
use crate::price::pyth::{self, Programs, Terms};
use crate::price::Rented;
use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use pyth_solana_receiver_sdk::price_update::PriceUpdateV2;
use serde_json::json;
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, UiAccountEncoding, UiDataSliceConfig,
};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::RpcKeyedAccount;

/// First bytes of an encoded VAA: sha256("account:EncodedVaa").
const ENCODED_VAA: [u8; 8] = [226, 101, 163, 4, 133, 160, 84, 245];
/// Where the write authority stands: behind the discriminator, and in a VAA behind its status.
const AUTHORITY_IN_VAA: usize = 9;
const AUTHORITY_IN_UPDATE: usize = 8;

impl Cluster {
    /// Every account that `authority` made to post updates and that is not closed: also what a bot
    /// left behind when it stopped in between.
    ///
    /// Errors: [`Failure::Node`]; nodes may refuse to look through accounts of other programs.
    pub async fn rented(&self, programs: &Programs, authority: &Pubkey) -> Result<Rented, Failure> {
        let vaas = self.made_by(
            &programs.wormhole,
            &ENCODED_VAA,
            AUTHORITY_IN_VAA,
            authority,
        );
        let kind = PriceUpdateV2::DISCRIMINATOR;
        let vaas = vaas.await?;
        let updates = self.made_by(&programs.receiver, kind, AUTHORITY_IN_UPDATE, authority);
        Ok(Rented {
            vaas,
            updates: updates.await?,
        })
    }

    async fn made_by(
        &self,
        program: &Pubkey,
        kind: &[u8],
        at: usize,
        authority: &Pubkey,
    ) -> Result<Vec<Pubkey>, Failure> {
        let equal =
            |at, bytes: &[u8]| RpcFilterType::Memcmp(Memcmp::new_raw_bytes(at, bytes.to_vec()));
        let config = RpcProgramAccountsConfig {
            filters: Some(vec![equal(0, kind), equal(at, authority.as_ref())]),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                data_slice: Some(UiDataSliceConfig {
                    offset: 0,
                    length: 0,
                }),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let question = json!([program.to_string(), config]);
        let asked = self.client().send(RpcRequest::GetProgramAccounts, question);
        let node = |what: String| Failure::Node(what);
        let found: Vec<RpcKeyedAccount> = asked.await.map_err(|error| node(error.to_string()))?;
        let address = |keyed: &RpcKeyedAccount| {
            let parsed = keyed.pubkey.parse();
            parsed.map_err(|_| node(format!("{} is no address", keyed.pubkey)))
        };
        found.iter().map(address).collect()
    }

    /// What the receiver is set to; `None` where there is no receiver.
    ///
    /// Errors: [`Failure::Node`].
    pub async fn receiver_terms(&self, programs: &Programs) -> Result<Option<Terms>, Failure> {
        let found = self.account(&pyth::config(&programs.receiver)).await?;
        let read = found.map(|account| Terms::read(&account.data));
        let read = read.transpose();
        read.map_err(|error| Failure::Node(error.to_string()))
    }
}
