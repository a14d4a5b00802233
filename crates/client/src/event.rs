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
    OrderKilled,
    OrderRemoved,
    MarketUpdated,
    BankUpdated,
    AccountFlagged,
    AccountUnflagged,
    PartiallyLiquidated,
    DeficitBooked,
    MarketSettled,
    AccountSettled,
    ChangeProposed,
    ChangeCancelled,
    ChangeApplied,
    AuthorityOffered,
    AuthorityTransferred,
    Paused,
    Unpaused,
    MarketGuarded,
    BankGuarded,
    LeverageSet,
    SettlementPublished,
    BankSettlementPublished,
    PositionSettled,
    ShortfallSeen,
    ShortfallEnded,
    ProfitsCut,
    BankruptcyResolved,
    DeleverageStarted,
    Deleveraged,
    DeleverageEnded,
    InterestCharged,
    CollateralConverted,
    PegBroken,
    PegRegained,
    ShockBegan,
    ShockEnded,
    GraceBegan,
    RegimeChanged,
    InsuranceDrawn,
    MarginCallIssued,
    MarginCallEnded,
    RecoveryPlanSet,
    RecoveryExecuted,
    ReserveSet,
    ToppedUp,
    OrderTriggered,
}

/// An event's data as a log line carries it.
pub fn encode(data: &[u8]) -> String {
    BASE64_STANDARD.encode(data)
}

/// An event from what a log line carries.
pub fn decode(text: &str) -> Option<Event> {
    Event::decode(&BASE64_STANDARD.decode(text).ok()?)
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
                found.extend(decode(data));
            }
        } else if let Some(rest) = line.strip_prefix("Program ") {
            match rest.split_once(' ') {
                Some((program, what)) if what.starts_with("invoke [") => running.push(program),
                Some((program, what))
                    if running.last() == Some(&program)
                        && (what == "success" || what.starts_with("failed")) =>
                {
                    running.pop();
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::prelude::Pubkey;
    use anchor_lang::Event as _;

    fn logged(place: u8) -> (Event, String) {
        let event = OrderRemoved {
            account: Pubkey::new_from_array([7; 32]),
            place,
            returned_usd_atoms: 10_000,
        };
        let line = format!("Program data: {}", BASE64_STANDARD.encode(event.data()));
        (Event::OrderRemoved(event), line)
    }

    fn lines(text: &[&str]) -> Vec<String> {
        let whittle = whittle::ID.to_string();
        text.iter()
            .map(|it| it.replace("WHITTLE", &whittle))
            .collect()
    }

    #[test]
    fn events_come_in_the_order_in_which_they_were_logged() {
        let ((first, one), (second, two)) = (logged(1), logged(2));
        let logs = lines(&[
            "Program WHITTLE invoke [1]",
            &one,
            "Program Token invoke [2]",
            "Program Token success",
            &two,
            "Program WHITTLE success",
        ]);
        assert_eq!(events(&logs), [first, second]);
    }

    #[test]
    fn what_another_program_logs_is_not_an_event() {
        let (_, line) = logged(1);
        let logs = lines(&[
            "Program WHITTLE invoke [1]",
            "Program Other invoke [2]",
            &line,
            "Program Other failed: custom program error: 0x1",
            "Program WHITTLE success",
            &line,
        ]);
        assert_eq!(events(&logs), []);
    }

    #[test]
    fn data_that_is_no_event_is_passed_over() {
        let logs = lines(&[
            "Program WHITTLE invoke [1]",
            "Program data: AAAA",
            "Program data: not base64",
            "Program WHITTLE success",
        ]);
        assert_eq!(events(&logs), []);
    }
}
