//! The exchange of the demo, and moving it through time.

use whittle::event::OrderFilled;
use whittle::state::exchange::ExchangeParams;
use whittle::state::market::MarketParams;
use whittle::state::regime::RegimeParams;
use whittle::state::MarginAccount;
use whittle_tests::{bps, Actor, BankSpec, ExchangeSpec, MarketSpec, Quote, World, ONE, USD, USDC};

use super::accounts::{limit, lot_exponent, Trader};
use super::path::Path;
use super::prices::{Candle, DECIMALS};

/// Seconds between an update and the next one at which what was placed or flagged at the first is
/// filled or liquidated. The rules ask for two.
pub const BEAT: i64 = 3;
/// What liquidity providers bring.
const POOL: u64 = 20_000_000 * USDC;
/// What the insurance fund begins with.
const INSURANCE: u64 = 100_000 * USDC;
/// Upper end (USD), maintenance and initial rate (basis points) of each tier. Bitcoin moved by more
/// than a tenth in an hour of that week, so this exchange allows a leverage of ten, not twenty.
const TIERS: [(i64, u64, u64); 3] = [
    (1_000_000, 600, 1_000),
    (10_000_000, 800, 1_300),
    (100_000_000, 1_500, 2_000),
];
/// Half the width of the oracle's confidence, as a part of the price.
const CONFIDENCE: u64 = 4_000;

/// One market of the demo.
pub struct Feed {
    /// Its name on chain.
    pub symbol: &'static str,
    /// Its hours.
    pub candles: Vec<Candle>,
    /// Its prices.
    pub path: Path,
}

impl Feed {
    /// A market with these hours.
    pub fn new(symbol: &'static str, candles: Vec<Candle>) -> Self {
        let path = Path::new(&candles);
        Self {
            symbol,
            candles,
            path,
        }
    }

    fn spec(&self, at: i64) -> MarketSpec {
        let highest = self.candles.iter().map(|candle| candle.high).max();
        let usual = MarketSpec::default();
        MarketSpec {
            symbol: self.symbol,
            quote: quote(self.path.price(at)),
            lot_exponent: lot_exponent(highest.unwrap_or(0)),
            tiers: TIERS.to_vec(),
            params: MarketParams {
                min_position_usd_atoms: 200 * USD,
                min_close_usd_atoms: 100 * USD,
                // A week in which one percent a minute was nothing unusual.
                regime: RegimeParams {
                    elevated_variance_q32: ONE / 10_000,
                    extreme_variance_q32: ONE / 1_000,
                    ..usual.params.regime
                },
                ..usual.params
            },
            ..usual
        }
    }
}

/// The rules of the exchange: the harness's, with more room under a target for a week like this.
pub fn rules() -> ExchangeParams {
    ExchangeParams {
        call_buffer_q32: bps(3_000),
        target_buffer_q32: bps(2_000),
        ..ExchangeSpec::default().params
    }
}

fn quote(price: u64) -> Quote {
    Quote {
        mantissa: price.cast_signed(),
        confidence: price / CONFIDENCE,
        exponent: -DECIMALS.cast_signed(),
    }
}

/// The machine with the exchange in it.
pub struct Stage {
    /// The machine.
    pub world: World,
    /// Flags and liquidates.
    pub keeper: Actor,
    /// Fills orders.
    filler: Actor,
    feeds: Vec<Feed>,
    markets: Vec<u16>,
    /// Transactions since the exchange was ready.
    pub transactions: usize,
}

impl Stage {
    /// An exchange with a pool, an insurance fund and a market for each feed, a minute before
    /// `start`.
    pub fn new(feeds: Vec<Feed>, start: i64) -> Self {
        let mut world = World::bare();
        let slot = world.slot();
        world.set_clock(start - 60, slot);
        let exchange = ExchangeSpec {
            params: rules(),
            ..ExchangeSpec::default()
        };
        world.initialize(&exchange).ok();
        world.list_bank(&BankSpec::usdc()).ok();
        for feed in &feeds {
            world.list_market(&feed.spec(start)).ok();
        }
        world.create_pool().ok();
        world.seed_insurance(INSURANCE).ok();
        world.fund_pool(POOL);
        let markets = world.all_markets();
        world.update(&markets).ok();
        world.settle_markets(&markets).ok();
        let keeper = world.keeper("keeper");
        let filler = world.keeper("filler");
        Self {
            world,
            keeper,
            filler,
            feeds,
            markets,
            transactions: 0,
        }
    }

    /// Lets time pass until `at`, where every oracle publishes and every market takes it up.
    pub fn go_to(&mut self, at: i64) {
        self.world.pass(at - self.world.now());
        for (market, feed) in (0u16..).zip(&self.feeds) {
            self.world.publish(market, quote(feed.path.price(at)));
        }
        self.world.update(&self.markets).ok();
        self.transactions += 1;
    }

    /// Pool, insurance fund and lines settle with each other.
    pub fn settle(&mut self) {
        self.world.settle_markets(&self.markets).ok();
        self.transactions += 1;
    }

    /// An account comes with its deposit and places its orders.
    pub fn open(&mut self, trader: &Trader) -> Actor {
        let cash = trader.deposit.unsigned_abs() * USDC;
        let actor = self
            .world
            .trader(&format!("trader {}", trader.number), cash);
        let world = &mut self.world;
        let lot = |market| world.market(market).price.price_q32 as f64 / (1u64 << 32) as f64;
        for (market, lots) in trader.orders(lot) {
            let seen = world.market(market).price.price_q32;
            let order = whittle::instructions::PlaceOrderArgs {
                limit_q32: limit(seen, lots > 0),
                ..actor.order(world, lots)
            };
            actor.place_with(world, market, order).ok();
        }
        self.transactions += 2 + trader.legs.len();
        actor
    }

    /// Fills an account's orders; returns how many were not filled: killed, or refused and left.
    pub fn fill(&mut self, actor: &Actor) -> usize {
        let orders = self.world.account_of(actor).orders;
        let mut unfilled = 0;
        for (place, order) in (0u8..).zip(orders) {
            if order.lots != 0 {
                let sent = self.filler.fill(&mut self.world, actor, place);
                let filled = sent.succeeded() && {
                    let fills: Vec<OrderFilled> = sent.ok().events_of();
                    !fills.is_empty()
                };
                unfilled += usize::from(!filled);
                self.transactions += 1;
            }
        }
        unfilled
    }

    /// Insurance fund and its lines.
    pub fn insurance(&self) -> i64 {
        let lines = self.markets.iter().map(|market| {
            let market = self.world.market(*market);
            market.insurance_line_usd_atoms
        });
        self.world.insurance().cash_usd_atoms + lines.sum::<i64>()
    }

    /// An account's equity.
    pub fn equity(&self, account: &MarginAccount) -> i64 {
        let health = self.world.mirror().health(account, self.world.now());
        health.expect("listed markets").equity.0
    }

    /// What liquidity providers own if every trader with something left is paid: the vault less
    /// insurance and all positive equity. And what the others owe.
    pub fn pool_and_bad_debt(&self, traders: &[Actor]) -> (i64, i64) {
        let vault = self.world.bank(0).deposits_atoms.cast_signed();
        let actors = traders.iter().chain([&self.keeper, &self.filler]);
        let equities: Vec<i64> = actors
            .map(|actor| self.equity(&self.world.account_of(actor)))
            .collect();
        let owned: i64 = equities.iter().map(|equity| equity.max(&0)).sum();
        let owing: i64 = equities.iter().map(|equity| equity.min(&0)).sum();
        (vault - self.insurance() - owned, -owing)
    }

    /// Dollars for one unit of a market's asset, from a price per lot.
    pub fn dollars(&self, market: u16, price_q32: u64) -> f64 {
        let lot = price_q32 as f64 / (1u64 << 32) as f64 / USD as f64;
        lot * 10f64.powi(-i32::from(self.world.market(market).lot_exponent))
    }
}
