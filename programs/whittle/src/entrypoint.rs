//! Where the runtime comes in: what `entrypoint!` makes, but for the end.

use anchor_lang::solana_program::entrypoint::{
    custom_heap_default, custom_panic_default, deserialize, SUCCESS,
};

/// # Safety
///
/// `input` is what the runtime passes to a program.
#[no_mangle]
#[allow(unsafe_code)] // As in `entrypoint!`: the runtime's bytes are trusted.
pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
    // safety: the caller's promise is what `deserialize` asks for.
    let (program_id, accounts, data) = unsafe { deserialize(input) };
    // The machine's memory ends with the call. To give every account's references back before costs
    // 37 units an account, in every instruction.
    match crate::entry(program_id, accounts.leak(), data) {
        Ok(()) => SUCCESS,
        Err(error) => error.into(),
    }
}

custom_heap_default!();
custom_panic_default!();
