//! Every case runs the built program in a virtual machine. One binary: linking it is what costs.

mod smoke;
