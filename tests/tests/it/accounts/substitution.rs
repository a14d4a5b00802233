//! What is put in the place of an account.

use anchor_lang::prelude::{AccountMeta, Pubkey};
use bytemuck::Pod;
use solana_account::Account;
use solana_keypair::Keypair;
use solana_signer::Signer;
use whittle::state::{Bank, LiquidityRequest, MarginAccount, Market, Proposal};
use whittle_client::address;
use whittle_tests::oracle::LEGACY;
use whittle_tests::{spec, token};

use super::slot::{Class, Slot};

/// The system program, which has the default key.
pub const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);

/// Size of a key. A token account begins with its mint's and then its owner's.
const KEY: usize = 32;
/// A fully verified pull account: discriminator, write authority, one byte of verification, feed.
const FEED_AT: usize = 8 + KEY + 1;

/// What is wrong with the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wrong {
    /// An account of the program, a token account or a mint of another type.
    Type,
    /// The same bytes at another address, owned by another program.
    OwnerProgram,
    /// The right type, but of somebody or something else.
    Other(&'static str),
    /// The same bytes and owner at another address, as if the program had made it twice.
    Address,
    /// The same in one of two places where the account stands, so that each has another copy.
    Copies,
    /// Closed: there is nothing at the address.
    Closed,
    /// Zero bytes of the right size, owned by the right program, at the right address.
    Blank,
    /// An address that somebody has sent lamports to.
    Funded,
    /// What stands in another place that is written, and is of the same kind.
    Duplicate,
    /// The same, of another kind.
    Neighbour,
    /// Left out, which is said by the program's own address.
    Absent,
    /// Read-only.
    ReadOnly,
    /// Not signing.
    NotSigning,
}

/// One thing to try.
pub struct Substitution {
    pub wrong: Wrong,
    pub meta: AccountMeta,
    pub planted: Vec<(Pubkey, Account)>,
    /// The other place of a duplicate.
    pub twin: Option<Slot>,
}

/// Signs where somebody else does.
pub fn stranger() -> Keypair {
    spec::key("a stranger")
}

/// Everything to try in a place. `all` are the places of the instruction.
pub fn substitutions(slot: &Slot, all: &[Slot]) -> Vec<Substitution> {
    let mut found = Vec::new();
    let elsewhere = spec::address(&format!("in place of {}", slot.name));
    let mut plant = |wrong, key: Pubkey, account: Option<Account>| {
        let meta = AccountMeta {
            pubkey: key,
            ..slot.meta.clone()
        };
        found.push(Substitution {
            wrong,
            meta,
            planted: account.map(|it| (key, it)).into_iter().collect(),
            twin: None,
        });
    };
    let original = &slot.account;
    let owned = |owner: Pubkey| Account {
        owner,
        ..original.clone()
    };
    let blank = Account {
        data: vec![0; original.data.len()],
        ..original.clone()
    };
    let copied = matches!(
        slot.class,
        Class::Ours(_) | Class::Wallet | Class::Mint | Class::Oracle
    );
    if copied {
        let foreign = owned(spec::address("another program"));
        plant(Wrong::OwnerProgram, elsewhere, Some(foreign));
        let twice = all.iter().filter(|it| it.meta.pubkey == slot.meta.pubkey);
        let address = if twice.count() > 1 {
            Wrong::Copies
        } else {
            Wrong::Address
        };
        plant(address, elsewhere, Some(original.clone()));
        plant(Wrong::Closed, slot.meta.pubkey, Some(Account::default()));
        plant(Wrong::Blank, slot.meta.pubkey, Some(blank));
    }
    if !slot.meta.is_signer {
        let (key, account) = of_another_type(slot, all, elsewhere);
        plant(Wrong::Type, key, Some(account));
    }
    for (what, key, account) in others(slot, elsewhere) {
        plant(Wrong::Other(what), key, account);
    }
    if slot.class == Class::Empty {
        let taken = Account::new(10_000_000, 8, &whittle::ID);
        plant(Wrong::Blank, slot.meta.pubkey, Some(taken));
        let funded = Account::new(10_000_000, 0, &SYSTEM);
        plant(Wrong::Funded, slot.meta.pubkey, Some(funded));
    }
    found.extend(flags(slot));
    found.extend(duplicates(slot, all));
    found
}

/// Left out, without writing, without signing.
fn flags(slot: &Slot) -> Vec<Substitution> {
    let mut found = Vec::new();
    let mut pass = |wrong, meta| {
        found.push(Substitution {
            wrong,
            meta,
            planted: Vec::new(),
            twin: None,
        });
    };
    if slot.is_optional {
        let absent = AccountMeta::new_readonly(whittle::ID, false);
        pass(Wrong::Absent, absent);
    }
    if slot.meta.is_writable {
        let meta = AccountMeta {
            is_writable: false,
            ..slot.meta.clone()
        };
        pass(Wrong::ReadOnly, meta);
    }
    if slot.meta.is_signer {
        let meta = AccountMeta {
            is_signer: false,
            ..slot.meta.clone()
        };
        pass(Wrong::NotSigning, meta);
    }
    found
}

/// Each other account that is written, in this place that is written too.
fn duplicates(slot: &Slot, all: &[Slot]) -> Vec<Substitution> {
    if !slot.meta.is_writable || slot.meta.is_signer {
        return Vec::new();
    }
    let others = all
        .iter()
        .filter(|it| it.place != slot.place && it.meta.is_writable);
    others
        .map(|it| Substitution {
            wrong: if it.class == slot.class {
                Wrong::Duplicate
            } else {
                Wrong::Neighbour
            },
            meta: it.meta.clone(),
            planted: Vec::new(),
            twin: Some(it.clone()),
        })
        .collect()
}

/// An account of the program where one of another type belongs; a mint for a token account and the
/// other way round; an account with data where a program or a person belongs.
fn of_another_type(slot: &Slot, all: &[Slot], elsewhere: Pubkey) -> (Pubkey, Account) {
    let account = |owner, data| Account {
        lamports: 10_000_000,
        data,
        owner,
        executable: false,
        rent_epoch: u64::MAX,
    };
    let token = token::program(false);
    match &slot.class {
        Class::Wallet => (elsewhere, token::mint(false, 6, spec::address("somebody"))),
        Class::Mint => (elsewhere, token::wallet(token, SYSTEM, SYSTEM)),
        Class::Ours(name) => {
            let mut ours = all
                .iter()
                .filter(|it| matches!(&it.class, Class::Ours(other) if other != name));
            match ours.next() {
                Some(other) => (other.meta.pubkey, other.account.clone()),
                None => {
                    let mut data = vec![0; 4_096];
                    let other = if name == "Market" {
                        bank_bytes()
                    } else {
                        market_bytes()
                    };
                    data[..8].copy_from_slice(other);
                    (elsewhere, account(whittle::ID, data))
                }
            }
        }
        Class::Oracle | Class::Program | Class::Person | Class::Empty => {
            let mut data = vec![0; 4_096];
            data[..8].copy_from_slice(market_bytes());
            (elsewhere, account(whittle::ID, data))
        }
    }
}

fn market_bytes() -> &'static [u8] {
    <Market as anchor_lang::Discriminator>::DISCRIMINATOR
}

fn bank_bytes() -> &'static [u8] {
    <Bank as anchor_lang::Discriminator>::DISCRIMINATOR
}

/// What differs, the address, and what to plant there unless it is there.
type Other = (&'static str, Pubkey, Option<Account>);

/// The same account in all but whose or what it is, where it would be then.
fn others(slot: &Slot, elsewhere: Pubkey) -> Vec<Other> {
    let original = &slot.account;
    let somebody = stranger().pubkey();
    let with_key = |at: usize| {
        let mut account = original.clone();
        account.data[at..at + KEY].copy_from_slice(somebody.as_ref());
        account
    };
    match &slot.class {
        Class::Ours(name) => ours(name, original),
        Class::Wallet => vec![
            ("mint", elsewhere, Some(with_key(0))),
            ("owner", elsewhere, Some(with_key(KEY))),
        ],
        Class::Mint => Vec::new(),
        // A legacy account is told apart by its address.
        Class::Oracle if original.owner == LEGACY => Vec::new(),
        Class::Oracle => vec![("feed", elsewhere, Some(with_key(FEED_AT)))],
        Class::Program => other_programs(&slot.meta.pubkey),
        Class::Person => {
            let purse = Account::new(10_000_000_000, 0, &SYSTEM);
            vec![("person", somebody, Some(purse))]
        }
        Class::Empty => vec![("address", elsewhere, None)],
    }
}

/// Each other program that such places take.
fn other_programs(key: &Pubkey) -> Vec<Other> {
    [
        ("system program", SYSTEM),
        ("SPL Token", token::program(false)),
        ("Token-2022", token::program(true)),
    ]
    .into_iter()
    .filter(|(_, other)| other != key)
    .map(|(what, other)| (what, other, None))
    .collect()
}

/// A changed copy of an account of the program, at the address that the change gives it.
fn ours(name: &str, original: &Account) -> Vec<Other> {
    let somebody = stranger().pubkey();
    match name {
        "MarginAccount" => {
            let (body, account) = changed::<MarginAccount>(original, |it| it.owner = somebody);
            let key = address::margin_account(&body.owner, body.sub_id);
            vec![("owner", key, Some(account))]
        }
        "Market" => {
            let (body, account) = changed::<Market>(original, |it| it.index = 15);
            vec![("number", address::market(body.index), Some(account))]
        }
        "Bank" => {
            let mint = spec::address("another mint");
            let (_, renumbered) = changed::<Bank>(original, |it| it.index = 9);
            let (_, another) = changed::<Bank>(original, |it| {
                it.index = 9;
                it.mint = mint;
                it.vault = address::vault(&mint);
            });
            vec![
                ("number", address::bank(&mint), Some(renumbered)),
                ("number and mint", address::bank(&mint), Some(another)),
            ]
        }
        "Proposal" => {
            let (body, account) = changed::<Proposal>(original, |it| {
                it.proposer = somebody;
                it.nonce = 999;
            });
            vec![("proposer", address::proposal(body.nonce), Some(account))]
        }
        "LiquidityRequest" => {
            let (body, account) = changed::<LiquidityRequest>(original, |it| it.owner = somebody);
            vec![(
                "owner",
                address::liquidity_request(&body.owner),
                Some(account),
            )]
        }
        // The exchange, the pool and the insurance fund are one each.
        _ => Vec::new(),
    }
}

fn changed<T: Pod>(original: &Account, change: impl FnOnce(&mut T)) -> (T, Account) {
    let mut account = original.clone();
    let bytes = &mut account.data[8..8 + core::mem::size_of::<T>()];
    let body: &mut T = bytemuck::from_bytes_mut(bytes);
    change(body);
    (*body, account)
}
