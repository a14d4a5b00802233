//! Every case runs the built program in a virtual machine. One binary: linking it is what costs.

mod cost;
mod harness;
mod layout;
mod migrations;
mod oracle;
mod recorded;
mod size;
mod smoke;
