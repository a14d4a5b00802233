//! Lookup tables: found, made and extended. A transaction names an account of a table by one byte
//! instead of 32.

use super::{Cluster, Draft, Failure, SendOptions};
use anchor_lang::prelude::{pubkey, AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use serde_json::json;
use solana_keypair::Keypair;
use solana_message::AddressLookupTableAccount;
use solana_rpc_client_api::config::{
    RpcAccountInfoConfig, RpcProgramAccountsConfig, UiAccountEncoding,
};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::RpcKeyedAccount;
use solana_signer::Signer;
use std::collections::BTreeSet;

const PROGRAM: Pubkey = pubkey!("AddressLookupTab1e1111111111111111111111111");
/// What stands in front of the addresses: kind, slot of deactivation, slot and place of the last
/// extension, authority.
const HEADER: usize = 56;
const DEACTIVATED_AT: usize = 4;
const AUTHORITY_AT: usize = 22;
/// Most addresses of a table.
const MOST: usize = 256;
/// Addresses that fit into the transaction that adds them.
const AT_ONCE: usize = 24;

/// The address of a table, and the number that goes with it.
fn address(authority: &Pubkey, slot: u64) -> (Pubkey, u8) {
    Pubkey::find_program_address(&[authority.as_ref(), &slot.to_le_bytes()], &PROGRAM)
}

fn instruction(table: Pubkey, authority: &Pubkey, signs: bool, data: Vec<u8>) -> Instruction {
    Instruction {
        program_id: PROGRAM,
        accounts: vec![
            AccountMeta::new(table, false),
            AccountMeta::new_readonly(*authority, signs),
            AccountMeta::new(*authority, true),
            AccountMeta::new_readonly(system_program::ID, false),
        ],
        data,
    }
}

/// `authority` pays and may extend it. The slot has to be one of the last 512.
fn create(authority: &Pubkey, slot: u64) -> (Pubkey, Instruction) {
    let (table, bump) = address(authority, slot);
    let data = [&0_u32.to_le_bytes()[..], &slot.to_le_bytes(), &[bump]].concat();
    (table, instruction(table, authority, false, data))
}

fn extend(table: Pubkey, authority: &Pubkey, addresses: &[Pubkey]) -> Instruction {
    let mut data = 2_u32.to_le_bytes().to_vec();
    data.extend((addresses.len() as u64).to_le_bytes());
    addresses.iter().for_each(|one| data.extend(one.to_bytes()));
    instruction(table, authority, true, data)
}

/// A table as its account has it; none when it is being closed or is something else.
fn read(key: Pubkey, data: &[u8]) -> Option<AddressLookupTableAccount> {
    let (header, rest) = data.split_at_checked(HEADER)?;
    let is_active = header.starts_with(&1_u32.to_le_bytes())
        && header.get(DEACTIVATED_AT..DEACTIVATED_AT + 8)? == u64::MAX.to_le_bytes();
    let addresses = rest.as_chunks::<32>().0.iter().copied();
    is_active.then(|| AddressLookupTableAccount {
        key,
        addresses: addresses.map(Pubkey::new_from_array).collect(),
    })
}

impl Cluster {
    /// The active lookup tables that `authority` may extend.
    ///
    /// Errors: [`Failure::Node`]; nodes may refuse to look through all tables.
    pub async fn tables_of(
        &self,
        authority: &Pubkey,
    ) -> Result<Vec<AddressLookupTableAccount>, Failure> {
        let owner = Memcmp::new_raw_bytes(AUTHORITY_AT, authority.to_bytes().to_vec());
        let config = RpcProgramAccountsConfig {
            filters: Some(vec![RpcFilterType::Memcmp(owner)]),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                ..RpcAccountInfoConfig::default()
            },
            ..RpcProgramAccountsConfig::default()
        };
        let question = json!([PROGRAM.to_string(), config]);
        let asked = self.client().send(RpcRequest::GetProgramAccounts, question);
        let found: Vec<RpcKeyedAccount> = asked
            .await
            .map_err(|error| Failure::Node(error.to_string()))?;
        let tables = found.iter().filter_map(|keyed| {
            let data = keyed.account.data.decode()?;
            read(keyed.pubkey.parse().ok()?, &data)
        });
        Ok(tables.collect())
    }

    /// Lookup tables of `payer` that hold at least these addresses: those there are, extended or made
    /// as far as it takes. What was added can be used from the next slot on.
    ///
    /// Errors: [`Failure`], each. Nodes that refuse to look through all tables have one made anew.
    pub async fn tables_with(
        &self,
        payer: &Keypair,
        addresses: &[Pubkey],
        options: &SendOptions,
    ) -> Result<Vec<AddressLookupTableAccount>, Failure> {
        let authority = payer.pubkey();
        let mut tables = self.tables_of(&authority).await.unwrap_or_default();
        let known: BTreeSet<Pubkey> = tables.iter().flat_map(|it| it.addresses.clone()).collect();
        let mut wanted: Vec<Pubkey> = addresses.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|address| !known.contains(address));
        for part in wanted.chunks(AT_ONCE) {
            let with_room = tables
                .iter_mut()
                .find(|table| table.addresses.len() + part.len() <= MOST);
            let (key, mut instructions) = match &with_room {
                Some(table) => (table.key, Vec::new()),
                None => {
                    let (key, create) = create(&authority, self.slot().await?);
                    (key, vec![create])
                }
            };
            instructions.push(extend(key, &authority, part));
            let draft = Draft::new(instructions);
            self.send(&draft, payer, &[], options).await?;
            match with_room {
                Some(table) => table.addresses.extend(part),
                None => tables.push(AddressLookupTableAccount {
                    key,
                    addresses: part.to_vec(),
                }),
            }
        }
        Ok(tables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transaction_that_makes_and_fills_a_table_fits() {
        let authority = Pubkey::new_unique();
        let addresses: Vec<Pubkey> = (0..AT_ONCE).map(|_| Pubkey::new_unique()).collect();
        let (table, create) = create(&authority, 7);
        let draft = Draft::new([create, extend(table, &authority, &addresses)])
            .with_units(9)
            .with_unit_price(9);
        assert!(draft.bytes(&authority).unwrap() <= super::super::MOST_BYTES);
    }

    #[test]
    fn a_table_that_is_being_closed_is_left_out() {
        let mut data = 1_u32.to_le_bytes().to_vec();
        data.extend(u64::MAX.to_le_bytes());
        data.resize(HEADER, 0);
        data.extend([5; 64]);
        let key = Pubkey::new_unique();
        let table = read(key, &data).unwrap();
        assert_eq!(table.addresses, [Pubkey::new_from_array([5; 32]); 2]);
        data[DEACTIVATED_AT] = 9;
        assert_eq!(read(key, &data), None);
        assert_eq!(read(key, &data[..20]), None);
    }
}
