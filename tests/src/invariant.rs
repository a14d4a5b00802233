//! What must hold after every instruction, whatever it was. `docs/invariants.md` says why.

use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::{Bank, Side};
use whittle::state::{
    InsuranceFund, LiquidityRequest, MarginAccount, Market, Order, Pool, Position,
};
use whittle_client::{address, decode};

use crate::changed::Picture;
use crate::token;

/// Everything of the program, decoded.
#[derive(Default)]
pub(crate) struct Ledger {
    banks: Vec<Bank>,
    pub(crate) markets: Vec<Market>,
    pub(crate) accounts: Vec<MarginAccount>,
    requests: Vec<LiquidityRequest>,
    pool: Option<Pool>,
    pub(crate) insurance: Option<InsuranceFund>,
    /// Token accounts by mint.
    wallets: BTreeMap<Pubkey, Vec<(Pubkey, u64)>>,
}

impl Ledger {
    pub(crate) fn read(picture: &Picture) -> Self {
        let mut ledger = Self::default();
        for (key, account) in &picture.accounts {
            if token::is_wallet(account) {
                let holders = ledger.wallets.entry(token::mint_of(account)).or_default();
                holders.push((*key, token::amount(account)));
            }
            if account.owner != whittle::ID {
                continue;
            }
            let data = &account.data;
            if let Ok(bank) = decode::account(data) {
                ledger.banks.push(bank);
            } else if let Ok(market) = decode::account(data) {
                ledger.markets.push(market);
            } else if let Ok(account) = decode::account(data) {
                ledger.accounts.push(account);
            } else if let Ok(request) = decode::account(data) {
                ledger.requests.push(request);
            } else if let Ok(pool) = decode::account(data) {
                ledger.pool = Some(pool);
            } else if let Ok(insurance) = decode::account(data) {
                ledger.insurance = Some(insurance);
            }
        }
        ledger.banks.sort_by_key(|bank| bank.index);
        ledger.markets.sort_by_key(|market| market.index);
        ledger
    }

    fn balance(&self, mint: &Pubkey, wallet: &Pubkey) -> i128 {
        let holders = self.wallets.get(mint).into_iter().flatten();
        holders
            .filter(|(key, _)| key == wallet)
            .map(|(_, amount)| i128::from(*amount))
            .sum()
    }

    /// Positions in a market, over all accounts.
    fn positions(&self, market: u16) -> impl Iterator<Item = &Position> {
        let all = self.accounts.iter().flat_map(|it| it.used_positions());
        all.filter(move |position| position.market == market)
    }
}

/// What is wrong, with the ID of the invariant.
pub(crate) type Check = Result<(), String>;

fn equal(id: &str, what: &str, left: i128, right: i128) -> Check {
    if left == right {
        Ok(())
    } else {
        Err(format!("{id}: {what}: {left} and {right}"))
    }
}

fn not_negative(id: &str, what: &str, amount: i64) -> Check {
    if amount >= 0 {
        Ok(())
    } else {
        Err(format!("{id}: {what}: {amount}"))
    }
}

/// Checks what holds at any moment.
pub(crate) fn check(picture: &Picture) -> Check {
    let ledger = Ledger::read(picture);
    for bank in &ledger.banks {
        conserve(&ledger, bank)?;
    }
    for market in &ledger.markets {
        open_interest(&ledger, market)?;
        lines(market)?;
        claims(&ledger, market)?;
        deficits(&ledger, market)?;
        losses(&ledger, market)?;
        regime(market)?;
    }
    cash(&ledger)?;
    worth(&ledger)?;
    escrows(&ledger)?;
    supply(&ledger, picture)
}

/// Checks what holds between two moments.
pub(crate) fn check_step(before: &Picture, after: &Picture) -> Check {
    let (before, after) = (Ledger::read(before), Ledger::read(after));
    for (was, is) in before.markets.iter().zip(&after.markets) {
        regime_step(was, is)?;
    }
    let markets = before.markets.iter().zip(&after.markets);
    let markets = markets.map(|(was, is)| (&was.price, &is.price));
    let banks = before.banks.iter().zip(&after.banks);
    let banks = banks.map(|(was, is)| (&was.price, &is.price));
    for (was, is) in markets.chain(banks) {
        // INV-PRICE-MONOTONE: a cached price never goes back in time, and changes only forward.
        let newer = is.publish_time > was.publish_time || was.price_q32 == 0;
        if !(newer || is == was) {
            return Err(format!("INV-PRICE-MONOTONE: {was:?} and then {is:?}"));
        }
    }
    Ok(())
}

/// INV-CONSERVE: tokens in the vaults are exactly what the ledgers say, to the atom.
fn conserve(ledger: &Ledger, bank: &Bank) -> Check {
    let vault = ledger.balance(&bank.mint, &bank.vault);
    let id = "INV-CONSERVE";
    let what = format!("the vault of bank {} and its deposits", bank.index);
    equal(id, &what, vault, i128::from(bank.deposits_atoms))?;
    let owed: i128 = if bank.index == 0 {
        quote_owed(ledger)
    } else {
        let held = ledger.accounts.iter().flat_map(|it| it.used_collaterals());
        held.filter(|held| held.bank == bank.index)
            .map(|held| i128::from(held.amount_atoms))
            .sum()
    };
    let what = format!("the vault of bank {} and what it owes", bank.index);
    equal(id, &what, vault, owed)
}

/// Everybody's claims on the vault of bank 0.
fn quote_owed(ledger: &Ledger) -> i128 {
    let accounts: i128 = ledger
        .accounts
        .iter()
        .map(|account| {
            let claims = account.used_positions().map(|it| it.claim_usd_atoms);
            let rewards = account.orders.iter().map(|it| it.escrow_usd_atoms);
            i128::from(account.cash_usd_atoms)
                + claims.map(i128::from).sum::<i128>()
                + rewards.map(i128::from).sum::<i128>()
        })
        .sum();
    let markets: i128 = ledger
        .markets
        .iter()
        .map(|market| {
            i128::from(market.pool_line_usd_atoms) + i128::from(market.insurance_line_usd_atoms)
                - i128::from(market.claims_unpaid_usd_atoms)
        })
        .sum();
    let pool = ledger.pool.map_or(0, |pool| {
        i128::from(pool.cash_usd_atoms)
            + i128::from(pool.reserve_usd_atoms)
            + i128::from(pool.pending_deposits_usd_atoms)
    });
    let insurance = ledger
        .insurance
        .map_or(0, |it| i128::from(it.cash_usd_atoms));
    accounts + markets + pool + insurance
}

/// INV-OI: lots and entry sums of each side of a market are those of its positions.
fn open_interest(ledger: &Ledger, market: &Market) -> Check {
    let side = |sign: i64| {
        let held = ledger.positions(market.index);
        held.filter(|position| position.lots.signum() == sign).fold(
            (0, 0),
            |(lots, entry), position| {
                (
                    lots + i128::from(position.lots),
                    entry + i128::from(position.entry_usd_atoms),
                )
            },
        )
    };
    let ((long_lots, long_entry), (short_lots, short_entry)) = (side(1), side(-1));
    let (id, index) = ("INV-OI", market.index);
    let of = |what: &str| format!("{what} of market {index} and its positions");
    let entry = i128::from(market.long_entry_usd_atoms);
    equal(
        id,
        &of("long lots"),
        i128::from(market.long_lots),
        long_lots,
    )?;
    equal(id, &of("long entry"), entry, long_entry)?;
    let entry = i128::from(market.short_entry_usd_atoms);
    equal(
        id,
        &of("short lots"),
        i128::from(market.short_lots),
        -short_lots,
    )?;
    equal(id, &of("short entry"), entry, -short_entry)
}

/// INV-LINES: no line of a market is overdrawn.
fn lines(market: &Market) -> Check {
    let index = market.index;
    let of = |what: &str| format!("the {what} line of market {index}");
    not_negative("INV-LINES", &of("pool"), market.pool_line_usd_atoms)?;
    let insurance = market.insurance_line_usd_atoms;
    not_negative("INV-LINES", &of("insurance"), insurance)
}

/// INV-LINES: nor is the cash of pool or insurance.
fn cash(ledger: &Ledger) -> Check {
    if let Some(pool) = &ledger.pool {
        not_negative("INV-LINES", "the pool's cash", pool.cash_usd_atoms)?;
        not_negative("INV-LINES", "its reserve", pool.reserve_usd_atoms)?;
    }
    let insurance = ledger.insurance.map_or(0, |it| it.cash_usd_atoms);
    not_negative("INV-LINES", "the insurance fund's cash", insurance)
}

/// INV-VALUE: what the pool counts its markets for is what each counts itself for.
fn worth(ledger: &Ledger) -> Check {
    let markets = ledger.markets.iter().map(|it| it.pool_worth_usd_atoms);
    let counted = ledger.pool.map_or(0, |pool| pool.markets_worth_usd_atoms);
    equal(
        "INV-VALUE",
        "the worth of all markets and what the pool counts",
        markets.map(i128::from).sum(),
        i128::from(counted),
    )
}

/// INV-ESCROW: an order has set aside its reward, or less of it when it only reduces, and a free
/// place nothing.
fn escrows(ledger: &Ledger) -> Check {
    let orders = ledger.accounts.iter().flat_map(|it| &it.orders);
    for order in orders {
        let right = match order.lots {
            0 => *order == Order::default(),
            _ if order.reduces_only() => order.escrow() <= order.reward(),
            _ => order.escrow() == order.reward(),
        };
        if !right {
            return Err(format!("INV-ESCROW: {order:?}"));
        }
    }
    Ok(())
}

/// INV-CLAIMS: what a market owes its accounts is what they hold claims for.
fn claims(ledger: &Ledger, market: &Market) -> Check {
    let held = ledger.positions(market.index);
    let held: i128 = held.map(|it| i128::from(it.claim_usd_atoms)).sum();
    let (unpaid, pot) = (market.claims_unpaid_usd_atoms, market.claims_pot_usd_atoms);
    let what = format!("what market {} owes and claims on it", market.index);
    equal(
        "INV-CLAIMS",
        &what,
        i128::from(unpaid) + i128::from(pot),
        held,
    )
}

/// INV-DEFICIT: a market's deficit is the sum of those that accounts have booked in it.
fn deficits(ledger: &Ledger, market: &Market) -> Check {
    let accounts = ledger.accounts.iter();
    let booked: i128 = accounts
        .filter(|it| it.deficit_usd_atoms != 0 && it.deficit_market == market.index)
        .map(|it| i128::from(it.deficit_usd_atoms))
        .sum();
    let what = format!("the deficit of market {} and its accounts'", market.index);
    equal(
        "INV-DEFICIT",
        &what,
        i128::from(market.deficit_usd_atoms),
        booked,
    )
}

/// INV-LOSS: a side owes at least what the market expects it to bear.
fn losses(ledger: &Ledger, market: &Market) -> Check {
    for side in Side::BOTH {
        let held = ledger.positions(market.index);
        let held = held.filter(|it| it.lots.signum() == i64::from(side.sign()));
        let mut owed = 0;
        for position in held {
            let part = market.loss_owed(position);
            owed += i128::from(part.map_err(|error| error.to_string())?.0);
        }
        let expected = i128::from(market.losses_unsettled(side).0);
        if expected > owed {
            let index = market.index;
            return Err(format!(
                "INV-LOSS: market {index} expects {expected} of {side:?}, who owe {owed}"
            ));
        }
    }
    Ok(())
}

/// INV-REGIME: multipliers are within their bounds and in order, those at the ends of a running ramp
/// too; without a ramp they are where the last one led.
fn regime(market: &Market) -> Check {
    let one = 1u64 << 32;
    let it = &market.regime;
    let current = (market.multiplier_q32, it.initial_q32);
    let end = (it.ramp_to_q32, it.initial_to_q32);
    let is_ramp = it.ramp_started_at != 0;
    // Where an old ramp began is history.
    let start = if is_ramp {
        (it.ramp_from_q32, it.initial_from_q32)
    } else {
        end
    };
    // Under one only on the way up, after governance raised the rates themselves.
    let rising = is_ramp && it.ramp_from_q32 < one;
    let within = |(maintenance, initial): &(u64, u64)| {
        (one <= *maintenance || rising) && maintenance <= initial && *initial <= 4 * one
    };
    let arrived = is_ramp || current == end;
    if [current, start, end].iter().all(within) && one <= it.ramp_to_q32 && arrived {
        Ok(())
    } else {
        Err(format!("INV-REGIME: market {}: {it:?}", market.index))
    }
}

/// INV-REGIME: with a new level, or another meaning of it, initial requirements are at least the new
/// ones at once, and maintenance does not jump.
fn regime_step(was: &Market, is: &Market) -> Check {
    // New rates start where the old ones stood, so the multiplier on them does not.
    let jumped = if was.tiers == is.tiers {
        is.multiplier_q32.abs_diff(was.multiplier_q32)
    } else {
        0
    };
    let changed = was.regime.level != is.regime.level
        || was.regime.initial_to_q32 != is.regime.initial_to_q32;
    let raised = is.regime.initial_q32 >= is.regime.initial_to_q32;
    let secs = is.price.publish_time.abs_diff(was.price.publish_time) + 30;
    // The whole way is at most 3 and takes at least a day.
    let most = 3 * (1u64 << 32) / 86_400 * secs;
    if (changed && !raised) || (was.price.price_q32 != 0 && jumped > most) {
        let (was, is) = (&was.regime, &is.regime);
        return Err(format!("INV-REGIME: {was:?} and then {is:?}"));
    }
    Ok(())
}

/// INV-SUPPLY: every share is in somebody's token account or in escrow, and the deposits that wait
/// are those of the requests.
fn supply(ledger: &Ledger, picture: &Picture) -> Check {
    let Some(pool) = &ledger.pool else {
        return Ok(());
    };
    let mint = address::share_mint();
    let supply = picture.accounts.get(&mint).map_or(0, token::supply);
    let holders = ledger.wallets.get(&mint).into_iter().flatten();
    let held: i128 = holders.map(|(_, amount)| i128::from(*amount)).sum();
    equal(
        "INV-SUPPLY",
        "shares and who holds them",
        i128::from(supply),
        held,
    )?;
    let requests = ledger.requests.iter();
    let waiting: i128 = requests
        .filter(|request| request.kind == REQUEST_DEPOSIT)
        .map(|request| i128::from(request.amount_atoms))
        .sum();
    let pending = i128::from(pool.pending_deposits_usd_atoms);
    equal(
        "INV-SUPPLY",
        "deposits that wait and requests",
        pending,
        waiting,
    )
}
