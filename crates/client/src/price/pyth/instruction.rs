use super::{config, guardian_set, treasury, Programs, Update, Vaa};
use anchor_lang::prelude::{AccountMeta, Pubkey, Rent};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use std::ops::Range;

/// Discriminator, status, write authority, version and length in front of a VAA.
pub const VAA_HEADER_BYTES: usize = 8 + 1 + 32 + 1 + 4;

// Compute units. Pyth's SDK budgets 3,000 for initialising and for writing, 350,000 for verifying
// 13 signatures, 35,000 for posting and 30,000 for closing; it has no figure for reclaiming. These
// are above those, because a limit that is too low loses the race and one that is too high costs a
// share of the priority fee.

/// Creating and initialising an encoded VAA.
pub const CREATE_UNITS: u32 = 10_000;
/// Writing a part of one.
pub const WRITE_UNITS: u32 = 6_000;
/// Posting the update of a feed.
pub const POST_UNITS: u32 = 60_000;
/// Closing an encoded VAA.
pub const CLOSE_UNITS: u32 = 30_000;
/// Closing the account of an update.
pub const RECLAIM_UNITS: u32 = 20_000;

/// Verifying an encoded VAA with this many signatures, at most what a transaction may use.
pub fn verify_units(signatures: u8) -> u32 {
    (40_000 + 28_000 * u32::from(signatures)).min(1_350_000)
}

/// Makes an empty account that the core bridge owns, for a VAA of this many bytes. The new account
/// signs. Rent is reckoned at the network's default rate.
pub fn create_encoded_vaa(
    programs: &Programs,
    payer: Pubkey,
    encoded_vaa: Pubkey,
    vaa_bytes: usize,
) -> Instruction {
    let space = VAA_HEADER_BYTES + vaa_bytes;
    let lamports = Rent::default().minimum_balance(space);
    let data = [
        &0_u32.to_le_bytes()[..], // The system program's CreateAccount.
        &lamports.to_le_bytes(),
        &(space as u64).to_le_bytes(),
        programs.wormhole.as_ref(),
    ];
    Instruction {
        program_id: system_program::ID,
        accounts: vec![
            AccountMeta::new(payer, true),
            AccountMeta::new(encoded_vaa, true),
        ],
        data: data.concat(),
    }
}

/// Makes the empty account a draft that `authority` may write.
pub fn init_encoded_vaa(
    programs: &Programs,
    authority: Pubkey,
    encoded_vaa: Pubkey,
) -> Instruction {
    Instruction {
        program_id: programs.wormhole,
        accounts: vec![
            AccountMeta::new_readonly(authority, true),
            AccountMeta::new(encoded_vaa, false),
        ],
        data: vec![209, 193, 173, 25, 91, 202, 181, 218],
    }
}

/// Writes a part of a VAA into the draft.
///
/// # Panics
/// If the part is not in the VAA.
pub fn write_encoded_vaa(
    programs: &Programs,
    authority: Pubkey,
    encoded_vaa: Pubkey,
    vaa: &Vaa,
    part: Range<usize>,
) -> Instruction {
    let at = part.start as u32;
    let part = &vaa.bytes[part];
    let data = [
        &[199, 208, 110, 177, 150, 76, 118, 42][..],
        &at.to_le_bytes(),
        &(part.len() as u32).to_le_bytes(),
        part,
    ];
    Instruction {
        program_id: programs.wormhole,
        accounts: vec![
            AccountMeta::new_readonly(authority, true),
            AccountMeta::new(encoded_vaa, false),
        ],
        data: data.concat(),
    }
}

/// Verifies all signatures of the draft, after which it cannot be written any more.
pub fn verify_encoded_vaa(
    programs: &Programs,
    authority: Pubkey,
    encoded_vaa: Pubkey,
    guardians: u32,
) -> Instruction {
    Instruction {
        program_id: programs.wormhole,
        accounts: vec![
            AccountMeta::new_readonly(authority, true),
            AccountMeta::new(encoded_vaa, false),
            AccountMeta::new_readonly(guardian_set(&programs.wormhole, guardians), false),
        ],
        data: vec![103, 56, 177, 229, 240, 103, 68, 73],
    }
}

/// Closes an encoded VAA, verified or not; its rent goes to `authority`. For drafts that a bot left
/// behind, too.
pub fn close_encoded_vaa(
    programs: &Programs,
    authority: Pubkey,
    encoded_vaa: Pubkey,
) -> Instruction {
    Instruction {
        program_id: programs.wormhole,
        accounts: vec![
            AccountMeta::new(authority, true),
            AccountMeta::new(encoded_vaa, false),
        ],
        data: vec![48, 221, 174, 198, 231, 7, 152, 38],
    }
}

/// The accounts of [`post_update`] that are not derived.
#[derive(Clone, Copy, Debug)]
pub struct PostUpdate {
    /// Pays, and is the one who may close the account later.
    pub payer: Pubkey,
    /// Verified.
    pub encoded_vaa: Pubkey,
    /// The account to create; signs.
    pub price_update: Pubkey,
    /// Which treasury takes the receiver's fee.
    pub treasury: u8,
}

/// Writes the price of a feed into an account of the receiver, verification level full.
pub fn post_update(programs: &Programs, post: PostUpdate, update: &Update) -> Instruction {
    let data = [
        &[133, 95, 207, 175, 11, 79, 118, 44][..],
        &(update.message.len() as u32).to_le_bytes(),
        &update.message,
        &(update.proof.len() as u32).to_le_bytes(),
        update.proof.as_flattened(),
        &[post.treasury],
    ];
    let receiver = programs.receiver;
    Instruction {
        program_id: receiver,
        accounts: vec![
            AccountMeta::new(post.payer, true),
            AccountMeta::new_readonly(post.encoded_vaa, false),
            AccountMeta::new_readonly(config(&receiver), false),
            AccountMeta::new(treasury(&receiver, post.treasury), false),
            AccountMeta::new(post.price_update, true),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new_readonly(post.payer, true),
        ],
        data: data.concat(),
    }
}

/// Closes the account of an update; its rent goes to `authority`, who posted it.
pub fn reclaim_rent(programs: &Programs, authority: Pubkey, price_update: Pubkey) -> Instruction {
    Instruction {
        program_id: programs.receiver,
        accounts: vec![
            AccountMeta::new(authority, true),
            AccountMeta::new(price_update, false),
        ],
        data: vec![218, 200, 19, 197, 227, 89, 192, 22],
    }
}
