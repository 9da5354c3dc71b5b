//! Counts how often something draws into a window.

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, ReportLevel};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Sees every drawing into the first child of a window.
pub struct Damage {
    connection: RustConnection,
    id: u32,
}

impl Damage {
    /// Watches what is embedded in `parent`.
    pub fn watch(display: &str, parent: u32) -> Result<Self> {
        let (connection, _) = x11rb::connect(Some(display))?;
        connection.damage_query_version(1, 1)?.reply().context("the X server has no DAMAGE")?;
        let children = connection.query_tree(parent)?.reply()?.children;
        let child = *children.first().context("nothing is embedded")?;
        let id = connection.generate_id()?;
        connection.damage_create(id, child, ReportLevel::NON_EMPTY)?.check()?;
        Ok(Self { connection, id })
    }

    /// How often since the last call. To be called at least as often as something may draw.
    pub fn take(&self) -> Result<u32> {
        let mut num = 0;
        self.connection.sync()?;
        while let Some(event) = self.connection.poll_for_event()? {
            if matches!(event, Event::DamageNotify(_)) {
                num += 1;
                self.connection.damage_subtract(self.id, x11rb::NONE, x11rb::NONE)?;
            }
        }
        self.connection.flush()?;
        Ok(num)
    }
}
