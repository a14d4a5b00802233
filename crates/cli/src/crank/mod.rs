//! What anyone may do, once: prices, fills, liquidations, settlements. A keeper does the same without
//! being asked.

mod command;
mod oracles;

pub use command::Command;

use crate::error::{CliError, Outcome};
use crate::liquidity;
use crate::names;
use crate::session::{Account, AccountRef, Session, Which, World};
use crate::show::{self, Report};
use crate::submit::Submission;
use crate::tokens;
use crate::trader::health;
use command::{Beneficiary, MarketSide, Target};
use oracles::{indexes, update_banks, update_markets, Oracles};
use serde_json::json;
use whittle_client::address;
use whittle_client::instruction::{self, Buyer};
use whittle_client::Writable;
use whittle_migrations::decimal::Decimal;
use whittle_risk::Usd;

/// Carries a command out.
pub async fn run(session: &Session, command: Command) -> Outcome<Report> {
    let world = session.world().await?;
    let submission = match command {
        Command::UpdateMarkets { markets, oracles } => {
            update_markets(session, &world, &markets, &oracles)?
        }
        Command::UpdateBanks { tokens, oracles } => {
            update_banks(session, &world, &tokens, &oracles)?
        }
        Command::Settle { markets } => {
            let markets = indexes(&world, &markets)?;
            let words = format!("settle the lines of {}", oracles::symbols(&world, &markets));
            Submission::new(words, instruction::settle_markets(&markets))
        }
        Command::Convert {
            target,
            token,
            most,
        } => convert(session, &world, &target, &token, most).await?,
        Command::FillLiquidity { owner } => {
            let owner = owner.map_or_else(|| session.me(), Ok)?;
            let pending = liquidity::pending(session, &owner).await?;
            let instruction = instruction::fill_liquidity_request(&world.mirror, &pending)?;
            Submission::new(
                format!("fill the liquidity request of {owner}"),
                instruction,
            )
        }
        Command::AllocateShortfall => Submission::new(
            "cut unrealised profits that the pool cannot pay",
            instruction::allocate_shortfall(&world.mirror),
        ),
        Command::StartDeleverage { market, side } => {
            let market = names::market(&world.mirror, &market)?;
            let (side, name) = match side {
                MarketSide::Long => (whittle::state::Side::Long, "longs"),
                MarketSide::Short => (whittle::state::Side::Short, "shorts"),
            };
            let words = format!("reduce profitable {name} of {}", names::symbol(market));
            Submission::new(words, instruction::start_deleverage(market.index, side))
        }
        Command::PublishSettlement { market } => {
            let market = names::market(&world.mirror, &market)?;
            let words = format!(
                "fix the price at which {} is settled",
                names::symbol(market)
            );
            Submission::new(words, instruction::publish_settlement(market.index))
        }
        Command::PublishBankSettlement { token } => {
            let bank = session.names.bank(&world.mirror, &token)?;
            let words = format!(
                "fix the price at which {} is settled",
                session.names.token(bank)
            );
            Submission::new(words, instruction::publish_bank_settlement(&bank.mint))
        }
        command => of_account(session, &world, command).await?,
    };
    session.submit(submission).await
}

fn which(account: AccountRef) -> Which {
    Which {
        account,
        owner: None,
    }
}

async fn held(session: &Session, target: &Target) -> Outcome<Account> {
    session.account(&which(target.account)).await
}

/// One-shots on one account.
async fn of_account(session: &Session, world: &World, command: Command) -> Outcome<Submission> {
    let mirror = &world.mirror;
    Ok(match command {
        Command::Fill {
            target,
            place,
            oracles,
            to,
        } => fill(session, world, &target, place, &oracles, &to).await?,
        Command::Trigger { target, place } => {
            let held = held(session, &target).await?;
            let order = held.account.orders.get(usize::from(place));
            let market = order
                .filter(|order| order.lots != 0)
                .map(|order| order.market);
            let market = market.ok_or(whittle::error::WhittleError::NoOrder)?;
            let words = format!(
                "let the order in place {place} of {} be filled",
                held.address
            );
            Submission::new(
                words,
                instruction::trigger_order(held.address, market, place),
            )
        }
        Command::Flag(target) => {
            let held = held(session, &target).await?;
            let words = format!("flag {}", held.address);
            Submission::new(words, instruction::flag_account(mirror, held.held())?)
                .preview(health::preview(world, &held)?)
        }
        Command::Liquidate {
            target,
            min_bonus,
            to,
        } => {
            let held = held(session, &target).await?;
            let keeper = session.address_of(&which(to.to))?;
            let words = format!(
                "liquidate just enough of {}, bonus to {keeper}",
                held.address
            );
            let instruction = instruction::liquidate_partial(
                mirror,
                held.held(),
                keeper,
                min_bonus,
                Writable::All,
            )?;
            Submission::new(words, instruction).preview(health::preview(world, &held)?)
        }
        Command::MarginCall(target) => {
            let held = held(session, &target).await?;
            let words = format!("issue or end the margin call of {}", held.address);
            Submission::new(words, instruction::issue_margin_call(mirror, held.held())?)
        }
        Command::Recover {
            target,
            min_fee,
            to,
        } => recover(session, world, &target, min_fee, &to).await?,
        Command::TopUp {
            target,
            reserve,
            most,
        } => {
            let held = held(session, &target).await?;
            let reserve = session.address_of(&which(reserve))?;
            let words = format!("top {} up from {reserve}", held.address);
            let most = most.unwrap_or(i64::MAX);
            Submission::new(
                words,
                instruction::top_up(mirror, held.held(), reserve, most)?,
            )
        }
        Command::SettleAccount(target) => {
            let held = held(session, &target).await?;
            let used = held
                .account
                .used_positions()
                .map(|position| position.market);
            let mut markets: Vec<u16> = used.collect();
            let deficit = held.account.deficit_market;
            if held.account.deficit_usd_atoms != 0 && !markets.contains(&deficit) {
                markets.push(deficit);
            }
            let words = match markets.len() {
                1 => format!("settle {} in 1 market", held.address),
                many => format!("settle {} in {many} markets", held.address),
            };
            Submission::new(words, instruction::settle_account(held.address, &markets))
        }
        Command::ChargeInterest(target) => {
            let held = held(session, &target).await?;
            let words = format!("charge {} its interest", held.address);
            Submission::new(words, instruction::charge_interest(held.address))
        }
        Command::ResolveBankruptcy(target) => {
            let held = held(session, &target).await?;
            let words = format!("give the loss of {} to those who bear it", held.address);
            let instruction = instruction::resolve_bankruptcy(held.address, &held.account);
            Submission::new(words, instruction)
        }
        Command::Deleverage { target, market } => {
            let held = held(session, &target).await?;
            let market = names::market(mirror, &market)?;
            let words = format!("reduce {} in {}", held.address, names::symbol(market));
            Submission::new(
                words,
                instruction::auto_deleverage(held.address, market.index),
            )
        }
        Command::SettlePosition { target, market } => {
            let held = held(session, &target).await?;
            let market = names::market(mirror, &market)?;
            let words = format!("settle {} in {}", held.address, names::symbol(market));
            let instruction = instruction::settle_position(mirror, held.held(), market.index)?;
            Submission::new(words, instruction)
        }
        _ => return Err(CliError::failed("this command is of no account")),
    })
}

async fn fill(
    session: &Session,
    world: &World,
    target: &Target,
    place: u8,
    oracles: &Oracles,
    to: &Beneficiary,
) -> Outcome<Submission> {
    let held = held(session, target).await?;
    let order = held.account.orders.get(usize::from(place));
    let order = order.filter(|order| order.lots != 0);
    let market = order.ok_or(whittle::error::WhittleError::NoOrder)?.market;
    let oracle = oracles.of_market(session, world, market)?;
    let filler = session.address_of(&which(to.to))?;
    let words = format!(
        "fill or kill the order in place {place} of {}, reward to {filler}",
        held.address
    );
    let instruction = instruction::fill_order(&world.mirror, held.held(), filler, oracle, place)?;
    Ok(Submission::new(words, instruction))
}

async fn recover(
    session: &Session,
    world: &World,
    target: &Target,
    min_fee: i64,
    to: &Beneficiary,
) -> Outcome<Submission> {
    let held = held(session, target).await?;
    let keeper = session.address_of(&which(to.to))?;
    let plan = world
        .mirror
        .recover(&held.account, world.now, Usd(min_fee))?;
    let preview = Report::new(
        format!(
            "the plan would close {} USD, cost the account {} USD and pay {} USD",
            show::usd(plan.closed.0),
            show::usd(plan.cost.0),
            show::usd(plan.bonus.0)
        ),
        json!({
            "closed": show::usd_json(plan.closed.0),
            "cost": show::usd_json(plan.cost.0),
            "fee": show::usd_json(plan.bonus.0),
        }),
    );
    let words = format!(
        "carry out the recovery plan of {}, fee to {keeper}",
        held.address
    );
    let instruction =
        instruction::execute_recovery(&world.mirror, held.held(), keeper, min_fee, Writable::All)?;
    Ok(Submission::new(words, instruction).preview(preview))
}

async fn convert(
    session: &Session,
    world: &World,
    target: &Target,
    token: &str,
    most: Decimal,
) -> Outcome<Submission> {
    let held = held(session, target).await?;
    let bank = session.names.bank(&world.mirror, token)?;
    let quote = world.quote()?;
    let me = session.me()?;
    let max_atoms = most
        .to_atoms(bank.decimals.into())
        .map_err(|what| CliError::input(format!("most: {what}")))?;
    let buyer = Buyer {
        key: me,
        source: address::token_account(&me, &quote.mint, &quote.token_program),
        receiver: address::token_account(&me, &bank.mint, &bank.token_program),
    };
    let mut submission = Submission::default();
    if tokens::balance(session, &buyer.receiver).await?.is_none() {
        submission = submission
            .then(
                format!("open the token account {}", buyer.receiver),
                tokens::create(me, me, bank.mint, bank.token_program),
            )
            .creates("the token account", tokens::ACCOUNT_BYTES);
    }
    let words = format!(
        "buy just enough {} of {}, at most {}",
        session.names.token(bank),
        held.address,
        show::scaled(max_atoms.into(), bank.decimals.into(), 0)
    );
    let instruction =
        instruction::convert_collateral(&world.mirror, held.held(), buyer, bank, max_atoms)?;
    Ok(submission.then(words, instruction))
}
