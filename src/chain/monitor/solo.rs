//! One stage by itself: a second chain, with every other stage off, that runs only while it is listened to.

use crate::chain::settings::LatencyMode;
use crate::chain::{Chain, Settings, Stage};
use crate::dsp::ramp::{Fade, crossfade};

/// Time that the second chain runs unheard after its latency, until its levels have settled, seconds.
const WARM_UP_S: f64 = 0.05;

/// Renders what one stage alone makes of the mix, and puts it in the master's place.
pub struct Solo {
    chain: Chain,
    stage: Option<Stage>,
    is_running: bool,
    rendered_stage: Option<Stage>,
    num_cold_samples: usize,
    warm_up_samples: usize,
    fade: Fade,
    rendered: [Vec<f32>; 2],
    num_frames: usize,
}

impl Solo {
    /// Allocates everything, for blocks of at most `max_frames`; a solo is faded in and out over `fade_s`.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode, max_frames: usize, fade_s: f64) -> Self {
        let chain = Chain::new(sample_rate_hz, latency_mode);
        let warm_up_samples = chain.latency_samples() + (WARM_UP_S * sample_rate_hz) as usize;
        Self {
            chain,
            stage: None,
            is_running: false,
            rendered_stage: None,
            num_cold_samples: 0,
            warm_up_samples,
            fade: Fade::new(false, fade_s, sample_rate_hz),
            rendered: [vec![0.0; max_frames], vec![0.0; max_frames]],
            num_frames: 0,
        }
    }

    /// Delay of the rendering: that of any chain of this rate and mode.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// Chooses the stage, or none. Real-time safe.
    pub fn set(&mut self, stage: Option<Stage>) {
        self.stage = stage;
    }

    /// Renders a block of the chain's input with the stage as `settings` have it. Real-time safe.
    pub fn take_mix(&mut self, settings: &Settings, left: &[f32], right: &[f32]) {
        self.num_frames = 0;
        if let Some(stage) = self.stage {
            if !self.is_running {
                self.chain.reset();
                self.is_running = true;
                self.num_cold_samples = self.warm_up_samples;
            }
            self.chain.set(&only(stage, settings));
            self.rendered_stage = Some(stage);
        } else if self.fade.is_zero() {
            self.is_running = false;
        }
        if !self.is_running {
            return;
        }
        self.num_frames = left.len();
        let [rendered_left, rendered_right] = &mut self.rendered;
        let (l, r) = (&mut rendered_left[..left.len()], &mut rendered_right[..right.len()]);
        l.copy_from_slice(left);
        r.copy_from_slice(right);
        self.chain.process(l, r);
        self.num_cold_samples = self.num_cold_samples.saturating_sub(left.len());
        self.fade.aim(self.stage.is_some() && self.num_cold_samples == 0);
    }

    /// The stage whose rendering is all that is in the master's place.
    pub fn in_place(&self) -> Option<Stage> {
        self.rendered_stage.filter(|_| self.fade.is_one())
    }

    /// Puts the stage's rendering in the master's place, as far as it is faded in. Real-time safe.
    pub fn replace(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.fade.is_zero() {
            return;
        }
        let rendered = self.rendered[0].iter().zip(&self.rendered[1]).take(self.num_frames);
        for ((l, r), (only_left, only_right)) in left.iter_mut().zip(right).zip(rendered) {
            let weight = if self.fade.is_one() { 1.0 } else { self.fade.advance() };
            *l = crossfade(f64::from(*l), f64::from(*only_left), weight) as f32;
            *r = crossfade(f64::from(*r), f64::from(*only_right), weight) as f32;
        }
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        self.stage = None;
        self.is_running = false;
        self.fade.jump(false);
        self.num_frames = 0;
    }
}

/// The settings with every other stage off.
fn only(stage: Stage, settings: &Settings) -> Settings {
    let mut alone = Settings { bypass: false, ..*settings };
    for (each, enabled) in [
        (Stage::Input, &mut alone.input.enabled),
        (Stage::Equalizer, &mut alone.equalizer.enabled),
        (Stage::Resonance, &mut alone.resonance.enabled),
        (Stage::Multiband, &mut alone.multiband.enabled),
        (Stage::Glue, &mut alone.glue.enabled),
        (Stage::Colour, &mut alone.colour.enabled),
        (Stage::Stereo, &mut alone.stereo.enabled),
        (Stage::Clipper, &mut alone.clipper.enabled),
        (Stage::Limiter, &mut alone.limiter.enabled),
        (Stage::Dither, &mut alone.dither.enabled),
    ] {
        *enabled &= each == stage;
    }
    alone
}
