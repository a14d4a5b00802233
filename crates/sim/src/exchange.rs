//! The program's own accounts, made from a described exchange without a chain.

use anyhow::{anyhow, bail, ensure, Context, Result};
use bytemuck::Zeroable;
use whittle::error::Outcome;
use whittle::instructions::list_market;
use whittle::oracle::Reading;
use whittle::snapshot::Snapshot;
use whittle::state::bank::QUOTE_BANK;
use whittle::state::{Bank, Exchange as Rules, InsuranceFund, MarginAccount, Market, Pool};
use whittle_migrations::describe::Description;
use whittle_risk::liquidation::Policy;
use whittle_risk::{Price, Usd};

/// Exponent of the prices that the simulated oracle publishes: 10^-8 USD.
const EXPONENT: i32 = -8;
const STEPS_A_DOLLAR: f64 = 1e8;
/// USD atoms in a dollar.
pub const USD: f64 = 1e6;

/// Everything on the chain that is not a trader's account.
#[derive(Clone)]
pub struct Exchange {
    /// The rules.
    pub rules: Box<Rules>,
    /// The same as the risk crate sees them.
    pub policy: Policy,
    /// Tokens by number; the first is the quote token.
    pub banks: Vec<Bank>,
    /// Markets by number.
    pub markets: Vec<Market>,
    /// What each market's oracle published last.
    pub readings: Vec<Reading>,
    /// The pool.
    pub pool: Box<Pool>,
    /// The insurance fund.
    pub fund: Box<InsuranceFund>,
    /// Names of markets and tokens, for reports.
    pub names: Names,
}

/// What things are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Of markets, by number.
    pub markets: Vec<String>,
    /// Of tokens, by number.
    pub banks: Vec<String>,
}

/// Where the exchange begins.
#[derive(Clone, Copy, Debug)]
pub struct Funding {
    /// What liquidity providers have paid in, USD atoms.
    pub pool: i64,
    /// What the insurance fund holds, USD atoms.
    pub insurance: i64,
}

impl Exchange {
    /// The first `markets` markets of a described exchange at `now`, nothing traded yet. Prices come with
    /// [`Exchange::publish`].
    ///
    /// Errors: fewer markets described than asked for, terms that the program refuses.
    pub fn new(
        described: &Description,
        markets: usize,
        funding: Funding,
        now: i64,
    ) -> Result<Self> {
        let there = described.markets.len();
        ensure!(
            markets <= there,
            "the described exchange has {there} markets, and prices of {markets} assets were given: \
             describe more markets or give fewer files"
        );
        let mut rules = Box::new(Rules::zeroed());
        rules.params = described.exchange.params;
        rules.interest.at = now;
        rules.opened_at = now;
        let mut pool = Box::new(Pool::zeroed());
        pool.params = described.pool;
        pool.cash_usd_atoms = funding.pool;
        let mut fund = Box::new(InsuranceFund::zeroed());
        fund.params = described.insurance;
        fund.cash_usd_atoms = funding.insurance;
        let mut exchange = Self {
            policy: rules.policy(),
            rules,
            banks: described.banks.iter().map(bank).collect(),
            markets: Vec::with_capacity(markets),
            readings: Vec::with_capacity(markets),
            pool,
            fund,
            names: Names {
                markets: described.markets.iter().map(|it| it.symbol()).collect(),
                banks: described.banks.iter().map(|it| it.name.clone()).collect(),
            },
        };
        for (number, bank) in (0u16..).zip(&mut exchange.banks) {
            bank.index = number;
        }
        for (number, described) in (0u16..).zip(&described.markets).take(markets) {
            let mut market = Market::zeroed();
            let table = list_market::validate(&described.args, &exchange.rules.params)
                .map_err(|error| refused(&described.symbol(), error))?;
            described
                .args
                .begin(&mut market, &table, number)
                .map_err(|error| refused(&described.symbol(), error))?;
            exchange.markets.push(market);
            exchange.readings.push(Reading {
                price: 0,
                confidence: 0,
                exponent: EXPONENT,
                publish_time: 0,
                prev_publish_time: 0,
            });
        }
        exchange.rules.market_count = u16::try_from(markets)?;
        exchange.rules.bank_count = u16::try_from(exchange.banks.len())?;
        Ok(exchange)
    }

    /// Lets a market take over a price, as `update_markets` does. Returns whether its regime changed.
    ///
    /// Errors: a price that the market's lot cannot express.
    pub fn publish(
        &mut self,
        market: usize,
        dollars: f64,
        confidence: f64,
        now: i64,
    ) -> Result<bool> {
        let last = self.readings.get_mut(market).context("no such market")?;
        let market = self.markets.get_mut(market).context("no such market")?;
        let reading = reading(dollars, confidence, market.price.publish_time, now)?;
        *last = reading;
        // Slots of 400 ms, as the program counts them for a shock's confirmation.
        let slot = now.unsigned_abs().saturating_mul(5) / 2;
        let cached = market.cache(&reading, now, slot).or_fault()?;
        Ok(cached.is_some_and(|cached| cached.regime_changed))
    }

    /// Lets a token take over a price, as `update_banks` does.
    ///
    /// Errors: a price out of range.
    pub fn publish_bank(
        &mut self,
        bank: usize,
        dollars: f64,
        confidence: f64,
        now: i64,
    ) -> Result<()> {
        let bank = self.banks.get_mut(bank).context("no such token")?;
        let reading = reading(dollars, confidence, bank.price.publish_time, now)?;
        bank.cache(&reading, now).or_fault()?;
        Ok(())
    }

    /// An account as the arithmetic sees it.
    pub fn snapshot(&self, account: &MarginAccount, now: i64) -> Outcome<Snapshot> {
        use whittle::error::WhittleError::{BankMissing, MarketMissing};
        Snapshot::read(
            account,
            now,
            |index| self.banks.get(usize::from(index)).ok_or(BankMissing),
            |index| self.markets.get(usize::from(index)).ok_or(MarketMissing),
        )
    }

    /// What the pool and the insurance fund are worth, USD atoms: as the program counts them.
    pub fn worth(&self) -> Outcome<(Usd, Usd)> {
        Ok((self.pool.value()?, self.fund.worth()?))
    }

    /// All cash that this side holds, USD atoms: with the accounts' cash it is what was paid in.
    pub fn cash(&self) -> i64 {
        let lines = self.markets.iter().map(|market| {
            market.pool_line_usd_atoms
                + market.insurance_line_usd_atoms
                + market.claims_pot_usd_atoms
        });
        self.pool.cash_usd_atoms
            + self.pool.reserve_usd_atoms
            + self.fund.cash_usd_atoms
            + lines.sum::<i64>()
    }

    /// Price of a market, USD for a unit of its asset.
    pub fn dollars(&self, market: usize) -> f64 {
        self.markets.get(market).map_or(0.0, |market| {
            let lot = libm::pow(10.0, f64::from(market.lot_exponent));
            q32(Price(market.price.price_q32)) / USD / lot
        })
    }
}

/// A price as a floating-point number of USD atoms a lot.
pub fn q32(price: Price) -> f64 {
    price.0 as f64 / 4_294_967_296.0
}

/// An error that no input should lead to.
#[track_caller]
pub(crate) fn fault(error: impl core::fmt::Debug) -> anyhow::Error {
    let place = core::panic::Location::caller();
    anyhow!(
        "the simulator met {error:?} at {}:{}",
        place.file(),
        place.line()
    )
}

/// Turns errors that no input should lead to into ones that say where they were met.
pub(crate) trait OrFault<T> {
    /// The value, or the fault.
    fn or_fault(self) -> Result<T>;
}

impl<T, E: core::fmt::Debug> OrFault<T> for core::result::Result<T, E> {
    #[track_caller]
    fn or_fault(self) -> Result<T> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(fault(error)),
        }
    }
}

fn refused(name: &str, error: whittle::error::WhittleError) -> anyhow::Error {
    anyhow!("the program would not list {name}: {error}")
}

fn bank(described: &whittle_migrations::describe::DescribedBank) -> Bank {
    let mut bank = Bank::zeroed();
    bank.mint = described.mint;
    // Its number follows.
    described
        .args
        .begin(&mut bank, QUOTE_BANK, described.decimals);
    bank
}

fn reading(dollars: f64, confidence: f64, before: i64, now: i64) -> Result<Reading> {
    let steps = (dollars * STEPS_A_DOLLAR).round();
    if !(1.0..9.2e18).contains(&steps) {
        bail!("a price of {dollars} USD cannot be published in steps of 10^-8 USD");
    }
    Ok(Reading {
        price: steps as i64,
        confidence: (steps * confidence).round() as u64,
        exponent: EXPONENT,
        publish_time: now,
        prev_publish_time: before,
    })
}
