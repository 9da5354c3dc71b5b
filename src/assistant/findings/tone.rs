//! Boom, mud, boxiness, harshness, too dull or bright, too thin: is a band too much for this song's other bands?

use super::tone_prior::{Contrast, NUM_BANDS, departures};
use super::{Finding, FindingKind, Song};
use crate::analysis::{NUM_THIRDS, Texture};

/// One question about tone.
struct Zone {
    kind: FindingKind,
    /// First and last third octave, by place (1 kHz is 17).
    places: (usize, usize),
    /// Edges for reading, Hz.
    band_hz: (f64, f64),
    /// Third octaves on each side that say nothing about it.
    guard: usize,
    /// Expected excess, dB. Of the songs measured for the repository's evaluation the finished ones lie inside, and at
    /// least two deviations of all of them; `dsp.md` section 8.4 would flag mud from 2.5 dB on, which every third
    /// unmastered mix and two of nine released records reach.
    expected_db: [f64; 2],
}

/// An open end of a range: no excess goes so far.
const OPEN_DB: f64 = 60.0;

const ZONES: [Zone; 7] = [
    Zone { kind: FindingKind::Boom, places: (5, 9), band_hz: (56.0, 180.0), guard: 0, expected_db: [-OPEN_DB, 6.0] },
    Zone { kind: FindingKind::Thin, places: (7, 12), band_hz: (90.0, 355.0), guard: 2, expected_db: [-5.5, OPEN_DB] },
    Zone { kind: FindingKind::Mud, places: (10, 14), band_hz: (180.0, 560.0), guard: 0, expected_db: [-OPEN_DB, 5.0] },
    Zone { kind: FindingKind::Boxy, places: (14, 16), band_hz: (450.0, 900.0), guard: 0, expected_db: [-OPEN_DB, 7.0] },
    Zone {
        kind: FindingKind::Harsh,
        places: (20, 24),
        band_hz: (1800.0, 5600.0),
        guard: 0,
        expected_db: [-OPEN_DB, 5.6],
    },
    Zone {
        kind: FindingKind::Dull,
        places: (25, 28),
        band_hz: (5600.0, 14_000.0),
        guard: 0,
        expected_db: [-7.6, OPEN_DB],
    },
    Zone {
        kind: FindingKind::Bright,
        places: (25, 28),
        band_hz: (5600.0, 14_000.0),
        guard: 0,
        expected_db: [-OPEN_DB, 6.5],
    },
];

/// Where a finding lies is asked of means over so many half seconds.
const SMOOTHED: usize = 6;

/// All seven.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    let whole = Powers::of(song.active.iter().copied());
    let percussiveness = song.features.percussiveness.unwrap_or(0.0);
    let from_song = departures(&whole.levels_db(), percussiveness);
    let mut findings = Vec::new();
    for zone in &ZONES {
        let contrast = Contrast::new(zone.places.0..=zone.places.1, zone.guard);
        let Some(excess_db) = contrast.excess_db(&from_song) else { continue };
        let places = Places::of(song, &contrast, percussiveness);
        let finding = Finding::new(zone.kind, excess_db, zone.expected_db).in_band(zone.band_hz.0, zone.band_hz.1);
        let is_outside = |db: f64| db < zone.expected_db[0] || db > zone.expected_db[1];
        findings.push(finding.at(song, |texture| places.excess_db(texture).is_some_and(is_outside)));
    }
    findings
}

/// Sums of mid and side power per third octave.
struct Powers([f64; NUM_THIRDS]);

impl Powers {
    fn of<'a>(textures: impl Iterator<Item = &'a Texture>) -> Self {
        let mut sums = [0.0; NUM_THIRDS];
        for texture in textures {
            for ((sum, mid), side) in sums.iter_mut().zip(&texture.mid).zip(&texture.side) {
                *sum += mid.power() + side.power();
            }
        }
        Self(sums)
    }

    fn levels_db(&self) -> [Option<f64>; NUM_THIRDS] {
        self.0.map(|power| (power > 0.0).then(|| 10.0 * power.log10()))
    }
}

/// The excess around each half second.
struct Places {
    first_idx: i64,
    /// `(idx, excess)` of the means around each active half second.
    excess: Vec<(i64, Option<f64>)>,
}

impl Places {
    fn of(song: &Song<'_>, contrast: &Contrast, percussiveness: f64) -> Self {
        let excess = (0..song.active.len())
            .map(|at| {
                let around = at.saturating_sub(SMOOTHED / 2)..(at + SMOOTHED / 2).min(song.active.len());
                let powers = Powers::of(song.active[around].iter().copied());
                let departures: [Option<f64>; NUM_BANDS] = departures(&powers.levels_db(), percussiveness);
                (song.active[at].idx, contrast.excess_db(&departures))
            })
            .collect();
        Self { first_idx: song.active[0].idx, excess }
    }

    fn excess_db(&self, texture: &Texture) -> Option<f64> {
        debug_assert!(texture.idx >= self.first_idx);
        let at = self.excess.binary_search_by_key(&texture.idx, |each| each.0).ok()?;
        self.excess[at].1
    }
}
