//! A world as a migration sees it.

use anchor_lang::prelude::{Pubkey, Rent};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use whittle_migrations::{Chain, ChainAccount, ChainError, Description};

use crate::actor::Actor;
use crate::oracle::{OracleStub, Quote};
use crate::token;
use crate::world::World;

/// A world with a connection that can break.
pub struct WorldChain<'w> {
    world: &'w mut World,
    payer: Actor,
    /// Transactions that still pass; all of them when `None`.
    pub passing: Option<usize>,
    /// Transactions that passed.
    pub sent: usize,
}

impl<'w> WorldChain<'w> {
    /// The authority of the world pays and signs.
    pub fn new(world: &'w mut World) -> Self {
        let payer = world.authority.clone();
        Self::of(world, payer)
    }

    /// Somebody pays and signs.
    pub fn of(world: &'w mut World, payer: Actor) -> Self {
        Self {
            world,
            payer,
            passing: None,
            sent: 0,
        }
    }
}

impl Chain for WorldChain<'_> {
    fn payer(&self) -> Pubkey {
        self.payer.address()
    }

    fn account(&mut self, address: &Pubkey) -> Result<Option<ChainAccount>, ChainError> {
        // A world keeps no picture of programs. It does not start without this one.
        let is_program = *address == whittle::ID;
        let program = ChainAccount {
            lamports: 1,
            owner: Pubkey::default(),
            executable: true,
            data: Vec::new(),
        };
        let found = self.world.raw(address).map(|account| ChainAccount {
            lamports: account.lamports,
            owner: account.owner,
            executable: account.executable,
            data: account.data.clone(),
        });
        Ok(found.or(is_program.then_some(program)))
    }

    fn rent(&mut self, bytes: usize) -> Result<u64, ChainError> {
        Ok(Rent::default().minimum_balance(bytes))
    }

    fn send(&mut self, instructions: &[Instruction]) -> Result<(), ChainError> {
        if self.passing == Some(0) {
            return Err(ChainError::new("the connection broke"));
        }
        let sent = self.world.send(instructions, &[self.payer.key()]);
        if !sent.succeeded() {
            return Err(ChainError {
                what: format!("refused: {:?}", sent.processed.result),
                logs: sent.processed.logs,
            });
        }
        self.passing = self.passing.map(|passing| passing - 1);
        self.sent += 1;
        Ok(())
    }
}

impl World {
    /// What a described exchange expects of a cluster: its mints, and tokens of the first one in the
    /// authority's associated account.
    pub fn prepare(&mut self, description: &Description, quote_atoms: u64) {
        let authority = self.authority.address();
        for (place, bank) in description.banks.iter().enumerate() {
            let mut mint = token::mint(false, bank.decimals, authority);
            if place == 0 {
                let program = mint.owner;
                let mut wallet = token::wallet(program, bank.mint, authority);
                token::add(&mut mint, &mut wallet, quote_atoms);
                let address =
                    get_associated_token_address_with_program_id(&authority, &bank.mint, &program);
                self.put(address, "the authority's quote tokens", &wallet);
            }
            self.put(bank.mint, &format!("the mint of {}", bank.name), &mint);
        }
    }

    /// Publishes a price where a described market expects one.
    pub fn prepare_price(
        &mut self,
        description: &Description,
        market: u16,
        quote: impl Into<Quote>,
    ) -> OracleStub {
        let described = &description.markets[usize::from(market)];
        let stub = OracleStub {
            address: described.oracle_account,
            feed: described.args.oracle.key,
            kind: described.args.oracle.kind,
        };
        let account = stub.account(&stub.update(quote, self.now()));
        let name = format!("the oracle of {}", described.symbol());
        self.put(stub.address, &name, &account);
        stub
    }
}
