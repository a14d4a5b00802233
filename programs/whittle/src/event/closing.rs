//! What was closed of an account, as bytes that are logged.

use super::LiquidatedLeg;
use crate::state::Receipt;
use anchor_lang::prelude::*;
use whittle_risk::MAX_LEGS;

/// The bytes of an event of the form `(account, keeper, receipt, legs)`, filled where they are logged
/// from: an event that is built first and serialised then is written three times. A test compares the
/// bytes with Borsh's.
pub struct Closing {
    frame: Box<Frame>,
    legs: usize,
}

/// Borsh writes no padding, so the legs begin at 228 bytes; a lead of four brings them to 232.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Frame {
    lead: [u8; LEAD],
    discriminator: [u8; 8],
    account: [u8; 32],
    keeper: [u8; 32],
    receipt: [u8; core::mem::size_of::<Receipt>()],
    count: [u8; 4],
    legs: [LiquidatedLeg; MAX_LEGS],
}

const LEAD: usize = 4;
const LEGS_AT: usize = core::mem::offset_of!(Frame, legs);

impl Closing {
    /// An event without a receipt and legs.
    #[inline(always)] // Here and below: a call costs more than the copy in the other caller.
    pub fn new(account: &Pubkey, keeper: &Pubkey) -> Self {
        let mut frame = Box::new(<Frame as bytemuck::Zeroable>::zeroed());
        frame.account = account.to_bytes();
        frame.keeper = keeper.to_bytes();
        Self { frame, legs: 0 }
    }

    /// Adds a leg; more than an account can have are left out.
    #[inline(always)]
    pub fn push(&mut self, fill: impl FnOnce(&mut LiquidatedLeg)) {
        if let Some(leg) = self.frame.legs.get_mut(self.legs) {
            fill(leg);
            self.legs = self.legs.saturating_add(1);
        }
    }

    /// A leg, in the order in which they were added.
    #[inline(always)]
    pub fn leg(&self, index: usize) -> Option<&LiquidatedLeg> {
        self.frame.legs.get(index)
    }

    /// The bytes of an event with this discriminator.
    #[inline(always)]
    pub fn bytes(&mut self, discriminator: &[u8], receipt: &Receipt) -> &[u8] {
        if let Some(discriminator) = discriminator.first_chunk() {
            self.frame.discriminator = *discriminator;
        }
        self.frame
            .receipt
            .copy_from_slice(bytemuck::bytes_of(receipt));
        // At most eight.
        self.frame.count = u32::try_from(self.legs).unwrap_or_default().to_le_bytes();
        let end = core::mem::size_of::<LiquidatedLeg>()
            .saturating_mul(self.legs)
            .saturating_add(LEGS_AT);
        let bytes = bytemuck::bytes_of(&*self.frame);
        bytes.get(LEAD..end).unwrap_or_default()
    }

    /// Logs an event of type `E`, as `emit!` does.
    #[inline(always)]
    pub fn log<E: anchor_lang::Event>(&mut self, receipt: &Receipt) {
        anchor_lang::solana_program::log::sol_log_data(&[self.bytes(E::DISCRIMINATOR, receipt)]);
    }
}
