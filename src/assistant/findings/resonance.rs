//! Does something ring? A narrow band that stands out of its surroundings nearly all the time.

use super::{Finding, FindingKind, Song};
use crate::analysis::{FINE_PER_OCTAVE, NUM_FINE, Texture};

/// Looked for from here on, Hz: below, the notes of a bass stand as far apart as resonances do.
const LOWEST_HZ: f64 = 200.0;
const HIGHEST_HZ: f64 = 12_000.0;
/// Surroundings: half an octave on each side, the nearest places left out.
const AROUND: usize = FINE_PER_OCTAVE as usize / 2;
const NEAR: usize = 2;
/// A note comes and goes, a resonance rings with whatever is played: it must stand out by this much in all but this share
/// of the time.
const ABSENT_SHARE: f64 = 0.3;
/// Expected prominence at 1.5 kHz and above, and how much more an octave below it, dB: what steady notes reach in the songs
/// measured, whose lines are nearer to each other there.
const EXPECTED_DB: f64 = 5.4;
const PER_OCTAVE_DB: f64 = 1.6;
const PIVOT_HZ: f64 = 1500.0;

/// The most prominent place.
pub fn measure(song: &Song<'_>) -> Option<Finding> {
    let mut best: Option<(f64, usize, f64)> = None;
    let mut column = Vec::with_capacity(song.active.len());
    for place in AROUND..NUM_FINE - AROUND {
        let hz = Texture::fine_hz(place);
        if !(LOWEST_HZ..=HIGHEST_HZ).contains(&hz) {
            continue;
        }
        column.clear();
        column.extend(song.active.iter().filter_map(|texture| prominence_db(texture, place)));
        if column.len() * 2 < song.active.len() {
            continue;
        }
        let rank = (column.len() as f64 * ABSENT_SHARE) as usize;
        let (_, &mut held_db, _) = column.select_nth_unstable_by(rank, f64::total_cmp);
        let expected_db = expected_db(hz);
        if best.is_none_or(|(excess, ..)| held_db - expected_db > excess) {
            best = Some((held_db - expected_db, place, held_db));
        }
    }
    let (_, place, value) = best?;
    let half = 2f64.powf(0.5 / FINE_PER_OCTAVE);
    let hz = Texture::fine_hz(place);
    let expected_db = expected_db(hz);
    let finding = Finding::new(FindingKind::Resonance, value, [-60.0, expected_db]).in_band(hz / half, hz * half);
    Some(finding.at(song, |texture| prominence_db(texture, place).is_some_and(|db| db > expected_db)))
}

fn expected_db(hz: f64) -> f64 {
    EXPECTED_DB + PER_OCTAVE_DB * (PIVOT_HZ / hz).log2().max(0.0)
}

/// How far a place stands over the median around it, dB.
fn prominence_db(texture: &Texture, place: usize) -> Option<f64> {
    let mut around = [0.0; 2 * (AROUND - NEAR)];
    let places = (place - AROUND..place - NEAR).chain(place + NEAR + 1..=place + AROUND);
    for (to, other) in around.iter_mut().zip(places) {
        *to = texture.fine[other].db()?;
    }
    let (_, median, _) = around.select_nth_unstable_by(AROUND - NEAR, f64::total_cmp);
    Some(texture.fine[place].db()? - *median)
}
