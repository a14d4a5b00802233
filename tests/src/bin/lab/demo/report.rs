//! What a run of the demo found: everything that is printed and drawn, and nothing else.

use super::format::{money, ratio, signed_usd, usd};

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Where the prices of the first market come from, in a sentence.
    pub source: String,
    /// The same in a few words, for a title.
    pub source_short: String,
    /// First and last second.
    pub span: (i64, i64),
    /// The rules' thresholds in units of M.
    pub lines: Lines,
    /// The markets, by number.
    pub markets: Vec<MarketTrack>,
    /// The accounts, by number.
    pub accounts: Vec<AccountTrack>,
    /// Every liquidation, in order.
    pub liquidations: Vec<Liquidation>,
    /// Sums over the run.
    pub totals: Totals,
}

/// Where health changes its name, as multiples of the maintenance requirement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// Under it no new risk: C / M.
    pub call: f64,
    /// Where a liquidation stops: T / M.
    pub target: f64,
    /// Under it more than just enough is closed.
    pub emergency: f64,
}

/// A market's price over the run.
#[derive(Clone, Debug, Default)]
pub struct MarketTrack {
    /// Its name.
    pub symbol: String,
    /// Its prices were invented for the demo.
    pub is_made_up: bool,
    /// What the oracle published: Unix seconds, dollars.
    pub prices: Vec<(i64, f64)>,
}

impl MarketTrack {
    /// The name with a warning where one is due.
    pub fn label(&self) -> String {
        if self.is_made_up {
            format!("{} (made up)", self.symbol)
        } else {
            self.symbol.clone()
        }
    }
}

/// An account over the run.
#[derive(Clone, Debug, Default)]
pub struct AccountTrack {
    /// Its number from 1, as shown.
    pub number: usize,
    /// What it opened: `10x long BTC`.
    pub opened: String,
    /// E / M while it had positions.
    pub health: Vec<(i64, f64)>,
    /// What it held when it was first liquidated, USD atoms; zero when it never was.
    pub held_at_first: i64,
    /// What was closed of it by liquidation, at the prices of the first one, USD atoms.
    pub closed: i64,
    /// Equity at the end, USD atoms.
    pub equity: i64,
    /// What its equity would be had everything been closed when it was first liquidated.
    pub equity_had_all_closed: i64,
    /// It still has a position.
    pub is_open: bool,
}

/// A liquidation, from its event.
#[derive(Clone, Debug, Default)]
pub struct Liquidation {
    /// Unix seconds.
    pub at: i64,
    /// Index of the account.
    pub account: usize,
    /// What the receipt claims: `exact`, `dust`, `minimum`, `forced`, `unhealable`.
    pub kind: &'static str,
    /// E / M before, Q32.
    pub ratio_before: u64,
    /// E / M after, Q32; `None` when no position is left.
    pub ratio_after: Option<u64>,
    /// Its positions before, in order.
    pub legs: Vec<Leg>,
    /// Bonus of the caller, top-ups included, USD atoms.
    pub bonus: i64,
    /// What the account paid, USD atoms.
    pub cost: i64,
    /// The proof that no less would do.
    pub certificate: Option<Certificate>,
    /// Compute units of the transaction's liquidation.
    pub compute_units: u64,
}

/// A position of a liquidated account.
#[derive(Clone, Debug, Default)]
pub struct Leg {
    /// Index of the market.
    pub market: usize,
    /// It is a long.
    pub is_long: bool,
    /// Dollars for one unit of the asset.
    pub price: f64,
    /// Worth before, USD atoms.
    pub held: i64,
    /// Worth of what was closed, USD atoms.
    pub closed: i64,
}

/// Health against target with the size that was chosen, and with one lot less.
#[derive(Clone, Copy, Debug, Default)]
pub struct Certificate {
    /// E - T with the size, USD atoms; at least zero.
    pub surplus: i64,
    /// T - E with one lot less, USD atoms; above zero.
    pub shortfall_one_less: i64,
}

/// Sums over the run, USD atoms unless named otherwise.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Oracle updates of each market.
    pub updates: usize,
    /// Transactions that the program ran.
    pub transactions: usize,
    /// Orders that the program killed, for want of margin or beyond their limit.
    pub unfilled: usize,
    /// Bonuses.
    pub keeper: i64,
    /// Insurance fund and lines, before.
    pub insurance_before: i64,
    /// Insurance fund and lines, after.
    pub insurance_after: i64,
    /// What liquidity providers own, before.
    pub pool_before: i64,
    /// What they own after, unrealised profits of traders deducted.
    pub pool_after: i64,
    /// Losses beyond what their accounts held.
    pub bad_debt: i64,
}

impl Liquidation {
    /// Notional before.
    pub fn held(&self) -> i64 {
        self.legs.iter().map(|leg| leg.held).sum()
    }

    /// Notional closed.
    pub fn closed(&self) -> i64 {
        self.legs.iter().map(|leg| leg.closed).sum()
    }

    /// E / M afterwards as text.
    pub fn after(&self) -> String {
        self.ratio_after.map_or("closed".into(), ratio)
    }

    /// The receipt in words.
    pub fn receipt(&self, report: &Report) -> String {
        let account = &report.accounts[self.account];
        let mut text = format!(
            "Account {} ({}), {} UTC.\nE / M {} before, {} after.",
            account.number,
            account.opened,
            super::format::second(self.at),
            ratio(self.ratio_before),
            self.after(),
        );
        for leg in self.legs.iter().filter(|leg| leg.closed > 0) {
            text += &format!(
                "\nClosed {} of {} {} in {} at ${}.",
                money(leg.closed, 2),
                money(leg.held, 2),
                if leg.is_long { "long" } else { "short" },
                report.markets[leg.market].label(),
                price(leg.price),
            );
        }
        text += &format!("\nBonus {}; receipt: {}", money(self.bonus, 2), self.kind);
        match self.certificate {
            Some(certificate) => {
                text += &format!(
                    ".\nE - T is {} with this size and {} with one lot less.",
                    signed_usd(certificate.surplus, 6),
                    signed_usd(-certificate.shortfall_one_less, 6),
                );
            }
            None => text += ", without a certificate.",
        }
        text
    }
}

impl Report {
    /// Notional closed by liquidations.
    pub fn closed(&self) -> i64 {
        self.liquidations.iter().map(Liquidation::closed).sum()
    }

    /// The same lots at the prices of each account's first liquidation, so that a price that fell
    /// meanwhile does not look like restraint.
    pub fn closed_of_all(&self) -> i64 {
        self.accounts.iter().map(|account| account.closed).sum()
    }

    /// What closing everything at each account's first liquidation would have closed.
    pub fn closed_by_closing_all(&self) -> i64 {
        self.accounts
            .iter()
            .map(|account| account.held_at_first)
            .sum()
    }

    /// Accounts that were liquidated at least once.
    pub fn liquidated(&self) -> impl Iterator<Item = &AccountTrack> {
        self.accounts
            .iter()
            .filter(|account| account.held_at_first > 0)
    }

    /// Liquidations with a certificate.
    pub fn certified(&self) -> usize {
        let has = |liquidation: &&Liquidation| liquidation.certificate.is_some();
        self.liquidations.iter().filter(has).count()
    }
}

/// A price in dollars, with as many decimals as matter.
pub fn price(dollars: f64) -> String {
    let decimals = if dollars >= 100.0 { 2 } else { 4 };
    usd((dollars * 1e6).round() as i64, decimals)
}
