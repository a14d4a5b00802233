//! What owners do with their accounts, orders and liquidity.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle::instructions::{PlaceOrderArgs, RequestLiquidityArgs};
use whittle::state::recovery::RecoveryPlan;
use whittle::state::{Bank, LiquidityRequest, MarginAccount, Market};
use whittle_client::preview::withdraw;
use whittle_client::{address, instruction};

use crate::actor::Actor;
use crate::fuzz::action::{Amount, Call, Terms};
use crate::fuzz::stage::{Stage, PROVIDER};
use crate::spec::bps;

impl Stage {
    pub(super) fn about_accounts(&mut self, call: &Call) -> Option<Instruction> {
        match *call {
            Call::OpenMarginAccount { of } => {
                let actor = self.who(of);
                let (key, sub_id) = (actor.address(), actor.sub_id());
                Some(instruction::open_margin_account(key, sub_id))
            }
            Call::CloseMarginAccount { of } => {
                let actor = self.who(of);
                let (key, account) = (actor.address(), actor.account());
                Some(instruction::close_margin_account(key, account))
            }
            Call::SetDelegate { of, to } => {
                let (actor, to) = (self.who(of), self.who(to).address());
                let (key, account) = (actor.address(), actor.account());
                Some(instruction::set_delegate(key, account, to))
            }
            Call::Deposit {
                by,
                of,
                bank,
                amount,
            } => self.deposit(by, of, bank, amount),
            Call::Withdraw { of, bank, amount } => self.withdraw(of, bank, amount),
            Call::PlaceOrder {
                by,
                of,
                market,
                terms,
            } => {
                let actor = self.who(of);
                let by = by.map_or(actor.address(), |by| self.who(by).address());
                self.order(by, &actor, market, terms)
            }
            Call::CancelStop { of, place } => {
                let (of, place) = self.ordering(of, place, true);
                let actor = self.who(of);
                let (key, account) = (actor.address(), actor.account());
                Some(instruction::cancel_stop(key, account, place))
            }
            _ => self.about_wishes(call),
        }
    }

    fn about_wishes(&mut self, call: &Call) -> Option<Instruction> {
        match *call {
            Call::SetLeverage {
                of,
                class,
                own_bps,
                authority_signs,
            } => {
                let actor = self.who(of);
                let authority = self.world.mirror().exchange()?.authority;
                let authority = authority_signs.then_some(authority);
                let (key, account) = (actor.address(), actor.account());
                let own = bps(u64::from(own_bps));
                Some(instruction::set_leverage(
                    key, account, authority, class, own,
                ))
            }
            Call::SetRecoveryPlan {
                of,
                trigger_bps,
                target_bps,
                fee_bps,
            } => {
                let actor = self.who(of);
                let plan = RecoveryPlan {
                    trigger_q32: bps(u64::from(trigger_bps)),
                    target_q32: bps(u64::from(target_bps)),
                    fee_max_q32: bps(u64::from(fee_bps)),
                };
                let (key, account) = (actor.address(), actor.account());
                Some(instruction::set_recovery_plan(key, account, plan))
            }
            Call::SetReserve { of, is_reserve } => {
                let actor = self.who(of);
                let (key, account) = (actor.address(), actor.account());
                Some(instruction::set_reserve(key, account, is_reserve))
            }
            Call::RequestLiquidity {
                by,
                kind,
                amount,
                least,
            } => self.request(by, kind, amount, least),
            Call::FillLiquidityRequest { of } => {
                let request = self.request_of(self.requesting(of))?;
                instruction::fill_liquidity_request(&self.world.mirror(), &request).ok()
            }
            Call::RefundLiquidityRequest { of } => {
                let request = self.request_of(self.requesting(of))?;
                let quote = self.bank(0);
                let receiver = self.receiver_of(&request, &quote.mint)?;
                Some(instruction::refund_liquidity_request(
                    &request, &quote, receiver,
                ))
            }
            _ => None,
        }
    }

    fn deposit(&mut self, by: u8, of: u8, bank: u8, amount: Amount) -> Option<Instruction> {
        let (by, of) = (self.who(by), self.who(of));
        let bank = self.bank(bank);
        let source = self.world.wallet(&by, &bank.mint);
        let atoms = amount.of(self.tokens(&by, &bank.mint));
        let mirror = self.world.mirror();
        let (key, account) = (by.address(), of.account());
        instruction::deposit(&mirror, key, account, source, &bank, atoms).ok()
    }

    fn withdraw(&mut self, of: u8, bank: u8, amount: Amount) -> Option<Instruction> {
        let (actor, account) = self.holder(of)?;
        let bank = self.bank(bank);
        let receiver = self.world.wallet(&actor, &bank.mint);
        let mirror = self.world.mirror();
        let atoms = amount.of(self.may_leave(&account, &bank));
        instruction::withdraw(&mirror, actor.held(&account), receiver, &bank, atoms).ok()
    }

    /// The most of a token that may leave an account.
    fn may_leave(&self, account: &MarginAccount, bank: &Bank) -> u64 {
        let (mirror, now) = (self.world.mirror(), self.world.now());
        let fund = self.world.insurance();
        if !fund.is_drawn(now) {
            return withdraw::most(&mirror, Some(&fund), account, bank, now).atoms;
        }
        // Each refusal of a slowed withdrawal writes a line, so the limit is not searched for.
        let held = account.used_collaterals().find(|it| it.bank == bank.index);
        match held {
            Some(held) => held.amount_atoms / 4,
            None => {
                let excess = mirror.excess(account, now).unwrap_or_default();
                let slowed = fund.slowed(excess, now).0;
                let used = account.allowance_used_usd_atoms;
                u64::try_from((slowed - used).min(account.cash_usd_atoms)).unwrap_or(0)
            }
        }
    }

    /// An order of `of`, signed by somebody.
    pub(in crate::fuzz) fn order(
        &self,
        by: Pubkey,
        of: &Actor,
        market: u8,
        terms: Terms,
    ) -> Option<Instruction> {
        let account = self.held(of)?;
        let market = self.market(market);
        let args = self.order_args(&account, &market, terms)?;
        let key = of.account();
        Some(instruction::place_order(by, key, market.index, args))
    }

    fn order_args(
        &self,
        account: &MarginAccount,
        market: &Market,
        terms: Terms,
    ) -> Option<PlaceOrderArgs> {
        let position = account.position(market.index);
        let held = position.map_or(0, |it| it.lots.unsigned_abs());
        let most = if terms.reduce_only {
            held
        } else {
            self.lots_for_excess(account, market)
        };
        let lots = i64::try_from(terms.size.of(most)).unwrap_or(i64::MAX);
        let price = market.price.price_q32;
        let part = |bps: u32| {
            let part = u128::from(price) * u128::from(bps) / 10_000;
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        let any = if terms.buys { u64::MAX } else { 1 };
        let mirror = self.world.mirror();
        let life = mirror.exchange()?.params.order_life_secs;
        let life = match terms.life_secs {
            0 => i64::from(life),
            secs => i64::from(secs),
        };
        Some(PlaceOrderArgs {
            lots: if terms.buys { lots } else { -lots },
            limit_q32: match terms.limit_bps {
                0 => any,
                u32::MAX => 0,
                bps => part(bps),
            },
            expires_at: self.world.now() + life,
            reduce_only: terms.reduce_only,
            trigger_q32: part(terms.trigger_bps),
            trigger_above: terms.trigger_above,
        })
    }

    /// About what an account's excess collateral carries in a market at the rate of the first tier.
    fn lots_for_excess(&self, account: &MarginAccount, market: &Market) -> u64 {
        let excess = self.world.mirror().excess(account, self.world.now());
        let excess = excess.map_or(0, |it| it.0.max(0).unsigned_abs());
        let rate = market.tiers[0].initial_q32.max(1);
        let notional = (u128::from(excess) << 32) / u128::from(rate);
        let price = u128::from(market.price.price_q32.max(1));
        // Beyond the table of tiers no order is accepted.
        u64::try_from((notional << 32) / price).unwrap_or(u64::MAX)
    }

    fn request(&mut self, by: u8, kind: u8, amount: Amount, least: Amount) -> Option<Instruction> {
        // The liquidity provider of the set-up has most of the shares.
        let provider = by >= 128 && kind == 2;
        let actor = self.who(if provider { PROVIDER } else { by });
        let quote = self.bank(0);
        let tokens = self.world.wallet(&actor, &quote.mint);
        let share_mint = address::share_mint();
        let shares = self.world.wallet(&actor, &share_mint);
        let (source, receiver, mint) = if kind == 1 {
            (tokens, shares, quote.mint)
        } else {
            (shares, tokens, share_mint)
        };
        let amount_atoms = amount.of(self.tokens(&actor, &mint));
        let args = RequestLiquidityArgs {
            kind,
            amount_atoms,
            min_out_atoms: least.of(amount_atoms),
        };
        let key = actor.address();
        Some(instruction::request_liquidity(
            key, &quote, source, receiver, args,
        ))
    }

    /// What somebody has asked the pool for.
    pub(in crate::fuzz) fn request_of(&self, of: u8) -> Option<LiquidityRequest> {
        let key = address::liquidity_request(&self.who(of).address());
        let raw = self.world.raw(&key)?;
        whittle_client::decode::account(&raw.data).ok()
    }

    fn receiver_of(&self, request: &LiquidityRequest, quote: &Pubkey) -> Option<Pubkey> {
        let owner = self
            .actors
            .iter()
            .find(|it| it.address() == request.owner)?;
        let mint = if request.kind == 1 {
            *quote
        } else {
            address::share_mint()
        };
        Some(owner.wallet(&mint))
    }
}
