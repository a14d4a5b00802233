//! What happens before anything is closed: an account is seen under maintenance, and seen again.

use super::{Inputs, Policy};
use crate::health::{assess, Doubt, Health, State};
use crate::{Ratio, RiskError};

/// What an account remembers between the flag and the end of its liquidation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Episode {
    /// When it was flagged, Unix seconds; zero when it is not.
    pub flagged_at: i64,
    /// When it was last flagged or liquidated.
    pub touched_at: i64,
    /// Newest publish time among the prices at which it was first seen under maintenance;
    /// [`Episode::UNSEEN`] when it has been seen over it since.
    pub publish_time: i64,
    /// Lowest E / M seen since. Costs are capped by it for the whole episode: were the cap to rise
    /// as the account heals, many small calls would pay more than one.
    pub lowest_ratio: Ratio,
}

impl Episode {
    /// Not flagged.
    pub const NONE: Self = Self {
        flagged_at: 0,
        touched_at: 0,
        publish_time: 0,
        lowest_ratio: Ratio::MAX,
    };

    /// The publish time of no sighting: no price is newer.
    pub const UNSEEN: i64 = i64::MAX;

    /// Takes back the sighting of an account that was found at or over maintenance: the next dip is
    /// not confirmed by the last one. The episode goes on, its bonus clock and its lowest E / M with
    /// it. Tells whether there was a sighting.
    pub fn unsee(&mut self) -> bool {
        let seen = self.flagged_at != 0 && self.publish_time != Self::UNSEEN;
        if seen {
            self.publish_time = Self::UNSEEN;
        }
        seen
    }

    /// Whether the account is flagged and the flag has not lapsed.
    pub fn is_live(&self, policy: &Policy, now: i64) -> bool {
        self.flagged_at != 0
            && now.saturating_sub(self.touched_at) <= i64::from(policy.flag_lapse_secs)
    }
}

/// Starts an episode: the first of the two sightings that a liquidation needs. In a running episode
/// whose sighting was taken back ([`Episode::unsee`]) it is the first one anew, and nothing else.
///
/// Errors: [`RiskError::AccountHealthy`], [`RiskError::NoPositions`], [`RiskError::NoFreshPrice`]
/// when no leg can be closed, [`RiskError::AlreadyFlagged`].
pub fn flag(inputs: &Inputs) -> Result<Episode, RiskError> {
    let fair = assess(&inputs.account, Doubt::Favourable)?;
    require_under_maintenance(inputs, &fair)?;
    let live = inputs.episode.is_live(inputs.policy, inputs.now);
    if live && inputs.episode.publish_time != Episode::UNSEEN {
        return Err(RiskError::AlreadyFlagged {
            since: inputs.episode.flagged_at,
        });
    }
    let ratio = if inputs.account.has_doubt() {
        assess(&inputs.account, Doubt::Plain)?.ratio_floor()
    } else {
        fair.ratio_floor()
    };
    continued(inputs, live, ratio)
}

pub(super) fn require_under_maintenance(inputs: &Inputs, fair: &Health) -> Result<(), RiskError> {
    if inputs.account.legs.is_empty() {
        return Err(RiskError::NoPositions {
            equity: fair.equity,
        });
    }
    if fair.equity >= fair.maintenance {
        return Err(RiskError::AccountHealthy {
            equity: fair.equity,
            maintenance: fair.maintenance,
        });
    }
    Ok(())
}

/// A wick is not enough, and a pause protects: outside emergency every price used must be newer, by
/// `confirm_secs`, than every price at the flag.
pub(super) fn confirm(inputs: &Inputs, state: State, live: bool) -> Result<(), RiskError> {
    let (oldest, _) = publish_times(inputs)?;
    if state >= State::Emergency {
        return Ok(());
    }
    if inputs.policy.emergency_only {
        return Err(RiskError::LiquidationsPaused);
    }
    if !live {
        return Err(RiskError::NotFlagged);
    }
    let needed = inputs
        .episode
        .publish_time
        .saturating_add(i64::from(inputs.policy.confirm_secs));
    if oldest < needed {
        return Err(RiskError::NotConfirmed {
            publish_time: oldest,
            needed,
        });
    }
    Ok(())
}

/// Oldest and newest publish time among the prices of legs and other collateral that count as they
/// are. One that is shifted for its age cannot be the wick; any other can, whether it may be closed at
/// or not.
///
/// Errors: [`RiskError::NoFreshPrice`] when no leg can be closed.
fn publish_times(inputs: &Inputs) -> Result<(i64, i64), RiskError> {
    let marks = inputs.account.legs.iter().map(|leg| leg.mark);
    if marks.clone().all(|mark| mark.stale) {
        return Err(RiskError::NoFreshPrice);
    }
    let times = marks
        .filter(|mark| mark.age_shift == 0)
        .map(|mark| mark.publish_time);
    let tokens = inputs.account.tokens;
    Ok(
        times.fold((tokens.oldest, tokens.newest), |(oldest, newest), time| {
            (oldest.min(time), newest.max(time))
        }),
    )
}

/// The running episode, or a new one, with this call taken into account.
pub(super) fn continued(inputs: &Inputs, live: bool, ratio: Ratio) -> Result<Episode, RiskError> {
    let mut episode = if live {
        inputs.episode
    } else {
        Episode {
            flagged_at: inputs.now,
            publish_time: Episode::UNSEEN,
            ..Episode::NONE
        }
    };
    if episode.publish_time == Episode::UNSEEN {
        episode.publish_time = publish_times(inputs)?.1;
    }
    Ok(Episode {
        touched_at: inputs.now,
        lowest_ratio: episode.lowest_ratio.least(ratio),
        ..episode
    })
}
