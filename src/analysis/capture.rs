//! What does it sound like in places? Excerpts kept for rendering, the loudest above all.

use super::coverage::CELL_S;

/// Cells recorded out of each [`GRID_CELLS`].
const EXCERPT_CELLS: i64 = 30;
/// The song is cut into pieces of 4 s, whose first 3 s are candidates.
const GRID_CELLS: i64 = 40;
/// Excerpts kept by loudness alone.
const NUM_LOUDEST: usize = 2;
/// Loudness ranks of the others: the middle of the song and a quieter part.
const RANKS: [f64; 2] = [0.5, 0.2];

/// A few seconds of the mix as it came in.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// Start, seconds into the song.
    pub start_s: f64,
    /// Short-term loudness, LUFS.
    pub loudness_lufs: f64,
    /// Left channel; the only one of a mono song.
    pub left: Vec<f32>,
    /// Right channel; equals the left for a mono song.
    pub right: Vec<f32>,
}

/// Keeps four excerpts of 3 s: the two loudest, the one nearest to the median loudness and the one nearest to the
/// 20th percentile of all candidates so far. Its choice is made as the song streams by, so "nearest" is among what
/// was kept: an excerpt that has been let go does not come back. At most five are in memory.
#[derive(Clone, Debug)]
pub struct Capture {
    frames_per_excerpt: usize,
    kept: Vec<Excerpt>,
    /// Loudness of every candidate so far, sorted.
    loudness: Vec<f64>,
    recording: Option<(i64, Vec<f32>, Vec<f32>)>,
}

impl Capture {
    /// Empty.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            frames_per_excerpt: (sample_rate_hz * CELL_S * EXCERPT_CELLS as f64) as usize,
            kept: Vec::new(),
            loudness: Vec::new(),
            recording: None,
        }
    }

    /// A counted cell begins; recording starts where the grid says so.
    pub fn begin_cell(&mut self, cell_idx: i64) {
        if self.recording.is_none() && cell_idx.rem_euclid(GRID_CELLS) == 0 {
            let with_room = || Vec::with_capacity(self.frames_per_excerpt + 1);
            self.recording = Some((cell_idx, with_room(), with_room()));
        }
    }

    /// Hears part of a cell.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        if let Some((_, to_left, to_right)) = &mut self.recording {
            to_left.extend_from_slice(left);
            to_right.extend_from_slice(right);
        }
    }

    /// The cell ended; `short_term_lufs` of the 3 s up to here.
    pub fn end_cell(&mut self, cell_idx: i64, short_term_lufs: Option<f64>) {
        if self.recording.as_ref().is_none_or(|(start, ..)| cell_idx - start + 1 < EXCERPT_CELLS) {
            return;
        }
        if let Some((start, left, right)) = self.recording.take()
            && let Some(loudness_lufs) = short_term_lufs.filter(|&lufs| lufs > -70.0)
        {
            let position = self.loudness.partition_point(|&other| other < loudness_lufs);
            self.loudness.insert(position, loudness_lufs);
            self.kept.push(Excerpt { start_s: start as f64 * CELL_S, loudness_lufs, left, right });
            self.choose();
        }
    }

    /// What follows does not continue what came before, or does not count.
    pub fn break_stream(&mut self) {
        self.recording = None;
    }

    /// The excerpts, loudest first.
    pub fn excerpts(&self) -> &[Excerpt] {
        &self.kept
    }

    fn choose(&mut self) {
        self.kept.sort_by(|a, b| b.loudness_lufs.total_cmp(&a.loudness_lufs));
        if self.kept.len() <= NUM_LOUDEST + RANKS.len() {
            return;
        }
        let mut others = self.kept.split_off(NUM_LOUDEST);
        for rank in RANKS {
            let wanted = self.loudness[((self.loudness.len() - 1) as f64 * rank) as usize];
            let distance = |excerpt: &Excerpt| (excerpt.loudness_lufs - wanted).abs();
            let nearest = (0..others.len()).min_by(|&a, &b| distance(&others[a]).total_cmp(&distance(&others[b])));
            self.kept.extend(nearest.map(|idx| others.remove(idx)));
        }
        self.kept.sort_by(|a, b| b.loudness_lufs.total_cmp(&a.loudness_lufs));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_loudest_and_some_of_the_middle() {
        let mut capture = Capture::new(1000.0);
        for piece in 0..20 {
            // Loudness in a scrambled order: −40…−21 LUFS.
            let lufs = -40.0 + f64::from(piece * 7 % 20);
            for cell in 0..40 {
                let cell_idx = i64::from(piece * 40 + cell);
                capture.begin_cell(cell_idx);
                capture.process(&[piece as f32; 100], &[0.0; 100]);
                capture.end_cell(cell_idx, Some(lufs));
            }
        }
        let loudness: Vec<f64> = capture.excerpts().iter().map(|excerpt| excerpt.loudness_lufs).collect();
        assert_eq!(loudness[..2], [-21.0, -22.0]);
        assert_eq!(loudness.len(), 4);
        assert!((-33.0..=-27.0).contains(&loudness[2]), "{loudness:?}");
        assert!(capture.excerpts().iter().all(|excerpt| excerpt.left.len() == 3000));
        assert_eq!(capture.excerpts()[0].start_s, f64::from(capture.excerpts()[0].left[0]) * 4.0);
    }
}
