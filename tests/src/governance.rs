//! Acting as the authority and the guardian.

use anchor_lang::prelude::Pubkey;
use whittle::state::proposal::{Change, Proposal};
use whittle_client::{address, instruction};

use crate::actor::Actor;
use crate::outcome::Sent;
use crate::world::World;

impl World {
    /// The guardian of the default exchange, able to pay.
    pub fn guardian(&mut self) -> Actor {
        self.actor("guardian")
    }

    /// The authority proposes a change.
    #[track_caller]
    pub fn try_propose(&mut self, change: Change) -> Sent {
        let exchange = *self.mirror().exchange().expect("an exchange");
        let nonce = exchange.next_proposal;
        self.call(address::proposal(nonce), &format!("proposal {nonce}"));
        let authority = self.authority.clone();
        self.send_as(&authority, instruction::propose_change(&exchange, change))
    }

    /// The same, which succeeds. Returns the number of the proposal.
    #[track_caller]
    pub fn propose(&mut self, change: Change) -> u64 {
        let exchange = *self.mirror().exchange().expect("an exchange");
        self.try_propose(change).ok();
        exchange.next_proposal
    }

    /// A proposal that waits.
    pub fn proposal(&self, nonce: u64) -> Proposal {
        self.read(&address::proposal(nonce))
    }

    /// Anyone applies a proposal.
    #[track_caller]
    pub fn apply(&mut self, nonce: u64) -> Sent {
        self.apply_with(nonce, Pubkey::default())
    }

    /// The same with a new oracle account.
    #[track_caller]
    pub fn apply_with(&mut self, nonce: u64, oracle: Pubkey) -> Sent {
        let proposal = self.proposal(nonce);
        let instruction = instruction::apply_change(&self.mirror(), &proposal, oracle);
        self.send(&[instruction.expect("known accounts")], &[])
    }

    /// Lets the timelock of a proposal pass.
    pub fn await_eta(&mut self, nonce: u64) {
        let eta = self.proposal(nonce).eta;
        self.pass(eta - self.now());
    }

    /// A change the whole way: proposed, waited for, applied.
    #[track_caller]
    pub fn change(&mut self, change: Change) {
        let nonce = self.propose(change);
        self.await_eta(nonce);
        self.apply(nonce).ok();
    }

    /// Publishes and caches every price again, of markets and of tokens, now.
    #[track_caller]
    pub fn refresh_prices(&mut self) {
        for market in self.all_markets() {
            self.republish(market);
            self.update(&[market]).ok();
        }
        for bank in self.priced_banks() {
            self.republish_bank(bank);
            self.update_banks(&[bank]).ok();
        }
    }
}

impl Actor {
    /// Pauses a kind of activity.
    #[track_caller]
    pub fn pause(&self, world: &mut World, kind: u8, secs: u32) -> Sent {
        world.send_as(self, instruction::pause(self.address(), kind, secs))
    }

    /// Ends a pause.
    #[track_caller]
    pub fn unpause(&self, world: &mut World, kind: u8) -> Sent {
        world.send_as(self, instruction::unpause(self.address(), kind))
    }

    /// Tightens a market.
    #[track_caller]
    pub fn guard_market(&self, world: &mut World, market: u16, cap: i64, initial: u64) -> Sent {
        let guard = instruction::guard_market(self.address(), market, cap, initial);
        world.send_as(self, guard)
    }

    /// Freezes deposits of a bank.
    #[track_caller]
    pub fn guard_bank(&self, world: &mut World, bank: u16) -> Sent {
        self.cap_bank(world, bank, 0)
    }

    /// Lowers the cap on deposits of a bank.
    #[track_caller]
    pub fn cap_bank(&self, world: &mut World, bank: u16, atoms: u64) -> Sent {
        let mint = world.bank(bank).mint;
        world.send_as(self, instruction::guard_bank(self.address(), &mint, atoms))
    }

    /// Sets class and least initial rate of its account, without the authority.
    #[track_caller]
    pub fn set_leverage(&self, world: &mut World, class: u8, own_initial: u64) -> Sent {
        let (owner, account) = (self.address(), self.account());
        let set = instruction::set_leverage(owner, account, None, class, own_initial);
        world.send_as(self, set)
    }

    /// Settles somebody's position in a market that ended.
    #[track_caller]
    pub fn settle_position(&self, world: &mut World, trader: &Actor, market: u16) -> Sent {
        let account = world.account_of(trader);
        let held = trader.held(&account);
        let instruction = instruction::settle_position(&world.mirror(), held, market);
        world.send(&[instruction.expect("a position")], &[])
    }
}
