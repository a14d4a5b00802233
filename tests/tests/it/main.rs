//! Every case runs the built program in a virtual machine. One binary: linking it is what costs.

mod altered;
mod assessment;
mod collateral;
mod cost;
mod funding;
mod harness;
mod layout;
mod liquidation;
mod liquidity;
mod listing;
mod margin_call;
mod migrations;
mod oracle;
mod orders;
mod recorded;
mod recovery;
mod remaining;
mod settlement;
mod size;
mod smoke;
mod waterfall;
