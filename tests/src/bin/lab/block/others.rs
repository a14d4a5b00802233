//! What liquidations of other programs take. Measured with the same sBPF build and virtual machine as
//! Whittle's, on their public sources; docs/throughput.md says what each figure includes.

/// A liquidation of another program.
pub struct Other {
    /// The program, and what is liquidated.
    pub name: &'static str,
    /// Compute units of everything that the liquidation needs in its transaction.
    pub units: u64,
    /// What every such liquidation writes.
    pub shared: &'static str,
}

/// All of them.
pub const ALL: [Other; 7] = [
    Other {
        name: "percolator, 1 leg",
        units: 128_029,
        shared: "its market group: all assets",
    },
    Other {
        name: "percolator, 14 legs",
        units: 863_317,
        shared: "its market group: all assets",
    },
    Other {
        name: "marginfi, 1 + 1 balances",
        units: 192_900,
        shared: "the banks of the asset and of the debt",
    },
    Other {
        name: "marginfi, 16 balances",
        units: 438_036,
        shared: "the banks of the asset and of the debt",
    },
    Other {
        name: "Solend, 1 + 1 reserves",
        units: 136_163,
        shared: "the reserves that it refreshes",
    },
    Other {
        name: "Solend, 9 + 1 reserves",
        units: 488_842,
        shared: "the reserves that it refreshes",
    },
    Other {
        name: "solana-labs/perpetuals, closes all",
        units: 50_361,
        shared: "the pool and the custodies",
    },
];
