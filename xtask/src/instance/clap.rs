//! The .clap.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use discern_host::{Around, Audio, ClapId};

use super::{Instance, Sound};
use crate::editor_host::{EditorHost, idle};
use crate::screen::Window;
use crate::session::Session;

/// Plugin and editor.
pub struct ClapInstance {
    session: Session,
    editor: Option<EditorHost>,
}

/// The audio thread's side, which knows the ranges of the parameters.
pub struct ClapSound {
    audio: Audio,
    /// Lowest and highest value.
    ranges: BTreeMap<u32, (ClapId, f64, f64)>,
}

impl Instance for ClapInstance {
    type Sound = ClapSound;

    fn load(bundle: &Path) -> Result<Self> {
        Ok(Self { session: Session::load(bundle)?, editor: None })
    }

    fn parameters(&self) -> Vec<u32> {
        self.session.plugin.parameters().iter().map(|parameter| parameter.id.get()).collect()
    }

    fn activate(&mut self, sample_rate_hz: f64, max_frames: usize, is_offline: bool) -> Result<ClapSound> {
        self.session.plugin.set_offline(is_offline)?;
        let audio = self.session.activate(sample_rate_hz, 2, max_frames)?;
        let parameters = self.session.plugin.parameters().iter();
        let ranges =
            parameters.map(|parameter| (parameter.id.get(), (parameter.id, parameter.min, parameter.max))).collect();
        Ok(ClapSound { audio, ranges })
    }

    fn deactivate(&mut self, sound: ClapSound) {
        self.session.plugin.deactivate(sound.audio);
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        self.session.plugin.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.session.plugin.restore(state)
    }

    fn open_editor(&mut self, display: &str) -> Result<()> {
        self.editor = Some(EditorHost::open(&mut self.session.plugin, display)?);
        Ok(())
    }

    fn close_editor(&mut self) -> Result<()> {
        match self.editor.take() {
            Some(editor) => editor.close(&mut self.session.plugin),
            None => Ok(()),
        }
    }

    fn window(&self) -> Option<&Window> {
        self.editor.as_ref().map(EditorHost::window)
    }

    fn run(&mut self, time: Duration) -> Result<()> {
        idle(&mut self.session.plugin, time);
        Ok(())
    }
}

impl Sound for ClapSound {
    fn set(&mut self, frame: usize, id: u32, share: f64) {
        if let Some((id, min, max)) = self.ranges.get(&id) {
            self.audio.set_at(frame as u32, *id, min + share * (max - min));
        }
    }

    fn locate(&mut self, position_frames: u64, is_playing: bool) {
        self.audio.transport.position_frames = position_frames;
        self.audio.transport.is_playing = is_playing;
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) -> Result<()> {
        self.audio.process(&mut [left, right])?;
        // An hour of it would fill memory.
        self.audio.take_changes();
        self.audio.take_gestures();
        Ok(())
    }

    fn reset(&mut self) -> Result<()> {
        self.audio.reset();
        Ok(())
    }

    fn watch(&mut self, around: Around) {
        self.audio.watch(around);
    }
}
