//! What is heard in the master's place: one stage by itself, or the chain with one change. A second chain, which runs
//! only while it is listened to.

use super::Change;
use crate::chain::settings::LatencyMode;
use crate::chain::{Chain, Settings, Stage};
use crate::dsp::heap::on_heap;
use crate::dsp::ramp::{Fade, crossfade};

/// Time that the second chain runs unheard after its latency, until its levels have settled, seconds.
const WARM_UP_S: f64 = 0.05;

/// What the second chain renders.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Reason: it is kept in one place, and nothing may be allocated for it.
pub enum Part {
    /// One stage, every other off.
    Stage(Stage),
    /// The whole chain with a change.
    Change(Change),
}

impl Part {
    fn settings(&self, settings: &Settings) -> Settings {
        match self {
            Self::Stage(stage) => only(*stage, settings),
            Self::Change(change) => change.applied_to(settings),
        }
    }

    /// Whether the master as it is takes the mix's place, to be compared with.
    fn is_against_master(&self) -> bool {
        matches!(self, Self::Change(_))
    }
}

/// Renders a part of the chain or a changed chain, and puts it in the master's place.
pub struct Solo {
    chain: Box<Chain>,
    part: Option<Part>,
    is_running: bool,
    rendered_part: Option<Part>,
    num_cold_samples: usize,
    warm_up_samples: usize,
    fade: Fade,
    rendered: [Vec<f32>; 2],
    num_frames: usize,
}

impl Solo {
    /// Allocates everything, for blocks of at most `max_frames`; a part is faded in and out over `fade_s`.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode, max_frames: usize, fade_s: f64) -> Self {
        let chain = on_heap(|| Chain::new(sample_rate_hz, latency_mode));
        let warm_up_samples = chain.latency_samples() + (WARM_UP_S * sample_rate_hz) as usize;
        Self {
            chain,
            part: None,
            is_running: false,
            rendered_part: None,
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

    /// Chooses what is heard, or nothing. Real-time safe.
    pub fn set(&mut self, part: Option<Part>) {
        self.part = part;
    }

    /// Renders a block of the chain's input, the chain being set to `settings`. Real-time safe.
    pub fn take_mix(&mut self, settings: &Settings, left: &[f32], right: &[f32]) {
        self.num_frames = 0;
        // Another kind of comparison begins when the one before has faded out.
        let is_against_master = |part: Option<Part>| part.is_some_and(|part| part.is_against_master());
        let is_other_kind = is_against_master(self.part) != is_against_master(self.rendered_part);
        let wanted = self.part.filter(|_| self.fade.is_zero() || !is_other_kind);
        if let Some(part) = wanted {
            let settings = part.settings(settings);
            if !self.is_running || is_other_kind {
                self.is_running = true;
                self.num_cold_samples = self.warm_up_samples + self.chain.restart_unheard(&settings);
            }
            self.chain.set(&settings);
            self.rendered_part = Some(part);
            self.fade.aim(self.num_cold_samples == 0);
        } else if self.fade.is_zero() {
            self.is_running = false;
        } else {
            self.fade.aim(false);
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
    }

    /// What is all that is in the master's place.
    pub fn in_place(&self) -> Option<Part> {
        self.rendered_part.filter(|_| self.fade.is_one())
    }

    /// How far a run of at most `num_samples` may reach before it is warm, or faded in or out.
    pub fn run_len(&self, num_samples: usize) -> usize {
        let is_cold = self.num_frames > 0 && self.num_cold_samples > 0;
        if is_cold { num_samples.min(self.num_cold_samples) } else { self.fade.run_len(num_samples) }
    }

    /// Puts what was rendered from frame `first` of the block on in the master's place, as far as it is faded in; and the
    /// master in the mix's place where it is what the rendering is compared with. At most [`Self::run_len`]. Real-time safe.
    pub fn replace(&mut self, first: usize, [left, right]: [&mut [f32]; 2], [mix_left, mix_right]: [&mut [f32]; 2]) {
        if self.num_frames > 0 && self.num_cold_samples > 0 {
            self.num_cold_samples = self.num_cold_samples.saturating_sub(left.len());
            self.fade.aim(self.num_cold_samples == 0);
            return;
        }
        if self.fade.is_zero() {
            return;
        }
        let is_against_master = self.rendered_part.is_some_and(|part| part.is_against_master());
        let master = left.iter_mut().zip(right);
        let mix = mix_left.iter_mut().zip(mix_right);
        let rendered = self.rendered[0].iter().zip(&self.rendered[1]).take(self.num_frames).skip(first);
        for (((l, r), (mix_l, mix_r)), (rendered_left, rendered_right)) in master.zip(mix).zip(rendered) {
            let weight = if self.fade.is_one() { 1.0 } else { self.fade.advance() };
            let mixed = |from: f32, to: f32| crossfade(f64::from(from), f64::from(to), weight) as f32;
            if is_against_master {
                (*mix_l, *mix_r) = (mixed(*mix_l, *l), mixed(*mix_r, *r));
            }
            (*l, *r) = (mixed(*l, *rendered_left), mixed(*r, *rendered_right));
        }
    }

    /// Another place of the song follows: what is rendered begins anew, as the chain does, and is heard at once where it was
    /// heard before. Real-time safe.
    pub fn interrupt(&mut self) {
        self.num_frames = 0;
        if !self.is_running {
            return;
        }
        if self.num_cold_samples == 0 {
            self.chain.reset();
        } else {
            self.is_running = false;
        }
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        self.part = None;
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
