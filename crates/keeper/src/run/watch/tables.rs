//! Lookup tables, once an action does not fit a transaction without.

use super::Watch;
use crate::run::Event;
use core::time::Duration;
use std::time::Instant;
use tokio::task::JoinSet;
use whittle_client::rpc::{Failure, Table};

/// Pause before it is tried again, whatever came of it: what was missing may have been listed since.
const AGAIN: Duration = Duration::from_secs(30);

/// Whether tables are wanted, and when they may be asked for.
#[derive(Debug, Default)]
pub struct Tables {
    is_wanted: bool,
    not_before: Option<Instant>,
}

impl Watch {
    /// An action did not fit.
    pub(super) fn want_tables(&mut self) {
        self.tables.is_wanted = true;
    }

    /// Makes tables of the accounts that last: the exchange, its markets, banks and oracle accounts.
    pub(super) fn make_tables(&mut self, beside: &mut JoinSet<Event>) {
        let now = Instant::now();
        let may = self.tables.not_before.is_none_or(|at| now >= at);
        if !self.tables.is_wanted || !may || self.sender.dry_run {
            return;
        }
        self.tables = Tables {
            is_wanted: false,
            not_before: Some(now + AGAIN),
        };
        let (sender, accounts) = (self.sender.clone(), self.book.lasting_accounts());
        beside.spawn(async move {
            let options = &sender.options;
            let made = sender
                .cluster
                .tables_with(&sender.payer, &accounts, options);
            Event::Tables(made.await)
        });
    }

    pub(super) fn tabled(&mut self, made: Result<Vec<Table>, Failure>) {
        match made {
            Ok(tables) => {
                let addresses: usize = tables.iter().map(|table| table.addresses.len()).sum();
                tracing::info!(tables = tables.len(), addresses, "using lookup tables");
                self.sender.use_tables(tables);
            }
            Err(failure) => tracing::warn!(%failure, "making a lookup table"),
        }
    }
}
