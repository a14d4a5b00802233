//! The engine as the browser loads it: five functions over one buffer.
//!
//! The page asks for a buffer, writes into it, calls, and reads the reply. Numbers of any size travel
//! as text in JSON, so no rounding of JavaScript's is between the page and the program.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This is for a browser: `cargo xtask wasm` builds it.");
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)] // Of these only the names are unsafe: nothing else in the binary has them.
mod exports {
    use std::cell::RefCell;
    use whittle_wasm::Engine;

    /// More than a request or an account ever has. Memory that cannot be had would end the engine.
    const MOST_BYTES: usize = 1 << 24;

    #[derive(Default)]
    struct Desk {
        engine: Engine,
        input: Vec<u8>,
        reply: Vec<u8>,
    }

    thread_local! {
        static DESK: RefCell<Desk> = RefCell::default();
    }

    fn with<T>(len: usize, work: impl FnOnce(&mut Engine, &[u8]) -> T) -> T {
        DESK.with_borrow_mut(|desk| {
            let input = desk.input.get(..len).unwrap_or(&[]);
            work(&mut desk.engine, input)
        })
    }

    /// A place for `len` bytes of input, until the next call of any of these; null when that is too
    /// much.
    #[no_mangle]
    extern "C" fn buffer(len: usize) -> *mut u8 {
        if len > MOST_BYTES {
            return core::ptr::null_mut();
        }
        DESK.with_borrow_mut(|desk| {
            desk.input.resize(len, 0);
            desk.input.as_mut_ptr()
        })
    }

    /// Keeps an account: the input is 32 bytes of its address and then its data. Answers what it is,
    /// zero for nothing of this program.
    #[no_mangle]
    extern "C" fn take(len: usize) -> u32 {
        with(len, |engine, input| engine.take(input))
    }

    /// Forgets an account that was closed: the input is its address.
    #[no_mangle]
    extern "C" fn forget(len: usize) {
        with(len, |engine, input| engine.forget(input));
    }

    /// Answers a request in JSON. Returns the length of the reply.
    #[no_mangle]
    extern "C" fn call(len: usize) -> usize {
        let reply = with(len, |engine, input| engine.call(input));
        let len = reply.len();
        DESK.with_borrow_mut(|desk| desk.reply = reply);
        len
    }

    /// Where the last reply is, until the next call.
    #[no_mangle]
    extern "C" fn reply() -> *const u8 {
        DESK.with_borrow(|desk| desk.reply.as_ptr())
    }
}
