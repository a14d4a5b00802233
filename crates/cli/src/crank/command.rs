//! The one-shots and what they take.

use super::oracles::Oracles;
use crate::amount;
use crate::session::AccountRef;
use anchor_lang::prelude::Pubkey;
use clap::{Args, Subcommand, ValueEnum};
use whittle_migrations::decimal::Decimal;

/// Whose account.
#[derive(Args)]
pub struct Target {
    /// The margin account: its address, or its number among the keypair's
    #[arg(value_name = "NUMBER|ADDRESS")]
    pub account: AccountRef,
}

/// Where a reward goes.
#[derive(Args)]
pub struct Beneficiary {
    /// The margin account that is paid: its number among the keypair's, or its address
    #[arg(long, default_value = "0", value_name = "NUMBER|ADDRESS")]
    pub to: AccountRef,
}

/// A side of a market.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarketSide {
    /// Those who gain when the price rises
    Long,
    /// Those who gain when it falls
    Short,
}

/// One-shots.
#[derive(Subcommand)]
pub enum Command {
    /// Caches the prices of markets
    UpdateMarkets {
        /// Symbols, assets or numbers [default: all]
        markets: Vec<String>,
        #[command(flatten)]
        oracles: Oracles,
    },
    /// Caches the prices of collateral tokens
    UpdateBanks {
        /// Names, numbers or mints [default: all but the quote token]
        tokens: Vec<String>,
        #[command(flatten)]
        oracles: Oracles,
    },
    /// Fills an order with the update that is due, or kills it
    Fill {
        #[command(flatten)]
        target: Target,
        /// The order's place
        place: u8,
        #[command(flatten)]
        oracles: Oracles,
        #[command(flatten)]
        to: Beneficiary,
    },
    /// Lets an order be filled whose trigger price was reached
    Trigger {
        #[command(flatten)]
        target: Target,
        /// The order's place
        place: u8,
    },
    /// The first sighting of an account under maintenance
    Flag(Target),
    /// Closes just enough of an account under maintenance
    Liquidate {
        #[command(flatten)]
        target: Target,
        /// Least bonus, USD
        #[arg(long, default_value = "0", value_parser = amount::usd)]
        min_bonus: i64,
        #[command(flatten)]
        to: Beneficiary,
    },
    /// Tells an account that it is in margin call, or ends a call
    MarginCall(Target),
    /// Carries out an owner's recovery plan
    Recover {
        #[command(flatten)]
        target: Target,
        /// Least fee, USD
        #[arg(long, default_value = "0", value_parser = amount::usd)]
        min_fee: i64,
        #[command(flatten)]
        to: Beneficiary,
    },
    /// Moves cash from a reserve to an account under its trigger
    TopUp {
        #[command(flatten)]
        target: Target,
        /// The reserve: its address, or its number among the keypair's
        #[arg(long, value_name = "NUMBER|ADDRESS")]
        reserve: AccountRef,
        /// At most, USD [default: what it lacks]
        #[arg(long, value_parser = amount::usd)]
        most: Option<i64>,
    },
    /// Moves cash between pool, insurance fund and the lines of markets
    Settle {
        /// Symbols, assets or numbers [default: all]
        markets: Vec<String>,
    },
    /// Settles an account's funding and collects its claims
    SettleAccount(Target),
    /// Moves the interest of an overdraft to the pool
    ChargeInterest(Target),
    /// Buys just enough collateral of an account with an overdraft, at a discount
    Convert {
        #[command(flatten)]
        target: Target,
        /// Which token: name, number or mint
        token: String,
        /// At most, in tokens
        #[arg(long, value_parser = amount::decimal)]
        most: Decimal,
    },
    /// Fills a liquidity request
    FillLiquidity {
        /// Whose [default: the keypair's]
        #[arg(value_parser = amount::key)]
        owner: Option<Pubkey>,
    },
    /// Gives the loss of a bankrupt account to those who bear it
    ResolveBankruptcy(Target),
    /// Cuts unrealised profits when the whole pool cannot pay them
    AllocateShortfall,
    /// Begins to reduce the profitable positions of a side
    StartDeleverage {
        /// Symbol, asset or number
        market: String,
        /// Which side
        #[arg(value_enum)]
        side: MarketSide,
    },
    /// Reduces one position by the share of the running reduction
    Deleverage {
        #[command(flatten)]
        target: Target,
        /// Symbol, asset or number
        market: String,
    },
    /// Fixes the price at which a market that ended is settled
    PublishSettlement {
        /// Symbol, asset or number
        market: String,
    },
    /// Fixes the price at which a token that ended is settled
    PublishBankSettlement {
        /// Name, number or mint
        token: String,
    },
    /// Closes an account's position in a settled market
    SettlePosition {
        #[command(flatten)]
        target: Target,
        /// Symbol, asset or number
        market: String,
    },
}
