//! Collateral tokens as they stand.

use super::list::parameters;
use crate::error::Outcome;
use crate::session::{Session, World};
use crate::show::{self, Report};
use serde_json::{json, Value};
use whittle::state::Bank;
use whittle_client::address;
use whittle_migrations::describe;

fn bank_price(bank: &Bank) -> String {
    if bank.index == 0 {
        return "1.00".to_owned();
    }
    match (bank.price.price_q32, i8::try_from(bank.decimals)) {
        (0, _) | (_, Err(_)) => "none yet".to_owned(),
        (raw, Ok(decimals)) => show::price(raw, -decimals),
    }
}

fn bank_json(session: &Session, world: &World, bank: &Bank) -> Value {
    let tokens = |atoms: u64| {
        let amount = show::scaled(atoms.into(), bank.decimals.into(), 0);
        json!({ "amount": amount.replace('_', ""), "atoms": atoms })
    };
    json!({
        "index": bank.index,
        "name": session.names.token(bank),
        "mint": bank.mint.to_string(),
        "address": address::bank(&bank.mint).to_string(),
        "vault": bank.vault.to_string(),
        "decimals": bank.decimals,
        "price_usd": bank_price(bank).replace('_', ""),
        "publish_time": bank.price.publish_time,
        "deposits": tokens(bank.deposits_atoms),
        "deposit_cap": tokens(bank.deposit_cap_atoms),
        "haircut_weight": show::ratio_json(bank.haircut_weight_q32),
        "weight_now": show::ratio_json(bank.weight_at(world.now).0),
        "issuer_group": bank.issuer_group,
        "frozen": bank.deposits_frozen != 0,
    })
}

/// All of them.
pub async fn list(session: &Session) -> Outcome<Report> {
    let world = session.world().await?;
    let rows = world.mirror.banks().map(|bank| {
        let tokens = |atoms: u64| show::scaled(atoms.into(), bank.decimals.into(), 0);
        vec![
            bank.index.to_string(),
            session.names.token(bank),
            bank.mint.to_string(),
            bank_price(bank),
            tokens(bank.deposits_atoms),
            tokens(bank.deposit_cap_atoms),
            show::percent(bank.weight_at(world.now).0),
            if bank.deposits_frozen != 0 {
                "frozen"
            } else {
                "open"
            }
            .to_owned(),
        ]
    });
    let headers = [
        "no.",
        "token",
        "mint",
        "price",
        "deposits",
        "cap",
        "counts for",
        "state",
    ];
    let text = show::table(&headers, rows.collect());
    let all = world
        .mirror
        .banks()
        .map(|it| bank_json(session, &world, it));
    Ok(Report::new(text, all.collect::<Vec<_>>().into()))
}

/// One of them.
pub async fn show(session: &Session, name: &str) -> Outcome<Report> {
    let world = session.world().await?;
    let bank = session.names.bank(&world.mirror, name)?;
    let tokens = |atoms: u64| show::scaled(atoms.into(), bank.decimals.into(), 0);
    let pairs = [
        (
            "bank",
            format!("{} {}", bank.index, session.names.token(bank)),
        ),
        ("address", address::bank(&bank.mint).to_string()),
        ("mint", bank.mint.to_string()),
        ("vault", bank.vault.to_string()),
        ("decimals", bank.decimals.to_string()),
        ("price", bank_price(bank)),
        (
            "oracle",
            describe::show_oracle((bank.oracle.kind, bank.oracle.key)),
        ),
        ("deposits", tokens(bank.deposits_atoms)),
        ("deposit cap", tokens(bank.deposit_cap_atoms)),
        ("haircut weight", show::percent(bank.haircut_weight_q32)),
        ("counts now for", show::percent(bank.weight_at(world.now).0)),
        (
            "conversion discount",
            show::percent(bank.conversion_discount_q32),
        ),
        ("issuer group", bank.issuer_group.to_string()),
        (
            "deposits are",
            if bank.deposits_frozen != 0 {
                "frozen"
            } else {
                "taken"
            }
            .to_owned(),
        ),
    ];
    let mut text = show::fields(&pairs);
    if bank.index != 0 {
        let oracle = parameters(&bank.oracle).0;
        text.push_str(&format!("\n\noracle\n{oracle}"));
    }
    if bank.peg_q32 != 0 {
        let depeg = parameters(&bank.depeg_params).0;
        text.push_str(&format!("\n\nguard of its peg\n{depeg}"));
    }
    Ok(Report::new(text, bank_json(session, &world, bank)))
}
