//! INV-GOV-MONOTONE: what the authority chose, and what the guardian tightened, changes only by a
//! proposal whose time had come, and to what it said. Checked after every transaction.

use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Pod;
use whittle::instructions::TierArgs;
use whittle::state::proposal::{BankTerms, Change, Proposal};
use whittle::state::wind_down::WindDown;
use whittle::state::{Bank, Exchange, InsuranceFund, Market, Pool};
use whittle_client::decode;

use crate::changed::Picture;

type Check = Result<(), String>;

/// Checks what changed between two moments, the second at `now`.
pub(crate) fn check_step(before: &Picture, after: &Picture, now: i64) -> Check {
    let applied = applied(before, after, now);
    each(before, after, |was: &Exchange, is| {
        exchange(was, is, &applied)
    })?;
    each(before, after, |was: &Market, is| {
        market(was, is, &applied, now)
    })?;
    each(before, after, |was: &Bank, is| {
        bank(was, is, &applied, now)?;
        weight(was, is, now)
    })?;
    each(before, after, |was: &Pool, is: &Pool| {
        let params = is.params;
        let change = Change::PoolParams { params };
        announced("the pool", was.params != params, &applied, |it| {
            *it == change
        })
    })?;
    each(before, after, |was: &InsuranceFund, is: &InsuranceFund| {
        let params = is.params;
        let change = Change::InsuranceParams { params };
        announced("insurance", was.params != params, &applied, |it| {
            *it == change
        })
    })
}

/// Accounts of a type that were there before and still are.
pub(crate) fn each<T: Pod + Discriminator>(
    before: &Picture,
    after: &Picture,
    check: impl Fn(&T, &T) -> Check,
) -> Check {
    for (key, was) in all::<T>(before) {
        let is = after.accounts.get(&key);
        if let Some(is) = is.and_then(|is| decode::account::<T>(&is.data).ok()) {
            check(&was, &is)?;
        }
    }
    Ok(())
}

fn all<T: Pod + Discriminator>(picture: &Picture) -> Vec<(Pubkey, T)> {
    let ours = picture
        .accounts
        .iter()
        .filter(|(_, account)| account.owner == whittle::ID);
    ours.filter_map(|(key, account)| Some((*key, decode::account(&account.data).ok()?)))
        .collect()
}

/// Changes of proposals that were due and are gone. Some may have been cancelled: those explain
/// nothing, because nothing changed.
fn applied(before: &Picture, after: &Picture, now: i64) -> Vec<Change> {
    all::<Proposal>(before)
        .into_iter()
        .filter(|(key, proposal)| {
            let is_gone = after.accounts.get(key).is_none_or(|it| it.data.is_empty());
            is_gone && (proposal.eta..=proposal.expires).contains(&now)
        })
        .map(|(_, proposal)| proposal.change().expect("a change that was stored"))
        .collect()
}

fn announced(
    what: &str,
    changed: bool,
    applied: &[Change],
    says: impl Fn(&Change) -> bool,
) -> Check {
    if changed && !applied.iter().any(says) {
        return Err(format!("INV-GOV-MONOTONE: {what} changed unannounced"));
    }
    Ok(())
}

fn exchange(was: &Exchange, is: &Exchange, applied: &[Change]) -> Check {
    let params = Change::ExchangeParams { params: is.params };
    let changed = was.params != is.params;
    announced("the rules", changed, applied, |it| *it == params)?;
    let guardian = Change::Guardian {
        guardian: is.guardian,
    };
    let changed = was.guardian != is.guardian;
    announced("the guardian", changed, applied, |it| *it == guardian)?;
    let programs = Change::OraclePrograms {
        receiver_programs: is.receiver_programs,
        legacy_programs: is.legacy_programs,
    };
    let changed =
        (was.receiver_programs, was.legacy_programs) != (is.receiver_programs, is.legacy_programs);
    announced("oracle programs", changed, applied, |it| *it == programs)?;
    for (group, (was, is)) in (0u8..).zip(was.groups.iter().zip(&is.groups)) {
        let cap_usd_atoms = is.cap_usd_atoms;
        let cap = Change::IssuerGroupCap {
            group,
            cap_usd_atoms,
        };
        let changed = was.cap_usd_atoms != cap_usd_atoms;
        announced("a group's cap", changed, applied, |it| *it == cap)?;
    }
    if was.authority != is.authority && was.next_authority != is.authority {
        return Err("INV-GOV-MONOTONE: the authority was not offered".into());
    }
    Ok(())
}

/// The tiers as a proposal names them.
fn tiers(market: &Market) -> Vec<TierArgs> {
    let used = market.tiers.iter().take(usize::from(market.tier_count));
    used.map(|tier| TierArgs {
        upto_usd_atoms: i64::try_from(tier.upto_usd_atoms).expect("an amount"),
        maintenance_q32: tier.maintenance_q32,
        initial_q32: tier.initial_q32,
    })
    .collect()
}

/// When an end begins and comes, if that was written now. Returns the seconds between, as a proposal
/// names them.
fn ending(was: &WindDown, is: &WindDown, now: i64) -> Option<u32> {
    let changed = (was.begins_at, was.settles_at) != (is.begins_at, is.settles_at);
    let secs = u32::try_from(is.settles_at - is.begins_at).unwrap_or(0);
    // Another beginning than now is one that nobody proposed.
    changed.then_some(if is.begins_at == now { secs } else { 0 })
}

fn market(was: &Market, is: &Market, applied: &[Change], now: i64) -> Check {
    let index = is.index;
    let of = |what: &str| format!("{what} of market {index}");
    if (was.symbol, was.lot_exponent) != (is.symbol, is.lot_exponent) {
        return Err(format!("INV-GOV-MONOTONE: {}", of("symbol or lot")));
    }
    let params = Change::MarketParams {
        market: index,
        params: is.params,
    };
    let changed = was.params != is.params;
    announced(&of("terms"), changed, applied, |it| *it == params)?;
    let changed = (was.tiers, was.tier_count) != (is.tiers, is.tier_count);
    let announced_tiers = Change::Tiers {
        market: index,
        tiers: tiers(is),
    };
    announced(&of("tiers"), changed, applied, |it| *it == announced_tiers)?;
    let oracle = Change::MarketOracle {
        market: index,
        oracle: is.oracle,
    };
    let changed = was.oracle != is.oracle;
    announced(&of("oracle"), changed, applied, |it| *it == oracle)?;
    let cleared = Change::ClearMarketGuard { market: index };
    let looser = !is.guard.is_within(&was.guard);
    announced(&of("guard"), looser, applied, |it| *it == cleared)?;
    let secs = ending(&was.wind_down, &is.wind_down, now);
    let end = Change::WindDownMarket {
        market: index,
        settles_after_secs: secs.unwrap_or(0),
    };
    announced(&of("end"), secs.is_some(), applied, |it| *it == end)
}

fn bank(was: &Bank, is: &Bank, applied: &[Change], now: i64) -> Check {
    let index = is.index;
    let of = |what: &str| format!("{what} of bank {index}");
    let terms = |it: &Bank| Change::BankTerms {
        bank: index,
        terms: BankTerms {
            oracle: it.oracle,
            haircut_weight_q32: it.haircut_weight_q32,
            deposit_cap_atoms: it.deposit_cap_atoms,
            conversion_discount_q32: it.conversion_discount_q32,
            depeg: it.depeg_params,
            issuer_group: it.issuer_group,
        },
    };
    let announced_terms = terms(is);
    let changed = terms(was) != announced_terms;
    announced(&of("terms"), changed, applied, |it| *it == announced_terms)?;
    let cleared = Change::ClearBankFreeze { bank: index };
    let looser = is.guard_cap() > was.guard_cap();
    announced(&of("guard"), looser, applied, |it| *it == cleared)?;
    let secs = ending(&was.wind_down, &is.wind_down, now);
    let end = Change::WindDownBank {
        bank: index,
        settles_after_secs: secs.unwrap_or(0),
    };
    announced(&of("end"), secs.is_some(), applied, |it| *it == end)
}

/// INV-WEIGHT-RAMP: no transaction lowers what a token counts for at its moment, unless its price
/// moved the guard of the peg or a change gave that guard other terms.
fn weight(was: &Bank, is: &Bank, now: i64) -> Check {
    let guard = |it: &Bank| (it.depeg, it.depeg_params);
    let (before, after) = (was.weight_at(now), is.weight_at(now));
    if guard(was) == guard(is) && after < before {
        return Err(format!(
            "INV-WEIGHT-RAMP: bank {} counted {before:?} and then {after:?}",
            is.index
        ));
    }
    if is.weight_ahead(now) > after {
        return Err(format!("INV-WEIGHT-RAMP: bank {} rises", is.index));
    }
    Ok(())
}
