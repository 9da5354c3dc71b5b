//! An editor in a window: opened as slow hosts open it, kept alive and looked at.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern_host::Plugin;

use crate::screen::{Picture, Window};

/// Many hosts take longer than a frame between creating an editor and showing it.
const HOST_PAUSE: Duration = Duration::from_millis(200);

/// An open editor; the plugin stays with the caller.
pub struct EditorHost {
    window: Window,
}

impl EditorHost {
    /// Creates, embeds, waits, shows.
    pub fn open(plugin: &mut Plugin, display: &str) -> Result<Self> {
        Self::open_at(plugin, display, 0)
    }

    /// The same so many pixels from the left of the screen.
    pub fn open_at(plugin: &mut Plugin, display: &str, left: i16) -> Result<Self> {
        let window = Window::open(display, left, plugin.create_editor()?)?;
        let editor = Self { window };
        plugin.embed_editor(editor.window.id())?;
        idle(plugin, HOST_PAUSE);
        plugin.show_editor()?;
        Ok(editor)
    }

    /// Waits until something is drawn and returns it.
    pub fn wait_drawn(&self, plugin: &mut Plugin, timeout: Duration) -> Result<Picture> {
        let start = Instant::now();
        loop {
            idle(plugin, Duration::from_millis(50));
            let picture = self.window.picture()?;
            if picture.is_drawn() {
                return Ok(picture);
            }
            ensure!(start.elapsed() < timeout, "the editor is still blank after {} s", timeout.as_secs());
        }
    }

    /// Lets the editor draw for a while and takes its picture.
    pub fn picture_after(&self, plugin: &mut Plugin, time: Duration) -> Result<Picture> {
        idle(plugin, time);
        self.window.picture()
    }

    /// Changes the size as a host does when its window is dragged; returns the size taken.
    pub fn resize(&mut self, plugin: &mut Plugin, width: u32, height: u32) -> Result<(u32, u32)> {
        let size = plugin.resize_editor(width, height).context("the editor cannot be resized")?;
        self.window.resize(size.0, size.1)?;
        Ok(size)
    }

    /// Changes the size as hosts do that ask nobody.
    pub fn force(&mut self, plugin: &mut Plugin, width: u32, height: u32) -> Result<()> {
        plugin.force_editor_size(width, height)?;
        self.window.resize(width, height)
    }

    /// The window that it is in.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Closes the editor, then its window.
    pub fn close(self, plugin: &mut Plugin) -> Result<()> {
        plugin.destroy_editor()
    }
}

/// The host's main loop for `time`.
pub fn idle(plugin: &mut Plugin, time: Duration) {
    let end = Instant::now() + time;
    loop {
        plugin.idle();
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(Duration::from_millis(5)));
    }
}
