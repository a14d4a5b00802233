//! Margin accounts, and the receipt of the last liquidation.

use crate::amount;
use crate::error::{CliError, Outcome};
use crate::names;
use crate::session::{Account, Session, Which, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use anchor_lang::prelude::Pubkey;
use clap::Subcommand;
use serde_json::{json, Value};
use whittle::state::margin_account::Receipt;
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
    Close(Which),
    /// Cash, collateral, positions and orders
    Show(Which),
    /// All margin accounts of an owner
    List {
        /// Whose [default: the keypair's owner]
        #[arg(long, value_name = "ADDRESS", value_parser = amount::key)]
        owner: Option<Pubkey>,
    },
    /// What the last liquidation did, and the proof that it was needed
    Receipt(Which),
}

pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    match command {
        Command::Open { number } => open(session, number).await,
        Command::Close(which) => {
            let held = session.account(&which).await?;
            let instruction = instruction::close_margin_account(held.account.owner, held.address);
            let words = format!("close the margin account {}", held.address);
            session
                .submit(Submission::new(words, instruction).asking())
                .await
        }
        Command::Show(which) => {
            let world = session.world().await?;
            let held = session.account(&which).await?;
            Ok(shown(session, &world, &held))
        }
        Command::List { owner } => list(session, owner).await,
        Command::Receipt(which) => {
            let world = session.world().await?;
            let held = session.account(&which).await?;
            receipt(&world, &held)
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
    let class = ["retail", "standard", "professional"];
    let counted = account.leverage.counted(world.now);
    let class = class.get(usize::from(counted.class)).unwrap_or(&"unknown");
    pairs.push(("class", (*class).to_owned()));
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
        "delegate": show::key(&account.delegate),
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

/// The names of `risk::liquidation::Kind`, with what they mean.
const KINDS: [(&str, &str); 8] = [
    ("recovered", "nothing was closed: the account had recovered"),
    ("exact", "just enough was closed"),
    (
        "dust",
        "just enough, and a remainder under the minimum position",
    ),
    (
        "minimum",
        "enlarged to the least that is closed of a position",
    ),
    (
        "forced",
        "more than enough, because the account was in emergency",
    ),
    (
        "unhealable",
        "all that could be closed did not reach the target",
    ),
    (
        "throttled",
        "less than enough, because a circuit breaker allowed no more",
    ),
    ("recovery", "the owner's recovery plan was carried out"),
];

fn receipt(world: &World, held: &Account) -> Outcome<Report> {
    let receipt = &held.account.receipt;
    if receipt.at == 0 {
        let text = "the account was never liquidated";
        return Ok(Report::new(text, json!({ "receipt": Value::Null })));
    }
    let (name, meaning) = KINDS
        .get(usize::from(receipt.kind))
        .copied()
        .unwrap_or(("unknown", "this version does not know the kind"));
    let usd = |atoms: i64| format!("{} USD", show::usd(atoms));
    let mut pairs = vec![
        (
            "when",
            format!(
                "{}, slot {}",
                show::when(receipt.at, world.now),
                receipt.slot
            ),
        ),
        ("kind", format!("{name}: {meaning}")),
        (
            "equity",
            format!(
                "{} -> {}",
                usd(receipt.equity_before_usd_atoms),
                usd(receipt.equity_after_usd_atoms)
            ),
        ),
        (
            "maintenance",
            format!(
                "{} -> {}",
                usd(receipt.maintenance_before_usd_atoms),
                usd(receipt.maintenance_after_usd_atoms)
            ),
        ),
        ("target before", usd(receipt.target_usd_atoms)),
        ("closed", usd(receipt.closed_usd_atoms)),
        (
            "cost",
            format!(
                "{}, of which the keeper got {}",
                usd(receipt.cost_usd_atoms),
                usd(receipt.bonus_usd_atoms)
            ),
        ),
    ];
    if let Some(proof) = proof(world, receipt) {
        pairs.push(("proof", proof));
    }
    let json = json!({ "receipt": {
        "at": receipt.at,
        "slot": receipt.slot,
        "kind": name,
        "equity_before": show::usd_json(receipt.equity_before_usd_atoms),
        "equity_after": show::usd_json(receipt.equity_after_usd_atoms),
        "maintenance_before": show::usd_json(receipt.maintenance_before_usd_atoms),
        "maintenance_after": show::usd_json(receipt.maintenance_after_usd_atoms),
        "target_before": show::usd_json(receipt.target_usd_atoms),
        "closed": show::usd_json(receipt.closed_usd_atoms),
        "cost": show::usd_json(receipt.cost_usd_atoms),
        "bonus": show::usd_json(receipt.bonus_usd_atoms),
        "certificate": (receipt.has_certificate != 0).then(|| json!({
            "market": receipt.certified_market,
            "lots": receipt.certified_lots,
            "price_q32": receipt.certified_price_q32.to_string(),
            "publish_time": receipt.certified_publish_time,
            "surplus": show::usd_json(receipt.surplus_usd_atoms),
            "shortfall_one_less": show::usd_json(receipt.shortfall_one_less_usd_atoms),
        })),
    }});
    Ok(Report::new(show::fields(&pairs), json))
}

fn proof(world: &World, receipt: &Receipt) -> Option<String> {
    if receipt.has_certificate == 0 {
        return None;
    }
    let market = world.mirror.market(receipt.certified_market).ok()?;
    let lots = i64::try_from(receipt.certified_lots).ok()?;
    Some(format!(
        "closing {} {} at {} left the account {} USD over its target; one lot less would have left \
         it {} USD under",
        show::units(lots, market.lot_exponent),
        names::asset_of(market),
        show::price(receipt.certified_price_q32, market.lot_exponent),
        show::usd(receipt.surplus_usd_atoms),
        show::usd(receipt.shortfall_one_less_usd_atoms),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::zeroed;
    use whittle::state::{Exchange, Market};
    use whittle_client::Mirror;

    #[test]
    fn a_receipt_tells_what_one_lot_less_would_have_left() {
        let mut mirror = Mirror::default();
        mirror.set_exchange(zeroed::<Exchange>());
        let mut market = zeroed::<Market>();
        market.lot_exponent = -5;
        market.symbol[..8].copy_from_slice(b"BTC-PERP");
        mirror.set_market(market);
        let world = World { mirror, now: 1_000 };
        let mut account = zeroed::<MarginAccount>();
        account.receipt = Receipt {
            at: 940,
            slot: 12,
            kind: 1,
            has_certificate: 1,
            certified_lots: 2_500,
            certified_price_q32: 140_000 << 32,
            surplus_usd_atoms: 1_200,
            shortfall_one_less_usd_atoms: 3_400,
            equity_before_usd_atoms: 90_000_000,
            equity_after_usd_atoms: 89_500_000,
            maintenance_before_usd_atoms: 100_000_000,
            maintenance_after_usd_atoms: 80_000_000,
            target_usd_atoms: 110_000_000,
            closed_usd_atoms: 350_000_000,
            cost_usd_atoms: 500_000,
            bonus_usd_atoms: 300_000,
            ..Receipt::default()
        };
        let held = Account {
            address: Pubkey::new_unique(),
            account,
        };
        let text = receipt(&world, &held).unwrap().text;
        assert_eq!(
            text,
            "when           1 min 0 s ago, slot 12\n\
             kind           exact: just enough was closed\n\
             equity         90.00 USD -> 89.50 USD\n\
             maintenance    100.00 USD -> 80.00 USD\n\
             target before  110.00 USD\n\
             closed         350.00 USD\n\
             cost           0.50 USD, of which the keeper got 0.30 USD\n\
             proof          closing 0.025 BTC at 14_000.00 left the account 0.0012 USD over its \
             target; one lot less would have left it 0.0034 USD under"
        );
    }
}
