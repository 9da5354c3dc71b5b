//! Broad faults of tone: random bells and shelves of a known size.

use std::f64::consts::TAU;

use crate::audio_file::AudioFile;
use crate::dsp::random::Random;

use super::inject::{Biquad, filtered};
use super::spectrum::{NUM_COMPARED, Thirds};

/// Sizes of the faults, RMS over the thirds of an octave, dB.
pub const BROAD_SIZES_DB: [f64; 2] = [3.4, 5.0];
/// Different faults of each size per song.
pub const NUM_BROAD: u64 = 2;
/// Most filters of a fault.
const MOST_FILTERS: f64 = 3.0;
const BELLS_HZ: [f64; 2] = [80.0, 8_000.0];
const BELLS_Q: [f64; 2] = [0.5, 1.4];
const LOW_SHELVES_HZ: [f64; 2] = [100.0, 400.0];
const HIGH_SHELVES_HZ: [f64; 2] = [2_000.0, 7_000.0];
const SHELF_Q: f64 = 0.7;
/// Halvings of the range of gains, and its end, dB.
const NUM_STEPS: usize = 30;
const MOST_SCALE: f64 = 18.0;

/// A filter of unit gain: what it is, where, how wide, and its gain against the others.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Bell,
    LowShelf,
    HighShelf,
}

/// Filters that together make a fault of one size.
#[derive(Clone, Debug)]
pub struct BroadFault {
    filters: Vec<(Shape, f64, f64, f64)>,
}

impl BroadFault {
    /// Fault number `seed`, as large as `size_db`.
    pub fn new(seed: u64, size_db: f64) -> Self {
        let mut random = Random::new(seed, 11);
        // Filters that all but cancel each other are drawn anew.
        let fault = loop {
            let num = 1 + (MOST_FILTERS * random.uniform()) as usize;
            let fault = Self { filters: (0..num).map(|_| filter(&mut random)).collect() };
            if fault.scaled(MOST_SCALE).size_db() > size_db {
                break fault;
            }
        };
        // Louder and louder filters make ever larger faults.
        let (mut low, mut high) = (0.0, MOST_SCALE);
        for _ in 0..NUM_STEPS {
            let middle = (low + high) / 2.0;
            if fault.scaled(middle).size_db() < size_db { low = middle } else { high = middle }
        }
        fault.scaled(high)
    }

    fn scaled(&self, by: f64) -> Self {
        let scale = |&(shape, hz, q, gain_db): &(Shape, f64, f64, f64)| (shape, hz, q, gain_db * by);
        Self { filters: self.filters.iter().map(scale).collect() }
    }

    /// RMS over the thirds of an octave, the mean removed, dB.
    pub fn size_db(&self) -> f64 {
        // Far above what is compared, so that the size is the same for songs of all rates.
        let rate_hz = 96_000.0;
        let sections = self.sections(rate_hz);
        let response = |idx: usize| {
            let omega = TAU * 1000.0 * 2f64.powf((idx as f64 - 14.0) / 3.0) / rate_hz;
            sections.iter().map(|section| section.gain_db(omega)).sum()
        };
        Thirds::levels(std::array::from_fn(response)).distance_db(&Thirds([0.0; NUM_COMPARED]))
    }

    fn sections(&self, rate_hz: f64) -> Vec<Biquad> {
        let section = |&(shape, hz, q, gain_db): &(Shape, f64, f64, f64)| match shape {
            Shape::Bell => Biquad::bell(rate_hz, hz, q, gain_db),
            Shape::LowShelf => Biquad::low_shelf(rate_hz, hz, q, gain_db),
            Shape::HighShelf => Biquad::high_shelf(rate_hz, hz, q, gain_db),
        };
        self.filters.iter().map(section).collect()
    }

    /// The song with the fault.
    pub fn into_song(&self, song: &AudioFile) -> AudioFile {
        filtered(song, &self.sections(f64::from(song.sample_rate_hz)))
    }
}

/// The faults of a song with their sizes, the same in every run.
pub fn broad_faults(seed: u64) -> impl Iterator<Item = (f64, BroadFault)> {
    let of_size = move |size_db: f64| (0..NUM_BROAD).map(move |number| (size_db, seed.wrapping_add(number)));
    BROAD_SIZES_DB.into_iter().flat_map(of_size).map(|(size_db, seed)| (size_db, BroadFault::new(seed, size_db)))
}

fn filter(random: &mut Random) -> (Shape, f64, f64, f64) {
    let (shape, hz, q) = match (3.0 * random.uniform()) as usize {
        0 => (Shape::LowShelf, LOW_SHELVES_HZ, [SHELF_Q, SHELF_Q]),
        1 => (Shape::HighShelf, HIGH_SHELVES_HZ, [SHELF_Q, SHELF_Q]),
        _ => (Shape::Bell, BELLS_HZ, BELLS_Q),
    };
    let mut between = |range: [f64; 2]| range[0] * (range[1] / range[0]).powf(random.uniform());
    let (hz, q, gain_db) = (between(hz), between(q), between([0.5, 1.0]));
    (shape, hz, q, if random.uniform() < 0.5 { -gain_db } else { gain_db })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_their_size_and_repeat() {
        for seed in 0..20 {
            for size_db in BROAD_SIZES_DB {
                let size = BroadFault::new(seed, size_db).size_db();
                assert!((size - size_db).abs() < 0.01, "{seed}: {size}");
            }
        }
        let fault = |seed| format!("{:?}", BroadFault::new(seed, 5.0));
        assert_eq!(fault(3), fault(3));
        assert_ne!(fault(3), fault(4));
    }
}
