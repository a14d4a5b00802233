//! A trader's account: cash, other collateral, positions and pending orders.

use crate::error::{Outcome, WhittleError};
use crate::state::leverage::Leverage;
use crate::state::position::Position;
use crate::state::recovery::RecoveryPlan;
use anchor_lang::prelude::*;
use whittle_risk::health::Health;
use whittle_risk::liquidation::{Episode, Policy};
use whittle_risk::{Ratio, Usd, MAX_LEGS};

/// Collateral tokens other than the quote token.
pub const MAX_COLLATERALS: usize = 4;
/// Pending orders.
pub const MAX_ORDERS: usize = 4;
/// Orders that may add risk; the last place is kept for a reduction, which must never be blocked.
pub const MAX_OPENING_ORDERS: usize = 3;

/// A deposit of one collateral token. Free when `amount_atoms` is zero.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Collateral {
    /// Token atoms.
    pub amount_atoms: u64,
    /// Index of the bank.
    pub bank: u16,
    /// Zero.
    pub padding: [u8; 6],
}

/// The order only reduces a position.
pub const ORDER_REDUCE_ONLY: u8 = 1;

/// A pending order. Free when `lots` is zero.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Signed size; positive buys.
    pub lots: i64,
    /// Worst price accepted, USD atoms per lot, Q32.
    pub limit_q32: u64,
    /// When it was placed, Unix seconds.
    pub placed_at: i64,
    /// After this it can only be removed.
    pub expires_at: i64,
    /// What the one who fills it gets, USD atoms.
    pub reward_usd_atoms: u32,
    /// What of the reward was taken out of cash when the order was placed, USD atoms; all of it
    /// unless the order only reduces. It is nobody's cash until the order ends, so health leaves it
    /// out: an account is judged a reward too low, never too high.
    pub escrow_usd_atoms: u32,
    /// Index of the market.
    pub market: u16,
    /// [`ORDER_REDUCE_ONLY`] and [`super::stop::ORDER_TRIGGER_ABOVE`].
    pub flags: u8,
    /// Zero.
    pub padding: [u8; 5],
    /// The price that it waits for, USD atoms per lot, Q32; zero when it does not or no longer wait.
    pub trigger_q32: u64,
}

impl Order {
    /// Whether it waits to be filled; else its place can be used again.
    pub fn is_live(&self, now: i64) -> bool {
        self.lots != 0 && now <= self.expires_at
    }

    /// Whether it never adds risk.
    pub fn reduces_only(&self) -> bool {
        self.flags & ORDER_REDUCE_ONLY != 0
    }

    /// What the one who fills it gets.
    pub fn reward(&self) -> Usd {
        Usd(i64::from(self.reward_usd_atoms))
    }

    /// What of that is set aside.
    pub fn escrow(&self) -> Usd {
        Usd(i64::from(self.escrow_usd_atoms))
    }
}

/// What a liquidation did, and the proof that it was needed. The account keeps the last one; the
/// event carries each.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq, AnchorDeserialize)]
pub struct Receipt {
    /// Unix seconds; zero when there was none.
    pub at: i64,
    /// Slot.
    pub slot: u64,
    /// When the account was flagged, Unix seconds.
    pub flagged_at: i64,
    /// E / M that capped the costs, Q32.
    pub latched_ratio_q32: u64,
    /// Bonus rate of the moment before the cap, Q32.
    pub bonus_rate_q32: u64,
    /// E before, USD atoms.
    pub equity_before_usd_atoms: i64,
    /// M before.
    pub maintenance_before_usd_atoms: i64,
    /// T before.
    pub target_usd_atoms: i64,
    /// E after.
    pub equity_after_usd_atoms: i64,
    /// M after.
    pub maintenance_after_usd_atoms: i64,
    /// Notional closed.
    pub closed_usd_atoms: i64,
    /// Cost to the account, bonus included.
    pub cost_usd_atoms: i64,
    /// Bonus paid to the caller, top-ups included.
    pub bonus_usd_atoms: i64,
    /// Lots of the leg that was sized last, before any enlargement.
    pub certified_lots: u64,
    /// E - T with those lots; at least zero.
    pub surplus_usd_atoms: i64,
    /// T - E with one lot less; above zero.
    pub shortfall_one_less_usd_atoms: i64,
    /// Price of that leg, Q32.
    pub certified_price_q32: u64,
    /// Publish time of that price.
    pub certified_publish_time: i64,
    /// Market of that leg.
    pub certified_market: u16,
    /// `risk::liquidation::Kind` as a number.
    pub kind: u8,
    /// 1 when there is a certificate.
    pub has_certificate: u8,
    /// Zero.
    pub padding: [u8; 4],
}

/// A trader's account.
#[account(zero_copy)]
#[derive(Debug)]
pub struct MarginAccount {
    /// Who may do everything.
    pub owner: Pubkey,
    /// Who may place orders; the default key when nobody.
    pub delegate: Pubkey,
    /// Quote cash, USD atoms; negative when overdrawn.
    pub cash_usd_atoms: i64,
    /// Loss that nobody has covered, booked in `deficit_market`, USD atoms.
    pub deficit_usd_atoms: i64,
    /// When it was flagged, Unix seconds; zero when it is not.
    pub flagged_at: i64,
    /// When it was last flagged or liquidated.
    pub flag_touched_at: i64,
    /// Newest publish time among the prices at the flag; the largest number when the account was found
    /// over maintenance since.
    pub flag_publish_time: i64,
    /// Lowest E / M of the episode, Q32.
    pub flag_lowest_ratio_q32: u64,
    /// Number of this account among the owner's.
    pub sub_id: u16,
    /// Market in which the deficit is booked.
    pub deficit_market: u16,
    /// Bump of this address.
    pub bump: u8,
    /// Side of the position that made the loss: 1 long, -1 short.
    pub deficit_side: i8,
    /// Market of `loss_usd_atoms`.
    pub loss_market: u16,
    /// Other collateral.
    pub collaterals: [Collateral; MAX_COLLATERALS],
    /// Positions.
    pub positions: [Position; MAX_LEGS],
    /// Pending orders.
    pub orders: [Order; MAX_ORDERS],
    /// The last liquidation.
    pub receipt: Receipt,
    /// The interest index when interest was last counted.
    pub interest_index: u64,
    /// Interest counted and not yet charged, USD atoms.
    pub interest_usd_atoms: i64,
    /// The part of its overdraft that the pool has counted, USD atoms.
    pub overdraft_counted_usd_atoms: i64,
    /// When a margin call was last issued, Unix seconds; zero when there is none.
    pub margin_called_at: i64,
    /// How much leverage it may take.
    pub leverage: Leverage,
    /// What its owner wants done before a liquidation.
    pub recovery: RecoveryPlan,
    /// 1 when the owner's other accounts may be topped up from it.
    pub is_reserve: u8,
    /// Zero.
    pub padding_end: [u8; 7],
    /// When its allowance of withdrawals began, Unix seconds; see [`super::slowdown`].
    pub allowance_began_at: i64,
    /// What has left since and counts against it, USD atoms.
    pub allowance_used_usd_atoms: i64,
    /// What the insurance fund has paid for a bankruptcy of which something is left, USD atoms. Zero
    /// again when nothing is left, when its owner cured the deficit, and when a new one is booked.
    pub insurance_paid_usd_atoms: i64,
    /// The largest loss realised in one market since the account was last found to be worth something,
    /// USD atoms. Zero while it is, and once a deficit is booked in the market of that loss.
    pub loss_usd_atoms: i64,
    /// Room.
    pub reserved: [u8; 72],
}

impl MarginAccount {
    /// Size with the discriminator.
    pub const SIZE: usize = 8 + core::mem::size_of::<Self>();

    /// What the account remembers of its liquidation.
    pub fn episode(&self) -> Episode {
        Episode {
            flagged_at: self.flagged_at,
            touched_at: self.flag_touched_at,
            publish_time: self.flag_publish_time,
            lowest_ratio: Ratio(self.flag_lowest_ratio_q32),
        }
    }

    /// Stores what the account remembers of its liquidation.
    pub fn set_episode(&mut self, episode: Episode) {
        self.flagged_at = episode.flagged_at;
        self.flag_touched_at = episode.touched_at;
        self.flag_publish_time = episode.publish_time;
        self.flag_lowest_ratio_q32 = episode.lowest_ratio.0;
    }

    /// Clears the flag of an account that has reached its target. Tells whether it did.
    pub fn clear_flag_if_recovered(&mut self, health: &Health, policy: &Policy) -> Outcome<bool> {
        let target = health.with_buffer(policy.thresholds.target_buffer)?;
        let recovered = self.flagged_at != 0 && health.equity >= target;
        if recovered {
            self.set_episode(Episode::NONE);
        }
        Ok(recovered)
    }

    /// Takes back the sighting of a flag where `health` is at or over maintenance. Tells whether there
    /// was one.
    pub fn unsee_if_healthy(&mut self, health: &Health) -> bool {
        let mut episode = self.episode();
        let unseen = health.equity >= health.maintenance && episode.unsee();
        if unseen {
            self.set_episode(episode);
        }
        unseen
    }

    /// Whether the account owes or may come to owe: positions, an overdraft, its interest or a
    /// deficit.
    pub fn has_obligations(&self) -> bool {
        self.cash_usd_atoms < 0
            || self.interest_usd_atoms > 0
            || self.deficit_usd_atoms > 0
            || self.open_positions().next().is_some()
    }

    /// Positions that are not flat, in slot order: the order in which instructions take markets.
    pub fn open_positions(&self) -> impl Iterator<Item = &Position> {
        self.positions.iter().filter(|position| position.lots != 0)
    }

    /// Slots in use: open positions and those that only hold a claim.
    pub fn used_positions(&self) -> impl Iterator<Item = &Position> {
        self.positions.iter().filter(|position| position.is_used())
    }

    /// Collateral in use, in slot order: the order in which instructions take their banks.
    pub fn used_collaterals(&self) -> impl Iterator<Item = &Collateral> {
        self.collaterals
            .iter()
            .filter(|held| held.amount_atoms != 0)
    }

    /// The position in `market`, if there is one.
    pub fn position(&self, market: u16) -> Option<&Position> {
        self.used_positions()
            .find(|position| position.market == market)
    }

    /// The slot of `market`, or a free one prepared for it.
    pub fn position_slot(&mut self, market: u16) -> Outcome<&mut Position> {
        let found = self
            .positions
            .iter()
            .position(|position| position.is_used() && position.market == market)
            .or_else(|| {
                self.positions
                    .iter()
                    .position(|position| !position.is_used())
            });
        let slot = found
            .and_then(|index| self.positions.get_mut(index))
            .ok_or(WhittleError::TooManyPositions)?;
        if !slot.is_used() {
            *slot = Position {
                market,
                ..Position::default()
            };
        }
        Ok(slot)
    }

    /// The slot of `bank`, or a free one prepared for it.
    pub fn collateral_slot(&mut self, bank: u16) -> Outcome<&mut Collateral> {
        let found = self
            .collaterals
            .iter()
            .position(|held| held.amount_atoms != 0 && held.bank == bank)
            .or_else(|| {
                self.collaterals
                    .iter()
                    .position(|held| held.amount_atoms == 0)
            });
        let slot = found
            .and_then(|index| self.collaterals.get_mut(index))
            .ok_or(WhittleError::TooManyCollaterals)?;
        slot.bank = bank;
        Ok(slot)
    }

    /// Orders that may add risk and still wait.
    pub fn opening_orders(&self, now: i64) -> impl Iterator<Item = &Order> {
        self.orders
            .iter()
            .filter(move |order| order.is_live(now) && !order.reduces_only())
    }

    /// Empties a place for orders and returns what was in it. Its escrow is the caller's to pay out.
    pub fn take_order(&mut self, place: usize) -> Order {
        self.orders
            .get_mut(place)
            .map_or_else(Order::default, core::mem::take)
    }

    /// Adds to cash.
    pub fn credit(&mut self, amount: Usd) -> Outcome<()> {
        self.cash_usd_atoms = Usd(self.cash_usd_atoms).plus(amount)?.0;
        Ok(())
    }

    /// Takes from cash, which may become an overdraft; who must not overdraw checks before.
    pub fn debit(&mut self, amount: Usd) -> Outcome<()> {
        self.cash_usd_atoms = Usd(self.cash_usd_atoms).minus(amount)?.0;
        Ok(())
    }

    /// What must hold after every instruction that writes the account.
    pub fn invariant(&self) -> Outcome<()> {
        self.positions.iter().try_for_each(Position::invariant)
    }
}
