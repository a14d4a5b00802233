//! Accounts of another exchange, to the byte like those of this one but of another program, are
//! refused by their owner wherever an instruction names one.

use crate::altered::{foreign_copy, with_account};
use anchor_lang::error::ErrorCode;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::error::WhittleError;
use whittle::instructions::{ListBankArgs, RequestLiquidityArgs};
use whittle_client::instruction::Buyer;
use whittle_client::{address, instruction, Writable};
use whittle_tests::{spec, token, Actor, BankSpec, MarketSpec, OracleStub, World, ONE, USDC};

const BTC: u16 = 0;
const SOL: u16 = 1;

/// Alice holds SOL and a position in BTC that is due for liquidation, and an order waits; a request
/// to the pool waits too.
fn world() -> (World, Actor, Actor) {
    let mut world = World::new();
    world.list_bank(&BankSpec::sol()).ok();
    let alice = world.trader("alice", 1_000 * USDC);
    let mint = world.bank(SOL).mint;
    world.give(&alice, &mint, 10);
    alice.deposit(&mut world, SOL, 10).ok();
    world.trade(&alice, BTC, 4_000);
    alice.place(&mut world, BTC, 10).ok();
    let lp = Actor::named("lp");
    lp.request_withdrawal(&mut world, 1_000, 0).ok();
    world.pass(2);
    world.publish_bank(SOL, "100");
    world.update_banks(&[SOL]).ok();
    world.move_price(BTC, "38500");
    (world, alice, lp)
}

/// With each account of the program in turn replaced by a copy that another program owns: the first
/// `named` are refused by Anchor, those behind them by the program.
#[track_caller]
fn refused(world: &mut World, signer: &Actor, named: usize, right: &Instruction) {
    let mut replaced = 0;
    for (place, meta) in right.accounts.iter().enumerate() {
        let ours = world.raw(&meta.pubkey);
        if ours.is_none_or(|account| account.owner != whittle::ID) {
            continue;
        }
        let copy = foreign_copy(world, meta.pubkey);
        let sent = world.send_as(signer, with_account(right.clone(), place, copy));
        if place < named {
            sent.refused(ErrorCode::AccountOwnedByWrongProgram);
        } else {
            sent.refused(WhittleError::WrongAccount);
        }
        replaced += 1;
    }
    assert!(replaced > 0, "nothing to replace");
}

#[test]
fn the_accounts_of_a_margin_account() {
    let (mut world, alice, _) = world();
    let (address, account) = (alice.address(), alice.account());
    let close = instruction::close_margin_account(address, account);
    refused(&mut world, &alice, 2, &close);
    let delegate = instruction::set_delegate(address, account, address);
    refused(&mut world, &alice, 2, &delegate);
    for bank in [0, SOL] {
        let bank = world.bank(bank);
        let wallet = world.wallet(&alice, &bank.mint);
        let deposit = instruction::deposit(&world.mirror(), address, account, wallet, &bank, 1);
        refused(&mut world, &alice, 8, &deposit.expect("known banks"));
        let body = world.account_of(&alice);
        let held = alice.held(&body);
        let withdraw = instruction::withdraw(&world.mirror(), held, wallet, &bank, 1);
        let withdraw = withdraw.expect("known banks and markets");
        refused(&mut world, &alice, 8, &withdraw);
    }
}

#[test]
fn the_accounts_of_an_overdraft() {
    let (mut world, alice, _) = world();
    let charge = instruction::charge_interest(alice.account());
    refused(&mut world, &alice, 3, &charge);
    let (bank, quote) = (world.bank(SOL), world.bank(0).mint);
    let buyer = Buyer {
        key: alice.address(),
        source: world.wallet(&alice, &quote),
        receiver: world.wallet(&alice, &bank.mint),
    };
    let body = world.account_of(&alice);
    let held = alice.held(&body);
    let convert = instruction::convert_collateral(&world.mirror(), held, buyer, &bank, 1);
    let convert = convert.expect("known banks and markets");
    refused(&mut world, &alice, 14, &convert);
}

#[test]
fn the_accounts_of_an_order() {
    let (mut world, alice, _) = world();
    let args = alice.order(&world, 10);
    let place = instruction::place_order(alice.address(), alice.account(), BTC, args);
    refused(&mut world, &alice, 4, &place);
    let expire = instruction::expire_order(alice.account(), 0);
    refused(&mut world, &alice, 2, &expire);
    let body = world.account_of(&alice);
    let (held, oracle) = (alice.held(&body), world.feed(BTC).address);
    let filler = Actor::named("filler").account();
    let fill = instruction::fill_order(&world.mirror(), held, filler, oracle, 0);
    let fill = fill.expect("known banks and markets");
    refused(&mut world, &alice, 5, &fill);
}

#[test]
fn the_accounts_of_a_liquidation() {
    let (mut world, alice, _) = world();
    let keeper = Actor::named("filler");
    let body = world.account_of(&alice);
    let (mirror, held) = (world.mirror(), alice.held(&body));
    let known = "known banks and markets";
    let flag = instruction::flag_account(&mirror, held).expect(known);
    refused(&mut world, &keeper, 2, &flag);
    let assess = instruction::assess_account(&mirror, held).expect(known);
    refused(&mut world, &keeper, 2, &assess);
    keeper.flag(&mut world, &alice).ok();
    world.pass(2);
    world.move_price(BTC, "38400");
    world.republish_bank(1);
    world.update_banks(&[1]).ok();
    let (mirror, all) = (world.mirror(), Writable::All);
    let liquidate = instruction::liquidate_partial(&mirror, held, keeper.account(), 0, all);
    let liquidate = liquidate.expect(known);
    refused(&mut world, &keeper, 3, &liquidate);
    world.send_as(&keeper, liquidate).ok();
    let settle = instruction::settle_account(alice.account(), &[BTC]);
    refused(&mut world, &keeper, 2, &settle);
}

#[test]
fn the_accounts_of_prices_and_lines() {
    let (mut world, alice, _) = world();
    let update = instruction::update_markets(&[(BTC, world.feed(BTC).address)]);
    refused(&mut world, &alice, 1, &update);
    let mint = world.bank(SOL).mint;
    let update = instruction::update_banks(&[(mint, world.bank_feed(SOL).address)]);
    refused(&mut world, &alice, 1, &update);
    let settle = instruction::settle_markets(&[BTC]);
    refused(&mut world, &alice, 3, &settle);
}

#[test]
fn the_accounts_of_a_liquidity_provider() {
    let (mut world, alice, lp) = world();
    let quote = world.bank(0);
    let shares = world.wallet(&alice, &address::share_mint());
    let source = world.wallet(&alice, &quote.mint);
    let args = RequestLiquidityArgs {
        kind: 1,
        amount_atoms: 10 * USDC,
        min_out_atoms: 0,
    };
    let ask = instruction::request_liquidity(alice.address(), &quote, source, shares, args);
    refused(&mut world, &alice, 11, &ask);
    let seed = instruction::seed_insurance(alice.address(), source, &quote, 1);
    refused(&mut world, &alice, 7, &seed);

    let request = world.read(&address::liquidity_request(&lp.address()));
    let fill = instruction::fill_liquidity_request(&world.mirror(), &request);
    let fill = fill.expect("a quote token");
    refused(&mut world, &lp, 12, &fill);
    let shares = lp.wallet(&address::share_mint());
    let refund = instruction::refund_liquidity_request(&request, &quote, shares);
    refused(&mut world, &lp, 9, &refund);
}

#[test]
fn the_accounts_of_a_listing() {
    let (mut world, _, _) = world();
    let authority = world.authority.clone();
    let mint = world.create_mint(&BankSpec::pyusd());
    let args = ListBankArgs {
        oracle: OracleStub::pull("PYUSD").config(),
        haircut_weight_q32: ONE,
        peg_q32: 0,
        deposit_cap_atoms: 1,
        issuer_group: 0,
        conversion_discount_q32: 0,
        depeg: Default::default(),
    };
    let key = authority.address();
    let bank = instruction::list_bank(key, mint, token::program(true), args);
    refused(&mut world, &authority, 7, &bank);
    let oracle = world.feed(BTC).address;
    let market = instruction::list_market(key, 1, oracle, MarketSpec::default().args());
    refused(&mut world, &authority, 5, &market);
    // The rest of what a pool needs exists already, which is noticed later.
    let mut pool = instruction::create_pool(key, spec::pool_params(), spec::insurance_params());
    for place in 2..6 {
        pool.accounts[place].pubkey = spec::address(&format!("new {place}"));
    }
    refused(&mut world, &authority, 2, &pool);
}
