//! Where compute units go. In a build with the feature `profile`, which is for
//! `cargo xtask bench profile` and never deployed, handlers log what is left; in any other, nothing.

/// Ends a part of an instruction and names the next one.
#[inline(always)]
pub fn part(_name: &str) {
    #[cfg(feature = "profile")]
    {
        solana_program::log::sol_log(_name);
        solana_program::log::sol_log_compute_units();
    }
}
