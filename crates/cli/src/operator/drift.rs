//! From a described exchange to the changes that would make the chain so.

use super::list::tiers;
use whittle::state::proposal::{BankTerms, Change};
use whittle::state::raw::OracleConfig;
use whittle::state::{Bank, Exchange, InsuranceFund, Market, Pool};
use whittle_client::Mirror;
use whittle_migrations::decimal::{show_percent, show_scaled};
use whittle_migrations::describe::{show_oracle, Comparison, Difference};
use whittle_migrations::Description;

/// A change, and what of the chain it would change.
pub struct Drift {
    /// What to queue.
    pub change: Change,
    /// Field by field.
    pub differences: Vec<Difference>,
}

/// Every change that is needed, in an order in which they can be applied. What exists on one side
/// only is left out: listing it is another command's work.
pub fn drifts(
    description: &Description,
    mirror: &Mirror,
    pool: Option<&Pool>,
    insurance: Option<&InsuranceFund>,
) -> Vec<Drift> {
    let mut found = Vec::new();
    if let Some(exchange) = mirror.exchange() {
        found.extend(of_exchange(description, exchange));
    }
    for (described, bank) in description.banks.iter().zip(mirror.banks()) {
        let args = &described.args;
        let terms = BankTerms {
            oracle: args.oracle,
            haircut_weight_q32: args.haircut_weight_q32,
            deposit_cap_atoms: args.deposit_cap_atoms,
            conversion_discount_q32: args.conversion_discount_q32,
            depeg: args.depeg,
            issuer_group: args.issuer_group,
        };
        found.push(bank_terms(bank, terms));
    }
    for (described, market) in description.markets.iter().zip(mirror.markets()) {
        let args = &described.args;
        found.push(market_params(market, args.params));
        found.push(market_tiers(market, args.tiers.clone()));
        found.push(market_oracle(market, args.oracle));
    }
    if let Some(pool) = pool {
        let change = Change::PoolParams {
            params: description.pool,
        };
        found.push(drift(change, "pool", |compare| {
            compare.group(&description.pool, &pool.params);
        }));
    }
    if let Some(insurance) = insurance {
        let change = Change::InsuranceParams {
            params: description.insurance,
        };
        found.push(drift(change, "insurance", |compare| {
            compare.group(&description.insurance, &insurance.params);
        }));
    }
    found.retain(|drift| !drift.differences.is_empty());
    found
}

fn drift(change: Change, path: &str, compare: impl FnOnce(&mut Comparison)) -> Drift {
    let mut comparison = Comparison::new(path);
    compare(&mut comparison);
    Drift {
        change,
        differences: comparison.finish(),
    }
}

fn of_exchange(description: &Description, exchange: &Exchange) -> Vec<Drift> {
    let args = &description.exchange;
    let mut found = vec![
        drift(
            Change::ExchangeParams {
                params: args.params,
            },
            "exchange",
            |compare| compare.group(&args.params, &exchange.params),
        ),
        drift(
            Change::Guardian {
                guardian: args.guardian,
            },
            "exchange",
            |compare| {
                let both = [args.guardian, exchange.guardian];
                compare.field("guardian", both, |key| crate::show::key(&key));
            },
        ),
        drift(
            Change::OraclePrograms {
                receiver_programs: args.receiver_programs,
                legacy_programs: args.legacy_programs,
            },
            "exchange",
            |compare| {
                let show = |keys| format!("{keys:?}");
                let both = [args.receiver_programs, exchange.receiver_programs];
                compare.field("receiver_programs", both, show);
                let both = [args.legacy_programs, exchange.legacy_programs];
                compare.field("legacy_programs", both, show);
            },
        ),
    ];
    let caps = args.group_caps_usd_atoms.iter().zip(&exchange.groups);
    for (group, (described, listed)) in (0u8..).zip(caps).skip(1) {
        let change = Change::IssuerGroupCap {
            group,
            cap_usd_atoms: *described,
        };
        let name = format!("issuer_caps_usd[{}]", group - 1);
        found.push(drift(change, "exchange", |compare| {
            let both = [*described, listed.cap_usd_atoms];
            compare.field(&name, both, |atoms| {
                format!("{} USD", crate::show::usd(atoms))
            });
        }));
    }
    found
}

/// A bank's terms against the chain.
pub fn bank_terms(bank: &Bank, terms: BankTerms) -> Drift {
    let path = format!("banks[{}]", bank.index);
    let decimals = u32::from(bank.decimals);
    let new = terms.clone();
    let change = Change::BankTerms {
        bank: bank.index,
        terms,
    };
    drift(change, &path, |compare| {
        let both = [new.haircut_weight_q32, bank.haircut_weight_q32];
        compare.field("haircut_weight", both, show_percent);
        let both = [new.deposit_cap_atoms, bank.deposit_cap_atoms];
        compare.field("deposit_cap", both, |atoms| {
            show_scaled(atoms.into(), decimals)
        });
        let both = [new.conversion_discount_q32, bank.conversion_discount_q32];
        compare.field("conversion_discount", both, show_percent);
        let both = [new.issuer_group, bank.issuer_group];
        compare.field("issuer_group", both, |group| group.to_string());
        compare.below("depeg", &new.depeg, &bank.depeg_params);
        oracle(compare, &new.oracle, &bank.oracle);
    })
}

fn oracle(compare: &mut Comparison, new: &OracleConfig, old: &OracleConfig) {
    compare.below("oracle", new, old);
    let both = [(new.kind, new.key), (old.kind, old.key)];
    compare.field("oracle", both, show_oracle);
}

/// A market's terms against the chain.
pub fn market_params(market: &Market, params: whittle::state::market::MarketParams) -> Drift {
    let change = Change::MarketParams {
        market: market.index,
        params,
    };
    drift(change, &path(market), |compare| {
        compare.group(&params, &market.params);
    })
}

/// A market's tiers against the chain.
pub fn market_tiers(
    market: &Market,
    new: Vec<whittle::instructions::list_market::TierArgs>,
) -> Drift {
    let old = tiers(market);
    let change = Change::Tiers {
        market: market.index,
        tiers: new.clone(),
    };
    drift(change, &path(market), |compare| {
        compare.field("tiers", [new.len(), old.len()], |count| {
            format!("{count} tiers")
        });
        for (place, (new, old)) in new.iter().zip(&old).enumerate() {
            compare.below(&format!("tiers[{place}]"), new, old);
        }
    })
}

/// A market's oracle against the chain.
pub fn market_oracle(market: &Market, new: OracleConfig) -> Drift {
    let change = Change::MarketOracle {
        market: market.index,
        oracle: new,
    };
    drift(change, &path(market), |compare| {
        oracle(compare, &new, &market.oracle);
    })
}

fn path(market: &Market) -> String {
    format!("markets[{}]", market.index)
}
