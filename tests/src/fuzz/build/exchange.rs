//! What the authority and the guardian do, and what founds an exchange.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use whittle_client::{address, instruction};

use crate::fuzz::action::Call;
use crate::fuzz::stage::{bank_stub, market_stub, token, token_mint, Stage};
use crate::spec::{self, bps, ExchangeSpec, MarketSpec};
use crate::token as tokens;

/// What its number is written with fits the name of a market.
const SYMBOLS: [&str; 4] = ["AAA", "BBB", "CCC", "DDD"];

impl Stage {
    pub(super) fn about_exchange(&mut self, call: &Call) -> Option<Instruction> {
        match *call {
            Call::ProposeChange { wish } => {
                let change = self.change(wish)?;
                let mirror = self.world.mirror();
                Some(instruction::propose_change(mirror.exchange()?, change))
            }
            Call::CancelChange { which } => {
                let proposal = self.proposal(which)?;
                let authority = self.world.mirror().exchange()?.authority;
                Some(instruction::cancel_change(authority, &proposal))
            }
            Call::ApplyChange { which } => {
                let proposal = self.proposal(which)?;
                self.apply(&proposal)
            }
            Call::TransferAuthority { to } => {
                let to = self.who(to).address();
                let authority = self.world.mirror().exchange()?.authority;
                Some(instruction::transfer_authority(authority, to))
            }
            Call::AcceptAuthority { by } => {
                let next = self.world.mirror().exchange()?.next_authority;
                let known = self.actors.iter().any(|it| it.address() == next);
                let key = if known { next } else { self.who(by).address() };
                Some(instruction::accept_authority(key))
            }
            Call::Pause { by, kind, secs } => Some(instruction::pause(self.ruler(by), kind, secs)),
            Call::Unpause { by, kind } => {
                let kind = if kind < 4 { kind } else { self.paused()? };
                Some(instruction::unpause(self.ruler(by), kind))
            }
            Call::GuardMarket {
                by,
                market,
                cap,
                initial_bps,
            } => {
                let market = self.market(market);
                let cap = cap.signed_of(market.open_interest_cap().0);
                let (key, initial) = (self.ruler(by), bps(u64::from(initial_bps)));
                Some(instruction::guard_market(key, market.index, cap, initial))
            }
            Call::GuardBank { by, bank, cap } => {
                let bank = self.bank(bank);
                let cap = cap.of(bank.deposit_cap_atoms);
                Some(instruction::guard_bank(self.ruler(by), &bank.mint, cap))
            }
            _ => self.about_founding(call),
        }
    }

    /// The first kind of activity that is paused.
    fn paused(&self) -> Option<u8> {
        let (mirror, now) = (self.world.mirror(), self.world.now());
        let mut pauses = (0u8..).zip(mirror.exchange()?.pauses);
        let found = pauses.find(|(_, pause)| pause.until > now);
        found.map(|(kind, _)| kind)
    }

    fn about_founding(&mut self, call: &Call) -> Option<Instruction> {
        match *call {
            Call::InitializeExchange { by } => {
                let key = self.who(by).address();
                let args = ExchangeSpec::default().args();
                Some(instruction::initialize_exchange(key, args))
            }
            Call::CreatePool { by } => {
                let (pool, insurance) = (spec::pool_params(), spec::insurance_params());
                Some(instruction::create_pool(self.ruler(by), pool, insurance))
            }
            Call::ListBank { by, kind } => {
                let key = self.ruler(by);
                Some(self.list_bank(key, kind))
            }
            Call::ListMarket { by, kind } => {
                let key = self.ruler(by);
                Some(self.list_market(key, kind))
            }
            Call::SeedInsurance { by, amount } => {
                let (actor, quote) = (self.who(by), self.bank(0));
                let source = self.world.wallet(&actor, &quote.mint);
                // Some of it: an insurance fund that never lacks anything hides what follows.
                let atoms = amount.of(self.tokens(&actor, &quote.mint) / 64);
                let key = actor.address();
                Some(instruction::seed_insurance(key, source, &quote, atoms))
            }
            _ => None,
        }
    }

    fn list_bank(&mut self, by: Pubkey, kind: u8) -> Instruction {
        let index = u16::try_from(self.world.bank_feeds.len()).unwrap_or(0);
        let mint = token_mint(index);
        if self.world.raw(&mint).is_none() {
            self.world.create_mint(&token(index));
        }
        let mut spec = token(index);
        if kind % 4 == 3 {
            spec.haircut_weight_q32 = spec::ONE + 1;
        }
        let args = spec.args(Some(bank_stub(index)));
        let program = tokens::program(spec.token_2022);
        instruction::list_bank(by, mint, program, args)
    }

    fn list_market(&mut self, by: Pubkey, kind: u8) -> Instruction {
        let index = u16::try_from(self.world.market_feeds.len()).unwrap_or(0);
        let stub = market_stub(index);
        let spec = MarketSpec {
            symbol: SYMBOLS[usize::from(index) % SYMBOLS.len()],
            quote: "100".into(),
            lot_exponent: if kind % 4 == 3 { 3 } else { -2 },
            oracle: Some(stub),
            params: self.market(0).params,
            ..MarketSpec::default()
        };
        let update = stub.update(spec.quote, self.world.now());
        let name = format!("the oracle of market {index}");
        self.world.put(stub.address, &name, &stub.account(&update));
        instruction::list_market(by, index, stub.address, spec.args())
    }

    fn proposal(&self, which: u8) -> Option<whittle::state::Proposal> {
        let all = self.proposals();
        let nonce = all.get(usize::from(which) % all.len().max(1))?;
        Some(self.world.proposal(*nonce))
    }

    pub(in crate::fuzz) fn apply(
        &self,
        proposal: &whittle::state::Proposal,
    ) -> Option<Instruction> {
        // A change of another market's oracle does not look at it.
        let change = proposal.change().ok()?;
        let market = match change {
            whittle::state::proposal::Change::MarketOracle { market, .. } => market,
            _ => 0,
        };
        let feed = self.world.market_feeds.get(usize::from(market));
        let oracle = feed.map_or(address::exchange(), |feed| feed.stub.address);
        instruction::apply_change(&self.world.mirror(), proposal, oracle).ok()
    }
}
