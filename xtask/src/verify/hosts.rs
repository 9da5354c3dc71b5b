//! The editor as hosts treat it: sized, closed and opened again, worked with mouse and keys, twice at once, while the sound
//! card changes and with the host's own bypass.

mod clap_rig;
mod hand;
mod keys;
mod rig;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::screen::Input;
use crate::session::Session;
use clap_rig::ClapRig;
use hand::{choose_scale, type_value};

pub use hand::drag_something;
pub use keys::check_keys;
pub use rig::{BLOCK_FRAMES, Place, Rig, SETTLE, TICK};

/// Sizes that hosts ask for: as it opens, its smallest layout, that at 75 %, and two large ones.
pub const SIZES: [(u32, u32); 5] = [(1180, 740), (920, 600), (690, 450), (1475, 925), (2360, 1480)];
/// What becomes of sizes that are out of range: 75 % of the smallest layout, 250 % of the usual one.
pub const LIMITS: [((u32, u32), (u32, u32)); 2] = [((300, 200), (690, 450)), ((6000, 6000), (2950, 1850))];
pub const NUM_OPENS: usize = 20;
/// Less than this share of the pixels may differ between two looks at the same state.
const SAME: f64 = 0.01;
/// A change that anybody would see: a few digits.
const VISIBLE: f64 = 0.000_05;

/// All checks of the .clap; pictures of what was seen go to a folder.
pub fn run(clap: &Path, display: &str, pictures: &Path) -> Result<()> {
    let input = Input::new(display)?;
    check_sizes(clap, display, pictures)?;
    check_scale::<ClapRig>(clap, display, &input, pictures)?;
    check_fixed(clap, display, &input, pictures)?;
    check_opens::<ClapRig>(clap, display)?;
    check_hands::<ClapRig>(clap, display, &input, pictures)?;
    check_keys::<ClapRig>(clap, display, &input, pictures)?;
    check_forced_sizes::<ClapRig>(clap, display, pictures)?;
    check_absurd_sizes::<ClapRig>(clap, display)?;
    check_two::<ClapRig>(clap, display, &input, pictures)
}

/// Resizes window and editor, which must fill it.
pub fn take_size<R: Rig>(rig: &mut R, (width, height): (u32, u32), pictures: &Path) -> Result<()> {
    let size = rig.resize(width, height)?;
    ensure!(size == (width, height), "asked for {width}x{height}, the editor took {size:?}");
    let picture = rig.look()?;
    picture.save(&pictures.join(format!("size_{width}x{height}.png")))?;
    ensure!(picture.is_filled(), "at {width}x{height} the window is not filled");
    let embedded = rig.window().embedded_size()?;
    ensure!(embedded == size, "at {width}x{height} the editor's own window has {embedded:?}");
    Ok(())
}

fn check_sizes(clap: &Path, display: &str, pictures: &Path) -> Result<()> {
    let mut rig = ClapRig::open(Session::load(clap)?, Place::at_left(display), 48_000.0, 2)?;
    for size in SIZES {
        take_size(&mut rig, size, pictures)?;
    }
    for ((width, height), limit) in LIMITS {
        let size = rig.session.plugin.resize_editor(width, height)?;
        ensure!(size == limit, "asked for {width}x{height}, the editor took {size:?} and not {limit:?}");
    }
    // A size outlasts the window, and the instance.
    let [.., (width, height)] = SIZES;
    rig.resize(width, height)?;
    rig.look()?;
    let mut session = rig.close()?;
    let state = session.plugin.save()?;
    for mut session in [session, Session::load(clap)?] {
        session.plugin.restore(&state)?;
        let size = session.plugin.create_editor()?;
        session.plugin.destroy_editor()?;
        ensure!(size == (width, height), "opened again with {size:?} instead of {width}x{height}");
    }
    // Closed as soon as it is created, as hosts do that ask for a size.
    let mut session = Session::load(clap)?;
    for _ in 0..NUM_OPENS {
        session.plugin.create_editor()?;
        session.plugin.destroy_editor()?;
    }
    println!("   {} sizes taken, kept within limits and remembered", SIZES.len());
    Ok(())
}

/// Sizes that a host forces on the window without asking, also such as no editor can be laid out in.
pub fn check_forced_sizes<R: Rig>(bundle: &Path, display: &str, pictures: &Path) -> Result<()> {
    const FORCED: [(u32, u32); 6] = [(690, 450), (300, 200), (1, 1), (10, 1500), (1500, 10), (500, 320)];
    let mut rig = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    let (width, height) = rig.window().size();
    let before = rig.look()?;
    for (width, height) in FORCED {
        rig.force(width, height)?;
        rig.run(SETTLE)?;
        let picture = rig.look()?;
        picture.save(&pictures.join(format!("forced_{width}x{height}.png")))?;
        let size = rig.window().size();
        ensure!(size == (width, height), "forced to {width}x{height} the editor makes its window {size:?}");
        ensure!(width.min(height) < 100 || picture.is_drawn(), "forced to {width}x{height} the editor is blank");
    }
    rig.force(width, height)?;
    rig.run(2 * SETTLE)?;
    let difference = rig.look()?.difference(&before);
    ensure!(difference < SAME, "grown back it looks different: {:.2} % of the pixels", difference * 100.0);
    rig.close()?;
    println!("   {} sizes that are forced on the window, and back", FORCED.len());
    Ok(())
}

/// Sizes and scales that no screen has: the editor stays as large as it may be, and goes on.
pub fn check_absurd_sizes<R: Rig>(bundle: &Path, display: &str) -> Result<()> {
    const SIZES: [(u32, u32); 4] = [(8_000, 8_000), (30_000, 1_000), (1_000, 30_000), (32_767, 32_767)];
    const SCALES: [f64; 7] = [0.0, -3.0, f64::NAN, f64::INFINITY, 1e-9, 8.0, 1e6];
    let [_, (_, largest)] = LIMITS;
    let mut rig = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    let (width, height) = rig.window().size();
    let before = rig.look()?;
    for size in SIZES {
        rig.force(size.0, size.1)?;
        rig.run(SETTLE)?;
        let took = rig.window().embedded_size()?;
        ensure!(took == (size.0.min(largest.0), size.1.min(largest.1)), "forced to {size:?} the editor takes {took:?}");
    }
    ensure!(rig.suggest_scale(1.0)?, "a scale of 1 is not taken");
    for scale in SCALES {
        ensure!(!rig.suggest_scale(scale)?, "a scale of {scale} is taken");
    }
    rig.force(width, height)?;
    rig.run(2 * SETTLE)?;
    let difference = rig.look()?.difference(&before);
    ensure!(difference < SAME, "back from there it looks different: {:.2} % of the pixels", difference * 100.0);
    rig.close()?;
    println!("   {} sizes and {} scales that no screen has", SIZES.len(), SCALES.len());
    Ok(())
}

/// A scale chosen in the editor: the window grows and shrinks with it.
pub fn check_scale<R: Rig>(bundle: &Path, display: &str, input: &Input, pictures: &Path) -> Result<()> {
    let mut rig = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    for (before, percent, size) in [(100, 150, (1770, 1110)), (150, 75, (885, 555)), (75, 100, (1180, 740))] {
        choose_scale(&mut rig, input, [before, percent])?;
        let picture = rig.look_without_pointer(input)?;
        picture.save(&pictures.join(format!("scale_{percent}.png")))?;
        ensure!(rig.window().size() == size, "at {percent} % the window has {:?}", rig.window().size());
        let embedded = rig.window().embedded_size()?;
        ensure!(embedded == size, "at {percent} % the editor's own window has {embedded:?}");
        ensure!(picture.is_filled(), "at {percent} % the window is not filled");
    }
    choose_scale(&mut rig, input, [100, 150])?;
    let rig = R::open(rig.close()?, Place::at_left(display), 48_000.0, 2)?;
    ensure!(rig.window().size() == (1770, 1110), "opened again at 150 % with {:?}", rig.window().size());
    rig.close()?;
    println!("   the window grows and shrinks with the scale that is chosen, and opens with it again");
    Ok(())
}

/// In a window that stays as it is the scale is what it holds.
fn check_fixed(clap: &Path, display: &str, input: &Input, pictures: &Path) -> Result<()> {
    let mut rig = ClapRig::open(ClapRig::load(clap)?, Place::at_left(display), 48_000.0, 2)?;
    let size = rig.window().size();
    rig.lets_resize = false;
    choose_scale(&mut rig, input, [100, 150])?;
    rig.run(2 * SETTLE)?;
    let picture = rig.look_without_pointer(input)?;
    picture.save(&pictures.join("scale_fixed.png"))?;
    let embedded = rig.window().embedded_size()?;
    ensure!(embedded == size, "in a window that stays {size:?} the editor's own has {embedded:?}");
    rig.close()?;
    println!("   a window that is not resized keeps its size");
    Ok(())
}

/// Opened and closed again and again in one instance: the same picture every time.
pub fn check_opens<R: Rig>(bundle: &Path, display: &str) -> Result<()> {
    let mut instance = R::load(bundle)?;
    let mut first = None;
    for open in 1..=NUM_OPENS {
        let mut rig =
            R::open(instance, Place::at_left(display), 48_000.0, 2).with_context(|| format!("open {open}"))?;
        ensure!(
            rig.window().has_xembed_info()?,
            "the editor's window has no _XEMBED_INFO: some hosts would not show it"
        );
        let picture = rig.look()?;
        let difference = first.get_or_insert_with(|| picture.clone()).difference(&picture);
        ensure!(difference < SAME, "open {open} looks different: {:.2} % of the pixels", difference * 100.0);
        instance = rig.close()?;
    }
    println!("   the same picture in {NUM_OPENS} of {NUM_OPENS} opens");
    Ok(())
}

/// Mouse and keys change parameters and the host is told; what is seen follows; then another rate, mono, and bypass.
pub fn check_hands<R: Rig>(bundle: &Path, display: &str, input: &Input, pictures: &Path) -> Result<()> {
    let mut rig = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    let before = rig.look_without_pointer(input)?;
    let dragged = drag_something(&mut rig, input)?;
    let after = rig.look_without_pointer(input)?;
    after.save(&pictures.join("hand_dragged.png"))?;
    ensure!(before.difference(&after) > VISIBLE, "{} was dragged and nothing is to be seen of it", dragged.name);
    type_value(&mut rig, input, &dragged)?;
    let typed = rig.look_without_pointer(input)?;
    typed.save(&pictures.join("hand_typed.png"))?;
    ensure!(typed.difference(&after) > VISIBLE, "{} was typed and nothing is to be seen of it", dragged.name);

    let instance = rig.close()?;
    let mut rig = R::open(instance, Place::at_left(display), 48_000.0, 2)?;
    let again = rig.look_without_pointer(input)?;
    let difference = again.difference(&typed);
    ensure!(difference < SAME, "opened again it looks different: {:.2} % of the pixels", difference * 100.0);
    println!("   {} dragged and typed: the host is told, the picture follows and is kept", dragged.name);

    rig.restart(96_000.0, 1)?;
    let mono = rig.look_without_pointer(input)?;
    mono.save(&pictures.join("hand_96_khz_mono.png"))?;
    ensure!(mono.difference(&again) > VISIBLE, "the editor shows nothing of the new rate");
    drag_something(&mut rig, input).context("at 96 kHz, mono")?;
    rig.check_bypass(input, VISIBLE)?;
    println!("   works on at 96 kHz in mono; the host's bypass passes the sound and is shown");
    rig.close()?;
    Ok(())
}

/// Two instances side by side: each has its own hand and its own parameters.
pub fn check_two<R: Rig>(bundle: &Path, display: &str, input: &Input, pictures: &Path) -> Result<()> {
    const SECOND_LEFT: i16 = 1200;
    let mut first = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    let mut second = R::open(R::load(bundle)?, Place { display, left: SECOND_LEFT }, 44_100.0, 2)?;
    first.run(SETTLE)?;
    let before = first.look_without_pointer(input)?;
    let dragged = drag_something(&mut second, input)?;
    first.run(Duration::from_millis(200))?;
    ensure!(first.take_changes().is_empty(), "{} of one instance changed the other", dragged.name);
    let after = first.look_without_pointer(input)?;
    after.save(&pictures.join("two_first.png"))?;
    second.look()?.save(&pictures.join("two_second.png"))?;
    ensure!(before.difference(&after) < SAME, "one instance draws what was done in the other");
    drag_something(&mut first, input).context("in the first instance")?;
    ensure!(second.take_changes().is_empty(), "the first instance changed the second");
    first.close()?;
    ensure!(second.look()?.is_filled(), "closing one editor blanked the other");
    second.close()?;
    println!("   two instances at once");
    Ok(())
}
