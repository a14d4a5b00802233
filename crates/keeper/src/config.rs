//! What an operator chooses. `keeper.example.toml` explains each field.

use crate::action::Kind;
use serde::Deserialize;
use whittle_risk::{Ratio, Usd};

/// A field that is out of bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The text is no TOML or has a field that does not exist.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(String),
    /// A value is out of bounds.
    #[error("{field} is {value}: {advice}")]
    OutOfBounds {
        /// The field with its section.
        field: &'static str,
        /// What it is.
        value: String,
        /// What to do.
        advice: &'static str,
    },
}

/// Everything that the library asks of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Least expected pay of an action that is done for pay, after the fee of its transaction, USD
    /// atoms.
    pub min_profit_usd_atoms: i64,
    /// The least that a transaction costs, USD atoms. Not read: who sends knows fees and what a SOL
    /// costs, and sets it.
    #[serde(skip)]
    pub fee_usd_atoms: i64,
    /// Whether to do what is due and pays nothing.
    pub public_duties: bool,
    /// The move of prices by which the queue is ordered, basis points.
    pub shock_bps: u32,
    /// Most actions that one decision returns.
    pub actions_at_once: usize,
    /// Which actions not to take.
    pub actions: Actions,
    /// Which markets to work in.
    pub markets: Markets,
    /// Prices that others need.
    pub prices: Prices,
    /// Lines of markets.
    pub settle: Settle,
    /// Buying collateral of overdrawn accounts.
    pub convert: Convert,
    /// When to try again.
    pub backoff: Terms,
}

/// Which actions not to take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Actions {
    /// Left to others.
    pub leave: Vec<Kind>,
}

/// Which markets to work in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Markets {
    /// Only these; all when empty.
    pub allow: Vec<u16>,
    /// Never these.
    pub deny: Vec<u16>,
}

/// Prices that others need.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// A cached price older than this is updated, seconds.
    pub older_than_secs: u32,
}

/// Lines of markets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settle {
    /// A line that is off its target by more than this share of it is settled, basis points.
    pub off_target_bps: u32,
    /// And by at least this, USD atoms.
    pub off_target_usd_atoms: i64,
}

/// Buying collateral of overdrawn accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Convert {
    /// Most to pay for one purchase, USD atoms; zero buys nothing.
    pub most_usd_atoms: i64,
}

/// When to try again what failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// First wait, milliseconds; doubles with every failure.
    pub first_ms: u32,
    /// Longest wait, milliseconds.
    pub most_ms: u32,
    /// After so long without an answer an action may be sent again, milliseconds.
    pub flight_ms: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            min_profit_usd_atoms: 10_000,
            fee_usd_atoms: 0,
            public_duties: false,
            shock_bps: 500,
            actions_at_once: 64,
            actions: Actions::default(),
            markets: Markets::default(),
            prices: Prices::default(),
            settle: Settle::default(),
            convert: Convert::default(),
            backoff: Terms::default(),
        }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            older_than_secs: 20,
        }
    }
}

impl Default for Settle {
    fn default() -> Self {
        Self {
            off_target_bps: 2_000,
            off_target_usd_atoms: 100_000_000,
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            first_ms: 400,
            most_ms: 60_000,
            flight_ms: 20_000,
        }
    }
}

impl Config {
    /// Reads TOML. A table `run` is left to the program around this library.
    ///
    /// Errors: unknown fields, and values that [`Config::validate`] refuses.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let unreadable = |error: toml::de::Error| ConfigError::Unreadable(error.to_string());
        let mut table: toml::Table = toml::from_str(text).map_err(unreadable)?;
        table.remove("run");
        let config: Self = table.try_into().map_err(unreadable)?;
        config.validate()?;
        Ok(config)
    }

    /// Bounds of every field.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let within = |holds, field, value: String, advice| {
            if holds {
                return Ok(());
            }
            Err(ConfigError::OutOfBounds {
                field,
                value,
                advice,
            })
        };
        let least = self.min_profit_usd_atoms;
        within(
            least >= 0,
            "min_profit_usd_atoms",
            least.to_string(),
            "give USD atoms (millionths) of at least 0; set public_duties to work without pay",
        )?;
        within(
            (1..=10_000).contains(&self.shock_bps),
            "shock_bps",
            self.shock_bps.to_string(),
            "give 1 to 10000 basis points",
        )?;
        within(
            self.actions_at_once > 0,
            "actions_at_once",
            self.actions_at_once.to_string(),
            "give at least 1",
        )?;
        let both = self
            .markets
            .allow
            .iter()
            .find(|it| self.markets.deny.contains(it));
        within(
            both.is_none(),
            "markets.deny",
            both.map(u16::to_string).unwrap_or_default(),
            "the market is allowed too: name it in one of the two lists",
        )?;
        within(
            self.prices.older_than_secs > 0,
            "prices.older_than_secs",
            self.prices.older_than_secs.to_string(),
            "give at least 1 second",
        )?;
        within(
            self.settle.off_target_bps > 0,
            "settle.off_target_bps",
            self.settle.off_target_bps.to_string(),
            "give at least 1 basis point, or every trade is followed by a settlement",
        )?;
        within(
            self.settle.off_target_usd_atoms >= 0,
            "settle.off_target_usd_atoms",
            self.settle.off_target_usd_atoms.to_string(),
            "give USD atoms of at least 0",
        )?;
        within(
            self.convert.most_usd_atoms >= 0,
            "convert.most_usd_atoms",
            self.convert.most_usd_atoms.to_string(),
            "give USD atoms of at least 0; 0 buys nothing",
        )?;
        let Terms {
            first_ms, most_ms, ..
        } = self.backoff;
        within(
            first_ms > 0,
            "backoff.first_ms",
            first_ms.to_string(),
            "give at least 1 millisecond; about one slot (400) is sensible",
        )?;
        within(
            most_ms >= first_ms,
            "backoff.most_ms",
            most_ms.to_string(),
            "give at least backoff.first_ms",
        )?;
        within(
            self.backoff.flight_ms > 0,
            "backoff.flight_ms",
            self.backoff.flight_ms.to_string(),
            "give at least 1 millisecond; a transaction lives for about a minute",
        )
    }

    /// Whether to take actions of this kind.
    pub fn takes(&self, kind: Kind) -> bool {
        !self.actions.leave.contains(&kind)
    }

    /// Whether to work in a market.
    pub fn allows(&self, market: u16) -> bool {
        let Markets { allow, deny } = &self.markets;
        (allow.is_empty() || allow.contains(&market)) && !deny.contains(&market)
    }

    /// The least pay of an action that is worth its transaction, USD atoms.
    pub fn least_pay(&self) -> i64 {
        self.min_profit_usd_atoms.saturating_add(self.fee_usd_atoms)
    }

    /// Whether an action with this pay is worth its transaction.
    pub fn pays(&self, pay: Usd) -> bool {
        pay.0 >= self.least_pay()
    }

    /// Most that the transaction of an action with this pay may cost, USD atoms; `None` for one that
    /// is not done for its pay.
    pub fn most_fee(&self, pay: Usd) -> Option<i64> {
        let left = pay.0.saturating_sub(self.min_profit_usd_atoms);
        self.pays(pay).then_some(left)
    }

    /// The move of prices by which the queue is ordered.
    pub fn shock(&self) -> Ratio {
        Ratio::from_bps_floor(self.shock_bps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_the_defaults_and_names_every_field_that_is_read() {
        let text = include_str!("../keeper.example.toml");
        assert_eq!(Config::from_toml(text), Ok(Config::default()));
        let debug = format!("{:#?}", Config::default());
        for line in debug.lines() {
            if let Some((field, _)) = line.trim().split_once(':') {
                let is_named = field == "fee_usd_atoms" || text.contains(field);
                assert!(is_named, "{field} is not in the example");
            }
        }
    }

    #[test]
    fn a_fee_may_take_what_is_over_the_least_profit() {
        let config = Config {
            min_profit_usd_atoms: 10_000,
            fee_usd_atoms: 800,
            ..Config::default()
        };
        assert_eq!(config.most_fee(Usd(10_799)), None);
        assert_eq!(config.most_fee(Usd(10_800)), Some(800));
        assert_eq!(config.most_fee(Usd(50_000)), Some(40_000));
    }

    #[test]
    fn what_a_transaction_costs_is_not_read_from_the_file() {
        let error = Config::from_toml("fee_usd_atoms = 2000").unwrap_err();
        assert!(matches!(&error, ConfigError::Unreadable(text) if text.contains("fee_usd_atoms")));
    }

    #[test]
    fn a_negative_profit_is_refused_with_what_to_do() {
        let error = Config::from_toml("min_profit_usd_atoms = -1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "min_profit_usd_atoms is -1: give USD atoms (millionths) of at least 0; set \
             public_duties to work without pay"
        );
    }

    #[test]
    fn a_market_cannot_be_allowed_and_denied() {
        let error = Config::from_toml("[markets]\nallow = [1, 2]\ndeny = [2]").unwrap_err();
        assert_eq!(
            error,
            ConfigError::OutOfBounds {
                field: "markets.deny",
                value: "2".into(),
                advice: "the market is allowed too: name it in one of the two lists",
            }
        );
    }

    #[test]
    fn an_action_that_does_not_exist_cannot_be_left_and_the_names_of_all_are_told() {
        let error = Config::from_toml("[actions]\nleave = [\"liquidate\"]").unwrap_err();
        let ConfigError::Unreadable(text) = &error else {
            panic!("{error}");
        };
        let names = Kind::ALL.map(Kind::name);
        let told = ["leave", "`liquidate`"].iter().chain(&names);
        for name in told {
            assert!(text.contains(name), "{name} is not in: {text}");
        }
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = Config::from_toml("min_proft = 1").unwrap_err();
        assert!(matches!(&error, ConfigError::Unreadable(text) if text.contains("min_proft")));
    }

    #[test]
    fn the_table_of_the_program_around_is_left_alone() {
        let text = "[run]\nrpc = \"http://localhost:8899\"";
        assert_eq!(Config::from_toml(text), Ok(Config::default()));
    }

    #[test]
    fn every_bound_names_its_field() {
        for (text, field) in [
            ("shock_bps = 0", "shock_bps"),
            ("shock_bps = 10001", "shock_bps"),
            ("actions_at_once = 0", "actions_at_once"),
            ("[prices]\nolder_than_secs = 0", "prices.older_than_secs"),
            ("[settle]\noff_target_bps = 0", "settle.off_target_bps"),
            (
                "[settle]\noff_target_usd_atoms = -1",
                "settle.off_target_usd_atoms",
            ),
            ("[convert]\nmost_usd_atoms = -1", "convert.most_usd_atoms"),
            ("[backoff]\nfirst_ms = 0", "backoff.first_ms"),
            ("[backoff]\nfirst_ms = 9\nmost_ms = 8", "backoff.most_ms"),
            ("[backoff]\nflight_ms = 0", "backoff.flight_ms"),
        ] {
            match Config::from_toml(text).unwrap_err() {
                ConfigError::OutOfBounds { field: named, .. } => assert_eq!(named, field),
                other => panic!("{text}: {other}"),
            }
        }
    }
}
