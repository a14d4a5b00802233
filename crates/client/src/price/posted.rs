use super::pack::Packer;
use super::pyth::{self, Accumulator, Programs, Update, Vaa};
use super::rented::alone;
use super::{Feed, FeedId, Later, Prepared, PriceError, PriceSource, Step, Updates};
use anchor_lang::prelude::Pubkey;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::collections::{BTreeMap, BTreeSet};

/// A write of fewer bytes than this is not worth its instruction: the next transaction has room.
const SMALLEST_PART: usize = 64;

/// Posts pull updates itself, fully verified, at new addresses. Legacy feeds cannot be posted; their
/// accounts are taken to be current.
///
/// ```
/// use anchor_lang::prelude::Pubkey;
/// use whittle_client::price::{pyth::Programs, PriceSource, Posted, Recorded};
///
/// let keeper = Pubkey::new_from_array([1; 32]);
/// # fn random() -> [u8; 32] { [4; 32] }
/// let posted = Posted::new(Programs::PYTHNET, keeper, Recorded::default(), random);
/// let source: Box<dyn PriceSource> = Box::new(posted);
/// ```
pub struct Posted<U> {
    programs: Programs,
    payer: Pubkey,
    treasury: u8,
    updates: U,
    seed: Box<dyn Fn() -> [u8; 32] + Send + Sync>,
}

impl<U: Updates> Posted<U> {
    /// `payer` pays, owns what is posted and gets the rent back. `seed` gives the secret of a new
    /// account's key at each call: different ones that nobody can guess.
    pub fn new(
        programs: Programs,
        payer: Pubkey,
        updates: U,
        seed: impl Fn() -> [u8; 32] + Send + Sync + 'static,
    ) -> Self {
        Self {
            programs,
            payer,
            treasury: 0,
            updates,
            seed: Box::new(seed),
        }
    }

    /// The receiver's treasury to pay its fee into, of 256. Each is written by every posting that
    /// names it, so bots that compete for blocks do well to name different ones.
    pub fn treasury(mut self, treasury: u8) -> Self {
        self.treasury = treasury;
        self
    }

    fn key(&self) -> Keypair {
        Keypair::new_from_array((self.seed)())
    }

    async fn post(&self, feeds: &[Feed]) -> Result<Prepared, PriceError> {
        let mut prepared = Prepared::default();
        let mut pull = BTreeSet::new();
        for feed in feeds {
            match feed {
                Feed::Legacy(address) => {
                    prepared.oracles.insert(*feed, *address);
                }
                Feed::Pull(id) => {
                    pull.insert(*id);
                }
            }
        }
        if pull.is_empty() {
            return Ok(prepared);
        }
        let pull: Vec<FeedId> = pull.into_iter().collect();
        let blobs = self.updates.latest(&pull).await?;
        let found: Result<Vec<_>, _> = blobs.iter().map(|b| Accumulator::parse(b)).collect();
        let found = found?;

        let mut steps = Packer::new(self.payer);
        let mut wanted = Vec::with_capacity(pull.len());
        for (vaa, updates) in newest(&found, &pull)? {
            let vaa = &found[vaa].vaa;
            let encoded = self.verify(vaa, &mut steps)?;
            prepared.rented.vaas.push(encoded);
            for update in updates {
                vaa.check(update)?;
                wanted.push((update, encoded));
            }
        }
        // What is posted into the step of the last verification is sent with it; all else waits for
        // that step alone.
        let verified = steps.closed() + 1;
        for (update, encoded) in wanted {
            let address = self.update(update, encoded, &mut steps)?;
            prepared.oracles.insert(Feed::Pull(update.feed), address);
            prepared.rented.updates.push(address);
        }
        prepared.before = steps.finish();
        let rest = verified.min(prepared.before.len());
        prepared.together = prepared.before.split_off(rest);
        prepared.after = prepared.rented.steps(&self.programs, self.payer)?;
        Ok(prepared)
    }

    /// Creates the account of a VAA, writes it and has the guardians' signatures verified.
    fn verify(&self, vaa: &Vaa, steps: &mut Packer) -> Result<Pubkey, PriceError> {
        let key = self.key();
        let encoded = key.pubkey();
        let (programs, payer) = (&self.programs, self.payer);
        let bytes = vaa.bytes.len();
        steps.add(Step {
            instructions: vec![
                pyth::create_encoded_vaa(programs, payer, encoded, bytes),
                pyth::init_encoded_vaa(programs, payer, encoded),
            ],
            signers: vec![key],
            compute_units: pyth::CREATE_UNITS,
        })?;
        let mut written = 0;
        while written < bytes {
            let part = |to| pyth::write_encoded_vaa(programs, payer, encoded, vaa, written..to);
            let rest = bytes - written;
            // Less one: a length from 128 on takes a second byte.
            let mut room = steps.room_beside(&part(written)).saturating_sub(1);
            if room < rest.min(SMALLEST_PART) {
                steps.close();
                room = steps.room_beside(&part(written)).saturating_sub(1);
            }
            let to = written + room.min(rest);
            steps.add(alone(part(to), pyth::WRITE_UNITS))?;
            written = to;
        }
        let verify = pyth::verify_encoded_vaa(programs, payer, encoded, vaa.guardian_set);
        steps.add(alone(verify, pyth::verify_units(vaa.signatures)))?;
        Ok(encoded)
    }

    fn update(
        &self,
        update: &Update,
        encoded: Pubkey,
        steps: &mut Packer,
    ) -> Result<Pubkey, PriceError> {
        let key = self.key();
        let address = key.pubkey();
        let post = pyth::PostUpdate {
            payer: self.payer,
            encoded_vaa: encoded,
            price_update: address,
            treasury: self.treasury,
        };
        steps.add(Step {
            instructions: vec![pyth::post_update(&self.programs, post, update)],
            signers: vec![key],
            compute_units: pyth::POST_UNITS,
        })?;
        Ok(address)
    }
}

impl<U: Updates> PriceSource for Posted<U> {
    fn prepare<'a>(&'a self, feeds: &'a [Feed]) -> Later<'a, Prepared> {
        Box::pin(self.post(feeds))
    }
}

/// For each accumulator update that is needed, by its place, the feeds to take from it: each from
/// where it was published last.
fn newest<'a>(
    found: &'a [Accumulator],
    feeds: &[FeedId],
) -> Result<BTreeMap<usize, Vec<&'a Update>>, PriceError> {
    let mut wanted: BTreeMap<usize, Vec<&Update>> = BTreeMap::new();
    for feed in feeds {
        let held = found.iter().enumerate().flat_map(|(place, accumulator)| {
            let updates = accumulator.updates.iter();
            updates.map(move |update| (place, update))
        });
        let (place, update) = held
            .filter(|(_, update)| update.feed == *feed)
            .max_by_key(|(_, update)| update.reading.publish_time)
            .ok_or(PriceError::FeedMissing(*feed))?;
        wanted.entry(place).or_default().push(update);
    }
    Ok(wanted)
}
