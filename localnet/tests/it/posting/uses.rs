//! What posted prices are used for.

use super::*;
use anchor_spl::associated_token::get_associated_token_address;
use whittle::instructions::RequestLiquidityArgs;
use whittle::state::liquidity_request::REQUEST_DEPOSIT;
use whittle_client::{address, instruction};

const LAMPORTS: f64 = 1e9;

#[test]
fn an_order_is_filled_by_a_posted_update_and_the_rent_comes_back() {
    let scene = Scene::new();
    let trader = scene.trader("trader");
    let old = scene.sponsored();
    let before = scene.lamports();
    let mut keeper = scene.keeper("");
    scene.hermes.set(&dollars([16_080, 700, 150]));
    scene.local.place(&trader, 0, 40_000).unwrap();
    until("the order is filled", Some(&keeper), || {
        scene.account(&trader).open_positions().next().is_some()
    });
    let log = keeper.log().unwrap();
    assert!(!log.contains("not posted"), "{log}");
    assert_eq!(
        scene.sponsored(),
        old,
        "nobody wrote the sponsored accounts"
    );
    // At the price of the first update after the delay, which was never cached before.
    let market = *scene.local.mirror().unwrap().market(0).unwrap();
    let price = u128::from(market.price.price_q32) >> 32;
    assert_eq!(price, 160_800, "16,080 dollars in lots of 0.00001 BTC");

    until("the rent is back", Some(&keeper), || scene.rented() == 0);
    until("the keeper knows", Some(&keeper), || {
        let held = keeper.metric(&scene.local, "whittle_keeper_rented_accounts", "");
        held.unwrap() == 0.0
    });
    let postings = keeper.metric(&scene.local, "whittle_keeper_postings_total", "done");
    assert_eq!(postings.unwrap(), 1.0, "{}", keeper.log().unwrap());
    let told = keeper.metric(&scene.local, "whittle_keeper_fees_sol_total", "");
    let paid = (before - scene.lamports()) as f64 / LAMPORTS;
    // The validator's record of the fill leaves out its priority fee, which is under 100 lamports.
    let untold = paid - told.unwrap();
    assert!(
        (-1e-9..1e-7).contains(&untold),
        "{paid} SOL, {untold} untold"
    );
    keeper.terminate(PATIENCE).unwrap();
}

#[test]
fn a_liquidity_request_is_filled_at_a_posted_price() {
    let scene = Scene::new();
    let _holder = scene.holder("trader");
    let (local, provider) = (&scene.local, &scene.local.provider);
    let (key, mint) = (provider.key(), local.quote_mint());
    local.node().set_tokens(&key, &mint, 1_000 * USDC).unwrap();
    let mirror = local.mirror().unwrap();
    let request = instruction::request_liquidity(
        key,
        mirror.bank(0).unwrap(),
        get_associated_token_address(&key, &mint),
        get_associated_token_address(&key, &address::share_mint()),
        RequestLiquidityArgs {
            kind: REQUEST_DEPOSIT,
            amount_atoms: 1_000 * USDC,
            min_out_atoms: 0,
        },
    );
    local.node().send(&[request], &[&provider.keypair]).unwrap();
    let at = address::liquidity_request(&key);
    assert!(local.node().data(&[at]).unwrap()[0].is_some());

    let old = scene.sponsored();
    let mut keeper = scene.keeper("public_duties = true");
    until("the request is filled", Some(&keeper), || {
        local.node().data(&[at]).unwrap()[0].is_none()
    });
    assert_eq!(
        scene.sponsored(),
        old,
        "nobody wrote the sponsored accounts"
    );
    until("the keeper counts it", Some(&keeper), || {
        let name = "whittle_keeper_actions_total";
        let labels = "action=\"fill_liquidity_request\",outcome=\"done\"";
        keeper.metric(local, name, labels).unwrap() == 1.0
    });
    keeper.terminate(PATIENCE).unwrap();
    assert_eq!(scene.rented(), 0);
}

#[test]
fn an_account_is_flagged_and_liquidated_at_posted_prices() {
    let scene = Scene::new();
    let trader = scene.holder("trader");
    let old = scene.sponsored();
    let mut keeper = scene.keeper("");
    scene.hermes.set(&dollars(FALLEN));
    until("it is flagged", Some(&keeper), || {
        scene.account(&trader).flagged_at != 0
    });
    until("it is liquidated", Some(&keeper), || {
        scene.account(&trader).receipt.at != 0
    });
    assert_eq!(
        scene.sponsored(),
        old,
        "nobody wrote the sponsored accounts"
    );
    let bonus = scene.account(&trader).receipt.bonus_usd_atoms;
    assert!(bonus > 0);
    until("the rent is back", Some(&keeper), || scene.rented() == 0);
    keeper.terminate(PATIENCE).unwrap();
    assert_eq!(scene.account(scene.member()).cash_usd_atoms, bonus);
}
