//! The places of an instruction, and what stands in each when it succeeds.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use solana_account::Account;
use whittle_tests::oracle::{LEGACY, RECEIVER};
use whittle_tests::{token, World};

use super::idl::Idl;

/// What kind of account stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// An account of the program, of this type.
    Ours(String),
    /// A token account.
    Wallet,
    /// A mint.
    Mint,
    /// A price account of an oracle.
    Oracle,
    /// A program.
    Program,
    /// Somebody with a key.
    Person,
    /// Nothing yet: the instruction creates it.
    Empty,
}

/// A place of an instruction.
#[derive(Clone)]
pub struct Slot {
    /// Where it stands among the accounts.
    pub place: usize,
    /// Its name in the interface; of accounts that follow, a plus, their kind and their number among
    /// those of the kind.
    pub name: String,
    /// Whether the interface names it.
    pub is_named: bool,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// What stands there.
    pub class: Class,
    /// How it is passed.
    pub meta: AccountMeta,
    /// The account itself.
    pub account: Account,
}

/// The places of an instruction that is about to be sent in `world`. Anything that does not agree with
/// the interface, or is of no known kind, is said in `faults`.
pub fn slots(idl: &Idl, world: &World, call: &Instruction, faults: &mut Vec<String>) -> Vec<Slot> {
    let described = idl.of(&call.data);
    let mut slots = Vec::new();
    for (place, meta) in call.accounts.iter().enumerate() {
        let named = described.accounts.get(place);
        let account = world.raw(&meta.pubkey).cloned().unwrap_or_default();
        let Some(class) = class(idl, &meta.pubkey, &account, meta) else {
            let what = named.map_or("an account that follows", |it| it.name.as_str());
            faults.push(format!("{}: {what} is of no known kind", described.name));
            continue;
        };
        if let Some(named) = named {
            let flags = (meta.is_writable, meta.is_signer);
            if flags != (named.writable, named.signer) {
                let name = (&described.name, &named.name);
                faults.push(format!("{name:?} is not passed as the interface says"));
            }
        }
        slots.push(Slot {
            place,
            name: named.map_or_else(|| following(&slots, &class), |it| it.name.clone()),
            is_named: named.is_some(),
            is_optional: named.is_some_and(|it| it.optional),
            class,
            meta: meta.clone(),
            account,
        });
    }
    if call.accounts.len() < described.accounts.len() {
        faults.push(format!("{} was sent with too few accounts", described.name));
    }
    slots
}

fn following(before: &[Slot], class: &Class) -> String {
    let same = before
        .iter()
        .filter(|it| !it.is_named && it.class == *class);
    format!("+{} {}", label(class), same.count() + 1)
}

/// The kind in a word.
pub fn label(class: &Class) -> &str {
    match class {
        Class::Ours(name) => name,
        Class::Wallet => "token account",
        Class::Mint => "mint",
        Class::Oracle => "oracle",
        Class::Program => "program",
        Class::Person => "person",
        Class::Empty => "new account",
    }
}

fn class(idl: &Idl, key: &Pubkey, account: &Account, meta: &AccountMeta) -> Option<Class> {
    let programs = [
        token::program(false),
        token::program(true),
        super::substitution::SYSTEM,
    ];
    if programs.contains(key) {
        return Some(Class::Program);
    }
    if account.owner == whittle::ID {
        let name = idl.type_of(&account.data)?;
        return Some(Class::Ours(name.to_owned()));
    }
    if token::is_wallet(account) {
        return Some(Class::Wallet);
    }
    if programs[..2].contains(&account.owner) {
        return Some(Class::Mint);
    }
    if [RECEIVER, LEGACY].contains(&account.owner) {
        return Some(Class::Oracle);
    }
    if account.lamports > 0 && account.data.is_empty() {
        return Some(Class::Person);
    }
    (account.lamports == 0 && meta.is_writable).then_some(Class::Empty)
}
