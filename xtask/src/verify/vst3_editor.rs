//! The editor as VST3 hosts on Linux treat it: the checks of [`hosts`](super::hosts) on the built .vst3.

mod rig;

use std::path::Path;

use anyhow::{Result, ensure};

use super::hosts::{
    LIMITS, NUM_OPENS, Place, Rig, SETTLE, SIZES, check_absurd_sizes, check_forced_sizes, check_hands, check_keys,
    check_opens, check_scale, check_two, drag_something, take_size,
};
use crate::screen::Input;
use rig::Vst3Rig;

/// All checks; pictures of what was seen go to a folder.
pub fn run(vst3: &Path, display: &str, pictures: &Path) -> Result<()> {
    let input = Input::new(display)?;
    check_sizes(vst3, display, pictures)?;
    check_scale::<Vst3Rig>(vst3, display, &input, pictures)?;
    check_opens::<Vst3Rig>(vst3, display)?;
    check_hands::<Vst3Rig>(vst3, display, &input, pictures)?;
    check_keys::<Vst3Rig>(vst3, display, &input, pictures)?;
    check_forced_sizes::<Vst3Rig>(vst3, display, pictures)?;
    check_absurd_sizes::<Vst3Rig>(vst3, display)?;
    check_two::<Vst3Rig>(vst3, display, &input, pictures)?;
    check_suggested_scale(vst3, display)?;
    check_main_loop(vst3, display, &input)
}

fn check_sizes(vst3: &Path, display: &str, pictures: &Path) -> Result<()> {
    let mut rig = Vst3Rig::open(Vst3Rig::load(vst3)?, Place::at_left(display), 48_000.0, 2)?;
    for size in SIZES {
        take_size(&mut rig, size, pictures)?;
        let told = rig.editor.size()?;
        ensure!(told == size, "at {size:?} the editor says that it has {told:?}");
    }
    let [_, ((width, height), limit)] = LIMITS;
    let size = rig.editor.constrain(width, height)?;
    ensure!(size == limit, "asked for {width}x{height}, the editor would take {size:?} and not {limit:?}");
    // A size outlasts the window, and the instance.
    let [.., (width, height)] = SIZES;
    let plugin = rig.close()?;
    let state = plugin.save()?;
    for mut plugin in [plugin, Vst3Rig::load(vst3)?] {
        plugin.restore(&state)?;
        let editor = plugin.create_editor()?;
        let size = editor.size()?;
        editor.close()?;
        ensure!(size == (width, height), "opened again with {size:?} instead of {width}x{height}");
    }
    println!("   {} sizes taken, kept within limits and remembered", SIZES.len());
    Ok(())
}

/// Views that are never attached, as hosts make them that ask for a size; then the plugin's way to the main thread, which on
/// Linux is the host's main loop.
fn check_main_loop(vst3: &Path, display: &str, input: &Input) -> Result<()> {
    let mut plugin = Vst3Rig::load(vst3)?;
    let num_files = num_open_files()?;
    for _ in 0..NUM_OPENS {
        plugin.create_editor()?.close()?;
        let num_left = plugin.num_run_loop_handlers();
        ensure!(num_left == 0, "a view left {num_left} handlers with the main loop");
    }
    let num_more = num_open_files()?.saturating_sub(num_files);
    ensure!(num_more == 0, "{NUM_OPENS} views left {num_more} open files");
    let mut rig = Vst3Rig::open(plugin, Place::at_left(display), 48_000.0, 2)?;
    let num_calls = rig.plugin.num_run_loop_calls();
    let bypass = rig.bypass()?;
    rig.set(bypass, 1.0)?;
    rig.run(SETTLE)?;
    ensure!(
        rig.plugin.num_run_loop_calls() > num_calls,
        "a parameter set by the host does not come to the main thread"
    );
    drag_something(&mut rig, input)?;
    let num_foreign = rig.plugin.num_foreign_calls();
    ensure!(num_foreign == 0, "{num_foreign} edits were told off the main thread");
    let plugin = rig.close()?;
    let num_left = plugin.num_run_loop_handlers();
    ensure!(num_left == 0, "a window left {num_left} handlers with the main loop");
    println!("   comes to the main thread by the host's main loop, and leaves nothing there");
    Ok(())
}

fn num_open_files() -> Result<usize> {
    Ok(std::fs::read_dir("/proc/self/fd")?.count())
}

/// A scale that the host suggests, before there is a window and while there is one: the window has to follow.
fn check_suggested_scale(vst3: &Path, display: &str) -> Result<()> {
    let mut plugin = Vst3Rig::load(vst3)?;
    let editor = plugin.create_editor()?;
    let (width, height) = editor.size()?;
    editor.set_scale(1.5)?;
    let scaled = (width * 3 / 2, height * 3 / 2);
    ensure!(editor.size()? == scaled, "at a scale of 1.5 the editor would have {:?}", editor.size()?);
    editor.close()?;
    let mut rig = Vst3Rig::open(plugin, Place::at_left(display), 48_000.0, 2)?;
    ensure!(rig.window().size() == (width, height));
    rig.editor.set_scale(1.5)?;
    rig.run(SETTLE)?;
    ensure!(rig.window().size() == scaled, "after a new scale the window has {:?}", rig.window().size());
    let embedded = rig.window().embedded_size()?;
    ensure!(embedded == scaled, "after a new scale the editor's own window has {embedded:?}");
    rig.close()?;
    println!("   the window follows the scale that the host suggests");
    Ok(())
}
