//! What the simulator does is what the program does: liquidations of a simulated run, each replayed on
//! the built program from the accounts as they stood.

use anchor_lang::prelude::Pubkey;
use anchor_lang::Discriminator;
use bytemuck::Zeroable;
use solana_account::Account;
use whittle::state::{MarginAccount, Receipt};
use whittle_client::address;
use whittle_client::instruction::{liquidate_partial, Held};
use whittle_client::{Mirror, Writable};
use whittle_migrations::Description;
use whittle_risk::liquidation::{Kind, Plan};
use whittle_sim::path::Grid;
use whittle_sim::policy::JustEnough;
use whittle_sim::source::Sources;
use whittle_sim::trader::{Cast, TraderTerms};
use whittle_sim::world::{play, Liquidation, Roles, Stage, WorldTerms};
use whittle_tests::vm::Vm;

/// Liquidations that are replayed.
const REPLAYED: usize = 1_000;
const SEED: u64 = 7;

/// A run over ten rough days of two markets, with tokens as collateral, one of which loses its peg.
fn recorded() -> Vec<Liquidation> {
    let described = include_str!("../../../migrations/examples/exchange.toml");
    let described = Description::parse(described).expect("the example is right");
    let mut sources = Sources::default();
    for text in [
        "BTC=heston:days=10,price=16000,sigma=120%,kappa=20,xi=4,common=0.8+crash:day=5,minutes=40,fall=20%,back=0.5",
        "ETH=jumps:days=10,price=700,sigma=130%,rate=300,deviation=5%,common=0.8",
        "SOL=gbm:days=10,price=120,sigma=150%,common=0.7",
        "USDT=stable:days=10+depeg:day=4,to=0.9,hours=8,stay=24,back=12",
    ] {
        sources.add(text).expect("prices");
    }
    let paths = sources.paths(&Grid::of(SEED)).expect("prices");
    let terms = WorldTerms {
        traders: TraderTerms {
            accounts: 400,
            // Some large enough for the second tier and for a concentration premium that counts.
            margin_median: 20_000.0,
            margin_spread: 1.8,
            stay_days: 3.0,
            pause_days: 0.5,
            collateral: 0.5,
            ..TraderTerms::default()
        },
        ..WorldTerms::default()
    };
    let cast = Cast::draw(&terms.traders, &paths, 2, &[1, 2], SEED);
    let roles = Roles {
        markets: vec![0, 1],
        banks: vec![None, Some(2), Some(3)],
    };
    let stage = Stage {
        described: &described,
        paths: &paths,
        roles: &roles,
        cast: &cast,
        terms: &terms,
        seed: SEED,
        details: false,
        record: REPLAYED,
    };
    let (_, liquidations) = play(stage, &JustEnough, true, &|_| ()).expect("a run");
    liquidations
}

fn on_chain<T: bytemuck::Pod + Discriminator>(value: &T) -> Account {
    Account {
        lamports: 1_000_000_000,
        data: [T::DISCRIMINATOR, bytemuck::bytes_of(value)].concat(),
        owner: whittle::ID,
        executable: false,
        rent_epoch: u64::MAX,
    }
}

struct Replay {
    vm: Vm,
    account: Pubkey,
    keeper: Pubkey,
}

impl Replay {
    /// Runs one of them, and compares the accounts that it left with those of the simulator.
    fn run(&mut self, number: u64, it: &Liquidation) {
        let mut mirror = Mirror::default();
        mirror.set_exchange(it.rules);
        self.vm
            .set_account(&address::exchange(), &on_chain(&it.rules));
        for bank in &it.banks {
            mirror.set_bank(*bank);
            self.vm
                .set_account(&address::bank(&bank.mint), &on_chain(bank));
        }
        for market in &it.markets {
            mirror.set_market(*market);
            self.vm
                .set_account(&address::market(market.index), &on_chain(market));
        }
        self.vm.set_account(&self.account, &on_chain(&it.account));
        self.vm
            .set_account(&self.keeper, &on_chain(&MarginAccount::zeroed()));
        self.vm.set_clock(number, it.now);
        let held = Held {
            address: self.account,
            account: &it.account,
        };
        let bonus = it.min_bonus.0;
        let instruction = liquidate_partial(&mirror, held, self.keeper, bonus, Writable::All);
        let instruction = instruction.expect("every account is there");
        let processed = self.vm.process(&[instruction], &[]);
        assert_eq!(processed.result, Ok(()), "{number}: {:#?}", processed.logs);

        let account: MarginAccount = self.read(&self.account);
        compare_receipt(number, &account.receipt, &it.plan);
        let mut expected = it.account_after;
        // Written by the program beside what the simulator does: the receipt was compared, and a margin
        // call that ends is stamped.
        expected.receipt = account.receipt;
        expected.margin_called_at = account.margin_called_at;
        assert!(
            bytemuck::bytes_of(&account) == bytemuck::bytes_of(&expected),
            "{number}: the account is {account:#?}, the simulator has {expected:#?}"
        );
        for expected in &it.markets_after {
            let market: whittle::state::Market = self.read(&address::market(expected.index));
            assert!(
                bytemuck::bytes_of(&market) == bytemuck::bytes_of(expected),
                "{number}: the market is {market:#?}, the simulator has {expected:#?}"
            );
        }
        let keeper: MarginAccount = self.read(&self.keeper);
        assert_eq!(
            keeper.cash_usd_atoms, it.plan.bonus.0,
            "{number}: the bonus"
        );
    }

    fn read<T: bytemuck::Pod>(&self, address: &Pubkey) -> T {
        let account = self.vm.account(address).expect("it was put there");
        bytemuck::pod_read_unaligned(&account.data[8..])
    }
}

fn compare_receipt(number: u64, receipt: &Receipt, plan: &Plan) {
    let told = [
        receipt.equity_before_usd_atoms,
        receipt.maintenance_before_usd_atoms,
        receipt.target_usd_atoms,
        receipt.equity_after_usd_atoms,
        receipt.maintenance_after_usd_atoms,
        receipt.closed_usd_atoms,
        receipt.cost_usd_atoms,
        receipt.bonus_usd_atoms,
        i64::from(receipt.kind),
    ];
    let decided = [
        plan.before.equity.0,
        plan.before.maintenance.0,
        plan.target.0,
        plan.after.equity.0,
        plan.after.maintenance.0,
        plan.closed.0,
        plan.cost.0,
        plan.bonus.0,
        plan.kind as i64,
    ];
    assert_eq!(told, decided, "{number}: the receipt");
    assert_eq!(
        (receipt.latched_ratio_q32, receipt.bonus_rate_q32),
        (plan.latched_ratio.0, plan.bonus_rate.0),
        "{number}: the rates"
    );
}

#[test]
fn a_thousand_liquidations_of_the_simulator_are_the_programs_to_the_atom() {
    let liquidations = recorded();
    assert!(
        liquidations.len() >= REPLAYED,
        "the run has {} liquidations",
        liquidations.len()
    );
    // They are of all kinds that matter, with several legs and with tokens.
    for kind in [Kind::Exact, Kind::Dust, Kind::Minimum, Kind::Forced] {
        let seen = liquidations
            .iter()
            .filter(|it| it.plan.kind == kind)
            .count();
        assert!(seen > 0, "none is {kind:?}");
    }
    let has_two = |it: &&Liquidation| it.account.open_positions().count() > 1;
    assert!(liquidations.iter().filter(has_two).count() > 50);
    let has_tokens = |it: &&Liquidation| it.account.used_collaterals().next().is_some();
    assert!(liquidations.iter().filter(has_tokens).count() > 50);

    let mut replay = Replay {
        vm: Vm::start(),
        account: Pubkey::new_from_array([1; 32]),
        keeper: Pubkey::new_from_array([2; 32]),
    };
    for (number, liquidation) in (1u64..).zip(&liquidations) {
        replay.run(number, liquidation);
    }
}
