//! What waits for days: the validator's clock is moved on.

use std::time::Duration;

use serde_json::json;
use whittle_localnet::Local;

use crate::command_line::{at, error, events, exchange, name, program, trade, trader};
use crate::whittle::{refused, whittle};

const DAY: Duration = Duration::from_secs(86_400);

/// Moves the clock on. Prices that were published are older by as much.
fn pass(local: &Local, time: Duration) {
    let then = local.node().now().unwrap() + i64::try_from(time.as_secs()).unwrap();
    let target = json!([{ "absoluteTimestamp": then * 1_000 }]);
    local.node().call("surfnet_timeTravel", target).unwrap();
    local.node().wait_for(then - 60).unwrap();
}

#[test]
fn a_guardian_is_named_after_the_timelock_and_a_market_that_ended_is_settled_without_a_price() {
    let local = exchange();
    let authority = &local.authority;
    let (owner, other) = (trader(&local, "owner", "3000"), &local.keepers[1]);
    trade(&local, &owner, &["buy", "$8000"]);
    at(&local, 16_100);

    let guardian = owner.key().to_string();
    whittle(authority, &["change", "propose", "guardian", &guardian]);
    let end = ["change", "propose", "wind-down-market", "BTC"];
    let end = [&end[..], &["--settles-after", "1d"]].concat();
    assert_eq!(
        events(&whittle(authority, &end)),
        &json!(["ChangeProposed"])
    );
    let publish = ["crank", "publish-settlement", "BTC"];
    let settle = ["crank", "settle-position", &name(&owner), "BTC"];
    assert_eq!(error(other, &publish), program("SettlementNotDue"));
    assert_eq!(error(other, &settle), program("NotSettled"));

    // Anyone applies them once they are due.
    pass(&local, 2 * DAY + Duration::from_secs(120));
    for number in ["0", "1"] {
        let applied = whittle(other, &["change", "apply", number]);
        assert_eq!(events(&applied), &json!(["ChangeApplied"]));
    }
    let (code, _, gone) = refused(other, &["change", "apply", "0"]);
    let said = "there is no proposal 0: `whittle change list` shows those that wait";
    assert_eq!((code, gone.as_str()), (1, said));
    assert_eq!(whittle(&owner, &["change", "list"]), json!([]));
    let paused = whittle(&owner, &["pause", "liquidity", "10m"]);
    assert_eq!(events(&paused), &json!(["Paused"]));
    let ended = whittle(&owner, &["unpause", "liquidity"]);
    assert_eq!(events(&ended), &json!(["Unpaused"]));

    // Nobody published a price in the market's last hour, so a day of silence has to pass.
    pass(&local, DAY + Duration::from_secs(120));
    assert_eq!(error(other, &publish), program("SettlementUnobserved"));
    pass(&local, DAY);
    let published = whittle(other, &publish);
    assert_eq!(events(&published), &json!(["SettlementPublished"]));
    let settled = whittle(other, &settle);
    assert_eq!(events(&settled), &json!(["PositionSettled"]));
    let account = whittle(&owner, &["account", "show"]);
    assert_eq!(account["positions"], json!([]));
    let market = whittle(&owner, &["market", "show", "BTC"]);
    assert_eq!(market["state"], json!("settled"));
}
