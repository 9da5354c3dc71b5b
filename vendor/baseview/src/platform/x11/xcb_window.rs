use super::prelude::*;
use crate::platform::x11::visual_info::WindowVisualConfig;
use std::num::{NonZero, NonZeroU32};
use x11rb::cookie::VoidCookie;
use x11rb::properties::WmSizeHints;
use x11rb::protocol::present;
use x11rb::protocol::present::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus,
    KeyPressEvent, PropMode, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::CURRENT_TIME;

pub struct XcbWindow {
    connection: Rc<X11Connection>,
    window_id: NonZeroU32,
    present_notify_event_id: Option<NonZeroU32>,
    /// Who had the keyboard before this window took it.
    focus_before: Cell<Option<Window>>,
}

impl XcbWindow {
    pub fn new(
        connection: Rc<X11Connection>, size: PhysicalSize<u16>, visual_info: &WindowVisualConfig,
        parent_id: Option<NonZeroU32>,
    ) -> Result<Self, ReplyOrIdError> {
        let Some(window_id) = NonZero::new(connection.conn.generate_id()?) else {
            unreachable!();
        };

        connection.conn.create_window(
            visual_info.visual_depth,
            window_id.get(),
            parent_id.map_or(connection.default_screen().root, NonZeroU32::get),
            0,           // x coordinate of the new window
            0,           // y coordinate of the new window
            size.width,  // window width
            size.height, // window height
            0,           // window border
            WindowClass::INPUT_OUTPUT,
            visual_info.visual_id,
            &CreateWindowAux::new()
                .event_mask(
                    EventMask::EXPOSURE
                        | EventMask::POINTER_MOTION
                        | EventMask::BUTTON_PRESS
                        | EventMask::BUTTON_RELEASE
                        | EventMask::KEY_PRESS
                        | EventMask::KEY_RELEASE
                        | EventMask::STRUCTURE_NOTIFY
                        | EventMask::ENTER_WINDOW
                        | EventMask::LEAVE_WINDOW
                        | EventMask::FOCUS_CHANGE,
                )
                // As mentioned above, these two values are needed to be able to create a window
                // with a depth of 32-bits when the parent window has a different depth
                .colormap(visual_info.color_map)
                .border_pixel(0),
        )?;

        let present_notify_event_id = if !connection.present_supported {
            None
        } else {
            let Some(event_id) = NonZero::new(connection.conn.generate_id()?) else {
                unreachable!();
            };

            Some(event_id)
        };

        Ok(Self { window_id, connection, present_notify_event_id, focus_before: Cell::new(None) })
    }

    pub fn present_select_input(&self) -> Result<bool, ConnectionError> {
        let Some(event_id) = self.present_notify_event_id else {
            return Ok(false);
        };

        Ok(self
            .connection
            .conn
            .present_select_input(
                event_id.get(),
                self.window_id.get(),
                present::EventMask::COMPLETE_NOTIFY,
            )?
            .check_is_ok())
    }

    pub fn map_window(&self) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.map_window(self.window_id.get())
    }

    pub fn unmap_window(&self) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.unmap_window(self.window_id.get())
    }

    pub fn resize(
        &self, size: PhysicalSize<u32>,
    ) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.configure_window(
            self.id().get(),
            &ConfigureWindowAux::new().width(size.width).height(size.height),
        )
    }

    pub fn reparent(
        &self, parent: Option<NonZeroU32>,
    ) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.reparent_window(
            self.id().get(),
            parent.map(|i| i.get()).unwrap_or(0),
            0,
            0,
        )
    }

    pub fn set_title(&self, title: &str) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.change_property8(
            PropMode::REPLACE,
            self.window_id.get(),
            AtomEnum::WM_NAME,
            AtomEnum::STRING,
            title.as_bytes(),
        )
    }

    pub fn enable_wm_protocols(&self) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.change_property32(
            PropMode::REPLACE,
            self.window_id.get(),
            self.connection.atoms.WM_PROTOCOLS,
            AtomEnum::ATOM,
            &[self.connection.atoms.WM_DELETE_WINDOW],
        )
    }

    pub fn enable_dnd_protocols(&self) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.change_property32(
            PropMode::REPLACE,
            self.window_id.get(),
            self.connection.atoms.XdndAware,
            AtomEnum::ATOM,
            &[5u32], // Latest version; hasn't changed since 2002
        )
    }

    /// Takes the keyboard, and remembers whose it was.
    pub fn focus(&self) -> PlatformResult<()> {
        let conn = &self.connection.conn;
        let before = conn.get_input_focus()?.reply()?.focus;
        if before != self.id().get() {
            self.focus_before.set(Some(before));
        }

        // Back to a window of the host's, and not to wherever the pointer is, when this one goes away.
        conn.set_input_focus(InputFocus::PARENT, self.id(), CURRENT_TIME)?.check()?;

        Ok(())
    }

    /// Gives the keyboard back to the host: to the window of its own that had it before, else to the top level window
    /// that this one is embedded in.
    pub fn release_focus(&self) -> PlatformResult<()> {
        let conn = &self.connection.conn;
        let top_level = self.top_level()?;
        let before = self.focus_before.take();
        if let Some(before) = before.filter(|before| *before != x11rb::NONE && *before > 1) {
            let is_of_host = before == top_level || self.ancestors(before)?.contains(&top_level);
            if is_of_host && conn.set_input_focus(InputFocus::PARENT, before, CURRENT_TIME)?.check().is_ok() {
                return Ok(());
            }
        }
        if top_level != self.id().get() {
            conn.set_input_focus(InputFocus::PARENT, top_level, CURRENT_TIME)?.check()?;
        }

        Ok(())
    }

    /// The windows around a window, innermost first, without the root.
    fn ancestors(&self, window: Window) -> PlatformResult<Vec<Window>> {
        let mut ancestors = Vec::new();
        let mut window = window;
        // A window that is gone has none; no sane tree is deeper.
        while let Ok(tree) = self.connection.conn.query_tree(window)?.reply() {
            if tree.parent == x11rb::NONE || tree.parent == tree.root || ancestors.len() >= 64 {
                break;
            }
            ancestors.push(tree.parent);
            window = tree.parent;
        }
        Ok(ancestors)
    }

    /// The innermost window around this one that a window manager manages (it has `WM_STATE`), else the outermost.
    fn top_level(&self) -> PlatformResult<Window> {
        let ancestors = self.ancestors(self.id().get())?;
        let wm_state = self.connection.atoms.WM_STATE;
        for &window in &ancestors {
            let property = self.connection.conn.get_property(false, window, wm_state, AtomEnum::ANY, 0, 1)?;
            if property.reply().is_ok_and(|property| property.type_ != x11rb::NONE) {
                return Ok(window);
            }
        }
        Ok(ancestors.last().copied().unwrap_or(self.id().get()))
    }

    /// Hands a key that is not used here on to the host, as the X server would have: to the innermost window around this
    /// one where somebody listens to such keys, else to whoever made the window that this one is embedded in.
    pub fn forward_key(&self, event: &KeyPressEvent, is_press: bool) -> PlatformResult<()> {
        let conn = &self.connection.conn;
        let ancestors = self.ancestors(self.id().get())?;
        let Some(&parent) = ancestors.first() else { return Ok(()) };
        let mask = if is_press { EventMask::KEY_PRESS } else { EventMask::KEY_RELEASE };
        let listens = |window: Window| -> PlatformResult<bool> {
            let attributes = conn.get_window_attributes(window)?.reply();
            Ok(attributes.is_ok_and(|attributes| attributes.all_event_masks.contains(mask)))
        };
        let mut target = (parent, EventMask::NO_EVENT);
        for &window in &ancestors {
            if listens(window)? {
                target = (window, mask);
                break;
            }
        }
        let (window, mask) = target;
        let event = KeyPressEvent { event: window, child: x11rb::NONE, ..*event };
        conn.send_event(false, window, mask, event)?.check_warn();

        Ok(())
    }

    pub fn set_size_hints(
        &self, size_hints: WmSizeHints,
    ) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        size_hints.set_normal_hints(&self.connection.conn as &XCBConnection, self.window_id.get())
    }

    pub fn present_supported(&self) -> bool {
        self.present_notify_event_id.is_some()
    }

    pub fn present_notify(
        &self, target_msc: u64, serial: u32,
    ) -> Result<VoidCookie<'_, XCBConnection>, ConnectionError> {
        self.connection.conn.present_notify_msc(self.window_id.get(), serial, target_msc, 1, 0)
    }

    #[inline]
    pub fn id(&self) -> NonZeroU32 {
        self.window_id
    }

    pub fn connection(&self) -> &X11Connection {
        &self.connection
    }
}

impl Drop for XcbWindow {
    fn drop(&mut self) {
        if let Some(event_id) = self.present_notify_event_id {
            match self.connection.conn.present_select_input(
                event_id.get(),
                self.window_id.get(),
                present::EventMask::NO_EVENT,
            ) {
                Err(e) => crate::warn!("Failed to send request to switch XPresent off: {}", e),
                Ok(cookie) => cookie.check_warn(),
            }
        }

        match self.connection.conn.destroy_window(self.window_id.get()) {
            Err(e) => crate::warn!("Failed to send request to destroy X window: {}", e),
            Ok(cookie) => cookie.check_warn(),
        }
    }
}
