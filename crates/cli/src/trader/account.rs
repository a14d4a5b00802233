//! Margin accounts, and the receipt of the last liquidation.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Account, Named, Session, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::trader::protect;
use anchor_lang::prelude::Pubkey;
use clap::Subcommand;
use serde_json::{json, Value};
use whittle::state::MarginAccount;
use whittle_client::{address, instruction};

/// Margin accounts.
#[derive(Subcommand)]
pub enum Command {
    /// Opens a margin account
    Open {
        /// Its number among the owner's accounts
        #[arg(long, short = 'n', default_value_t = 0)]
        number: u16,
    },
    /// Closes an empty margin account and returns its rent
    Close(Named),
    /// Cash, collateral, positions and orders
    Show(Named),
    /// All margin accounts of an owner
    List {
        /// Whose [default: the keypair's owner]
        #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
        owner: Option<Pubkey>,
    },
    /// What the last liquidation did, and the proof that it was needed
    Receipt(Named),
}

pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Open { number } => open(session, number).await,
        Command::Close(which) => {
            let held = session.account(&which.which()).await?;
            let instruction = instruction::close_margin_account(held.account.owner, held.address);
            let words = format!("close the margin account {}", held.address);
            session
                .submit(Submission::new(words, instruction).asking())
                .await
        }
        Command::Show(which) => {
            let world = session.world().await?;
            let held = session.account(&which.which()).await?;
            Ok(shown(session, &world, &held))
        }
        Command::List { owner } => list(session, owner).await,
        Command::Receipt(which) => {
            let world = session.world().await?;
            let held = session.account(&which.which()).await?;
            super::receipt::report(&world, &held)
        }
    }
}

async fn open(session: &Session, number: u16) -> Outcome<Report> {
    let owner = session.me()?;
    let address = address::margin_account(&owner, number);
    if session.read::<MarginAccount>(&address).await?.is_some() {
        return Err(CliError::input(format!(
            "the margin account {number} is open already, at {address}: use it, or open another \
             --number"
        )));
    }
    let words = format!("open the margin account {number} at {address}");
    let submission = Submission::new(words, instruction::open_margin_account(owner, number))
        .creates("the margin account", MarginAccount::SIZE);
    session.submit(submission).await
}

fn shown(session: &Session, world: &World, held: &Account) -> Report {
    let account = &held.account;
    let mut pairs = vec![
        ("account", held.address.to_string()),
        ("owner", account.owner.to_string()),
        ("number", account.sub_id.to_string()),
        ("cash", format!("{} USD", show::usd(account.cash_usd_atoms))),
    ];
    if account.delegate != Pubkey::default() {
        pairs.push(("delegate", account.delegate.to_string()));
    }
    if account.deficit_usd_atoms != 0 {
        pairs.push((
            "deficit",
            format!("{} USD", show::usd(account.deficit_usd_atoms)),
        ));
    }
    if account.flagged_at != 0 {
        pairs.push(("flagged", show::when(account.flagged_at, world.now)));
    }
    if account.is_reserve != 0 {
        pairs.push(("reserve", "of its owner's other accounts".to_owned()));
    }
    let plan = &account.recovery;
    if plan.trigger_q32 != 0 {
        pairs.push((
            "recovery",
            format!(
                "under E / M {} closes to {} for at most {}",
                show::ratio(plan.trigger_q32),
                show::ratio(plan.target_q32),
                show::percent(plan.fee_max_q32)
            ),
        ));
    }
    let leverage = &account.leverage;
    let counted = leverage.counted(world.now);
    let class = protect::class_name(counted.class);
    pairs.push(("class", class.to_owned()));
    pairs.push(("leverage", protect::cap(counted.own_initial.0)));
    if leverage.changes_at > world.now {
        let then = protect::cap(leverage.next_own_initial_q32);
        let class = protect::class_name(leverage.next_class);
        let when = show::when(leverage.changes_at, world.now);
        pairs.push(("then", format!("{then}, class {class}, {when}")));
    }
    let (collateral, collateral_json) = collaterals(session, world, account);
    let (positions, positions_json) = positions(world, account);
    let (orders, orders_json) = super::order::listed(world, account);
    let text = format!(
        "{}\n\ncollateral\n{collateral}\n\npositions\n{positions}\n\norders\n{orders}",
        show::fields(&pairs)
    );
    let json = json!({
        "address": held.address.to_string(),
        "owner": account.owner.to_string(),
        "number": account.sub_id,
        "class": class,
        "cash": show::usd_json(account.cash_usd_atoms),
        "deficit": show::usd_json(account.deficit_usd_atoms),
        "interest": show::usd_json(account.interest_usd_atoms),
        "flagged_at": account.flagged_at,
        "delegate": show::key_json(&account.delegate),
        "is_reserve": account.is_reserve != 0,
        "collateral": collateral_json,
        "positions": positions_json,
        "orders": orders_json,
    });
    Report::new(text, json)
}

fn collaterals(session: &Session, world: &World, account: &MarginAccount) -> (String, Value) {
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for held in account.used_collaterals() {
        let Ok(bank) = world.mirror.bank(held.bank) else {
            continue;
        };
        let amount = show::scaled(held.amount_atoms.into(), bank.decimals.into(), 0);
        let name = session.names.token(bank);
        all.push(json!({
            "bank": held.bank,
            "token": name,
            "mint": bank.mint.to_string(),
            "amount": amount.replace('_', ""),
            "atoms": held.amount_atoms,
        }));
        rows.push(vec![name, amount]);
    }
    (show::table(&["token", "amount"], rows), all.into())
}

fn positions(world: &World, account: &MarginAccount) -> (String, Value) {
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for position in account.used_positions() {
        let Ok(market) = world.mirror.market(position.market) else {
            continue;
        };
        let lot = market.lot_exponent;
        let leg = whittle::snapshot::leg_of(position, market, world.now);
        let value = leg.and_then(|leg| Ok(leg.valued(whittle_risk::health::Doubt::Plain)?));
        let (notional, profit) = match value {
            Ok(value) => (i128::from(value.notional), value.profit.0),
            Err(_) => (0, 0),
        };
        let entry = entry_price(position.entry_usd_atoms, position.lots);
        rows.push(vec![
            names::symbol(market),
            if position.lots < 0 { "short" } else { "long" }.to_owned(),
            show::units(position.lots, lot),
            entry.map_or_else(String::new, |raw| show::price(raw, lot)),
            show::market_price(market),
            show::cents(notional),
            show::cents(profit),
            show::cents(position.claim_usd_atoms),
        ]);
        all.push(json!({
            "market": position.market,
            "symbol": names::symbol(market),
            "size": show::size_json(position.lots, lot),
            "entry": show::usd_json(position.entry_usd_atoms),
            "price": show::price_json(market.price.price_q32, lot),
            "profit": show::usd_json(profit),
            "claim": show::usd_json(position.claim_usd_atoms),
        }));
    }
    let headers = [
        "market", "side", "size", "entry", "price", "notional", "profit", "claim",
    ];
    (show::table(&headers, rows), all.into())
}

/// What a lot cost on average, Q32.
fn entry_price(entry: i64, lots: i64) -> Option<u64> {
    let wide = u128::from(entry.unsigned_abs()) << 32;
    u64::try_from(wide.checked_div(lots.unsigned_abs().into())?).ok()
}

async fn list(session: &Session, owner: Option<Pubkey>) -> Outcome<Report> {
    let owner = match owner {
        Some(owner) => owner,
        None => session.me()?,
    };
    let world = session.world().await?;
    let mut found = session.all::<MarginAccount>().await?;
    found.retain(|(_, account)| account.owner == owner);
    found.sort_by_key(|(_, account)| account.sub_id);
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for (address, account) in &found {
        let health = world.mirror.health(account, world.now);
        let equity = health.map_or(0, |health| health.equity.0);
        let state = world.mirror.state(account, world.now);
        let state = state.map_or("unknown", super::health::state_name);
        rows.push(vec![
            account.sub_id.to_string(),
            address.to_string(),
            show::cents(account.cash_usd_atoms),
            show::cents(equity),
            account.open_positions().count().to_string(),
            state.to_owned(),
        ]);
        all.push(json!({
            "number": account.sub_id,
            "address": address.to_string(),
            "cash": show::usd_json(account.cash_usd_atoms),
            "equity": show::usd_json(equity),
            "positions": account.open_positions().count(),
            "state": state,
        }));
    }
    let headers = ["number", "address", "cash", "equity", "positions", "state"];
    Ok(Report::new(show::table(&headers, rows), all.into()))
}
