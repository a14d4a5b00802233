//! Names the functions that the browser finds in the binary.

const EXPORTS: [&str; 5] = ["buffer", "take", "forget", "call", "reply"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() != Ok("wasm32") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=--no-entry");
    println!("cargo:rustc-link-arg-bins=--strip-all");
    for name in EXPORTS {
        println!("cargo:rustc-link-arg-bins=--export={name}");
    }
}
