//! Liquidations on chain. What a plan contains is tested in `crates/risk`; here it is about what
//! the program does with it, to the atom and with each refusal.

mod access;
mod bonus;
mod collateral;
mod confirmation;
mod insolvent;
mod legs;
mod prices;
mod receipts;
mod story;
mod top_up;

use whittle::error::WhittleError;
use whittle::event::PartiallyLiquidated;
use whittle::state::exchange::ExchangeParams;
use whittle::state::Receipt;
use whittle_risk::health::{Health, State};
use whittle_tests::{Actor, BankSpec, Done, ExchangeSpec, MarketSpec, Quote, World, USDC};

pub(crate) const BTC: u16 = 0;
pub(crate) const ETH: u16 = 1;
/// 100,000 dollars at 4 dollars a lot, for which 3,000 dollars of maintenance are required.
pub(crate) const LOTS: i64 = 25_000;
/// A little more than the initial requirement of such a position.
pub(crate) const CASH: u64 = 5_300 * USDC;
/// Where a long account of those lots and that cash is at nine tenths of its maintenance.
pub(crate) const LOW: &str = "38980";

/// An exchange, Alice with positions in it and a keeper.
pub(crate) struct Scene {
    pub world: World,
    pub alice: Actor,
    pub keeper: Actor,
}

impl Scene {
    /// Alice is long [`LOTS`] of BTC with [`CASH`].
    pub fn long() -> Self {
        Self::with(&[MarketSpec::default()], CASH, &[(BTC, LOTS)])
    }

    /// Markets, Alice's cash and her positions.
    pub fn with(markets: &[MarketSpec], cash: u64, positions: &[(u16, i64)]) -> Self {
        Self::within(World::with_markets(markets), cash, positions)
    }

    /// The same in a world that stands already.
    pub fn within(mut world: World, cash: u64, positions: &[(u16, i64)]) -> Self {
        let keeper = world.keeper("keeper");
        let alice = world.trader("alice", cash);
        for (market, lots) in positions {
            world.trade(&alice, *market, *lots);
        }
        Self {
            world,
            alice,
            keeper,
        }
    }

    /// The price of BTC, one second later.
    #[track_caller]
    pub fn price(&mut self, quote: impl Into<Quote>) {
        self.world.move_price(BTC, quote);
    }

    /// So many seconds later all markets and tokens publish the same prices again; meanwhile too, often
    /// enough that there is no gap.
    #[track_caller]
    pub fn again(&mut self, secs: i64) {
        let mut left = secs;
        loop {
            let step = left.min(240);
            if step > 0 {
                self.world.pass(step);
            }
            left -= step;
            self.world.refresh_prices();
            if left == 0 {
                return;
            }
        }
    }

    /// The keeper flags Alice.
    #[track_caller]
    pub fn flag(&mut self) -> Done {
        self.keeper.flag(&mut self.world, &self.alice).ok()
    }

    /// The keeper liquidates Alice.
    #[track_caller]
    pub fn liquidate(&mut self) -> Done {
        self.keeper.liquidate(&mut self.world, &self.alice).ok()
    }

    /// The keeper is refused to flag Alice.
    #[track_caller]
    pub fn cannot_flag(&mut self, error: WhittleError) {
        self.keeper
            .flag(&mut self.world, &self.alice)
            .refused(error);
    }

    /// The keeper is refused to liquidate Alice.
    #[track_caller]
    pub fn cannot_liquidate(&mut self, error: WhittleError) {
        self.keeper
            .liquidate(&mut self.world, &self.alice)
            .refused(error);
    }

    /// BTC falls to [`LOW`], Alice is flagged, and two seconds later the same price confirms it.
    #[track_caller]
    pub fn confirm_low(&mut self) {
        self.price(LOW);
        self.flag();
        self.again(2);
    }

    /// Flags, confirms two seconds later at the same prices and liquidates.
    #[track_caller]
    pub fn flag_and_liquidate(&mut self) -> PartiallyLiquidated {
        self.flag();
        self.again(2);
        self.liquidate().event()
    }

    /// Alice's lots in a market.
    pub fn lots(&self, market: u16) -> i64 {
        let account = self.world.account_of(&self.alice);
        account.position(market).map_or(0, |position| position.lots)
    }

    /// Alice's cash.
    pub fn cash(&self) -> i64 {
        self.world.account_of(&self.alice).cash_usd_atoms
    }

    /// The keeper's cash.
    pub fn earned(&self) -> i64 {
        self.world.account_of(&self.keeper).cash_usd_atoms
    }

    /// Whether Alice is flagged.
    pub fn is_flagged(&self) -> bool {
        self.world.account_of(&self.alice).flagged_at != 0
    }

    /// Alice's equity and maintenance now.
    pub fn health(&self) -> Health {
        let account = self.world.account_of(&self.alice);
        let health = self.world.mirror().health(&account, self.world.now());
        health.expect("a health")
    }

    /// Where Alice stands now.
    pub fn state(&self) -> State {
        let account = self.world.account_of(&self.alice);
        let state = self.world.mirror().state(&account, self.world.now());
        state.expect("a state")
    }

    /// Alice's last receipt.
    pub fn receipt(&self) -> Receipt {
        self.world.account_of(&self.alice).receipt
    }

    /// The exchange's rules.
    pub fn rules(&self) -> ExchangeParams {
        self.world.mirror().exchange().expect("an exchange").params
    }
}

/// A market without a buffer of cash: what its lines hold goes to pool and insurance fund at the
/// next settlement.
pub(crate) fn without_lines() -> MarketSpec {
    let mut spec = MarketSpec::default();
    spec.params.pool_line_target_usd_atoms = 0;
    spec.params.insurance_line_target_usd_atoms = 0;
    spec
}

/// An exchange with these rules, so many quote atoms in its pool, and these markets.
pub(crate) fn exchange(rules: ExchangeParams, pool: u64, markets: &[MarketSpec]) -> World {
    let mut world = World::with_exchange(&ExchangeSpec {
        params: rules,
        ..ExchangeSpec::default()
    });
    world.list_bank(&BankSpec::usdc()).ok();
    world.create_pool().ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(pool);
    for market in markets {
        world.list_market(market).ok();
    }
    let all = world.all_markets();
    world.update(&all).ok();
    world.settle_markets(&all).ok();
    world
}

/// `part / whole` in Q32, rounded down.
pub(crate) fn q32(part: i64, whole: i64) -> u64 {
    let ratio = (i128::from(part) << 32) / i128::from(whole);
    u64::try_from(ratio).expect("a ratio of 64 bits")
}

/// An amount times a Q32 ratio, rounded down.
pub(crate) fn share(amount: i64, ratio_q32: u64) -> i64 {
    let product = (i128::from(amount) * i128::from(ratio_q32)) >> 32;
    i64::try_from(product).expect("an amount of 64 bits")
}
