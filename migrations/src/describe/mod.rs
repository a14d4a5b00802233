//! A described exchange: the TOML that people write, as what the program takes.
//!
//! Shares and multiples become Q32 rounded down, dollars and tokens whole atoms exactly. Whatever
//! is wrong is found before anything is sent, all of it at once.

mod bounds;
#[cfg(test)]
mod bounds_tests;
mod fields;
mod report;
mod section;
#[cfg(test)]
mod tests;

pub(crate) use fields::{share, usd};
pub use fields::{shown, Comparison, Difference, Fields};
pub use report::{Problem, Problems};

use anchor_lang::prelude::Pubkey;
use fields::Read;
use report::Report;
use section::{parse_feed, parse_key, Section};
use toml::de::DeTable;
use whittle::instructions::list_market::TierArgs;
use whittle::instructions::{InitializeExchangeArgs, ListBankArgs, ListMarketArgs};
use whittle::state::bank::QUOTE_DECIMALS;
use whittle::state::exchange::{ExchangeParams, ISSUER_GROUPS};
use whittle::state::insurance_fund::InsuranceParams;
use whittle::state::market::MarketParams;
use whittle::state::pool::PoolParams;
use whittle::state::raw::{OracleConfig, ORACLE_PYTH_LEGACY, ORACLE_PYTH_PULL};
use whittle_risk::price::{to_q32, Rounding};

/// What an exchange shall be.
#[derive(Clone, Debug)]
pub struct Description {
    /// The exchange's rules.
    pub exchange: InitializeExchangeArgs,
    /// Collateral tokens in the order of their numbers; the first is the quote token.
    pub banks: Vec<DescribedBank>,
    /// The pool.
    pub pool: PoolParams,
    /// The insurance fund.
    pub insurance: InsuranceParams,
    /// What the insurance fund shall hold at least, USD atoms; zero when nothing is asked.
    pub insurance_atoms: u64,
    /// Markets in the order of their numbers.
    pub markets: Vec<DescribedMarket>,
}

/// A collateral token.
#[derive(Clone, Debug)]
pub struct DescribedBank {
    /// Its name, for reports only.
    pub name: String,
    /// Its mint.
    pub mint: Pubkey,
    /// Decimals that its mint must have.
    pub decimals: u8,
    /// Everything else.
    pub args: ListBankArgs,
}

/// A market.
#[derive(Clone, Debug)]
pub struct DescribedMarket {
    /// An account with a price of its feed, from which the listing takes the size of a lot.
    pub oracle_account: Pubkey,
    /// Everything else.
    pub args: ListMarketArgs,
}

impl DescribedMarket {
    /// Its name.
    pub fn symbol(&self) -> String {
        show_symbol(self.args.symbol)
    }
}

pub(crate) fn show_symbol(symbol: [u8; 16]) -> String {
    let text = String::from_utf8_lossy(&symbol);
    text.trim_end_matches('\0').to_owned()
}

/// An oracle's kind and key as one text.
pub fn show_oracle((kind, key): (u8, [u8; 32])) -> String {
    match kind {
        ORACLE_PYTH_PULL => {
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("pyth-pull, feed {hex}")
        }
        ORACLE_PYTH_LEGACY => format!("pyth-legacy, account {}", Pubkey::new_from_array(key)),
        _ => "none".to_owned(),
    }
}

impl Description {
    /// Reads a described exchange.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| report::line_of(text, span.start));
            Problems(vec![Problem {
                field: String::new(),
                line,
                what: format!("this is not TOML: {}", error.message()),
            }])
        })?;
        let report = Report::new(text);
        let description = read(&Section::new(String::new(), table.get_ref(), &report));
        let root = Section::new(String::new(), table.get_ref(), &report);
        for name in ["exchange", "banks", "pool", "insurance", "markets"] {
            root.optional(name);
        }
        root.finish();
        // A field that could not be read is zero here; its bounds would only confuse.
        if report.is_clean() {
            bounds::check(&description, &report);
        }
        report.finish(description)
    }

    /// Checks what [`Description::parse`] checks of values, without lines: for a description that
    /// was made or changed by code.
    pub fn check(&self) -> Result<(), Problems> {
        let report = Report::new("");
        bounds::check(self, &report);
        report.finish(())
    }
}

fn read(root: &Section) -> Description {
    let exchange = root.table("exchange").map_or_else(no_exchange, exchange);
    let banks = root.tables("banks").into_iter().map(bank).collect();
    let pool = root.table("pool").map(whole).unwrap_or_default();
    let (insurance, insurance_atoms) = root.table("insurance").map(insurance).unwrap_or_default();
    Description {
        exchange,
        banks,
        pool,
        insurance,
        insurance_atoms,
        markets: root.tables("markets").into_iter().map(market).collect(),
    }
}

/// A table with the fields of one struct and no others.
fn whole<T: Read>(section: Section) -> T {
    let value = T::read(&section);
    section.finish();
    value
}

fn no_exchange() -> InitializeExchangeArgs {
    InitializeExchangeArgs {
        params: ExchangeParams::default(),
        guardian: Pubkey::default(),
        receiver_programs: Default::default(),
        legacy_programs: Default::default(),
        group_caps_usd_atoms: Default::default(),
    }
}

fn exchange(section: Section) -> InitializeExchangeArgs {
    let args = InitializeExchangeArgs {
        params: ExchangeParams::read(&section),
        guardian: guardian(&section),
        receiver_programs: section.two_keys("receiver_programs"),
        legacy_programs: section.two_keys("legacy_programs"),
        group_caps_usd_atoms: issuer_caps(&section),
    };
    section.finish();
    args
}

/// Caps of issuer groups 1 to 7, in order; those that are not listed have none, nor has group 0.
fn issuer_caps(section: &Section) -> [i64; ISSUER_GROUPS] {
    let mut caps = [0; ISSUER_GROUPS];
    let listed = section.dollars("issuer_caps_usd", ISSUER_GROUPS.saturating_sub(1));
    for (cap, atoms) in caps.iter_mut().skip(1).zip(listed) {
        *cap = atoms;
    }
    caps
}

fn guardian(section: &Section) -> Pubkey {
    match section.text("guardian", "\"ADDRESS\" or \"nobody\"") {
        None | Some("nobody") => Pubkey::default(),
        Some(text) => section
            .parsed("guardian", parse_key(text))
            .unwrap_or_default(),
    }
}

fn bank(section: Section) -> DescribedBank {
    let decimals = section.whole("decimals", "6").unwrap_or(QUOTE_DECIMALS);
    let name = section.text("name", "\"USDC\"").unwrap_or_default();
    let is_quote = section.path == "banks[0]";
    let args = ListBankArgs {
        oracle: match section.optional_table("oracle") {
            Some(table) => oracle(table, OracleOf::Bank).0,
            None if is_quote => OracleConfig::default(),
            None => {
                let title = section.field("oracle");
                section.problem("oracle", format!("is missing: add the table {title}"));
                OracleConfig::default()
            }
        },
        haircut_weight_q32: share::read(&section, "haircut_weight"),
        peg_q32: peg(&section, decimals),
        deposit_cap_atoms: deposit_cap(&section, decimals),
        issuer_group: section.whole("issuer_group", "0").unwrap_or_default(),
        conversion_discount_q32: if is_quote {
            0
        } else {
            share::read(&section, "conversion_discount")
        },
        depeg: section
            .optional_table("depeg")
            .map(whole)
            .unwrap_or_default(),
    };
    let bank = DescribedBank {
        name: name.to_owned(),
        mint: section.key("mint").unwrap_or_default(),
        decimals,
        args,
    };
    section.finish();
    bank
}

/// Dollars for each token, as Q32 USD atoms for each token atom, rounded down.
fn peg(section: &Section, decimals: u8) -> u64 {
    let Some(dollars) = section.optional_decimal("peg_usd", "\"1\"") else {
        return 0;
    };
    let lot_exponent = i32::from(decimals).saturating_neg();
    let peg = dollars
        .mantissa()
        .and_then(|(digits, exponent)| to_q32(digits, exponent, lot_exponent, Rounding::Floor).ok())
        .filter(|peg| *peg > 0);
    section
        .parsed(
            "peg_usd",
            peg.ok_or_else(|| "is too small or too large".to_owned()),
        )
        .unwrap_or_default()
}

fn deposit_cap(section: &Section, decimals: u8) -> u64 {
    let Some(tokens) = section.decimal("deposit_cap", "\"1_000_000\" (tokens)") else {
        return 0;
    };
    section
        .parsed("deposit_cap", tokens.to_atoms(u32::from(decimals)))
        .unwrap_or_default()
}

fn insurance(section: Section) -> (InsuranceParams, u64) {
    let params = InsuranceParams::read(&section);
    let atoms = usd::read(&section, "at_least_usd");
    section.finish();
    (params, atoms)
}

fn market(section: Section) -> DescribedMarket {
    let (config, account) = section
        .table("oracle")
        .map(|table| oracle(table, OracleOf::Market))
        .unwrap_or_default();
    let tiers = section.tables("tiers").into_iter().map(whole::<TierArgs>);
    let market = DescribedMarket {
        oracle_account: account,
        args: ListMarketArgs {
            symbol: symbol(&section),
            oracle: config,
            lot_exponent: lot_exponent(&section),
            tiers: tiers.collect(),
            params: MarketParams::read(&section),
        },
    };
    section.finish();
    market
}

fn symbol(section: &Section) -> [u8; 16] {
    let mut symbol = [0u8; 16];
    let text = section.text("symbol", "\"BTC-PERP\"").unwrap_or_default();
    match symbol.get_mut(..text.len()) {
        Some(place) => place.copy_from_slice(text.as_bytes()),
        None => section.problem("symbol", "is too long: write at most 16 characters"),
    }
    symbol
}

fn lot_exponent(section: &Section) -> i8 {
    let Some(lot) = section.decimal("lot", "\"0.0001\" (units of the asset)") else {
        return 0;
    };
    let exponent = lot.power_of_ten().and_then(|it| i8::try_from(it).ok());
    let wrong = || "is not a power of ten: write one such as \"0.0001\" or \"1\"".to_owned();
    section
        .parsed("lot", exponent.ok_or_else(wrong))
        .unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OracleOf {
    Bank,
    Market,
}

/// An oracle, and an account with its price: the key of a legacy feed; of a pull feed any account
/// that holds an update, which only the listing of a market needs.
fn oracle(section: Section, of: OracleOf) -> (OracleConfig, Pubkey) {
    let mut config = OracleConfig::read(&section);
    let mut account = Pubkey::default();
    match section.text("kind", "\"pyth-pull\" or \"pyth-legacy\"") {
        Some("pyth-pull") => {
            config.kind = ORACLE_PYTH_PULL;
            let feed = section.text("feed", "\"64 hexadecimal digits\"");
            let feed = feed.and_then(|text| section.parsed("feed", parse_feed(text)));
            config.key = feed.unwrap_or_default();
            if of == OracleOf::Market {
                account = section.key("account").unwrap_or_default();
            }
        }
        Some("pyth-legacy") => {
            config.kind = ORACLE_PYTH_LEGACY;
            account = section.key("account").unwrap_or_default();
            config.key = account.to_bytes();
        }
        Some(other) => {
            section.problem(
                "kind",
                format!("{other:?} is not an oracle kind: write \"pyth-pull\" or \"pyth-legacy\""),
            );
            // Which other fields belong here follows from the kind.
            return (config, account);
        }
        None => return (config, account),
    }
    section.finish();
    (config, account)
}
