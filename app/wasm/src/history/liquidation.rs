//! What happens to accounts under maintenance, and who bears what they leave.

use super::Told;
use crate::book::Book;
use crate::health::kind_name;
use whittle::state::Receipt;
use whittle_client::Event;

fn receipt<'a>(told: Told<'a>, receipt: &Receipt) -> Told<'a> {
    told.text("Kind", kind_name(receipt.kind))
        .usd("Closed", receipt.closed_usd_atoms)
        .usd("Cost", receipt.cost_usd_atoms)
        .usd("Paid to the keeper", receipt.bonus_usd_atoms)
        .usd("Equity before", receipt.equity_before_usd_atoms)
        .usd(
            "Maintenance margin before",
            receipt.maintenance_before_usd_atoms,
        )
        .usd("Equity after", receipt.equity_after_usd_atoms)
        .usd(
            "Maintenance margin after",
            receipt.maintenance_after_usd_atoms,
        )
}

fn side(side: i8) -> &'static str {
    match side {
        1 => "longs",
        -1 => "shorts",
        _ => "nobody",
    }
}

pub(super) fn tell<'a>(book: &'a Book, event: &Event) -> Option<Told<'a>> {
    let new = |title| Told::new(book, title);
    Some(match event {
        Event::AccountFlagged(it) => new("Flagged under maintenance")
            .account(&it.account)
            .share("Equity / maintenance", it.ratio_q32)
            .time("Flagged at", it.flagged_at),
        Event::AccountUnflagged(it) => new("Flag cleared: the account has recovered")
            .account(&it.account)
            .health(it.equity_usd_atoms, it.maintenance_usd_atoms),
        Event::PartiallyLiquidated(it) => {
            let told = new("Partially liquidated").account(&it.account);
            receipt(told, &it.receipt).address("Keeper's account", &it.keeper)
        }
        Event::RecoveryExecuted(it) => {
            let told = new("Recovery plan carried out").account(&it.account);
            receipt(told, &it.receipt).address("Carried out by", &it.keeper)
        }
        Event::DeficitBooked(it) => new("Loss booked that nobody has covered")
            .account(&it.account)
            .market(it.market)
            .usd("Deficit", it.deficit_usd_atoms),
        Event::BankruptcyResolved(it) => new("Bankruptcy resolved")
            .account(&it.account)
            .market(it.market)
            .usd("Loss", it.loss_usd_atoms)
            .some_usd("Paid by insurance", it.insurance_usd_atoms)
            .some_usd("Borne by the pool", it.pool_usd_atoms)
            .some_usd("Borne by who gained", it.side_usd_atoms)
            .text("Who gained", side(it.side))
            .some_usd("Not borne yet", it.left_usd_atoms)
            .some_usd("Interest waived", it.interest_waived_usd_atoms),
        Event::ShortfallSeen(it) => new("The pool cannot pay what it owes")
            .usd("Missing", it.missing_usd_atoms)
            .time("Since", it.since),
        Event::ShortfallEnded(it) => new("The pool can pay again").time("At", it.at),
        Event::ProfitsCut(it) => new("Unrealised profits cut")
            .market(it.market)
            .text("Side", side(it.side))
            .usd("Cut", it.cut_usd_atoms),
        Event::DeleverageStarted(it) => new("Reduction of profitable positions began")
            .market(it.market)
            .text("Side", side(it.side))
            .share("Of each position", it.share_q32)
            .usd("Unrealised profit", it.profit_usd_atoms)
            .time("Ends at the latest", it.ends_at),
        Event::Deleveraged(it) => new("Profitable position reduced")
            .account(&it.account)
            .market(it.market)
            .closed("Closed", it.closed_lots)
            .size("Position", it.lots_after)
            .price("Price", it.price_q32)
            .usd("Profit realised", it.profit_usd_atoms),
        Event::DeleverageEnded(it) => {
            new("Reduction of profitable positions ended").market(it.market)
        }
        Event::PositionSettled(it) => new("Position settled")
            .account(&it.account)
            .market(it.market)
            .size("Size", it.lots)
            .price("Price", it.price_q32)
            .usd("Profit realised", it.profit_usd_atoms)
            .usd("Equity", it.equity_usd_atoms),
        _ => return None,
    })
}
