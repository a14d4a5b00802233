//! For traders: accounts, cash, orders, health, and what to do before a liquidation has to.

mod account;
mod cash;
pub mod health;
mod order;
mod protect;
mod receipt;

use crate::error::Outcome;
use crate::session::Session;
use crate::show::Report;
use clap::Subcommand;

/// Commands for traders.
#[derive(Subcommand)]
pub enum Command {
    /// Margin accounts: open, close, show, list, receipt
    #[command(subcommand)]
    Account(account::Command),
    /// Deposits tokens into a margin account
    Deposit(cash::Deposit),
    /// Withdraws tokens from a margin account
    Withdraw(cash::Withdraw),
    /// Orders: place, list, expire
    #[command(subcommand)]
    Order(order::Command),
    /// Orders that wait for a price: place, cancel
    #[command(subcommand)]
    Stop(order::StopCommand),
    /// What an account is worth, what it must keep, and at which prices that changes
    Health(health::Health),
    /// What shall be closed before a liquidation has to: set, clear
    #[command(subcommand)]
    Recovery(protect::RecoveryCommand),
    /// Whether the owner's other accounts may be topped up from this one: on, off
    #[command(subcommand)]
    Reserve(protect::ReserveCommand),
    /// How much leverage an account may take
    #[command(subcommand)]
    Leverage(protect::LeverageCommand),
    /// Who may place orders beside the owner: set, revoke
    #[command(subcommand)]
    Delegate(protect::DelegateCommand),
}

/// Carries a command out.
pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Account(command) => account::run(session, command).await,
        Command::Deposit(args) => cash::deposit(session, args).await,
        Command::Withdraw(args) => cash::withdraw(session, args).await,
        Command::Order(command) => order::run(session, command).await,
        Command::Stop(command) => order::stop(session, command).await,
        Command::Health(args) => health::run(session, args).await,
        Command::Recovery(command) => protect::recovery(session, command).await,
        Command::Reserve(command) => protect::reserve(session, command).await,
        Command::Leverage(command) => protect::leverage(session, command).await,
        Command::Delegate(command) => protect::delegate(session, command).await,
    }
}
