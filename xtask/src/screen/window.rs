//! A plain X11 window to embed an editor in, as a host would give it.

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    self, AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, ImageFormat, InputFocus,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::Picture;

/// A window at the top of the screen.
pub struct Window {
    connection: RustConnection,
    root: xproto::Window,
    id: xproto::Window,
    left: i16,
    size: (u16, u16),
}

impl Window {
    /// Opens a window on `display`, so many pixels from the left.
    pub fn open(display: &str, left: i16, (width, height): (u32, u32)) -> Result<Self> {
        let (connection, screen_idx) =
            x11rb::connect(Some(display)).with_context(|| format!("display {display} cannot be reached"))?;
        let screen = &connection.setup().roots[screen_idx];
        let (root, black) = (screen.root, screen.black_pixel);
        let size = (u16::try_from(width)?, u16::try_from(height)?);
        let id = connection.generate_id()?;
        let look = CreateWindowAux::new()
            .background_pixel(black)
            .event_mask(EventMask::STRUCTURE_NOTIFY | EventMask::KEY_PRESS | EventMask::KEY_RELEASE);
        let class = WindowClass::INPUT_OUTPUT;
        connection.create_window(0, id, root, left, 0, size.0, size.1, 0, class, 0, &look)?.check()?;
        connection.map_window(id)?.check()?;
        connection.sync()?;
        Ok(Self { connection, root, id, left, size })
    }

    /// For the plugin.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Changes the size, pixels.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<()> {
        let aux = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(self.id, &aux)?.check()?;
        self.connection.sync()?;
        self.size = (u16::try_from(width)?, u16::try_from(height)?);
        Ok(())
    }

    /// What is on the screen where the window is.
    pub fn picture(&self) -> Result<Picture> {
        picture(&self.connection, self.root, self.left, self.size)
    }

    /// Width and height, pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.size.0.into(), self.size.1.into())
    }

    /// A point of the window as a point of the screen.
    pub fn on_screen(&self, (x, y): (i32, i32)) -> (i32, i32) {
        (x + i32::from(self.left), y)
    }

    /// Width and height of the embedded window, pixels.
    pub fn embedded_size(&self) -> Result<(u32, u32)> {
        let children = self.connection.query_tree(self.id)?.reply()?.children;
        let child = *children.first().context("nothing is embedded")?;
        let geometry = self.connection.get_geometry(child)?.reply()?;
        Ok((geometry.width.into(), geometry.height.into()))
    }

    /// Gives the embedded window the keyboard, as a click of a window manager would.
    pub fn focus(&self) -> Result<()> {
        let children = self.connection.query_tree(self.id)?.reply()?.children;
        let child = *children.first().context("nothing is embedded")?;
        self.connection.set_input_focus(InputFocus::PARENT, child, x11rb::CURRENT_TIME)?.check()?;
        Ok(())
    }

    /// Gives the window itself the keyboard, as a host's own window has it.
    pub fn take_focus(&self) -> Result<()> {
        self.connection.set_input_focus(InputFocus::PARENT, self.id, x11rb::CURRENT_TIME)?.check()?;
        Ok(())
    }

    /// Whether the window itself has the keyboard, and not what is embedded in it.
    pub fn has_focus(&self) -> Result<bool> {
        Ok(self.connection.get_input_focus()?.reply()?.focus == self.id)
    }

    /// Keys that the window got since the last call: keycode, and whether it went down.
    pub fn take_keys(&self) -> Result<Vec<(u8, bool)>> {
        self.connection.sync()?;
        let mut keys = Vec::new();
        while let Some(event) = self.connection.poll_for_event()? {
            match event {
                Event::KeyPress(event) => keys.push((event.detail, true)),
                Event::KeyRelease(event) => keys.push((event.detail, false)),
                _ => {}
            }
        }
        Ok(keys)
    }

    /// Whether the embedded window says that it can be embedded (`_XEMBED_INFO`), as some hosts demand.
    pub fn has_xembed_info(&self) -> Result<bool> {
        let atom = self.connection.intern_atom(false, b"_XEMBED_INFO")?.reply()?.atom;
        let children = self.connection.query_tree(self.id)?.reply()?.children;
        let Some(&child) = children.first() else { return Ok(false) };
        let property = self.connection.get_property(false, child, atom, AtomEnum::ANY, 0, 2)?.reply()?;
        Ok(property.value32().is_some_and(|mut values| values.next() == Some(0) && values.next().is_some()))
    }
}

/// The top left of a screen, whoever's windows are there.
pub fn picture_of_screen(display: &str, size: (u16, u16)) -> Result<Picture> {
    let (connection, screen_idx) = x11rb::connect(Some(display))?;
    let root = connection.setup().roots[screen_idx].root;
    picture(&connection, root, 0, size)
}

fn picture(
    connection: &RustConnection,
    root: xproto::Window,
    left: i16,
    (width, height): (u16, u16),
) -> Result<Picture> {
    let reply = connection
        .get_image(ImageFormat::Z_PIXMAP, root, left, 0, width, height, u32::MAX)?
        .reply()
        .context("no picture from the X server")?;
    Picture::from_bgrx(width.into(), height.into(), &reply.data)
}

impl Drop for Window {
    fn drop(&mut self) {
        self.connection.destroy_window(self.id).ok();
        self.connection.sync().ok();
    }
}
