//! What a transaction paid, by its events.

use anchor_lang::prelude::Pubkey;
use whittle_client::event::Event;

/// What the program credited to `keeper`'s margin account, USD atoms: bonuses, fees of recovery plans
/// and rewards of orders.
pub fn pay(events: &[Event], keeper: &Pubkey) -> i64 {
    let paid = events.iter().filter_map(|event| match event {
        Event::PartiallyLiquidated(it) => Some((&it.keeper, it.receipt.bonus_usd_atoms)),
        Event::RecoveryExecuted(it) => Some((&it.keeper, it.receipt.bonus_usd_atoms)),
        Event::OrderFilled(it) => Some((&it.filler, it.reward_usd_atoms)),
        Event::OrderKilled(it) => Some((&it.filler, it.reward_usd_atoms)),
        _ => None,
    });
    let ours = paid.filter(|(to, _)| *to == keeper);
    ours.fold(0, |sum: i64, (_, paid)| sum.saturating_add(paid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use whittle::event::{OrderKilled, OrderRemoved};

    #[test]
    fn only_what_goes_to_the_own_account_counts() {
        let (ours, theirs) = (Pubkey::new_unique(), Pubkey::new_unique());
        let account = Pubkey::new_unique();
        let killed = |filler, reward_usd_atoms| {
            Event::OrderKilled(OrderKilled {
                account,
                filler,
                market: 0,
                place: 0,
                lots: 1,
                reason: 6_200,
                reward_usd_atoms,
            })
        };
        let removed = Event::OrderRemoved(OrderRemoved {
            account: ours,
            place: 0,
            returned_usd_atoms: 9,
        });
        let events = [
            killed(ours, 50_000),
            killed(theirs, 7),
            removed,
            killed(ours, 3),
        ];
        assert_eq!(pay(&events, &ours), 50_003);
    }
}
