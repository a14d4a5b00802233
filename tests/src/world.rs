//! A whole exchange in a virtual machine, watched.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use bytemuck::Pod;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::BTreeSet;
use whittle::state::{Bank, InsuranceFund, MarginAccount, Market, Pool};
use whittle_client::{address, decode, Mirror};

use crate::actor::Actor;
use crate::attempt::Observer;
use crate::changed::Picture;
use crate::oracle::{OracleStub, Update};
use crate::outcome::Sent;
use crate::vm::Vm;
use crate::{ended, flows, governed, invariant, overdraft_check, plan_check, spec, token};

/// When every world begins: 2023-11-14, 22:13:20 UTC.
pub const START: i64 = 1_700_000_000;
const START_SLOT: u64 = 200_000_000;
/// Slots in which five seconds pass.
const SLOTS_PER_FIVE_SECS: u64 = 12;

/// Sees every transaction with what became of it, before anything is checked.
pub(crate) type Witness = Box<dyn FnMut(&[Instruction], &Sent)>;

/// A feed together with what it last said.
#[derive(Clone)]
pub(crate) struct Feed {
    pub(crate) stub: OracleStub,
    pub(crate) last: Option<Update>,
}

/// A world at one moment: see [`World::save`].
pub struct Saved {
    picture: Picture,
    now: i64,
    slot: u64,
    market_feeds: Vec<Feed>,
    bank_feeds: Vec<Option<Feed>>,
}

/// An exchange and everything around it.
///
/// Every account that a transaction names is watched from then on. After each transaction the world
/// checks that a refused one changed nothing and that after a successful one every invariant holds,
/// and, for each liquidation, that the plan made off chain from the accounts before is what happened.
pub struct World {
    pub(crate) vm: Vm,
    now: i64,
    slot: u64,
    watched: BTreeSet<Pubkey>,
    current: Picture,
    pub(crate) observer: Option<Observer>,
    pub(crate) witness: Option<Witness>,
    pub(crate) market_feeds: Vec<Feed>,
    pub(crate) bank_feeds: Vec<Option<Feed>>,
    /// Lists banks and markets.
    pub authority: Actor,
}

impl World {
    /// A machine with the program and nothing else but an authority who can pay.
    pub fn bare() -> Self {
        let mut world = Self {
            vm: Vm::start(),
            now: START,
            slot: START_SLOT,
            watched: BTreeSet::new(),
            current: Picture::default(),
            observer: None,
            witness: None,
            market_feeds: Vec::new(),
            bank_feeds: Vec::new(),
            authority: Actor::named("authority"),
        };
        world.set_clock(START, START_SLOT);
        let authority = world.authority.clone();
        world.introduce(&authority);
        world.name_program_accounts();
        world
    }

    /// The time on chain.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The slot on chain.
    pub fn slot(&self) -> u64 {
        self.slot
    }

    /// Sets the time and the slot.
    pub fn set_clock(&mut self, now: i64, slot: u64) {
        self.now = now;
        self.slot = slot;
        self.vm.set_clock(slot, now);
    }

    /// Lets time pass, with slots of 417 ms.
    pub fn pass(&mut self, secs: i64) {
        let five = i64::try_from(SLOTS_PER_FIVE_SECS).expect("a small number");
        let slots = (secs * five / 5).max(1);
        let slot = self.slot.saturating_add_signed(slots);
        self.set_clock(self.now + secs, slot);
    }

    /// All known accounts as they stand now.
    pub fn picture(&self) -> Picture {
        self.current.clone()
    }

    /// An account of the program.
    #[track_caller]
    pub fn read<T: Pod + anchor_lang::Discriminator>(&self, address: &Pubkey) -> T {
        let account = self.current.accounts.get(address);
        let account = account.expect("the account exists and is known");
        assert_eq!(account.owner, whittle::ID, "who owns {address}");
        decode::account(&account.data).expect("an account of this type")
    }

    /// A bank.
    pub fn bank(&self, index: u16) -> Bank {
        *self.mirror().bank(index).expect("a listed bank")
    }

    /// A market.
    pub fn market(&self, index: u16) -> Market {
        *self.mirror().market(index).expect("a listed market")
    }

    /// The pool.
    pub fn pool(&self) -> Pool {
        self.read(&address::pool())
    }

    /// The insurance fund.
    pub fn insurance(&self) -> InsuranceFund {
        self.read(&address::insurance())
    }

    /// An actor's margin account.
    pub fn account_of(&self, actor: &Actor) -> MarginAccount {
        self.read(&actor.account())
    }

    /// The exchange, its banks and its markets as a client off chain sees them.
    pub fn mirror(&self) -> Mirror {
        mirror(&self.current)
    }

    /// Sends instructions as one transaction and checks what must hold afterwards.
    #[track_caller]
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        for meta in instructions.iter().flat_map(|it| &it.accounts) {
            self.watch(meta.pubkey);
        }
        self.let_observe(instructions, signers);
        // The two checks that read events have none of native code.
        let told = !cfg!(feature = "native");
        let expected = told.then(|| plan_check::expect(self, instructions, signers));
        let before = self.picture();
        let processed = self.vm.process(instructions, signers);
        self.refresh_named(instructions);
        let sent = Sent { processed };
        if let Some(mut witness) = self.witness.take() {
            witness(instructions, &sent);
            self.witness = Some(witness);
        }
        if sent.succeeded() {
            let broken = self.broken_invariant();
            let broken = broken
                .or_else(|| invariant::check_step(&before, &self.current).err())
                .or_else(|| self.broken_flow(&before, instructions));
            assert!(broken.is_none(), "{}", broken.unwrap_or_default());
            if told {
                overdraft_check::check(&before, &self.current, self.now, &sent);
            }
        } else {
            before.assert_only_changed(&self.current, &[]);
        }
        if let Some(expected) = expected {
            plan_check::compare(self, expected, &sent);
        }
        sent
    }

    /// What an instruction answers on accounts as they are, forged ones too: nothing is checked but what
    /// the program checks.
    pub fn simulate(&mut self, instruction: &Instruction) -> Sent {
        let processed = self.vm.process(core::slice::from_ref(instruction), &[]);
        Sent { processed }
    }

    /// The ID of an invariant that does not hold now, with what is wrong. [`World::send`] asks after
    /// every transaction.
    pub fn broken_invariant(&self) -> Option<String> {
        invariant::check(&self.current).err()
    }

    /// The same for what may not have changed since `before`, had these instructions done it.
    pub fn broken_flow(&self, before: &Picture, instructions: &[Instruction]) -> Option<String> {
        let (after, now) = (&self.current, self.now);
        flows::check(before, after, now, instructions)
            .and_then(|()| ended::check(before, after, now, instructions))
            .and_then(|()| governed::check_step(before, after, now))
            .err()
    }

    /// As [`World::send`], for an actor alone.
    #[track_caller]
    pub fn send_as(&mut self, actor: &Actor, instruction: Instruction) -> Sent {
        self.send(&[instruction], &[actor.key()])
    }

    /// Processes instructions and puts every known account back as it was. Returns the picture
    /// after them, if they succeeded.
    pub(crate) fn rehearse(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Option<Picture> {
        let before = self.picture();
        let processed = self.vm.process(instructions, signers);
        self.refresh_named(instructions);
        let after = self.picture();
        self.put_back(&before);
        processed.result.is_ok().then_some(after)
    }

    /// Puts every known account back as it was in a picture of this world.
    pub(crate) fn put_back(&mut self, picture: &Picture) {
        for (key, _) in picture.differences(&self.picture()) {
            let gone = Account::default();
            let account = picture.accounts.get(&key).unwrap_or(&gone);
            self.vm.set_account(&key, account);
            self.refresh_one(key);
        }
    }

    /// Everything as it is now, to come back to.
    pub fn save(&self) -> Saved {
        Saved {
            picture: self.picture(),
            now: self.now,
            slot: self.slot,
            market_feeds: self.market_feeds.clone(),
            bank_feeds: self.bank_feeds.clone(),
        }
    }

    /// Puts time, feeds and every known account back as they were.
    pub fn restore(&mut self, saved: &Saved) {
        self.put_back(&saved.picture);
        self.set_clock(saved.now, saved.slot);
        self.market_feeds.clone_from(&saved.market_feeds);
        self.bank_feeds.clone_from(&saved.bank_feeds);
    }

    /// Puts an account where no instruction would.
    pub fn put(&mut self, address: Pubkey, name: &str, account: &Account) {
        self.vm.set_account(&address, account);
        self.call(address, name);
        self.refresh_one(address);
    }

    /// Rewrites an account of the program as no instruction would.
    pub fn forge<T: Pod + anchor_lang::Discriminator>(
        &mut self,
        address: Pubkey,
        forge: impl FnOnce(&mut T),
    ) {
        let mut body: T = self.read(&address);
        forge(&mut body);
        let mut account = self.raw(&address).expect("just read").clone();
        account.data = [T::DISCRIMINATOR, bytemuck::bytes_of(&body)].concat();
        self.vm.set_account(&address, &account);
        self.refresh_one(address);
    }

    /// A raw account, if it exists.
    pub fn raw(&self, address: &Pubkey) -> Option<&Account> {
        self.current.accounts.get(address)
    }

    /// Funds an actor with lamports and names its accounts.
    pub fn introduce(&mut self, actor: &Actor) {
        let lamports = 1_000_000_000_000;
        let purse = Account::new(lamports, 0, &Pubkey::default());
        self.put(actor.key().pubkey(), actor.name(), &purse);
        let name = format!("{}'s margin account {}", actor.name(), actor.sub_id());
        self.call(actor.account(), &name);
    }

    /// Gives an actor tokens of a mint, in a token account that is made for it when it has none.
    pub fn give(&mut self, actor: &Actor, mint: &Pubkey, amount: u64) {
        let wallet_address = self.wallet(actor, mint);
        let mut mint_account = self.raw(mint).expect("a known mint").clone();
        let mut wallet = self.raw(&wallet_address).expect("just made").clone();
        token::add(&mut mint_account, &mut wallet, amount);
        self.vm.set_account(mint, &mint_account);
        self.vm.set_account(&wallet_address, &wallet);
        self.refresh_one(*mint);
        self.refresh_one(wallet_address);
    }

    /// An actor's token account for a mint, made when there is none.
    pub fn wallet(&mut self, actor: &Actor, mint: &Pubkey) -> Pubkey {
        let address = actor.wallet(mint);
        if self.raw(&address).is_none() {
            let program = self.raw(mint).expect("a known mint").owner;
            let wallet = token::wallet(program, *mint, actor.key().pubkey());
            let name = format!("{}'s wallet of {mint}", actor.name());
            self.put(address, &name, &wallet);
        }
        address
    }

    /// What an actor's token account for a mint holds.
    pub fn tokens_of(&self, actor: &Actor, mint: &Pubkey) -> u64 {
        self.raw(&actor.wallet(mint)).map_or(0, token::amount)
    }

    /// Gives an address a name for messages, and watches it.
    pub fn call(&mut self, address: Pubkey, name: &str) {
        self.current.names.insert(address, name.to_owned());
        self.watch(address);
    }

    fn watch(&mut self, address: Pubkey) {
        let payer = self.vm.payer().pubkey();
        if address != payer && self.watched.insert(address) {
            self.refresh_one(address);
        }
    }

    /// The runtime lets a transaction change the accounts that it names and no others.
    fn refresh_named(&mut self, instructions: &[Instruction]) {
        let named = instructions.iter().flat_map(|it| &it.accounts);
        let named: BTreeSet<Pubkey> = named.map(|meta| meta.pubkey).collect();
        let payer = self.vm.payer().pubkey();
        for address in named.into_iter().filter(|it| *it != payer) {
            self.refresh_one(address);
        }
    }

    fn refresh_one(&mut self, address: Pubkey) {
        match self.vm.account(&address) {
            // Programs do not change and are large.
            Some(account) if account.executable => {}
            Some(account) => {
                self.current.accounts.insert(address, account);
            }
            None => {
                self.current.accounts.remove(&address);
            }
        }
    }

    fn name_program_accounts(&mut self) {
        for (address, name) in [
            (address::exchange(), "the exchange"),
            (address::pool(), "the pool"),
            (address::insurance(), "the insurance fund"),
            (address::share_mint(), "the share mint"),
            (address::share_escrow(), "the share escrow"),
        ] {
            self.call(address, name);
        }
        for index in 0..16 {
            self.call(address::market(index), &format!("market {index}"));
        }
    }
}

/// The exchange, its banks and its markets in a picture.
pub(crate) fn mirror(picture: &Picture) -> Mirror {
    let mut mirror = Mirror::default();
    for account in picture.accounts.values() {
        if account.owner == whittle::ID {
            mirror.take(&account.data);
        }
    }
    mirror
}

/// The address of a collateral token's mint.
pub fn mint_address(symbol: &str) -> Pubkey {
    spec::address(&format!("mint {symbol}"))
}
