//! All that hears one stream in an instance of the plugin, as `plugin/analysis_thread.rs` has it.

use std::sync::Arc;

use discern::analysis::{Analyzer, Block, LiveMeter, LiveSpectrumMeter};
use discern::bridge::{Hearing, Phase};

use crate::Stereo;

/// How often the analysis thread shows the editor what it heard, and copies the song map for it, seconds.
const PUBLISH_S: f64 = 0.033;
const MAP_S: f64 = 0.25;
/// Blocks that make copying the map that much rarer, as on the analysis thread.
const MAP_BLOCKS: usize = 6000;

/// Analyzer, both meters and spectra, and what the editor was shown last.
pub struct Ears {
    /// Hears the mix while the instance listens.
    pub song: Analyzer,
    /// What the editor sees.
    pub shown: Hearing,
    mix: LiveMeter,
    master: LiveMeter,
    spectra: LiveSpectrumMeter,
    is_listening: bool,
    blocks: Arc<Vec<Block>>,
    next_publish_s: f64,
    next_map_s: f64,
}

impl Ears {
    /// Ears that listen to the song, or only to the levels.
    pub fn new(rate_hz: f64, is_listening: bool) -> Self {
        Self {
            song: Analyzer::new(rate_hz, 2),
            shown: Hearing::default(),
            mix: LiveMeter::new(rate_hz, 2),
            master: LiveMeter::new(rate_hz, 2),
            spectra: LiveSpectrumMeter::new(rate_hz),
            is_listening,
            blocks: Arc::default(),
            next_publish_s: 0.0,
            next_map_s: 0.0,
        }
    }

    /// Hears what plays at this place of the song. Mix and master are the same here: what they hold makes no difference
    /// to what it costs.
    pub fn hear(&mut self, position_s: f64, stereo: Stereo<'_>) {
        let [left, right] = stereo;
        self.mix.process(left, right);
        self.master.process(left, right);
        self.spectra.process(stereo, stereo);
        if self.is_listening {
            self.song.set_position(Some(position_s));
            self.song.process(left, right);
        }
        if position_s >= self.next_publish_s {
            self.next_publish_s += PUBLISH_S;
            self.publish(position_s);
        }
    }

    fn publish(&mut self, position_s: f64) {
        let progress = self.song.progress();
        if position_s >= self.next_map_s {
            self.next_map_s += MAP_S * (1.0 + (self.blocks.len() / MAP_BLOCKS) as f64);
            self.blocks = Arc::new(self.song.map());
        }
        self.shown = Hearing {
            phase: if self.is_listening { Phase::Listening } else { Phase::Idle },
            mix: self.mix.levels(),
            master: self.master.levels(),
            spectrum: self.spectra.spectrum(),
            scope: Arc::default(),
            heard_s: progress.heard_s,
            duration_s: progress.duration_s,
            share: progress.share,
            blocks: Arc::clone(&self.blocks),
            changed_at_s: progress.changed_at_s,
            ..Hearing::default()
        };
    }
}
