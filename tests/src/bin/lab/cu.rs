//! `lab cu`: compute units, one figure a line.

use anyhow::Result;
use whittle_tests::cost;

/// Measures and prints `NAME CU`.
pub fn run() -> Result<()> {
    for cost in cost::all() {
        println!("{} {}", cost.name, cost.units);
    }
    Ok(())
}
