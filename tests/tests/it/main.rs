//! Every case runs the built program in a virtual machine. One binary: linking it is what costs.

mod altered;
mod collateral;
mod cost;
mod harness;
mod layout;
mod migrations;
mod oracle;
mod orders;
mod recorded;
mod size;
mod smoke;
