//! A loss is borne by those who gained it, wherever the account that made it closed last (INV-ORIGIN).

use super::{cash, equity, resolve};
use crate::liquidation::{without_lines, BTC, CASH, LOTS};
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle::event::{BankruptcyResolved, DeficitBooked, OrderFilled};
use whittle::instructions::PlaceOrderArgs;
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::pool::PoolParams;
use whittle::state::Market;
use whittle_client::{address, instruction};
use whittle_tests::{spec, Actor, MarketSpec, World, USD, USDC};

const ETH: u16 = 1;

/// Alice is long 100,000 dollars of BTC and some ETH. Bob is short BTC and Carol is short ETH. Neither
/// insurance nor pool bear anything before the winners do.
struct Story {
    world: World,
    alice: Actor,
    bob: Actor,
    carol: Actor,
    keeper: Actor,
}

impl Story {
    fn new(deposit: u64, eth_lots: i64) -> Self {
        let eth = MarketSpec {
            symbol: "ETH",
            quote: MarketSpec::eth().quote,
            lot_exponent: MarketSpec::eth().lot_exponent,
            ..without_lines()
        };
        let pool = PoolParams {
            loss_per_day_usd_atoms: 0,
            ..spec::pool_params()
        };
        let insurance = InsuranceParams {
            per_event_usd_atoms: 0,
            ..spec::insurance_params()
        };
        let mut world = World::with_means(&[without_lines(), eth], pool, insurance);
        let alice = world.trader("alice", deposit);
        let bob = world.trader("bob", 60_000 * USDC);
        let carol = world.trader("carol", 60_000 * USDC);
        let keeper = world.keeper("keeper");
        world.trade(&alice, BTC, LOTS);
        world.trade(&bob, BTC, -LOTS);
        world.trade(&alice, ETH, eth_lots);
        world.trade(&carol, ETH, -LOTS);
        world.settle_markets(&[BTC, ETH]).ok();
        Self {
            world,
            alice,
            bob,
            carol,
            keeper,
        }
    }

    /// Both prices, published now and cached.
    fn prices(&mut self, btc: &str, eth: &str) {
        self.world.publish(BTC, btc);
        self.world.publish(ETH, eth);
        self.world.update(&[BTC, ETH]).ok();
    }

    /// Alice's order to close BTC is filled at 37,000, which leaves her with less than nothing and ETH.
    fn order_closes_btc(&mut self, eth: &str) {
        let close = PlaceOrderArgs {
            reduce_only: true,
            limit_q32: 1,
            ..self.alice.order(&self.world, -LOTS)
        };
        self.alice.place_with(&mut self.world, BTC, close).ok();
        self.world.pass(2);
        self.world.publish(BTC, "37000");
        self.world.publish(ETH, eth);
        self.world.update(&[ETH]).ok();
        let filled: OrderFilled = self
            .keeper
            .fill(&mut self.world, &self.alice, 0)
            .ok()
            .event();
        assert!(filled.profit_usd_atoms < -7_000 * USD);
        assert!(filled.equity_usd_atoms < 0);
    }

    /// What Alice owes is borne in BTC, by Bob, and Carol bears none of it.
    fn bob_bears_it(&mut self, deficit: i64) {
        let event: BankruptcyResolved = resolve(&mut self.world, &self.alice).ok().event();
        assert_eq!((event.market, event.side), (BTC, -1));
        let loss = event.loss_usd_atoms;
        assert_eq!(event.side_usd_atoms, loss);
        // Funding of the seconds between rounds otherwise.
        assert!((loss - deficit).abs() < 100, "{loss} of {deficit}");
        assert_eq!(equity(&self.world, &self.alice), 0);
        for market in [BTC, ETH] {
            let market = self.world.market(market);
            assert_eq!(
                (market.deficit_usd_atoms, market.deficit_seen_usd_atoms),
                (0, 0)
            );
        }
        let before = [cash(&self.world, &self.bob), cash(&self.world, &self.carol)];
        self.bob.settle(&mut self.world, &[BTC]).ok();
        self.carol.settle(&mut self.world, &[ETH]).ok();
        // One position on that side bears all of it, and some funding.
        let lost = before[0] - cash(&self.world, &self.bob);
        assert!((lost - loss).abs() < USD, "{lost} of {loss}");
        // Carol pays funding.
        assert!(cash(&self.world, &self.carol) > before[1] - USD);
    }
}

/// INV-ORIGIN. What is left is the trifle of ETH, with which she is liquidated. Carol, short ETH, has
/// gained nothing from her.
#[test]
fn a_loss_that_an_order_realised_before_the_last_close_is_borne_by_those_who_gained_it() {
    let mut story = Story::new(CASH, 10);
    story.order_closes_btc("1900");
    let booked: DeficitBooked = story
        .keeper
        .liquidate(&mut story.world, &story.alice)
        .ok()
        .event();
    assert_eq!(booked.market, ETH);
    assert!(booked.deficit_usd_atoms > 2_000 * USD);
    // The pool's value has deducted it in the one market before it is moved to the other.
    story.world.settle_markets(&[BTC, ETH]).ok();
    let seen = story.world.market(ETH).deficit_seen_usd_atoms;
    assert_eq!(seen, booked.deficit_usd_atoms);
    story.bob_bears_it(booked.deficit_usd_atoms);
}

/// INV-ORIGIN. The feed of ETH is silent when she is liquidated, and her trifle there is closed later.
#[test]
fn a_loss_that_an_earlier_liquidation_realised_is_borne_by_those_who_gained_it() {
    let mut story = Story::new(CASH, 10);
    story.world.pass(120);
    story.world.publish(BTC, "37000");
    story.world.update(&[BTC]).ok();
    story.keeper.liquidate(&mut story.world, &story.alice).ok();
    let held = story.world.account_of(&story.alice);
    let left: Vec<u16> = held.open_positions().map(|it| it.market).collect();
    assert_eq!(left, [ETH]);
    story.world.pass(1);
    story.prices("37000", "1900");
    let booked: DeficitBooked = story
        .keeper
        .liquidate(&mut story.world, &story.alice)
        .ok()
        .event();
    assert_eq!(booked.market, ETH);
    story.bob_bears_it(booked.deficit_usd_atoms);
}

/// INV-ORIGIN. Alice's BTC is settled at the price at which its market ended.
#[test]
fn a_loss_that_the_end_of_a_market_realised_is_borne_by_those_who_gained_it() {
    let mut story = Story::new(CASH, 10);
    story.world.move_price(BTC, "37000");
    let now = story.world.now();
    story.world.forge::<Market>(address::market(BTC), |market| {
        market.wind_down.begins_at = now - 86_401;
        market.wind_down.settles_at = now - 1;
        market.wind_down.price_q32 = market.price.price_q32;
    });
    let alice = story.alice.clone();
    story
        .keeper
        .settle_position(&mut story.world, &alice, BTC)
        .ok();
    let booked: DeficitBooked = story
        .keeper
        .liquidate(&mut story.world, &alice)
        .ok()
        .event();
    assert_eq!(booked.market, ETH);
    story.bob_bears_it(booked.deficit_usd_atoms);
}

/// INV-ORIGIN. Alice pays in more than she owes, which anybody may show. What she loses in ETH after that
/// is another loss.
#[test]
fn what_an_account_lost_before_it_was_worth_something_again_is_forgotten() {
    for is_flagged in [false, true] {
        pays_in_and_loses_again(is_flagged);
    }
}

fn pays_in_and_loses_again(is_flagged: bool) {
    let mut story = Story::new(6_500 * USDC, 10_000);
    story.order_closes_btc("1960");
    let noted = story.world.account_of(&story.alice);
    assert_eq!((noted.loss_market, noted.deficit_side), (BTC, 1));
    assert!(noted.loss_usd_atoms > 7_000 * USD);
    if is_flagged {
        story.keeper.flag(&mut story.world, &story.alice).ok();
    }
    let quote = story.world.bank(0).mint;
    story.world.give(&story.alice, &quote, 5_000 * USDC);
    story.alice.deposit(&mut story.world, 0, 5_000 * USDC).ok();
    if is_flagged {
        // Found at its target, nothing is closed.
        story.keeper.liquidate(&mut story.world, &story.alice).ok();
    } else {
        let alice = story.alice.clone();
        story.keeper.call_margin(&mut story.world, &alice).ok();
    }
    assert_eq!(story.world.account_of(&story.alice).loss_usd_atoms, 0);

    story.world.pass(1);
    story.prices("37000", "1400");
    let booked: DeficitBooked = story
        .keeper
        .liquidate(&mut story.world, &story.alice)
        .ok()
        .event();
    assert_eq!(booked.market, ETH);
    let event: BankruptcyResolved = resolve(&mut story.world, &story.alice).ok().event();
    assert_eq!((event.market, event.side), (ETH, -1));
}

#[test]
fn a_caller_cannot_choose_another_market_for_a_loss_and_has_to_show_where_it_is_booked() {
    let mut story = Story::new(CASH, 10);
    story.order_closes_btc("1900");
    story.keeper.liquidate(&mut story.world, &story.alice).ok();
    let account = story.world.account_of(&story.alice);
    let right = instruction::resolve_bankruptcy(story.alice.account(), &account);
    let altered = |change: fn(&mut Instruction)| {
        let mut instruction = right.clone();
        change(&mut instruction);
        instruction
    };
    let alone = altered(|it| it.accounts.truncate(5));
    let read_only = altered(|it| it.accounts[5].is_writable = false);
    let swapped = altered(|it| it.accounts.swap(2, 5));
    let twice = altered(|it| it.accounts[5] = it.accounts[2].clone());
    let caller = story.world.authority.clone();
    for (wrong, error) in [
        (alone, WhittleError::MarketMissing),
        (read_only, WhittleError::MarketNotWritable),
        (swapped, WhittleError::MarketMismatch),
        (twice, WhittleError::WrongAccount),
    ] {
        story.world.send_as(&caller, wrong).refused(error);
    }
    resolve(&mut story.world, &story.alice).ok();
}
