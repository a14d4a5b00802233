//! Comparing all known accounts byte by byte.

use anchor_lang::prelude::Pubkey;
use solana_account::Account;
use std::collections::BTreeMap;

/// All accounts that a world knows, as they stood at one moment.
#[derive(Clone, Default)]
pub struct Picture {
    pub(crate) accounts: BTreeMap<Pubkey, Account>,
    pub(crate) names: BTreeMap<Pubkey, String>,
}

impl Picture {
    /// Everything that differs in `after`, for a message.
    pub fn differences(&self, after: &Picture) -> Vec<(Pubkey, String)> {
        let mut keys: Vec<&Pubkey> = self.accounts.keys().chain(after.accounts.keys()).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter()
            .filter_map(|key| {
                let what = difference(self.accounts.get(key), after.accounts.get(key))?;
                let name = after.names.get(key).or_else(|| self.names.get(key));
                let name = name.map_or_else(|| key.to_string(), |name| format!("{name} ({key})"));
                Some((*key, format!("{name}: {what}")))
            })
            .collect()
    }

    /// Panics when anything but `allowed` differs.
    #[track_caller]
    pub fn assert_only_changed(&self, after: &Picture, allowed: &[Pubkey]) {
        let unexpected: Vec<String> = self
            .differences(after)
            .into_iter()
            .filter(|(key, _)| !allowed.contains(key))
            .map(|(_, text)| text)
            .collect();
        assert!(
            unexpected.is_empty(),
            "changed without being expected to:\n{}",
            unexpected.join("\n")
        );
    }
}

fn difference(before: Option<&Account>, after: Option<&Account>) -> Option<String> {
    let (before, after) = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => return Some("was created".into()),
        (Some(_), None) => return Some("was removed".into()),
        (Some(before), Some(after)) => (before, after),
    };
    if before.data.len() != after.data.len() {
        let sizes = (before.data.len(), after.data.len());
        return Some(format!("its size went from {} to {}", sizes.0, sizes.1));
    }
    let mut bytes = before.data.iter().zip(&after.data);
    if let Some(at) = bytes.position(|(before, after)| before != after) {
        let count = before.data.iter().zip(&after.data);
        let count = count.filter(|(before, after)| before != after).count();
        return Some(format!("{count} bytes of its data, from byte {at} on"));
    }
    if before.lamports != after.lamports {
        let lamports = (before.lamports, after.lamports);
        return Some(format!("lamports {} to {}", lamports.0, lamports.1));
    }
    (before.owner != after.owner).then(|| format!("its owner, to {}", after.owner))
}

/// Between two pictures of a world, nothing but the listed accounts changed:
/// `assert_only_changed!(before, world.picture(), [alice.account()])`.
#[macro_export]
macro_rules! assert_only_changed {
    ($before:expr, $after:expr, [$($allowed:expr),* $(,)?]) => {
        $before.assert_only_changed(&$after, &[$($allowed),*])
    };
}
