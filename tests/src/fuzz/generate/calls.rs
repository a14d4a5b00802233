//! One instruction.

use rand::Rng;

use super::{Call, Generator};

impl Generator {
    /// Any instruction; what people send more often comes more often.
    pub(super) fn call(&mut self) -> Call {
        match self.rng.random_range(0..8) {
            0 => self.money(),
            1 | 2 => self.order(),
            3 => self.keeping(),
            4 => self.settling(),
            5 => self.owning(),
            6 => self.providing(),
            _ => self.rule(),
        }
    }

    fn money(&mut self) -> Call {
        let (by, of, bank) = self.rng.random();
        let amount = self.amount();
        match self.rng.random_range(0..8) {
            0 | 1 => Call::Deposit {
                by,
                of,
                bank,
                amount,
            },
            2 => Call::Deposit {
                by: of,
                of,
                bank: 0,
                amount,
            },
            3..6 => Call::Withdraw { of, bank, amount },
            6 => Call::ChargeInterest { of },
            _ => Call::ConvertCollateral {
                by,
                of,
                bank,
                most: amount,
            },
        }
    }

    fn order(&mut self) -> Call {
        let (by, of, market) = self.rng.random();
        let place = self.rng.random_range(0..5);
        match self.rng.random_range(0..12) {
            0..6 => Call::PlaceOrder {
                by: self.rng.random_ratio(1, 8).then_some(by),
                of,
                market,
                terms: self.terms(),
            },
            6..8 => Call::FillOrder { by, of, place },
            8 => Call::ExpireOrder { of, place },
            9 => Call::TriggerOrder { of, place },
            _ => Call::CancelStop { of, place },
        }
    }

    fn keeping(&mut self) -> Call {
        let (by, of, set) = self.rng.random();
        match self.rng.random_range(0..9) {
            0 | 1 => Call::UpdateMarkets { set },
            2 => Call::UpdateBanks { set },
            3 => Call::FlagAccount { of },
            4 => Call::LiquidatePartial {
                by,
                of,
                least: self.least(),
            },
            5 => Call::IssueMarginCall { of },
            6 => Call::ExecuteRecovery {
                by,
                of,
                least: self.least(),
            },
            7 => Call::TopUp {
                of,
                from: by,
                most: self.amount(),
            },
            _ => Call::AssessAccount { of },
        }
    }

    fn settling(&mut self) -> Call {
        let (of, market, set) = self.rng.random();
        match self.rng.random_range(0..11) {
            0 | 1 => Call::SettleMarkets { set },
            2 | 3 => Call::SettleAccount { of, set },
            4 => Call::PublishSettlement { market },
            5 => Call::PublishBankSettlement { bank: market },
            6 => Call::SettlePosition { of, market },
            7 => Call::ResolveBankruptcy { of },
            8 => Call::AllocateShortfall,
            9 => Call::StartDeleverage {
                market,
                is_long: self.rng.random(),
            },
            _ => Call::AutoDeleverage { of, market },
        }
    }

    fn owning(&mut self) -> Call {
        let (of, to) = self.rng.random();
        match self.rng.random_range(0..7) {
            0 => Call::OpenMarginAccount { of },
            1 => Call::CloseMarginAccount { of },
            2 => Call::SetDelegate { of, to },
            3 => Call::SetLeverage {
                of,
                class: self.rng.random_range(0..4),
                own_bps: self.rng.random_range(0..12_000),
                authority_signs: self.rng.random(),
            },
            4 | 5 => Call::SetRecoveryPlan {
                of,
                trigger_bps: self.rng.random_range(9_900..12_500),
                target_bps: self.rng.random_range(10_000..20_000),
                fee_bps: self.rng.random_range(0..60),
            },
            _ => Call::SetReserve {
                of,
                is_reserve: self.rng.random(),
            },
        }
    }

    fn providing(&mut self) -> Call {
        let (by, of) = self.rng.random();
        match self.rng.random_range(0..9) {
            0..4 => Call::RequestLiquidity {
                by,
                kind: self.rng.random_range(0..4),
                amount: self.amount(),
                least: self.least(),
            },
            4..6 => Call::FillLiquidityRequest { of },
            6 => Call::RefundLiquidityRequest { of },
            7 => Call::SeedInsurance {
                by,
                amount: self.amount(),
            },
            _ => Call::PoolExposure,
        }
    }

    /// What only the authority or the guardian may.
    pub(super) fn rule(&mut self) -> Call {
        let (by, which) = (self.rng.random(), self.rng.random());
        match self.rng.random_range(0..28) {
            0..8 => Call::ProposeChange { wish: self.wish() },
            8..10 => Call::CancelChange { which },
            10..14 => Call::ApplyChange { which },
            14 => Call::TransferAuthority { to: which },
            15 => Call::AcceptAuthority { by },
            16 | 24 => Call::Pause {
                by,
                kind: self.rng.random_range(0..5),
                secs: self.rng.random_range(0..100_000),
            },
            17 | 25..27 => Call::Unpause {
                by,
                kind: self.rng.random_range(2..8),
            },
            18 => Call::GuardMarket {
                by,
                market: which,
                cap: self.amount(),
                initial_bps: self.rng.random_range(0..50_000),
            },
            19 => Call::GuardBank {
                by,
                bank: which,
                cap: self.amount(),
            },
            20 => Call::InitializeExchange { by },
            21 => Call::ListBank { by, kind: which },
            22 => Call::ListMarket { by, kind: which },
            _ => Call::CreatePool { by },
        }
    }
}
