//! Accumulator updates in the real format: real trees and proofs, signatures of nobody.

use crate::price::FeedId;
use pythnet_sdk::accumulators::{merkle::MerkleTree, Accumulator};
use pythnet_sdk::hashers::keccak256_160::Keccak160;
use pythnet_sdk::messages::{Message, PriceFeedMessage};
use pythnet_sdk::wire::to_vec;
use pythnet_sdk::wire::v1::{AccumulatorUpdateData, MerklePriceUpdate, Proof};

/// Feeds of Pythnet at the time of writing: the tree is as deep as a real one.
pub const LEAVES: u16 = 1_500;
/// Signatures of a quorum of 19 guardians.
pub const QUORUM: u8 = 13;
/// As in the VAAs that [`vaa`] makes.
pub const GUARDIAN_SET: u32 = 4;

/// What is signed of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Whose price.
    pub feed: FeedId,
    /// The price; the average is the same.
    pub mantissa: i64,
    /// Its confidence interval, in the same unit.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Of the update before.
    pub prev_publish_time: i64,
}

/// The feeds that fill the tree.
pub fn feed(number: u16) -> FeedId {
    let mut id = [0xAB; 32];
    id[..2].copy_from_slice(&number.to_be_bytes());
    id
}

fn message(quote: &Quote) -> Vec<u8> {
    let price = PriceFeedMessage {
        feed_id: quote.feed,
        price: quote.mantissa,
        conf: quote.confidence,
        exponent: quote.exponent,
        publish_time: quote.publish_time,
        prev_publish_time: quote.prev_publish_time,
        ema_price: quote.mantissa,
        ema_conf: quote.confidence,
    };
    // safety: writing into a vector does not fail.
    to_vec::<_, byteorder::BE>(&Message::PriceFeedMessage(price)).expect("a message")
}

/// Header, signatures that verify nowhere, body and the payload.
pub fn vaa(signatures: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1];
    bytes.extend(GUARDIAN_SET.to_be_bytes());
    bytes.push(signatures);
    for guardian in 0..signatures {
        bytes.push(guardian);
        bytes.extend([0x5A; 65]);
    }
    bytes.extend([0; 8]); // Time and nonce.
    bytes.extend(26_u16.to_be_bytes()); // Pythnet.
    bytes.extend([0xE1; 32]);
    bytes.extend(7_u64.to_be_bytes());
    bytes.push(1);
    bytes.extend(payload);
    bytes
}

/// A tree of these prices, filled up to the size of a real one, and the update with the proofs of all
/// of them: what Hermes answers.
///
/// # Panics
/// With more than [`LEAVES`] quotes.
pub fn sign(quotes: &[Quote], signatures: u8) -> Vec<u8> {
    let filling = (0..LEAVES).skip(quotes.len()).map(|number| Quote {
        feed: feed(number),
        mantissa: 11_862_164_451,
        confidence: 3_335_799,
        exponent: -8,
        publish_time: 0,
        prev_publish_time: 0,
    });
    let all = quotes.iter().copied().chain(filling);
    let messages: Vec<_> = all.map(|quote| message(&quote)).collect();
    let leaves = messages.iter().map(Vec::as_slice);
    // safety: a tree of one leaf and more can be built, and every leaf proven.
    let tree = MerkleTree::<Keccak160>::from_set(leaves).expect("a tree");
    let updates = messages.iter().take(quotes.len()).map(|message| {
        let proof = tree.prove(message).expect("a leaf of the tree");
        let message = message.clone().into();
        MerklePriceUpdate { message, proof }
    });
    let updates = updates.collect();
    let vaa = vaa(signatures, &tree.serialize(1, 10_000)).into();
    let proof = Proof::WormholeMerkle { vaa, updates };
    // safety: writing into a vector does not fail.
    to_vec::<_, byteorder::BE>(&AccumulatorUpdateData::new(proof)).expect("an update")
}
