//! A plugin at work in a host: its editor in a window while silence is processed.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern_host::{Audio, ClapId};

use crate::editor_host::EditorHost;
use crate::screen::{Input, Picture};
use crate::session::Session;

const DRAW_TIMEOUT: Duration = Duration::from_secs(30);
/// Long enough for everything asked for to be drawn by a processor in place of a graphics card.
pub const SETTLE: Duration = Duration::from_millis(400);
const BLOCK_FRAMES: usize = 512;
/// One tick of the main loop.
const TICK: Duration = Duration::from_millis(5);

/// Plugin, audio side and editor.
pub struct Rig {
    pub session: Session,
    pub editor: EditorHost,
    audio: Option<Audio>,
    num_channels: usize,
    /// Whether the editor gets the size that it asks for.
    pub lets_resize: bool,
}

impl Rig {
    /// Activates the plugin and opens its editor so many pixels from the left of the screen.
    pub fn open(
        mut session: Session,
        display: &str,
        left: i16,
        sample_rate_hz: f64,
        num_channels: usize,
    ) -> Result<Self> {
        let audio = session.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?;
        let editor = EditorHost::open_at(&mut session.plugin, display, left)?;
        editor.wait_drawn(&mut session.plugin, DRAW_TIMEOUT)?;
        Ok(Self { session, editor, audio: Some(audio), num_channels, lets_resize: true })
    }

    fn audio(&mut self) -> Result<&mut Audio> {
        self.audio.as_mut().context("the plugin is not active")
    }

    /// The main loop for so long.
    pub fn run(&mut self, time: Duration) -> Result<()> {
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

    /// Resizes the window as the editor wished, or the editor back to its window.
    fn grant_size(&mut self) -> Result<()> {
        if let Some((width, height)) = self.session.plugin.wanted_editor_size() {
            let (width, height) = if self.lets_resize { (width, height) } else { self.editor.window().size() };
            self.resize(width, height)?;
        }
        Ok(())
    }

    fn process(&mut self, channels: &mut [Vec<f32>]) -> Result<()> {
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        self.audio()?.process(&mut slices)?;
        Ok(())
    }

    /// What the plugin told the host since the last call.
    pub fn take_changes(&mut self) -> Vec<(ClapId, f64)> {
        self.audio.as_mut().map(Audio::take_changes).unwrap_or_default()
    }

    /// Gestures begun and ended since the last call.
    pub fn take_gestures(&mut self) -> Vec<(ClapId, bool)> {
        self.audio.as_mut().map(Audio::take_gestures).unwrap_or_default()
    }

    /// Another size, as a host does it.
    pub fn resize(&mut self, width: u32, height: u32) -> Result<(u32, u32)> {
        self.editor.resize(&mut self.session.plugin, width, height)
    }

    /// The editor once it has settled.
    pub fn look(&mut self) -> Result<Picture> {
        self.run(SETTLE)?;
        self.editor.picture_after(&mut self.session.plugin, Duration::ZERO)
    }

    /// The same with the pointer where it makes nothing light up.
    pub fn look_without_pointer(&mut self, input: &Input) -> Result<Picture> {
        let (_, height) = self.editor.window().size();
        input.move_to(self.editor.window().on_screen((3, height as i32 - 3)))?;
        self.look()
    }

    /// The engine stops and starts again with another rate and layout, the editor open all the while.
    pub fn restart(&mut self, sample_rate_hz: f64, num_channels: usize) -> Result<()> {
        let audio = self.audio.take().context("the plugin is not active")?;
        self.session.plugin.deactivate(audio);
        self.session.plugin.idle();
        self.audio = Some(self.session.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?);
        self.num_channels = num_channels;
        Ok(())
    }

    /// The host's bypass: what comes out is what went in, late by the latency, and the editor shows it.
    pub fn check_bypass(&mut self, input: &Input, visible: f64) -> Result<()> {
        let parameters = self.session.plugin.parameters();
        let bypass = parameters.iter().find(|parameter| parameter.is_bypass).context("there is no bypass")?.id;
        let before = self.look_without_pointer(input)?;
        self.audio()?.set(bypass, 1.0);
        let after = self.look_without_pointer(input)?;
        ensure!(before.difference(&after) > visible, "the editor shows nothing of the host's bypass");
        let latency = self.session.plugin.latency_samples();
        let mut sent = Vec::new();
        let mut got = Vec::new();
        for block_idx in 0..40 {
            let sample = |frame: usize| ((block_idx * BLOCK_FRAMES + frame) as f32 * 0.05).sin() * 0.25;
            let mut channels = vec![(0..BLOCK_FRAMES).map(sample).collect::<Vec<f32>>(); self.num_channels];
            sent.extend_from_slice(&channels[0]);
            self.process(&mut channels)?;
            got.extend_from_slice(&channels[0]);
        }
        ensure!(got[latency..] == sent[..sent.len() - latency], "bypassed, the plugin still changes the sound");
        self.audio()?.set(bypass, 0.0);
        self.run(SETTLE)
    }

    /// Closes the editor and stops.
    pub fn close(self) -> Result<Session> {
        let Self { mut session, editor, audio, .. } = self;
        editor.close(&mut session.plugin)?;
        if let Some(audio) = audio {
            session.plugin.deactivate(audio);
        }
        Ok(session)
    }
}
