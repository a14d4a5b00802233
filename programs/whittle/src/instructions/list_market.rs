//! Lists a market: every bound that later instructions rely on is checked here.

use super::remaining::MAX_MARKETS;
use crate::error::{require_that, Outcome, WhittleError};
use crate::event::MarketListed;
use crate::oracle;
use crate::seeds;
use crate::state::exchange::ExchangeParams;
use crate::state::governance::MarketGuard;
use crate::state::market::MarketParams;
use crate::state::raw::OracleConfig;
use crate::state::regime::Regime;
use crate::state::{Exchange, Market};
use anchor_lang::prelude::*;
use whittle_risk::claims::ClaimBook;
use whittle_risk::tier::{Tier, TierTable, MAX_TIERS};
use whittle_risk::{Price, Ratio, Usd};

/// One size tier.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, Default, PartialEq, Eq)]
pub struct TierArgs {
    /// Upper end in notional, USD atoms.
    pub upto_usd_atoms: i64,
    /// Marginal maintenance rate.
    pub maintenance_q32: u64,
    /// Marginal initial rate.
    pub initial_q32: u64,
}

/// A market's terms.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ListMarketArgs {
    /// Name, printable ASCII, padded with zeros.
    pub symbol: [u8; 16],
    /// Where the price comes from.
    pub oracle: OracleConfig,
    /// A lot is 10 to this power of the asset's units.
    pub lot_exponent: i8,
    /// One to four size tiers, smallest first.
    pub tiers: Vec<TierArgs>,
    /// Everything else.
    pub params: MarketParams,
}

/// The market's address is made of its number, so there is one account for each index.
#[derive(Accounts)]
pub struct ListMarket<'info> {
    /// The exchange's authority; pays.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The exchange.
    #[account(mut, has_one = authority @ WhittleError::NotAuthority)]
    pub exchange: AccountLoader<'info, Exchange>,
    /// The market.
    #[account(
        init,
        payer = authority,
        space = Market::SIZE,
        seeds = [seeds::MARKET, exchange.load()?.market_count.to_le_bytes().as_ref()],
        bump
    )]
    pub market: AccountLoader<'info, Market>,
    /// The market's oracle account, for the size of a lot at the current price.
    /// CHECK: `oracle::read` checks owner and feed.
    pub oracle: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

impl ListMarketArgs {
    /// Makes of a zeroed market number `index` on these terms. The cached price stays zero, "no price
    /// yet", until a fresh one is accepted.
    ///
    /// Errors: [`WhittleError::BadTiers`].
    pub fn begin(&self, market: &mut Market, table: &TierTable, index: u16) -> Outcome<()> {
        market.symbol = self.symbol;
        market.oracle = self.oracle;
        market.estimate.weight_q32 = self.params.sample_weight_q32;
        market.estimate.interval_secs = self.params.sample_interval_secs;
        market.params = self.params;
        market.set_tier_table(table)?;
        market.multiplier_q32 = Ratio::ONE.0;
        market.regime = Regime::calm();
        market.set_claims(ClaimBook::EMPTY);
        market.guard = MarketGuard::NONE;
        market.index = index;
        market.lot_exponent = self.lot_exponent;
        Ok(())
    }
}

/// Checks everything that needs no price and builds the tier table.
pub fn validate(args: &ListMarketArgs, rules: &ExchangeParams) -> Outcome<TierTable> {
    require_that(is_name(&args.symbol), WhittleError::BadMarketParams)?;
    args.oracle.validate()?;
    args.params.validate()?;
    let table = tier_table(&args.tiers)?;
    args.params
        .validate_against(rules, &table, &args.oracle, Ratio::ONE)?;
    Ok(table)
}

/// Printable ASCII, then zeros.
fn is_name(symbol: &[u8; 16]) -> bool {
    let mut parts = symbol.splitn(2, |byte| *byte == 0);
    let name = parts.next().unwrap_or(&[]);
    let padding = parts.next().unwrap_or(&[]);
    !name.is_empty()
        && name.iter().all(u8::is_ascii_graphic)
        && padding.iter().all(|byte| *byte == 0)
}

pub(crate) fn tier_table(args: &[TierArgs]) -> Outcome<TierTable> {
    require_that(args.len() <= MAX_TIERS, WhittleError::BadTiers)?;
    let mut tiers = [Tier::default(); MAX_TIERS];
    for (tier, given) in tiers.iter_mut().zip(args) {
        *tier = Tier {
            upto: Usd(given.upto_usd_atoms),
            maintenance: Ratio(given.maintenance_q32),
            initial: Ratio(given.initial_q32),
        };
    }
    let used = tiers.get(..args.len()).ok_or(WhittleError::BadTiers)?;
    TierTable::new(used).map_err(|_| WhittleError::BadTiers)
}

/// The price of a lot now. Its age does not matter: it only shows the order of magnitude.
fn lot_price(oracle: &AccountInfo, args: &ListMarketArgs, exchange: &Exchange) -> Outcome<Price> {
    let reading = oracle::read(oracle, &args.oracle, exchange)?;
    let cached = reading
        .to_cached(&args.oracle, i32::from(args.lot_exponent))
        .map_err(|error| match error {
            WhittleError::PriceOutOfRange => WhittleError::BadLotSize,
            other => other,
        })?;
    Ok(Price(cached.price_q32))
}

pub(crate) fn handle(ctx: Context<ListMarket>, args: ListMarketArgs) -> Result<()> {
    let mut exchange = ctx.accounts.exchange.load_mut()?;
    let table = validate(&args, &exchange.params)?;
    let price = lot_price(&ctx.accounts.oracle, &args, &exchange)?;
    args.params
        .validate_lot(&exchange.params, &table, &args.oracle, price)?;

    let index = exchange.market_count;
    require_that(index < MAX_MARKETS, WhittleError::TooManyMarkets)?;
    exchange.market_count = index.checked_add(1).ok_or(WhittleError::MathOverflow)?;
    let mut market = ctx.accounts.market.load_init()?;
    args.begin(&mut market, &table, index)?;
    market.opens_at = exchange.listing_opens_at(Clock::get()?.unix_timestamp);
    market.bump = ctx.bumps.market;

    market.invariant()?;
    emit!(MarketListed {
        market: ctx.accounts.market.key(),
        index,
        symbol: args.symbol,
    });
    Ok(())
}
