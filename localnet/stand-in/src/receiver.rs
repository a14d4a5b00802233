//! The receiver: updates below a root that the bridge has verified.

use crate::{bridge, close, named, require, Arguments};
use solana_program::account_info::AccountInfo;
use solana_program::clock::Clock;
use solana_program::entrypoint::ProgramResult;
use solana_program::keccak::hashv;
use solana_program::program::invoke;
use solana_program::program_error::ProgramError;
use solana_program::pubkey::Pubkey;
use solana_program::system_instruction;
use solana_program::sysvar::Sysvar;

/// sha256("account:PriceUpdateV2").
const PRICE_UPDATE_V2: [u8; 8] = [34, 241, 35, 99, 157, 126, 244, 205];
const SIZE: usize = 134;
/// What an account of that size needs at the network's default rate: `Rent` reckons it with floating
/// point, which sBPF has not.
const RENT: u64 = (128 + SIZE as u64) * 6_960;
/// Fully verified.
const FULL: u8 = 1;
type Hash = [u8; 20];

/// What the receiver is set to.
struct Config {
    wormhole: [u8; 32],
    update_fee: u64,
}

impl Config {
    fn read(program: &Pubkey, account: &AccountInfo) -> Result<Self, ProgramError> {
        let (address, _) = Pubkey::find_program_address(&[b"config"], program);
        let ok = *account.key == address && account.owner == program;
        require(ok, ProgramError::InvalidSeeds)?;
        let data = account.try_borrow_data()?;
        let mut fields = Arguments(&data);
        fields.take(8 + 32)?; // Discriminator, governance authority.
        if fields.array()? == [1] {
            fields.take(32)?; // The next authority.
        }
        let wormhole = fields.array()?;
        let sources = fields.length()?;
        fields.take(sources.saturating_mul(2 + 32))?;
        let update_fee = u64::from_le_bytes(fields.array()?);
        Ok(Self {
            wormhole,
            update_fee,
        })
    }
}

fn hash(parts: &[&[u8]]) -> Hash {
    let whole = hashv(parts).to_bytes();
    let mut short = Hash::default();
    short.copy_from_slice(&whole[..20]);
    short
}

fn is_below(root: &Hash, message: &[u8], proof: &[u8]) -> bool {
    let leaf = hash(&[&[0], message]);
    let top = proof.chunks_exact(20).fold(leaf, |node, beside| {
        let (low, high) = if node.as_slice() < beside {
            (node.as_slice(), beside)
        } else {
            (beside, node.as_slice())
        };
        hash(&[&[1], low, high])
    });
    top == *root
}

/// The account of a price feed's message: the same fields, little endian, behind what the receiver
/// knows.
fn account_of(message: &[u8], authority: &Pubkey, slot: u64) -> Result<Vec<u8>, ProgramError> {
    let mut message = Arguments(message);
    require(
        message.array()? == [0],
        ProgramError::InvalidInstructionData,
    )?;
    let mut data = PRICE_UPDATE_V2.to_vec();
    data.extend(authority.to_bytes());
    data.push(FULL);
    data.extend(message.take(32)?);
    // Price, confidence, exponent, both publish times, both averages.
    for bytes in [8, 8, 4, 8, 8, 8, 8] {
        data.extend(message.take(bytes)?.iter().rev());
    }
    data.extend(slot.to_le_bytes());
    data.resize(SIZE, 0);
    Ok(data)
}

pub fn post_update(
    program: &Pubkey,
    accounts: &[AccountInfo],
    arguments: &mut Arguments,
) -> ProgramResult {
    let [payer, vaa, config, treasury, update, system, authority] = named(accounts)?;
    let length = arguments.length()?;
    let message = arguments.take(length)?;
    let hashes = arguments.length()?;
    let proof = arguments.take(hashes.saturating_mul(20))?;
    let number: [u8; 1] = arguments.array()?;

    require(authority.is_signer, ProgramError::MissingRequiredSignature)?;
    let config = Config::read(program, config)?;
    let of_bridge = vaa.owner.to_bytes() == config.wormhole;
    require(of_bridge, ProgramError::IllegalOwner)?;
    let (purse, _) = Pubkey::find_program_address(&[b"treasury", &number], program);
    require(*treasury.key == purse, ProgramError::InvalidSeeds)?;
    let root = bridge::root(vaa)?;
    require(
        is_below(&root, message, proof),
        ProgramError::InvalidArgument,
    )?;

    let fee = system_instruction::transfer(payer.key, treasury.key, config.update_fee);
    invoke(&fee, &[payer.clone(), treasury.clone(), system.clone()])?;
    let create =
        system_instruction::create_account(payer.key, update.key, RENT, SIZE as u64, program);
    invoke(&create, &[payer.clone(), update.clone(), system.clone()])?;
    let data = account_of(message, authority.key, Clock::get()?.slot)?;
    update.try_borrow_mut_data()?.copy_from_slice(&data);
    Ok(())
}

pub fn reclaim_rent(program: &Pubkey, accounts: &[AccountInfo]) -> ProgramResult {
    let [payer, update] = named(accounts)?;
    require(payer.is_signer, ProgramError::MissingRequiredSignature)?;
    require(update.owner == program, ProgramError::IllegalOwner)?;
    {
        let data = update.try_borrow_data()?;
        let made_by = data
            .get(8..40)
            .filter(|_| data.starts_with(&PRICE_UPDATE_V2));
        let is_theirs = made_by == Some(payer.key.as_ref());
        require(is_theirs, ProgramError::IncorrectAuthority)?;
    }
    close(update, payer)
}
