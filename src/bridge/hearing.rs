//! What the analysis thread shows the editor.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::{Block, LiveLevels, LiveSpectrum};

/// Where the assistant is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing heard yet.
    #[default]
    Idle,
    /// Hearing the mix.
    Listening,
    /// Working out verdict and moves.
    Judging,
    /// Done: the saved state has verdict and moves.
    Judged,
}

/// Where a reference is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceState {
    /// Read and measured now.
    Loading,
    /// In memory, and the one that is heard.
    Ready,
    /// Measured as far as it goes: its file was cut off. What to say of it, and whether it is the one that is heard.
    Cut {
        /// What is missing.
        why: String,
        /// As [`Ready`](Self::Ready).
        is_ready: bool,
    },
    /// Cannot be read: why.
    Failed(String),
    /// Brought by a state and neither measured nor read: only the engineer's hand has it read.
    Unread,
}

impl ReferenceState {
    /// Whether it is in memory to be heard.
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready | Self::Cut { is_ready: true, .. })
    }
}

/// All that the editor knows of the sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hearing {
    /// Where the assistant is.
    pub phase: Phase,
    /// The mix.
    pub mix: LiveLevels,
    /// The master.
    pub master: LiveLevels,
    /// Both spectra.
    pub spectrum: LiveSpectrum,
    /// Newest pairs of samples of the master, left and right, oldest first; a few hundred.
    pub scope: Arc<Vec<[f32; 2]>>,
    /// Seconds heard of this song, repeats not counted.
    pub heard_s: f64,
    /// Length of the song as far as known, seconds.
    pub duration_s: f64,
    /// What the engineer marked as the song, seconds.
    pub extent_s: Option<(f64, f64)>,
    /// Share of the song heard, 0–1, where its length is known.
    pub share: Option<f64>,
    /// Loudness of the mix along the song, 100 ms each, in song order.
    pub blocks: Arc<Vec<Block>>,
    /// Where a place that was heard before was found to be another mix, seconds: what was judged is stale.
    pub changed_at_s: Option<f64>,
    /// References that are read, that can be heard, or that could not be read.
    pub references: Arc<Vec<(PathBuf, ReferenceState)>>,
    /// The part of the song that is looped, seconds.
    pub looped_s: Option<(f64, f64)>,
    /// Where the parts of the song lie that are kept and can be looped, seconds; the loudest first.
    pub kept_s: Arc<Vec<(f64, f64)>>,
    /// What was lost on the way while the song was listened to and was not heard since, seconds.
    pub missed_s: f64,
}

impl Hearing {
    /// The part of the song that was kept of a place, seconds.
    pub fn kept_part(&self, place_s: (f64, f64)) -> Option<(f64, f64)> {
        kept_part(&self.kept_s, place_s).map(|idx| self.kept_s[idx])
    }
}

/// Which of the kept parts has a place in it, all in seconds: of a place that is shorter than the part its middle, and of a longer
/// one the part's. Of several the one with most of it, of equals the nearest to its middle.
pub fn kept_part(kept_s: &[(f64, f64)], (from_s, to_s): (f64, f64)) -> Option<usize> {
    let middle = |(from_s, to_s): (f64, f64)| (from_s + to_s) / 2.0;
    let place_s = (from_s.min(to_s), from_s.max(to_s));
    let is_in = |part: (f64, f64)| {
        let (inner, outer) = if place_s.1 - place_s.0 < part.1 - part.0 { (place_s, part) } else { (part, place_s) };
        (outer.0..=outer.1).contains(&middle(inner))
    };
    let shared_s = |part: (f64, f64)| (part.1.min(place_s.1) - part.0.max(place_s.0)).max(0.0);
    let distance_s = |part: (f64, f64)| (middle(part) - middle(place_s)).abs();
    let candidates = (0..kept_s.len()).filter(|&idx| is_in(kept_s[idx]));
    candidates.min_by(|&a, &b| {
        let (a, b) = (kept_s[a], kept_s[b]);
        shared_s(b).total_cmp(&shared_s(a)).then(distance_s(a).total_cmp(&distance_s(b)))
    })
}

#[cfg(test)]
mod tests {
    use super::kept_part;

    #[test]
    fn a_place_is_in_a_kept_part_or_it_was_not_kept() {
        let kept_s = [(40.0, 43.0), (8.0, 11.0), (12.0, 15.0)];
        for (place_s, part) in [
            ((41.0, 41.0), Some(0)),
            ((60.0, 61.0), None),
            ((43.5, 43.5), None),
            ((39.0, 41.5), Some(0)),
            ((36.0, 40.5), None),
            // A whole song: what lies nearest to its middle.
            ((0.0, 22.0), Some(1)),
            ((0.0, 25.0), Some(2)),
            ((16.0, 38.0), None),
            ((f64::NAN, 1.0), None),
        ] {
            assert_eq!(kept_part(&kept_s, place_s), part, "{place_s:?}");
        }
        assert_eq!(kept_part(&[], (0.0, 1.0)), None);
    }
}
