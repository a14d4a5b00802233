use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use anchor_lang::{Discriminator, InstructionData, ToAccountMetas};
use bytemuck::Zeroable;
use solana_account::Account;
use solana_program_test::*;
use solana_signer::Signer;
use solana_transaction::Transaction;
use whittle::state::*;

fn acc<T: bytemuck::Pod + Discriminator>(v: &T) -> Account {
    let mut data = T::DISCRIMINATOR.to_vec();
    data.extend_from_slice(bytemuck::bytes_of(v));
    Account {
        lamports: 10_000_000_000,
        data,
        owner: whittle::ID,
        executable: false,
        rent_epoch: u64::MAX,
    }
}
const ONE: u64 = 1 << 32;
fn q(x: f64) -> u64 {
    (x * ONE as f64) as u64
}

fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    rt.block_on(async {
        let mut names = vec![];
        for n in 1..=8usize {
            for deep in [false, true] {
                let mut pt = ProgramTest::new("whittle", whittle::ID, None);
                pt.prefer_bpf(true);
                let now = 1_700_000_000i64;
                let mut ex = Exchange::zeroed();
                ex.params.call_buffer_q32 = q(0.2);
                ex.params.target_buffer_q32 = q(0.1);
                ex.params.emergency_q32 = q(0.5);
                ex.params.forced_q32 = q(0.25);
                ex.params.profit_weight_q32 = q(0.9);
                ex.params.theta_q32 = q(0.8);
                ex.params.bonus_floor_q32 = q(0.0005);
                ex.params.bonus_max_q32 = q(0.005);
                ex.params.bonus_ramp_secs = 60;
                ex.params.confirm_secs = 2;
                ex.params.flag_lapse_secs = 600;
                ex.bump = 255;
                let exk = Pubkey::new_unique();
                pt.add_account(exk, acc(&ex));
                let mut a = MarginAccount::zeroed();
                let mut mks = vec![];
                let mut m_sum = 0i64;
                for i in 0..n {
                    let mut m = Market::zeroed();
                    m.index = i as u16;
                    m.multiplier_q32 = ONE;
                    m.claim_factor = 1 << 63;
                    m.price.price_q32 = 100_000 * ONE + 12345;
                    m.price.confidence_q32 = 50 * ONE;
                    m.price.publish_time = now - 1;
                    m.oracle.stale_after_secs = 60;
                    m.oracle.accept_secs = 30;
                    m.oracle.shift_max_q32 = q(0.1);
                    m.oracle.uncertain_over_q32 = q(0.02);
                    m.oracle.confidence_multiple_q32 = 2 * ONE;
                    m.params.premium_q32 = q(0.001);
                    m.params.concentration_premium_q32 = q(0.001);
                    m.params.close_impact_q32 = q(0.0005);
                    m.spread_q32 = q(0.0005);
                    m.params.insurance_share_q32 = q(0.1);
                    m.params.min_close_usd_atoms = 1_000_000;
                    m.params.min_position_usd_atoms = 10_000_000;
                    let t = whittle_risk::tier::TierTable::new(&[
                        whittle_risk::tier::Tier {
                            upto: whittle_risk::Usd(500_000_000_000),
                            maintenance: whittle_risk::Ratio(q(0.03 + 0.002 * i as f64)),
                            initial: whittle_risk::Ratio(q(0.1)),
                        },
                        whittle_risk::tier::Tier {
                            upto: whittle_risk::Usd(5_000_000_000_000),
                            maintenance: whittle_risk::Ratio(q(0.06 + 0.002 * i as f64)),
                            initial: whittle_risk::Ratio(q(0.2)),
                        },
                    ])
                    .unwrap();
                    m.set_tier_table(&t).unwrap();
                    m.long_lots = 20_000_000;
                    m.long_entry_usd_atoms = 2_000_000_000_000;
                    m.short_lots = 10_000_000;
                    m.short_entry_usd_atoms = 1_000_000_000_000;
                    m.pool_line_usd_atoms = 10_000_000_000;
                    m.insurance_line_usd_atoms = 1_000_000_000;
                    m.funding_index_q32 = Wide::from(1000i128 << 20);
                    m.funded_at = now - 1;
                    let long = i % 2 == 0;
                    let p = &mut a.positions[i];
                    p.market = i as u16;
                    p.lots = if long { 1_000_000 } else { -1_000_000 };
                    p.entry_usd_atoms = if long {
                        100_500_000_000
                    } else {
                        -99_500_000_000
                    };
                    m_sum += t
                        .maintenance_ceil(100_000_000_000, whittle_risk::Ratio(ONE))
                        .unwrap()
                        .0;
                    let k = Pubkey::new_unique();
                    pt.add_account(k, acc(&m));
                    mks.push(k);
                }
                a.cash_usd_atoms =
                    500_000_000 * n as i64 + (m_sum as f64 * if deep { 0.6 } else { 0.9 }) as i64;
                a.flagged_at = now - 20;
                a.flag_touched_at = now - 20;
                a.flag_publish_time = now - 20;
                a.flag_lowest_ratio_q32 = q(0.95);
                let ak = Pubkey::new_unique();
                pt.add_account(ak, acc(&a));
                let kk = Pubkey::new_unique();
                pt.add_account(kk, acc(&MarginAccount::zeroed()));
                let ctx = pt.start_with_context().await;
                let mut clock: Clock = ctx.banks_client.get_sysvar().await.unwrap();
                clock.unix_timestamp = now;
                ctx.set_sysvar(&clock);
                let mut metas = whittle::accounts::LiquidatePartial {
                    exchange: exk,
                    account: ak,
                    keeper_account: kk,
                }
                .to_account_metas(None);
                for k in &mks {
                    metas.push(AccountMeta::new(*k, false));
                }
                let ix = Instruction {
                    program_id: whittle::ID,
                    accounts: metas,
                    data: whittle::instruction::LiquidatePartial {
                        min_bonus_usd_atoms: 0,
                    }
                    .data(),
                };
                let tx = Transaction::new_signed_with_payer(
                    &[ix],
                    Some(&ctx.payer.pubkey()),
                    &[&ctx.payer],
                    ctx.last_blockhash,
                );
                let r = ctx
                    .banks_client
                    .process_transaction_with_metadata(tx)
                    .await
                    .unwrap();
                let md = r.metadata.unwrap();
                if r.result.is_err() || std::env::var("LOGS").is_ok() {
                    println!("{:?} {:#?}", r.result, md.log_messages);
                }
                let after = ctx.banks_client.get_account(ak).await.unwrap().unwrap();
                let body: &MarginAccount = bytemuck::from_bytes(&after.data[8..]);
                names.push(format!(
                    "liquidate_partial/{n}{} {} kind {} closed {}",
                    if deep { " deep" } else { "" },
                    md.compute_units_consumed,
                    body.receipt.kind,
                    body.positions
                        .iter()
                        .take(n)
                        .filter(|p| p.lots.abs() != 1_000_000)
                        .count()
                ));
            }
        }
        for n in names {
            println!("{n}");
        }
    });
}
