//! Whether the host runs in real time, by the clock: in VST3 the framework tells of a change of mode one activation late
//! (nice-plug 0.4.2), so that after an export the plugin would think for ever that it renders offline.

use std::time::{Duration, Instant};

use crate::bridge::Meters;

/// Long enough for blocks of any size to even out.
const INTERVAL: Duration = Duration::from_secs(1);
/// Frames per frame of real time; renders are rarely that near to it for a second.
const REAL_TIME: std::ops::Range<f64> = 0.9..1.1;

/// Counts frames against the clock.
pub struct Pace {
    since: Instant,
    num_frames: u64,
}

impl Pace {
    /// From now on.
    pub fn new() -> Self {
        Self { since: Instant::now(), num_frames: 0 }
    }

    /// Tells the audio thread, once an interval.
    pub fn follow(&mut self, meters: &Meters, sample_rate_hz: f64) {
        let elapsed = self.since.elapsed();
        if elapsed < INTERVAL {
            return;
        }
        let num_frames = meters.num_frames();
        let frames = num_frames.wrapping_sub(std::mem::replace(&mut self.num_frames, num_frames));
        self.since = Instant::now();
        meters.set_real_time(is_real_time(frames, elapsed, sample_rate_hz));
    }
}

fn is_real_time(frames: u64, elapsed: Duration, sample_rate_hz: f64) -> bool {
    REAL_TIME.contains(&(frames as f64 / (elapsed.as_secs_f64() * sample_rate_hz)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_keeps_pace_with_the_clock_is_real_time() {
        let second = Duration::from_secs(1);
        assert!(is_real_time(48_000, second, 48_000.0));
        assert!(is_real_time(47_104, second, 48_000.0));
        assert!(!is_real_time(480_000, second, 48_000.0));
        assert!(!is_real_time(0, second, 48_000.0));
    }
}
