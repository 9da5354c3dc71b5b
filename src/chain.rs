//! The mastering chain: settings and audio in, audio and activity out.

mod bypass;
mod clipper;
mod colour;
mod dither;
pub mod equalizer;
pub mod glue;
mod input;
pub mod limiter;
mod loudness_window;
pub mod makeup_match;
pub mod monitor;
pub mod multiband;
pub mod resonance;
pub mod settings;
pub mod stereo;

pub use settings::Settings;

use crate::dsp::heap::on_heap;
use crate::dsp::sample::{is_sample, or_silence};
use bypass::Bypass;
use clipper::Clipper;
use colour::Colour;
use dither::Dither;
use equalizer::Equalizer;
use glue::Glue;
use input::Input;
use limiter::Limiter;
use makeup_match::{StageLoudness, StageMeter};
use multiband::Multiband;
use resonance::{NUM_CURVE_POINTS, Resonance};
use settings::{NUM_BANDS, NUM_SPLITS};
use stereo::Stereo;

// What is built by value passes through the stack of every function on its way: big parts live on the heap.
const _: () = assert!(size_of::<Chain>() <= 4096 && size_of::<monitor::Monitor>() <= 4096);

/// How many stages there are.
pub const NUM_STAGES: usize = 10;

/// The stages in their fixed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names say it all
pub enum Stage {
    Input,
    Equalizer,
    Resonance,
    Multiband,
    Glue,
    Colour,
    Stereo,
    Clipper,
    Limiter,
    Dither,
}

impl Stage {
    /// All stages in signal order.
    pub const ALL: [Self; NUM_STAGES] = [
        Self::Input,
        Self::Equalizer,
        Self::Resonance,
        Self::Multiband,
        Self::Glue,
        Self::Colour,
        Self::Stereo,
        Self::Clipper,
        Self::Limiter,
        Self::Dither,
    ];

    /// Name in code and files.
    pub fn key(self) -> &'static str {
        ["input", "equalizer", "resonance", "multiband", "glue", "colour", "stereo", "clipper", "limiter", "dither"]
            [self as usize]
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        ["Input", "EQ", "Resonance", "Multiband", "Glue", "Colour", "Stereo", "Clipper", "Limiter", "Dither"]
            [self as usize]
    }
}

/// What the chain did during the last call of [`Chain::process`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// Movement of each dynamic equalizer band away from its static gain at the end of the call, dB.
    pub equalizer_gains_db: [f64; NUM_BANDS],
    /// Deepest cut of the resonance tamer, dB, ≥ 0.
    pub resonance_cut_db: f64,
    /// Cut of the resonance tamer at each [`resonance::curve_frequency_hz`], dB, ≥ 0; refreshed about a hundred times a second.
    pub resonance_cuts_db: [f32; NUM_CURVE_POINTS],
    /// Gain change of each multiband band at the end of the call, make-up left out, dB.
    pub multiband_gains_db: [f64; NUM_SPLITS],
    /// Largest gain reduction of the glue compressor, dB, ≥ 0.
    pub glue_reduction_db: f64,
    /// Largest sample that the colour stage added, dBFS; −∞ when it added none.
    pub colour_added_dbfs: f64,
    /// Largest reduction of a peak by the clipper, dB, ≥ 0.
    pub clipper_reduction_db: f64,
    /// Largest gain reduction of the limiter, dB, ≥ 0.
    pub limiter_reduction_db: f64,
    /// Input samples that were NaN, infinite or beyond ±1e6 and became 0, since construction or reset.
    pub num_non_finite: u64,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            equalizer_gains_db: [0.0; NUM_BANDS],
            resonance_cut_db: 0.0,
            resonance_cuts_db: [0.0; NUM_CURVE_POINTS],
            multiband_gains_db: [0.0; NUM_SPLITS],
            glue_reduction_db: 0.0,
            colour_added_dbfs: f64::NEG_INFINITY,
            clipper_reduction_db: 0.0,
            limiter_reduction_db: 0.0,
            num_non_finite: 0,
        }
    }
}

/// The whole chain for a stereo stream; a mono stream is the same samples on both sides.
///
/// Audio enters and leaves as `f32` and is `f64` in between. The output is finite for any input, and the same samples
/// whatever the division into blocks. A stage that is off keeps its delay.
pub struct Chain {
    settings: Settings,
    activity: Activity,
    input: Input,
    equalizer: Box<Equalizer>,
    resonance: Box<Resonance>,
    multiband: Box<Multiband>,
    glue: Box<Glue>,
    colour: Box<Colour>,
    stereo: Box<Stereo>,
    clipper: Box<Clipper>,
    limiter: Limiter,
    dither: Dither,
    bypass: Bypass,
    stage_meter: Box<StageMeter>,
}

/// Frames that pass through all stages at a time; enough to amortise, few enough to stay in the fastest cache.
const CHUNK_FRAMES: usize = 64;

impl Chain {
    /// Allocates everything for `sample_rate_hz`, within
    /// [`SAMPLE_RATE_RANGE_HZ`](crate::dsp::sample_rate::SAMPLE_RATE_RANGE_HZ). The latency follows from rate and mode alone.
    pub fn new(sample_rate_hz: f64, latency_mode: settings::LatencyMode) -> Self {
        let mut chain = Self {
            settings: Settings { latency_mode, ..Settings::default() },
            activity: Activity::default(),
            input: Input::new(sample_rate_hz),
            equalizer: on_heap(|| Equalizer::new(sample_rate_hz, latency_mode)),
            resonance: on_heap(|| Resonance::new(sample_rate_hz, latency_mode)),
            multiband: on_heap(|| Multiband::new(sample_rate_hz)),
            glue: on_heap(|| Glue::new(sample_rate_hz)),
            colour: on_heap(|| Colour::new(sample_rate_hz, latency_mode)),
            stereo: on_heap(|| Stereo::new(sample_rate_hz)),
            clipper: on_heap(|| Clipper::new(sample_rate_hz, latency_mode)),
            limiter: Limiter::new(sample_rate_hz, latency_mode),
            dither: Dither::new(sample_rate_hz),
            bypass: Bypass::new(sample_rate_hz, 0),
            stage_meter: on_heap(|| StageMeter::new(sample_rate_hz)),
        };
        chain.bypass = Bypass::new(sample_rate_hz, chain.latency_samples());
        chain.apply_settings(None);
        chain
    }

    /// Takes new settings. Before the first sample after `new` or `reset` they hold at once, later they glide.
    /// `latency_mode` is fixed at construction and ignored here. Real-time safe, cheap when nothing changed.
    pub fn set(&mut self, settings: &Settings) {
        let settings = Settings { latency_mode: self.settings.latency_mode, ..*settings };
        if settings != self.settings {
            self.stage_meter.note_change(&self.settings, &settings);
            let old = std::mem::replace(&mut self.settings, settings);
            self.apply_settings(Some(&old));
        }
    }

    /// Hands the settings to the stages: to all of them, or to those whose settings differ from the old ones.
    fn apply_settings(&mut self, old: Option<&Settings>) {
        let settings = self.settings;
        // `product.md` section 2: the factor of a stage is its amount times the chain's, at most 2.
        let amount = |percent: f64| (percent / 100.0 * settings.amount_percent / 100.0).clamp(0.0, 2.0);
        let old = old.filter(|old| old.amount_percent == settings.amount_percent);
        macro_rules! apply {
            ($($stage:ident),*) => {
                $(if old.is_none_or(|old| old.$stage != settings.$stage) {
                    self.$stage.set(&settings.$stage, amount(settings.$stage.amount_percent));
                })*
            };
        }
        apply!(input, equalizer, resonance, multiband, glue, colour, stereo, clipper);
        if old.is_none_or(|old| old.dither != settings.dither || old.limiter != settings.limiter) {
            self.dither.set(&settings.dither);
            self.limiter.set(&settings.limiter, amount(settings.limiter.amount_percent), self.dither.max_error());
        }
        self.bypass.set(settings.bypass || settings.amount_percent <= 0.0);
    }

    /// Processes both channels in place; equal lengths, any length. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        debug_assert_eq!(left.len(), right.len());
        self.activity = Activity { num_non_finite: self.activity.num_non_finite, ..Activity::default() };
        for (left, right) in left.chunks_mut(CHUNK_FRAMES).zip(right.chunks_mut(CHUNK_FRAMES)) {
            self.process_chunk(left, right);
        }
        self.activity.resonance_cuts_db = self.resonance.cuts_db();
    }

    fn process_chunk(&mut self, left: &mut [f32], right: &mut [f32]) {
        let num_frames = left.len().min(right.len());
        let (mut l, mut r, mut dry) = ([0.0; CHUNK_FRAMES], [0.0; CHUNK_FRAMES], [[0.0; 2]; CHUNK_FRAMES]);
        let (l, r, dry) = (&mut l[..num_frames], &mut r[..num_frames], &mut dry[..num_frames]);
        self.activity.num_non_finite += take_in(left, l) + take_in(right, r);
        for (dry, (l, r)) in dry.iter_mut().zip(l.iter().zip(r.iter())) {
            *dry = [*l, *r];
        }
        self.bypass.delay(dry);

        self.input.process(l, r);
        self.stage_meter.enter(Stage::Equalizer, l, r);
        self.equalizer.process(l, r);
        self.stage_meter.leave(Stage::Equalizer, l, r);
        self.resonance.process(l, r);
        self.multiband.process(l, r);
        self.stage_meter.enter(Stage::Glue, l, r);
        self.glue.process(l, r);
        self.stage_meter.leave(Stage::Glue, l, r);
        self.stage_meter.enter(Stage::Colour, l, r);
        self.colour.process(l, r);
        self.stage_meter.leave(Stage::Colour, l, r);
        self.stereo.process(l, r);
        self.clipper.process(l, r);
        self.limiter.process(l, r);
        self.dither.process(l, r);

        self.bypass.mix(dry, l, r);
        give_out(l, left);
        give_out(r, right);
        self.note_activity();
    }

    fn note_activity(&mut self) {
        let activity = &mut self.activity;
        activity.equalizer_gains_db = self.equalizer.movements_db();
        activity.resonance_cut_db = activity.resonance_cut_db.max(self.resonance.cut_db());
        activity.multiband_gains_db = self.multiband.gains_db();
        activity.glue_reduction_db = activity.glue_reduction_db.max(self.glue.reduction_db());
        activity.colour_added_dbfs = activity.colour_added_dbfs.max(self.colour.added_dbfs());
        activity.clipper_reduction_db = activity.clipper_reduction_db.max(self.clipper.reduction_db());
        activity.limiter_reduction_db = activity.limiter_reduction_db.max(self.limiter.reduction_db());
    }

    /// Back to the state of a new chain, default settings included. Real-time safe.
    pub fn reset(&mut self) {
        self.settings = Settings { latency_mode: self.settings.latency_mode, ..Settings::default() };
        self.activity = Activity::default();
        self.input.reset();
        self.equalizer.reset();
        self.resonance.reset();
        self.multiband.reset();
        self.glue.reset();
        self.colour.reset();
        self.stereo.reset();
        self.clipper.reset();
        self.limiter.reset();
        self.dither.reset();
        self.bypass.reset();
        self.stage_meter.reset();
        self.apply_settings(None);
    }

    /// Does at once what the settings need before their first sample, which else is done while the first block comes in:
    /// for who makes a chain. Takes milliseconds in the latency mode *linear*, so never on the audio thread.
    pub fn finish_design(&mut self) {
        self.equalizer.finish_design();
    }

    /// A new chain with these settings, whose first output nobody hears: what is costly to begin is spread over it. Returns
    /// how many samples that are beside the latency. Real-time safe.
    pub fn restart_unheard(&mut self, settings: &Settings) -> usize {
        self.reset();
        self.set(settings);
        self.equalizer.take_time()
    }

    /// Delay from input to output, samples; the same for all settings.
    pub fn latency_samples(&self) -> usize {
        self.stage_latencies_samples().iter().sum()
    }

    /// Delay of each stage, on or off, in the order of [`Stage::ALL`], samples.
    pub fn stage_latencies_samples(&self) -> [usize; NUM_STAGES] {
        [
            self.input.latency_samples(),
            self.equalizer.latency_samples(),
            self.resonance.latency_samples(),
            self.multiband.latency_samples(),
            self.glue.latency_samples(),
            self.colour.latency_samples(),
            self.stereo.latency_samples(),
            self.clipper.latency_samples(),
            self.limiter.latency_samples(),
            self.dither.latency_samples(),
        ]
    }

    /// Measures the loudness into and out of one stage, or of none: for *Match*, changes no sample. Real-time safe.
    pub fn watch(&mut self, stage: Option<Stage>) {
        let latency_samples = match stage {
            Some(Stage::Equalizer) => self.equalizer.latency_samples(),
            Some(Stage::Colour) => self.colour.latency_samples(),
            _ => 0,
        };
        self.stage_meter.watch(stage, latency_samples);
    }

    /// What was measured of the watched stage.
    pub fn stage_loudness(&self) -> Option<StageLoudness> {
        self.stage_meter.loudness()
    }

    /// What the last [`Self::process`] did.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }
}

/// Reads samples, what is none as 0; returns how many those were.
fn take_in(from: &[f32], to: &mut [f64]) -> u64 {
    let mut num_non_finite = 0;
    for (from, to) in from.iter().zip(to) {
        num_non_finite += u64::from(!is_sample(*from));
        *to = f64::from(or_silence(*from));
    }
    num_non_finite
}

/// Writes samples; what `f32` cannot hold becomes its largest number.
fn give_out(from: &[f64], to: &mut [f32]) {
    for (from, to) in from.iter().zip(to) {
        *to = from.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
    }
}
