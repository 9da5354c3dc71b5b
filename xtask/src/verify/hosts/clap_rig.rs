//! The .clap at work in a host.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use discern_host::{Audio, ClapId};

use super::rig::{BLOCK_FRAMES, Place, Rig, TICK};
use crate::editor_host::EditorHost;
use crate::screen::Window;
use crate::session::Session;

/// Plugin, audio side and editor.
pub struct ClapRig {
    pub session: Session,
    editor: EditorHost,
    audio: Option<Audio>,
    num_channels: usize,
    /// Whether the editor gets the size that it asks for.
    pub lets_resize: bool,
}

fn clap_id(id: u32) -> Result<ClapId> {
    ClapId::from_raw(id).with_context(|| format!("{id} is not an id"))
}

impl ClapRig {
    fn audio(&mut self) -> Result<&mut Audio> {
        self.audio.as_mut().context("the plugin is not active")
    }

    /// Resizes the window as the editor wished, or the editor back to its window.
    fn grant_size(&mut self) -> Result<()> {
        if let Some((width, height)) = self.session.plugin.wanted_editor_size() {
            let (width, height) = if self.lets_resize { (width, height) } else { self.window().size() };
            self.resize(width, height)?;
        }
        Ok(())
    }

    /// A value in the plugin's own unit.
    fn plain(&self, id: ClapId, share: f64) -> Result<f64> {
        let parameter = self.session.plugin.parameter(id)?;
        Ok(parameter.min + share * (parameter.max - parameter.min))
    }
}

impl Rig for ClapRig {
    type Instance = Session;

    fn load(clap: &Path) -> Result<Session> {
        Session::load(clap)
    }

    fn open(mut session: Session, place: Place, sample_rate_hz: f64, num_channels: usize) -> Result<Self> {
        let audio = session.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?;
        let editor = EditorHost::open_at(&mut session.plugin, place.display, place.left)?;
        let mut rig = Self { session, editor, audio: Some(audio), num_channels, lets_resize: true };
        rig.wait_drawn()?;
        Ok(rig)
    }

    fn close(self) -> Result<Session> {
        let Self { mut session, editor, audio, .. } = self;
        editor.close(&mut session.plugin)?;
        if let Some(audio) = audio {
            session.plugin.deactivate(audio);
        }
        Ok(session)
    }

    fn window(&self) -> &Window {
        self.editor.window()
    }

    fn run(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.session.plugin.idle();
            self.grant_size()?;
            let mut silence = vec![vec![0.0; BLOCK_FRAMES]; self.num_channels];
            self.process(&mut silence)?;
            std::thread::sleep(TICK);
        }
        Ok(())
    }

    fn process(&mut self, channels: &mut [Vec<f32>]) -> Result<()> {
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        self.audio()?.process(&mut slices)?;
        Ok(())
    }

    fn resize(&mut self, width: u32, height: u32) -> Result<(u32, u32)> {
        self.editor.resize(&mut self.session.plugin, width, height)
    }

    fn force(&mut self, width: u32, height: u32) -> Result<()> {
        self.editor.force(&mut self.session.plugin, width, height)
    }

    fn suggest_scale(&mut self, scale: f64) -> Result<bool> {
        self.session.plugin.suggest_editor_scale(scale)
    }

    fn restart(&mut self, sample_rate_hz: f64, num_channels: usize) -> Result<()> {
        let audio = self.audio.take().context("the plugin is not active")?;
        self.session.plugin.deactivate(audio);
        self.session.plugin.idle();
        self.audio = Some(self.session.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?);
        self.num_channels = num_channels;
        Ok(())
    }

    fn num_channels(&self) -> usize {
        self.num_channels
    }

    fn latency_samples(&mut self) -> usize {
        self.session.plugin.latency_samples()
    }

    fn take_changes(&mut self) -> Vec<(u32, f64)> {
        let changes = self.audio.as_mut().map(Audio::take_changes).unwrap_or_default();
        let share = |(id, value): (ClapId, f64)| {
            let parameter = self.session.plugin.parameter(id).ok()?;
            Some((id.get(), parameter.normalized(value)))
        };
        changes.into_iter().filter_map(share).collect()
    }

    fn take_gestures(&mut self) -> Vec<(u32, bool)> {
        let gestures = self.audio.as_mut().map(Audio::take_gestures).unwrap_or_default();
        gestures.into_iter().map(|(id, is_begun)| (id.get(), is_begun)).collect()
    }

    fn bypass(&self) -> Result<u32> {
        let bypass = self.session.plugin.parameters().iter().find(|parameter| parameter.is_bypass);
        Ok(bypass.context("there is no bypass")?.id.get())
    }

    fn name(&self, id: u32) -> Result<String> {
        Ok(self.session.plugin.parameter(clap_id(id)?)?.name.clone())
    }

    fn set(&mut self, id: u32, value: f64) -> Result<()> {
        let id = clap_id(id)?;
        let value = self.plain(id, value)?;
        self.audio()?.set(id, value);
        Ok(())
    }

    fn value(&mut self, id: u32) -> Result<f64> {
        let id = clap_id(id)?;
        let value = self.session.plugin.value(id)?;
        Ok(self.session.plugin.parameter(id)?.normalized(value))
    }

    fn format(&mut self, id: u32, value: f64) -> Result<String> {
        let id = clap_id(id)?;
        let value = self.plain(id, value)?;
        self.session.plugin.format(id, value)
    }

    fn parse(&mut self, id: u32, text: &str) -> Result<f64> {
        let id = clap_id(id)?;
        let value = self.session.plugin.parse(id, text)?;
        Ok(self.session.plugin.parameter(id)?.normalized(value))
    }
}
