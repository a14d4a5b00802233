//! Every case runs the built program in a virtual machine. One binary: linking it is what costs.

mod altered;
mod assessment;
mod breakers;
mod collateral;
mod cost;
mod crash;
mod funding;
mod governance;
mod harness;
mod known_failures;
mod layout;
mod leverage;
mod liquidation;
mod liquidity;
mod listing;
mod migrations;
mod oracle;
mod orders;
mod recorded;
mod remaining;
mod settlement;
mod size;
mod smoke;
mod waterfall;
mod wind_down;
