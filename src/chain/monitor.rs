//! What is listened to instead of the master: the mix at equal loudness, the difference, another record, one stage, one
//! change, one band, one channel.

mod band;
mod change;
mod channels;
mod clip;
mod looper;
mod matching;
mod reference;
mod solo;

use std::sync::Arc;

use super::settings::LatencyMode;
use super::{Settings, Stage};
use crate::dsp::heap::on_heap;
use crate::dsp::ramp::{Fade, Ramp};
use crate::dsp::sample::or_silence;
use crate::dsp::units::gain_from_db;
use band::BandListener;
pub use band::BandSolo;
pub use change::Change;
use channels::ChannelSwitch;
pub use channels::Channels;
pub use clip::Clip;
pub use looper::Looper;
use matching::Matching;
use reference::ReferencePlayer;
use solo::{Part, Solo};

/// Length of the crossfade between sources, and of the turning down when a comparison begins, seconds.
pub const SWITCH_S: f64 = 0.02;
/// Length of the ramp back up when a comparison is left, seconds.
const RETURN_S: f64 = 0.05;

const MASTER: [f64; 3] = [1.0, 0.0, 0.0];

/// What is listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The chain's output.
    #[default]
    Master,
    /// The chain's input, delayed to lie under the output to the sample.
    Mix,
    /// Master minus mix, both as matched.
    Delta,
    /// Another record ([`Monitor::set_reference`]), as loud as both; the master where there is none.
    Reference,
}

/// What the monitor is told. The default is neutral: the master, untouched.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MonitorState {
    /// What is listened to.
    pub source: Source,
    /// A comparison runs: from its first press until it is left. Only then levels are matched.
    pub is_comparing: bool,
    /// Keeps the match where it is, for a blind test.
    pub is_match_held: bool,
    /// Loudness of the master minus that of the mix as predicted from the song, LU; where it is known.
    pub predicted_difference_lu: Option<f64>,
    /// Puts what this stage alone makes of the mix in the master's place: by itself, or against the mix as delta.
    pub solo: Option<Stage>,
    /// Puts the master with this change in the master's place, and the master as it is in the mix's: to hear a move
    /// before it is accepted. Goes before a solo.
    pub hear: Option<Change>,
    /// The band that is listened to, of whatever the source is; everything without one.
    pub band: Option<BandSolo>,
    /// Channels that are listened to.
    pub channels: Channels,
    /// Plays a kept part of the song round and round while the host's transport stands ([`Looper`]).
    pub is_looping: bool,
}

impl MonitorState {
    /// Whether the master is heard as it will be exported.
    pub fn is_neutral(&self) -> bool {
        let neutral = Self {
            is_match_held: self.is_match_held,
            predicted_difference_lu: self.predicted_difference_lu,
            ..Self::default()
        };
        *self == neutral
    }
}

/// The switch after the chain.
///
/// Per block: [`Self::take_mix`] with the chain's settings and input, the chain, [`Self::process`] with its output. Both streams
/// are always measured; the louder one is turned down while a comparison runs. In the neutral state the master passes
/// bit for bit. What is analysed is [`Self::mix`] and the chain's output before [`Self::process`], never what comes
/// after it.
pub struct Monitor {
    state: MonitorState,
    delay: Vec<[f32; 2]>,
    delay_position: usize,
    mix: [Vec<f32>; 2],
    num_mix_frames: usize,
    matching: Box<Matching>,
    /// Shares of master, mix and reference: (1, 0, 0), (0, 1, 0), (1, −1, 0) or (0, 0, 1).
    shares: [f64; 3],
    previous_shares: [f64; 3],
    fade: Fade,
    /// Gains of master and mix by the matching.
    gains: [Ramp; 2],
    /// A comparison runs whose match has been found.
    is_matched: bool,
    reference: ReferencePlayer,
    /// The reference was heard in the comparison that runs: mix and master are as quiet as it is.
    is_referred: bool,
    /// Another reference is to come: this one is faded out.
    is_reference_leaving: bool,
    solo: Box<Solo>,
    /// What the match is of; the whole chain's output without one.
    compared: Option<Part>,
    band: Box<BandListener>,
    channels: ChannelSwitch,
    switch_samples: usize,
    return_samples: usize,
}

impl Monitor {
    /// Most frames in one block; longer ones come in parts.
    pub const MAX_BLOCK_FRAMES: usize = 8192;

    /// Allocates everything, for a chain of the same rate and mode.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode) -> Self {
        let solo = on_heap(|| Solo::new(sample_rate_hz, latency_mode, Self::MAX_BLOCK_FRAMES, SWITCH_S));
        Self {
            state: MonitorState::default(),
            delay: vec![[0.0; 2]; solo.latency_samples()],
            delay_position: 0,
            mix: [vec![0.0; Self::MAX_BLOCK_FRAMES], vec![0.0; Self::MAX_BLOCK_FRAMES]],
            num_mix_frames: 0,
            matching: on_heap(|| Matching::new(sample_rate_hz)),
            shares: MASTER,
            previous_shares: MASTER,
            fade: Fade::new(true, SWITCH_S, sample_rate_hz),
            gains: [Ramp::new(1.0); 2],
            is_matched: false,
            reference: ReferencePlayer::new(sample_rate_hz),
            is_referred: false,
            is_reference_leaving: false,
            solo,
            compared: None,
            band: on_heap(|| BandListener::new(SWITCH_S, sample_rate_hz)),
            channels: ChannelSwitch::new(SWITCH_S, sample_rate_hz),
            switch_samples: (SWITCH_S * sample_rate_hz) as usize,
            return_samples: (RETURN_S * sample_rate_hz) as usize,
        }
    }

    /// Takes a new state. Real-time safe.
    pub fn set(&mut self, state: &MonitorState) {
        let was_comparing = self.state.is_comparing;
        self.state = *state;
        self.solo.set(state.hear.map(Part::Change).or(state.solo.map(Part::Stage)));
        self.band.set(state.band);
        self.channels.set(state.channels);
        let was_referred = self.is_referred;
        self.is_referred = state.is_comparing && (was_referred || state.source == Source::Reference);
        if self.is_referred && !was_referred {
            self.reference.forget_level();
        }
        if state.is_comparing && !was_comparing {
            self.matching.begin(state.predicted_difference_lu);
            self.is_matched = false;
            self.match_gains(self.switch_samples);
        } else if was_comparing && !state.is_comparing {
            self.gains.iter_mut().for_each(|gain| gain.aim(1.0, self.return_samples));
            self.is_matched = false;
        } else if self.is_referred && !was_referred {
            self.match_gains(self.switch_samples);
        }
    }

    /// Takes another reference, or none; asks for [`Self::leave_reference`] before. The caller keeps the one before until this
    /// has returned, and so frees it. Real-time safe.
    pub fn set_reference(&mut self, clip: Option<Arc<Clip>>) {
        self.reference.take(clip);
        self.is_reference_leaving = false;
        if self.is_referred {
            self.match_gains(self.switch_samples);
        }
    }

    /// Fades the reference out; true once nothing of it is heard.
    pub fn leave_reference(&mut self) -> bool {
        self.is_reference_leaving = true;
        self.shares[2] == 0.0 && self.fade.is_one()
    }

    /// Takes a block of the chain's input before the chain, set to `settings`, turns it into its output: at most
    /// [`Self::MAX_BLOCK_FRAMES`] of equal lengths. Real-time safe.
    pub fn take_mix(&mut self, settings: &Settings, left: &[f32], right: &[f32]) {
        debug_assert!(left.len() <= Self::MAX_BLOCK_FRAMES && left.len() == right.len());
        let num_frames = left.len().min(right.len()).min(Self::MAX_BLOCK_FRAMES);
        let [mix_left, mix_right] = &mut self.mix;
        for (idx, (l, r)) in left.iter().zip(right).take(num_frames).enumerate() {
            // As the chain does: what is not a number is silence.
            let mut frame = [*l, *r].map(or_silence);
            if let Some(delayed) = self.delay.get_mut(self.delay_position) {
                std::mem::swap(delayed, &mut frame);
                self.delay_position += 1;
                if self.delay_position == self.delay.len() {
                    self.delay_position = 0;
                }
            }
            (mix_left[idx], mix_right[idx]) = (frame[0], frame[1]);
        }
        self.num_mix_frames = num_frames;
        self.solo.take_mix(settings, &left[..num_frames], &right[..num_frames]);
        self.band.follow(settings);
    }

    /// The mix as it lies under the last block of the chain's output, left and right; until [`Self::process`].
    pub fn mix(&self) -> (&[f32], &[f32]) {
        (&self.mix[0][..self.num_mix_frames], &self.mix[1][..self.num_mix_frames])
    }

    /// Measures the chain's output against the mix taken before, and replaces it by what is listened to.
    /// As many frames as were taken. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        debug_assert_eq!(left.len(), self.num_mix_frames);
        let num_frames = self.num_mix_frames.min(left.len()).min(right.len());
        let mut done = 0;
        while done < num_frames {
            self.follow_solo();
            self.start_crossfade();
            // What ends within a run is seen at its end, so a run ends where anything does, whatever the block.
            let run = (num_frames - done).min(self.matching.samples_to_block_end());
            let run = self.channels.run_len(self.fade.run_len(self.solo.run_len(run)));
            let frames = done..done + run;
            let [mix_left, mix_right] = &mut self.mix;
            self.solo.replace(
                done,
                [&mut left[frames.clone()], &mut right[frames.clone()]],
                [&mut mix_left[frames.clone()], &mut mix_right[frames.clone()]],
            );
            let is_block_complete = self.matching.measure(
                [&self.mix[0][frames.clone()], &self.mix[1][frames.clone()]],
                [&left[frames.clone()], &right[frames.clone()]],
            );
            self.listen(frames.start, &mut left[frames.clone()], &mut right[frames.clone()]);
            self.band.process(&mut left[frames.clone()], &mut right[frames.clone()]);
            self.channels.process(&mut left[frames.clone()], &mut right[frames]);
            if is_block_complete && self.state.is_comparing && !(self.state.is_match_held && self.is_matched) {
                self.matching.advance();
                // In step with the blocks; only the first match of a comparison is reached sooner.
                let block_samples = self.matching.samples_to_block_end();
                self.match_gains(if self.is_matched { block_samples } else { self.return_samples });
            }
            done += run;
        }
    }

    /// Something else in the master's place is another comparison.
    fn follow_solo(&mut self) {
        if self.compared != self.solo.in_place() {
            self.compared = self.solo.in_place();
            self.matching.forget();
            self.is_matched = false;
            let is_predicted = !matches!(self.compared, Some(Part::Stage(_)));
            self.matching.begin(self.state.predicted_difference_lu.filter(|_| is_predicted));
        }
    }

    /// How much louder the master is matched to be than the mix, dB: turned down by this where positive.
    pub fn match_db(&self) -> f64 {
        self.matching.match_db().unwrap_or(0.0)
    }

    /// Seconds of music still to be heard before the match is trusted ("matching, n s left"); 0 when it is.
    pub fn seconds_to_match(&self) -> f64 {
        self.matching.seconds_to_match()
    }

    /// Another place of the song follows, as after a jump of the host's: what is listened to, the match and all that was
    /// measured stay; the sound of before is forgotten. To be called with the chain's reset. Real-time safe.
    pub fn interrupt(&mut self) {
        self.delay.fill([0.0; 2]);
        self.delay_position = 0;
        self.num_mix_frames = 0;
        self.matching.interrupt();
        self.solo.interrupt();
        self.band.interrupt();
    }

    /// Back to the state of a new monitor.
    pub fn reset(&mut self) {
        self.state = MonitorState::default();
        self.delay.fill([0.0; 2]);
        self.delay_position = 0;
        self.num_mix_frames = 0;
        self.matching.reset();
        (self.shares, self.previous_shares) = (MASTER, MASTER);
        self.fade.jump(true);
        self.gains = [Ramp::new(1.0); 2];
        self.is_matched = false;
        self.reference.reset();
        self.is_referred = false;
        self.solo.reset();
        self.compared = None;
        self.band.reset();
        self.channels.reset();
    }

    /// Leads the gains to where the match is.
    fn match_gains(&mut self, num_samples: usize) {
        let excess_db =
            if self.is_referred { self.reference.match_to(self.matching.quieter_lufs(), num_samples) } else { 0.0 };
        if let Some(difference_db) = self.matching.match_db() {
            self.is_matched = true;
            // Only ever down, and only the louder one; both where a reference is quieter.
            self.gains[0].aim(gain_from_db(-difference_db.max(0.0) - excess_db), num_samples);
            self.gains[1].aim(gain_from_db(difference_db.min(0.0) - excess_db), num_samples);
        }
    }

    fn start_crossfade(&mut self) {
        let wanted = match self.state.source {
            Source::Mix => [0.0, 1.0, 0.0],
            Source::Delta => [1.0, -1.0, 0.0],
            Source::Reference if self.reference.is_there() && !self.is_reference_leaving => [0.0, 0.0, 1.0],
            Source::Master | Source::Reference => MASTER,
        };
        if wanted != self.shares && self.fade.is_one() {
            self.previous_shares = std::mem::replace(&mut self.shares, wanted);
            self.fade.jump(false);
            self.fade.aim(true);
        }
    }

    fn listen(&mut self, first: usize, left: &mut [f32], right: &mut [f32]) {
        let is_neutral = self.fade.is_one() && self.shares == MASTER && self.gains[0].resting() == Some(1.0);
        if is_neutral && self.gains[1].resting().is_some() {
            return;
        }
        for (idx, (l, r)) in left.iter_mut().zip(right).enumerate() {
            let shares = if self.fade.is_one() {
                self.shares
            } else {
                let weight = self.fade.advance();
                std::array::from_fn(|i| self.previous_shares[i] + weight * (self.shares[i] - self.previous_shares[i]))
            };
            let gains = [self.gains[0].advance(), self.gains[1].advance()];
            let reference = if shares[2] == 0.0 { [0.0; 2] } else { self.reference.advance() };
            let sum = |master: f32, mix: f32, reference: f64| {
                shares[0] * gains[0] * f64::from(master) + shares[1] * gains[1] * f64::from(mix) + shares[2] * reference
            };
            let max = f64::from(f32::MAX);
            *l = sum(*l, self.mix[0][first + idx], reference[0]).clamp(-max, max) as f32;
            *r = sum(*r, self.mix[1][first + idx], reference[1]).clamp(-max, max) as f32;
        }
    }
}

#[cfg(test)]
mod tests;
