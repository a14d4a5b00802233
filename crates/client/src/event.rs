//! Events from a transaction's logs.

use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::prelude::{Engine, BASE64_STANDARD};
use whittle::event::*;

/// Writes the enum and its decoding from one list.
macro_rules! events {
    ($($name:ident),* $(,)?) => {
        /// Anything that the program reports.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // Each is documented where the program defines it.
        pub enum Event {
            $($name($name),)*
        }

        impl Event {
            /// Its name.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// From the data of a log line. `None` when no event of this program starts that way
            /// or its fields do not follow.
            pub fn decode(data: &[u8]) -> Option<Self> {
                $(if let Some(mut body) = data.strip_prefix($name::DISCRIMINATOR) {
                    return $name::deserialize(&mut body).ok().map(Self::$name);
                })*
                None
            }
        }

        $(impl TryFrom<Event> for $name {
            type Error = Event;

            fn try_from(event: Event) -> Result<Self, Event> {
                match event {
                    Event::$name(body) => Ok(body),
                    other => Err(other),
                }
            }
        })*
    };
}

events! {
    ExchangeInitialized,
    BankListed,
    MarketListed,
    PoolCreated,
    LiquidityRequested,
    LiquidityFilled,
    LiquidityRefunded,
    InsuranceSeeded,
    MarginAccountOpened,
    MarginAccountClosed,
    DelegateSet,
    Deposited,
    Withdrawn,
    OrderPlaced,
    OrderFilled,
    OrderRemoved,
    MarketUpdated,
    BankUpdated,
    AccountFlagged,
    AccountUnflagged,
    PartiallyLiquidated,
    DeficitBooked,
    MarketSettled,
    AccountSettled,
}

/// The program's events in a transaction's logs, in order. Data that another program logged is
/// left out, even when it looks like an event.
///
/// Logs that a validator cut off ("Log truncated") lack the events that followed.
pub fn events<L: AsRef<str>>(logs: &[L]) -> Vec<Event> {
    let whittle = whittle::ID.to_string();
    let mut running: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in logs {
        let line = line.as_ref();
        if let Some(data) = line.strip_prefix("Program data: ") {
            if running.last() == Some(&whittle.as_str()) {
                let bytes = BASE64_STANDARD.decode(data).unwrap_or_default();
                found.extend(Event::decode(&bytes));
            }
        } else if let Some(rest) = line.strip_prefix("Program ") {
            match rest.split_once(' ') {
                Some((program, what)) if what.starts_with("invoke [") => running.push(program),
                Some((program, what)) if what == "success" || what.starts_with("failed") => {
                    if running.last() == Some(&program) {
                        running.pop();
                    }
                }
                _ => {}
            }
        }
    }
    found
}
