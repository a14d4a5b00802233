use crate::price::{FeedId, PriceError};
use pythnet_sdk::accumulators::merkle::{MerklePath, MerkleRoot};
use pythnet_sdk::hashers::keccak256_160::Keccak160;
use pythnet_sdk::messages::Message;
use pythnet_sdk::wire::v1::{AccumulatorUpdateData, Proof, WormholeMessage, WormholePayload};
use pythnet_sdk::wire::{from_slice, DeserializerError};
use whittle::oracle::Reading;

/// Version, index of the guardian set and number of signatures.
const HEADER_BYTES: usize = 1 + 4 + 1;
/// Index of the guardian, signature and recovery id.
const SIGNATURE_BYTES: usize = 1 + 64 + 1;
/// Time, nonce, chain and address of the emitter, sequence number and consistency level.
const BODY_BYTES: usize = 4 + 4 + 2 + 32 + 8 + 1;

/// One attested root and the prices below it: what Hermes answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accumulator {
    /// Attests the root.
    pub vaa: Vaa,
    /// Prices with their proofs; messages that are no prices are left out.
    pub updates: Vec<Update>,
}

/// What guardians signed. The signatures are not checked here; the core bridge does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vaa {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Which guardians.
    pub guardian_set: u32,
    /// How many of them signed.
    pub signatures: u8,
    /// Of the tree of prices.
    pub root: [u8; 20],
}

/// The price of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Whose price.
    pub feed: FeedId,
    /// What it says; whether an exchange takes that is for the program to judge.
    pub reading: Reading,
    /// As signed.
    pub message: Vec<u8>,
    /// From the message to the root.
    pub proof: Vec<[u8; 20]>,
}

impl Accumulator {
    /// From the bytes of an accumulator update ("PNAU"), as Hermes gives them.
    ///
    /// ```
    /// use whittle_client::price::{pyth::Accumulator, PriceError};
    ///
    /// let error = Accumulator::parse(b"AUWV...").unwrap_err();
    /// assert_eq!(error, PriceError::NotAccumulator(b"AUWV".to_vec()));
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Self, PriceError> {
        if !bytes.starts_with(b"PNAU") {
            let start = bytes.get(..4).unwrap_or(bytes);
            return Err(PriceError::NotAccumulator(start.to_vec()));
        }
        match bytes.get(4) {
            None => return Err(PriceError::Truncated(bytes.len())),
            Some(1) => {}
            Some(version) => return Err(PriceError::AccumulatorVersion(*version)),
        }
        let read = from_slice::<byteorder::BE, AccumulatorUpdateData>(bytes);
        let data = read.map_err(|error| match error {
            DeserializerError::Io(_) => PriceError::Truncated(bytes.len()),
            error => PriceError::Malformed(error.to_string()),
        })?;
        let Proof::WormholeMerkle { vaa, updates } = data.proof;
        let updates = updates.into_iter().filter_map(|update| {
            let (message, proof) = (Vec::from(update.message), update.proof.to_vec());
            Update::read(message, proof)
        });
        Ok(Self {
            vaa: Vaa::parse(vaa.into())?,
            updates: updates.collect(),
        })
    }
}

impl Update {
    /// Nothing if the message is not a price.
    fn read(message: Vec<u8>, proof: Vec<[u8; 20]>) -> Option<Self> {
        let Ok(Message::PriceFeedMessage(price)) = from_slice::<byteorder::BE, _>(&message) else {
            return None;
        };
        Some(Self {
            feed: price.feed_id,
            reading: Reading {
                price: price.price,
                confidence: price.conf,
                exponent: price.exponent,
                publish_time: price.publish_time,
                prev_publish_time: price.prev_publish_time,
            },
            message,
            proof,
        })
    }
}

impl Vaa {
    /// Header, signatures, body and the root that it attests.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, PriceError> {
        let have = bytes.len();
        let need = |need| move || PriceError::VaaTooShort { have, need };
        let header = bytes.first_chunk::<HEADER_BYTES>();
        let [version, a, b, c, d, signatures] = *header.ok_or_else(need(HEADER_BYTES))?;
        if version != 1 {
            return Err(PriceError::VaaVersion(version));
        }
        let at = HEADER_BYTES + SIGNATURE_BYTES * usize::from(signatures) + BODY_BYTES;
        let payload = bytes.get(at..).ok_or_else(need(at))?;
        let message = WormholeMessage::try_from_bytes(payload);
        let WormholePayload::Merkle(merkle) =
            message.map_err(|_| PriceError::NotMerkleRoot)?.payload;
        Ok(Self {
            guardian_set: u32::from_be_bytes([a, b, c, d]),
            signatures,
            root: merkle.root,
            bytes,
        })
    }

    /// What the receiver checks after the signatures: that the update is below the root. Finding out
    /// here saves the fees.
    pub fn check(&self, update: &Update) -> Result<(), PriceError> {
        let root = MerkleRoot::<Keccak160>::new(self.root);
        if root.check(MerklePath::new(update.proof.clone()), &update.message) {
            Ok(())
        } else {
            Err(PriceError::ProofMismatch(update.feed))
        }
    }
}
