//! Traders drawn from a seed, and how hundreds of them open real positions in a minute: deposits,
//! orders and fills as anybody sends them, many at a time.

use std::time::{Duration, Instant};

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anyhow::{anyhow, ensure, Context, Error, Result};
use solana_keypair::Keypair;
use whittle::state::MarginAccount;
use whittle_client::decode;
use whittle_client::instruction::{self, Held};
use whittle_client::local::path::Dice;
use whittle_client::Mirror;

use super::parallel::send_all;
use crate::act;
use crate::cast::Member;
use crate::local::{Local, USDC};

/// What one trader does before prices fall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whole dollars.
    pub deposit: u64,
    /// Market and dollars of notional, short when negative; each market once.
    pub positions: Vec<(u16, i64)>,
}

/// The notional of all traders is about this many dollars however many they are: less than what the
/// markets' breakers let through at once, so that they do not set the pace.
const NOTIONAL: u64 = 2_000_000;
/// And at most about this many for one.
const MOST_NOTIONAL: u64 = 4_000;
/// The markets of the example, and how many of a hundred first positions each gets.
const MARKETS: [(u16, u64); 3] = [(0, 50), (1, 30), (2, 20)];
/// Leverage in tenths. Retail accounts may have ten times; fees and the price of the fill take a part.
const LEVERAGE: (u64, u64) = (45, 85);
/// Of a hundred positions so many are long.
const LONGS: u64 = 90;
/// Traders who order before an update fills them all: at first, at least and at most. It may be filled
/// for ten seconds, so a group whose fills took more than a quarter of that is followed by a smaller one.
const GROUP: (usize, usize, usize) = (24, 6, 96);
const FILLED_IN: Duration = Duration::from_millis(2_500);
/// Accounts opened in one transaction, and fills in one: more do not fit into its 1,232 bytes.
const SEATS: usize = 2;
const FILLS: usize = 8;

/// So many traders; the same seed gives the same.
pub fn draw(accounts: usize, seed: u64) -> Vec<Wish> {
    let mut dice = Dice(seed);
    let mean = (NOTIONAL / (accounts as u64).max(1)).clamp(100, MOST_NOTIONAL);
    (0..accounts).map(|_| wish(&mut dice, mean)).collect()
}

fn wish(dice: &mut Dice, mean: u64) -> Wish {
    // A half to one and a half of the mean.
    let notional = mean / 2 + dice.below(mean);
    let leverage = LEVERAGE.0 + dice.below(LEVERAGE.1 - LEVERAGE.0 + 1);
    let legs = match dice.below(10) {
        0 => 3,
        1 | 2 => 2,
        _ => 1,
    };
    let mut first = dice.below(100);
    let market = MARKETS.iter().position(|(_, share)| {
        let is_here = first < *share;
        first = first.saturating_sub(*share);
        is_here
    });
    let market = market.unwrap_or(0);
    let positions = (0..legs).map(|leg| {
        let dollars = (notional / legs as u64).cast_signed();
        let (market, _) = MARKETS[(market + leg) % MARKETS.len()];
        let side = if dice.below(100) < LONGS { 1 } else { -1 };
        (market, side * dollars)
    });
    Wish {
        positions: positions.collect(),
        // A little more, for the opening fee, the reward and the price of the fill.
        deposit: notional * 10 / leverage + notional / 400 + 2,
    }
}

/// Opens an account for each of them with what they want. `filler` gets the rewards.
pub(super) fn open(
    local: &Local,
    wishes: &[Wish],
    filler: &Member,
    mut say: impl FnMut(&str),
) -> Result<Vec<Member>> {
    // One after the other: several of the cheats that fill wallets at a time bring Surfpool 1.5 to a
    // standstill.
    let members = wishes
        .iter()
        .enumerate()
        .map(|(place, wish)| local.member(&format!("crowd-{place}"), wish.deposit * USDC));
    let members = members.collect::<Result<Vec<Member>>>()?;
    say("  wallets are filled");
    let all: Vec<(&Member, &Wish)> = members.iter().zip(wishes).collect();
    let (mut size, least, most) = GROUP;
    let mut left = all.as_slice();
    while !left.is_empty() {
        let (group, rest) = left.split_at(size.min(left.len()));
        seat(local, group, filler)?;
        let slow = fill(local, group, filler)? > FILLED_IN;
        size = if slow { size / 2 } else { size * 3 / 2 }.clamp(least, most);
        left = rest;
        let opened = all.len() - left.len();
        say(&format!("  {opened} of {} accounts", all.len()));
    }
    Ok(members)
}

/// Account, deposit and orders: one transaction for two traders.
fn seat(local: &Local, group: &[(&Member, &Wish)], filler: &Member) -> Result<()> {
    local.publish(&local.oracles().prices())?;
    local.node().send(&local.updates()?, &[&filler.keypair])?;
    let (mirror, now) = (local.mirror()?, local.node().now()?);
    let mut all = Vec::new();
    for some in group.chunks(SEATS) {
        let mut these = Vec::new();
        for (member, wish) in some {
            these.push(instruction::open_margin_account(member.key(), 0));
            these.push(act::deposit(&mirror, member, 0, wish.deposit * USDC)?);
            for (market, dollars) in &wish.positions {
                these.push(act::order(&mirror, now, member, *market, *dollars)?);
            }
        }
        let signers = some.iter().map(|(member, _)| &member.keypair);
        all.push((these, signers.collect()));
    }
    send_all(local.node(), &all)
}

/// Publishes the update that is due and fills everybody's orders with it. Returns how long that took.
fn fill(local: &Local, group: &[(&Member, &Wish)], filler: &Member) -> Result<Duration> {
    let (node, mirror) = (local.node(), local.mirror()?);
    let exchange = mirror.exchange().context("there is no exchange")?;
    let delay = i64::from(exchange.params.order_delay_secs);
    let addresses: Vec<Pubkey> = group.iter().map(|(member, _)| member.account()).collect();
    let mut accounts = read(local, &addresses)?;
    let orders = accounts.iter().flat_map(|account| &account.orders);
    let placed = orders.filter(|it| it.lots != 0).map(|it| it.placed_at);
    let due = placed
        .max()
        .context("nobody ordered")?
        .saturating_add(delay);

    let mut hold = local.oracles().hold();
    hold.republish(node, due)?;
    let begun = Instant::now();
    node.send(&local.updates()?, &[&filler.keypair])?;
    let mut all: Vec<(Vec<Instruction>, Vec<&Keypair>)> = Vec::new();
    for (address, account) in addresses.iter().zip(&mut accounts) {
        let fills = fills(local, &mirror, *address, account, filler)?;
        match all.last_mut() {
            Some((last, _)) if last.len() + fills.len() <= FILLS => last.extend(fills),
            _ => all.push((fills, vec![&filler.keypair])),
        }
    }
    send_all(node, &all)?;
    let took = begun.elapsed();
    drop(hold);
    for ((member, wish), account) in group.iter().zip(read(local, &addresses)?) {
        let has = account.open_positions().count();
        let wanted = wish.positions.len();
        ensure!(
            has == wanted,
            "{} has {has} of {wanted} positions",
            member.name
        );
    }
    Ok(took)
}

/// The fills of all orders of an account, which is left as it will be after them.
fn fills(
    local: &Local,
    mirror: &Mirror,
    address: Pubkey,
    account: &mut MarginAccount,
    filler: &Member,
) -> Result<Vec<Instruction>> {
    let mut fills = Vec::new();
    for (place, order) in (0u8..).zip(account.orders) {
        if order.lots == 0 {
            continue;
        }
        let feed = local.oracles().feeds()[usize::from(order.market)].address;
        let held = Held { address, account };
        let fill = instruction::fill_order(mirror, held, filler.account(), feed, place);
        fills.push(fill.map_err(Error::msg)?);
        let position = account.position_slot(order.market).map_err(Error::msg)?;
        position.market = order.market;
        position.lots = position.lots.saturating_add(order.lots);
    }
    Ok(fills)
}

/// Margin accounts as they stand on chain.
pub(super) fn read(local: &Local, addresses: &[Pubkey]) -> Result<Vec<MarginAccount>> {
    let found = local.node().data(addresses)?;
    let pairs = addresses.iter().zip(found);
    pairs
        .map(|(address, data)| {
            let data = data.with_context(|| format!("there is no account at {address}"))?;
            decode::account(&data).map_err(|error| anyhow!("{address}: {error}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_crowd_and_its_notional_does_not_grow_with_it() {
        let (few, many) = (draw(500, 7), draw(5_000, 7));
        assert_eq!(few, draw(500, 7));
        assert_ne!(few, draw(500, 8));
        for crowd in [few, many] {
            let dollars = crowd.iter().flat_map(|wish| &wish.positions);
            let sum: u64 = dollars.map(|(_, dollars)| dollars.unsigned_abs()).sum();
            assert!(NOTIONAL * 9 / 10 < sum && sum < NOTIONAL * 11 / 10, "{sum}");
        }
    }

    #[test]
    fn a_crowd_has_all_markets_both_sides_and_up_to_three_positions() {
        let crowd = draw(500, 1);
        for legs in 1..=3 {
            assert!(crowd.iter().any(|wish| wish.positions.len() == legs));
        }
        for (market, _) in MARKETS {
            for side in [1, -1] {
                let has = |wish: &Wish| {
                    let mut held = wish.positions.iter();
                    held.any(|(of, dollars)| *of == market && dollars.signum() == side)
                };
                assert!(crowd.iter().any(has), "market {market}, side {side}");
            }
        }
    }
}
