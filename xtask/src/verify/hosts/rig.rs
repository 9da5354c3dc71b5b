//! A plugin at work in a host: its editor in a window while silence is processed, whatever the format.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::screen::{Input, Picture, Window};

const DRAW_TIMEOUT: Duration = Duration::from_secs(30);
/// Long enough for everything asked for to be drawn by a processor in place of a graphics card.
pub const SETTLE: Duration = Duration::from_millis(400);
pub const BLOCK_FRAMES: usize = 512;
/// One tick of the main loop.
pub const TICK: Duration = Duration::from_millis(5);

/// Where on which screen an editor is opened.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub display: &'a str,
    /// Pixels from the left of the screen.
    pub left: i16,
}

impl<'a> Place<'a> {
    /// At the left of a screen.
    pub fn at_left(display: &'a str) -> Self {
        Self { display, left: 0 }
    }
}

/// What hosts of all formats do. Parameters have the number that the host knows them by; values are shares of the range.
pub trait Rig: Sized {
    /// The plugin while it is neither active nor seen.
    type Instance;

    /// A fresh instance of what is in a bundle.
    fn load(bundle: &Path) -> Result<Self::Instance>;

    /// Activates the plugin and opens its editor.
    fn open(instance: Self::Instance, place: Place, sample_rate_hz: f64, num_channels: usize) -> Result<Self>;

    /// Closes the editor and stops.
    fn close(self) -> Result<Self::Instance>;

    /// The window that the editor is in.
    fn window(&self) -> &Window;

    /// The main loop for so long.
    fn run(&mut self, time: Duration) -> Result<()>;

    /// One block in place, one channel each.
    fn process(&mut self, channels: &mut [Vec<f32>]) -> Result<()>;

    /// Another size, as a host does it; the one taken.
    fn resize(&mut self, width: u32, height: u32) -> Result<(u32, u32)>;

    /// Another size, as a host does it that asks nobody.
    fn force(&mut self, width: u32, height: u32) -> Result<()>;

    /// Suggests how large a point is, 1 for a pixel; whether the editor took it.
    fn suggest_scale(&mut self, scale: f64) -> Result<bool>;

    /// The engine stops and starts again with another rate and layout, the editor open all the while.
    fn restart(&mut self, sample_rate_hz: f64, num_channels: usize) -> Result<()>;

    /// In and out.
    fn num_channels(&self) -> usize;

    /// Delay from input to output.
    fn latency_samples(&mut self) -> usize;

    /// What the plugin told the host since the last call.
    fn take_changes(&mut self) -> Vec<(u32, f64)>;

    /// Gestures begun (true) and ended since the last call.
    fn take_gestures(&mut self) -> Vec<(u32, bool)>;

    /// The parameter behind the host's own bypass button.
    fn bypass(&self) -> Result<u32>;

    /// A parameter's name.
    fn name(&self, id: u32) -> Result<String>;

    /// Sets a parameter from the host.
    fn set(&mut self, id: u32, value: f64) -> Result<()>;

    /// A parameter's present value.
    fn value(&mut self, id: u32) -> Result<f64>;

    /// The text that the plugin shows for a value.
    fn format(&mut self, id: u32, value: f64) -> Result<String>;

    /// The value that the plugin reads in a text.
    fn parse(&mut self, id: u32, text: &str) -> Result<f64>;

    /// Waits until something is drawn.
    fn wait_drawn(&mut self) -> Result<()> {
        let start = Instant::now();
        while !self.window().picture()?.is_drawn() {
            ensure!(start.elapsed() < DRAW_TIMEOUT, "the editor is still blank after {} s", DRAW_TIMEOUT.as_secs());
            self.run(10 * TICK)?;
        }
        Ok(())
    }

    /// The editor once it has settled.
    fn look(&mut self) -> Result<Picture> {
        self.run(SETTLE)?;
        self.window().picture()
    }

    /// The same with the pointer where it makes nothing light up.
    fn look_without_pointer(&mut self, input: &Input) -> Result<Picture> {
        let (_, height) = self.window().size();
        input.move_to(self.window().on_screen((3, height as i32 - 3)))?;
        self.look()
    }

    /// The host's bypass: what comes out is what went in, late by the latency, and the editor shows it.
    fn check_bypass(&mut self, input: &Input, visible: f64) -> Result<()> {
        let bypass = self.bypass()?;
        let before = self.look_without_pointer(input)?;
        self.set(bypass, 1.0)?;
        let after = self.look_without_pointer(input)?;
        ensure!(before.difference(&after) > visible, "the editor shows nothing of the host's bypass");
        let latency = self.latency_samples();
        let mut sent = Vec::new();
        let mut got = Vec::new();
        for block_idx in 0..40 {
            let sample = |frame: usize| ((block_idx * BLOCK_FRAMES + frame) as f32 * 0.05).sin() * 0.25;
            let mut channels = vec![(0..BLOCK_FRAMES).map(sample).collect::<Vec<f32>>(); self.num_channels()];
            sent.extend_from_slice(&channels[0]);
            self.process(&mut channels)?;
            got.extend_from_slice(&channels[0]);
        }
        ensure!(got[latency..] == sent[..sent.len() - latency], "bypassed, the plugin still changes the sound");
        self.set(bypass, 0.0)?;
        self.run(SETTLE)
    }
}
