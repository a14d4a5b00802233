use super::{book_with_a_liquidatable_account, long, only, put, tick, with_order};
use crate::action::{Action, BuildError, Due, Keys, Kind, What};
use crate::book::{Book, Stamp};
use crate::config::Config;
use crate::oracle::Feed;
use crate::synthetic::{bytes, empty_book, first_price, key, market, NOW};
use crate::{decide, decide_allowed};
use whittle::state::{LiquidityRequest, MarginAccount, Market, Pool};
use whittle_client::address;
use whittle_risk::{Price, Usd};

pub(super) fn decided(book: &Book, now: i64) -> Vec<Action> {
    decide(book, now, &Config::default())
}

fn dutiful() -> Config {
    Config {
        public_duties: true,
        ..Config::default()
    }
}

pub(super) fn kinds(actions: &[Action]) -> Vec<Kind> {
    actions.iter().map(|action| action.what.kind()).collect()
}

/// The account as its flag leaves it.
fn flagged(book: &Book) -> MarginAccount {
    let mut account = book.account(only(book)).unwrap();
    let episode = book.mirror().flag(&account, NOW).unwrap();
    account.set_episode(episode);
    account
}

#[test]
fn an_account_under_maintenance_is_flagged_and_after_confirmation_liquidated() {
    let (mut book, account) = book_with_a_liquidatable_account();
    let actions = decided(&book, NOW);
    assert_eq!(kinds(&actions), [Kind::Flag]);
    assert_eq!(actions[0].what, What::Flag { account });

    let flagged = flagged(&book);
    put(&mut book, 1, &flagged, 3);
    book.refresh(NOW);
    assert_eq!(
        decided(&book, NOW),
        [],
        "its prices do not confirm the flag yet"
    );

    tick(&mut book, 0, first_price(0), 4, NOW + 2);
    book.refresh(NOW + 2);
    let config = Config {
        fee_usd_atoms: 800,
        ..Config::default()
    };
    let actions = decide(&book, NOW + 2, &config);
    assert_eq!(kinds(&actions), [Kind::Liquidate]);
    assert_eq!(
        actions[0].what,
        What::Liquidate {
            account,
            min_bonus: 10_800,
            closes: Some(vec![0]),
        }
    );
    let plan = book.mirror().plan(&flagged, NOW + 2, Usd::ZERO).unwrap();
    assert_eq!(actions[0].profit, plan.bonus);
    assert_eq!(
        actions[0]
            .instructions(&book, &Keys::default())
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn an_emergency_is_liquidated_at_once() {
    let mut book = empty_book();
    put(&mut book, 1, &long(0, 1_000, 100_000_000), 2);
    book.refresh(NOW);
    assert_eq!(kinds(&decided(&book, NOW)), [Kind::Liquidate]);
}

#[test]
fn a_denied_market_is_left_to_others() {
    let (book, _) = book_with_a_liquidatable_account();
    let mut config = dutiful();
    config.markets.deny = vec![0];
    assert_eq!(decide(&book, NOW, &config), []);
    config.markets.deny = vec![];
    config.markets.allow = vec![1];
    assert_eq!(decide(&book, NOW, &config), []);
    config.markets.allow = vec![0];
    assert_eq!(kinds(&decide(&book, NOW, &config)), [Kind::Flag]);
}

#[test]
fn actions_that_are_left_to_others_are_not_decided_and_take_nobodys_place() {
    let (mut book, _) = book_with_a_liquidatable_account();
    let mut expired = with_order(0);
    (expired.orders[2].placed_at, expired.orders[2].expires_at) = (NOW - 300, NOW);
    put(&mut book, 2, &expired, 2);
    book.refresh(NOW + 1);
    let mut config = Config {
        actions_at_once: 1,
        ..dutiful()
    };
    assert_eq!(kinds(&decide(&book, NOW + 1, &config)), [Kind::Flag]);
    config.actions.leave = vec![Kind::Flag, Kind::Liquidate];
    assert_eq!(kinds(&decide(&book, NOW + 1, &config)), [Kind::ExpireOrder]);
}

#[test]
fn what_pays_too_little_is_left_alone_unless_it_is_a_duty() {
    let (book, _) = book_with_a_liquidatable_account();
    let mut config = Config {
        min_profit_usd_atoms: 1_000_000_000,
        ..Config::default()
    };
    assert_eq!(decide(&book, NOW, &config), []);
    config.public_duties = true;
    assert_eq!(kinds(&decide(&book, NOW, &config)), [Kind::Flag]);
}

#[test]
fn a_margin_call_is_a_duty_and_issued_once() {
    let mut book = empty_book();
    // 11,000 dollars: 330 maintenance, 396 call level.
    let mut account = long(0, 1_000, 350_000_000);
    put(&mut book, 1, &account, 2);
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW), []);
    let actions = decide(&book, NOW, &dutiful());
    assert_eq!(kinds(&actions), [Kind::IssueMarginCall]);
    account.margin_called_at = NOW;
    put(&mut book, 1, &account, 3);
    book.refresh(NOW);
    assert_eq!(decide(&book, NOW, &dutiful()), []);
    // Healthy again: the call is taken back.
    account.cash_usd_atoms = 900_000_000;
    put(&mut book, 1, &account, 4);
    book.refresh(NOW);
    let actions = decide(&book, NOW, &dutiful());
    assert_eq!(kinds(&actions), [Kind::IssueMarginCall]);
}

/// An account whose owner's plan is due.
fn under_its_trigger() -> MarginAccount {
    let mut account = long(0, 1_000, 350_000_000);
    let one = 1u64 << 32;
    account.recovery.trigger_q32 = one + one / 10;
    account.recovery.target_q32 = one + one / 2;
    account.recovery.fee_max_q32 = one / 1_000;
    account
}

#[test]
fn an_owners_plan_goes_before_a_margin_call() {
    let mut book = empty_book();
    let account = under_its_trigger();
    put(&mut book, 1, &account, 2);
    book.refresh(NOW);
    let actions = decide(&book, NOW, &dutiful());
    assert_eq!(kinds(&actions), [Kind::ExecuteRecovery]);
    let plan = book.mirror().recover(&account, NOW, Usd::ZERO).unwrap();
    assert_eq!(actions[0].profit, plan.bonus);
}

/// The program refuses both, and a price tells when they are over.
#[test]
fn a_plan_waits_where_a_price_is_not_confirmed_and_where_the_market_is_about_to_end() {
    let mut book = empty_book();
    put(&mut book, 1, &under_its_trigger(), 2);
    let decided_with = |book: &mut Book, slot, change: fn(&mut Market)| {
        let mut changed = *book.chain_market(0).unwrap();
        change(&mut changed);
        let (at, data) = (address::market(0), bytes(&changed));
        book.take(at, whittle::ID, &data, Stamp::end_of(slot))
            .unwrap();
        book.refresh(NOW);
        kinds(&decided(book, NOW))
    };
    let shock = |market: &mut Market| market.breaker.shock_since = NOW;
    assert_eq!(decided_with(&mut book, 3, shock), []);
    let ending = |market: &mut Market| {
        market.breaker.shock_since = 0;
        market.wind_down.begins_at = NOW - 86_000;
        market.wind_down.settles_at = NOW + 400;
        let price = Price(market.price.price_q32);
        // Half of the hour, by prices that stood for five minutes each.
        for secs in (0..6).map(|it| 300 * it) {
            let from = NOW - 1_800 + secs;
            market.wind_down.observe(price, from, from + 300);
        }
    };
    assert_eq!(decided_with(&mut book, 4, ending), []);
    let earlier = |market: &mut Market| market.wind_down.observed_secs = 1_799;
    assert_eq!(decided_with(&mut book, 5, earlier), [Kind::ExecuteRecovery]);
}

#[test]
fn an_order_is_filled_from_its_delay_until_its_expiry() {
    let mut book = empty_book();
    let account = put(&mut book, 1, &with_order(0), 2);
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW + 1), []);
    let actions = decided(&book, NOW + 2);
    let what = What::FillOrder {
        account,
        place: 2,
        market: 0,
        due_at: NOW + 2,
        update: Due::Unknown,
    };
    assert_eq!(actions[0].what, what);
    assert_eq!(actions[0].profit, Usd(20_000));
    let build = actions[0].instructions(&book, &Keys::default());
    assert_eq!(build, Err(BuildError::NoOracle(Feed::Market(0))));
    assert_eq!(decided(&book, NOW + 301), []);
    let expired = decide(&book, NOW + 301, &dutiful());
    assert_eq!(kinds(&expired), [Kind::ExpireOrder]);
}

#[test]
fn a_stop_is_triggered_when_its_price_is_reached() {
    let mut book = empty_book();
    put(&mut book, 1, &with_order(first_price(0) - 5), 2);
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW + 2), []);
    tick(&mut book, 0, first_price(0) - 5, 3, NOW + 2);
    book.refresh(NOW + 2);
    assert_eq!(kinds(&decided(&book, NOW + 2)), [Kind::TriggerOrder]);
}

#[test]
fn a_bankrupt_account_is_resolved_as_a_duty() {
    let mut book = empty_book();
    let mut account = long(0, 0, -5_000_000);
    account.positions[0] = Default::default();
    put(&mut book, 1, &account, 2);
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW), []);
    let actions = decide(&book, NOW, &dutiful());
    assert_eq!(kinds(&actions), [Kind::ResolveBankruptcy]);
}

#[test]
fn the_queue_takes_the_greatest_expected_loss_first() {
    let mut book = empty_book();
    let small = put(&mut book, 1, &long(0, 100, 10_000_000), 2);
    let large = put(&mut book, 2, &long(0, 10_000, 1_500_000_000), 2);
    book.refresh(NOW);
    let list = book.liquidatable(Config::default().shock());
    let order: Vec<_> = list.iter().map(|ranked| ranked.address).collect();
    assert_eq!(order, [large, small]);
    let actions = decided(&book, NOW);
    assert_eq!(actions[0].key().account, large);
}

#[test]
fn what_waits_does_not_take_the_place_of_what_can_be_done() {
    let mut book = empty_book();
    let small = put(&mut book, 1, &long(0, 100, 10_000_000), 2);
    let large = put(&mut book, 2, &long(0, 10_000, 1_500_000_000), 2);
    book.refresh(NOW);
    let config = Config {
        actions_at_once: 1,
        ..Config::default()
    };
    let of = |actions: &[Action]| -> Vec<_> { actions.iter().map(|it| it.key().account).collect() };
    assert_eq!(of(&decide(&book, NOW, &config)), [large]);
    let rest = decide_allowed(&book, NOW, &config, |key| key.account != large);
    assert_eq!(of(&rest), [small]);
}

#[test]
fn a_request_waits_for_its_delay_and_for_the_price_of_every_market_with_positions() {
    let mut book = empty_book();
    let mut request: LiquidityRequest = bytemuck::Zeroable::zeroed();
    request.owner = key(2, 5);
    request.requested_at = NOW - 1;
    request.expires_at = NOW + 300;
    let at = whittle_client::address::liquidity_request(&request.owner);
    let data = crate::synthetic::bytes(&request);
    book.take(at, whittle::ID, &data, Stamp::end_of(2)).unwrap();
    let fills = |book: &Book, now| {
        let actions = decide(book, now, &dutiful());
        let fill = |it: &Action| it.what.kind() == Kind::FillLiquidityRequest;
        actions.iter().filter(|it| fill(it)).count()
    };
    let count = book.mirror().exchange().unwrap().market_count;
    for index in 0..count {
        let mut idle = market(index);
        (idle.long_lots, idle.short_lots) = (0, 0);
        let at = whittle_client::address::market(index);
        let data = crate::synthetic::bytes(&idle);
        book.take(at, whittle::ID, &data, Stamp::end_of(3)).unwrap();
    }
    book.refresh(NOW);
    assert_eq!(
        fills(&book, NOW),
        0,
        "the delay of two seconds is the clock's"
    );
    assert_eq!(fills(&book, NOW + 1), 1);

    let at = whittle_client::address::market(0);
    let data = crate::synthetic::bytes(&market(0));
    book.take(at, whittle::ID, &data, Stamp::end_of(4)).unwrap();
    book.refresh(NOW + 1);
    assert_eq!(fills(&book, NOW + 1), 0, "its price is older than that");
    tick(&mut book, 0, first_price(0), 5, NOW + 1);
    book.refresh(NOW + 1);
    assert_eq!(fills(&book, NOW + 1), 1);
    assert_eq!(fills(&book, NOW + 32), 0, "older than an update may be");
}

#[test]
fn collateral_of_an_overdrawn_account_is_bought_at_its_discount() {
    let mut book = empty_book();
    let mut account = long(0, 0, -80_000_000);
    account.positions[0] = Default::default();
    account.collaterals[0].bank = 1;
    account.collaterals[0].amount_atoms = 5_000_000_000;
    put(&mut book, 1, &account, 2);
    let pool: Pool = bytemuck::Zeroable::zeroed();
    let at = whittle_client::address::pool();
    let data = crate::synthetic::bytes(&pool);
    book.take(at, whittle::ID, &data, Stamp::end_of(2)).unwrap();
    book.refresh(NOW);
    assert_eq!(decided(&book, NOW), [], "no budget, no purchase");
    let mut config = Config::default();
    config.convert.most_usd_atoms = 49_000_000;
    let actions = decide(&book, NOW, &config);
    assert_eq!(kinds(&actions), [Kind::ConvertCollateral]);
    let What::ConvertCollateral {
        bank, max_atoms, ..
    } = actions[0].what
    else {
        panic!("{:?}", actions[0]);
    };
    // Half a token of 100 dollars costs 49 after 2 % off.
    assert_eq!(bank, 1);
    assert!(
        (499_999_900..=500_000_100).contains(&max_atoms),
        "{max_atoms}"
    );
    assert!((999_000..=1_001_000).contains(&actions[0].profit.0));
    let built = actions[0].instructions(&book, &Keys::default());
    assert_eq!(built, Err(BuildError::NoTokenAccount(0)));
}
