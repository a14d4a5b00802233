//! From instructions to a signed transaction that fits.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use core::fmt;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_keypair::Keypair;
use solana_message::{v0, AddressLookupTableAccount, Hash, Message, VersionedMessage};
use solana_transaction::versioned::VersionedTransaction;

/// Most bytes of a transaction: the IPv6 minimum of 1,280 less headers.
pub const MOST_BYTES: usize = 1_232;
const SIGNATURE_BYTES: usize = 64;

/// What a transaction shall do and what it may cost.
///
/// ```
/// use whittle_client::rpc::Draft;
/// use whittle_client::instruction;
/// # use anchor_lang::prelude::Pubkey;
/// # let (payer, oracle) = (Pubkey::new_unique(), Pubkey::new_unique());
/// let draft = Draft::new([instruction::update_markets(&[(0, oracle)])])
///     .with_units(5_000)
///     .with_unit_price(1_000);
/// assert!(draft.bytes(&payer).unwrap() < 1_232);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// In this order, all or none.
    pub instructions: Vec<Instruction>,
    /// Most compute units; the runtime's default of 200,000 for each instruction when `None`.
    pub units: Option<u32>,
    /// Most bytes of accounts and programs to load; 64 MiB, the runtime's default and most, when `None`.
    pub loaded_bytes: Option<u32>,
    /// Price of a compute unit, millionths of a lamport. Zero adds no instruction.
    pub unit_price: u64,
    /// Used when the transaction does not fit without them.
    pub tables: Vec<AddressLookupTableAccount>,
}

/// Why a transaction cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftError {
    /// It does not fit, with lookup tables or without.
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A lookup table does not serve, or the accounts are too many.
    Compile(String),
    /// A signer that an instruction names is not among the keys.
    Sign(String),
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(
                f,
                "the transaction has {bytes} bytes, of {MOST_BYTES} that fit: use a lookup table or \
                 fewer instructions"
            ),
            Self::Compile(why) => write!(f, "the transaction cannot be compiled: {why}"),
            Self::Sign(why) => write!(f, "the transaction cannot be signed: {why}"),
        }
    }
}

impl std::error::Error for DraftError {}

impl Draft {
    /// Instructions at the default limits, without a priority fee.
    pub fn new(instructions: impl IntoIterator<Item = Instruction>) -> Self {
        Self {
            instructions: instructions.into_iter().collect(),
            ..Self::default()
        }
    }

    /// With a limit of compute units.
    pub fn with_units(mut self, units: u32) -> Self {
        self.units = Some(units);
        self
    }

    /// With a limit of bytes to load.
    pub fn with_loaded_bytes(mut self, bytes: u32) -> Self {
        self.loaded_bytes = Some(bytes);
        self
    }

    /// With a price for each compute unit, millionths of a lamport.
    pub fn with_unit_price(mut self, price: u64) -> Self {
        self.unit_price = price;
        self
    }

    /// With lookup tables to fall back on.
    pub fn with_tables(mut self, tables: Vec<AddressLookupTableAccount>) -> Self {
        self.tables = tables;
        self
    }

    /// The accounts that it writes, each once: what its priority fee competes for.
    pub fn writable(&self) -> Vec<Pubkey> {
        let all = self.instructions.iter().flat_map(|one| &one.accounts);
        let mut keys: Vec<Pubkey> = all
            .filter(|meta| meta.is_writable)
            .map(|meta| meta.pubkey)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn all(&self) -> Vec<Instruction> {
        let units = self
            .units
            .map(ComputeBudgetInstruction::set_compute_unit_limit);
        let loaded = self
            .loaded_bytes
            .map(ComputeBudgetInstruction::set_loaded_accounts_data_size_limit);
        let price = (self.unit_price != 0)
            .then(|| ComputeBudgetInstruction::set_compute_unit_price(self.unit_price));
        let budget = units.into_iter().chain(loaded).chain(price);
        budget.chain(self.instructions.iter().cloned()).collect()
    }

    /// The message: without lookup tables if it fits so.
    ///
    /// Errors: [`DraftError::TooLarge`], [`DraftError::Compile`].
    pub fn compile(&self, payer: &Pubkey, blockhash: Hash) -> Result<VersionedMessage, DraftError> {
        let instructions = self.all();
        let plain = Message::new_with_blockhash(&instructions, Some(payer), &blockhash);
        let plain = VersionedMessage::Legacy(plain);
        let bytes = size(&plain);
        if bytes <= MOST_BYTES {
            return Ok(plain);
        }
        if self.tables.is_empty() {
            return Err(DraftError::TooLarge { bytes });
        }
        let short = v0::Message::try_compile(payer, &instructions, &self.tables, blockhash)
            .map_err(|error| DraftError::Compile(error.to_string()))?;
        let short = VersionedMessage::V0(short);
        match size(&short) {
            bytes if bytes <= MOST_BYTES => Ok(short),
            bytes => Err(DraftError::TooLarge { bytes }),
        }
    }

    /// Bytes of the signed transaction.
    ///
    /// Errors: as [`Draft::compile`].
    pub fn bytes(&self, payer: &Pubkey) -> Result<usize, DraftError> {
        Ok(size(&self.compile(payer, Hash::default())?))
    }

    /// The transaction, signed by `payer` and `others`.
    ///
    /// Errors: as [`Draft::compile`], and [`DraftError::Sign`] when a key is missing.
    pub fn sign(
        &self,
        payer: &Keypair,
        others: &[&Keypair],
        blockhash: Hash,
    ) -> Result<VersionedTransaction, DraftError> {
        use solana_signer::Signer;
        let message = self.compile(&payer.pubkey(), blockhash)?;
        let mut signers = vec![payer];
        for other in others {
            if signers.iter().all(|key| key.pubkey() != other.pubkey()) {
                signers.push(other);
            }
        }
        VersionedTransaction::try_new(message, &signers)
            .map_err(|error| DraftError::Sign(error.to_string()))
    }
}

/// Bytes on the wire: a length, the signatures, the message.
fn size(message: &VersionedMessage) -> usize {
    let signatures = usize::from(message.header().num_required_signatures);
    1 + SIGNATURE_BYTES * signatures + message.serialize().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction;
    use solana_signer::Signer;

    fn updates(markets: u16) -> Vec<Instruction> {
        let pairs: Vec<_> = (0..markets)
            .map(|index| (index, Pubkey::new_unique()))
            .collect();
        vec![instruction::update_markets(&pairs)]
    }

    fn table(draft: &Draft) -> AddressLookupTableAccount {
        let metas = draft.instructions.iter().flat_map(|one| &one.accounts);
        AddressLookupTableAccount {
            key: Pubkey::new_unique(),
            addresses: metas.map(|meta| meta.pubkey).collect(),
        }
    }

    #[test]
    fn a_transaction_that_fits_uses_no_lookup_table() {
        let draft = Draft::new(updates(4));
        let draft = draft.clone().with_tables(vec![table(&draft)]);
        let message = draft.compile(&Pubkey::new_unique(), Hash::default());
        assert!(matches!(message, Ok(VersionedMessage::Legacy(_))));
    }

    #[test]
    fn a_transaction_that_does_not_fit_falls_back_on_a_lookup_table() {
        let draft = Draft::new(updates(20));
        let payer = Pubkey::new_unique();
        let without = draft.bytes(&payer);
        let DraftError::TooLarge { bytes } = without.unwrap_err() else {
            panic!("another error than the size");
        };
        assert!(bytes > MOST_BYTES, "{bytes}");
        let draft = draft.clone().with_tables(vec![table(&draft)]);
        let message = draft.compile(&payer, Hash::default());
        assert!(matches!(message, Ok(VersionedMessage::V0(_))));
        assert!(draft.bytes(&payer).unwrap() < 300);
    }

    #[test]
    fn the_stated_size_is_that_of_the_signed_transaction() {
        let payer = Keypair::new();
        let draft = Draft::new(updates(3)).with_units(9_000).with_unit_price(7);
        let transaction = draft.sign(&payer, &[&payer], Hash::default()).unwrap();
        let bytes = 1 + 64 * transaction.signatures.len() + transaction.message.serialize().len();
        assert_eq!(draft.bytes(&payer.pubkey()), Ok(bytes));
        assert_eq!(transaction.message.instructions().len(), 3);
    }

    #[test]
    fn limits_and_price_stand_in_front_each_in_its_own_instruction() {
        let draft = Draft::new(updates(1))
            .with_units(9_000)
            .with_loaded_bytes(65_536)
            .with_unit_price(7);
        let message = draft.compile(&Pubkey::new_unique(), Hash::default());
        let message = message.unwrap();
        let data: Vec<_> = message.instructions().iter().map(|one| &one.data).collect();
        // Their numbers in the compute budget program, then a number of four bytes or of eight.
        let units = [&[2][..], &9_000u32.to_le_bytes()].concat();
        let loaded = [&[4][..], &65_536u32.to_le_bytes()].concat();
        let price = [&[3][..], &7u64.to_le_bytes()].concat();
        assert_eq!(data[..3], [&units, &loaded, &price]);
    }

    #[test]
    fn a_missing_signature_is_an_error_that_says_so() {
        let (payer, owner) = (Keypair::new(), Keypair::new());
        let draft = Draft::new([instruction::open_margin_account(owner.pubkey(), 0)]);
        let error = draft.sign(&payer, &[], Hash::default()).unwrap_err();
        assert!(matches!(error, DraftError::Sign(_)), "{error}");
        let signed = draft.sign(&payer, &[&owner], Hash::default());
        assert_eq!(signed.map(|signed| signed.signatures.len()), Ok(2));
    }

    #[test]
    fn what_a_draft_writes_is_named_once() {
        let (market, oracle) = (crate::address::market(0), Pubkey::new_unique());
        let once = instruction::update_markets(&[(0, oracle)]);
        let draft = Draft::new([once.clone(), once]);
        assert_eq!(draft.writable(), [market]);
    }
}
