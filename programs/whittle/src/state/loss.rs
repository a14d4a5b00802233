//! Losses of others that a side of a market bears: an index for each side, like funding's. And what an
//! account remembers of where such a loss was made.

use super::position::Position;
use super::raw::Wide;
use super::{MarginAccount, Market};
use crate::error::Outcome;
use whittle_risk::crowding;
use whittle_risk::funding::owed_ceil;
use whittle_risk::waterfall::{self, Origin};
use whittle_risk::{Lots, Usd};

/// Longs or shorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Who gains while the price rises.
    Long,
    /// Who gains while it falls.
    Short,
}

impl Side {
    /// Both, in the order in which instructions take them.
    pub const BOTH: [Self; 2] = [Self::Long, Self::Short];

    /// The side of a position or trade; a flat one counts as short, which owes nothing.
    pub fn of(lots: i64) -> Self {
        if lots > 0 {
            Self::Long
        } else {
            Self::Short
        }
    }

    /// The other side.
    pub fn other(self) -> Self {
        match self {
            Self::Long => Self::Short,
            Self::Short => Self::Long,
        }
    }

    /// 1 for longs, -1 for shorts.
    pub fn sign(self) -> i8 {
        match self {
            Self::Long => 1,
            Self::Short => -1,
        }
    }
}

impl Market {
    /// Whether nobody has a position in it: what else it holds and owes does not depend on its price,
    /// so the pool needs none of it.
    pub fn is_idle(&self) -> bool {
        self.long_lots | self.short_lots == 0
    }

    /// The loss index of a side.
    pub fn loss_index(&self, side: Side) -> Wide {
        match side {
            Side::Long => self.long_loss_index_q32,
            Side::Short => self.short_loss_index_q32,
        }
    }

    /// Lots of a side and what they cost, not signed.
    pub fn side(&self, side: Side) -> (u64, Usd) {
        match side {
            Side::Long => (self.long_lots, Usd(self.long_entry_usd_atoms)),
            Side::Short => (self.short_lots, Usd(self.short_entry_usd_atoms)),
        }
    }

    fn loss_unsettled(&mut self, side: Side) -> &mut i64 {
        match side {
            Side::Long => &mut self.long_loss_unsettled_usd_atoms,
            Side::Short => &mut self.short_loss_unsettled_usd_atoms,
        }
    }

    /// What a side has been asked to bear and has not settled.
    pub fn losses_unsettled(&self, side: Side) -> Usd {
        Usd(match side {
            Side::Long => self.long_loss_unsettled_usd_atoms,
            Side::Short => self.short_loss_unsettled_usd_atoms,
        })
    }

    /// Unrealised profit of a side at the cached price, less the losses that it has to bear; negative
    /// when it loses.
    pub fn side_profit(&self, side: Side) -> Outcome<Usd> {
        let (lots, entry) = self.side(side);
        let price = self.counted_price();
        let losses = self.losses_unsettled(side);
        let is_long = side == Side::Long;
        Ok(crowding::side_profit(lots, entry, price, is_long, losses)?)
    }

    /// Lets a side bear `amount`. Returns what it will pay: at most that, and less only by a
    /// fraction of an atom for each lot.
    pub fn bear_loss(&mut self, side: Side, amount: Usd) -> Outcome<Usd> {
        let (lots, _) = self.side(side);
        if amount.0 <= 0 || lots == 0 {
            return Ok(Usd::ZERO);
        }
        let (step, borne) = waterfall::spread_floor(amount, lots)?;
        let before = i128::from(self.loss_index(side));
        let after = before
            .checked_add(step)
            .ok_or(crate::error::WhittleError::MathOverflow)?;
        match side {
            Side::Long => self.long_loss_index_q32 = after.into(),
            Side::Short => self.short_loss_index_q32 = after.into(),
        }
        let unsettled = self.loss_unsettled(side);
        *unsettled = Usd(*unsettled).plus(borne)?.0;
        Ok(borne)
    }

    /// What a position owes of its side's losses, rounded up against it.
    pub fn loss_owed(&self, position: &Position) -> Outcome<Usd> {
        let index = self.loss_index(Side::of(position.lots));
        if position.loss_index_q32 == index || position.lots == 0 {
            return Ok(Usd::ZERO);
        }
        let lots = Lots(position.lots).magnitude();
        let from = position.loss_index_q32.into();
        Ok(owed_ceil(Lots::from_magnitude(lots)?, from, index.into())?)
    }

    /// Settles what a position owes of its side's losses and returns it.
    pub(super) fn settle_loss(&mut self, position: &mut Position) -> Outcome<Usd> {
        let owed = self.loss_owed(position)?;
        let side = Side::of(position.lots);
        position.loss_index_q32 = self.loss_index(side);
        if owed != Usd::ZERO {
            let unsettled = self.loss_unsettled(side);
            *unsettled = Usd(*unsettled).minus(owed)?.0;
        }
        Ok(owed)
    }
}

impl MarginAccount {
    /// Notes what was realised in a market, negative for a loss. `equity` is what the account is worth
    /// afterwards: while that is not under zero it pays for itself, and nothing is remembered.
    ///
    /// Where it lost most is asked once a deficit is booked, which may be many instructions later; what
    /// is closed last is the debtor's choice.
    #[inline(always)]
    pub fn note_realised(
        &mut self,
        equity: Usd,
        market: u16,
        side: Side,
        profit: Usd,
    ) -> Outcome<()> {
        if equity.0 >= 0 {
            self.forget_losses();
            return Ok(());
        }
        self.note_loss(market, side, profit)
    }

    #[cold]
    fn note_loss(&mut self, market: u16, side: Side, profit: Usd) -> Outcome<()> {
        let noted = Origin {
            market: self.loss_market,
            is_long: Side::of(i64::from(self.deficit_side)) == Side::Long,
            loss: Usd(self.loss_usd_atoms),
        };
        let noted = noted.or(Origin {
            market,
            is_long: side == Side::Long,
            loss: profit.negated()?,
        })?;
        self.loss_usd_atoms = noted.loss.0;
        self.loss_market = noted.market;
        let side = if noted.is_long {
            Side::Long
        } else {
            Side::Short
        };
        self.deficit_side = side.sign();
        Ok(())
    }

    /// The account was found to be worth something. With a deficit booked it has lost for good, whatever
    /// its collateral is worth by now. Tells whether there was a loss to forget.
    #[inline(always)]
    pub fn forget_losses(&mut self) -> bool {
        let forgets = self.loss_usd_atoms != 0 && self.deficit_usd_atoms == 0;
        if forgets {
            self.loss_usd_atoms = 0;
        }
        forgets
    }

    /// The market of the booked deficit's loss, whose other side comes before the pool.
    pub fn market_of_loss(&self) -> u16 {
        if self.loss_usd_atoms > 0 {
            self.loss_market
        } else {
            self.deficit_market
        }
    }

    /// The market in which a deficit is booked, where that is not the market of its loss.
    pub fn booked_elsewhere(&self) -> Option<u16> {
        let elsewhere = self.deficit_usd_atoms > 0 && self.market_of_loss() != self.deficit_market;
        elsewhere.then_some(self.deficit_market)
    }
}
