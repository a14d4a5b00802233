//! Changes that an authority may come to propose: what is true now with one number replaced, so that
//! some are within every bound and some are not.

use anchor_lang::prelude::Pubkey;
use bytemuck::Pod;
use whittle::instructions::TierArgs;
use whittle::state::proposal::{BankTerms, Change};
use whittle::state::{Bank, Market};

use super::action::Wish;
use super::stage::Stage;
use crate::oracle::{LEGACY, RECEIVER};

const DAY: u32 = 86_400;

impl Stage {
    /// The change that a wish stands for.
    pub(super) fn change(&self, wish: Wish) -> Option<Change> {
        let mirror = self.world.mirror();
        let exchange = mirror.exchange()?;
        let (market, bank) = (self.market(wish.which), self.bank(wish.which));
        let index = market.index;
        Some(match wish.kind % 12 {
            0 => Change::ExchangeParams {
                params: altered(exchange.params, wish),
            },
            1 | 2 => Change::MarketParams {
                market: index,
                params: altered(market.params, wish),
            },
            3 => Change::Tiers {
                market: index,
                tiers: tiers(&market, wish),
            },
            4 => Change::MarketOracle {
                market: index,
                oracle: altered_policy(market.oracle, wish),
            },
            5 => Change::BankTerms {
                bank: bank.index,
                terms: terms(&bank, wish),
            },
            6 => Change::PoolParams {
                params: altered(self.world.pool().params, wish),
            },
            7 => Change::InsuranceParams {
                params: altered(self.world.insurance().params, wish),
            },
            8 => Change::IssuerGroupCap {
                group: wish.which % 9,
                cap_usd_atoms: i64::from(wish.to_bps) * 10_000_000,
            },
            9 => Change::Guardian {
                guardian: self.who(wish.which).address(),
            },
            10 => Change::OraclePrograms {
                receiver_programs: [Pubkey::default(), RECEIVER],
                legacy_programs: [LEGACY, self.who(wish.which).address()],
            },
            _ if wish.field.is_multiple_of(2) => Change::ClearMarketGuard { market: index },
            _ => Change::ClearBankFreeze { bank: bank.index },
        })
    }

    /// That a market or a token ends.
    pub(super) fn ending(&self, of_market: bool, which: u8) -> Change {
        if of_market {
            Change::WindDownMarket {
                market: self.market(which).index,
                settles_after_secs: DAY,
            }
        } else {
            Change::WindDownBank {
                bank: self.bank(which).index,
                settles_after_secs: DAY,
            }
        }
    }
}

/// A number in parts of ten thousand of what it was.
fn scaled(number: u64, to_bps: u16) -> u64 {
    match to_bps {
        u16::MAX => u64::MAX,
        _ => {
            let part = u128::from(number) * u128::from(to_bps) / 10_000;
            u64::try_from(part).unwrap_or(u64::MAX)
        }
    }
}

fn halved(number: u32, to_bps: u16) -> u32 {
    u32::try_from(scaled(u64::from(number), to_bps)).unwrap_or(u32::MAX)
}

/// Parameters of which one word, or half of one, is another.
fn altered<T: Pod>(mut params: T, wish: Wish) -> T {
    let bytes = bytemuck::bytes_of_mut(&mut params);
    let size = if wish.field >= 128 { 4 } else { 8 };
    let count = bytes.len() / size;
    let at = usize::from(wish.field) % count.max(1) * size;
    if size == 8 {
        let word = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        bytes[at..at + 8].copy_from_slice(&scaled(word, wish.to_bps).to_le_bytes());
    } else {
        let word = u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        bytes[at..at + 4].copy_from_slice(&halved(word, wish.to_bps).to_le_bytes());
    }
    params
}

/// The same of how an oracle is judged: the feed stays, for no other one is shown.
fn altered_policy<T: Pod>(oracle: T, wish: Wish) -> T {
    let key = 32 / if wish.field >= 128 { 4 } else { 8 };
    let field = wish.field % 128 / 2 + key + (wish.field & 128);
    altered(oracle, Wish { field, ..wish })
}

fn tiers(market: &Market, wish: Wish) -> Vec<TierArgs> {
    let count = usize::from(market.tier_count);
    let mut tiers: Vec<TierArgs> = market.tiers[..count]
        .iter()
        .map(|tier| TierArgs {
            upto_usd_atoms: i64::try_from(tier.upto_usd_atoms).unwrap_or(i64::MAX),
            maintenance_q32: tier.maintenance_q32,
            initial_q32: tier.initial_q32,
        })
        .collect();
    let place = usize::from(wish.field / 4) % count.max(1);
    if let Some(tier) = tiers.get_mut(place) {
        match wish.field % 4 {
            0 => {
                let upto = scaled(tier.upto_usd_atoms.unsigned_abs(), wish.to_bps);
                tier.upto_usd_atoms = i64::try_from(upto).unwrap_or(i64::MAX);
            }
            1 => tier.maintenance_q32 = scaled(tier.maintenance_q32, wish.to_bps),
            2 => tier.initial_q32 = scaled(tier.initial_q32, wish.to_bps),
            _ => {
                tier.maintenance_q32 = scaled(tier.maintenance_q32, wish.to_bps);
                tier.initial_q32 = scaled(tier.initial_q32, wish.to_bps);
            }
        }
    }
    tiers
}

fn terms(bank: &Bank, wish: Wish) -> BankTerms {
    let mut terms = BankTerms {
        oracle: bank.oracle,
        haircut_weight_q32: bank.haircut_weight_q32,
        deposit_cap_atoms: bank.deposit_cap_atoms,
        conversion_discount_q32: bank.conversion_discount_q32,
        depeg: bank.depeg_params,
        issuer_group: bank.issuer_group,
    };
    match wish.field % 6 {
        0 | 1 => terms.haircut_weight_q32 = scaled(terms.haircut_weight_q32, wish.to_bps),
        2 => terms.deposit_cap_atoms = scaled(terms.deposit_cap_atoms, wish.to_bps),
        3 => terms.conversion_discount_q32 = scaled(terms.conversion_discount_q32, wish.to_bps),
        4 => terms.depeg = altered(terms.depeg, wish),
        _ => terms.issuer_group = u16::from(wish.which % 9),
    }
    terms
}
