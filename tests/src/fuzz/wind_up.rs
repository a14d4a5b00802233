//! The end of all business after a case: everybody leaves. Nobody may be stuck.

use whittle::state::pool::Pool;
use whittle::state::MarginAccount;
use whittle_risk::Usd;

use super::action::{Amount, Call, Terms};
use super::stage::Stage;
use crate::spec::USDC;

/// Days within which everybody must be out: pauses end, caps of a day are renewed.
const DAYS: usize = 12;
const DAY: i64 = 86_400;
/// Who fills and liquidates: authority and guardian, the last ones to leave.
const KEEPERS: [u8; 2] = [11, 12];

impl Stage {
    /// Lets everybody leave, day by day.
    ///
    /// Panics when somebody cannot although nothing stands in the way any more.
    pub(super) fn wind_up(&mut self) {
        // Whoever buys collateral must not lack what to pay with.
        let (buyer, quote) = (self.who(KEEPERS[0]), self.bank(0).mint);
        self.world.give(&buyer, &quote, 100_000_000 * USDC);
        for day in 0..DAYS {
            self.refusals.clear();
            self.calm(if day == 0 { 301 } else { DAY });
            for of in KEEPERS {
                self.call(Call::OpenMarginAccount { of });
            }
            self.close_orders();
            self.close_positions();
            self.liquidate_all(KEEPERS[0], 1);
            self.settle_ended();
            for market in 0..self.world.market_feeds.len() {
                self.deleverage(u8::try_from(market).unwrap_or(0));
            }
            self.resolve_all(KEEPERS[0]);
            // Interest came to the pool after its markets were settled.
            self.settle_all();
            self.withdraw_all();
            if self.left().is_none() {
                break;
            }
        }
        let left = self.left();
        let refusals = &self.refusals;
        assert!(
            left.is_none(),
            "STUCK: {}\n{refusals:?}",
            left.unwrap_or_default()
        );
        self.nothing_is_owed();
    }

    /// Time passes and prices are certain again, until no shock and no grace lasts.
    fn calm(&mut self, secs: i64) {
        self.world.pass(secs);
        self.refresh();
        self.bring_back();
        self.outlast_shocks();
        self.world.pass(601);
        self.refresh();
        self.outlast_shocks();
    }

    /// A price that rose beyond what can be cached comes back: until then its market stands still.
    fn bring_back(&mut self) {
        let now = self.world.now();
        for market in self.world.all_markets() {
            // From the highest mantissa to the least.
            for _ in 0..u64::MAX.ilog10() {
                if self.world.market(market).price.publish_time >= now {
                    break;
                }
                self.move_market(market, 1_000, 0, now);
                let update = self.update_markets(&[market]);
                self.send(&[update]);
            }
        }
    }

    fn close_orders(&mut self) {
        self.fill_due(KEEPERS[0]);
        for (of, _, account) in self.holders() {
            for (place, order) in (0u8..).zip(account.orders) {
                if order.lots == 0 {
                    continue;
                }
                if order.is_waiting() {
                    self.call(Call::CancelStop { of, place });
                } else {
                    self.call(Call::ExpireOrder { of, place });
                }
            }
        }
        for of in 0..u8::try_from(self.actors.len()).unwrap_or(0) {
            if self.request_of(of).is_some() && !self.call(Call::FillLiquidityRequest { of }) {
                self.call(Call::RefundLiquidityRequest { of });
            }
        }
    }

    fn close_positions(&mut self) {
        for (of, _, account) in self.holders() {
            for position in account.open_positions() {
                let terms = Terms {
                    buys: position.lots < 0,
                    size: Amount::Most(0),
                    limit_bps: 0,
                    life_secs: 0,
                    reduce_only: true,
                    trigger_bps: 0,
                    trigger_above: false,
                };
                self.call(Call::PlaceOrder {
                    by: None,
                    of,
                    market: u8::try_from(position.market).unwrap_or(0),
                    terms,
                });
            }
        }
        self.fill_due(KEEPERS[0]);
    }

    fn withdraw_all(&mut self) {
        for (of, _, account) in self.holders() {
            // Once more, for what was settled since.
            self.call(Call::SetReserve {
                of,
                is_reserve: false,
            });
            // Whose cash is less than the interest he owes, with nothing else behind it, pays the rest in.
            let due = account.overdraft_due().unwrap_or_default();
            if due.0 > 0 && account.cash_usd_atoms >= 0 {
                let thousands = due.magnitude().div_ceil(1_000);
                self.call(Call::Deposit {
                    by: of,
                    of,
                    bank: 0,
                    amount: Amount::Thousands(u32::try_from(thousands).unwrap_or(u32::MAX)),
                });
            }
            self.call(Call::ChargeInterest { of });
            let held = account.used_collaterals().map(|it| it.bank);
            for bank in held.chain([0]) {
                self.call(Call::Withdraw {
                    of,
                    bank: u8::try_from(bank).unwrap_or(0),
                    amount: Amount::Most(0),
                });
            }
            self.call(Call::CloseMarginAccount { of });
        }
    }

    /// Who is still there and need not be.
    fn left(&self) -> Option<String> {
        self.holders().into_iter().find_map(|(of, actor, account)| {
            let name = format!("{} {} ({of})", actor.name(), actor.sub_id());
            if let Some(position) = account.open_positions().next() {
                return Some(format!("{name} has {position:?}"));
            }
            if let Some(order) = account.orders.iter().find(|it| it.lots != 0) {
                return Some(format!("{name} has {order:?}"));
            }
            let claim = account.used_positions().find(|it| it.claim_usd_atoms > 0);
            if let Some(claim) = claim.filter(|_| self.can_pay_claims()) {
                let market = self.world.market(claim.market);
                let (line, unpaid) = (market.pool_line_usd_atoms, market.claims_unpaid_usd_atoms);
                let pool = self.world.pool();
                return Some(format!(
                    "{name} has {claim:?} of {unpaid} unpaid and {} paid beside {line} in the line and {} in the pool",
                    market.claims_pot_usd_atoms, pool.cash_usd_atoms + pool.reserve_usd_atoms
                ));
            }
            let claims = claim.is_some();
            let claimed: i64 = account.used_positions().map(|it| it.claim_usd_atoms).sum();
            let owes = account.cash_usd_atoms + claimed < 0 || account.deficit_usd_atoms > 0;
            let sellable = !account.used_collaterals().any(|it| self.is_misled(it.bank));
            if owes && sellable && self.can_bear_loss_of(&account) {
                let held: Vec<_> = account.used_collaterals().collect();
                let used: Vec<_> = account.used_positions().collect();
                return Some(format!(
                    "{name} owes {} with {} of interest and a deficit of {}, holds {held:?} and {used:?}",
                    account.cash_usd_atoms, account.interest_usd_atoms, account.deficit_usd_atoms
                ));
            }
            let has = account.cash_usd_atoms > 0 || account.used_collaterals().next().is_some();
            if has && !owes && !claims && !self.is_short() {
                return Some(format!(
                    "{name} keeps {} and {:?}",
                    account.cash_usd_atoms,
                    account.used_collaterals().collect::<Vec<_>>()
                ));
            }
            None
        })
    }

    /// Whether the authority named a feed for a token that says nothing of it. Nobody notices but
    /// people, and what is held of it waits for a wind-down (docs/limits.md).
    fn is_misled(&self, bank: u16) -> bool {
        let feed = self.world.bank_feeds[usize::from(bank)].as_ref();
        let asked = self.world.bank(bank).oracle;
        feed.is_some_and(|feed| {
            let said = feed.stub.config();
            (said.kind, said.key) != (asked.kind, asked.key)
        })
    }

    fn can_pay_claims(&self) -> bool {
        let Pool {
            cash_usd_atoms,
            reserve_usd_atoms,
            ..
        } = self.world.pool();
        // Less than an atom for each claim is nobody's.
        cash_usd_atoms + reserve_usd_atoms > 16
    }

    /// Under the cap of what insurance pays for one bankruptcy.
    fn can_bear_loss_of(&self, account: &MarginAccount) -> bool {
        let paid = Usd(account.insurance_paid_usd_atoms);
        let insurance = self.world.insurance().available(paid, self.world.now());
        self.can_pay_claims() || insurance.unwrap_or_default().0 > 0
    }

    /// Whether cash is out in overdrafts that nobody has resolved, so that the vault is short of it.
    fn is_short(&self) -> bool {
        let overdrawn = self.holders().into_iter();
        overdrawn.map(|it| it.2).any(|it| it.cash_usd_atoms < 0)
    }

    /// What is left belongs to the pool and the insurance fund, and to whoever could not be paid.
    fn nothing_is_owed(&self) {
        for index in self.world.all_markets() {
            let market = self.world.market(index);
            let open = (market.long_lots, market.short_lots);
            assert_eq!(open, (0, 0), "STUCK: lots of nobody in market {index}");
            let entry = (market.long_entry_usd_atoms, market.short_entry_usd_atoms);
            assert_eq!(entry, (0, 0), "STUCK: entry of nobody in market {index}");
            // An accrual rounds up what is expected, a settlement what is paid.
            let unsettled = market.funding_unsettled_usd_atoms;
            assert!(
                (-10_000..=10_000).contains(&unsettled),
                "STUCK: {unsettled} of funding of nobody in market {index}"
            );
        }
        let quote = self.bank(0);
        let owed: i64 = self.holders().iter().map(|it| it.2.cash_usd_atoms).sum();
        let vault = i64::try_from(self.vault(&quote)).unwrap_or(i64::MAX);
        let pool = self.world.pool();
        let mut kept = pool.cash_usd_atoms + pool.reserve_usd_atoms;
        kept += pool.pending_deposits_usd_atoms + self.world.insurance().cash_usd_atoms;
        for index in self.world.all_markets() {
            let market = self.world.market(index);
            kept += market.pool_line_usd_atoms + market.insurance_line_usd_atoms;
            kept += market.claims_pot_usd_atoms;
        }
        assert_eq!(vault, kept + owed, "STUCK: what is left in the vault");
    }
}
