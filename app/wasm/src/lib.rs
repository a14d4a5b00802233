//! x
use std::cell::RefCell;
use whittle::state::MarginAccount;
use whittle_client::{decode, Mirror};
use whittle_risk::Usd;
thread_local! { static M: RefCell<Mirror> = RefCell::new(Mirror::default()); }
/// x
pub fn plan(data: &[u8], now: i64) -> Result<String, String> {
    M.with_borrow_mut(|m| {
        m.take(data);
        let a = decode::account::<MarginAccount>(data).map_err(|e| e.to_string())?;
        let p = m.plan(&a, now, Usd::ZERO).map_err(|e| e.to_string())?;
        let ev = whittle_client::event::events(&["a"]);
        Ok(format!("{p:?} {ev:?}"))
    })
}
