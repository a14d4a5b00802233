//! x
fn main() {
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        for arg in [
            "--no-entry",
            "--export=request",
            "--export=answer",
            "--export=answer_len",
            "--strip-all",
        ] {
            println!("cargo:rustc-link-arg-bins={arg}");
        }
    }
}
