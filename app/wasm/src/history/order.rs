//! The life of an order.

use super::Told;
use crate::book::Book;
use crate::problem::explain;
use whittle_client::Event;

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::OrderPlaced(it) => {
            let title = match (it.reduce_only, it.lots > 0) {
                (true, _) => "Reduction ordered",
                (false, true) => "Buy ordered",
                (false, false) => "Sell ordered",
            };
            let told = new(title)
                .account(&it.account)
                .market(it.market)
                .size("Size", it.lots)
                .price("Worst price", it.limit_q32);
            let told = match (it.trigger_q32, it.trigger_above) {
                (0, _) => told,
                (trigger, true) => told.price("Waits for a rise to", trigger),
                (trigger, false) => told.price("Waits for a fall to", trigger),
            };
            told.time("Expires", it.expires_at)
                .some_usd("Set aside for the fill", it.escrow_usd_atoms)
        }
        Event::OrderTriggered(it) => new("Trigger price reached")
            .account(&it.account)
            .market(it.market)
            .price("Trigger", it.trigger_q32)
            .price("Price", it.price_q32)
            .time("Expires", it.expires_at),
        Event::OrderFilled(it) => new("Order filled")
            .account(&it.account)
            .market(it.market)
            .size("Size", it.lots)
            .price("Fill price", it.fill_price_q32)
            .price("Oracle's price", it.oracle_price_q32)
            .time("Price published", it.publish_time)
            .usd("Fee", it.fee_usd_atoms)
            .usd("Reward to the filler", it.reward_usd_atoms)
            .some_usd("Profit realised", it.profit_usd_atoms)
            .size("Position", it.lots_after)
            .health(it.equity_usd_atoms, it.maintenance_usd_atoms),
        Event::OrderKilled(it) => new("Order ended without a fill")
            .account(&it.account)
            .market(it.market)
            .size("Size", it.lots)
            .text("Why", explain(it.reason).message)
            .some_usd("Reward to the filler", it.reward_usd_atoms),
        Event::OrderRemoved(it) => new("Order removed")
            .account(&it.account)
            .text("Place", it.place.to_string())
            .some_usd("Returned", it.returned_usd_atoms),
        _ => return None,
    })
}
