//! A file as a reference: read through once, measured and brought to the host's rate on the way.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use crate::analysis::Analyzer;
use crate::assistant::Reference;
use crate::audio_file::{Limits, MAX_REFERENCE_S, read_through};
use crate::chain::monitor::Clip;
use crate::dsp::cancel::Cancel;
use crate::dsp::resample::Resampler;
use crate::dsp::sample::or_silence;
use crate::params::name_of;

/// Most frames that are kept to be heard, 288 MB: twelve minutes at 48 kHz, three at 192 kHz. What comes later is measured only.
const MAX_CLIP_FRAMES: usize = 36_000_000;
/// Frames per step of work.
const CHUNK: usize = 1 << 13;

/// What was made of a file.
pub struct Loaded {
    /// What is asked of it.
    pub reference: Reference,
    /// Its integrated loudness as it plays, LUFS.
    pub integrated_lufs: Option<f64>,
    /// Its sound at the host's rate.
    pub clip: Arc<Clip>,
    /// What to say of a file that was cut off.
    pub truncation: Option<String>,
}

/// Reads, measures and resamples a file; why it cannot be, without its name, which is shown beside.
///
/// # Errors
/// As [`read_through`], and for what [`Reference::refusal`] refuses.
pub fn load(path: &Path, sample_rate_hz: f64, cancel: &Cancel) -> Result<Loaded, String> {
    measure(path, sample_rate_hz, cancel).map_err(|error| error.root_cause().to_string())
}

/// What hears a file while it is read.
struct Ears {
    analyzer: Analyzer,
    resamplers: [Resampler; 2],
    sides: [Vec<f32>; 2],
    clean: Vec<f32>,
}

impl Ears {
    fn new(own_rate_hz: f64, sample_rate_hz: f64, num_channels: usize) -> Self {
        Self {
            analyzer: Analyzer::new(own_rate_hz, num_channels),
            resamplers: [(); 2].map(|()| Resampler::new(own_rate_hz, sample_rate_hz)),
            sides: Default::default(),
            clean: Vec::new(),
        }
    }

    fn hear(&mut self, left: &[f32], right: &[f32]) {
        self.analyzer.process(left, right);
        for ((resampler, side), samples) in self.resamplers.iter_mut().zip(&mut self.sides).zip([left, right]) {
            if side.len() < MAX_CLIP_FRAMES {
                self.clean.clear();
                self.clean.extend(samples.iter().map(|sample| or_silence(*sample)));
                resampler.process(&self.clean, side);
            }
        }
    }
}

fn measure(path: &Path, sample_rate_hz: f64, cancel: &Cancel) -> Result<Loaded> {
    let mut ears: Option<Ears> = None;
    let limits = Limits { max_s: MAX_REFERENCE_S, cancel: cancel.clone() };
    let format = read_through(path, &limits, |rate_hz, planes| {
        let ears = ears.get_or_insert_with(|| Ears::new(f64::from(rate_hz), sample_rate_hz, planes.len()));
        let (Some(left), Some(right)) = (planes.first(), planes.last()) else { return Ok(()) };
        for (left, right) in left.chunks(CHUNK).zip(right.chunks(CHUNK)) {
            if cancel.is_cancelled() {
                bail!("is no longer wanted");
            }
            ears.hear(left, right);
        }
        Ok(())
    })?;
    let Ears { mut analyzer, resamplers, mut sides, .. } = ears.context("holds no samples; export it again")?;
    for (mut resampler, side) in resamplers.into_iter().zip(&mut sides) {
        if side.len() < MAX_CLIP_FRAMES {
            resampler.finish(side);
        }
        side.truncate(MAX_CLIP_FRAMES);
        side.shrink_to_fit();
    }
    analyzer.set_extent(Some((0.0, format.duration_s())));
    analyzer.finish();
    let features = analyzer.features();
    if let Some(why) = Reference::refusal(&features) {
        bail!("{why}");
    }
    let [left, right] = sides;
    let clip = Clip::new(sample_rate_hz, left, right, false);
    Ok(Loaded {
        reference: Reference::of(&name_of(path), &features),
        integrated_lufs: features.levels.playback_lufs,
        clip: Arc::new(clip.context("holds no sound")?),
        truncation: format.truncation(),
    })
}
