//! Oracle accounts, byte for byte as Pyth's programs write them. The layouts are written out, here
//! and in the client's `local::pyth`, rather than taken from Pyth's crates, so that a test compares two
//! readings of the format.

use anchor_lang::prelude::Pubkey;
use solana_account::Account;
use whittle::state::raw::{OracleConfig, ORACLE_PYTH_LEGACY, ORACLE_PYTH_PULL};
use whittle_client::local::pyth::PullUpdate;
pub use whittle_client::local::pyth::{Verification, RECEIVER};

use crate::spec;

/// The push oracle of the legacy accounts on mainnet.
pub const LEGACY: Pubkey = Pubkey::from_str_const("FsJ3A3u2vn5cTVofAjvy6y5kwABJAqYWpe4975bi2epH");

/// Size of a legacy price account: 240 bytes, then 32 publishers of 96 bytes.
const LEGACY_SIZE: usize = 3312;

/// A price as an oracle states it: `mantissa * 10^exponent` USD for one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The price; oracles may say anything.
    pub mantissa: i64,
    /// Its confidence interval, in the same unit.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
}

impl Quote {
    /// From a decimal number of US dollars such as `"13850.49"`, at exponent -8, with a confidence
    /// of one basis point.
    pub fn usd(decimal: &str) -> Self {
        const EXPONENT: i32 = -8;
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        assert!(fraction.len() <= 8, "{decimal} has more than eight digits");
        let digits = format!("{whole}{fraction:0<8}");
        let mantissa: i64 = digits.parse().expect("a decimal number");
        Self {
            mantissa,
            confidence: mantissa.unsigned_abs() / 10_000,
            exponent: EXPONENT,
        }
    }

    /// With a confidence of so many basis points of the price.
    pub fn with_confidence_bps(self, bps: u64) -> Self {
        let wide = u128::from(self.mantissa.unsigned_abs()) * u128::from(bps) / 10_000;
        Self {
            confidence: u64::try_from(wide).expect("a confidence of 64 bits"),
            ..self
        }
    }
}

impl From<&str> for Quote {
    fn from(decimal: &str) -> Self {
        Self::usd(decimal)
    }
}

/// What a legacy account says about trading. Other numbers stand for other obstacles.
pub const TRADING: u32 = 1;

/// The contents of an oracle account. Start from [`OracleStub::update`] and change what the test is
/// about.
#[derive(Clone, Debug)]
pub struct Update {
    /// Owner of the account.
    pub owner: Pubkey,
    /// Feed id (pull).
    pub feed: [u8; 32],
    /// Who may change the account (pull).
    pub write_authority: Pubkey,
    /// Pull only.
    pub verification: Verification,
    /// Legacy only.
    pub status: u32,
    /// Price, confidence and exponent.
    pub quote: Quote,
    /// Moving average of the price; the program does not read it.
    pub ema_mantissa: i64,
    /// Moving average of the confidence; the program does not read it.
    pub ema_confidence: u64,
    /// Unix seconds.
    pub publish_time: i64,
    /// Of the update before.
    pub prev_publish_time: i64,
    /// Slot; the program does not read it.
    pub slot: u64,
}

/// One feed and the account in which the tests show it.
#[derive(Clone, Copy, Debug)]
pub struct OracleStub {
    /// Address of the oracle account.
    pub address: Pubkey,
    /// Feed id (pull).
    pub feed: [u8; 32],
    /// [`ORACLE_PYTH_PULL`] or [`ORACLE_PYTH_LEGACY`].
    pub kind: u8,
}

impl OracleStub {
    /// A feed of the pull oracle. Its account may be anywhere: the feed id tells it apart.
    pub fn pull(name: &str) -> Self {
        Self {
            address: spec::address(&format!("oracle {name}")),
            feed: spec::address(&format!("feed {name}")).to_bytes(),
            kind: ORACLE_PYTH_PULL,
        }
    }

    /// An account of the legacy oracle, told apart by its address.
    pub fn legacy(name: &str) -> Self {
        Self {
            address: spec::address(&format!("legacy oracle {name}")),
            feed: [0; 32],
            kind: ORACLE_PYTH_LEGACY,
        }
    }

    /// What a market or bank that reads this feed is configured with.
    pub fn config(&self) -> OracleConfig {
        OracleConfig {
            key: if self.kind == ORACLE_PYTH_PULL {
                self.feed
            } else {
                self.address.to_bytes()
            },
            kind: self.kind,
            ..spec::oracle_policy()
        }
    }

    /// A well-formed update, published now, one second after the one before.
    pub fn update(&self, quote: impl Into<Quote>, now: i64) -> Update {
        let quote = quote.into();
        Update {
            owner: if self.kind == ORACLE_PYTH_PULL {
                RECEIVER
            } else {
                LEGACY
            },
            feed: self.feed,
            write_authority: spec::address("write authority"),
            verification: Verification::Full,
            status: TRADING,
            quote,
            ema_mantissa: quote.mantissa,
            ema_confidence: quote.confidence,
            publish_time: now,
            prev_publish_time: now - 1,
            slot: 1,
        }
    }

    /// The account as it stands on the chain.
    pub fn account(&self, update: &Update) -> Account {
        let data = if self.kind == ORACLE_PYTH_PULL {
            update.pull_bytes()
        } else {
            update.legacy_bytes()
        };
        Account {
            lamports: 10_000_000,
            data,
            owner: update.owner,
            executable: false,
            rent_epoch: u64::MAX,
        }
    }
}

impl Update {
    /// As Pyth's receiver writes it.
    pub fn pull_bytes(&self) -> Vec<u8> {
        let update = PullUpdate {
            write_authority: self.write_authority,
            verification: self.verification,
            feed: self.feed,
            mantissa: self.quote.mantissa,
            confidence: self.quote.confidence,
            exponent: self.quote.exponent,
            publish_time: self.publish_time,
            prev_publish_time: self.prev_publish_time,
            ema_mantissa: self.ema_mantissa,
            ema_confidence: self.ema_confidence,
            slot: self.slot,
        };
        update.to_bytes()
    }

    /// A C structure of fixed offsets.
    pub fn legacy_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; LEGACY_SIZE];
        let mut put = |at: usize, field: &[u8]| bytes[at..at + field.len()].copy_from_slice(field);
        put(0, &0xa1b2_c3d4_u32.to_le_bytes()); // magic
        put(4, &2_u32.to_le_bytes()); // version
        put(8, &3_u32.to_le_bytes()); // a price account
        put(12, &240_u32.to_le_bytes()); // bytes in use: no publishers
        put(16, &1_u32.to_le_bytes()); // its type: a price
        put(20, &self.quote.exponent.to_le_bytes());
        put(32, &self.slot.to_le_bytes()); // last slot
        put(40, &self.slot.to_le_bytes()); // valid slot
        put(48, &self.ema_mantissa.to_le_bytes());
        put(72, &self.ema_confidence.to_le_bytes());
        put(96, &self.publish_time.to_le_bytes());
        put(200, &self.prev_publish_time.to_le_bytes());
        put(208, &self.quote.mantissa.to_le_bytes());
        put(216, &self.quote.confidence.to_le_bytes());
        put(224, &self.status.to_le_bytes());
        put(232, &self.slot.to_le_bytes());
        bytes
    }
}
