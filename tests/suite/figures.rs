//! Figures that a test holds to a bar, and that `cargo xtask measurements` collects.
//!
//! A line `figure | area | test | bar | unit | figure` is printed for each; of several of one test the worst counts.

#![allow(dead_code)] // compiled into two test binaries, and neither has figures of every kind

/// Records a figure and asserts that it is no more than its bar.
#[track_caller]
pub fn at_most(area: &str, test: &str, bar: f64, unit: &str, figure: f64) {
    println!("figure | {area} | {test} | ≤ {bar} | {unit} | {figure:e}");
    assert!(figure <= bar, "{area}, {test}: {figure} {unit}, allowed {bar}");
}

/// Records a figure and asserts that it is no less than its bar.
#[track_caller]
pub fn at_least(area: &str, test: &str, bar: f64, unit: &str, figure: f64) {
    println!("figure | {area} | {test} | ≥ {bar} | {unit} | {figure:e}");
    assert!(figure >= bar, "{area}, {test}: {figure} {unit}, wanted {bar}");
}

/// Records that something was checked which has no figure, and asserts it.
#[track_caller]
pub fn holds(area: &str, test: &str, is_so: bool) {
    println!("figure | {area} | {test} | yes |  | {}", if is_so { "yes" } else { "no" });
    assert!(is_so, "{area}, {test}");
}

/// Records a figure beside a bar that it is known to miss, and asserts what is reached.
#[track_caller]
pub fn falls_short(area: &str, test: &str, bar: f64, reached: f64, unit: &str, figure: f64) {
    println!("figure | {area} | {test} | ≥ {bar} | {unit} | {figure:e}");
    assert!(figure >= reached, "{area}, {test}: {figure} {unit}, reached before {reached}");
}
