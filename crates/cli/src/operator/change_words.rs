//! A change in words, and field by field against the chain.

use super::drift;
use crate::error::Outcome;
use crate::names;
use crate::session::{Session, World};
use crate::show;
use whittle::state::proposal::Change;
use whittle_migrations::describe::{Comparison, Difference};

/// Field by field, where the change has fields.
pub async fn against_chain(
    session: &Session,
    world: &World,
    change: &Change,
) -> Outcome<Vec<Difference>> {
    let mirror = &world.mirror;
    Ok(match change.clone() {
        Change::ExchangeParams { params } => {
            let mut compare = Comparison::new("exchange");
            compare.group(&params, &world.exchange()?.params);
            compare.finish()
        }
        Change::MarketParams { market, params } => {
            drift::market_params(mirror.market(market)?, params).differences
        }
        Change::Tiers { market, tiers } => {
            drift::market_tiers(mirror.market(market)?, tiers).differences
        }
        Change::MarketOracle { market, oracle } => {
            drift::market_oracle(mirror.market(market)?, oracle).differences
        }
        Change::BankTerms { bank, terms } => {
            drift::bank_terms(mirror.bank(bank)?, terms).differences
        }
        Change::PoolParams { params } => {
            let pool = crate::risk::exposure::pool(session).await?;
            let mut compare = Comparison::new("pool");
            compare.group(&params, &pool.params);
            compare.finish()
        }
        _ => Vec::new(),
    })
}

/// A change in a line.
pub fn words(session: &Session, world: &World, change: &Change) -> String {
    let market = |index: &u16| match world.mirror.market(*index) {
        Ok(market) => names::symbol(market),
        Err(_) => format!("market {index}"),
    };
    let bank = |index: &u16| match world.mirror.bank(*index) {
        Ok(bank) => session.names.token(bank),
        Err(_) => format!("bank {index}"),
    };
    match change {
        Change::ExchangeParams { .. } => "the exchange's rules".to_owned(),
        Change::MarketParams { market: it, .. } => format!("terms of {}", market(it)),
        Change::Tiers { market: it, .. } => format!("size tiers of {}", market(it)),
        Change::MarketOracle { market: it, .. } => format!("oracle of {}", market(it)),
        Change::BankTerms { bank: it, .. } => format!("terms of {}", bank(it)),
        Change::PoolParams { .. } => "the pool's parameters".to_owned(),
        Change::InsuranceParams { .. } => "the insurance fund's parameters".to_owned(),
        Change::IssuerGroupCap {
            group,
            cap_usd_atoms,
        } => format!(
            "cap of issuer group {group} to {} USD",
            show::usd(*cap_usd_atoms)
        ),
        Change::Guardian { guardian } => format!("guardian to {}", show::key(guardian)),
        Change::OraclePrograms { .. } => "oracle programs that are believed".to_owned(),
        Change::ClearMarketGuard { market: it } => format!("lift the guard of {}", market(it)),
        Change::ClearBankFreeze { bank: it } => format!("take deposits of {} again", bank(it)),
        Change::WindDownMarket {
            market: it,
            settles_after_secs,
        } => format!(
            "end {}, settled {} later",
            market(it),
            show::duration((*settles_after_secs).into())
        ),
        Change::WindDownBank {
            bank: it,
            settles_after_secs,
        } => format!(
            "end {} as collateral, settled {} later",
            bank(it),
            show::duration((*settles_after_secs).into())
        ),
    }
}
