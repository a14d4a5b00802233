use anyhow::Result;
use whittle_tests::{cost, trace};

pub fn run(args: &[String]) -> Result<()> {
    let program = std::fs::read(&args[0])?;
    let legs: usize = args[1].parse()?;
    let depth = match args[2].as_str() { "one" => cost::Depth::One, "alike" => cost::Depth::Alike, _ => cost::Depth::All };
    let cost = cost::liquidation(legs, depth);
    let trace = trace::play(&cost.scene, &program);
    eprintln!("{} {} traced {} steps {}", cost.name, cost.units, trace.units, trace.places.len());
    for place in &trace.places { println!("{place}"); }
    Ok(())
}
