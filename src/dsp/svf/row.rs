//! Resting sections one after the other, two at a time.

use wide::f64x2;

use super::Section;
use super::resting::{Resting, State, join};

/// Filters a signal through many sections, two at a time where they rest: the second works on a frame while the first
/// is busy with the next. It gives what one [`Section::process`] after the other would.
#[derive(Debug, Default)]
pub struct Row<'a> {
    waiting: Option<&'a mut Section>,
}

impl<'a> Row<'a> {
    /// The next section; all that came before it have the same `frames`.
    #[inline]
    pub fn process(&mut self, section: &'a mut Section, frames: &mut [f64x2]) {
        if section.is_moving || !section.resting.has_corrector {
            self.finish(frames);
            section.process(frames);
        } else if let Some(first) = self.waiting.take() {
            if first.resting.has_gain || section.resting.has_gain {
                process_pair::<true>(first, section, frames);
            } else {
                process_pair::<false>(first, section, frames);
            }
        } else {
            self.waiting = Some(section);
        }
    }

    /// Does what is left to do; until then `frames` are not what they will be.
    pub fn finish(&mut self, frames: &mut [f64x2]) {
        if let Some(section) = self.waiting.take() {
            section.process(frames);
        }
    }
}

/// Two resting sections with correctors, one after the other.
#[inline(never)]
fn process_pair<const HAS_GAIN: bool>(first: &mut Section, second: &mut Section, frames: &mut [f64x2]) {
    let (mut of_first, mut of_second) = (first.state, second.state);
    for frame in frames {
        let between = first.resting.step::<true, HAS_GAIN>(&mut of_first, *frame);
        *frame = second.resting.step::<true, HAS_GAIN>(&mut of_second, between);
    }
    (first.state, second.state) = (of_first, of_second);
}

/// One lane for each of two resting sections.
pub(super) fn process_lanes<const HAS_CORRECTOR: bool>(
    first: &mut Section,
    second: &mut Section,
    frames: &mut [f64x2],
) {
    let resting = Resting::lanes(&first.resting, &second.resting);
    let step = |state: &mut State, x| resting.step::<HAS_CORRECTOR, true>(state, x);
    // The second has nothing to filter yet, and in the end the first has nothing any more.
    let mut state = State::join(&first.state, &second.state);
    let mut y = step(&mut state, frames[0]);
    state = State::join(&state, &second.state);
    for idx in 1..frames.len() {
        y = step(&mut state, join(frames[idx], y));
        frames[idx - 1] = f64x2::splat(y.to_array()[1]);
    }
    first.state = state.spread(0);
    y = step(&mut state, join(y, y));
    frames[frames.len() - 1] = f64x2::splat(y.to_array()[1]);
    second.state = state.spread(1);
}
