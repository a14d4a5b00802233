//! Bounds on a description, by field. The program checks the same bounds and names no field; a
//! test compares the two, and what is only checked there is asked of the program's own functions.

mod breakers;
mod market;

use super::fields::usd;
use super::report::Report;
use super::{DescribedBank, Description};
use anchor_lang::prelude::Pubkey;
use std::collections::BTreeSet;
use whittle::error::WhittleError;
use whittle::instructions::list_bank::MOST_DISCOUNT;
use whittle::instructions::ListBankArgs;
use whittle::oracle::{ACCEPT_MAX_SECS, STALE_AFTER_MAX_SECS};
use whittle::state::bank::{MAX_DECIMALS, QUOTE_DECIMALS};
use whittle::state::depeg::{DepegParams, MIN_STEP_SECS};
use whittle::state::exchange::{
    ExchangeParams, ISSUER_GROUPS, MAX_FILL_REWARD_USD_ATOMS, MAX_ORDER_LIFE_SECS,
};
use whittle::state::governance::{
    GovernanceParams, COOLDOWN_MAX_SECS, PAUSE_MAX_SECS, TIMELOCK_MAX_SECS, TIMELOCK_MIN_SECS,
};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::leverage::{LeverageParams, DELAY_MIN_SECS};
use whittle::state::pool::{PoolParams, LOCKED_SHARES};
use whittle::state::raw::OracleConfig;
use whittle_risk::Ratio;

const ONE: u64 = Ratio::ONE.0;
const HALF: u64 = ONE / 2;

/// The rules of one table.
struct Rules<'a> {
    path: String,
    report: &'a Report<'a>,
    broken: bool,
}

impl<'a> Rules<'a> {
    fn new(path: impl Into<String>, report: &'a Report<'a>) -> Self {
        Self {
            path: path.into(),
            report,
            broken: false,
        }
    }

    /// `what` says what the field must be.
    fn must(&mut self, holds: bool, field: &str, what: &str) {
        if !holds {
            self.broken = true;
            let field = format!("{}.{field}", self.path);
            self.report.problem(&field, format!("must be {what}"));
        }
    }

    /// Shares between 0 % and 100 %.
    fn shares(&mut self, shares: &[(&str, u64)]) {
        for (field, value) in shares {
            self.must(*value <= ONE, field, "at most 100 %");
        }
    }

    /// What the program itself says, when no rule here was broken.
    fn program(&mut self, outcome: Result<(), WhittleError>) {
        if let (Err(error), false) = (outcome, self.broken) {
            self.report.problem(&self.path, error.to_string());
        }
    }
}

pub(super) fn check(description: &Description, report: &Report) {
    exchange(description, report);
    let mut mints = BTreeSet::new();
    for (place, described) in description.banks.iter().enumerate() {
        let mut rules = Rules::new(format!("banks[{place}]"), report);
        rules.must(mints.insert(described.mint), "mint", "listed only once");
        bank(&mut rules, place == 0, described);
    }
    pool(&mut Rules::new("pool", report), &description.pool);
    let mut rules = Rules::new("insurance", report);
    insurance(&mut rules, &description.insurance);
    rules.must(
        i64::try_from(description.insurance_atoms).is_ok(),
        "at_least_usd",
        "under 9.2 trillion",
    );
    let mut symbols = BTreeSet::new();
    for (place, described) in description.markets.iter().enumerate() {
        let mut rules = Rules::new(format!("markets[{place}]"), report);
        let symbol = described.args.symbol;
        rules.must(symbols.insert(symbol), "symbol", "used only once");
        market::market(&mut rules, &description.exchange.params, described);
    }
}

fn exchange(description: &Description, report: &Report) {
    let args = &description.exchange;
    let mut rules = Rules::new("exchange", report);
    exchange_params(&mut rules, &args.params);
    let mut programs = args.receiver_programs.iter().chain(&args.legacy_programs);
    rules.must(
        programs.any(|program| *program != Pubkey::default()),
        "receiver_programs",
        "given, or legacy_programs: without an oracle program there are no prices",
    );
    rules.must(
        !description.banks.is_empty(),
        "banks",
        "given: the first one is the quote token",
    );
}

fn exchange_params(rules: &mut Rules, params: &ExchangeParams) {
    rules.shares(&[
        ("call_buffer", params.call_buffer_q32),
        ("profit_weight", params.profit_weight_q32),
        ("bonus_max", params.bonus_max_q32),
    ]);
    rules.must(
        params.target_buffer_q32 > 0 && params.target_buffer_q32 <= params.call_buffer_q32,
        "target_buffer",
        "over 0 % and at most call_buffer",
    );
    rules.must(
        params.emergency_q32 <= HALF,
        "emergency_ratio",
        "at most 50 %",
    );
    rules.must(
        params.forced_q32 < params.emergency_q32,
        "forced_ratio",
        "under emergency_ratio",
    );
    rules.must(
        params.theta_q32 > 0 && params.theta_q32 <= Ratio::from_bps_floor(9_000).0,
        "theta",
        "over 0 % and at most 90 %",
    );
    rules.must(
        params.bonus_floor_q32 <= params.bonus_max_q32,
        "bonus_floor",
        "at most bonus_max",
    );
    rules.must(
        (0..=MAX_FILL_REWARD_USD_ATOMS).contains(&params.fill_reward_usd_atoms),
        "fill_reward_usd",
        "at most 5",
    );
    rules.must(params.order_delay_secs > 0, "order_delay_secs", "over 0");
    rules.must(
        params.order_life_secs > params.order_delay_secs,
        "order_life_secs",
        "over order_delay_secs",
    );
    rules.must(
        params.order_life_secs <= MAX_ORDER_LIFE_SECS,
        "order_life_secs",
        "at most 3600",
    );
    rules.must(params.confirm_secs > 0, "confirm_secs", "over 0");
    rules.must(
        params.flag_lapse_secs > params.confirm_secs,
        "flag_lapse_secs",
        "over confirm_secs",
    );
    leverage(rules, &params.leverage);
    governance(rules, &params.governance);
    rules.must(
        params.overdraft.rate_per_year_q32 <= ONE,
        "overdraft.rate_per_year",
        "at most 100 %",
    );
    rules.program(params.validate());
}

fn leverage(rules: &mut Rules, params: &LeverageParams) {
    rules.shares(&[("leverage.retail_initial", params.retail_initial_q32)]);
    rules.must(
        params.standard_initial_q32 <= params.retail_initial_q32,
        "leverage.standard_initial",
        "at most retail_initial",
    );
    rules.must(
        params.delay_secs >= DELAY_MIN_SECS,
        "leverage.delay_secs",
        "at least an hour",
    );
}

fn governance(rules: &mut Rules, params: &GovernanceParams) {
    rules.must(
        (TIMELOCK_MIN_SECS..=TIMELOCK_MAX_SECS).contains(&params.timelock_secs),
        "governance.timelock_secs",
        "from a day to thirty",
    );
    rules.must(
        (1..=PAUSE_MAX_SECS).contains(&params.pause_max_secs),
        "governance.pause_max_secs",
        "from a second to a day",
    );
    rules.must(
        (params.pause_max_secs..=COOLDOWN_MAX_SECS).contains(&params.pause_cooldown_secs),
        "governance.pause_cooldown_secs",
        "from pause_max_secs to thirty days",
    );
}

fn bank(rules: &mut Rules, is_quote: bool, bank: &DescribedBank) {
    let args = &bank.args;
    let (most, what) = if is_quote {
        (QUOTE_DECIMALS, "6: its atoms are USD atoms")
    } else {
        (MAX_DECIMALS, "at most 12")
    };
    rules.must(
        bank.decimals == most || (!is_quote && bank.decimals < most),
        "decimals",
        what,
    );
    rules.shares(&[("haircut_weight", args.haircut_weight_q32)]);
    rules.must(
        args.deposit_cap_atoms > 0 && i64::try_from(args.deposit_cap_atoms).is_ok(),
        "deposit_cap",
        "over 0 and at most 2^63 token atoms",
    );
    rules.must(
        usize::from(args.issuer_group) < ISSUER_GROUPS && (args.issuer_group == 0 || !is_quote),
        "issuer_group",
        "0 to 7, and 0 for the quote token: its vault holds everybody's cash",
    );
    rules.must(
        args.haircut_weight_q32 > ONE
            || args.conversion_discount_q32 <= ONE.saturating_sub(args.haircut_weight_q32),
        "conversion_discount",
        "at most 100 % less haircut_weight",
    );
    rules.must(
        args.conversion_discount_q32 <= MOST_DISCOUNT.0,
        "conversion_discount",
        "at most 50 %",
    );
    depeg(rules, is_quote, args);
    if !is_quote || args.oracle != OracleConfig::default() {
        oracle(rules, &args.oracle);
    }
}

fn depeg(rules: &mut Rules, is_quote: bool, args: &ListBankArgs) {
    let guard = &args.depeg;
    if *guard == DepegParams::default() {
        return;
    }
    let mut rules = Rules::new(format!("{}.depeg", rules.path), rules.report);
    rules.must(
        args.peg_q32 != 0 && !is_quote,
        "below",
        "left out with its table: only a token with peg_usd, other than the quote token, has a guard",
    );
    rules.must(
        guard.below_q32 > 0 && guard.below_q32 < ONE,
        "below",
        "over 0 % and under 100 %",
    );
    rules.must(
        guard.floor_q32 <= args.haircut_weight_q32,
        "floor",
        "at most haircut_weight",
    );
    rules.must(
        guard.step_q32 > 0 && guard.step_q32 <= ONE,
        "step",
        "over 0 % and at most 100 %",
    );
    rules.must(guard.step_secs >= MIN_STEP_SECS, "step_secs", "at least 60");
    let weight = Ratio(args.haircut_weight_q32);
    rules.program(guard.validate(args.peg_q32 != 0 && !is_quote, weight));
}

fn oracle(rules: &mut Rules, config: &OracleConfig) {
    let mut rules = Rules::new(format!("{}.oracle", rules.path), rules.report);
    rules.must(config.key != [0; 32], "feed", "other than zero");
    rules.must(
        (1..=ACCEPT_MAX_SECS).contains(&config.accept_secs),
        "accept_secs",
        "from 1 to 120",
    );
    rules.must(
        (config.accept_secs..=STALE_AFTER_MAX_SECS).contains(&config.stale_after_secs),
        "stale_after_secs",
        "from accept_secs to 600",
    );
    rules.shares(&[
        ("shift_max", config.shift_max_q32),
        ("uncertain_over", config.uncertain_over_q32),
    ]);
    rules.must(
        config.stale_shift_per_sec_q32 > 0
            && config.stale_shift_per_sec_q32 <= config.shift_max_q32,
        "stale_shift_per_sec",
        "above zero and at most shift_max",
    );
    rules.must(config.uncertain_over_q32 > 0, "uncertain_over", "over 0 %");
    rules.must(
        config.confidence_multiple_q32 >= ONE,
        "confidence_multiple",
        "at least 1",
    );
    rules.program(config.validate());
}

fn pool(rules: &mut Rules, params: &PoolParams) {
    rules.must(
        params.withdraw_limit_usd_atoms > 0,
        "withdraw_limit_usd",
        "over 0",
    );
    rules.shares(&[("loss_weight", params.loss_weight_q32)]);
    rules.must(
        params.min_deposit_usd_atoms > LOCKED_SHARES,
        "min_deposit_usd",
        &format!("over {}", usd::show(LOCKED_SHARES)),
    );
    rules.program(params.validate());
}

fn insurance(rules: &mut Rules, params: &InsuranceParams) {
    rules.must(
        params.per_event_usd_atoms <= params.per_day_usd_atoms,
        "per_event_usd",
        "at most per_day_usd",
    );
    rules.must(
        params.drawdown_q32 > 0 && params.drawdown_q32 <= ONE,
        "drawdown",
        "over 0 % and at most 100 %",
    );
    rules.must(
        params.drawdown_withdraw_q32 > 0 && params.drawdown_withdraw_q32 <= ONE,
        "drawdown_withdraw",
        "over 0 % and at most 100 %",
    );
    rules.program(params.validate());
}
