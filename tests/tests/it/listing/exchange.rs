//! Bounds of the exchange's and the pool's parameters.

use anchor_lang::prelude::Pubkey;
use whittle::error::WhittleError;
use whittle::state::exchange::ExchangeParams;
use whittle::state::pool::{PoolParams, LOCKED_SHARES};
use whittle_client::{address, instruction};
use whittle_tests::{bps, spec, BankSpec, ExchangeSpec, World, ONE, USD};

type Change<T> = (&'static str, fn(&mut T));

#[test]
fn exchange_parameters_out_of_bounds_are_refused() {
    let changes: [Change<ExchangeParams>; 31] = [
        ("no target buffer", |it| it.target_buffer_q32 = 0),
        ("target over call", |it| {
            it.target_buffer_q32 = it.call_buffer_q32 + 1;
        }),
        ("call over one", |it| it.call_buffer_q32 = ONE + 1),
        ("forced at emergency", |it| it.forced_q32 = it.emergency_q32),
        ("forced over it", |it| it.forced_q32 = it.emergency_q32 + 1),
        ("emergency over half", |it| it.emergency_q32 = ONE / 2 + 1),
        ("no emergency", |it| {
            (it.emergency_q32, it.forced_q32) = (0, 0)
        }),
        ("weight over one", |it| it.profit_weight_q32 = ONE + 1),
        ("no theta", |it| it.theta_q32 = 0),
        ("theta over nine tenths", |it| it.theta_q32 = bps(9_000) + 1),
        ("theta beyond all", |it| it.theta_q32 = u64::MAX),
        ("floor over maximum", |it| {
            it.bonus_floor_q32 = it.bonus_max_q32 + 1;
        }),
        ("bonus over one", |it| it.bonus_max_q32 = ONE + 1),
        ("a reward to pay", |it| it.fill_reward_usd_atoms = -1),
        ("the least reward", |it| it.fill_reward_usd_atoms = i64::MIN),
        ("a reward over the most", |it| {
            it.fill_reward_usd_atoms = 5 * USD + 1;
        }),
        ("a reward over 32 bits", |it| {
            it.fill_reward_usd_atoms = 1 << 32;
        }),
        ("the largest reward", |it| {
            it.fill_reward_usd_atoms = i64::MAX;
        }),
        ("no delay", |it| it.order_delay_secs = 0),
        ("life at delay", |it| {
            it.order_life_secs = it.order_delay_secs
        }),
        ("life under delay", |it| {
            it.order_life_secs = it.order_delay_secs - 1;
        }),
        ("life over an hour", |it| it.order_life_secs = 3_601),
        ("delay over an hour", |it| {
            (it.order_delay_secs, it.order_life_secs) = (3_600, 3_601);
        }),
        ("no confirmation", |it| it.confirm_secs = 0),
        ("lapse at confirmation", |it| {
            it.flag_lapse_secs = it.confirm_secs;
        }),
        ("lapse before it", |it| {
            it.flag_lapse_secs = it.confirm_secs - 1
        }),
        ("padding 0", |it| it.padding[0] = 1),
        ("padding 1", |it| it.padding[1] = 1),
        ("padding 2", |it| it.padding[2] = 1),
        ("padding 3", |it| it.padding[3] = 1),
        ("all ones", |it| {
            *it = bytemuck::cast([u8::MAX; size_of::<ExchangeParams>()]);
        }),
    ];
    let mut world = World::bare();
    for (what, change) in changes {
        let mut spec = ExchangeSpec::default();
        change(&mut spec.params);
        println!("{what}");
        let sent = world.initialize(&spec);
        sent.refused(WhittleError::BadExchangeParams);
    }
}

#[test]
fn exchange_parameters_at_their_bounds_are_taken() {
    let changes: [Change<ExchangeParams>; 3] = [
        ("widest", |it| {
            (it.target_buffer_q32, it.call_buffer_q32) = (ONE, ONE);
            (it.forced_q32, it.emergency_q32) = (ONE / 2 - 1, ONE / 2);
            (it.profit_weight_q32, it.theta_q32) = (ONE, bps(9_000));
            (it.bonus_floor_q32, it.bonus_max_q32) = (ONE, ONE);
            it.fill_reward_usd_atoms = 5 * USD;
            (it.order_delay_secs, it.order_life_secs) = (3_599, 3_600);
        }),
        ("narrowest", |it| {
            (it.target_buffer_q32, it.call_buffer_q32) = (1, 1);
            (it.forced_q32, it.emergency_q32) = (0, 1);
            (it.profit_weight_q32, it.theta_q32) = (0, 1);
            (it.bonus_floor_q32, it.bonus_max_q32) = (0, 0);
            it.fill_reward_usd_atoms = 0;
        }),
        ("shortest", |it| {
            (it.order_delay_secs, it.order_life_secs) = (1, 2);
            (it.confirm_secs, it.flag_lapse_secs) = (1, 2);
        }),
    ];
    for (what, change) in changes {
        let mut spec = ExchangeSpec::default();
        change(&mut spec.params);
        println!("{what}");
        World::bare().initialize(&spec).ok();
    }
}

#[test]
fn an_exchange_without_an_oracle_program_is_refused() {
    let none = [Pubkey::default(); 2];
    let spec = ExchangeSpec {
        receiver_programs: none,
        legacy_programs: none,
        ..ExchangeSpec::default()
    };
    let sent = World::bare().initialize(&spec);
    sent.refused(WhittleError::BadExchangeParams);
    for pull in [true, false] {
        let mut spec = ExchangeSpec::default();
        if pull {
            spec.legacy_programs = none;
        } else {
            spec.receiver_programs = none;
        }
        World::bare().initialize(&spec).ok();
    }
}

#[test]
fn pool_parameters_out_of_bounds_are_refused() {
    let changes: [Change<PoolParams>; 7] = [
        ("a reserve under zero", |it| {
            it.reserve_target_usd_atoms = -1
        }),
        ("no withdrawals", |it| it.withdraw_limit_usd_atoms = 0),
        ("less than none", |it| it.withdraw_limit_usd_atoms = -1),
        ("weight over one", |it| it.loss_weight_q32 = ONE + 1),
        ("no least deposit", |it| it.min_deposit_usd_atoms = 0),
        ("the locked shares", |it| {
            it.min_deposit_usd_atoms = LOCKED_SHARES
        }),
        ("all ones", |it| {
            *it = bytemuck::cast([u8::MAX; size_of::<PoolParams>()]);
        }),
    ];
    let mut world = World::with_exchange(&ExchangeSpec::default());
    world.list_bank(&BankSpec::usdc()).ok();
    let authority = world.authority.clone();
    for (what, change) in changes {
        let mut params = spec::pool_params();
        change(&mut params);
        println!("{what}");
        let create =
            instruction::create_pool(authority.address(), params, spec::insurance_params());
        let sent = world.send_as(&authority, create);
        sent.refused(WhittleError::BadPoolParams);
    }
    let least = PoolParams {
        reserve_target_usd_atoms: 0,
        withdraw_limit_usd_atoms: 1,
        loss_weight_q32: ONE,
        min_deposit_usd_atoms: LOCKED_SHARES + 1,
        loss_per_day_usd_atoms: 0,
    };
    let create = instruction::create_pool(authority.address(), least, spec::insurance_params());
    world.send_as(&authority, create).ok();
    assert_eq!(world.pool().share_mint, address::share_mint());
}
