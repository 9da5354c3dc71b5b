//! Whose a key is after a click in the editor: what it uses is its own, all else the host's.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::rig::{Place, Rig, SETTLE};
use crate::screen::{ESCAPE, Input, Picture, SPACE, TAB};

/// A place of the usual layout where there is nothing to be pressed.
const NEUTRAL: (i32, i32) = (600, 732);
/// Longer than a key waits before it repeats, and odd and even numbers of repeats more.
const HOLDS: [Duration; 3] = [Duration::from_millis(900), Duration::from_millis(1000), Duration::from_millis(1040)];
/// A change that anybody would see.
const VISIBLE: f64 = 0.000_05;

struct Keys<'a, R> {
    rig: R,
    input: &'a Input,
}

impl<R: Rig> Keys<'_, R> {
    /// Presses a key; what the host's window got of it, and the picture afterwards.
    fn press(&mut self, keysym: u32) -> Result<(Vec<bool>, Picture)> {
        self.rig.window().take_keys()?;
        self.input.hold(keysym, true)?;
        self.rig.run(Duration::from_millis(60))?;
        self.input.hold(keysym, false)?;
        let picture = self.rig.look()?;
        let code = self.input.keycode(keysym)?;
        let keys = self.rig.window().take_keys()?;
        Ok((keys.into_iter().filter(|(each, _)| *each == code).map(|(_, is_down)| is_down).collect(), picture))
    }

    /// A key that the editor uses: the host gets nothing of it, and something is to be seen.
    fn check_own(&mut self, name: &str, keysym: u32) -> Result<()> {
        let before = self.rig.look()?;
        let (got, after) = self.press(keysym)?;
        ensure!(got.is_empty(), "the host gets {name} of the editor: {got:?}");
        ensure!(before.difference(&after) > VISIBLE, "{name} does nothing in the editor");
        Ok(())
    }

    fn check_host(&mut self, name: &str, keysym: u32) -> Result<()> {
        let (got, _) = self.press(keysym)?;
        ensure!(got == [true, false], "of {name} the host gets {got:?}, and not a press and a release");
        Ok(())
    }

    fn click(&mut self) -> Result<()> {
        self.input.move_to(self.rig.window().on_screen(NEUTRAL))?;
        self.rig.run(SETTLE)?;
        self.input.button(true)?;
        self.rig.run(Duration::from_millis(60))?;
        self.input.button(false)?;
        self.rig.run(SETTLE)
    }
}

/// Space and others after a click, Escape, and a key that is held.
pub fn check_keys<R: Rig>(bundle: &Path, display: &str, input: &Input, pictures: &Path) -> Result<()> {
    let rig = R::open(R::load(bundle)?, Place::at_left(display), 48_000.0, 2)?;
    let mut keys = Keys { rig, input };
    keys.rig.window().take_focus()?;
    input.move_to(keys.rig.window().on_screen(NEUTRAL))?;
    // Not clicked yet: the pointer alone makes no key the editor's.
    for (name, keysym) in [("M", u32::from('m')), ("Space", SPACE)] {
        keys.check_host(name, keysym)?;
    }
    keys.click()?;
    ensure!(!keys.rig.window().has_focus()?, "a click does not give the editor the keyboard");
    keys.check_own("M", u32::from('m'))?;
    for (name, keysym) in [("Space", SPACE), ("B", u32::from('b')), ("Q", u32::from('q')), ("1", u32::from('1'))] {
        keys.check_host(name, keysym)?;
    }
    keys.check_own("Tab", TAB)?;
    keys.rig.look()?.save(&pictures.join("keys_focus.png"))?;
    // With a control in focus Space is still the host's.
    keys.check_host("Space", SPACE)?;
    keys.check_own("D", u32::from('d'))?;

    for (idx, hold) in HOLDS.into_iter().enumerate() {
        let before = keys.rig.look()?;
        input.hold(u32::from('m'), true)?;
        keys.rig.run(hold)?;
        input.hold(u32::from('m'), false)?;
        let after = keys.rig.look()?;
        after.save(&pictures.join(format!("keys_held_{idx}.png")))?;
        ensure!(before.difference(&after) > VISIBLE, "M that is held for {hold:?} does not act once");
    }

    let (got, _) = keys.press(ESCAPE)?;
    ensure!(!got.contains(&true), "the host gets the Escape that only left the editor");
    ensure!(keys.rig.window().has_focus()?, "Escape does not give the keyboard back to the host");
    for (name, keysym) in [("Space", SPACE), ("M", u32::from('m'))] {
        keys.check_host(name, keysym)?;
    }
    keys.click()?;
    keys.check_own("M", u32::from('m'))?;
    keys.rig.close()?;
    println!("   keys: M, D, Tab and Escape are the editor's after a click, Space and all others the host's");
    Ok(())
}
