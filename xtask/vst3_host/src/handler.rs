//! What the plugin's editor tells the host of parameters.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use vst3::Class;
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait, ParamID, ParamValue,
};
use vst3::Steinberg::{FIDString, TBool, kNotImplemented, kResultOk, tresult};

use crate::changes::Point;

/// Notes everything, and keeps values for the audio thread: while sound runs, the plugin waits for the host to bring them.
pub(crate) struct Handler {
    main_thread: ThreadId,
    notes: Mutex<Notes>,
}

#[derive(Default)]
pub(crate) struct Notes {
    /// Values since the last look.
    pub changes: Vec<(u32, f64)>,
    /// Gestures begun (true) and ended since the last look.
    pub gestures: Vec<(u32, bool)>,
    /// For the next block.
    pub to_process: Vec<Point>,
    /// Gestures begun and not ended.
    open: Vec<u32>,
    /// Calls that are no part of a gesture: values outside of one, one begun twice, one ended that was not begun.
    pub num_strays: usize,
    /// Calls from another thread than the main one, which VST3 does not allow.
    pub num_foreign: usize,
    /// Flags of the restarts that were asked for.
    pub restarts: Vec<i32>,
    /// How often the state was said to be worth saving.
    pub num_dirty: usize,
}

impl Handler {
    /// On the host's main thread.
    pub fn new() -> Self {
        Self { main_thread: std::thread::current().id(), notes: Mutex::default() }
    }

    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_call(&self) -> MutexGuard<'_, Notes> {
        let mut notes = self.notes();
        notes.num_foreign += usize::from(std::thread::current().id() != self.main_thread);
        notes
    }

    fn note(&self, id: u32, is_expected_open: bool) -> MutexGuard<'_, Notes> {
        let mut notes = self.note_call();
        notes.num_strays += usize::from(notes.open.contains(&id) != is_expected_open);
        notes
    }
}

impl Class for Handler {
    type Interfaces = (IComponentHandler, IComponentHandler2);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        let mut notes = self.note(id, false);
        notes.open.push(id);
        notes.gestures.push((id, true));
        kResultOk
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        let mut notes = self.note(id, true);
        notes.changes.push((id, value));
        notes.to_process.push(Point { id, frame: 0, value });
        kResultOk
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        let mut notes = self.note(id, true);
        notes.open.retain(|open| *open != id);
        notes.gestures.push((id, false));
        kResultOk
    }

    unsafe fn restartComponent(&self, flags: i32) -> tresult {
        // What the plugin says so of is asked for whenever it is needed.
        self.note_call().restarts.push(flags);
        kResultOk
    }
}

impl IComponentHandler2Trait for Handler {
    unsafe fn setDirty(&self, is_dirty: TBool) -> tresult {
        self.note_call().num_dirty += usize::from(is_dirty != 0);
        kResultOk
    }

    unsafe fn requestOpenEditor(&self, _name: FIDString) -> tresult {
        kNotImplemented
    }

    unsafe fn startGroupEdit(&self) -> tresult {
        kNotImplemented
    }

    unsafe fn finishGroupEdit(&self) -> tresult {
        kNotImplemented
    }
}
