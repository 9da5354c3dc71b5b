//! `cargo xtask frames`: what the editor costs, frame by frame and at rest; writes `docs/frame-cost.md`.

mod at_work;

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::measurements::output;
use crate::workspace::{out, processor, root, step};
use crate::{bundle, verify};

const PAGE: &str = "docs/frame-cost.md";
/// Where [`on_screen`] leaves its table.
const TABLE: &str = "at_work.md";

/// Measures on this machine; what needs a display is left out where there is none: `[--no-display]`.
///
/// # Errors
/// If something cannot be built or run.
pub fn run(args: &[String]) -> Result<()> {
    let with_display = match args {
        [] => true,
        [option] if option == "--no-display" => false,
        _ => bail!("usage: cargo xtask frames [--no-display]"),
    };
    let views = step("the screen's frames", || {
        output(Command::new("cargo").args(["bench", "--quiet", "--bench", "frame"]).current_dir(root()))
    })?;
    let mut page = format!(
        "# What the editor costs\n\n\
         Written by `cargo xtask frames` on {}.\n\n\
         ## A frame\n\n\
         Every stage's view at 1180×740 with a song that plays and every stage at work, the dearest first: wall time of one \
         thread, 300 frames each after 330 to fill every history. `ui` is all of Discern's own drawing and egui's layout; \
         tessellation is egui's, into triangles. Worst is whatever else the machine did included. Held to: tessellation 2 ms in the median.\n\n{}\n",
        processor(),
        views.trim()
    );
    if with_display {
        let folder = out("frames")?;
        step("the editor in a window", || {
            bundle::run(&[])?;
            verify::on_screen("frames")
        })?;
        let table = std::fs::read_to_string(folder.join(TABLE)).context("the table is gone")?;
        page += &format!(
            "\n## At work and at rest\n\n\
             The built `.clap` in a window of Xvfb, 1180×740: share of one core over ten seconds that the editor's own \
             threads take, and how often it draws. OpenGL is done by the processor there (Mesa's llvmpipe), which is most \
             of what a drawn frame costs; a graphics card leaves the `ui` and tessellation above. Held to: at rest 1 % of \
             a core; hidden nothing is drawn.\n\n{}\n",
            table.trim()
        );
    }
    let path = root().join(PAGE);
    std::fs::write(&path, page).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// The part that needs a display.
pub fn on_screen(display: &str) -> Result<()> {
    let table = at_work::measure(display)?;
    print!("{table}");
    std::fs::write(out("frames")?.join(TABLE), table)?;
    Ok(())
}
