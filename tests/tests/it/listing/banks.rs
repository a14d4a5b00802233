//! Bounds of a collateral token.

use whittle::error::WhittleError;
use whittle::instructions::ListBankArgs;
use whittle::state::raw::OracleConfig;
use whittle_client::instruction;
use whittle_tests::{token, BankSpec, ExchangeSpec, OracleStub, Sent, World, ONE};

fn args(quote: bool) -> ListBankArgs {
    ListBankArgs {
        oracle: if quote {
            OracleConfig::default()
        } else {
            OracleStub::pull("SOL").config()
        },
        haircut_weight_q32: ONE,
        peg_q32: 0,
        deposit_cap_atoms: 1_000_000,
        issuer_group: 0,
        conversion_discount_q32: 0,
        depeg: Default::default(),
    }
}

type Change = (&'static str, fn(&mut ListBankArgs));

/// Lists a token with these arguments.
#[track_caller]
fn list(world: &mut World, spec: &BankSpec, args: ListBankArgs) -> Sent {
    let mint = world.create_mint(spec);
    let authority = world.authority.clone();
    let program = token::program(spec.token_2022);
    let list = instruction::list_bank(authority.address(), mint, program, args);
    world.send_as(&authority, list)
}

#[test]
fn a_bank_parameter_out_of_bounds_is_refused() {
    let mut world = World::new();
    let changes: [Change; 4] = [
        ("weight", |it| it.haircut_weight_q32 = ONE + 1),
        ("no cap", |it| it.deposit_cap_atoms = 0),
        ("cap", |it| {
            it.deposit_cap_atoms = i64::MAX.unsigned_abs() + 1
        }),
        ("the largest cap", |it| it.deposit_cap_atoms = u64::MAX),
    ];
    for (what, change) in changes {
        let mut args = args(false);
        change(&mut args);
        println!("{what}");
        let sent = list(&mut world, &BankSpec::sol(), args);
        sent.refused(WhittleError::BadBankParams);
    }
    let mut most = args(false);
    most.deposit_cap_atoms = i64::MAX.unsigned_abs();
    most.haircut_weight_q32 = 0;
    list(&mut world, &BankSpec::sol(), most).ok();
}

#[test]
fn a_token_has_at_most_twelve_decimals() {
    let mut world = World::new();
    for (symbol, decimals, fits) in [("A", 13, false), ("B", 255, false), ("C", 12, true)] {
        let spec = BankSpec {
            symbol,
            decimals,
            ..BankSpec::sol()
        };
        let sent = list(&mut world, &spec, args(false));
        if fits {
            sent.ok();
        } else {
            sent.refused(WhittleError::BadBankParams);
        }
    }
}

#[test]
fn the_first_token_is_the_quote_token_and_has_six_decimals() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    for (symbol, decimals) in [("A", 5), ("B", 9), ("C", 0), ("D", 255)] {
        let spec = BankSpec {
            symbol,
            decimals,
            ..BankSpec::usdc()
        };
        let sent = list(&mut world, &spec, args(true));
        sent.refused(WhittleError::BadQuoteToken);
    }
    list(&mut world, &BankSpec::usdc(), args(true)).ok();
    assert_eq!(world.bank(0).decimals, 6);
}

#[test]
fn any_token_but_the_quote_token_needs_an_oracle() {
    let mut world = World::new();
    let sent = list(&mut world, &BankSpec::sol(), args(true));
    sent.refused(WhittleError::BadOracleConfig);
    let changes: [fn(&mut OracleConfig); 8] = [
        |it| it.kind = 0,
        |it| it.key = [0; 32],
        |it| it.accept_secs = 0,
        |it| (it.accept_secs, it.stale_after_secs) = (121, 600),
        |it| it.stale_after_secs = 601,
        |it| it.uncertain_over_q32 = 0,
        |it| it.confidence_multiple_q32 = 0,
        |it| it.padding[0] = 1,
    ];
    for change in changes {
        let mut args = args(false);
        change(&mut args.oracle);
        let sent = list(&mut world, &BankSpec::sol(), args);
        sent.refused(WhittleError::BadOracleConfig);
    }
    list(&mut world, &BankSpec::sol(), args(false)).ok();
}

#[test]
fn the_quote_token_has_a_whole_oracle_or_none() {
    let mut world = World::with_exchange(&ExchangeSpec::default());
    let mut half = args(true);
    half.oracle.kind = 1;
    let sent = list(&mut world, &BankSpec::usdc(), half);
    sent.refused(WhittleError::BadOracleConfig);
    list(&mut world, &BankSpec::usdc(), args(false)).ok();
}
