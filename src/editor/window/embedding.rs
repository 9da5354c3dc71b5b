//! What an X11 window says to the host that embeds it.

use nice_plug_egui::Frame;

/// Says on the window that it follows XEmbed, version 0, and wants to be mapped: some hosts show it only then.
#[cfg(target_os = "linux")]
pub fn announce(frame: &Frame) {
    use std::error::Error;

    use raw_window_handle::{HasWindowHandle, RawWindowHandle};
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::{ConnectionExt, PropMode};
    use x11rb::wrapper::ConnectionExt as _;

    let Ok(handle) = frame.baseview_window().window_handle() else { return };
    let window = match handle.as_raw() {
        RawWindowHandle::Xlib(handle) => handle.window as u32,
        RawWindowHandle::Xcb(handle) => handle.window.get(),
        _ => return,
    };
    // A host without this property's help shows the window all the same, so failing is no reason not to open.
    let say = || -> Result<(), Box<dyn Error>> {
        const MAPPED: u32 = 1;
        let (connection, _) = x11rb::connect(None)?;
        let atom = connection.intern_atom(false, b"_XEMBED_INFO")?.reply()?.atom;
        connection.change_property32(PropMode::REPLACE, window, atom, atom, &[0, MAPPED])?.check()?;
        connection.flush()?;
        Ok(())
    };
    say().ok();
}

#[cfg(not(target_os = "linux"))]
pub fn announce(_frame: &Frame) {}
