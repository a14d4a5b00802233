//! The prices.

use super::*;

#[test]
fn prices_that_stop_moving_are_reported_and_waited_for() {
    let scene = Scene::new();
    let keeper = scene.keeper();
    scene.publish(Some(FALLEN));
    until("it is flagged", || scene.is_flagged());
    // The price of the flag is no second price: it confirms nothing.
    scene.publish(None);
    until("the flag is known", || {
        keeper.ended("flag_account", "done") == 1.0
    });
    if scene.is_liquidated() {
        panic!("liquidated before a second price");
    }
    let (tried, age) = (scene.simulations(), "whittle_keeper_oracle_age_seconds");
    let age = format!("{age}{{feed=\"market:0\"}}");
    until("the age of the price is told", || {
        keeper.metric(&age) >= 6.0
    });
    let tried = scene.simulations() - tried;
    eprintln!("prices stand: {tried} simulations until they were 6 s old");
    assert!(tried <= 4, "{tried} simulations");
    assert!(keeper.is_ready() && !scene.is_liquidated());
    scene.publish(Some(FALLEN));
    scene.settle(keeper);
}
