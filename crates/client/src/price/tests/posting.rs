use super::fixture::{feed, now, secrets, update_of, QUORUM};
use crate::price::pyth::{self, Programs};
use crate::price::{
    transaction_size, Feed, Posted, Prepared, PriceError, PriceSource, Published, Recorded, Step,
    MAX_TRANSACTION_BYTES,
};
use anchor_lang::prelude::{pubkey, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{v0, VersionedMessage};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use std::collections::BTreeMap;

const LEGACY: Pubkey = Pubkey::new_from_array([77; 32]);

fn payer() -> Keypair {
    Keypair::new_from_array([200; 32])
}

fn posted(updates: Vec<Vec<u8>>) -> Box<dyn PriceSource> {
    let updates = Recorded(updates);
    let source = Posted::new(Programs::PYTHNET, payer().pubkey(), updates, secrets());
    Box::new(source.treasury(9))
}

/// Bytes of the step as sent: signed by the payer and the step's own keys and by nobody else, with
/// the two instructions of the compute budget.
fn sent_bytes(step: &Step) -> usize {
    let budget = |data| Instruction {
        program_id: pubkey!("ComputeBudget111111111111111111111111111111"),
        accounts: vec![],
        data,
    };
    let limit = step.compute_units.to_le_bytes();
    let mut instructions = vec![
        budget([&[2][..], &limit].concat()),
        budget([&[3][..], &9_u64.to_le_bytes()].concat()),
    ];
    instructions.extend(step.instructions.iter().cloned());
    let payer = payer();
    let key = payer.pubkey();
    let message = v0::Message::try_compile(&key, &instructions, &[], Default::default()).unwrap();
    let signers: Vec<&Keypair> = std::iter::once(&payer).chain(&step.signers).collect();
    let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), &signers);
    let bytes = bincode::serialize(&transaction.unwrap()).unwrap().len();
    assert_eq!(transaction_size(&key, &instructions), bytes);
    bytes
}

/// First bytes of each instruction, which tell them apart.
fn names(steps: &[Step]) -> Vec<Vec<&'static str>> {
    let known = BTreeMap::from([
        (0, "create"),
        (209, "init"),
        (199, "write"),
        (103, "verify"),
        (48, "close"),
        (133, "post"),
        (218, "reclaim"),
    ]);
    let of_step = |step: &Step| {
        step.instructions
            .iter()
            .map(|i| known[&i.data[0]])
            .collect()
    };
    steps.iter().map(of_step).collect()
}

fn sizes(prepared: &Prepared) -> Vec<usize> {
    let before = prepared.before.iter().chain(&prepared.together);
    before.chain(&prepared.after).map(sent_bytes).collect()
}

#[test]
fn one_price_takes_two_transactions_before_and_one_after() {
    let prepared = now(posted(vec![update_of(&[3], 5, QUORUM)]).prepare(&[Feed::Pull(feed(3))]));
    let prepared = prepared.unwrap();
    let expected = [
        vec!["create", "init", "write"],
        vec!["write", "verify", "post"],
    ];
    assert_eq!(names(&prepared.before), expected);
    assert_eq!(names(&prepared.after), [vec!["close", "reclaim"]]);
    assert_eq!(sizes(&prepared), [1_232, 1_037, 342]);
    let units: Vec<_> = prepared.before.iter().map(|s| s.compute_units).collect();
    assert_eq!(units, [16_300, 470_300]);

    let address = prepared.before[1].signers[0].pubkey();
    let expected = BTreeMap::from([(Feed::Pull(feed(3)), address)]);
    assert_eq!(prepared.oracles, expected);
}

#[test]
fn the_parts_that_are_written_are_the_vaa() {
    for signatures in [1, QUORUM, 19, 60] {
        let update = update_of(&[3], 5, signatures);
        let vaa = pyth::Accumulator::parse(&update).unwrap().vaa.bytes;
        let prepared = now(posted(vec![update]).prepare(&[Feed::Pull(feed(3))])).unwrap();
        let mut written: Vec<u8> = vec![];
        for step in &prepared.before {
            assert!(sent_bytes(step) <= MAX_TRANSACTION_BYTES);
            for instruction in &step.instructions {
                if let [199, .., _] = instruction.data[..] {
                    let at = u32::from_le_bytes(instruction.data[8..12].try_into().unwrap());
                    assert_eq!(at as usize, written.len());
                    written.extend(&instruction.data[16..]);
                }
            }
        }
        assert_eq!(written, vaa);
    }
}

#[test]
fn many_prices_share_one_verification_and_every_step_fits() {
    let numbers: Vec<u16> = (0..20).collect();
    let feeds: Vec<_> = numbers.iter().map(|n| Feed::Pull(feed(*n))).collect();
    let prepared = now(posted(vec![update_of(&numbers, 5, QUORUM)]).prepare(&feeds)).unwrap();
    for bytes in sizes(&prepared) {
        assert!(bytes <= MAX_TRANSACTION_BYTES, "{bytes}");
    }
    let count = |steps: &[Step], name| {
        let names = names(steps).concat();
        names.iter().filter(|n| **n == name).count()
    };
    let before = &prepared.before;
    assert_eq!((count(before, "verify"), count(before, "post")), (1, 1));
    assert_eq!(count(&prepared.together, "post"), 19);
    assert_eq!(names(&prepared.together).concat().len(), 19);
    let steps = [before, &prepared.together, &prepared.after].map(Vec::len);
    assert_eq!(steps, [2, 10, 1]);
    assert_eq!(prepared.oracles.len(), 20);
    assert_eq!(names(&prepared.after).concat().len(), 21);
}

#[test]
fn a_short_vaa_is_verified_in_fewer_transactions() {
    let prepared = now(posted(vec![update_of(&[3], 5, 3)]).prepare(&[Feed::Pull(feed(3))]));
    let prepared = prepared.unwrap();
    let expected = [vec!["create", "init", "write", "verify"]];
    assert_eq!(names(&prepared.before), expected);
    assert_eq!(names(&prepared.together), [vec!["post"]]);
}

#[test]
fn each_feed_is_taken_from_where_it_was_published_last() {
    let blobs = vec![
        update_of(&[1, 2], 50, QUORUM),
        update_of(&[2, 3], 60, QUORUM),
    ];
    let both = [feed(1), feed(2)].map(Feed::Pull);
    let prepared = now(posted(blobs.clone()).prepare(&both)).unwrap();
    let (verified, rest) = (names(&prepared.before), names(&prepared.together));
    let count = |names: &[Vec<&str>], name| names.concat().iter().filter(|n| **n == name).count();
    assert_eq!(
        (count(&verified, "verify"), count(&verified, "post")),
        (2, 0)
    );
    assert_eq!(count(&rest, "post"), 2, "each waits for the last root");
    let prepared = now(posted(blobs).prepare(&both[1..])).unwrap();
    let verified = names(&prepared.before).concat();
    assert_eq!(verified.iter().filter(|n| **n == "verify").count(), 1);
    let message = &prepared.before[1].instructions[2].data[12..97];
    assert_eq!(message[53..61], 60_i64.to_be_bytes());
}

#[test]
fn a_legacy_feed_is_where_its_configuration_says_and_posts_nothing() {
    let expected = BTreeMap::from([(Feed::Legacy(LEGACY), LEGACY)]);
    let published = Published::sponsored(Programs::PYTHNET, 0);
    for source in [posted(vec![]), Box::new(published)] {
        let prepared = now(source.prepare(&[Feed::Legacy(LEGACY)])).unwrap();
        assert_eq!(prepared.oracles, expected);
        assert!(prepared.before.is_empty() && prepared.after.is_empty());
    }
}

#[test]
fn a_published_feed_is_at_its_derived_address_or_where_it_was_said_to_be() {
    let source = Published::sponsored(Programs::PYTHNET, 2).at(feed(1), LEGACY);
    let feeds = [feed(1), feed(2), feed(2)].map(Feed::Pull);
    let prepared = now(source.prepare(&feeds)).unwrap();
    let derived = pyth::sponsored(&Programs::PYTHNET.push_oracle, 2, &feed(2));
    let expected = BTreeMap::from([(feeds[0], LEGACY), (feeds[1], derived)]);
    assert_eq!(prepared.oracles, expected);
}

#[test]
fn a_feed_that_no_update_holds_is_named() {
    let source = posted(vec![update_of(&[3], 5, QUORUM)]);
    let error = now(source.prepare(&[3, 4].map(|n| Feed::Pull(feed(n))))).unwrap_err();
    assert_eq!(error, PriceError::FeedMissing(feed(4)));
    let text =
        "no update of feed 0004abababababababababababababababababababababababababababababab \
                was answered";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_price_below_another_root_is_not_posted() {
    let mut bytes = update_of(&[3], 5, QUORUM);
    let last = bytes.len() - 1; // In the last hash of the proof.
    bytes[last] ^= 1;
    let error = now(posted(vec![bytes]).prepare(&[Feed::Pull(feed(3))])).unwrap_err();
    assert_eq!(error, PriceError::ProofMismatch(feed(3)));
}
