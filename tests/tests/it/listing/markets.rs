//! Bounds of a market: its name, oracle, tiers and parameters, alone and against each other.

use whittle::error::WhittleError;
use whittle::instructions::ListMarketArgs;
use whittle::state::market::MarketParams;
use whittle::state::raw::OracleConfig;
use whittle_client::{address, instruction};
use whittle_tests::oracle::LEGACY;
use whittle_tests::{
    bps, BankSpec, ExchangeSpec, MarketSpec, Quote, Sent, Update, World, ONE, USD,
};

/// Lists a market whose arguments differ from good ones by `change`.
#[track_caller]
fn list(world: &mut World, change: impl Fn(&mut ListMarketArgs)) -> Sent {
    let spec = MarketSpec::eth();
    let mut args = spec.args();
    change(&mut args);
    let feed = spec.oracle.unwrap_or_else(eth);
    let authority = world.authority.clone();
    let list = instruction::list_market(authority.address(), 1, feed.address, args);
    world.send_as(&authority, list)
}

fn eth() -> whittle_tests::OracleStub {
    whittle_tests::OracleStub::pull("ETH")
}

/// An exchange where ETH has a price and no market yet.
fn world() -> World {
    let mut world = World::new();
    let update = eth().update("2000", world.now());
    show(&mut world, &update);
    world
}

fn show(world: &mut World, update: &Update) {
    let account = eth().account(update);
    world.put(eth().address, "the oracle of ETH", &account);
}

type Change = (&'static str, fn(&mut ListMarketArgs));

/// Each change alone is refused.
#[track_caller]
fn refused(error: WhittleError, changes: &[Change]) {
    let mut world = world();
    for (what, change) in changes {
        println!("{what}");
        list(&mut world, change).refused(error);
    }
    list(&mut world, |_| ()).ok();
}

#[test]
fn a_name_is_printable_and_padded_with_zeros() {
    refused(
        WhittleError::BadMarketParams,
        &[
            ("none", |it| it.symbol = [0; 16]),
            ("a space", |it| it.symbol[1] = b' '),
            ("a control character", |it| it.symbol[1] = 7),
            ("not ASCII", |it| it.symbol[1] = 0xc3),
            ("a gap", |it| it.symbol[5] = b'X'),
            ("zero first", |it| it.symbol[0] = 0),
        ],
    );
    let mut world = world();
    list(&mut world, |it| it.symbol = [b'X'; 16]).ok();
}

#[test]
fn an_oracle_configuration_out_of_bounds_is_refused() {
    refused(
        WhittleError::BadOracleConfig,
        &[
            ("no kind", |it| it.oracle.kind = 0),
            ("an unknown kind", |it| it.oracle.kind = 3),
            ("no key", |it| it.oracle.key = [0; 32]),
            ("no update accepted", |it| it.oracle.accept_secs = 0),
            ("updates of minutes ago", |it| {
                (it.oracle.accept_secs, it.oracle.stale_after_secs) = (121, 600);
            }),
            ("silent for too long", |it| it.oracle.stale_after_secs = 601),
            ("stale before too old", |it| {
                it.oracle.stale_after_secs = it.oracle.accept_secs - 1;
            }),
            ("a shift over one", |it| it.oracle.shift_max_q32 = ONE + 1),
            ("a second over the bound", |it| {
                it.oracle.stale_shift_per_sec_q32 = it.oracle.shift_max_q32 + 1;
            }),
            ("age without a shift", |it| {
                it.oracle.stale_shift_per_sec_q32 = 0;
            }),
            ("all uncertain", |it| it.oracle.uncertain_over_q32 = 0),
            ("uncertain over one", |it| {
                it.oracle.uncertain_over_q32 = ONE + 1;
            }),
            ("less than the confidence", |it| {
                it.oracle.confidence_multiple_q32 = ONE - 1;
            }),
            ("padding", |it| it.oracle.padding[6] = 1),
            ("nothing at all", |it| it.oracle = OracleConfig::default()),
        ],
    );
}

#[test]
fn a_market_parameter_out_of_bounds_is_refused() {
    refused(
        WhittleError::BadMarketParams,
        &[
            ("open fee", |it| it.params.open_fee_q32 = bps(1_000) + 1),
            ("close fee", |it| it.params.close_fee_q32 = bps(1_000) + 1),
            ("share", |it| it.params.insurance_share_q32 = ONE + 1),
            ("premium", |it| it.params.premium_q32 = ONE + 1),
            ("concentration", |it| {
                it.params.concentration_premium_q32 = ONE + 1;
            }),
            ("impact", |it| it.params.impact_max_q32 = ONE / 2 + 1),
            ("close impact", |it| {
                it.params.close_impact_q32 = ONE / 2 + 1
            }),
            ("funding", |it| it.params.funding_max_per_day_q32 = ONE + 1),
            ("no move", |it| it.params.covered_move_q32 = 0),
            ("a move over one", |it| it.params.covered_move_q32 = ONE + 1),
            ("no scale", |it| it.params.skew_scale_usd_atoms = 0),
            ("scale under zero", |it| it.params.skew_scale_usd_atoms = -1),
            ("no funding scale", |it| {
                it.params.funding_skew_scale_usd_atoms = 0;
            }),
            ("no least close", |it| it.params.min_close_usd_atoms = 0),
            ("a close under zero", |it| {
                it.params.min_close_usd_atoms = -1
            }),
            ("close over position", |it| {
                it.params.min_close_usd_atoms = it.params.min_position_usd_atoms + 1;
            }),
            ("cap under position", |it| {
                it.params.open_interest_cap_usd_atoms = it.params.min_position_usd_atoms - 1;
            }),
            ("pool line", |it| it.params.pool_line_target_usd_atoms = -1),
            ("insurance line", |it| {
                it.params.insurance_line_target_usd_atoms = -1;
            }),
            ("no weight", |it| it.params.sample_weight_q32 = 0),
            ("weight over one", |it| {
                it.params.sample_weight_q32 = ONE + 1
            }),
            ("no interval", |it| it.params.sample_interval_secs = 0),
            ("padding", |it| it.params.padding[3] = 1),
            ("all ones", |it| {
                it.params = bytemuck::cast([u8::MAX; size_of::<MarketParams>()]);
            }),
        ],
    );
}

#[test]
fn the_least_close_and_position_fit_the_tiers() {
    refused(
        WhittleError::BadMarketParams,
        &[
            // Three per cent of 2,133 atoms are not 64.
            ("a close too small", |it| {
                it.params.min_close_usd_atoms = 2_133
            }),
            ("a position over the table", |it| {
                it.params.min_position_usd_atoms = it.tiers[2].upto_usd_atoms + 1;
                it.params.open_interest_cap_usd_atoms = i64::MAX;
            }),
        ],
    );
    let mut world = world();
    list(&mut world, |it| it.params.min_close_usd_atoms = 2_134).ok();
}

#[test]
fn tiers_out_of_bounds_are_refused() {
    refused(
        WhittleError::BadTiers,
        &[
            ("none", |it| it.tiers.clear()),
            ("five", |it| {
                let last = it.tiers[2].clone();
                for step in 1..3 {
                    let mut tier = last.clone();
                    tier.upto_usd_atoms += step;
                    tier.maintenance_q32 += step.unsigned_abs();
                    tier.initial_q32 += step.unsigned_abs();
                    it.tiers.push(tier);
                }
            }),
            ("a bound of zero", |it| it.tiers[0].upto_usd_atoms = 0),
            ("a bound under zero", |it| it.tiers[0].upto_usd_atoms = -1),
            ("the least bound", |it| {
                it.tiers[0].upto_usd_atoms = i64::MIN
            }),
            ("equal bounds", |it| {
                it.tiers[1].upto_usd_atoms = it.tiers[0].upto_usd_atoms;
            }),
            ("falling bounds", |it| it.tiers[2].upto_usd_atoms = USD),
            ("equal maintenance", |it| {
                it.tiers[1].maintenance_q32 = it.tiers[0].maintenance_q32;
            }),
            ("falling initial", |it| {
                it.tiers[1].initial_q32 = it.tiers[0].initial_q32 - 1;
            }),
            ("no maintenance", |it| it.tiers[0].maintenance_q32 = 0),
            ("initial at maintenance", |it| {
                it.tiers[2].maintenance_q32 = it.tiers[2].initial_q32;
            }),
            ("initial over one", |it| it.tiers[2].initial_q32 = ONE + 1),
            // 1.2 times 5 % are 6 %.
            ("initial under the call", |it| {
                it.tiers[1].initial_q32 = bps(599);
                it.tiers[0].initial_q32 = bps(500);
            }),
        ],
    );
}

#[test]
fn the_floor_bonus_is_at_most_the_opening_fee() {
    refused(
        WhittleError::FloorBonusOverFee,
        &[
            ("one less", |it| it.params.open_fee_q32 = bps(5) - 1),
            ("no fee", |it| it.params.open_fee_q32 = 0),
        ],
    );
    let mut world = world();
    list(&mut world, |it| it.params.open_fee_q32 = bps(5)).ok();
}

#[test]
fn maintenance_covers_the_move_an_hour_of_funding_and_a_liquidation() {
    refused(
        WhittleError::EnvelopeExceeded,
        &[
            // 300 basis points less 4.2 of funding and 50, 10, 10, 5 and 50 of costs leave 170.
            ("move", |it| it.params.covered_move_q32 = bps(171)),
            ("premium", |it| it.params.premium_q32 = bps(31)),
            ("concentration", |it| {
                it.params.concentration_premium_q32 = bps(31);
            }),
            ("impact", |it| it.params.close_impact_q32 = bps(26)),
            ("spread", |it| it.params.spread_multiple_q32 = bps(7_100)),
            ("doubt", |it| it.oracle.uncertain_over_q32 = bps(142)),
            ("funding", |it| it.params.funding_max_per_day_q32 = bps(601)),
            ("maintenance", |it| it.tiers[0].maintenance_q32 = bps(279)),
            ("beyond all", |it| it.params.spread_multiple_q32 = u64::MAX),
        ],
    );
    let mut world = world();
    list(&mut world, |it| it.params.covered_move_q32 = bps(170)).ok();
}

#[test]
fn a_lot_is_neither_too_small_nor_too_large() {
    let mut world = world();
    // At 2,000 dollars: 10^-8 ETH are 20 atoms, 10^-7 are 200; 10 ETH are 2 * 10^10 atoms.
    for exponent in [-8, -9, -12, 1, 5] {
        let sent = list(&mut world, |it| it.lot_exponent = exponent);
        sent.refused(WhittleError::BadLotSize);
    }
    // 200 atoms, of which a liquidation at three per cent repairs too little.
    let sent = list(&mut world, |it| it.lot_exponent = -7);
    sent.refused(WhittleError::BadLotSize);
    // An exponent that fits no price at all.
    for exponent in [i8::MIN, i8::MAX] {
        let sent = list(&mut world, |it| it.lot_exponent = exponent);
        sent.refused(WhittleError::OracleExponent);
    }
    list(&mut world, |it| it.lot_exponent = 0).ok();
}

#[test]
fn a_market_is_listed_with_its_own_feed() {
    let mut world = world();
    let now = world.now();
    let good = eth().update("2000", now);
    let spoiled = [
        (
            WhittleError::OracleOwner,
            Update {
                owner: LEGACY,
                ..good.clone()
            },
        ),
        (
            WhittleError::OracleFeed,
            Update {
                feed: [7; 32],
                ..good.clone()
            },
        ),
        (
            WhittleError::OraclePriceNotPositive,
            eth().update(
                Quote {
                    mantissa: 0,
                    ..good.quote
                },
                now,
            ),
        ),
    ];
    for (error, update) in spoiled {
        show(&mut world, &update);
        list(&mut world, |_| ()).refused(error);
    }
    // Its age does not matter.
    let old = eth().update("2000", now - 1_000_000);
    show(&mut world, &old);
    list(&mut world, |_| ()).ok();
    let market = world.market(1);
    assert_eq!(market.price.price_q32, 0);
    assert_eq!(address::market(market.index), address::market(1));
}

#[test]
fn there_are_as_many_markets_as_one_transaction_can_name_and_no_more() {
    const SYMBOLS: [&str; 17] = [
        "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q",
    ];
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let spec = |symbol| MarketSpec {
        symbol,
        ..MarketSpec::default()
    };
    for symbol in &SYMBOLS[..16] {
        world.list_market(&spec(symbol)).ok();
    }
    world
        .list_market(&spec(SYMBOLS[16]))
        .refused(WhittleError::TooManyMarkets);
}
