//! A hand on mouse and keyboard: events as the X server itself makes them (XTEST), which no program can tell from real ones.

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    MOTION_NOTIFY_EVENT, Window as WindowId,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Keysyms of keys that are no characters; those of ASCII characters are the characters.
pub const ENTER: u32 = 0xff0d;
pub const TAB: u32 = 0xff09;
pub const SPACE: u32 = 0x20;
pub const ESCAPE: u32 = 0xff1b;
const LEFT_BUTTON: u8 = 1;

/// A connection that makes events.
pub struct Input {
    connection: RustConnection,
    root: WindowId,
    /// First keycode, keysyms for each, all keysyms.
    keys: (u8, usize, Vec<u32>),
}

impl Input {
    /// For `display`.
    pub fn new(display: &str) -> Result<Self> {
        let (connection, screen_idx) = x11rb::connect(Some(display))?;
        let setup = connection.setup();
        let (root, first, last) = (setup.roots[screen_idx].root, setup.min_keycode, setup.max_keycode);
        connection.xtest_get_version(2, 2)?.reply().context("the X server has no XTEST")?;
        let mapping = connection.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let keys = (first, usize::from(mapping.keysyms_per_keycode), mapping.keysyms);
        Ok(Self { connection, root, keys })
    }

    fn fake(&self, kind: u8, detail: u8, (x, y): (i32, i32)) -> Result<()> {
        let (x, y) = (i16::try_from(x)?, i16::try_from(y)?);
        self.connection.xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, self.root, x, y, 0)?.check()?;
        self.connection.sync()?;
        Ok(())
    }

    /// Moves the pointer to a point of the screen.
    pub fn move_to(&self, point: (i32, i32)) -> Result<()> {
        self.fake(MOTION_NOTIFY_EVENT, 0, point)
    }

    /// Presses the left button where the pointer is, or lets go of it.
    pub fn button(&self, is_pressed: bool) -> Result<()> {
        self.fake(if is_pressed { BUTTON_PRESS_EVENT } else { BUTTON_RELEASE_EVENT }, LEFT_BUTTON, (0, 0))
    }

    /// The key that makes a keysym without Shift.
    pub fn keycode(&self, keysym: u32) -> Result<u8> {
        let (first, per_key, keysyms) = &self.keys;
        let idx = keysyms.chunks(*per_key).position(|symbols| symbols.first() == Some(&keysym));
        Ok(first + u8::try_from(idx.with_context(|| format!("no key makes {keysym:#x}"))?)?)
    }

    /// Presses and releases a key.
    pub fn key(&self, keysym: u32) -> Result<()> {
        self.hold(keysym, true)?;
        self.hold(keysym, false)
    }

    /// Presses a key, or lets go of it; one that is held for long repeats.
    pub fn hold(&self, keysym: u32, is_down: bool) -> Result<()> {
        let kind = if is_down { KEY_PRESS_EVENT } else { KEY_RELEASE_EVENT };
        self.fake(kind, self.keycode(keysym)?, (0, 0))
    }
}
