//! The .vst3.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use discern_host::Around;
use discern_vst3_host::{Audio, Editor, Plugin, Point, Transport};

use super::{Instance, Sound};
use crate::screen::Window;

/// Editor, plugin and window; let go in this order.
pub struct Vst3Instance {
    editor: Option<Editor>,
    plugin: Plugin,
    window: Option<Window>,
}

/// The audio thread's side.
pub struct Vst3Sound {
    audio: Audio,
    channels: Vec<Vec<f32>>,
}

impl Instance for Vst3Instance {
    type Sound = Vst3Sound;

    fn load(bundle: &Path) -> Result<Self> {
        Ok(Self { editor: None, plugin: Plugin::load(bundle)?, window: None })
    }

    fn parameters(&self) -> Vec<u32> {
        self.plugin.parameters().iter().map(|parameter| parameter.id).collect()
    }

    fn activate(&mut self, sample_rate_hz: f64, max_frames: usize, _is_offline: bool) -> Result<Vst3Sound> {
        let audio = self.plugin.activate(sample_rate_hz, 2, max_frames)?;
        Ok(Vst3Sound { audio, channels: [const { Vec::new() }; 2].into() })
    }

    fn deactivate(&mut self, sound: Vst3Sound) {
        drop(sound.audio);
    }

    fn save(&mut self) -> Result<Vec<u8>> {
        self.plugin.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<()> {
        self.plugin.restore(state)
    }

    fn open_editor(&mut self, display: &str) -> Result<()> {
        let mut editor = self.plugin.create_editor()?;
        let window = Window::open(display, 0, editor.size()?)?;
        editor.attach(window.id())?;
        (self.editor, self.window) = (Some(editor), Some(window));
        Ok(())
    }

    fn close_editor(&mut self) -> Result<()> {
        let closed = self.editor.take().map_or(Ok(()), Editor::close);
        self.window = None;
        closed
    }

    fn window(&self) -> Option<&Window> {
        self.window.as_ref()
    }

    fn run(&mut self, time: Duration) -> Result<()> {
        self.plugin.run(time)?;
        // An hour of it would fill memory.
        self.plugin.take_changes();
        self.plugin.take_gestures();
        Ok(())
    }
}

impl Sound for Vst3Sound {
    fn set(&mut self, frame: usize, id: u32, share: f64) {
        self.audio.bring(&[Point { id, frame: frame as i32, value: share }]);
    }

    fn locate(&mut self, position_frames: u64, is_playing: bool) {
        self.audio.transport = Transport { position_frames: position_frames as i64, is_playing };
    }

    fn process(&mut self, left: &mut [f32], right: &mut [f32]) -> Result<()> {
        for (copy, channel) in self.channels.iter_mut().zip([&*left, &*right]) {
            copy.clear();
            copy.extend_from_slice(channel);
        }
        self.audio.process(&mut self.channels)?;
        left.copy_from_slice(&self.channels[0]);
        right.copy_from_slice(&self.channels[1]);
        Ok(())
    }

    fn reset(&mut self) -> Result<()> {
        self.audio.reset()
    }

    fn watch(&mut self, around: Around) {
        self.audio.watch(around);
    }
}
