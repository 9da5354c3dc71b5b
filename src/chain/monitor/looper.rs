//! A part of the song that was kept, in place of what the host plays: to hear a move while the transport stands.

use std::sync::Arc;

use super::clip::Clip;
use crate::dsp::ramp::{Fade, crossfade};

/// Replaces the chain's input, round and round.
pub struct Looper {
    clip: Option<Arc<Clip>>,
    sample_rate_hz: f64,
    position: usize,
    /// From the host's input (0) to the excerpt.
    fade: Fade,
}

impl Looper {
    /// Passes everything, with crossfades of this length, seconds.
    pub fn new(fade_s: f64, sample_rate_hz: f64) -> Self {
        Self { clip: None, sample_rate_hz, position: 0, fade: Fade::new(false, fade_s, sample_rate_hz) }
    }

    /// Takes another excerpt, or none. Real-time safe where somebody else keeps the one before.
    pub fn take(&mut self, clip: Option<Arc<Clip>>) {
        self.clip = clip.filter(|clip| clip.sample_rate_hz() == self.sample_rate_hz);
        self.position = 0;
    }

    /// Plays it from its start, or ends it.
    pub fn set(&mut self, is_on: bool) {
        let is_on = is_on && self.clip.is_some();
        if is_on && self.fade.is_zero() {
            self.position = 0;
        }
        self.fade.aim(is_on);
    }

    /// Whether nothing of it is heard.
    pub fn is_silent(&self) -> bool {
        self.fade.is_zero()
    }

    /// Ends it at once.
    pub fn reset(&mut self) {
        self.fade.jump(false);
        self.position = 0;
    }

    /// Replaces a block in place; whether any of it is not the host's. Real-time safe.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) -> bool {
        let Some(clip) = self.clip.as_deref() else {
            self.fade.jump(false);
            return false;
        };
        if self.fade.is_zero() {
            return false;
        }
        for (l, r) in left.iter_mut().zip(right) {
            let weight = self.fade.advance();
            let [from_left, from_right] = clip.frame(self.position);
            *l = crossfade(f64::from(*l), f64::from(from_left), weight) as f32;
            *r = crossfade(f64::from(*r), f64::from(from_right), weight) as f32;
            self.position += 1;
            if self.position >= clip.num_frames() {
                self.position = 0;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    fn looper(clip: Vec<f32>) -> Looper {
        let mut looper = Looper::new(0.02, RATE);
        looper.take(Clip::new(RATE, clip.clone(), clip, true).map(Arc::new));
        looper
    }

    #[test]
    fn passes_what_the_host_plays_until_it_is_on() {
        let mut looper = looper(vec![0.5; 9600]);
        let host = vec![0.25f32; 4800];
        let (mut left, mut right) = (host.clone(), host.clone());
        assert!(!looper.process(&mut left, &mut right));
        assert_eq!(left, host);
        looper.set(true);
        assert!(looper.process(&mut left, &mut right));
        assert_eq!(left[2000], 0.5);
        // A step of a crossfade of 20 ms, not a click.
        assert!(left.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.002));
        looper.set(false);
        let (mut left, mut right) = (host.clone(), host.clone());
        assert!(looper.process(&mut left, &mut right));
        assert_eq!(left[1000..], host[1000..]);
        assert!(!looper.process(&mut left, &mut right));
        assert!(looper.is_silent());
    }

    #[test]
    fn goes_round_and_starts_anew() {
        let clip: Vec<f32> = (0..9600).map(|n| n as f32 / 9600.0).collect();
        let mut looper = looper(clip);
        looper.set(true);
        let (mut left, mut right) = (vec![0.0; 12_000], vec![0.0; 12_000]);
        looper.process(&mut left, &mut right);
        assert_eq!(left[9600 + 2000], left[2000]);
        looper.set(false);
        looper.process(&mut vec![0.0; 4800], &mut vec![0.0; 4800]);
        looper.set(true);
        let (mut again, mut right) = (vec![0.0; 4800], vec![0.0; 4800]);
        looper.process(&mut again, &mut right);
        assert_eq!(again[2000], left[2000]);
    }

    #[test]
    fn one_of_another_rate_is_none() {
        let mut looper = Looper::new(0.02, RATE);
        looper.take(Clip::new(44_100.0, vec![0.5; 9600], vec![0.5; 9600], true).map(Arc::new));
        looper.set(true);
        assert!(!looper.process(&mut [0.1; 64], &mut [0.1; 64]));
    }
}
