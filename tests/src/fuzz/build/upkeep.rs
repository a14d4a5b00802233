//! What anyone may do: prices, fills, liquidations, settlements.

use anchor_lang::solana_program::instruction::Instruction;
use whittle::state::Side;
use whittle_client::instruction::{self, Buyer};
use whittle_client::Writable;
use whittle_risk::Usd;

use crate::actor::Actor;
use crate::fuzz::action::{Amount, Call};
use crate::fuzz::stage::Stage;

impl Stage {
    pub(super) fn about_upkeep(&mut self, call: &Call) -> Option<Instruction> {
        let mirror = self.world.mirror();
        match *call {
            Call::UpdateMarkets { set } => {
                let markets = self.markets_of(set);
                Some(self.update_markets(&markets))
            }
            Call::UpdateBanks { set } => {
                let banks = self.banks_of(set);
                Some(self.update_banks(&banks))
            }
            Call::FillOrder { by, of, place } => self.fill(by, of, place),
            Call::ExpireOrder { of, place } => {
                let (of, place) = self.ordering(of, place, false);
                Some(instruction::expire_order(self.who(of).account(), place))
            }
            Call::TriggerOrder { of, place } => {
                let (of, place) = self.ordering(of, place, true);
                let (actor, account) = self.holder(of)?;
                let order = account.orders.get(usize::from(place));
                let market = order.map_or(0, |it| it.market);
                Some(instruction::trigger_order(actor.account(), market, place))
            }
            Call::FlagAccount { of } => {
                let (actor, account) = self.holder(self.troubled(of))?;
                instruction::flag_account(&mirror, actor.held(&account)).ok()
            }
            Call::LiquidatePartial { by, of, least } => self.liquidate(by, of, least),
            Call::IssueMarginCall { of } => {
                let (actor, account) = self.holder(self.called(of))?;
                instruction::issue_margin_call(&mirror, actor.held(&account)).ok()
            }
            Call::ExecuteRecovery { by, of, least } => {
                let (actor, account) = self.holder(self.called(of))?;
                let plan = mirror.recover(&account, self.world.now(), Usd::ZERO);
                let least = least.signed_of(plan.map_or(0, |plan| plan.bonus.0));
                let (held, keeper) = (actor.held(&account), self.who(by).account());
                instruction::execute_recovery(&mirror, held, keeper, least, Writable::All).ok()
            }
            Call::TopUp { of, from, most } => self.top_up(of, from, most),
            Call::AssessAccount { of } => {
                let (actor, account) = self.holder(of)?;
                instruction::assess_account(&mirror, actor.held(&account)).ok()
            }
            _ => self.about_settling(call),
        }
    }

    fn about_settling(&mut self, call: &Call) -> Option<Instruction> {
        let mirror = self.world.mirror();
        match *call {
            Call::SettleMarkets { set } => Some(instruction::settle_markets(&self.markets_of(set))),
            Call::SettleAccount { of, set } => {
                let (actor, account) = self.holder(of)?;
                let mut markets: Vec<u16> = account.used_positions().map(|it| it.market).collect();
                if account.deficit_usd_atoms != 0 && !markets.contains(&account.deficit_market) {
                    markets.push(account.deficit_market);
                }
                if set % 8 == 7 {
                    markets = self.markets_of(set);
                }
                Some(instruction::settle_account(actor.account(), &markets))
            }
            Call::PublishSettlement { market } => {
                Some(instruction::publish_settlement(self.market(market).index))
            }
            Call::PublishBankSettlement { bank } => {
                Some(instruction::publish_bank_settlement(&self.bank(bank).mint))
            }
            Call::SettlePosition { of, market } => {
                let (actor, account) = self.holder(of)?;
                let market = self.market(market).index;
                instruction::settle_position(&mirror, actor.held(&account), market).ok()
            }
            Call::ResolveBankruptcy { of } => {
                let of = self.fitting(of, |it| it.cash_usd_atoms < 0);
                let (actor, account) = self.holder(of)?;
                Some(instruction::resolve_bankruptcy(actor.account(), &account))
            }
            Call::AllocateShortfall => Some(instruction::allocate_shortfall(&mirror)),
            Call::StartDeleverage { market, is_long } => {
                let side = if is_long { Side::Long } else { Side::Short };
                Some(instruction::start_deleverage(
                    self.market(market).index,
                    side,
                ))
            }
            Call::AutoDeleverage { of, market } => {
                let (account, market) = (self.who(of).account(), self.market(market).index);
                Some(instruction::auto_deleverage(account, market))
            }
            Call::PoolExposure => Some(instruction::pool_exposure(&mirror)),
            Call::ChargeInterest { of } => {
                Some(instruction::charge_interest(self.who(of).account()))
            }
            Call::ConvertCollateral { by, of, bank, most } => self.convert(by, of, bank, most),
            _ => None,
        }
    }

    pub(in crate::fuzz) fn update_markets(&self, markets: &[u16]) -> Instruction {
        let pairs: Vec<_> = markets
            .iter()
            .map(|market| (*market, self.world.feed(*market).address))
            .collect();
        instruction::update_markets(&pairs)
    }

    pub(in crate::fuzz) fn update_banks(&self, banks: &[u16]) -> Instruction {
        let pairs: Vec<_> = banks
            .iter()
            .map(|bank| {
                (
                    self.world.bank(*bank).mint,
                    self.world.bank_feed(*bank).address,
                )
            })
            .collect();
        instruction::update_banks(&pairs)
    }

    fn fill(&self, by: u8, of: u8, place: u8) -> Option<Instruction> {
        let (of, place) = self.ordering(of, place, false);
        let (actor, account) = self.holder(of)?;
        self.fill_by(&self.who(by), &actor, &account, place)
    }

    pub(in crate::fuzz) fn fill_by(
        &self,
        by: &Actor,
        actor: &Actor,
        account: &whittle::state::MarginAccount,
        place: u8,
    ) -> Option<Instruction> {
        let market = account.orders.get(usize::from(place))?.market;
        let oracle = self.world.feed(market).address;
        let mirror = self.world.mirror();
        instruction::fill_order(&mirror, actor.held(account), by.account(), oracle, place).ok()
    }

    fn liquidate(&self, by: u8, of: u8, least: Amount) -> Option<Instruction> {
        let (actor, account) = self.holder(self.troubled(of))?;
        let mirror = self.world.mirror();
        let plan = mirror.plan(&account, self.world.now(), Usd::ZERO);
        let least = least.signed_of(plan.map_or(0, |plan| plan.bonus.0));
        let (held, keeper) = (actor.held(&account), self.who(by).account());
        instruction::liquidate_partial(&mirror, held, keeper, least, Writable::All).ok()
    }

    fn top_up(&self, of: u8, from: u8, most: Amount) -> Option<Instruction> {
        let (actor, account) = self.holder(self.called(of))?;
        // Half of the time from the owner's own reserve.
        let own = self
            .actors
            .iter()
            .find(|it| it.address() == actor.address() && it.sub_id() != actor.sub_id());
        let reserve = match own {
            Some(own) if from.is_multiple_of(2) => own.clone(),
            _ => self.who(from / 2),
        };
        let cash = self.held(&reserve).map_or(0, |it| it.cash_usd_atoms);
        let most = most.signed_of(cash);
        let mirror = self.world.mirror();
        instruction::top_up(&mirror, actor.held(&account), reserve.account(), most).ok()
    }

    fn convert(&mut self, by: u8, of: u8, bank: u8, most: Amount) -> Option<Instruction> {
        let of = self.fitting(of, |it| it.cash_usd_atoms < 0);
        let (actor, account) = self.holder(of)?;
        let (by, bank, quote) = (self.who(by), self.bank(bank), self.bank(0));
        let buyer = Buyer {
            key: by.address(),
            source: self.world.wallet(&by, &quote.mint),
            receiver: self.world.wallet(&by, &bank.mint),
        };
        let held = account.used_collaterals().find(|it| it.bank == bank.index);
        let most = most.of(held.map_or(0, |it| it.amount_atoms));
        let mirror = self.world.mirror();
        instruction::convert_collateral(&mirror, actor.held(&account), buyer, &bank, most).ok()
    }
}
