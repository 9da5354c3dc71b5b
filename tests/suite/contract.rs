//! What every host relies on, tried in process: see `discern_host::CONTRACT`. `cargo xtask verify validators` tries it on the
//! built plugin.

use discern_host::{CONTRACT, Plugin, RANGE};

fn load() -> anyhow::Result<Plugin> {
    Plugin::from_entry(&discern::clap_entry)
}

#[test]
fn every_promise_to_hosts_is_kept() {
    let mut broken = Vec::new();
    for (name, promise) in CONTRACT.into_iter().chain([RANGE]) {
        if let Err(error) = promise(&load) {
            broken.push(format!("{name}: {error:#}"));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}
