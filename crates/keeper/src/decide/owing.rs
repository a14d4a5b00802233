//! Accounts that owe something beside their positions: overdrafts and bankruptcies.

use super::{paid, unpaid, View};
use crate::action::{Action, What};
use crate::book::Id;
use anchor_lang::prelude::Pubkey;
use whittle::snapshot::require_firm;
use whittle::state::{Bank, MarginAccount};
use whittle_risk::health::{assess, Doubt};
use whittle_risk::overdraft::Conversion;
use whittle_risk::{Price, Ratio, Usd};

pub(super) fn actions(view: &View) -> Vec<Action> {
    let owing = view.book.accounts.owing();
    owing.filter_map(|id| action(view, Id(id))).collect()
}

fn action(view: &View, id: Id) -> Option<Action> {
    let address = view.book.address(id)?;
    let account = view.book.account(id)?;
    if account.used_collaterals().next().is_some() {
        return convert(view, address, &account);
    }
    bankruptcy(view, address, &account)
}

/// No positions, no collateral, and cash and claims under zero.
fn bankruptcy(view: &View, address: Pubkey, account: &MarginAccount) -> Option<Action> {
    let has_positions = account.open_positions().next().is_some();
    if has_positions || !view.config.public_duties {
        return None;
    }
    let claims = account.used_positions().map(|held| held.claim_usd_atoms);
    let escrows = account.orders.iter().map(|order| order.escrow().0);
    let worth = claims
        .chain(escrows)
        .fold(account.cash_usd_atoms, i64::saturating_add);
    if worth >= 0 {
        return None;
    }
    let what = What::ResolveBankruptcy { account: address };
    Some(Action {
        urgency: worth.saturating_neg(),
        ..unpaid(what, Vec::new())
    })
}

/// Buys the collateral with the smallest discount that has a price to sell at, as the program asks
/// for once equity is gone. Pays the discount.
fn convert(view: &View, address: Pubkey, account: &MarginAccount) -> Option<Action> {
    let most = Usd(view.config.convert.most_usd_atoms);
    let due = due(view, account).filter(|due| due.0 > 0 && most.0 > 0)?;
    let mirror = &view.book.mirror;
    let held = account.used_collaterals().filter_map(|held| {
        let bank = mirror.bank(held.bank).ok()?;
        let firm = bank.price.price_q32 != 0 && require_firm(&bank.mark(view.now)).is_ok();
        (firm && !bank.wind_down.is_settled()).then_some((bank, held.amount_atoms))
    });
    let (bank, amount) = held.min_by_key(|(bank, _)| bank.conversion_discount_q32)?;
    let sale = Conversion {
        price: Price(bank.price.price_q32),
        discount: Ratio(bank.conversion_discount_q32),
    };
    let enough = sale.atoms_for(due.least(most)).ok()?.min(amount);
    let profit = profit(bank, &sale, enough)?;
    view.wants(profit).then(|| {
        let what = What::ConvertCollateral {
            account: address,
            bank: bank.index,
            max_atoms: enough,
        };
        paid(what, profit, view.updates(account))
    })
}

fn profit(bank: &Bank, sale: &Conversion, atoms: u64) -> Option<Usd> {
    let worth = Price(bank.price.price_q32).notional_floor(atoms).ok()?;
    worth.minus(sale.payment_ceil(atoms).ok()?).ok()
}

/// What has to come in, if the overdraft is one to be cured.
fn due(view: &View, account: &MarginAccount) -> Option<Usd> {
    let exchange = view.book.mirror.exchange()?;
    let pool = view.book.pool()?;
    let mut counted = *account;
    counted.count_interest(exchange, view.now).ok()?;
    let due = counted.overdraft_due().ok()?;
    let is_stretched = pool.overdrafts_usd_atoms > pool.reserve_usd_atoms;
    let allowance = if is_stretched {
        0
    } else {
        exchange.params.overdraft.allowance_usd_atoms
    };
    let no_positions = account.open_positions().next().is_none();
    if due.0 > allowance || (due.0 > 0 && no_positions) {
        return Some(due);
    }
    let snapshot = view.book.mirror.snapshot(account, view.now).ok()?;
    let fair = assess(&snapshot.account(), Doubt::Favourable).ok()?;
    (fair.equity < fair.maintenance).then_some(due)
}
