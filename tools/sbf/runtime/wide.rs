//! 128-bit integers out of 64-bit ones. The instruction set multiplies and divides 64 bits;
//! what is wider, LLVM asks of functions named in `wide.ll`, which hand their halves to these.
//!
//! `cargo test -p xtask` compares every function with the host's own `u128`.
#![allow(missing_docs)]
// The point of this file: each operation below is one machine instruction.
#![allow(clippy::arithmetic_side_effects)]

// The full product of two words, low half first, by the schoolbook on 32-bit digits.
#[inline(always)]
fn mul64(a: u64, b: u64) -> (u64, u64) {
    const M: u64 = 0xffff_ffff;
    let (al, ah, bl, bh) = (a & M, a >> 32, b & M, b >> 32);
    let ll = al.wrapping_mul(bl);
    let lh = al.wrapping_mul(bh);
    let hl = ah.wrapping_mul(bl);
    let hh = ah.wrapping_mul(bh);
    let mid = (ll >> 32).wrapping_add(lh & M).wrapping_add(hl & M);
    let lo = (ll & M) | (mid << 32);
    let hi = hh
        .wrapping_add(lh >> 32)
        .wrapping_add(hl >> 32)
        .wrapping_add(mid >> 32);
    (lo, hi)
}

#[unsafe(no_mangle)]
pub extern "C" fn sbpf_multi3(out: &mut [u64; 2], al: u64, ah: u64, bl: u64, bh: u64) {
    let (lo, hi) = mul64(al, bl);
    out[0] = lo;
    out[1] = hi
        .wrapping_add(al.wrapping_mul(bh))
        .wrapping_add(ah.wrapping_mul(bl));
}

// Quotient and remainder of (hi:lo) / d for hi < d, which is what makes the quotient fit one
// word: Knuth's algorithm D (The Art of Computer Programming, 4.3.1) with 32-bit digits.
#[inline(always)]
fn div2by1(hi: u64, lo: u64, d: u64) -> (u64, u64) {
    let s = d.leading_zeros();
    let d = d << s;
    let hi = if s == 0 {
        hi
    } else {
        (hi << s) | (lo >> (64 - s))
    };
    let lo = lo << s;
    let (d1, d0) = (d >> 32, d & 0xffff_ffff);
    let (l1, l0) = (lo >> 32, lo & 0xffff_ffff);
    let mut q1 = hi / d1;
    let mut r = hi.wrapping_sub(q1.wrapping_mul(d1));
    while q1 >> 32 != 0 || q1.wrapping_mul(d0) > ((r << 32) | l1) {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(d1);
        if r >> 32 != 0 {
            break;
        }
    }
    let n1 = ((hi << 32) | l1).wrapping_sub(q1.wrapping_mul(d));
    let mut q0 = n1 / d1;
    let mut r = n1.wrapping_sub(q0.wrapping_mul(d1));
    while q0 >> 32 != 0 || q0.wrapping_mul(d0) > ((r << 32) | l0) {
        q0 = q0.wrapping_sub(1);
        r = r.wrapping_add(d1);
        if r >> 32 != 0 {
            break;
        }
    }
    let rem = ((n1 << 32) | l0).wrapping_sub(q0.wrapping_mul(d)) >> s;
    ((q1 << 32).wrapping_add(q0), rem)
}

// Quotient and remainder of two 128-bit numbers: out = [q_lo, q_hi, r_lo, r_hi]. The
// divisor is never zero: rustc checks that before every division.
#[unsafe(no_mangle)]
pub extern "C" fn sbpf_udivmodti4(out: &mut [u64; 4], nl: u64, nh: u64, dl: u64, dh: u64) {
    if dh == 0 {
        if nh == 0 {
            *out = [nl / dl, 0, nl % dl, 0];
            return;
        }
        let qh = nh / dl;
        let (ql, r) = div2by1(nh % dl, nl, dl);
        *out = [ql, qh, r, 0];
        return;
    }
    if nh < dh || (nh == dh && nl < dl) {
        *out = [0, 0, nl, nh];
        return;
    }
    // Both have a high word, so the quotient fits 64 bits. Dividing n / 2 by the divisor's top
    // 64 bits gives it or one too many (Warren, Hacker's Delight, 9-5); with one taken off
    // first, what remains to correct is always upwards.
    let s = dh.leading_zeros();
    let v1 = if s == 0 {
        dh
    } else {
        (dh << s) | (dl >> (64 - s))
    };
    let (u_hi, u_lo) = (nh >> 1, (nh << 63) | (nl >> 1));
    let (q, _) = div2by1(u_hi, u_lo, v1);
    let mut q = (q >> (63 - s)).saturating_sub(1);
    // The remainder that this estimate leaves, n - q * d.
    let (pl, ph) = mul64(q, dl);
    let ph = ph.wrapping_add(q.wrapping_mul(dh));
    let mut rl = nl.wrapping_sub(pl);
    let mut rh = nh.wrapping_sub(ph).wrapping_sub((nl < pl) as u64);
    while rh > dh || (rh == dh && rl >= dl) {
        let b = (rl < dl) as u64;
        rl = rl.wrapping_sub(dl);
        rh = rh.wrapping_sub(dh).wrapping_sub(b);
        q = q.wrapping_add(1);
    }
    *out = [q, 0, rl, rh];
}

// The three shifts take their distance modulo 128; a word shift by 64 would overflow.

#[unsafe(no_mangle)]
pub extern "C" fn sbpf_shlti3(out: &mut [u64; 2], lo: u64, hi: u64, s: u32) {
    let s = s & 127;
    *out = if s == 0 {
        [lo, hi]
    } else if s >= 64 {
        [0, lo << (s - 64)]
    } else {
        [lo << s, (hi << s) | (lo >> (64 - s))]
    };
}

#[unsafe(no_mangle)]
pub extern "C" fn sbpf_lshrti3(out: &mut [u64; 2], lo: u64, hi: u64, s: u32) {
    let s = s & 127;
    *out = if s == 0 {
        [lo, hi]
    } else if s >= 64 {
        [hi >> (s - 64), 0]
    } else {
        [(lo >> s) | (hi << (64 - s)), hi >> s]
    };
}

#[unsafe(no_mangle)]
pub extern "C" fn sbpf_ashrti3(out: &mut [u64; 2], lo: u64, hi: u64, s: u32) {
    let s = s & 127;
    let h = hi as i64;
    *out = if s == 0 {
        [lo, hi]
    } else if s >= 64 {
        [(h >> (s - 64)) as u64, (h >> 63) as u64]
    } else {
        [(lo >> s) | (hi << (64 - s)), (h >> s) as u64]
    };
}
