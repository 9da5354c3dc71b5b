//! The .vst3 at work in a host.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use discern_vst3_host::{Audio, Editor, Plugin};

use crate::screen::Window;
use crate::verify::hosts::{BLOCK_FRAMES, Place, Rig, TICK};

/// Editor, audio side, plugin and window; let go in this order.
pub struct Vst3Rig {
    pub editor: Editor,
    audio: Option<Audio>,
    pub plugin: Plugin,
    window: Window,
    num_channels: usize,
}

impl Vst3Rig {
    fn audio(&mut self) -> Result<&mut Audio> {
        self.audio.as_mut().context("the plugin is not active")
    }
}

impl Rig for Vst3Rig {
    type Instance = Plugin;

    fn load(bundle: &Path) -> Result<Plugin> {
        Plugin::load(bundle)
    }

    fn open(mut plugin: Plugin, place: Place, sample_rate_hz: f64, num_channels: usize) -> Result<Self> {
        let audio = plugin.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?;
        let mut editor = plugin.create_editor()?;
        ensure!(editor.can_resize(), "the editor says that it cannot be resized");
        let window = Window::open(place.display, place.left, editor.size()?)?;
        editor.attach(window.id())?;
        let mut rig = Self { editor, audio: Some(audio), plugin, window, num_channels };
        rig.wait_drawn()?;
        Ok(rig)
    }

    fn close(self) -> Result<Plugin> {
        let Self { editor, audio, plugin, window, .. } = self;
        editor.close()?;
        drop(window);
        drop(audio);
        ensure!(plugin.num_strays() == 0, "the host was told {} edits out of order", plugin.num_strays());
        Ok(plugin)
    }

    fn window(&self) -> &Window {
        &self.window
    }

    /// Sound runs on a thread of its own meanwhile, so that the plugin has to come to the main thread by the host's main loop.
    fn run(&mut self, time: Duration) -> Result<()> {
        let Self { editor, audio, plugin, window, num_channels } = self;
        let audio = audio.as_mut().context("the plugin is not active")?;
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let sound = scope.spawn(|| -> Result<()> {
                let mut silence = vec![vec![0.0; BLOCK_FRAMES]; *num_channels];
                while !is_over.load(Ordering::Acquire) {
                    audio.process(&mut silence)?;
                    std::thread::sleep(TICK);
                }
                Ok(())
            });
            let ran = plugin.run(time);
            is_over.store(true, Ordering::Release);
            sound.join().map_err(|_| anyhow!("the audio thread panicked"))??;
            ran
        })?;
        if let Some((width, height)) = editor.take_wanted_size() {
            window.resize(width, height)?;
        }
        Ok(())
    }

    fn process(&mut self, channels: &mut [Vec<f32>]) -> Result<()> {
        self.audio()?.process(channels)
    }

    fn resize(&mut self, width: u32, height: u32) -> Result<(u32, u32)> {
        let size = self.editor.constrain(width, height)?;
        self.window.resize(size.0, size.1)?;
        self.editor.resize(size.0, size.1)?;
        Ok(size)
    }

    fn force(&mut self, width: u32, height: u32) -> Result<()> {
        // Whether it agrees is not asked for.
        self.editor.resize(width, height).ok();
        self.window.resize(width, height)
    }

    fn suggest_scale(&mut self, scale: f64) -> Result<bool> {
        Ok(self.editor.set_scale(scale as f32).is_ok())
    }

    fn restart(&mut self, sample_rate_hz: f64, num_channels: usize) -> Result<()> {
        self.audio = None;
        self.plugin.run(TICK)?;
        self.audio = Some(self.plugin.activate(sample_rate_hz, num_channels, BLOCK_FRAMES)?);
        self.num_channels = num_channels;
        Ok(())
    }

    fn num_channels(&self) -> usize {
        self.num_channels
    }

    fn latency_samples(&mut self) -> usize {
        self.audio.as_ref().map_or(0, Audio::latency_samples)
    }

    fn take_changes(&mut self) -> Vec<(u32, f64)> {
        self.plugin.take_changes()
    }

    fn take_gestures(&mut self) -> Vec<(u32, bool)> {
        self.plugin.take_gestures()
    }

    fn bypass(&self) -> Result<u32> {
        let bypass = self.plugin.parameters().iter().find(|parameter| parameter.is_bypass);
        Ok(bypass.context("there is no bypass")?.id)
    }

    fn name(&self, id: u32) -> Result<String> {
        Ok(self.plugin.parameter(id)?.name.clone())
    }

    fn set(&mut self, id: u32, value: f64) -> Result<()> {
        self.plugin.set(id, value)
    }

    fn value(&mut self, id: u32) -> Result<f64> {
        Ok(self.plugin.value(id))
    }

    fn format(&mut self, id: u32, value: f64) -> Result<String> {
        self.plugin.format(id, value)
    }

    fn parse(&mut self, id: u32, text: &str) -> Result<f64> {
        self.plugin.parse(id, text)
    }
}
