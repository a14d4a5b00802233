//! The stand-in for Pyth's receiver and its core bridge, which checks no signature: `localnet/stand-in`
//! says what it does and does not do.

use std::path::PathBuf;

use anchor_lang::prelude::Pubkey;
use anyhow::Result;
use whittle_client::price::pyth::{self, Programs};

use crate::node::Node;
use crate::validator::deployed;

/// At whose addresses it stands.
pub const PROGRAMS: Programs = Programs::PYTHNET;
/// First bytes of the receiver's configuration: sha256("account:Config").
const CONFIG: [u8; 8] = [155, 12, 170, 224, 30, 250, 204, 130];
const LAMPORTS: u64 = 10_000_000;

/// What a validator has to deploy for it, by address.
pub fn programs() -> Result<Vec<(Pubkey, PathBuf)>> {
    let file = deployed("pyth_stand_in.so")?;
    Ok(vec![
        (PROGRAMS.wormhole, file.clone()),
        (PROGRAMS.receiver, file),
    ])
}

/// Sets the receiver to take VAAs of the core bridge, for so many lamports an update, and gives its
/// first treasury what keeps an account open.
pub fn configure(node: &Node, wormhole: &Pubkey, update_fee: u64) -> Result<()> {
    let receiver = PROGRAMS.receiver;
    let mut data = CONFIG.to_vec();
    data.extend([0; 32]); // Nobody governs it.
    data.push(0); // Nor will.
    data.extend(wormhole.to_bytes());
    data.extend(0_u32.to_le_bytes()); // The stand-in does not ask who attests.
    data.extend(update_fee.to_le_bytes());
    data.push(13);
    node.set_account(&pyth::config(&receiver), &receiver, LAMPORTS, &data)?;
    node.set_lamports(&pyth::treasury(&receiver, 0), LAMPORTS)
}
