//! The 128-bit arithmetic that tools/sbf gives to programs, against the host's own.

#[allow(unsafe_code)]
#[path = "../../tools/sbf/runtime/wide.rs"]
mod wide;

const CASES: u32 = 1_000_000;

/// SplitMix64: the same cases in every run, so that a failure can be looked at again.
struct Cases(u64);

impl Cases {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Numbers of every length, where long division goes astray: few bits, or nearly all ones.
    fn number(&mut self) -> u128 {
        let random = (u128::from(self.word()) << 64) | u128::from(self.word());
        let length = self.word() % 128;
        match self.word() % 3 {
            0 => random >> length,
            1 => (u128::MAX >> length) - (random & 3).min(u128::MAX >> length),
            _ => (1_u128 << length) | (random & 3),
        }
    }
}

fn halves(x: u128) -> (u64, u64) {
    (x as u64, (x >> 64) as u64)
}

fn whole(halves: [u64; 2]) -> u128 {
    u128::from(halves[0]) | (u128::from(halves[1]) << 64)
}

#[test]
fn products_are_the_hosts() {
    let mut cases = Cases(1);
    for _ in 0..CASES {
        let (a, b) = (cases.number(), cases.number());
        let ((al, ah), (bl, bh)) = (halves(a), halves(b));
        let mut out = [0; 2];
        wide::sbpf_multi3(&mut out, al, ah, bl, bh);
        assert_eq!(whole(out), a.wrapping_mul(b), "{a:#x} * {b:#x}");
    }
}

#[test]
fn quotients_and_remainders_are_the_hosts() {
    let mut cases = Cases(2);
    for _ in 0..CASES {
        let (n, d) = (cases.number(), cases.number().max(1));
        let ((nl, nh), (dl, dh)) = (halves(n), halves(d));
        let mut out = [0; 4];
        wide::sbpf_udivmodti4(&mut out, nl, nh, dl, dh);
        let [ql, qh, rl, rh] = out;
        assert_eq!(whole([ql, qh]), n / d, "{n:#x} / {d:#x}");
        assert_eq!(whole([rl, rh]), n % d, "{n:#x} % {d:#x}");
    }
}

#[test]
fn shifts_are_the_hosts() {
    let mut cases = Cases(3);
    for case in 0..CASES {
        let (x, by) = (cases.number(), case % 128);
        let (lo, hi) = halves(x);
        let mut out = [0; 2];
        wide::sbpf_shlti3(&mut out, lo, hi, by);
        assert_eq!(whole(out), x << by, "{x:#x} << {by}");
        wide::sbpf_lshrti3(&mut out, lo, hi, by);
        assert_eq!(whole(out), x >> by, "{x:#x} >> {by}");
        wide::sbpf_ashrti3(&mut out, lo, hi, by);
        assert_eq!(
            whole(out) as i128,
            x as i128 >> by,
            "{x:#x} >> {by}, signed"
        );
    }
}
