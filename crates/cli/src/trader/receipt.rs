//! What the last liquidation of an account did, and the proof that it was needed.

use crate::error::Outcome;
use crate::names;
use crate::session::{Account, World};
use crate::show::{self, Report};
use serde_json::{json, Value};
use whittle::state::margin_account::Receipt;

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

/// The last liquidation of an account.
pub fn report(world: &World, held: &Account) -> Outcome<Report> {
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
    use anchor_lang::prelude::Pubkey;
    use whittle::state::{Exchange, MarginAccount, Market};
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
        let text = report(&world, &held).unwrap().text;
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
