//! Prices and what follows from their moves.

use super::Told;
use crate::book::Book;
use whittle_client::Event;

const REGIMES: [&str; 3] = ["calm", "elevated", "extreme"];

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::MarketUpdated(it) => new("Price updated")
            .market(it.market)
            .price("Price", it.price_q32)
            .price("Confidence", it.confidence_q32)
            .time("Published", it.publish_time),
        Event::BankUpdated(it) => new("Price of collateral updated")
            .token(it.bank)
            .token_price("Price", it.bank, it.price_q32)
            .time("Published", it.publish_time),
        Event::PegBroken(it) => new("Peg lost")
            .token(it.bank)
            .token_price("Price", it.bank, it.price_q32)
            .time("Since", it.since),
        Event::PegRegained(it) => new("Peg regained").token(it.bank).time("At", it.at),
        Event::ShockBegan(it) => new("Price shock began")
            .market(it.market)
            .price("Price", it.price_q32)
            .price("Average", it.average_q32)
            .time("Published", it.publish_time),
        Event::ShockEnded(it) => new("Price shock ended")
            .market(it.market)
            .price("Price", it.price_q32)
            .text(
                "The price",
                if it.confirmed { "stayed" } else { "came back" },
            )
            .time("Published", it.publish_time),
        Event::GraceBegan(it) => new("Grace after a gap in prices")
            .market(it.market)
            .time("Price before the gap", it.last_publish_time)
            .time("Until", it.until),
        Event::RegimeChanged(it) => new("Volatility regime changed")
            .market(it.market)
            .text(
                "Regime",
                REGIMES
                    .get(usize::from(it.level))
                    .copied()
                    .unwrap_or("unknown"),
            )
            .share("Initial margin times", it.initial_q32)
            .share("Maintenance margin times", it.maintenance_q32)
            .share("Maintenance margin will be times", it.maintenance_to_q32)
            .time("Reached at", it.ramp_ends_at),
        Event::MarketSettled(it) => new("Market's cash settled with the pool")
            .market(it.market)
            .some_usd("Claims funded", it.claims_funded_usd_atoms)
            .usd("Pool line", it.pool_line_usd_atoms)
            .usd("Insurance line", it.insurance_line_usd_atoms),
        Event::SettlementPublished(it) => new("Price of settlement published")
            .market(it.market)
            .price("Price", it.price_q32)
            .time("At", it.at),
        Event::BankSettlementPublished(it) => new("Price of settlement of collateral published")
            .token(it.bank)
            .token_price("Price", it.bank, it.price_q32)
            .time("At", it.at),
        _ => return None,
    })
}
