//! Random numbers that are the same on every machine and in every order of work.
//!
//! A stream is ChaCha (8 rounds) keyed with (seed, what it is for, asset, index), so that no stream
//! depends on what another drew. Numbers are made with + - * / and square roots, which IEEE 754 rounds
//! alike everywhere, and with the `libm` crate, which does not ask the platform.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy)]
pub(super) enum For {
    /// The way inside one candle; the index is the candle's.
    Candle = 1,
    /// Shocks of one asset alone.
    Own = 2,
    /// Shocks that all assets share.
    Common = 3,
    /// Shocks of an asset's variance.
    Variance = 4,
    /// Times and sizes of jumps.
    Jumps = 5,
}

/// A stream of random numbers.
pub(super) struct Draw {
    rng: ChaCha8Rng,
    /// The second of the pair of normal numbers that the polar method makes.
    spare: Option<f64>,
}

impl Draw {
    pub fn new(seed: u64, purpose: For, asset: usize, index: i64) -> Self {
        let words = [seed, purpose as u64, asset as u64, index as u64];
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self {
            rng: ChaCha8Rng::from_seed(key),
            spare: None,
        }
    }

    /// Uniform in [0, 1): a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..below`. `below` is far under 2^53, so that no value is noticeably likelier.
    pub fn below(&mut self, below: usize) -> usize {
        (self.uniform() * below as f64) as usize
    }

    /// Exponential with mean 1, by inversion: -ln(1 - u).
    pub fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.uniform())
    }

    /// Standard normal, by the polar method: Marsaglia and Bray (1964), "A convenient method for
    /// generating normal variables", SIAM Review 6(3), 260-264. For (u, v) uniform in the unit disc and
    /// s = u^2 + v^2, both u sqrt(-2 ln(s) / s) and v sqrt(-2 ln(s) / s) are normal, and independent.
    ///
    /// `rand_distr` would be faster and asks the platform for its logarithm.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let u = 2.0 * self.uniform() - 1.0;
            let v = 2.0 * self.uniform() - 1.0;
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * libm::log(s) / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }
}
