//! How the plugin's library is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // An editor that was open leaves a thread of the system's clipboard that nobody can wait for (x11-clipboard 0.9); a
    // host that lets go of the library must not take its code from under it.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
