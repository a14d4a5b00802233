//! Against the published descriptions of the two programs, pyth-network/pyth-crosschain,
//! target_chains/solana/sdk/js/pyth_solana_receiver/src/idl: `pyth_solana_receiver.json` 0.2.1 and
//! `wormhole_core_bridge_solana.ts` 0.0.1-alpha.5. Both are of Anchor 0.29, where a discriminator is
//! the first eight bytes of sha256("global:" + the name in snake case).

use super::fixture::{feed, update_of, GUARDIAN_SET, QUORUM};
use crate::price::pyth::{self, Accumulator, PostUpdate, Programs};
use anchor_lang::prelude::{pubkey, Pubkey, Rent};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::AnchorSerialize;
use pyth_solana_receiver_sdk as sdk;
use sha2::{Digest, Sha256};

const PROGRAMS: Programs = Programs::PYTHNET;
const PAYER: Pubkey = Pubkey::new_from_array([1; 32]);
const VAA: Pubkey = Pubkey::new_from_array([2; 32]);
const PRICE: Pubkey = Pubkey::new_from_array([3; 32]);

/// Address, writable, signs.
fn metas(instruction: &Instruction) -> Vec<(Pubkey, bool, bool)> {
    let metas = instruction.accounts.iter();
    metas
        .map(|meta| (meta.pubkey, meta.is_writable, meta.is_signer))
        .collect()
}

#[test]
fn discriminators_are_hashes_of_the_published_names() {
    let read = Accumulator::parse(&update_of(&[3], 5, QUORUM)).unwrap();
    let post = PostUpdate {
        payer: PAYER,
        encoded_vaa: VAA,
        price_update: PRICE,
        treasury: 0,
    };
    let instructions = [
        (
            "init_encoded_vaa",
            PROGRAMS.wormhole,
            pyth::init_encoded_vaa(&PROGRAMS, PAYER, VAA),
        ),
        (
            "write_encoded_vaa",
            PROGRAMS.wormhole,
            pyth::write_encoded_vaa(&PROGRAMS, PAYER, VAA, &read.vaa, 0..5),
        ),
        (
            "verify_encoded_vaa_v1",
            PROGRAMS.wormhole,
            pyth::verify_encoded_vaa(&PROGRAMS, PAYER, VAA, 4),
        ),
        (
            "close_encoded_vaa",
            PROGRAMS.wormhole,
            pyth::close_encoded_vaa(&PROGRAMS, PAYER, VAA),
        ),
        (
            "post_update",
            PROGRAMS.receiver,
            pyth::post_update(&PROGRAMS, post, &read.updates[0]),
        ),
        (
            "reclaim_rent",
            PROGRAMS.receiver,
            pyth::reclaim_rent(&PROGRAMS, PAYER, PRICE),
        ),
    ];
    for (name, program, instruction) in instructions {
        let hash = Sha256::digest(format!("global:{name}"));
        assert_eq!(instruction.data[..8], hash[..8], "{name}");
        assert_eq!(instruction.program_id, program, "{name}");
    }
}

#[test]
fn an_encoded_vaa_is_created_written_verified_and_closed_with_the_published_accounts() {
    let read = Accumulator::parse(&update_of(&[3], 5, QUORUM)).unwrap();

    let create = pyth::create_encoded_vaa(&PROGRAMS, PAYER, VAA, 952);
    assert_eq!(create.program_id, Pubkey::default());
    assert_eq!(metas(&create), [(PAYER, true, true), (VAA, true, true)]);
    // CreateAccount is variant 0 of the system program: lamports, space, owner. 46 bytes stand in
    // front of the VAA (`VAA_START` of the SDK).
    let mut expected = vec![0; 4];
    expected.extend(Rent::default().minimum_balance(998).to_le_bytes());
    expected.extend(998_u64.to_le_bytes());
    expected.extend(PROGRAMS.wormhole.to_bytes());
    assert_eq!(create.data, expected);

    // initEncodedVaa: writeAuthority signs; encodedVaa isMut. No arguments.
    let init = pyth::init_encoded_vaa(&PROGRAMS, PAYER, VAA);
    assert_eq!(metas(&init), [(PAYER, false, true), (VAA, true, false)]);
    assert_eq!(init.data.len(), 8);

    // writeEncodedVaa: writeAuthority signs; draftVaa isMut. { index: u32, data: bytes }.
    let write = pyth::write_encoded_vaa(&PROGRAMS, PAYER, VAA, &read.vaa, 700..952);
    assert_eq!(metas(&write), [(PAYER, false, true), (VAA, true, false)]);
    let mut expected = vec![199, 208, 110, 177, 150, 76, 118, 42];
    (700_u32, read.vaa.bytes[700..].to_vec())
        .serialize(&mut expected)
        .unwrap();
    assert_eq!(write.data, expected);

    // verifyEncodedVaaV1: writeAuthority signs; draftVaa isMut; guardianSet. No arguments.
    let verify = pyth::verify_encoded_vaa(&PROGRAMS, PAYER, VAA, GUARDIAN_SET);
    // "GuardianSet" and the index, big endian (`getGuardianSetPda` of the SDK).
    let seeds: [&[u8]; 2] = [b"GuardianSet", &[0, 0, 0, 4]];
    let guardians = Pubkey::find_program_address(&seeds, &PROGRAMS.wormhole).0;
    let expected = [
        (PAYER, false, true),
        (VAA, true, false),
        (guardians, false, false),
    ];
    assert_eq!(metas(&verify), expected);
    assert_eq!(verify.data.len(), 8);

    // closeEncodedVaa: writeAuthority isMut, signs; encodedVaa isMut. No arguments.
    let close = pyth::close_encoded_vaa(&PROGRAMS, PAYER, VAA);
    assert_eq!(metas(&close), [(PAYER, true, true), (VAA, true, false)]);
    assert_eq!(close.data.len(), 8);
}

#[test]
fn a_price_is_posted_and_its_rent_reclaimed_with_the_published_accounts() {
    let bytes = update_of(&[3], 5, QUORUM);
    let read = Accumulator::parse(&bytes).unwrap();
    let post = PostUpdate {
        payer: PAYER,
        encoded_vaa: VAA,
        price_update: PRICE,
        treasury: 7,
    };
    let post = pyth::post_update(&PROGRAMS, post, &read.updates[0]);
    // postUpdate: payer isMut, signs; encodedVaa; config; treasury isMut; priceUpdateAccount isMut,
    // signs; systemProgram; writeAuthority signs. The two addresses are those of Pyth's own crate.
    let expected = [
        (PAYER, true, true),
        (VAA, false, false),
        (sdk::pda::get_config_address(), false, false),
        (sdk::pda::get_treasury_address(7), true, false),
        (PRICE, true, true),
        (Pubkey::default(), false, false),
        (PAYER, false, true),
    ];
    assert_eq!(metas(&post), expected);
    assert_eq!(post.program_id, sdk::ID);

    // { merklePriceUpdate: { message: bytes, proof: [[u8; 20]] }, treasuryId: u8 }, as Pyth's own
    // crate writes it.
    let proof = pythnet_sdk::wire::v1::AccumulatorUpdateData::try_from_slice(&bytes).unwrap();
    let pythnet_sdk::wire::v1::Proof::WormholeMerkle { mut updates, .. } = proof.proof;
    let params = sdk::PostUpdateParams {
        merkle_price_update: updates.remove(0),
        treasury_id: 7,
    };
    let mut expected = vec![133, 95, 207, 175, 11, 79, 118, 44];
    params.serialize(&mut expected).unwrap();
    assert_eq!(post.data, expected);

    // reclaimRent: payer isMut, signs; priceUpdateAccount isMut. No arguments.
    let reclaim = pyth::reclaim_rent(&PROGRAMS, PAYER, PRICE);
    assert_eq!(metas(&reclaim), [(PAYER, true, true), (PRICE, true, false)]);
    assert_eq!(reclaim.data.len(), 8);
}

#[test]
fn programs_are_those_of_pyths_crate() {
    assert_eq!(PROGRAMS.receiver, sdk::ID);
    assert_eq!(PROGRAMS.push_oracle, sdk::PYTH_PUSH_ORACLE_ID);
}

#[test]
fn sponsored_feeds_are_where_pyth_keeps_them() {
    // SOL/USD: feed and address as read from mainnet (owner: the receiver) in October 2026.
    let sol = hex::decode("ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d");
    let sol = sol.unwrap().try_into().unwrap();
    assert_eq!(
        pyth::sponsored(&PROGRAMS.push_oracle, 0, &sol),
        pubkey!("7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE")
    );
    // The address that others test for the second set of programs.
    assert_eq!(
        pyth::sponsored(&Programs::PRO.push_oracle, 0, &sol),
        pubkey!("7AviUf9nL62mcxNbQGKm4nKDQnPjswo6c5MX4D57HmyE")
    );
    let other = pyth::sponsored(&PROGRAMS.push_oracle, 256, &feed(1));
    let seeds: [&[u8]; 2] = [&[0, 1], &feed(1)]; // The shard, little endian.
    let expected = Pubkey::find_program_address(&seeds, &PROGRAMS.push_oracle).0;
    assert_eq!(other, expected);
}
