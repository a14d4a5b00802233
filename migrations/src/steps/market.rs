//! Step 5: markets.

use super::{NewAccount, State, Work};
use crate::chain::{self, Chain, ChainAccount, ChainError};
use crate::describe::{show_oracle, show_symbol, Comparison, DescribedMarket};
use anchor_lang::prelude::AccountInfo;
use anchor_lang::solana_program::instruction::Instruction;
use bytemuck::Zeroable;
use whittle::error::WhittleError;
use whittle::instructions::list_market::TierArgs;
use whittle::instructions::InitializeExchangeArgs;
use whittle::state::market::StoredTier;
use whittle::state::{Exchange, Market};
use whittle_client::{address, instruction};
use whittle_risk::tier::{Tier, TierTable};
use whittle_risk::{Price, Ratio, Usd};

struct TheMarket<'a> {
    index: u16,
    market: &'a DescribedMarket,
    exchange: &'a InitializeExchangeArgs,
}

pub(super) fn work<'a>(
    index: u16,
    market: &'a DescribedMarket,
    exchange: &'a InitializeExchangeArgs,
) -> Box<dyn Work + 'a> {
    Box::new(TheMarket {
        index,
        market,
        exchange,
    })
}

impl Work for TheMarket<'_> {
    fn describe(&self) -> String {
        format!("market {}, {}", self.index, self.market.symbol())
    }

    fn state(&self, chain: &mut dyn Chain) -> Result<State, ChainError> {
        let Some(found) = chain::read::<Market>(chain, &address::market(self.index))? else {
            return Ok(State::Missing);
        };
        let args = &self.market.args;
        let path = self.path();
        let mut compare = Comparison::new(&path);
        compare.field("symbol", [args.symbol, found.symbol], show_symbol);
        compare.field("lot", [args.lot_exponent, found.lot_exponent], |exponent| {
            format!("10^{exponent}")
        });
        compare.group(&args.params, &found.params);
        compare.below("oracle", &args.oracle, &found.oracle);
        let keys = [args.oracle, found.oracle].map(|it| (it.kind, it.key));
        compare.field("oracle", keys, show_oracle);
        let stored = found.tiers.iter().take(found.tier_count.into());
        let stored: Vec<TierArgs> = stored.map(as_listed).collect();
        compare.field("tiers", [args.tiers.len(), stored.len()], |count| {
            format!("{count} tiers")
        });
        for (place, (described, stored)) in args.tiers.iter().zip(&stored).enumerate() {
            compare.below(&format!("tiers[{place}]"), described, stored);
        }
        Ok(State::compared(compare.finish()))
    }

    fn creates(&self) -> Vec<NewAccount> {
        vec![NewAccount::new(
            format!("market {}", self.market.symbol()),
            address::market(self.index),
            Market::SIZE,
        )]
    }

    fn obstacles(&self, chain: &mut dyn Chain) -> Result<Vec<String>, ChainError> {
        let (path, account) = (self.path(), self.market.oracle_account);
        let obstacle = match chain.account(&account)? {
            None => format!(
                "{path}.oracle.account: there is no account at {account} on this cluster: post a \
                 price there or name another"
            ),
            Some(oracle) => match self.lot(&account, oracle) {
                Ok(()) => return Ok(Vec::new()),
                Err((field, error)) => format!("{path}.{field}: {error}"),
            },
        };
        Ok(vec![obstacle])
    }

    fn instruction(&self, chain: &mut dyn Chain) -> Result<Instruction, ChainError> {
        Ok(instruction::list_market(
            chain.payer(),
            self.index,
            self.market.oracle_account,
            self.market.args.clone(),
        ))
    }
}

impl TheMarket<'_> {
    fn path(&self) -> String {
        format!("markets[{}]", self.index)
    }

    /// What the listing will check at the oracle's price, by the program's own functions.
    fn lot(
        &self,
        key: &anchor_lang::prelude::Pubkey,
        mut oracle: ChainAccount,
    ) -> Result<(), (&'static str, WhittleError)> {
        let args = &self.market.args;
        let mut exchange = Exchange::zeroed();
        exchange.receiver_programs = self.exchange.receiver_programs;
        exchange.legacy_programs = self.exchange.legacy_programs;
        let info = AccountInfo::new(
            key,
            false,
            false,
            &mut oracle.lamports,
            &mut oracle.data,
            &oracle.owner,
            false,
        );
        let reading = whittle::oracle::read(&info, &args.oracle, &exchange)
            .map_err(|error| ("oracle.account", error))?;
        let lot = |error| ("lot", error);
        let price = reading
            .to_cached(&args.oracle, args.lot_exponent.into())
            .map_err(|_| lot(WhittleError::BadLotSize))?;
        let tiers: Vec<Tier> = args.tiers.iter().map(as_tier).collect();
        let table = TierTable::new(&tiers).map_err(|error| ("tiers", error.into()))?;
        args.params
            .validate_lot(
                &self.exchange.params,
                &table,
                &args.oracle,
                Price(price.price_q32),
            )
            .map_err(lot)
    }
}

fn as_tier(tier: &TierArgs) -> Tier {
    Tier {
        upto: Usd(tier.upto_usd_atoms),
        maintenance: Ratio(tier.maintenance_q32),
        initial: Ratio(tier.initial_q32),
    }
}

fn as_listed(tier: &StoredTier) -> TierArgs {
    TierArgs {
        upto_usd_atoms: i64::try_from(tier.upto_usd_atoms).unwrap_or(i64::MAX),
        maintenance_q32: tier.maintenance_q32,
        initial_q32: tier.initial_q32,
    }
}
