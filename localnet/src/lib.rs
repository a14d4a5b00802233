//! A local validator with a running exchange, moving prices and funded traders: for a person who
//! tries things out, and for tests from end to end.
//!
//! [`Local::start`] does everything and keeps it in one folder; dropping it ends everything.
//! [`Local::publish`] moves prices by hand, [`Local::play`] by a recording. Calls block, and none may
//! be made from inside an asynchronous runtime.
#![warn(missing_docs)]

pub mod act;
pub mod app;
pub mod cascade;
pub mod cast;
pub mod faucet;
pub mod hermes;
pub mod history;
pub mod local;
pub mod node;
pub mod oracle;
pub mod play;
pub mod process;
pub mod recording;
pub mod stand_in;
pub mod tell;
pub mod validator;
pub mod watch;

pub use app::App;
pub use cast::{Member, Position};
pub use hermes::Hermes;
pub use local::{Local, Options};
pub use node::{Node, SendError};
pub use play::Player;
pub use process::KeeperProcess;
pub use recording::Recording;
