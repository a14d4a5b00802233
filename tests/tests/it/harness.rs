//! The harness notices what it is there to notice.

use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Pod;
use whittle::instructions::PlaceOrderArgs;
use whittle::state::margin_account::ORDER_REDUCE_ONLY;
use whittle::state::proposal::{BankTerms, Change};
use whittle::state::{Bank, InsuranceFund, MarginAccount, Market, Order, Pool};
use whittle_client::address;
use whittle_tests::{Actor, BankSpec, Picture, World, USDC};

/// Rewrites an account of the program as no instruction would.
fn forge<T: Pod + Discriminator>(world: &mut World, key: Pubkey, forge: impl Fn(&mut T)) {
    let mut body: T = world.read(&key);
    forge(&mut body);
    let mut account = world.raw(&key).expect("an account").clone();
    account.data = [T::DISCRIMINATOR, bytemuck::bytes_of(&body)].concat();
    world.put(key, "a forged account", &account);
}

#[track_caller]
fn assert_broken(world: &World, id: &str) {
    let broken = world.broken_invariant().unwrap_or_default();
    assert!(broken.starts_with(id), "{id} instead of {broken:?}");
}

/// An exchange with two positions in market 0.
fn world() -> (World, Pubkey) {
    let mut world = World::new();
    let alice = world.trader("alice", 1_000 * USDC);
    let bob = world.trader("bob", 1_000 * USDC);
    world.trade(&alice, 0, 500);
    world.trade(&bob, 0, -200);
    assert_eq!(world.broken_invariant(), None);
    (world, alice.account())
}

#[test]
fn one_atom_too_many_anywhere_is_noticed() {
    let conserve = |forge: &dyn Fn(&mut World, Pubkey)| {
        let (mut world, alice) = world();
        forge(&mut world, alice);
        assert_broken(&world, "INV-CONSERVE");
    };
    conserve(&|world, alice| forge::<MarginAccount>(world, alice, |it| it.cash_usd_atoms += 1));
    conserve(&|world, _| forge::<Pool>(world, address::pool(), |it| it.cash_usd_atoms += 1));
    conserve(&|world, _| forge::<Pool>(world, address::pool(), |it| it.reserve_usd_atoms += 1));
    conserve(&|world, _| {
        forge::<InsuranceFund>(world, address::insurance(), |it| it.cash_usd_atoms -= 1);
    });
    conserve(&|world, _| {
        forge::<Market>(world, address::market(0), |it| it.pool_line_usd_atoms += 1)
    });
    conserve(&|world, _| {
        let bank = address::bank(&world.bank(0).mint);
        forge::<Bank>(world, bank, |it| it.deposits_atoms += 1);
    });
    conserve(&|world, _| {
        let quote = world.bank(0);
        let mut vault = world.raw(&quote.vault).expect("a vault").clone();
        vault.data[64] ^= 1;
        world.put(quote.vault, "the vault", &vault);
    });
}

#[test]
fn open_interest_that_is_not_the_sum_of_positions_is_noticed() {
    let fields: [fn(&mut Market); 4] = [
        |it| it.long_lots += 1,
        |it| it.short_lots -= 1,
        |it| it.long_entry_usd_atoms += 1,
        |it| it.short_entry_usd_atoms -= 1,
    ];
    for field in fields {
        let (mut world, _) = world();
        forge::<Market>(&mut world, address::market(0), field);
        assert_broken(&world, "INV-OI");
    }
}

#[test]
fn an_overdrawn_line_is_noticed_even_when_the_sum_is_right() {
    let (mut world, _) = world();
    forge::<Market>(&mut world, address::market(0), |it| {
        it.pool_line_usd_atoms += it.insurance_line_usd_atoms + 1;
        it.insurance_line_usd_atoms = -1;
    });
    assert_broken(&world, "INV-LINES");
}

#[test]
fn a_claim_that_nobody_recorded_is_noticed() {
    let (mut world, alice) = world();
    forge::<MarginAccount>(&mut world, alice, |it| {
        it.positions[0].claim_usd_atoms += 1;
        it.cash_usd_atoms -= 1;
    });
    assert_broken(&world, "INV-CLAIMS");
}

#[test]
fn an_order_that_has_set_aside_anything_but_its_reward_is_noticed() {
    let forgeries: [fn(&mut Order); 4] = [
        |it| it.escrow_usd_atoms += 1,
        |it| it.escrow_usd_atoms -= 1,
        |it| (it.flags, it.escrow_usd_atoms) = (ORDER_REDUCE_ONLY, it.reward_usd_atoms + 1),
        // A place that is free again and has kept what was set aside.
        |it| it.lots = 0,
    ];
    for change in forgeries {
        let (mut world, _) = world();
        let alice = Actor::named("alice");
        alice.place(&mut world, 0, 100).ok();
        forge::<MarginAccount>(&mut world, alice.account(), |it| {
            let before = it.orders[0].escrow().0;
            change(&mut it.orders[0]);
            it.cash_usd_atoms += before - it.orders[0].escrow().0;
        });
        assert_broken(&world, "INV-ESCROW");
    }
}

#[test]
fn a_deficit_that_no_account_booked_is_noticed() {
    let (mut world, _) = world();
    forge::<Market>(&mut world, address::market(0), |it| {
        it.deficit_usd_atoms = 1
    });
    assert_broken(&world, "INV-DEFICIT");
}

#[test]
fn a_worth_that_the_pool_does_not_count_is_noticed() {
    let (mut world, _) = world();
    forge::<Market>(&mut world, address::market(0), |it| {
        it.pool_worth_usd_atoms += 1
    });
    assert_broken(&world, "INV-VALUE");
    let (mut world, _) = self::world();
    forge::<Pool>(&mut world, address::pool(), |it| {
        it.markets_worth_usd_atoms -= 1
    });
    assert_broken(&world, "INV-VALUE");
}

/// INV-DRAWN: a position that grows or turns, cash that left beyond the share.
#[test]
fn new_risk_and_cash_beyond_the_share_in_a_drawdown_are_noticed() {
    let begin = || {
        let (mut world, _) = world();
        let until = world.now() + 100;
        forge::<InsuranceFund>(&mut world, address::insurance(), |it| {
            it.drawn_until = until
        });
        let before = world.picture();
        (world, before)
    };
    let alice = Actor::named("alice").account();
    let changes: [fn(&mut MarginAccount); 3] = [
        |it| it.positions[0].lots += 1,
        |it| it.positions[0].lots = -1,
        |it| it.allowance_used_usd_atoms = it.cash_usd_atoms,
    ];
    for change in changes {
        assert_flow_broken("INV-DRAWN", alice, begin(), change);
    }
}

#[test]
fn a_share_that_nobody_holds_is_noticed() {
    let (mut world, _) = world();
    let mint = address::share_mint();
    let mut account = world.raw(&mint).expect("a mint").clone();
    account.data[36] ^= 1;
    world.put(mint, "the share mint", &account);
    assert_broken(&world, "INV-SUPPLY");
}

/// What is noticed between two moments when nobody did anything that would explain it.
#[track_caller]
fn assert_flow_broken<T: Pod + Discriminator>(
    id: &str,
    key: Pubkey,
    begin: (World, Picture),
    change: impl Fn(&mut T),
) {
    let (mut world, before) = begin;
    assert_eq!(world.broken_flow(&before, &[]), None);
    forge::<T>(&mut world, key, change);
    let broken = world.broken_flow(&before, &[]).unwrap_or_default();
    assert!(broken.starts_with(id), "{id} instead of {broken:?}");
}

/// INV-STOP: gone without a cancel, changed while it waits, or triggered at a price that is not there.
#[test]
fn a_waiting_order_that_vanishes_or_changes_is_noticed() {
    let begin = || {
        let (mut world, _) = world();
        let alice = Actor::named("alice");
        let args = PlaceOrderArgs {
            trigger_q32: (39_000 * 100) << 32,
            ..alice.order(&world, -100)
        };
        alice.place_with(&mut world, 0, args).ok();
        let before = world.picture();
        (world, before)
    };
    let alice = Actor::named("alice").account();
    let changes: [fn(&mut MarginAccount); 4] = [
        |it| it.orders[0] = Order::default(),
        |it| it.orders[0].lots -= 1,
        |it| it.orders[0].trigger_q32 += 1,
        |it| it.orders[0].trigger_q32 = 0,
    ];
    for change in changes {
        assert_flow_broken("INV-STOP", alice, begin(), change);
    }
}

/// INV-FUNDING: an atom more or less expected, or an index that moved without it.
#[test]
fn funding_that_nobody_owes_is_noticed() {
    let begin = || {
        let (world, _) = world();
        let before = world.picture();
        (world, before)
    };
    let changes: [fn(&mut Market); 4] = [
        |it| it.funding_unsettled_usd_atoms += 1,
        |it| it.funding_unsettled_usd_atoms -= 1,
        // One atom a lot, for a skew of 300 lots.
        |it| it.funding_index_q32 = (i128::from(it.funding_index_q32) + (1 << 32)).into(),
        |it| {
            it.funding_index_q32 = (i128::from(it.funding_index_q32) + (1 << 32)).into();
            it.funding_unsettled_usd_atoms += 301;
        },
    ];
    for change in changes {
        assert_flow_broken("INV-FUNDING", address::market(0), begin(), change);
    }
}

/// INV-LOSS: more or less expected of a side than its positions owe.
#[test]
fn a_loss_that_no_position_owes_is_noticed() {
    let begin = || {
        let (world, _) = world();
        let before = world.picture();
        (world, before)
    };
    let changes: [fn(&mut Market); 4] = [
        |it| it.long_loss_unsettled_usd_atoms += 1,
        |it| it.short_loss_unsettled_usd_atoms -= 1,
        // 200 lots of shorts owe 200 atoms.
        |it| {
            it.short_loss_index_q32 = (i128::from(it.short_loss_index_q32) + (1 << 32)).into();
            it.short_loss_unsettled_usd_atoms += 201;
        },
        |it| {
            it.short_loss_index_q32 = (i128::from(it.short_loss_index_q32) + (1 << 32)).into();
            it.short_loss_unsettled_usd_atoms += 198;
        },
    ];
    for change in changes {
        assert_flow_broken("INV-LOSS", address::market(0), begin(), change);
    }
}

/// INV-WEIGHT-RAMP: a weight that was on its way down arrives at once, or has begun earlier.
#[test]
fn a_weight_that_jumps_is_noticed() {
    let begin = || {
        let mut world = World::new();
        world.list_bank(&BankSpec::sol()).ok();
        let bank = world.bank(1);
        world.change(Change::BankTerms {
            bank: 1,
            terms: BankTerms {
                oracle: bank.oracle,
                haircut_weight_q32: bank.haircut_weight_q32 / 2,
                deposit_cap_atoms: bank.deposit_cap_atoms,
                conversion_discount_q32: bank.conversion_discount_q32,
                depeg: bank.depeg_params,
                issuer_group: bank.issuer_group,
            },
        });
        let before = world.picture();
        (world, before)
    };
    let changes: [fn(&mut Bank); 3] = [
        |it| it.weight_ramp = Default::default(),
        |it| it.weight_ramp.began_at -= 60,
        |it| it.weight_ramp.from_q32 -= 1 << 20,
    ];
    let key = address::bank(&begin().0.bank(1).mint);
    for change in changes {
        assert_flow_broken("INV-WEIGHT-RAMP", key, begin(), change);
    }
}

/// INV-SETTLED: a price before it is due, before anything was observed, another than the observed
/// one, and one that changes.
#[test]
fn a_price_of_settlement_that_is_not_the_observed_one_is_noticed() {
    let ended = |secs: i64, observes: bool| {
        let (mut world, _) = world();
        world.change(Change::WindDownMarket {
            market: 0,
            settles_after_secs: 86_400,
        });
        world.pass(secs);
        for _ in 0..if observes { 7 } else { 0 } {
            world.pass(300);
            world.refresh_prices();
        }
        world
    };
    let begin = |world: World| {
        let before = world.picture();
        (world, before)
    };
    let publishes = |it: &mut Market| it.wind_down.price_q32 = it.price.price_q32;
    let (id, key) = ("INV-SETTLED", address::market(0));
    assert_flow_broken(id, key, begin(ended(3_600, false)), publishes);
    assert_flow_broken(id, key, begin(ended(86_400, false)), publishes);
    let observed = ended(86_400, true);
    assert_flow_broken(id, key, begin(observed), |it: &mut Market| {
        it.wind_down.price_q32 = it.price.price_q32 + (1 << 20);
    });
    let mut settled = ended(86_400, true);
    let publish = whittle_client::instruction::publish_settlement(0);
    settled.send(&[publish], &[]).ok();
    assert_flow_broken(id, key, begin(settled), |it: &mut Market| {
        it.wind_down.price_q32 += 1;
    });
}

#[test]
fn a_change_that_was_not_expected_is_named() {
    let (mut world, alice) = world();
    let before = world.picture();
    forge::<MarginAccount>(&mut world, alice, |it| it.sub_id = 7);
    let differences = before.differences(&world.picture());
    let keys: Vec<Pubkey> = differences.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, [alice]);
}
