//! `cargo xtask screenshots`: the manual's pictures of every view and state, drawn without a display.

use anyhow::Result;

use crate::workspace::{root, run};

/// Draws them into `docs/images`, with the songs of the folder beside the repository where it is there: `[MUSIC]`.
///
/// # Errors
/// If one cannot be drawn, or all together are too large for the repository.
pub fn take(args: &[String]) -> Result<()> {
    let beside = root().join("../shared/music");
    let music = args.first().map_or_else(|| beside.to_string_lossy().into_owned(), String::clone);
    // As the tests are built: optimised enough for minutes of audio, and built already wherever tests ran.
    run("cargo", &["run", "--quiet", "--example", "manual_pictures", "--", "docs/images", &music])
}
