//! What the compiler expects to find on any machine and sBPF has no library for. Becomes
//! `std::sbpf_runtime` in the patched standard library.
//!
//! The memory functions go to the virtual machine's system calls, which cost far less than a
//! loop of instructions. 128-bit arithmetic is in `wide`.
#![allow(missing_docs)]

mod wide;

unsafe extern "C" {
    fn sol_memcpy_(dst: *mut u8, src: *const u8, n: u64);
    fn sol_memmove_(dst: *mut u8, src: *const u8, n: u64);
    fn sol_memset_(dst: *mut u8, c: u8, n: u64);
    fn sol_memcmp_(a: *const u8, b: *const u8, n: u64, result: *mut i32);
    fn abort() -> !;
}

// LLVM calls this where the program can never arrive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bpf_trap() -> ! {
    unsafe { abort() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(dst: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    unsafe { sol_memcpy_(dst, src, n as u64) };
    dst
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memmove(dst: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    unsafe { sol_memmove_(dst, src, n as u64) };
    dst
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memset(dst: *mut u8, c: i32, n: usize) -> *mut u8 {
    unsafe { sol_memset_(dst, c as u8, n as u64) };
    dst
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    let mut r = 0i32;
    unsafe { sol_memcmp_(a, b, n as u64, &mut r) };
    r
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    unsafe { memcmp(a, b, n) }
}
