//! Liquidations and who bears what they leave.

use whittle_risk::health::State;

use super::{Call, Stage};
use crate::fuzz::action::Amount;
use crate::fuzz::stage::RESERVES;

impl Stage {
    pub(in crate::fuzz) fn liquidate_all(&mut self, by: u8, times: u8) {
        for (of, _, account) in self.holders() {
            let now = self.world.now();
            if self.world.mirror().flag(&account, now).is_ok() {
                self.call(Call::FlagAccount { of });
            }
        }
        for round in 0..=times % 4 {
            if round > 0 {
                // The bonus grows, and breakers make room again.
                self.world.pass(60);
                self.refresh();
            }
            // Now and then too early: the same price confirms nothing.
            if times < 4 {
                self.world.pass(3);
                self.refresh();
            }
            for (of, _, account) in self.holders() {
                if !self.is_under(&account) {
                    continue;
                }
                let least = Amount::Zero;
                let by = self.another(by, of);
                self.call(Call::LiquidatePartial { by, of, least });
            }
        }
    }

    pub(in crate::fuzz) fn is_under(&self, account: &whittle::state::MarginAccount) -> bool {
        if account.open_positions().next().is_none() {
            return false;
        }
        let state = self.world.mirror().state(account, self.world.now());
        state.is_ok_and(|it| it >= State::Liquidatable) || account.flagged_at != 0
    }

    pub(in crate::fuzz) fn settle_all(&mut self) {
        self.call(Call::SettleMarkets { set: 0 });
        for (of, _, account) in self.holders() {
            let used = account.used_positions().next().is_some();
            if used || account.deficit_usd_atoms != 0 {
                self.call(Call::SettleAccount { of, set: 0 });
            }
            if account.interest_usd_atoms > 0 || account.cash_usd_atoms < 0 {
                self.call(Call::ChargeInterest { of });
            }
        }
    }

    pub(in crate::fuzz) fn resolve_all(&mut self, by: u8) {
        self.refresh();
        self.convert_all(by);
        self.settle_all();
        for (of, _, account) in self.holders() {
            let is_flat = account.open_positions().next().is_none();
            if account.deficit_usd_atoms > 0 || (is_flat && account.cash_usd_atoms < 0) {
                self.call(Call::ResolveBankruptcy { of });
            }
        }
    }

    fn convert_all(&mut self, by: u8) {
        for (of, _, account) in self.holders() {
            if account.cash_usd_atoms >= 0 {
                continue;
            }
            for held in account.used_collaterals() {
                let bank = u8::try_from(held.bank).unwrap_or(0);
                let most = Amount::Max;
                self.call(Call::ConvertCollateral { by, of, bank, most });
            }
        }
    }

    pub(in crate::fuzz) fn deleverage(&mut self, market: u8) {
        let index = self.market(market).index;
        for is_long in [true, false] {
            self.call(Call::StartDeleverage { market, is_long });
            if self.world.market(index).deleverage.ends_at == 0 {
                continue;
            }
            // Nobody may begin anew what runs.
            self.call(Call::StartDeleverage { market, is_long });
            for (of, _, account) in self.holders() {
                if account.position(index).is_some_and(|it| it.lots != 0) {
                    self.call(Call::AutoDeleverage { of, market });
                }
            }
        }
    }

    pub(in crate::fuzz) fn recover_all(&mut self, by: u8) {
        if self.world.insurance().is_drawn(self.world.now()) {
            // Little may leave by the day, and cash that is moved afterwards takes with it what left.
            for of in RESERVES {
                let (bank, amount) = (0, Amount::Share(100));
                self.call(Call::Withdraw { of, bank, amount });
            }
        }
        for (of, _, account) in self.holders() {
            let state = self.world.mirror().state(&account, self.world.now());
            if account.open_positions().next().is_none() || state.is_err() {
                continue;
            }
            if account.recovery.trigger_q32 == 0 {
                self.call(Call::SetRecoveryPlan {
                    of,
                    trigger_bps: 11_900,
                    target_bps: 13_000,
                    fee_bps: 10,
                });
            }
            if state.is_ok_and(|it| it >= State::MarginCall) {
                let (from, most) = (0, Amount::Share(500));
                self.call(Call::IssueMarginCall { of });
                self.call(Call::TopUp { of, from, most });
                let least = Amount::Zero;
                let by = self.another(by, of);
                self.call(Call::ExecuteRecovery { by, of, least });
            }
        }
    }

    pub(in crate::fuzz) fn shortfall(&mut self) {
        self.settle_all();
        self.refresh();
        if self.call(Call::AllocateShortfall) {
            self.world.pass(601);
            self.refresh();
            self.call(Call::AllocateShortfall);
        }
    }
}
