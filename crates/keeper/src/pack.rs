//! A margin account in memory: its words that are not zero.
//!
//! Most of an account is places that nobody uses. Kept are a bit for each word of eight bytes and
//! the words whose bit is set, so the round trip is exact whatever the layout of the account is.

use bytemuck::Zeroable;
use core::mem::size_of;
use whittle::state::MarginAccount;

const WORDS: usize = size_of::<MarginAccount>() / 8;
const MAPS: usize = WORDS.div_ceil(64);
const _: () =
    assert!(size_of::<MarginAccount>().is_multiple_of(8) && align_of::<MarginAccount>() == 8);

/// The bits, then the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed(Box<[u64]>);

impl Packed {
    /// Packs an account.
    pub fn of(account: &MarginAccount) -> Self {
        let words: &[u64] = bytemuck::cast_slice(bytemuck::bytes_of(account));
        let used = words.iter().filter(|word| **word != 0).count();
        let mut packed = Vec::with_capacity(MAPS + used);
        packed.resize(MAPS, 0);
        for (place, word) in words.iter().enumerate() {
            if *word != 0 {
                packed[place / 64] |= 1 << (place % 64);
                packed.push(*word);
            }
        }
        Self(packed.into_boxed_slice())
    }

    /// The account as it was.
    pub fn account(&self) -> MarginAccount {
        let mut account = MarginAccount::zeroed();
        let words: &mut [u64] = bytemuck::cast_slice_mut(bytemuck::bytes_of_mut(&mut account));
        let (maps, mut kept) = self.0.split_at(MAPS);
        for (map, words) in maps.iter().zip(words.chunks_mut(64)) {
            let mut left = *map;
            while left != 0 {
                if let Some((word, rest)) = kept.split_first() {
                    words[left.trailing_zeros() as usize] = *word;
                    kept = rest;
                }
                left &= left - 1;
            }
        }
        account
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.0.len() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_account_comes_back_to_the_byte(
            words in prop::collection::vec(prop_oneof![3 => Just(0u64), 1 => any::<u64>()], WORDS)
        ) {
            let account: MarginAccount = bytemuck::pod_read_unaligned(bytemuck::cast_slice(&words));
            let back = Packed::of(&account).account();
            prop_assert_eq!(bytemuck::bytes_of(&back), bytemuck::bytes_of(&account));
        }
    }

    #[test]
    fn an_empty_account_takes_only_its_map() {
        assert_eq!(Packed::of(&MarginAccount::zeroed()).heap_bytes(), MAPS * 8);
    }
}
