//! What a keeper does when the node, the wire, the prices or its own life fail: nothing on what it
//! does not know, nothing in a hot loop, and what is due once, afterwards.

mod fees;
mod keeper;
mod killed;
mod prices;
mod proxy;
mod refused;
mod rpc;
mod socket;

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use whittle::state::MarginAccount;
use whittle_localnet::cast::Member;
use whittle_localnet::Local;

use crate::{dollars, options, start};
use keeper::Keeper;
use proxy::{Http, Proxy, Socket};

const USDC: u64 = 1_000_000;
/// A long of 40,000 dollars of BTC with 5,000 dollars is healthy here ...
const CALM: [u64; 3] = [16_000, 700, 150];
/// ... and under maintenance here, above nothing.
const FALLEN: [u64; 3] = [14_240, 700, 150];
/// Nothing protects it any more here.
const DEEP: [u64; 3] = [14_080, 700, 150];
const PATIENCE: Duration = Duration::from_secs(40);

/// Waits until `what` holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Looks for so long that something stays as it is.
fn throughout(how_long: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + how_long;
    while Instant::now() < end {
        assert!(holds(), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// An exchange with one trader, prices every second, and a faulty wire to it.
struct Scene {
    proxy: Proxy,
    trader: Member,
    before: i64,
    /// What is published every second; nothing while none.
    prices: Arc<Mutex<Option<[u64; 3]>>>,
    local: Arc<Local>,
}

impl Scene {
    fn new() -> Self {
        let local = Arc::new(start(options()));
        local.publish(&dollars(CALM)).unwrap();
        let trader = local.member("trader", 5_000 * USDC).unwrap();
        local.open_account(&trader).unwrap();
        local.deposit(&trader, 0, 5_000 * USDC).unwrap();
        local.place(&trader, 0, 40_000).unwrap();
        local.fill(&[&trader], &local.keepers[0]).unwrap();
        let prices = Arc::new(Mutex::new(Some(CALM)));
        let (published, on) = (Arc::downgrade(&prices), Arc::downgrade(&local));
        thread::spawn(move || {
            while let (Some(prices), Some(local)) = (published.upgrade(), on.upgrade()) {
                let now = *prices.lock().unwrap();
                // The validator may just have ended with its test.
                if now.is_none_or(|now| local.publish(&dollars(now)).is_err()) {
                    thread::sleep(Duration::from_millis(50));
                }
            }
        });
        let scene = Self {
            proxy: Proxy::new(local.rpc_url(), local.ws_url()),
            trader,
            before: 0,
            prices,
            local,
        };
        Self {
            before: scene.pay(),
            ..scene
        }
    }

    /// The keeper whose process is under test.
    fn member(&self) -> &Member {
        &self.local.keepers[1]
    }

    fn keeper(&self) -> Keeper {
        let keeper = Keeper::start(&self.local, &self.proxy, self.member());
        until("it is ready", || keeper.is_ready());
        keeper
    }

    fn publish(&self, prices: Option<[u64; 3]>) {
        *self.prices.lock().unwrap() = prices;
    }

    fn account(&self) -> MarginAccount {
        self.local.margin_account(&self.trader.account()).unwrap()
    }

    fn is_flagged(&self) -> bool {
        self.account().flagged_at != 0
    }

    fn is_liquidated(&self) -> bool {
        self.account().receipt.at != 0
    }

    /// What the keeper's margin account holds.
    fn pay(&self) -> i64 {
        let account = self.member().account();
        self.local.margin_account(&account).unwrap().cash_usd_atoms
    }

    fn sends(&self) -> usize {
        self.proxy.count("sendTransaction")
    }

    fn simulations(&self) -> usize {
        self.proxy.count("simulateTransaction")
    }

    /// Waits for the liquidation, looks that there is no second one, and that nothing is left over:
    /// the keeper holds the connections that it held before, and ends when it is told to.
    fn settle(self, keeper: Keeper) {
        until("the account is liquidated", || self.is_liquidated());
        let (first, sent) = (self.account().receipt, self.sends());
        until("what is in flight has ended", || {
            keeper.metric("whittle_keeper_in_flight") == 0.0
        });
        throughout(Duration::from_secs(1), "a second liquidation", || {
            self.account().receipt.at == first.at
        });
        assert_eq!(self.pay() - self.before, first.bonus_usd_atoms);
        // A transaction that was not seen at once is handed over again, as it is.
        assert!(self.sends() <= sent + 1, "{sent} and {}", self.sends());
        assert!(keeper.is_ready());
        assert_eq!(self.proxy.open()[1], 1, "one WebSocket");
        keeper.assert_small();
        keeper.end();
        until("no connection is left", || self.proxy.open() == [0, 0]);
    }
}
