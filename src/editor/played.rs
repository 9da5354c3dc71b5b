//! What was played of the master: the last half minute in full, the song by its seconds, inter-sample overs.

use std::collections::VecDeque;

use super::scene::Scene;

/// Seconds of slices that are kept.
pub const RECENT_S: f64 = 30.0;
/// Longest song that is kept by the second: two hours.
const MAX_SECONDS: usize = 7200;
/// Most overs that are kept; the oldest go first.
const MAX_OVERS: usize = 64;
/// Over a ceiling by less than this is the resolution of what is shown, dB.
const LEAST_OVER_DB: f64 = 0.05;

/// The master during one frame of the editor, or one second of the song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    /// When: seconds of the editor's clock, or of the song.
    pub time_s: f64,
    /// Highest sample, dBFS.
    pub output_db: f32,
    /// Largest gain reduction of the limiter, dB.
    pub reduction_db: f32,
    /// Short-term loudness, LUFS.
    pub loudness_lufs: Option<f64>,
}

/// A true peak over the ceiling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Over {
    /// When, seconds of the editor's clock.
    pub time_s: f64,
    /// Where in the song, seconds, where the host tells.
    pub position_s: Option<f64>,
    /// By how much, dB.
    pub over_db: f64,
}

/// History of the master. It is of what was played, under the settings of then.
#[derive(Default)]
pub struct Played {
    /// The last [`RECENT_S`].
    pub recent: VecDeque<Slice>,
    /// By the second of the song; `None` where nothing was played.
    pub song: Vec<Option<Slice>>,
    /// Where the true peak passed the ceiling.
    pub overs: VecDeque<Over>,
    last_peak_dbtp: Option<f64>,
    was_known: bool,
}

/// Highest true peak that is allowed: of the limiter, else what the brief asks for, dBTP.
pub fn ceiling_dbtp(scene: &Scene) -> f64 {
    scene.settings.limiter.ceiling().unwrap_or_else(|| scene.target_ceiling_dbtp())
}

impl Played {
    /// Takes one frame in which audio ran.
    pub fn note(&mut self, scene: &Scene, slice: Slice) {
        // Another song: what was known of the last one is gone.
        let is_known = scene.judged.is_some() || !scene.blocks().is_empty();
        if std::mem::replace(&mut self.was_known, is_known) && !is_known {
            self.song.clear();
            self.overs.clear();
        }
        self.recent.push_back(slice);
        while self.recent.front().is_some_and(|first| slice.time_s - first.time_s > RECENT_S + 0.5) {
            self.recent.pop_front();
        }
        if let Some(position_s) = scene.position_s.filter(|at_s| *at_s >= 0.0 && scene.is_playing) {
            self.note_second(position_s, slice);
        }
        self.note_over(scene, slice.time_s);
    }

    fn note_second(&mut self, position_s: f64, slice: Slice) {
        let idx = position_s as usize;
        if idx >= MAX_SECONDS {
            return;
        }
        if self.song.len() <= idx {
            self.song.resize(idx + 1, None);
        }
        let start_s = idx as f64;
        let slot = &mut self.song[idx];
        // Played again: the newer pass counts, so a second begins anew when it is entered.
        let is_same_pass = self.recent.iter().rev().nth(1).is_some_and(|last| slice.time_s - last.time_s < 0.5)
            && position_s - start_s > 0.1;
        *slot = match slot.filter(|_| is_same_pass) {
            Some(so_far) => Some(Slice {
                time_s: start_s,
                output_db: so_far.output_db.max(slice.output_db),
                reduction_db: so_far.reduction_db.max(slice.reduction_db),
                loudness_lufs: slice.loudness_lufs,
            }),
            None => Some(Slice { time_s: start_s, ..slice }),
        };
    }

    /// The meters keep the highest true peak of three seconds: where that rises over the ceiling, a peak passed it.
    fn note_over(&mut self, scene: &Scene, time_s: f64) {
        let master = &scene.hearing.master;
        let Some(peak_dbtp) = master.psr_db.zip(master.short_term_lufs).map(|(psr, lufs)| psr + lufs) else { return };
        let over_db = peak_dbtp - ceiling_dbtp(scene);
        let has_risen = self.last_peak_dbtp.is_none_or(|last| peak_dbtp > last + 0.01);
        if over_db > LEAST_OVER_DB && has_risen {
            self.overs.push_back(Over { time_s, position_s: scene.position_s, over_db });
            if self.overs.len() > MAX_OVERS {
                self.overs.pop_front();
            }
        }
        self.last_peak_dbtp = Some(peak_dbtp);
    }
}
