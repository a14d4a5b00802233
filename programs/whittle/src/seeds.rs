//! Seeds of the program's addresses. Each address is unique, so an account of the right type at the
//! right index needs no further check.

/// `["exchange"]`
pub const EXCHANGE: &[u8] = b"exchange";
/// `["bank", mint]`
pub const BANK: &[u8] = b"bank";
/// `["vault", mint]`: the token account of a bank.
pub const VAULT: &[u8] = b"vault";
/// `["market", index as u16 little endian]`
pub const MARKET: &[u8] = b"market";
/// `["pool"]`
pub const POOL: &[u8] = b"pool";
/// `["share-mint"]`: the mint of the pool's shares.
pub const SHARE_MINT: &[u8] = b"share-mint";
/// `["share-escrow"]`: holds the shares of pending withdrawals.
pub const SHARE_ESCROW: &[u8] = b"share-escrow";
/// `["insurance"]`
pub const INSURANCE: &[u8] = b"insurance";
/// `["margin", owner, sub id as u16 little endian]`
pub const MARGIN: &[u8] = b"margin";
/// `["liquidity", owner]`: a pending request of a liquidity provider.
pub const LIQUIDITY: &[u8] = b"liquidity";
/// `["proposal", number as u64 little endian]`
pub const PROPOSAL: &[u8] = b"proposal";
