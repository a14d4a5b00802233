//! Accumulator updates in the real format: real trees and proofs, signatures of nobody.

use crate::price::{FeedId, Later};
use pythnet_sdk::accumulators::{merkle::MerkleTree, Accumulator};
use pythnet_sdk::hashers::keccak256_160::Keccak160;
use pythnet_sdk::messages::{Message, PriceFeedMessage};
use pythnet_sdk::wire::to_vec;
use pythnet_sdk::wire::v1::{AccumulatorUpdateData, MerklePriceUpdate, Proof};
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Waker};

/// Feeds of Pythnet at the time of writing: the tree is as deep as a real one.
pub const LEAVES: u16 = 1_500;
/// Signatures of a quorum of 19 guardians.
pub const QUORUM: u8 = 13;
/// As in the VAAs that [`vaa`] makes.
pub const GUARDIAN_SET: u32 = 4;

pub fn feed(number: u16) -> FeedId {
    let mut id = [0xAB; 32];
    id[..2].copy_from_slice(&number.to_be_bytes());
    id
}

fn message(number: u16, publish_time: i64) -> Vec<u8> {
    let price = PriceFeedMessage {
        feed_id: feed(number),
        price: 11_862_164_451,
        conf: 3_335_799,
        exponent: -8,
        publish_time,
        prev_publish_time: publish_time - 1,
        ema_price: 11_871_955_320,
        ema_conf: 2_530_658,
    };
    to_vec::<_, byteorder::BE>(&Message::PriceFeedMessage(price)).unwrap()
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

/// What Hermes answers for these feeds.
pub fn update_of(feeds: &[u16], publish_time: i64, signatures: u8) -> Vec<u8> {
    let messages: Vec<_> = (0..LEAVES).map(|n| message(n, publish_time)).collect();
    let leaves = messages.iter().map(Vec::as_slice);
    let tree = MerkleTree::<Keccak160>::from_set(leaves).unwrap();
    let updates = feeds.iter().map(|number| {
        let message = messages[usize::from(*number)].clone();
        let proof = tree.prove(&message).unwrap();
        let message = message.into();
        MerklePriceUpdate { message, proof }
    });
    let updates = updates.collect();
    let vaa = vaa(signatures, &tree.serialize(1, 10_000)).into();
    let proof = Proof::WormholeMerkle { vaa, updates };
    to_vec::<_, byteorder::BE>(&AccumulatorUpdateData::new(proof)).unwrap()
}

/// A new secret at each call.
pub fn secrets() -> impl Fn() -> [u8; 32] + Send + Sync {
    let next = AtomicU8::new(1);
    move || [next.fetch_add(1, Ordering::Relaxed); 32]
}

/// Nothing here waits for anything.
pub fn now<T>(mut later: Later<'_, T>) -> Result<T, crate::price::PriceError> {
    match later.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("a recorded source has to answer at once"),
    }
}
