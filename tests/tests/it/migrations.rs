//! The migration on the program itself.

use whittle::state::{Exchange, Market};
use whittle_client::{address, instruction};
use whittle_migrations::{Description, Migration, MigrationError, Plan};
use whittle_tests::chain::WorldChain;
use whittle_tests::{World, ONE, USD, USDC};

const EXAMPLE: &str = include_str!("../../../migrations/examples/exchange.toml");
/// Exchange, three banks, three markets, pool, insurance cash.
const PIECES: usize = 9;

fn example() -> Description {
    Description::parse(EXAMPLE).expect("the example")
}

/// A cluster on which the example can be created.
fn cluster() -> World {
    let mut world = World::bare();
    let example = example();
    world.prepare(&example, 100_000 * USDC);
    for (market, price) in [(0, "97000"), (1, "3400.5"), (2, "190.25")] {
        world.prepare_price(&example, market, price);
    }
    world
}

fn plan(world: &mut World, description: &Description) -> Plan {
    let migration = Migration::new(description);
    migration
        .plan(&mut WorldChain::new(world))
        .expect("the chain answers")
}

fn apply(world: &mut World, description: &Description) -> Result<usize, MigrationError> {
    Migration::new(description).apply(&mut WorldChain::new(world), |_| ())
}

#[test]
fn a_fresh_cluster_is_brought_to_the_example() {
    let mut world = cluster();
    let example = example();
    let mut told = Vec::new();
    let done = Migration::new(&example)
        .apply(&mut WorldChain::new(&mut world), |piece| {
            told.push(piece.to_owned());
        })
        .expect("applied");
    assert_eq!(done, PIECES);
    assert_eq!(
        told,
        [
            "001 exchange",
            "002 bank 0, USDC",
            "003 bank 1, SOL",
            "003 bank 2, USDT",
            "004 market 0, BTC-PERP",
            "004 market 1, ETH-PERP",
            "004 market 2, SOL-PERP",
            "005 pool and insurance fund",
            "006 at least 50000 USD in the insurance fund",
        ]
    );
    let exchange: Exchange = world.read(&address::exchange());
    assert_eq!(exchange.params, example.exchange.params);
    assert_eq!((exchange.bank_count, exchange.market_count), (3, 3));
    assert_eq!(world.bank(1).mint, example.banks[1].mint);
    assert_eq!(world.pool().params, example.pool);
    assert_eq!(world.insurance().cash_usd_atoms, 50_000 * USD);
    let sol: Market = world.read(&address::market(2));
    assert_eq!(sol.params, example.markets[2].args.params);
    assert_eq!(sol.oracle, example.markets[2].args.oracle);
    assert!(plan(&mut world, &example).is_done());
}

#[test]
fn the_markets_of_the_example_take_prices() {
    let mut world = cluster();
    let example = example();
    apply(&mut world, &example).expect("applied");
    let markets = (0u16..).zip(&example.markets);
    let pairs: Vec<_> = markets
        .map(|(index, it)| (index, it.oracle_account))
        .collect();
    world.send(&[instruction::update_markets(&pairs)], &[]).ok();
    // A BTC lot is 0.00001 BTC: 0.97 dollars.
    assert_eq!(world.market(0).price.price_q32, 970_000 * ONE);
}

#[test]
fn a_second_run_changes_nothing() {
    let mut world = cluster();
    let example = example();
    apply(&mut world, &example).expect("applied");
    let before = world.picture();
    assert_eq!(apply(&mut world, &example).expect("applied"), 0);
    before.assert_only_changed(&world.picture(), &[]);
}

#[test]
fn a_dry_run_changes_nothing_and_costs_what_it_says() {
    let mut world = cluster();
    let example = example();
    let before = world.picture();
    let plan = plan(&mut world, &example);
    before.assert_only_changed(&world.picture(), &[]);
    assert!(plan.check().is_ok());

    let payer = world.authority.address();
    let has = |world: &World| world.raw(&payer).expect("the payer").lamports;
    let lamports = has(&world);
    apply(&mut world, &example).expect("applied");
    // The machine's own payer pays the fees.
    assert_eq!(lamports - has(&world), plan.lamports());
    for piece in plan.steps.iter().flat_map(|step| &step.pieces) {
        for (account, rent) in &piece.creates {
            let created = world.raw(&account.address).expect("created");
            assert_eq!(created.data.len(), account.bytes, "{}", account.what);
            assert_eq!(created.lamports, *rent, "{}", account.what);
        }
    }
}

#[test]
fn a_run_that_was_interrupted_anywhere_continues() {
    let example = example();
    for passing in 0..PIECES {
        let mut world = cluster();
        let mut chain = WorldChain::new(&mut world);
        chain.passing = Some(passing);
        let error = Migration::new(&example)
            .apply(&mut chain, |_| ())
            .expect_err("interrupted");
        assert!(
            matches!(&error, MigrationError::Chain { done, error, .. }
                if *done == passing && error.what == "the connection broke"),
            "{error}"
        );
        assert_eq!(
            apply(&mut world, &example).expect("continued"),
            PIECES - passing
        );
        assert!(plan(&mut world, &example).is_done());
    }
}

#[test]
fn a_parameter_that_differs_is_reported_by_name_and_nothing_is_sent() {
    let mut world = cluster();
    apply(&mut world, &example()).expect("applied");
    let before = world.picture();
    for (from, to, expected) in [
        (
            "\ntheta = \"60 %\"",
            "\ntheta = \"50 %\"",
            "exchange.theta: described as 50 %, on the chain 60 %",
        ),
        (
            "haircut_weight = \"80 %\"",
            "haircut_weight = \"75 %\"",
            "banks[1].haircut_weight: described as 75 %, on the chain 80 %",
        ),
        (
            "accept_secs = 10",
            "accept_secs = 20",
            "banks[1].oracle.accept_secs: described as 20 s, on the chain 10 s",
        ),
        (
            "deposit_cap = \"50_000\"",
            "deposit_cap = \"60_000.5\"",
            "banks[1].deposit_cap: described as 60000.5, on the chain 50000",
        ),
        (
            "min_deposit_usd = \"10\"",
            "min_deposit_usd = \"12.5\"",
            "pool.min_deposit_usd: described as 12.5 USD, on the chain 10 USD",
        ),
        (
            "lot = \"0.00001\"",
            "lot = \"0.0001\"",
            "markets[0].lot: described as 10^-4, on the chain 10^-5",
        ),
        (
            "initial = \"8 %\"",
            "initial = \"9 %\"",
            "markets[0].tiers[1].initial: described as 9 %, on the chain 8 %",
        ),
        (
            "symbol = \"ETH-PERP\"",
            "symbol = \"ETHER\"",
            "markets[1].symbol: described as ETHER, on the chain ETH-PERP",
        ),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        let description = Description::parse(&text).expect("a description");
        let error = apply(&mut world, &description).expect_err("it differs");
        let MigrationError::Differs(differences) = error else {
            panic!("{error}");
        };
        let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert_eq!(shown, [expected]);
        before.assert_only_changed(&world.picture(), &[]);
    }
}

#[test]
fn another_market_at_the_end_is_listed_by_the_next_run() {
    let mut world = cluster();
    let mut description = example();
    let last = description.markets.pop().expect("three markets");
    assert_eq!(
        apply(&mut world, &description).expect("applied"),
        PIECES - 1
    );
    description.markets.push(last);
    assert_eq!(apply(&mut world, &description).expect("applied"), 1);
    assert_eq!(world.market(2).index, 2);
}

#[test]
fn insurance_that_is_short_is_topped_up_to_what_is_described() {
    let mut world = cluster();
    let mut description = example();
    description.insurance_atoms = 10_000 * USDC;
    apply(&mut world, &description).expect("applied");
    description.insurance_atoms = 12_345 * USDC + 6;
    assert_eq!(apply(&mut world, &description).expect("applied"), 1);
    assert_eq!(world.insurance().cash_usd_atoms, 12_345 * USD + 6);
}

#[test]
fn what_the_program_would_refuse_is_found_before_anything_is_sent() {
    let mut world = cluster();
    let mut description = example();
    // A BTC lot of a millionth of a satoshi, insurance beyond the wallet, decimals that are wrong.
    description.markets[0].args.lot_exponent = -14;
    description.insurance_atoms = 200_000 * USDC;
    description.banks[1].decimals = 8;
    let before = world.picture();
    let error = apply(&mut world, &description).expect_err("blocked");
    let MigrationError::Blocked(obstacles) = error else {
        panic!("{error}");
    };
    let fields: Vec<_> = obstacles
        .iter()
        .filter_map(|it| it.split(':').next())
        .collect();
    assert_eq!(
        fields,
        [
            "banks[1].decimals",
            "markets[0].lot",
            "insurance.at_least_usd"
        ]
    );
    before.assert_only_changed(&world.picture(), &[]);
}

#[test]
fn nobody_but_the_authority_can_continue_a_migration() {
    let mut world = cluster();
    let example = example();
    let mut chain = WorldChain::new(&mut world);
    chain.passing = Some(3);
    Migration::new(&example)
        .apply(&mut chain, |_| ())
        .expect_err("interrupted");
    let other = world.actor("somebody else");
    let mut chain = WorldChain::of(&mut world, other.clone());
    let error = Migration::new(&example)
        .apply(&mut chain, |_| ())
        .expect_err("blocked");
    let MigrationError::Blocked(obstacles) = error else {
        panic!("{error}");
    };
    let expected = format!(
        "the exchange's authority is {} and the key that signs is {}: sign with the authority's \
         key",
        world.authority.address(),
        other.address()
    );
    assert!(obstacles.contains(&expected), "{obstacles:?}");
}
