//! What happens within a thousandth of a second? Clicks and dropouts.

/// Length of an instant, seconds.
const INSTANT_S: f64 = 0.001;
/// Instants on each side of the one that is judged for a click.
const AROUND: usize = 12;
/// A click's curvature, summed as energy, is at most so many times that of its highest sample.
const CLICK_SAMPLES: f32 = 4.0;
/// A click's curvature stands this far over the root mean square of both sides, as a ratio (26 dB).
const CLICK_RATIO: f32 = 20.0;
/// Longest dropout and shortest, in instants: what lasts longer is a rest.
const LONGEST_DROPOUT: usize = 150;
/// Energy within a dropout against what is around it, and what the sound right at its edges must have (−50 and −16 dB).
const GONE: f32 = 1e-5;
const ABRUPT: f32 = 0.025;
/// Instants before and after a dropout that must hold sound.
const BESIDE: usize = 20;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstantKind {
    /// An impulse much shorter than any stroke.
    Click,
    /// Sound that is gone and comes back, both at once.
    Dropout,
}

/// Where and how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstantEvent {
    /// Kind.
    pub kind: InstantKind,
    /// Place, frames since the stream began or broke.
    pub place: u64,
    /// Of a click: curvature over what is around it, dB. Of a dropout: its length, ms.
    pub size: f32,
    /// Of a click: its curvature, linear; of a dropout: root mean square around it, linear.
    pub level: f32,
}

/// One thousandth of a second of one channel.
#[derive(Clone, Copy, Debug, Default)]
struct Instant {
    energy: f32,
    /// Of the second difference.
    curvature_energy: f32,
    highest_curvature: f32,
}

/// Watches one channel.
#[derive(Clone, Debug)]
pub struct InstantWatch {
    len: usize,
    num_filled: usize,
    current: Instant,
    last: [f32; 2],
    /// The newest instants.
    ring: Vec<Instant>,
    num_instants: u64,
    /// Instants since the sound went, if it did.
    gone: Option<usize>,
}

/// Instants kept: a dropout and what is beside it.
const RING: usize = 256;

impl InstantWatch {
    /// A watch for one rate.
    pub fn new(sample_rate_hz: f64) -> Self {
        Self {
            len: (sample_rate_hz * INSTANT_S).round().max(8.0) as usize,
            num_filled: 0,
            current: Instant::default(),
            last: [0.0; 2],
            ring: vec![Instant::default(); RING],
            num_instants: 0,
            gone: None,
        }
    }

    /// Hears; `on_event` gets what happened, a little later than it did.
    pub fn process(&mut self, samples: &[f32], mut on_event: impl FnMut(InstantEvent)) {
        let mut from = 0;
        while from < samples.len() {
            let to = samples.len().min(from + self.len - self.num_filled);
            self.add(&samples[from..to]);
            self.num_filled += to - from;
            from = to;
            if self.num_filled == self.len {
                self.ring[self.num_instants as usize % RING] = self.current;
                self.num_instants += 1;
                self.current = Instant::default();
                self.num_filled = 0;
                self.judge(&mut on_event);
            }
        }
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        (self.num_filled, self.num_instants, self.gone) = (0, 0, None);
        self.current = Instant::default();
        self.last = [0.0; 2];
        self.ring.fill(Instant::default());
    }

    fn add(&mut self, samples: &[f32]) {
        let [mut before, mut last] = self.last;
        let Instant { mut energy, mut curvature_energy, mut highest_curvature } = self.current;
        for &sample in samples {
            let curvature = sample - 2.0 * last + before;
            energy += sample * sample;
            curvature_energy += curvature * curvature;
            highest_curvature = highest_curvature.max(curvature.abs());
            (before, last) = (last, sample);
        }
        self.last = [before, last];
        self.current = Instant { energy, curvature_energy, highest_curvature };
    }

    /// The instant `back` before the newest.
    fn instant(&self, back: usize) -> &Instant {
        &self.ring[(self.num_instants as usize + RING - 1 - back) % RING]
    }

    fn judge(&mut self, on_event: &mut impl FnMut(InstantEvent)) {
        if self.num_instants > 2 * AROUND as u64 + 1 {
            self.judge_click(on_event);
        }
        if self.num_instants > BESIDE as u64 {
            self.judge_dropout(on_event);
        }
    }

    fn judge_click(&self, on_event: &mut impl FnMut(InstantEvent)) {
        let middle = self.instant(AROUND);
        let highest = middle.highest_curvature;
        // Most instants end here: a click is a few samples long and holds nearly all of its instant's curvature.
        if highest * highest * CLICK_SAMPLES < middle.curvature_energy || highest <= 0.0 {
            return;
        }
        // The louder side counts, by its second loudest instant: strokes are loud after they begin, and a click may have a
        // neighbour. One of the instants right beside it may share it, the other must be as quiet as the rest.
        let side = |nearest: usize, direction: isize| {
            let mut energies: [f32; AROUND - 1] = std::array::from_fn(|idx| {
                self.instant((nearest as isize + direction * idx as isize) as usize).curvature_energy
            });
            energies.sort_unstable_by(f32::total_cmp);
            energies[AROUND - 3]
        };
        let beside = self.instant(AROUND - 1).curvature_energy.min(self.instant(AROUND + 1).curvature_energy);
        let around = side(AROUND - 2, -1).max(side(AROUND + 2, 1)).max(beside);
        let around = (around / self.len as f32).sqrt();
        if highest > CLICK_RATIO * around && self.instant(AROUND - 1).highest_curvature < highest {
            let size = 20.0 * (highest / around.max(highest * 1e-6)).log10();
            on_event(InstantEvent { kind: InstantKind::Click, place: self.place(AROUND), size, level: highest });
        }
    }

    fn judge_dropout(&mut self, on_event: &mut impl FnMut(InstantEvent)) {
        let mean =
            |from: usize| (from..from + BESIDE).map(|back| self.instant(back).energy).sum::<f32>() / BESIDE as f32;
        let newest = self.instant(0).energy;
        match self.gone {
            None => {
                let before = mean(1);
                // The instant in which the sound goes is partly sound; the one before it must be whole.
                if newest < GONE * before && self.instant(1).energy.max(self.instant(2).energy) > ABRUPT * before {
                    self.gone = Some(1);
                }
            }
            Some(length) => {
                let before = mean(length);
                if newest < GONE * before {
                    self.gone = (length < LONGEST_DROPOUT).then_some(length + 1);
                } else if newest > GONE * 100.0 * before || length + 1 > LONGEST_DROPOUT {
                    // It is back; whether at once and as loud is known only later, so the sound must be half back now or in
                    // the next instant.
                    self.gone = None;
                    if newest > ABRUPT * before {
                        let (size, level) = (length as f32, (before / self.len as f32).sqrt());
                        on_event(InstantEvent { kind: InstantKind::Dropout, place: self.place(length), size, level });
                    }
                } else {
                    self.gone = Some(length + 1);
                }
            }
        }
    }

    fn place(&self, back: usize) -> u64 {
        (self.num_instants - 1 - back as u64) * self.len as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::pink_noise;

    fn events(samples: &[f32]) -> Vec<InstantEvent> {
        let mut watch = InstantWatch::new(48_000.0);
        let mut events = Vec::new();
        watch.process(samples, |event| events.push(event));
        events
    }

    #[test]
    fn hears_a_click_and_a_dropout_where_they_are_and_nothing_in_noise() {
        let mut noise: Vec<f32> = pink_noise(5, 0.1, 96_000).iter().map(|&x| x as f32).collect();
        assert_eq!(events(&noise), []);
        noise[30_000] += 2.0;
        noise[60_000..60_300].fill(0.0);
        let found = events(&noise);
        assert_eq!(
            found.iter().map(|event| event.kind).collect::<Vec<_>>(),
            [InstantKind::Click, InstantKind::Dropout]
        );
        assert!(found[0].place.abs_diff(30_000) < 100 && found[1].place.abs_diff(60_000) < 100, "{found:?}");
        assert!((5.0..=7.0).contains(&found[1].size));
    }
}
