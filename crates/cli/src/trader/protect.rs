//! What an owner arranges before trouble: recovery plans, reserves, leverage, delegates.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::session::{Session, Which};
use crate::show::{self, Report};
use crate::submit::Submission;
use anchor_lang::prelude::Pubkey;
use clap::{Subcommand, ValueEnum};
use whittle::state::recovery::RecoveryPlan;
use whittle_client::instruction;
use whittle_risk::num::ONE_Q32;
use whittle_risk::Ratio;

/// Recovery plans.
#[derive(Subcommand)]
pub enum RecoveryCommand {
    /// Lets anyone reduce the account, for a fee, while E / M is under the trigger
    Set {
        /// E / M under which it may be carried out, as 115 % or 1.15; over maintenance, at most at
        /// the margin call
        #[arg(long, value_parser = amount::share)]
        trigger: u64,
        /// E / M that it restores, over the trigger
        #[arg(long, value_parser = amount::share)]
        target: u64,
        /// Most that whoever carries it out earns, as a share of what is closed
        #[arg(long, default_value = "0.05 %", value_parser = amount::share)]
        fee: u64,
        #[command(flatten)]
        which: Which,
    },
    /// Takes the plan away
    Clear(Which),
}

pub async fn recovery(session: &Session, command: RecoveryCommand) -> Outcome<Report> {
    let (plan, which) = match command {
        RecoveryCommand::Set {
            trigger,
            target,
            fee,
            which,
        } => (
            RecoveryPlan {
                trigger_q32: trigger,
                target_q32: target,
                fee_max_q32: fee,
            },
            which,
        ),
        RecoveryCommand::Clear(which) => (RecoveryPlan::default(), which),
    };
    let world = session.world().await?;
    let held = session.account(&which).await?;
    let rules = &world.exchange()?.params;
    if plan.validate(rules).is_err() {
        return Err(CliError::input(format!(
            "recovery: the trigger lies over 100 % (at least 100.01 %) and at most at {}, the target over \
             the trigger and at most at 400 %, the fee at most at {}",
            show::percent((1 << 32) + rules.call_buffer_q32),
            show::percent(rules.bonus_max_q32)
        )));
    }
    let words = if plan.trigger_q32 == 0 {
        format!("clear the recovery plan of {}", held.address)
    } else {
        format!(
            "under E / M {} let anyone reduce {} until it is {}, for at most {} of what is closed",
            show::ratio(plan.trigger_q32),
            held.address,
            show::ratio(plan.target_q32),
            show::percent(plan.fee_max_q32)
        )
    };
    let instruction = instruction::set_recovery_plan(held.account.owner, held.address, plan);
    session.submit(Submission::new(words, instruction)).await
}

/// Reserves.
#[derive(Subcommand)]
pub enum ReserveCommand {
    /// Marks the account as the reserve of its owner's other accounts
    On(Which),
    /// Takes the mark away
    Off(Which),
}

pub async fn reserve(session: &Session, command: ReserveCommand) -> Outcome<Report> {
    let (is_reserve, which) = match command {
        ReserveCommand::On(which) => (true, which),
        ReserveCommand::Off(which) => (false, which),
    };
    let held = session.account(&which).await?;
    let words = if is_reserve {
        "let the owner's other accounts be topped up from"
    } else {
        "no longer let the owner's other accounts be topped up from"
    };
    let instruction = instruction::set_reserve(held.account.owner, held.address, is_reserve);
    let words = format!("{words} {}", held.address);
    session.submit(Submission::new(words, instruction)).await
}

/// Classes of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Class {
    /// What every account is born as
    Retail,
    /// Anybody, after the delay
    Standard,
    /// With the authority's signature
    Professional,
}

/// A class by its number.
pub fn class_name(class: u8) -> &'static str {
    match class {
        0 => "retail",
        1 => "standard",
        2 => "professional",
        _ => "unknown",
    }
}

/// What an owner allows, by its initial rate.
pub fn cap(own_initial_q32: u64) -> String {
    if own_initial_q32 == 0 {
        return "what class and markets allow".to_owned();
    }
    let own = u128::from(own_initial_q32);
    let hundredths = (u128::from(ONE_Q32) * 100 + own / 2) / own;
    let times = show::scaled(i128::try_from(hundredths).unwrap_or(i128::MAX), 2, 0);
    let rate = show::percent(own_initial_q32);
    format!("at most {times}x (an initial rate of at least {rate})")
}

/// Leverage.
#[derive(Subcommand)]
pub enum LeverageCommand {
    /// Sets the most leverage that the owner allows, and the class; more counts after a delay
    Set {
        /// The most, as 5x; none for what the class and the markets allow
        #[arg(value_name = "LEVERAGE|none")]
        most: String,
        /// The class [default: the present one]
        #[arg(long, value_enum)]
        class: Option<Class>,
        #[command(flatten)]
        which: Which,
    },
}

pub async fn leverage(session: &Session, command: LeverageCommand) -> Outcome<Report> {
    let LeverageCommand::Set { most, class, which } = command;
    let own_initial = if most.eq_ignore_ascii_case("none") {
        0
    } else {
        amount::leverage(&most).map_err(|what| CliError::input(format!("leverage: {what}")))?
    };
    let world = session.world().await?;
    let held = session.account(&which).await?;
    let present = held.account.leverage.counted(world.now).class;
    let class_number = class.map_or(present, |class| class as u8);
    let authority = world.exchange()?.authority;
    // Only one key signs here; a professional class needs the authority's, unless it is held.
    let needs = class == Some(Class::Professional) && present != class_number;
    let authority = needs.then_some(authority);
    if authority.is_some_and(|key| session.me().ok() != Some(key)) {
        return Err(CliError::input(
            "class: the exchange's authority signs for professional accounts: use its keypair for \
             accounts that it owns",
        ));
    }
    let delay = world.exchange()?.params.leverage.delay_secs;
    let mut set = held.account.leverage;
    set.set(class_number, Ratio(own_initial), delay, world.now);
    let mut words = format!(
        "let {} take {}, class {}",
        held.address,
        cap(own_initial),
        class_name(class_number)
    );
    if set.changes_at != 0 {
        let when = show::when(set.changes_at, world.now);
        words.push_str(&format!("; what of it means more leverage counts {when}"));
    }
    let owner = held.account.owner;
    let instruction =
        instruction::set_leverage(owner, held.address, authority, class_number, own_initial);
    session.submit(Submission::new(words, instruction)).await
}

/// Delegates.
#[derive(Subcommand)]
pub enum DelegateCommand {
    /// Lets another key place orders; it can never withdraw
    Set {
        /// Its address
        #[arg(value_parser = amount::key)]
        delegate: Pubkey,
        #[command(flatten)]
        which: Which,
    },
    /// Takes that back
    Revoke(Which),
}

pub async fn delegate(session: &Session, command: DelegateCommand) -> Outcome<Report> {
    let (delegate, which) = match command {
        DelegateCommand::Set { delegate, which } => (delegate, which),
        DelegateCommand::Revoke(which) => (Pubkey::default(), which),
    };
    let held = session.account(&which).await?;
    let words = format!(
        "let {} place orders for {} beside its owner",
        show::key(&delegate),
        held.address
    );
    let instruction = instruction::set_delegate(held.account.owner, held.address, delegate);
    session.submit(Submission::new(words, instruction)).await
}
