use super::{FeedId, MAX_TRANSACTION_BYTES};

/// Why there is no price, or an update cannot be posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The market or bank names a kind of oracle that this version does not know.
    #[error("oracle kind {0} is not known: only 1 (Pyth pull) and 2 (Pyth legacy) are")]
    OracleKind(u8),
    /// Whoever fetches updates failed.
    #[error("updates could not be fetched: {0}")]
    Fetch(String),
    /// Hermes answered with something else than updates.
    #[error("not an answer of Hermes: {0}")]
    Answer(String),
    /// The bytes are no accumulator update.
    #[error("not an accumulator update: it starts with {}, not with PNAU", hex::encode(.0))]
    NotAccumulator(Vec<u8>),
    /// An accumulator update in a format that is not known.
    #[error("accumulator updates of version {0} are not known, only of version 1")]
    AccumulatorVersion(u8),
    /// An accumulator update without its end.
    #[error("the accumulator update is cut off after {0} bytes")]
    Truncated(usize),
    /// An accumulator update that is not as the format says.
    #[error("the accumulator update cannot be read: {0}")]
    Malformed(String),
    /// No update holds this feed.
    #[error("no update of feed {} was answered", hex::encode(.0))]
    FeedMissing(FeedId),
    /// The VAA ends before what its header announces.
    #[error("the VAA has {have} bytes and needs at least {need}")]
    VaaTooShort {
        /// Bytes there are.
        have: usize,
        /// Bytes that signatures and body need.
        need: usize,
    },
    /// A VAA that the core bridge does not verify.
    #[error("VAAs of version {0} are not known, only of version 1")]
    VaaVersion(u8),
    /// The VAA attests something else than the root of a tree of prices.
    #[error("the VAA does not carry a Merkle root of prices")]
    NotMerkleRoot,
    /// The receiver would refuse the update: its proof does not lead to the root in the VAA.
    #[error("the proof of feed {} does not lead to the root in the VAA", hex::encode(.0))]
    ProofMismatch(FeedId),
    /// The receiver's configuration account holds something else.
    #[error("the receiver's configuration cannot be read: {0}")]
    Config(String),
    /// A single instruction is larger than a transaction.
    #[error("a step takes {0} bytes; a transaction has {MAX_TRANSACTION_BYTES}")]
    StepTooLarge(usize),
}
