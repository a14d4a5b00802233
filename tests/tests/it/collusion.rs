//! INV-COLLUSION on the built program: the search of `crates/risk/tests/it/collusion.rs` in small, with
//! real orders and fees, at parameters that favour the colluders.

use crate::liquidation::BTC;
use whittle::event::PartiallyLiquidated;
use whittle::state::exchange::ExchangeParams;
use whittle_tests::{bps, Actor, BankSpec, ExchangeSpec, MarketSpec, World, ONE, USD, USDC};

/// The same numbers in every run (Knuth's linear congruence).
struct Dice(u64);

impl Dice {
    fn under(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Trading costs the opening fee and nothing else, and the floor bonus is as high as that fee.
fn cheap(open_fee: u64) -> World {
    let mut rules: ExchangeParams = ExchangeSpec::default().params;
    rules.bonus_floor_q32 = bps(open_fee);
    rules.fill_reward_usd_atoms = 0;
    let mut market = MarketSpec::default().steady();
    let params = &mut market.params;
    params.open_fee_q32 = bps(open_fee);
    params.close_fee_q32 = 0;
    params.premium_q32 = 0;
    params.concentration_premium_q32 = 0;
    params.spread_multiple_q32 = 0;
    params.impact_max_q32 = 0;
    params.close_impact_q32 = 0;
    params.funding_max_per_day_q32 = 0;
    params.crowding.crowded_initial_q32 = 0;
    params.breaker.shock_q32 = ONE / 2;
    params.insurance_line_target_usd_atoms = 20 * USD;
    let mut world = World::with_exchange(&ExchangeSpec {
        params: rules,
        ..ExchangeSpec::default()
    });
    world.list_bank(&BankSpec::usdc()).ok();
    world.create_pool().ok();
    world.seed_insurance(10_000 * USDC).ok();
    world.fund_pool(1_000_000 * USDC);
    world.list_market(&market).ok();
    world.update(&[BTC]).ok();
    world.settle_markets(&[BTC]).ok();
    world
}

/// What insurance and pool have, losses that nobody has paid yet included: they stand in the lines.
fn means(world: &World) -> i64 {
    let (pool, market) = (world.pool(), world.market(BTC));
    pool.cash_usd_atoms
        + pool.reserve_usd_atoms
        + world.insurance().cash_usd_atoms
        + market.pool_line_usd_atoms
        + market.insurance_line_usd_atoms
}

/// Equity at the cached price, what is owed included.
fn equity(world: &World, actor: &Actor) -> i64 {
    let account = world.account_of(actor);
    let health = world.mirror().health(&account, world.now());
    health.expect("a health").equity.0
}

fn price(world: &World) -> i128 {
    i128::from(world.market(BTC).price.price_q32)
}

/// One pair and its keeper.
struct Ring {
    pair: [Actor; 2],
    keeper: Actor,
    lots: [i64; 2],
    paid_in: i64,
    /// Notional at the opening and of what was liquidated, in Q32.
    opened: i128,
    liquidated: i128,
    /// What the price did to them, in Q32.
    market: i128,
    topped_up: i64,
}

impl Ring {
    /// A long and a short of other sizes, with the initial margin and a little more.
    fn open(world: &mut World, dice: &mut Dice, round: u64) -> Self {
        let mut ring = Self {
            keeper: world.keeper(&format!("keeper {round}")),
            pair: ["long", "short"].map(|name| Actor::named(&format!("{name} {round}"))),
            lots: [0; 2],
            paid_in: 0,
            opened: 0,
            liquidated: 0,
            market: 0,
            topped_up: 0,
        };
        for (side, sign) in [(0, 1), (1, -1)] {
            let lots = 2_000 + i64::try_from(dice.under(20_000)).expect("few");
            let notional = (i128::from(lots) * price(world)) >> 32;
            let margin = notional * i128::from(520 + dice.under(120)) / 10_000;
            let margin = u64::try_from(margin).expect("a margin");
            let name = ring.pair[side].name().to_owned();
            let actor = world.trader(&name, margin);
            world.trade(&actor, BTC, sign * lots);
            ring.paid_in += i64::try_from(margin).expect("a margin");
            ring.opened += i128::from(lots) * price(world);
            ring.lots[side] = sign * lots;
        }
        ring
    }

    fn move_to(&mut self, world: &mut World, to: i128) {
        let from = price(world);
        let dollars = to * 10_000 / (1 << 32);
        let text = format!("{}.{:06}", dollars / 1_000_000, dollars % 1_000_000);
        world.move_price(BTC, text.as_str());
        let held: i64 = self.lots.iter().sum();
        self.market += i128::from(held) * (price(world) - from);
    }

    /// The price goes to where one of them has this many thousandths of its maintenance left.
    fn meet(&mut self, world: &mut World, side: usize, thousandths: i128) {
        let account = world.account_of(&self.pair[side]);
        let health = world.mirror().health(&account, world.now());
        let health = health.expect("a health");
        let wanted = i128::from(health.maintenance.0) * thousandths / 1_000;
        let lots = i128::from(self.lots[side]);
        if lots != 0 {
            let change = ((wanted - i128::from(health.equity.0)) << 32) / lots;
            self.move_to(world, price(world) + change);
        }
    }

    /// The keeper flags and liquidates, at once where it can and seconds later where it must.
    fn liquidate(&mut self, world: &mut World, side: usize) {
        let victim = self.pair[side].clone();
        let flagged = self.keeper.flag(world, &victim).succeeded();
        if flagged {
            world.pass(3);
            world.republish(BTC);
            world.update(&[BTC]).ok();
        }
        let sent = self.keeper.liquidate(world, &victim);
        if !sent.succeeded() {
            return;
        }
        let done = sent.ok();
        for event in done.events_of::<PartiallyLiquidated>() {
            for leg in &event.legs {
                let sign = self.lots[side].signum();
                let closed = i64::try_from(leg.closed_lots).expect("few lots");
                self.lots[side] -= sign * closed;
                self.liquidated += i128::from(closed) * price(world);
                self.topped_up += leg.insurance_top_up_usd_atoms + leg.pool_top_up_usd_atoms;
            }
        }
    }

    /// What they hold over what they paid in and what the price did, USD atoms.
    fn gain(&self, world: &World) -> i128 {
        let all = self.pair.iter().chain([&self.keeper]);
        let held: i64 = all.map(|actor| equity(world, actor)).sum();
        i128::from(held - self.paid_in) - (self.market >> 32)
    }
}

/// INV-COLLUSION. Six exchanges of six rounds each. What the three have at the end is at most what they
/// paid in and what the price did, less the fee on what was opened and was not liquidated; and it is insurance and pool that gained the difference.
#[test]
fn three_dozen_pairs_and_their_keepers_lose_although_keepers_are_topped_up() {
    let (mut topped_up, mut insolvent, mut rounds) = (0, 0, 0);
    for exchange in 0..6u64 {
        let mut dice = Dice(exchange + 1);
        let fee = 2 + 2 * exchange;
        let mut world = cheap(fee);
        for round in 0..6 {
            let before = means(&world);
            let mut ring = Ring::open(&mut world, &mut dice, round);
            let first = usize::try_from(dice.under(2)).expect("a side");
            for side in [first, 1 - first] {
                // From a little over bankruptcy to a little under maintenance; sometimes beyond.
                let left = [3, 10, 25, 40, 150, 900, -20][usize::try_from(dice.under(7)).unwrap()];
                insolvent += i32::from(left < 0);
                ring.meet(&mut world, side, left);
                ring.liquidate(&mut world, side);
                ring.liquidate(&mut world, side);
            }
            // Nobody is left with a position when the next three begin.
            for side in [0, 1] {
                let actor = ring.pair[side].clone();
                if ring.lots[side] != 0 {
                    world.reduce(&actor, BTC, -ring.lots[side]);
                }
            }
            let floor = i128::from(bps(fee));
            let most = ((ring.liquidated.min(ring.opened) - ring.opened) * floor) >> 64;
            let gain = ring.gain(&world);
            let text = format!("exchange {exchange}, round {round}: {gain} of {most}");
            // A few atoms of roundings, in no case a cent.
            assert!(gain <= most + 8, "{text}");
            let taken = before - means(&world);
            // The price's part came from the pool, or went to it.
            let by_price = i64::try_from(ring.market >> 32).expect("dollars");
            let given = i128::from(taken - by_price);
            assert!((given - gain).abs() <= 8, "{text}: {given}");
            topped_up += i32::from(ring.topped_up > 0);
            rounds += 1;
        }
    }
    assert_eq!(rounds, 36);
    assert!(topped_up >= 15, "{topped_up} rounds with a top-up");
    assert!(insolvent >= 3, "{insolvent}");
}

/// INV-COLLUSION. The opening fee was paid on the notional at the opening. Were a keeper topped up on
/// what a short has become since, he and its owner would gain the floor on the difference.
#[test]
fn a_short_that_is_liquidated_at_three_times_its_price_brings_its_owner_and_keeper_nothing() {
    let fee = 10;
    let mut world = cheap(fee);
    let mut ring = Ring::open(&mut world, &mut Dice(1), 0);
    let [long, short] = ring.pair.clone();
    world.reduce(&long, BTC, -ring.lots[0]);
    ring.lots[0] = 0;
    // They pay in until the short survives three times its price, and then let it go. The bonus is
    // earned on what an account at the emergency ratio needs closed, two fifths of it.
    let lots = i128::from(ring.lots[1].unsigned_abs());
    let opened = lots * price(&world);
    let deposit = u64::try_from(opened >> 31).expect("a deposit");
    let quote = world.bank(0).mint;
    world.give(&short, &quote, deposit);
    short.deposit(&mut world, 0, deposit).ok();
    ring.paid_in += i64::try_from(deposit).expect("a deposit");
    let before = means(&world) + i64::try_from(ring.market >> 32).expect("nothing");
    ring.meet(&mut world, 1, 10);
    assert!(lots * price(&world) > 3 * opened);
    world.settle_markets(&[BTC]).ok();
    ring.liquidate(&mut world, 1);
    assert_eq!(ring.lots[1], 0);
    let floor = i128::from(bps(fee));
    let most = i64::try_from((opened * floor) >> 64).expect("an amount");
    let text = format!("{} of {most}", ring.topped_up);
    assert!(
        ring.topped_up > most / 3 && ring.topped_up <= most,
        "{text}"
    );
    // What it cost them to open the long is lost.
    let least_loss = ((ring.opened - opened) * floor) >> 64;
    assert!(ring.gain(&world) <= 8 - least_loss, "{text}");
    let by_price = i64::try_from(ring.market >> 32).expect("dollars");
    assert!(
        before - means(&world) - by_price <= ring.topped_up,
        "{text}"
    );
}
