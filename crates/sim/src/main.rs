//! tmp
use whittle_sim::*;
use std::time::Instant;
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let n: usize = std::env::args().nth(2).map_or(2000, |s| s.parse().unwrap());
    let mut prices = vec![];
    let mut start = 0;
    let mut rng: u64 = 88172645463325252;
    let mut last = 0.0f64;
    for l in text.lines().skip(1).take(n) {
        let c: Vec<f64> = l.split(',').take(5).map(|x| x.parse().unwrap()).collect();
        if start == 0 { start = c[0] as i64; }
        let pts = if c[4] >= c[1] { [c[1], c[3], c[2], c[4]] } else { [c[1], c[2], c[3], c[4]] };
        for i in 0..60 { let k = i / 20; let f = (i % 20) as f64 / 20.0;
            rng ^= rng << 13; rng ^= rng >> 7; rng ^= rng << 17;
            let noise = ((rng % 1000) as f64 / 1000.0 - 0.5) * (c[2]-c[3]) * 0.1;
            let p = pts[k] + (pts[k+1]-pts[k]) * f + noise; prices.push(p.clamp(c[3], c[2])); last = p; }
    }
    let _ = last;
    let paths = path::Paths { start, step_secs: 60, assets: vec![path::AssetPath { name: "BTC".into(), prices, silent: vec![] }] };
    let described = whittle_migrations::describe::Description::parse(include_str!("../../../migrations/examples/exchange.toml")).unwrap();
    let terms = world::WorldTerms::default();
    let t = Instant::now();
    let cast = trader::Cast::draw(&terms.traders, &paths, 1, &[], 1);
    println!("cast {:?} lives {}", t.elapsed(), cast.lives.iter().map(|l| l.len()).sum::<usize>());
    let roles = world::Roles { markets: vec![0], banks: vec![None; 3] };
    let stage = world::Stage { described: &described, paths: &paths, roles: &roles, cast: &cast, terms: &terms, seed: 1, details: true, record: 0 };
    let t = Instant::now();
    let (run, _) = world::play(stage, &policy::JustEnough, false, &|_| ()).unwrap();
    let e = t.elapsed();
    println!("{:?} {}", e, serde_json::to_string_pretty(&run.measures).unwrap());
    println!("{:.1} M account-steps/s", run.measures.account_steps as f64 / e.as_secs_f64() / 1e6);
}
