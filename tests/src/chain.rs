//! A world as a migration sees it.

use anchor_lang::prelude::{Pubkey, Rent};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use whittle::state::{Bank, Market};
use whittle_client::address;
use whittle_migrations::{Chain, ChainAccount, ChainError, Description, Migration};

use crate::actor::Actor;
use crate::oracle::{OracleStub, Quote};
use crate::token;
use crate::world::{Feed, World};

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

    /// A described exchange, created as an operator creates it, with these first prices of its markets
    /// and of its banks after the first. Markets and banks are open at once, as if they had been listed
    /// long ago.
    pub fn deployed(description: &Description, markets: &[Quote], banks: &[Quote]) -> Self {
        let mut world = Self::bare();
        world.prepare(description, description.insurance_atoms);
        for (index, quote) in (0u16..).zip(markets) {
            let stub = world.prepare_price(description, index, *quote);
            let last = Some(stub.update(*quote, world.now()));
            world.market_feeds.push(Feed { stub, last });
        }
        let applied = Migration::new(description).apply(&mut WorldChain::new(&mut world), |_| ());
        applied.expect("a described exchange that a fresh cluster takes");
        for index in 0..markets.len() {
            let market = address::market(u16::try_from(index).expect("few markets"));
            world.forge::<Market>(market, |market| market.opens_at = 0);
        }
        world.adopt_banks(description, banks);
        world
    }

    fn adopt_banks(&mut self, description: &Description, quotes: &[Quote]) {
        self.bank_feeds.push(None);
        for (place, quote) in (1usize..).zip(quotes) {
            let described = &description.banks[place];
            let stub = OracleStub {
                address: crate::spec::address(&format!("oracle of {}", described.name)),
                feed: described.args.oracle.key,
                kind: described.args.oracle.kind,
            };
            self.bank_feeds.push(Some(Feed { stub, last: None }));
            let bank = address::bank(&described.mint);
            self.call(bank, &format!("the bank of {}", described.name));
            self.forge::<Bank>(bank, |bank| bank.opens_at = 0);
            let index = u16::try_from(place).expect("few banks");
            self.publish_bank(index, *quote);
            self.update_banks(&[index]).ok();
        }
    }
}
