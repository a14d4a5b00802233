//! What must hold after every instruction, whatever it was. `docs/invariants.md` says why.

use anchor_lang::prelude::Pubkey;
use std::collections::BTreeMap;
use whittle::state::{InsuranceFund, LiquidityRequest, MarginAccount, Market, Pool, Position};
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle::state::Bank;
use whittle_client::{address, decode};

use crate::changed::Picture;
use crate::token;

/// Everything of the program, decoded.
#[derive(Default)]
struct Ledger {
    banks: Vec<Bank>,
    markets: Vec<Market>,
    accounts: Vec<MarginAccount>,
    requests: Vec<LiquidityRequest>,
    pool: Option<Pool>,
    insurance: Option<InsuranceFund>,
    /// Token accounts by mint.
    wallets: BTreeMap<Pubkey, Vec<(Pubkey, u64)>>,
}

impl Ledger {
    fn read(picture: &Picture) -> Self {
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

/// Checks all of them; panics with the name of the one that fails.
#[track_caller]
pub fn check(picture: &Picture) {
    let ledger = Ledger::read(picture);
    conserve(&ledger);
    open_interest(&ledger);
    lines(&ledger);
    claims(&ledger);
    deficits(&ledger);
    shares(&ledger, picture);
}

/// INV-CONSERVE: tokens in the vaults are exactly what the ledgers say, to the atom.
#[track_caller]
fn conserve(ledger: &Ledger) {
    for bank in &ledger.banks {
        let vault = ledger.balance(&bank.mint, &bank.vault);
        let deposits = i128::from(bank.deposits_atoms);
        assert_eq!(
            vault, deposits,
            "INV-CONSERVE: vault and deposits of bank {}",
            bank.index
        );
        let owed: i128 = if bank.index == 0 {
            quote_owed(ledger)
        } else {
            let held = ledger.accounts.iter().flat_map(|it| it.used_collaterals());
            held.filter(|held| held.bank == bank.index)
                .map(|held| i128::from(held.amount_atoms))
                .sum()
        };
        assert_eq!(
            vault, owed,
            "INV-CONSERVE: vault of bank {} and what is owed from it",
            bank.index
        );
    }
}

/// Everybody's claims on the vault of bank 0.
fn quote_owed(ledger: &Ledger) -> i128 {
    let accounts: i128 = ledger
        .accounts
        .iter()
        .map(|account| {
            let claims = account.used_positions().map(|it| it.claim_usd_atoms);
            i128::from(account.cash_usd_atoms) + claims.map(i128::from).sum::<i128>()
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
    let insurance = ledger.insurance.map_or(0, |it| i128::from(it.cash_usd_atoms));
    accounts + markets + pool + insurance
}

/// INV-OI: lots and entry sums of each side of a market are those of its positions.
#[track_caller]
fn open_interest(ledger: &Ledger) {
    for market in &ledger.markets {
        let side = |sign: i64| {
            let held = ledger.positions(market.index);
            held.filter(|position| position.lots.signum() == sign)
                .fold((0i128, 0i128), |(lots, entry), position| {
                    (
                        lots + i128::from(position.lots),
                        entry + i128::from(position.entry_usd_atoms),
                    )
                })
        };
        let longs = (
            i128::from(market.long_lots),
            i128::from(market.long_entry_usd_atoms),
        );
        let shorts = (
            -i128::from(market.short_lots),
            -i128::from(market.short_entry_usd_atoms),
        );
        let index = market.index;
        assert_eq!(longs, side(1), "INV-OI: longs of market {index}");
        assert_eq!(shorts, side(-1), "INV-OI: shorts of market {index}");
    }
}

/// INV-LINES: no line of a market, and no cash of pool or insurance, is overdrawn.
#[track_caller]
fn lines(ledger: &Ledger) {
    for market in &ledger.markets {
        assert!(
            market.pool_line_usd_atoms >= 0 && market.insurance_line_usd_atoms >= 0,
            "INV-LINES: lines of market {}: {} and {}",
            market.index,
            market.pool_line_usd_atoms,
            market.insurance_line_usd_atoms
        );
    }
    if let Some(pool) = &ledger.pool {
        let least = pool.cash_usd_atoms.min(pool.reserve_usd_atoms);
        assert!(least >= 0, "INV-LINES: the pool's cash");
    }
    if let Some(insurance) = &ledger.insurance {
        assert!(insurance.cash_usd_atoms >= 0, "INV-LINES: insurance cash");
    }
}

/// INV-CLAIMS: what a market owes its accounts is what they hold claims for.
#[track_caller]
fn claims(ledger: &Ledger) {
    for market in &ledger.markets {
        let held = ledger.positions(market.index);
        let held: i128 = held.map(|it| i128::from(it.claim_usd_atoms)).sum();
        let owed = i128::from(market.claims_unpaid_usd_atoms)
            + i128::from(market.claims_pot_usd_atoms);
        assert_eq!(held, owed, "INV-CLAIMS: market {}", market.index);
    }
}

/// INV-DEFICIT: a market's deficit is the sum of those that its accounts have booked.
#[track_caller]
fn deficits(ledger: &Ledger) {
    for market in &ledger.markets {
        let accounts = ledger.accounts.iter();
        let booked: i128 = accounts
            .filter(|it| it.deficit_usd_atoms != 0 && it.deficit_market == market.index)
            .map(|it| i128::from(it.deficit_usd_atoms))
            .sum();
        let deficit = i128::from(market.deficit_usd_atoms);
        assert_eq!(booked, deficit, "INV-DEFICIT: market {}", market.index);
    }
}

/// INV-SHARES: all shares are in somebody's token account or in escrow, and pending deposits are
/// those of the requests.
#[track_caller]
fn shares(ledger: &Ledger, picture: &Picture) {
    let Some(pool) = &ledger.pool else { return };
    let mint = address::share_mint();
    let supply = picture.accounts.get(&mint).map_or(0, token::supply);
    let holders = ledger.wallets.get(&mint).into_iter().flatten();
    let held: u64 = holders.map(|(_, amount)| amount).sum();
    assert_eq!(supply, held, "INV-SHARES: supply and holdings");
    let waiting = ledger.requests.iter();
    let waiting: i128 = waiting
        .filter(|request| request.kind == REQUEST_DEPOSIT)
        .map(|request| i128::from(request.amount_atoms))
        .sum();
    let pending = i128::from(pool.pending_deposits_usd_atoms);
    assert_eq!(waiting, pending, "INV-SHARES: deposits that wait");
}
