//! What an action is, and how it is named.

use anchor_lang::prelude::Pubkey;
use serde::Deserialize;

/// What it is, for a priority and a metric. A configuration names it as [`Kind::name`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names of `What`, from the least urgent to the most.
pub enum Kind {
    ExpireOrder,
    UpdatePrices,
    IssueMarginCall,
    SettleMarkets,
    FillLiquidityRequest,
    TriggerOrder,
    FillOrder,
    StartDeleverage,
    AutoDeleverage,
    ResolveBankruptcy,
    ConvertCollateral,
    ExecuteRecovery,
    #[serde(rename = "flag_account")]
    Flag,
    #[serde(rename = "liquidate_partial")]
    Liquidate,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::ExpireOrder,
        Self::UpdatePrices,
        Self::IssueMarginCall,
        Self::SettleMarkets,
        Self::FillLiquidityRequest,
        Self::TriggerOrder,
        Self::FillOrder,
        Self::StartDeleverage,
        Self::AutoDeleverage,
        Self::ResolveBankruptcy,
        Self::ConvertCollateral,
        Self::ExecuteRecovery,
        Self::Flag,
        Self::Liquidate,
    ];

    /// The name of the instruction, for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExpireOrder => "expire_order",
            Self::UpdatePrices => "update_prices",
            Self::IssueMarginCall => "issue_margin_call",
            Self::SettleMarkets => "settle_markets",
            Self::FillLiquidityRequest => "fill_liquidity_request",
            Self::TriggerOrder => "trigger_order",
            Self::FillOrder => "fill_order",
            Self::StartDeleverage => "start_deleverage",
            Self::AutoDeleverage => "auto_deleverage",
            Self::ResolveBankruptcy => "resolve_bankruptcy",
            Self::ConvertCollateral => "convert_collateral",
            Self::ExecuteRecovery => "execute_recovery",
            Self::Flag => "flag_account",
            Self::Liquidate => "liquidate_partial",
        }
    }
}

/// Names an action, so that the same is not sent twice at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Whom it concerns; the default key when no single account.
    pub account: Pubkey,
    /// Market or bank; for several the first one.
    pub number: u16,
    /// Place of an order; 1 for longs.
    pub place: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error, StrDeserializer};
    use serde::de::IntoDeserializer;

    #[test]
    fn a_configuration_names_an_action_as_logs_and_metrics_do() {
        for kind in Kind::ALL {
            let name: StrDeserializer<Error> = kind.name().into_deserializer();
            assert_eq!(Kind::deserialize(name), Ok(kind));
        }
    }
}
