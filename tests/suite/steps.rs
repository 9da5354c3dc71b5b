//! Random steps of hosts through the whole plugin, in process, always the same ones; `cargo xtask fuzz blocks` takes more.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Once;

use discern_host::{Plugin, Steps};

/// Each is a life of its own.
const SEEDS: [u64; 6] = [1, 2, 3, 4, 5, 6];
const NUM_STEPS: usize = 500;
/// Told in a failure.
const NUM_LAST: usize = 12;

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// A panic inside of a host call is caught by the plugin, so the test has to hear of it by itself.
fn watch_panics() {
    static ONCE: Once = Once::new();
    // The plugin sets a hook of its own when the first instance is made.
    drop(load());
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IS_WATCHED.get() {
                PANICS.with_borrow_mut(|panics| panics.push(panic.to_string()));
            }
            before(panic);
        }));
    });
    IS_WATCHED.set(true);
}

fn load() -> anyhow::Result<Plugin> {
    Plugin::from_entry(&discern::clap_entry)
}

#[test]
fn whatever_hosts_do_nothing_fails() {
    watch_panics();
    for seed in SEEDS {
        let last = RefCell::new(VecDeque::new());
        let say = |step: &str| {
            let mut last = last.borrow_mut();
            last.push_back(step.to_owned());
            if last.len() > NUM_LAST {
                last.pop_front();
            }
        };
        let mut steps = Steps::new(seed, &load, &say);
        for step_idx in 0..NUM_STEPS {
            let done = steps.step();
            let panics = PANICS.take();
            let told = || format!("seed {seed}, step {step_idx} of {:?}", last.borrow());
            assert!(panics.is_empty(), "{}: {}", told(), panics.join("\n"));
            if let Err(error) = done {
                panic!("{}: {error:#}", told());
            }
        }
    }
}
