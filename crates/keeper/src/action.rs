//! What is due, with everything needed to do it.

mod kind;

pub use kind::{Key, Kind};

use crate::book::Book;
use crate::limits::Room;
use crate::oracle::Feed;
use crate::source::Source;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use std::collections::BTreeMap;
use whittle::error::WhittleError;
use whittle::state::{MarginAccount, Side};
use whittle_client::instruction::{self as ix, Buyer, Held};
use whittle_client::{address, Mirror, Writable};
use whittle_risk::Usd;

/// Where the update is that an order waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// In the market's oracle account.
    Published,
    /// In an account that the keeper has posted.
    Posted(Pubkey),
    /// It is signed and has to be posted.
    Wanted,
    /// Nowhere that the keeper knows of. An attempt with the market's oracle account fails until it is
    /// there.
    Unknown,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// First sighting of an account under maintenance.
    Flag {
        /// The account.
        account: Pubkey,
    },
    /// Close just enough of it; or take back the flag of an account that has recovered.
    Liquidate {
        /// The account.
        account: Pubkey,
        /// The least bonus to accept, USD atoms.
        min_bonus: i64,
        /// Markets that the plan closes in; none when all may be written.
        closes: Option<Vec<u16>>,
    },
    /// Carry out the owner's recovery plan.
    ExecuteRecovery {
        /// The account.
        account: Pubkey,
        /// The least fee to accept, USD atoms.
        min_fee: i64,
        /// Markets that the plan closes in.
        closes: Vec<u16>,
    },
    /// Issue a margin call, or end one whose cause is gone.
    IssueMarginCall {
        /// The account.
        account: Pubkey,
    },
    /// Fill an order.
    FillOrder {
        /// The account.
        account: Pubkey,
        /// The order's place.
        place: u8,
        /// Its market.
        market: u16,
        /// The update that fills it is the first one published at or after this, Unix seconds.
        due_at: i64,
        /// Where that update is.
        update: Due,
    },
    /// Turn an order that waits for its price into one that can be filled.
    TriggerOrder {
        /// The account.
        account: Pubkey,
        /// The order's place.
        place: u8,
        /// Its market.
        market: u16,
    },
    /// Remove an expired order.
    ExpireOrder {
        /// The account.
        account: Pubkey,
        /// The order's place.
        place: u8,
    },
    /// Fill a request of a liquidity provider.
    FillLiquidityRequest {
        /// Its owner.
        owner: Pubkey,
    },
    /// Buy collateral of an overdrawn account.
    ConvertCollateral {
        /// The account.
        account: Pubkey,
        /// The bank of what is bought.
        bank: u16,
        /// Most token atoms to buy.
        max_atoms: u64,
    },
    /// Give the loss of a bankrupt account to those who bear it.
    ResolveBankruptcy {
        /// The account.
        account: Pubkey,
    },
    /// Begin to reduce the profitable positions of a side.
    StartDeleverage {
        /// The market.
        market: u16,
        /// Longs rather than shorts.
        is_long: bool,
    },
    /// Reduce one of them.
    AutoDeleverage {
        /// The account.
        account: Pubkey,
        /// The market.
        market: u16,
    },
    /// Move cash between pool, insurance and lines.
    SettleMarkets {
        /// The markets.
        markets: Vec<u16>,
    },
    /// Only cache prices: see [`Action::updates`].
    UpdatePrices,
}

/// Something to do, what it pays, and how urgent it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What to do.
    pub what: What,
    /// What it is expected to pay, USD atoms; for a flag what the liquidation after it would.
    pub profit: Usd,
    /// Among actions of a kind: greater first. Expected loss for liquidations, else the pay.
    pub urgency: i64,
    /// Prices that have to be cached before it, in the same transaction.
    pub updates: Vec<Feed>,
}

/// Where the keeper is paid and what it pays with.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Its margin account: gets bonuses and rewards.
    pub keeper_account: Pubkey,
    /// Signs purchases of collateral.
    pub buyer: Pubkey,
    /// Its token account of the quote token; none when it buys nothing.
    pub source: Option<Pubkey>,
    /// Its token account for the token of each bank.
    pub receivers: BTreeMap<u16, Pubkey>,
}

/// Why an action cannot be turned into instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The account has gone since.
    #[error("the account is not in the book any more")]
    Gone,
    /// The program pays nobody for his own account.
    #[error("the account is the keeper's own: another keeper has to do it")]
    OwnAccount,
    /// Nobody named the oracle account of a feed.
    #[error("no oracle account is named for {0:?}")]
    NoOracle(Feed),
    /// The price that counts is signed and stands nowhere on the chain.
    #[error("the update of {0:?} is not posted yet")]
    NotPosted(Feed),
    /// The keeper has no token account to pay from or to receive in.
    #[error("no token account of the keeper for bank {0}")]
    NoTokenAccount(u16),
    /// What the program would say.
    #[error("{0}")]
    Program(WhittleError),
}

impl From<WhittleError> for BuildError {
    fn from(error: WhittleError) -> Self {
        Self::Program(error)
    }
}

impl What {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Flag { .. } => Kind::Flag,
            Self::Liquidate { .. } => Kind::Liquidate,
            Self::ExecuteRecovery { .. } => Kind::ExecuteRecovery,
            Self::IssueMarginCall { .. } => Kind::IssueMarginCall,
            Self::FillOrder { .. } => Kind::FillOrder,
            Self::TriggerOrder { .. } => Kind::TriggerOrder,
            Self::ExpireOrder { .. } => Kind::ExpireOrder,
            Self::FillLiquidityRequest { .. } => Kind::FillLiquidityRequest,
            Self::ConvertCollateral { .. } => Kind::ConvertCollateral,
            Self::ResolveBankruptcy { .. } => Kind::ResolveBankruptcy,
            Self::StartDeleverage { .. } => Kind::StartDeleverage,
            Self::AutoDeleverage { .. } => Kind::AutoDeleverage,
            Self::SettleMarkets { .. } => Kind::SettleMarkets,
            Self::UpdatePrices => Kind::UpdatePrices,
        }
    }
}

impl What {
    /// Whether the program credits the pay when it is done; a flag is paid by the liquidation after it,
    /// collateral by selling it on.
    pub fn pays_at_once(&self) -> bool {
        !matches!(self, Self::Flag { .. } | Self::ConvertCollateral { .. })
    }
}

impl Action {
    /// Names it.
    pub fn key(&self) -> Key {
        let (account, number, place) = match &self.what {
            What::Flag { account }
            | What::Liquidate { account, .. }
            | What::ExecuteRecovery { account, .. }
            | What::IssueMarginCall { account }
            | What::ResolveBankruptcy { account } => (*account, 0, 0),
            What::FillOrder {
                account,
                place,
                market,
                ..
            }
            | What::TriggerOrder {
                account,
                place,
                market,
            } => (*account, *market, *place),
            What::ExpireOrder { account, place } => (*account, 0, *place),
            What::FillLiquidityRequest { owner } => (*owner, 0, 0),
            What::ConvertCollateral { account, bank, .. } => (*account, *bank, 0),
            What::StartDeleverage { market, is_long } => {
                (Pubkey::default(), *market, u8::from(*is_long))
            }
            What::AutoDeleverage { account, market } => (*account, *market, 0),
            What::SettleMarkets { markets } => {
                let first = markets.first().copied().unwrap_or(0);
                (Pubkey::default(), first, 0)
            }
            What::UpdatePrices => match self.updates.first() {
                Some(Feed::Market(index)) => (Pubkey::default(), *index, 0),
                Some(Feed::Bank(index)) => (Pubkey::default(), *index, 1),
                None => (Pubkey::default(), 0, 0),
            },
        };
        Key {
            kind: self.what.kind(),
            account,
            number,
            place,
        }
    }

    /// What may be more by the time its transaction runs.
    pub fn room(&self, book: &Book) -> Room {
        let account = match &self.what {
            What::Liquidate { account, .. } | What::ExecuteRecovery { account, .. } => {
                book.id(account).and_then(|id| book.account(id))
            }
            _ => None,
        };
        Room {
            updates: self.updates.len(),
            legs: account.map_or(0, |account| account.open_positions().count()),
        }
    }

    /// The instructions of one transaction: the prices first, then the action.
    pub fn instructions(&self, book: &Book, keys: &Keys) -> Result<Vec<Instruction>, BuildError> {
        let mut all = price_updates(book, &self.updates)?;
        all.extend(self.own_instruction(book, keys)?);
        Ok(all)
    }

    fn own_instruction(&self, book: &Book, keys: &Keys) -> Result<Option<Instruction>, BuildError> {
        let mirror = &book.mirror;
        let with = |address: &Pubkey, build: &dyn Fn(Held) -> Built| -> Built {
            let id = book.id(address).ok_or(BuildError::Gone)?;
            let account: MarginAccount = book.account(id).ok_or(BuildError::Gone)?;
            build(Held {
                address: *address,
                account: &account,
            })
        };
        let keeper = keys.keeper_account;
        let is_paid = matches!(
            self.what,
            What::Liquidate { .. } | What::ExecuteRecovery { .. } | What::FillOrder { .. }
        );
        if is_paid && self.key().account == keeper {
            return Err(BuildError::OwnAccount);
        }
        let built = match &self.what {
            What::Flag { account } => with(account, &|held| Ok(ix::flag_account(mirror, held)?))?,
            What::Liquidate {
                account,
                min_bonus,
                closes,
            } => {
                let writable = closes.as_deref().map_or(Writable::All, Writable::Only);
                with(account, &|held| {
                    let built = ix::liquidate_partial(mirror, held, keeper, *min_bonus, writable);
                    Ok(built?)
                })?
            }
            What::ExecuteRecovery {
                account,
                min_fee,
                closes,
            } => with(account, &|held| {
                let writable = Writable::Only(closes);
                let built = ix::execute_recovery(mirror, held, keeper, *min_fee, writable);
                Ok(built?)
            })?,
            What::IssueMarginCall { account } => {
                with(account, &|held| Ok(ix::issue_margin_call(mirror, held)?))?
            }
            What::FillOrder {
                account,
                place,
                market,
                update,
                ..
            } => {
                let feed = Feed::Market(*market);
                let oracle = match update {
                    Due::Posted(account) => *account,
                    Due::Wanted => return Err(BuildError::NotPosted(feed)),
                    Due::Published | Due::Unknown => {
                        book.oracles.get(feed).ok_or(BuildError::NoOracle(feed))?
                    }
                };
                with(account, &|held| {
                    Ok(ix::fill_order(mirror, held, keeper, oracle, *place)?)
                })?
            }
            What::TriggerOrder {
                account,
                place,
                market,
            } => ix::trigger_order(*account, *market, *place),
            What::ExpireOrder { account, place } => ix::expire_order(*account, *place),
            What::FillLiquidityRequest { owner } => {
                let request = book.requests.get(&address::liquidity_request(owner));
                ix::fill_liquidity_request(mirror, request.ok_or(BuildError::Gone)?)?
            }
            What::ConvertCollateral {
                account,
                bank,
                max_atoms,
            } => {
                let missing = BuildError::NoTokenAccount;
                let buyer = Buyer {
                    key: keys.buyer,
                    source: keys.source.ok_or(missing(0))?,
                    receiver: *keys.receivers.get(bank).ok_or(missing(*bank))?,
                };
                let bank = mirror.bank(*bank)?;
                with(account, &|held| {
                    let built = ix::convert_collateral(mirror, held, buyer, bank, *max_atoms);
                    Ok(built?)
                })?
            }
            What::ResolveBankruptcy { account } => with(account, &|held| {
                Ok(ix::resolve_bankruptcy(held.address, held.account))
            })?,
            What::StartDeleverage { market, is_long } => {
                let side = if *is_long { Side::Long } else { Side::Short };
                ix::start_deleverage(*market, side)
            }
            What::AutoDeleverage { account, market } => ix::auto_deleverage(*account, *market),
            What::SettleMarkets { markets } => ix::settle_markets(markets),
            What::UpdatePrices => return Ok(None),
        };
        Ok(Some(built))
    }
}

type Built = Result<Instruction, BuildError>;

fn price_updates(book: &Book, feeds: &[Feed]) -> Result<Vec<Instruction>, BuildError> {
    let (mut markets, mut mints) = (Vec::new(), Vec::new());
    for feed in feeds.iter().copied() {
        let oracle = match book.source(feed) {
            Source::Published => book.oracles.get(feed).ok_or(BuildError::NoOracle(feed))?,
            Source::Posted(account) => account,
            Source::Signed => return Err(BuildError::NotPosted(feed)),
        };
        match feed {
            Feed::Market(index) => markets.push((index, oracle)),
            Feed::Bank(index) => mints.push((Mirror::bank(&book.mirror, index)?.mint, oracle)),
        }
    }
    let mut all = Vec::with_capacity(3);
    if !markets.is_empty() {
        all.push(ix::update_markets(&markets));
    }
    if !mints.is_empty() {
        all.push(ix::update_banks(&mints));
    }
    Ok(all)
}
