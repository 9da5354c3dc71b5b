//! Ballistics of the meters and their short history.

use std::collections::VecDeque;

use crate::chain::Activity;

use super::played::{Played, Slice};
use super::scene::Scene;
use super::session::Session;

/// Fall of a bar, dB per second.
const FALL_DB_PER_S: f32 = 24.0;
/// How long a peak line stays, seconds.
const HOLD_S: f64 = 1.5;
/// Lowest level that is shown, dBFS.
pub const FLOOR_DB: f32 = -60.0;
/// Seconds of peaks that are kept.
pub const PEAKS_S: f64 = 10.0;
/// Longer than the blocks of hosts, shorter than what a reader notices, seconds.
const MOMENT_S: f64 = 0.1;
/// Seconds of loudness that are kept, and how often it is noted.
pub const LOUDNESS_S: f64 = 90.0;
const LOUDNESS_STEP_S: f64 = 0.25;

/// One bar: its level, its peak line.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// Level now, dB.
    pub level_db: f32,
    /// Highest of the last while, dB.
    pub peak_db: f32,
    peak_time_s: f64,
}

impl Bar {
    const fn resting(rest_db: f32) -> Self {
        Self { level_db: rest_db, peak_db: rest_db, peak_time_s: 0.0 }
    }

    /// Rises at once, falls steadily.
    fn follow(&mut self, level_db: f32, (now_s, elapsed_s): (f64, f32), rest_db: f32) {
        self.level_db = level_db.max(self.level_db - FALL_DB_PER_S * elapsed_s).max(rest_db);
        if level_db >= self.peak_db {
            (self.peak_db, self.peak_time_s) = (level_db, now_s);
        } else if now_s - self.peak_time_s > HOLD_S {
            self.peak_db = (self.peak_db - FALL_DB_PER_S * elapsed_s).max(self.level_db);
        }
    }
}

/// What the chain did during one frame of the editor.
#[derive(Clone, Copy, Debug)]
pub struct Peaks {
    /// When, seconds of the editor's clock that runs while audio does.
    pub time_s: f64,
    /// What every stage did.
    pub activity: Activity,
}

/// Short-term loudness at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Loudness {
    /// When, as in [`Peaks`].
    pub time_s: f64,
    /// Of the mix, LUFS.
    pub mix_lufs: Option<f64>,
    /// Of the master, LUFS.
    pub master_lufs: Option<f64>,
}

/// Levels as they are drawn.
pub struct Levels {
    /// Mix, left and right.
    pub mix: [Bar; 2],
    /// Master, left and right.
    pub master: [Bar; 2],
    /// Gain reduction, dB downwards.
    pub reduction: Bar,
    /// The last [`PEAKS_S`] of playing.
    pub peaks: VecDeque<Peaks>,
    /// The last [`LOUDNESS_S`] of playing.
    pub loudness: VecDeque<Loudness>,
    /// What was played of the master.
    pub played: Played,
    /// The clock of all histories: stands still with the transport.
    pub time_s: f64,
    last_s: Option<f64>,
}

impl Default for Levels {
    fn default() -> Self {
        let silent = Bar::resting(FLOOR_DB);
        Self {
            mix: [silent; 2],
            master: [silent; 2],
            reduction: Bar::resting(0.0),
            peaks: VecDeque::new(),
            loudness: VecDeque::new(),
            played: Played::default(),
            time_s: 0.0,
            last_s: None,
        }
    }
}

impl Levels {
    /// Takes what came since the last frame; `now_s` is the clock of the editor.
    pub fn follow(&mut self, session: &Session, scene: &Scene, now_s: f64) {
        let elapsed_s = self.last_s.map_or(0.0, |last_s| (now_s - last_s).clamp(0.0, 1.0));
        self.last_s = Some(now_s);
        let meters = session.end.meters();
        let (mix, master) = meters.take_peaks();
        let activity = meters.take_activity();
        let reduction_db = activity.limiter_reduction_db as f32;
        let clock = (now_s, elapsed_s as f32);
        for channel in 0..2 {
            self.mix[channel].follow(decibels(mix[channel]), clock, FLOOR_DB);
            self.master[channel].follow(decibels(master[channel]), clock, FLOOR_DB);
        }
        self.reduction.follow(reduction_db, clock, 0.0);
        let is_running = scene.is_playing || mix[0].max(mix[1]) > 0.0;
        if is_running {
            self.time_s += elapsed_s;
            let output_db = decibels(master[0].max(master[1]));
            self.peaks.push_back(Peaks { time_s: self.time_s, activity });
            let loudness_lufs = scene.hearing.master.short_term_lufs;
            self.played.note(scene, Slice { time_s: self.time_s, output_db, reduction_db, loudness_lufs });
            self.note_loudness(scene);
            self.forget();
        }
    }

    /// What the chain did in the newest frame; nothing while it stands still.
    pub fn activity(&self) -> Activity {
        self.peaks.back().map_or_else(Activity::default, |last| last.activity)
    }

    /// The largest of a value over the last moment: a frame without a block of audio in it knows nothing of its own.
    pub fn largest_now(&self, value: fn(&Activity) -> f64) -> f64 {
        let recent = self.peaks.iter().rev().take_while(|peak| self.time_s - peak.time_s < MOMENT_S);
        recent.map(|peak| value(&peak.activity)).fold(0.0, f64::max)
    }

    /// Whether something still moves.
    pub fn is_moving(&self) -> bool {
        let bars = self.mix.iter().chain(&self.master);
        bars.into_iter().any(|bar| bar.peak_db > FLOOR_DB + 0.1) || self.reduction.peak_db > 0.01
    }

    /// Another clock: lines that were held by the one before would stand for ever.
    pub fn restart_clock(&mut self) {
        self.last_s = None;
        self.mix.iter_mut().chain(&mut self.master).for_each(|bar| *bar = Bar::resting(FLOOR_DB));
        self.reduction = Bar::resting(0.0);
    }

    /// Lets go of the peak lines.
    pub fn release_peaks(&mut self) {
        for bar in self.mix.iter_mut().chain(&mut self.master).chain([&mut self.reduction]) {
            bar.peak_db = bar.level_db;
        }
    }

    fn note_loudness(&mut self, scene: &Scene) {
        let is_due = self.loudness.back().is_none_or(|last| self.time_s - last.time_s >= LOUDNESS_STEP_S);
        if is_due {
            self.loudness.push_back(Loudness {
                time_s: self.time_s,
                mix_lufs: scene.hearing.mix.short_term_lufs,
                master_lufs: scene.hearing.master.short_term_lufs,
            });
        }
    }

    fn forget(&mut self) {
        while self.peaks.front().is_some_and(|first| self.time_s - first.time_s > PEAKS_S + 0.5) {
            self.peaks.pop_front();
        }
        while self.loudness.front().is_some_and(|first| self.time_s - first.time_s > LOUDNESS_S + 1.0) {
            self.loudness.pop_front();
        }
    }
}

fn decibels(linear: f32) -> f32 {
    (20.0 * linear.max(1e-6).log10()).max(FLOOR_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peak_line_stays_and_then_falls() {
        let mut bar = Bar::resting(FLOOR_DB);
        bar.follow(-3.0, (0.0, 0.0), FLOOR_DB);
        bar.follow(FLOOR_DB, (1.0, 0.5), FLOOR_DB);
        assert_eq!((bar.level_db, bar.peak_db), (-15.0, -3.0));
        bar.follow(FLOOR_DB, (2.0, 0.5), FLOOR_DB);
        assert_eq!((bar.level_db, bar.peak_db), (-27.0, -15.0));
    }
}
