//! A bar for long work, on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A running piece of work; the bar goes when this is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// Work of `length` steps; of unknown length if 0.
    pub fn new(what: &'static str, length: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let (bar, template) = match length {
            0 => (ProgressBar::new_spinner(), "{msg:10} {spinner}"),
            _ => (ProgressBar::new(length), "{msg:10} {bar:40} {percent:>3} %"),
        };
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(
            bar.with_message(what).with_style(ProgressStyle::with_template(template).expect("a template of this file")),
        )
    }

    /// More steps are done.
    pub fn add(&self, steps: u64) {
        self.0.inc(steps);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
