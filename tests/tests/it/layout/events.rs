//! The bytes of the events.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorSerialize, Discriminator};
use whittle::event::*;
use whittle::state::margin_account::Receipt;
use whittle::state::recovery::RecoveryPlan;

/// A value of a field that is unlike every other, and its bytes in Borsh, written out.
trait Sample {
    fn sample(seed: u8) -> Self;
    fn bytes(&self) -> Vec<u8>;
}

macro_rules! sample_integers {
    ($($type:ty)*) => {$(impl Sample for $type {
        fn sample(seed: u8) -> Self {
            Self::from_le_bytes(Sample::sample(seed))
        }

        fn bytes(&self) -> Vec<u8> {
            self.to_le_bytes().to_vec()
        }
    })*};
}
sample_integers!(u8 i8 u16 u32 u64 i64);

impl Sample for bool {
    fn sample(_: u8) -> Self {
        true
    }

    fn bytes(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }
}

impl<const N: usize> Sample for [u8; N] {
    fn sample(seed: u8) -> Self {
        core::array::from_fn(|at| seed.wrapping_add(u8::try_from(at).expect("a short array")))
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Sample for Pubkey {
    fn sample(seed: u8) -> Self {
        Self::from(<[u8; 32]>::sample(seed))
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_bytes().to_vec()
    }
}

/// The program writes these as they lie in memory; Borsh would write their fields one by one.
macro_rules! sample_structs {
    ($($type:ident { $($field:ident)* })*) => {$(impl Sample for $type {
        fn sample(seed: u8) -> Self {
            let mut seed = seed;
            $(
                seed = seed.wrapping_add(41);
                let $field = Sample::sample(seed);
            )*
            Self { $($field,)* }
        }

        fn bytes(&self) -> Vec<u8> {
            [$(self.$field.bytes(),)*].concat()
        }
    })*};
}
sample_structs! {
    LiquidatedLeg {
        lots closed_lots price_q32 publish_time keeper_usd_atoms premium_usd_atoms pool_usd_atoms
        insurance_top_up_usd_atoms pool_top_up_usd_atoms market padding
    }
    RecoveryPlan { trigger_q32 target_q32 fee_max_q32 }
    Receipt {
        at slot flagged_at latched_ratio_q32 bonus_rate_q32 equity_before_usd_atoms
        maintenance_before_usd_atoms target_usd_atoms equity_after_usd_atoms
        maintenance_after_usd_atoms closed_usd_atoms cost_usd_atoms bonus_usd_atoms certified_lots
        surplus_usd_atoms shortfall_one_less_usd_atoms certified_price_q32 certified_publish_time
        certified_market kind has_certificate padding
    }
}

impl Sample for Vec<u8> {
    fn sample(seed: u8) -> Self {
        vec![seed, seed.wrapping_add(1)]
    }

    fn bytes(&self) -> Vec<u8> {
        [&2_u32.to_le_bytes(), self.as_slice()].concat()
    }
}

impl Sample for Vec<LiquidatedLeg> {
    fn sample(seed: u8) -> Self {
        vec![Sample::sample(seed), Sample::sample(seed.wrapping_add(1))]
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        self.iter().for_each(|leg| bytes.extend(leg.bytes()));
        bytes
    }
}

/// Discriminator, fields, their types and their order; does not compile when a field is missing.
macro_rules! pin_event {
    ($name:ident, $discriminator:expr, { $($field:ident: $type:ty,)* }) => {{
        let mut seed = 0_u8;
        let mut next = || {
            seed = seed.wrapping_add(37);
            seed
        };
        $(let $field: $type = Sample::sample(next());)*
        let bytes = [$($field.bytes(),)*].concat();
        let event = $name { $($field,)* };
        let mut written = Vec::new();
        event.serialize(&mut written).expect("a vector takes everything");
        assert_eq!(written, bytes, stringify!($name));
        assert_eq!($name::DISCRIMINATOR, $discriminator, stringify!($name));
    }};
}

#[test]
fn events_are_laid_out_as_published() {
    pin_event!(ExchangeInitialized, [200, 154, 187, 160, 29, 243, 230, 104], {
        exchange: Pubkey, authority: Pubkey,
    });
    pin_event!(BankListed, [82, 130, 114, 184, 232, 152, 104, 100], {
        bank: Pubkey, index: u16, mint: Pubkey,
    });
    pin_event!(MarketListed, [29, 11, 143, 239, 139, 12, 79, 19], {
        market: Pubkey, index: u16, symbol: [u8; 16],
    });
    pin_event!(PoolCreated, [202, 44, 41, 88, 104, 220, 157, 82], {
        pool: Pubkey, share_mint: Pubkey,
    });
    pin_event!(LiquidityRequested, [242, 169, 111, 104, 14, 249, 8, 60], {
        owner: Pubkey, kind: u8, amount_atoms: u64, min_out_atoms: u64, requested_at: i64,
    });
    pin_event!(LiquidityFilled, [77, 214, 233, 27, 96, 102, 203, 73], {
        owner: Pubkey, kind: u8, amount_atoms: u64, out_atoms: u64, lower_value_usd_atoms: i64,
        higher_value_usd_atoms: i64, supply_atoms: u64,
    });
    pin_event!(LiquidityRefunded, [230, 189, 90, 119, 209, 88, 200, 118], {
        owner: Pubkey, kind: u8, amount_atoms: u64,
    });
    pin_event!(InsuranceSeeded, [215, 3, 253, 236, 62, 230, 199, 221], {
        payer: Pubkey, amount_atoms: u64, cash_usd_atoms: i64,
    });
    pin_event!(MarginAccountOpened, [189, 250, 13, 160, 253, 205, 219, 251], {
        account: Pubkey, owner: Pubkey, sub_id: u16,
    });
    pin_event!(MarginAccountClosed, [234, 104, 71, 148, 114, 30, 107, 38], {
        account: Pubkey,
    });
    pin_event!(DelegateSet, [103, 126, 239, 131, 201, 31, 212, 253], {
        account: Pubkey, delegate: Pubkey,
    });
    pin_event!(Deposited, [111, 141, 26, 45, 161, 35, 100, 57], {
        account: Pubkey, bank: u16, amount_atoms: u64,
    });
    pin_event!(Withdrawn, [20, 89, 223, 198, 194, 124, 219, 13], {
        account: Pubkey, bank: u16, amount_atoms: u64,
    });
    pin_event!(OrderPlaced, [96, 130, 204, 234, 169, 219, 216, 227], {
        account: Pubkey, place: u8, market: u16, lots: i64, limit_q32: u64, reduce_only: bool,
        placed_at: i64, expires_at: i64, escrow_usd_atoms: i64, trigger_q32: u64,
        trigger_above: bool,
    });
    pin_event!(OrderFilled, [120, 124, 109, 66, 249, 116, 174, 30], {
        account: Pubkey, filler: Pubkey, market: u16, lots: i64, oracle_price_q32: u64,
        fill_price_q32: u64, publish_time: i64, fee_usd_atoms: i64, reward_usd_atoms: i64,
        profit_usd_atoms: i64, lots_after: i64, equity_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(OrderKilled, [108, 157, 44, 241, 239, 171, 160, 40], {
        account: Pubkey, filler: Pubkey, market: u16, place: u8, lots: i64, reason: u32,
        reward_usd_atoms: i64,
    });
    pin_event!(OrderRemoved, [84, 155, 121, 142, 240, 235, 144, 23], {
        account: Pubkey, place: u8, returned_usd_atoms: i64,
    });
    pin_event!(MarketUpdated, [170, 51, 74, 147, 116, 168, 217, 251], {
        market: u16, price_q32: u64, confidence_q32: u64, publish_time: i64,
    });
    pin_event!(BankUpdated, [198, 113, 132, 53, 29, 57, 175, 56], {
        bank: u16, price_q32: u64, confidence_q32: u64, publish_time: i64,
    });
    pin_event!(AccountFlagged, [181, 207, 1, 185, 195, 195, 145, 154], {
        account: Pubkey, flagged_at: i64, publish_time: i64, ratio_q32: u64,
    });
    pin_event!(AccountUnflagged, [245, 172, 215, 169, 58, 255, 137, 11], {
        account: Pubkey, equity_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(PartiallyLiquidated, [124, 196, 227, 220, 182, 174, 171, 126], {
        account: Pubkey, keeper: Pubkey, receipt: Receipt, legs: Vec<LiquidatedLeg>,
    });
    pin_event!(DeficitBooked, [8, 230, 224, 85, 236, 63, 217, 0], {
        account: Pubkey, market: u16, deficit_usd_atoms: i64,
    });
    pin_event!(MarketSettled, [237, 212, 22, 175, 201, 117, 215, 99], {
        market: u16, claims_funded_usd_atoms: i64, pool_line_usd_atoms: i64,
        insurance_line_usd_atoms: i64, pool_cash_usd_atoms: i64, insurance_cash_usd_atoms: i64,
    });
    pin_event!(AccountSettled, [2, 132, 13, 239, 249, 146, 142, 140], {
        account: Pubkey, cash_usd_atoms: i64, deficit_usd_atoms: i64,
    });
    pin_event!(ChangeProposed, [170, 10, 10, 8, 244, 196, 146, 151], {
        proposal: Pubkey, nonce: u64, proposer: Pubkey, eta: i64, expires: i64, change: Vec<u8>,
    });
    pin_event!(ChangeCancelled, [139, 179, 97, 81, 214, 21, 119, 93], {
        proposal: Pubkey, nonce: u64,
    });
    pin_event!(ChangeApplied, [226, 1, 224, 100, 192, 110, 58, 24], {
        proposal: Pubkey, nonce: u64, kind: u8,
    });
    pin_event!(AuthorityOffered, [133, 105, 224, 133, 126, 247, 220, 102], {
        authority: Pubkey, next_authority: Pubkey,
    });
    pin_event!(AuthorityTransferred, [245, 109, 179, 54, 135, 92, 22, 64], {
        before: Pubkey, authority: Pubkey,
    });
    pin_event!(Paused, [172, 248, 5, 253, 49, 255, 255, 232], {
        by: Pubkey, kind: u8, until: i64, cooldown_until: i64,
    });
    pin_event!(Unpaused, [156, 150, 47, 174, 120, 216, 93, 117], {
        by: Pubkey, kind: u8,
    });
    pin_event!(MarketGuarded, [124, 111, 98, 67, 156, 250, 199, 221], {
        by: Pubkey, market: u16, open_interest_cap_usd_atoms: i64, initial_q32: u64,
    });
    pin_event!(BankGuarded, [18, 141, 184, 47, 158, 188, 57, 96], {
        by: Pubkey, bank: u16, deposit_cap_atoms: u64,
    });
    pin_event!(LeverageSet, [146, 235, 172, 249, 110, 63, 133, 74], {
        account: Pubkey, class: u8, own_initial_q32: u64, next_class: u8,
        next_own_initial_q32: u64, changes_at: i64,
    });
    pin_event!(SettlementPublished, [189, 71, 10, 187, 160, 237, 134, 134], {
        market: u16, price_q32: u64, observed_secs: u32, at: i64,
    });
    pin_event!(BankSettlementPublished, [41, 33, 198, 210, 221, 82, 139, 100], {
        bank: u16, price_q32: u64, observed_secs: u32, at: i64,
    });
    pin_event!(PositionSettled, [75, 100, 92, 189, 245, 116, 252, 221], {
        account: Pubkey, market: u16, lots: i64, price_q32: u64, profit_usd_atoms: i64,
        equity_usd_atoms: i64,
    });
    pin_event!(ShortfallSeen, [137, 104, 10, 24, 187, 37, 121, 64], {
        since: i64, missing_usd_atoms: i64,
    });
    pin_event!(ShortfallEnded, [111, 49, 246, 139, 149, 27, 36, 236], {
        at: i64,
    });
    pin_event!(ProfitsCut, [181, 12, 19, 96, 149, 20, 248, 32], {
        market: u16, side: i8, cut_usd_atoms: i64,
    });
    pin_event!(BankruptcyResolved, [94, 86, 196, 195, 106, 72, 227, 169], {
        account: Pubkey, market: u16, side: i8, loss_usd_atoms: i64, insurance_usd_atoms: i64,
        pool_usd_atoms: i64, side_usd_atoms: i64, side_bears_usd_atoms: i64,
        from_line_usd_atoms: i64, left_usd_atoms: i64, interest_waived_usd_atoms: i64,
    });
    pin_event!(DeleverageStarted, [242, 51, 184, 91, 55, 69, 115, 160], {
        market: u16, side: i8, share_q32: u64, profit_usd_atoms: i64, ends_at: i64,
    });
    pin_event!(Deleveraged, [34, 71, 31, 45, 212, 184, 131, 185], {
        account: Pubkey, market: u16, closed_lots: u64, lots_after: i64, price_q32: u64,
        profit_usd_atoms: i64,
    });
    pin_event!(DeleverageEnded, [228, 70, 201, 233, 255, 121, 173, 59], {
        market: u16,
    });
    pin_event!(CollateralConverted, [31, 54, 10, 182, 111, 73, 67, 210], {
        account: Pubkey, buyer: Pubkey, bank: u16, amount_atoms: u64, paid_usd_atoms: i64,
        price_q32: u64, discount_q32: u64, cash_usd_atoms: i64, equity_before_usd_atoms: i64,
        equity_after_usd_atoms: i64, maintenance_usd_atoms: i64,
    });
    pin_event!(PegBroken, [87, 224, 159, 81, 153, 97, 118, 56], {
        bank: u16, since: i64, price_q32: u64,
    });
    pin_event!(PegRegained, [33, 173, 147, 187, 85, 235, 26, 125], {
        bank: u16, at: i64,
    });
    pin_event!(InterestCharged, [107, 76, 24, 54, 241, 210, 20, 36], {
        account: Pubkey, interest_usd_atoms: i64, cash_usd_atoms: i64,
        pool_overdrafts_usd_atoms: i64,
    });
    pin_event!(ShockBegan, [122, 17, 159, 159, 157, 180, 16, 184], {
        market: u16, price_q32: u64, average_q32: u64, publish_time: i64,
    });
    pin_event!(ShockEnded, [124, 109, 45, 166, 197, 93, 89, 113], {
        market: u16, price_q32: u64, confirmed: bool, publish_time: i64,
    });
    pin_event!(GraceBegan, [104, 158, 225, 85, 67, 16, 193, 94], {
        market: u16, last_publish_time: i64, until: i64,
    });
    pin_event!(RegimeChanged, [137, 177, 46, 5, 82, 84, 66, 86], {
        market: u16, level: u8, variance_q32: u64, initial_q32: u64, maintenance_q32: u64,
        maintenance_to_q32: u64, ramp_ends_at: i64,
    });
    pin_event!(InsuranceDrawn, [247, 66, 11, 63, 111, 58, 96, 84], {
        high_usd_atoms: i64, worth_usd_atoms: i64, until: i64,
    });
    pin_event!(MarginCallIssued, [251, 116, 132, 42, 227, 125, 32, 131], {
        account: Pubkey, equity_usd_atoms: i64, maintenance_usd_atoms: i64, call_usd_atoms: i64,
        at: i64,
    });
    pin_event!(MarginCallEnded, [124, 39, 161, 30, 38, 132, 129, 59], {
        account: Pubkey, issued_at: i64,
    });
    pin_event!(RecoveryPlanSet, [49, 165, 226, 217, 125, 106, 181, 34], {
        account: Pubkey, plan: RecoveryPlan,
    });
    pin_event!(RecoveryExecuted, [161, 218, 6, 191, 85, 217, 12, 144], {
        account: Pubkey, keeper: Pubkey, receipt: Receipt, legs: Vec<LiquidatedLeg>,
    });
    pin_event!(ReserveSet, [127, 27, 175, 126, 83, 64, 140, 124], {
        account: Pubkey, is_reserve: bool,
    });
    pin_event!(ToppedUp, [97, 81, 238, 182, 97, 234, 177, 152], {
        account: Pubkey, reserve: Pubkey, amount_usd_atoms: i64, equity_usd_atoms: i64,
        maintenance_usd_atoms: i64,
    });
    pin_event!(OrderTriggered, [242, 228, 9, 85, 62, 161, 99, 208], {
        account: Pubkey, place: u8, market: u16, trigger_q32: u64, price_q32: u64,
        publish_time: i64, placed_at: i64, expires_at: i64,
    });
}

#[test]
fn an_update_is_logged_byte_for_byte_as_borsh_writes_it() {
    let event = MarketUpdated {
        market: 258,
        price_q32: u64::sample(1),
        confidence_q32: u64::sample(9),
        publish_time: i64::sample(17),
    };
    let mut written = MarketUpdated::DISCRIMINATOR.to_vec();
    event
        .serialize(&mut written)
        .expect("a vector takes everything");
    assert_eq!(event.bytes().to_vec(), written);
    let event = BankUpdated {
        bank: 258,
        price_q32: u64::sample(1),
        confidence_q32: u64::sample(9),
        publish_time: i64::sample(17),
    };
    let mut written = BankUpdated::DISCRIMINATOR.to_vec();
    event
        .serialize(&mut written)
        .expect("a vector takes everything");
    assert_eq!(event.bytes().to_vec(), written);
}

#[test]
fn what_was_closed_is_logged_byte_for_byte_as_borsh_writes_it() {
    for legs in 0..=8u8 {
        let event = PartiallyLiquidated {
            account: Pubkey::sample(1),
            keeper: Pubkey::sample(2),
            receipt: Receipt::sample(3),
            legs: (0..legs)
                .map(|leg| LiquidatedLeg::sample(leg + 4))
                .collect(),
        };
        let mut written = PartiallyLiquidated::DISCRIMINATOR.to_vec();
        event
            .serialize(&mut written)
            .expect("a vector takes everything");
        let mut closing = Closing::new(&event.account, &event.keeper);
        for leg in &event.legs {
            closing.push(|it| *it = *leg);
        }
        let logged = closing.bytes(PartiallyLiquidated::DISCRIMINATOR, &event.receipt);
        assert_eq!(logged, written, "{legs} legs");
    }
}
