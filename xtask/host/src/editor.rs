//! The plugin's editor, embedded in an X11 window of the caller.

use anyhow::{Context, Result};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, GuiSize, PluginGui, Window};
use std::sync::atomic::Ordering;

use crate::plugin::Plugin;

impl Plugin {
    /// Creates the editor, embeddable and invisible; width and height in pixels.
    pub fn create_editor(&mut self) -> Result<(u32, u32)> {
        self.wishes(|wishes| wishes.editor_size.store(0, Ordering::Release));
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        gui.create(&handle, GuiConfiguration { api_type: GuiApiType::X11, is_floating: false })?;
        let size = gui.get_size(&handle).context("the editor has no size")?;
        Ok((size.width, size.height))
    }

    /// Puts the editor into `window`, which must outlive it.
    pub fn embed_editor(&mut self, window: u32) -> Result<()> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        #[allow(unsafe_code)] // The window belongs to the caller, who closes it after the editor.
        let embedded = unsafe { gui.set_parent(&handle, Window::from_x11_handle(window.into())) };
        Ok(embedded?)
    }

    /// Makes the editor visible.
    pub fn show_editor(&mut self) -> Result<()> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        Ok(gui.show(&handle)?)
    }

    /// Makes the editor invisible; it stays open.
    pub fn hide_editor(&mut self) -> Result<()> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        Ok(gui.hide(&handle)?)
    }

    /// Asks for a size in pixels and returns the one the editor took.
    pub fn resize_editor(&mut self, width: u32, height: u32) -> Result<(u32, u32)> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        let wanted = GuiSize { width, height };
        let size = gui.adjust_size(&handle, wanted).unwrap_or(wanted);
        gui.set_size(&handle, size)?;
        Ok((size.width, size.height))
    }

    /// Gives the editor a size in pixels without asking; whether it took it.
    pub fn force_editor_size(&mut self, width: u32, height: u32) -> Result<bool> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        Ok(gui.set_size(&handle, GuiSize { width, height }).is_ok())
    }

    /// Suggests how large a point is, 1 for a pixel; whether the editor took it.
    pub fn suggest_editor_scale(&mut self, scale: f64) -> Result<bool> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        Ok(gui.set_scale(&handle, scale).is_ok())
    }

    /// The size that the editor asked for since the last call.
    pub fn wanted_editor_size(&self) -> Option<(u32, u32)> {
        let packed = self.wishes(|wishes| wishes.editor_size.swap(0, Ordering::AcqRel));
        (packed != 0).then_some(((packed >> 32) as u32, packed as u32))
    }

    /// Closes the editor.
    pub fn destroy_editor(&mut self) -> Result<()> {
        let handle = self.handle();
        let gui = handle.get_extension::<PluginGui>().context("the plugin has no editor")?;
        gui.destroy(&handle);
        Ok(())
    }
}
