//! stub
use crate::compare::Comparison;
/// stub
pub fn table(c: &Comparison) -> String {
    let mut out = String::new();
    for p in &c.policies {
        let m = |f: &dyn Fn(&crate::measure::Measures) -> f64| p.estimate(|x| f(x)).mean;
        out += &format!("{:<26} liq {:>9} lives {:>7} rep {:>7} notional {:>12.0} cost {:>9.0} seized {:>8.0} bad {:>9.0} bankr {:>5} surv {:>6} rec {:>6} final {:>10.0} held {:>10.0} keeper {:>8.0} ins {:>8.0} pool {:>9.0} impact {:>8.0} under {:>9} judged {:>9}\n", p.name, m(&|x| x.liquidations as f64), m(&|x| x.liquidated as f64), m(&|x| x.repeated as f64), m(&|x| x.notional as f64/1e6), m(&|x| x.cost as f64/1e6), m(&|x| x.seized as f64/1e6), m(&|x| x.bad_debt as f64/1e6), m(&|x| x.bankrupt as f64), m(&|x| x.survived as f64), m(&|x| x.recovered as f64), m(&|x| x.final_equity as f64/1e6), m(&|x| x.held_equity as f64/1e6), m(&|x| x.keeper_earned as f64/1e6), m(&|x| x.insurance_change as f64/1e6), m(&|x| x.pool_change as f64/1e6), m(&|x| x.impact as f64/1e6), m(&|x| x.underwater_secs as f64), m(&|x| x.judged as f64));
    }
    out
}
/// stub
pub fn json(c: &Comparison) -> String { serde_json::to_string(c).unwrap() }
/// stub
pub fn html(_c: &Comparison, _s: &str) -> String { String::new() }
