//! What does it sound like in places? Excerpts kept for rendering and for listening: loudest, typical, quietest.

use std::sync::Arc;

use super::coverage::CELL_S;

/// Cells recorded out of each [`GRID_CELLS`].
const EXCERPT_CELLS: i64 = 30;
/// With more silent cells than that before the first sound, or after the last, an excerpt reaches out of the music.
const EDGE_CELLS: usize = 3;
/// The song is cut into pieces of 4 s, whose first 3 s are candidates.
const GRID_CELLS: i64 = 40;
/// Excerpts kept of each role: 30 s in all, 33 with the one that is being recorded.
const NUM_OF_ROLE: [usize; 3] = [4, 3, 3];
/// Of each role, how many are rendered for a prediction: 12 s (`product.md` section 4, Level).
const NUM_RENDERED: [usize; 3] = [2, 1, 1];

/// What an excerpt stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The loudest of the song.
    Loudest,
    /// Near the median of its loudness.
    Typical,
    /// Near the 15th percentile: quiet, but no pause.
    Quietest,
}

impl Role {
    const ALL: [Self; 3] = [Self::Loudest, Self::Typical, Self::Quietest];

    /// Rank among all candidates by loudness, 0–1.
    fn rank(self) -> f64 {
        [1.0, 0.5, 0.15][self as usize]
    }
}

/// A few seconds of the mix as it came in. Clones share the samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Excerpt {
    /// Start, seconds into the song.
    pub start_s: f64,
    /// Short-term loudness, LUFS.
    pub loudness_lufs: f64,
    /// What it stands for.
    pub role: Role,
    /// Left channel; the only one of a mono song.
    pub left: Arc<Vec<f32>>,
    /// Right channel; equals the left for a mono song.
    pub right: Arc<Vec<f32>>,
}

/// The excerpts that a prediction renders: the two loudest, the most typical, the one nearest to the quiet end.
pub fn rendered(excerpts: &[Excerpt]) -> Vec<&Excerpt> {
    Role::ALL
        .into_iter()
        .flat_map(|role| excerpts.iter().filter(move |each| each.role == role).take(NUM_RENDERED[role as usize]))
        .collect()
}

/// Keeps up to ten excerpts of 3 s: four of the loudest, three typical, three quiet ones. Its choice is made as the song streams by, so "near" is among
/// what was kept: an excerpt that has been let go does not come back.
#[derive(Clone, Debug)]
pub struct Capture {
    frames_per_excerpt: usize,
    is_stereo: bool,
    kept: Vec<Excerpt>,
    /// Loudness of every candidate so far, sorted.
    loudness: Vec<f64>,
    recording: Option<Recording>,
    /// One that ends in silence: within the music if something sounds after it.
    held: Option<Excerpt>,
    /// One that reaches out of the music, for want of others.
    makeshift: Option<Excerpt>,
    /// Whether something sounded in this stream.
    has_sounded: bool,
    /// The channels of excerpts that were let go: fresh ones would leave holes between what a long listening keeps.
    spare: Vec<Vec<f32>>,
}

/// An excerpt in the making.
#[derive(Clone, Debug)]
struct Recording {
    first_cell: i64,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Silent cells before the first that sounds, and after the last. What sounded before the excerpt counts.
    num_silent: [usize; 2],
    has_sound: bool,
}

impl Recording {
    fn end_cell(&mut self, is_sound: bool) {
        match (is_sound, self.has_sound) {
            (true, _) => (self.has_sound, self.num_silent[1]) = (true, 0),
            (false, has_sound) => self.num_silent[usize::from(has_sound)] += 1,
        }
    }
}

impl Capture {
    /// Empty.
    pub fn new(sample_rate_hz: f64, num_channels: usize) -> Self {
        Self {
            frames_per_excerpt: (sample_rate_hz * CELL_S * EXCERPT_CELLS as f64) as usize,
            is_stereo: num_channels == 2,
            kept: Vec::new(),
            loudness: Vec::new(),
            recording: None,
            held: None,
            makeshift: None,
            has_sounded: false,
            spare: Vec::new(),
        }
    }

    /// A counted cell begins; recording starts where the grid says so.
    pub fn begin_cell(&mut self, cell_idx: i64) {
        if self.recording.is_none() && cell_idx.rem_euclid(GRID_CELLS) == 0 {
            let frames = self.frames_per_excerpt + 1;
            let mut with_room = || self.spare.pop().unwrap_or_else(|| Vec::with_capacity(frames));
            let left = with_room();
            let right = if self.is_stereo { with_room() } else { Vec::new() };
            self.recording =
                Some(Recording { first_cell: cell_idx, left, right, num_silent: [0; 2], has_sound: self.has_sounded });
        }
    }

    /// Hears part of a cell.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        if let Some(recording) = &mut self.recording {
            recording.left.extend_from_slice(left);
            if self.is_stereo {
                recording.right.extend_from_slice(right);
            }
        }
    }

    /// The cell ended; `short_term_lufs` of the 3 s up to here.
    pub fn end_cell(&mut self, cell_idx: i64, short_term_lufs: Option<f64>, is_sound: bool) {
        self.has_sounded |= is_sound;
        if is_sound && let Some(held) = self.held.take() {
            self.keep(held);
        }
        let Some(recording) = &mut self.recording else { return };
        recording.end_cell(is_sound);
        if cell_idx - recording.first_cell + 1 < EXCERPT_CELLS {
            return;
        }
        let Some(recording) = self.recording.take() else { return };
        let Recording { first_cell, left, right, num_silent, .. } = recording;
        let Some(loudness_lufs) = short_term_lufs.filter(|&lufs| lufs > -70.0) else {
            self.give_back([left, right]);
            return;
        };
        let left = Arc::new(left);
        let right = if self.is_stereo { Arc::new(right) } else { Arc::clone(&left) };
        let start_s = first_cell as f64 * CELL_S;
        let excerpt = Excerpt { start_s, loudness_lufs, role: Role::Loudest, left, right };
        match num_silent.map(|silent| silent > EDGE_CELLS) {
            [true, _] => self.make_do(excerpt),
            [false, true] => self.held = Some(excerpt),
            [false, false] => self.keep(excerpt),
        }
    }

    fn keep(&mut self, excerpt: Excerpt) {
        self.makeshift = None;
        let position = self.loudness.partition_point(|&other| other < excerpt.loudness_lufs);
        self.loudness.insert(position, excerpt.loudness_lufs);
        self.kept.push(excerpt);
        self.choose();
    }

    fn make_do(&mut self, excerpt: Excerpt) {
        let is_louder = self.makeshift.as_ref().is_none_or(|other| excerpt.loudness_lufs > other.loudness_lufs);
        if self.kept.is_empty() && is_louder {
            self.makeshift = Some(excerpt);
        }
    }

    /// What follows does not continue what came before, or does not count.
    pub fn break_stream(&mut self) {
        self.has_sounded = false;
        if let Some(held) = self.held.take() {
            self.make_do(held);
        }
        if let Some(Recording { left, right, .. }) = self.recording.take() {
            self.give_back([left, right]);
        }
    }

    /// Keeps the room of channels that are no longer needed.
    fn give_back(&mut self, channels: [Vec<f32>; 2]) {
        for mut channel in channels.into_iter().filter(|channel| channel.capacity() > 0) {
            channel.clear();
            self.spare.push(channel);
        }
    }

    /// The excerpts by role, of each the fittest first. They lie within the music, unless there is nothing else.
    pub fn excerpts(&self) -> &[Excerpt] {
        match (&self.makeshift, &self.held) {
            _ if !self.kept.is_empty() => &self.kept,
            (None, held) => held.as_slice(),
            (makeshift, _) => makeshift.as_slice(),
        }
    }

    /// Gives the roles anew: in turn each takes the fittest of what is left.
    fn choose(&mut self) {
        let mut left_over = std::mem::take(&mut self.kept);
        let mut taken: [Vec<Excerpt>; 3] = Default::default();
        for turn in 0..NUM_OF_ROLE[0] {
            let wanting = Role::ALL.into_iter().zip(&mut taken).filter(|(role, _)| turn < NUM_OF_ROLE[*role as usize]);
            for (role, taken) in wanting {
                let wanted = self.loudness[((self.loudness.len() - 1) as f64 * role.rank()) as usize];
                let distance = |excerpt: &Excerpt| (excerpt.loudness_lufs - wanted).abs();
                let fittest =
                    (0..left_over.len()).min_by(|&a, &b| distance(&left_over[a]).total_cmp(&distance(&left_over[b])));
                taken.extend(fittest.map(|idx| Excerpt { role, ..left_over.remove(idx) }));
            }
        }
        self.kept = taken.into_iter().flatten().collect();
        for Excerpt { left, right, .. } in left_over {
            // A clone of the excerpt may still be rendered.
            let channels = [left, right].map(|channel| Arc::try_unwrap(channel).unwrap_or_default());
            self.give_back(channels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_loudest_the_typical_and_the_quiet() {
        let mut capture = Capture::new(1000.0, 2);
        for piece in 0..40 {
            // Loudness in a scrambled order: −60…−21 LUFS.
            let lufs = -60.0 + f64::from(piece * 7 % 40);
            for cell in 0..40 {
                let cell_idx = i64::from(piece * 40 + cell);
                capture.begin_cell(cell_idx);
                capture.process(&[piece as f32; 100], &[0.0; 100]);
                capture.end_cell(cell_idx, Some(lufs), true);
            }
        }
        let excerpts = capture.excerpts();
        assert_eq!(excerpts.len(), 10);
        let of = |role: Role| excerpts.iter().filter(move |each| each.role == role).map(|each| each.loudness_lufs);
        assert_eq!(of(Role::Loudest).collect::<Vec<_>>(), [-21.0, -22.0, -23.0, -24.0]);
        assert!(of(Role::Typical).all(|lufs| (-48.0..=-33.0).contains(&lufs)), "{excerpts:?}");
        assert!(of(Role::Quietest).all(|lufs| lufs < -48.0));
        assert!(excerpts.iter().all(|excerpt| excerpt.left.len() == 3000));
        assert_eq!(excerpts[0].start_s, f64::from(excerpts[0].left[0]) * 4.0);
        let rendered = rendered(excerpts);
        assert_eq!(rendered.iter().map(|each| each.left.len()).sum::<usize>(), 12_000);
    }
}
