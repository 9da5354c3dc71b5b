//! Listening to one channel, the sum or the difference.

use crate::dsp::ramp::{Fade, crossfade};

/// Channels that are listened to, on both sides but for stereo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// Both as they are.
    #[default]
    Stereo,
    /// (L + R) / 2.
    Mono,
    /// Left only.
    Left,
    /// Right only.
    Right,
    /// (L − R) / 2.
    Side,
}

impl Channels {
    /// What of a frame is heard, left and right.
    pub fn of(self, frame: [f64; 2]) -> [f64; 2] {
        let [l, r] = frame;
        match self {
            Self::Stereo => frame,
            Self::Mono => [0.5 * (l + r); 2],
            Self::Left => [l; 2],
            Self::Right => [r; 2],
            Self::Side => [0.5 * (l - r); 2],
        }
    }
}

/// Crossfades between choices of channels. Stereo passes bit for bit.
pub struct ChannelSwitch {
    wanted: Channels,
    current: Channels,
    previous: Channels,
    fade: Fade,
}

impl ChannelSwitch {
    /// Listens to both.
    pub fn new(fade_s: f64, sample_rate_hz: f64) -> Self {
        Self {
            wanted: Channels::Stereo,
            current: Channels::Stereo,
            previous: Channels::Stereo,
            fade: Fade::new(true, fade_s, sample_rate_hz),
        }
    }

    /// Chooses the channels. Real-time safe.
    pub fn set(&mut self, channels: Channels) {
        self.wanted = channels;
    }

    /// How far a run of at most `num_samples` may reach, so that what follows a crossfade begins where that ends.
    pub fn run_len(&self, num_samples: usize) -> usize {
        self.fade.run_len(num_samples)
    }

    /// Processes in place. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.fade.is_one() && self.wanted != self.current {
            self.previous = std::mem::replace(&mut self.current, self.wanted);
            self.fade.jump(false);
            self.fade.aim(true);
        }
        if self.fade.is_one() && self.current == Channels::Stereo {
            return;
        }
        for (l, r) in left.iter_mut().zip(right) {
            let frame = [f64::from(*l), f64::from(*r)];
            let weight = if self.fade.is_one() { 1.0 } else { self.fade.advance() };
            let (from, to) = (self.previous.of(frame), self.current.of(frame));
            *l = crossfade(from[0], to[0], weight) as f32;
            *r = crossfade(from[1], to[1], weight) as f32;
        }
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        (self.wanted, self.current, self.previous) = (Channels::Stereo, Channels::Stereo, Channels::Stereo);
        self.fade.jump(true);
    }
}
