//! Price accounts of Pyth's receiver, byte for byte. The layout is written out here rather than taken
//! from Pyth's crate, which the program reads it with, so that there are two readings of the format.

use anchor_lang::prelude::Pubkey;

/// The receiver that posts `PriceUpdateV2` accounts.
pub const RECEIVER: Pubkey = Pubkey::from_str_const("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");

/// Size of the account. A full update leaves its last byte unused.
const SIZE: usize = 134;
const DISCRIMINATOR: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];

/// How far an update's signatures were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// By so many guardians only.
    Partial(u8),
    /// By two thirds of them.
    Full,
}

/// What a `PriceUpdateV2` account says. The price is `mantissa * 10^exponent` USD for one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullUpdate {
    /// Who may change the account.
    pub write_authority: Pubkey,
    /// How far signatures were checked.
    pub verification: Verification,
    /// Feed id.
    pub feed: [u8; 32],
    /// The price; oracles may say anything.
    pub mantissa: i64,
    /// Its confidence interval, in the same unit.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Of the update before.
    pub prev_publish_time: i64,
    /// Moving average of the price; the program does not read it.
    pub ema_mantissa: i64,
    /// Moving average of the confidence; the program does not read it.
    pub ema_confidence: u64,
    /// Slot; the program does not read it.
    pub slot: u64,
}

impl PullUpdate {
    /// The account's data: Borsh, behind Anchor's discriminator.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = DISCRIMINATOR.to_vec();
        bytes.extend(self.write_authority.to_bytes());
        match self.verification {
            Verification::Partial(signatures) => bytes.extend([0, signatures]),
            Verification::Full => bytes.push(1),
        }
        bytes.extend(self.feed);
        bytes.extend(self.mantissa.to_le_bytes());
        bytes.extend(self.confidence.to_le_bytes());
        bytes.extend(self.exponent.to_le_bytes());
        bytes.extend(self.publish_time.to_le_bytes());
        bytes.extend(self.prev_publish_time.to_le_bytes());
        bytes.extend(self.ema_mantissa.to_le_bytes());
        bytes.extend(self.ema_confidence.to_le_bytes());
        bytes.extend(self.slot.to_le_bytes());
        bytes.resize(SIZE, 0);
        bytes
    }
}
