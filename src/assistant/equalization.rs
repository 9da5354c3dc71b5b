//! Which few bands make this curve? Shelves and bells, chosen one after the other, their gains solved together.

use super::linear::solve;
use super::ranges::{NUM_TONE, TONE_PLACES};
use crate::analysis::NOMINAL_HZ;
use crate::chain::equalizer::BandCurve;
use crate::chain::settings::{BandSettings, BandShape, EqualizerSettings};

/// A band that is left to be chosen: shape, frequency in Hz, q.
type Choice = (BandShape, f64, f64);

/// What is chosen from.
fn choices() -> Vec<Choice> {
    let bells = [63.0, 100.0, 160.0, 250.0, 400.0, 630.0, 1000.0, 1600.0, 2500.0, 4000.0, 6300.0, 10_000.0];
    let bells = bells.into_iter().flat_map(|hz| [0.4, 0.7, 1.2, 2.0].map(|q| (BandShape::Bell, hz, q)));
    let low = [80.0, 120.0, 180.0, 270.0, 400.0].map(|hz| (BandShape::LowShelf, hz, 0.7));
    let high = [2000.0, 3000.0, 4500.0, 6500.0, 9000.0].map(|hz| (BandShape::HighShelf, hz, 0.7));
    bells.chain(low).chain(high).collect()
}

/// The bands that come nearest to `wanted_db` (one gain per third octave from 40 Hz; level is free), at most `max_bands`, none of
/// more than `max_gain_db`. Stops where a further band would bring less than `least_db` of root mean square.
pub fn fit(
    wanted_db: &[f64; NUM_TONE],
    is_judged: &[bool; NUM_TONE],
    (max_bands, max_gain_db, least_db): (usize, f64, f64),
    sample_rate_hz: f64,
) -> Vec<BandSettings> {
    let rows: Vec<(Choice, [f64; NUM_TONE])> =
        choices().into_iter().map(|choice| (choice, response_db(&band(choice, 1.0), sample_rate_hz))).collect();
    let mut chosen: Vec<usize> = Vec::new();
    let mut gains: Vec<f64> = Vec::new();
    let mut error = rms(wanted_db, is_judged);
    while chosen.len() < max_bands {
        let tried = (0..rows.len()).filter(|at| !chosen.contains(at)).map(|at| {
            let with: Vec<usize> = chosen.iter().copied().chain([at]).collect();
            let basis: Vec<&[f64; NUM_TONE]> = with.iter().map(|&at| &rows[at].1).collect();
            let gains = gains_of(&basis, wanted_db, is_judged, max_gain_db);
            let rest = std::array::from_fn(|band| {
                wanted_db[band] - basis.iter().zip(&gains).map(|(row, gain)| row[band] * gain).sum::<f64>()
            });
            let shift = basis.iter().zip(&gains).map(|(row, gain)| mean(row, is_judged) * gain).sum::<f64>();
            (with, gains, rms(&rest, is_judged).hypot(SHIFT_WEIGHT.sqrt() * shift))
        });
        let Some(best) = tried.min_by(|a, b| a.2.total_cmp(&b.2)).filter(|best| best.2 < error - least_db) else {
            break;
        };
        (chosen, gains, error) = best;
    }
    let mut bands: Vec<BandSettings> = chosen.iter().zip(gains).map(|(&at, gain)| band(rows[at].0, gain)).collect();
    bands.retain(|band| band.gain_db.abs() >= 0.3);
    bands.sort_by(|a, b| a.frequency_hz.total_cmp(&b.frequency_hz));
    bands
}

/// A band of this choice; its other settings are a fresh instance's.
fn band((shape, frequency_hz, q): Choice, gain_db: f64) -> BandSettings {
    BandSettings { shape, frequency_hz, q, gain_db, ..EqualizerSettings::default().bands[0] }
}

/// Response at the third octaves of tone, dB.
pub fn response_db(band: &BandSettings, sample_rate_hz: f64) -> [f64; NUM_TONE] {
    scaled_response_db(band, 1.0, sample_rate_hz)
}

/// The same with the band's gain scaled by an amount, 0–2.
pub fn scaled_response_db(band: &BandSettings, amount: f64, sample_rate_hz: f64) -> [f64; NUM_TONE] {
    let curve = BandCurve::new(band, amount, sample_rate_hz);
    std::array::from_fn(|at| curve.db(NOMINAL_HZ[at + TONE_PLACES.start]))
}

/// How much a shift of the whole counts against the shape: level is the limiter's, so of two shapes the one that keeps it is
/// taken.
const SHIFT_WEIGHT: f64 = 0.2;

/// Least squares over the shape, gains held within their limit.
fn gains_of(
    basis: &[&[f64; NUM_TONE]],
    wanted_db: &[f64; NUM_TONE],
    is_judged: &[bool; NUM_TONE],
    max_gain_db: f64,
) -> Vec<f64> {
    let centred = |row: &[f64; NUM_TONE]| {
        let mean = mean(row, is_judged);
        let centred: [f64; NUM_TONE] = std::array::from_fn(|band| if is_judged[band] { row[band] - mean } else { 0.0 });
        centred
    };
    let rows: Vec<[f64; NUM_TONE]> = basis.iter().map(|row| centred(row)).collect();
    let wanted = centred(wanted_db);
    let shifts: Vec<f64> = basis.iter().map(|row| mean(row, is_judged)).collect();
    let count = is_judged.iter().filter(|&&is_judged| is_judged).count() as f64;
    let dot = |a: &[f64; NUM_TONE], b: &[f64; NUM_TONE]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let shifted = |a: usize, b: usize| SHIFT_WEIGHT * count * shifts[a] * shifts[b];
    // A little is added to the diagonal so that bands that overlap do not work against each other.
    let matrix = (0..rows.len())
        .map(|a| {
            (0..rows.len()).map(|b| dot(&rows[a], &rows[b]) + shifted(a, b) + if a == b { 0.05 } else { 0.0 }).collect()
        })
        .collect();
    let right = rows.iter().map(|row| dot(row, &wanted)).collect();
    solve(matrix, right).into_iter().map(|gain| gain.clamp(-max_gain_db, max_gain_db)).collect()
}

fn mean(row: &[f64; NUM_TONE], is_judged: &[bool; NUM_TONE]) -> f64 {
    let judged = || row.iter().zip(is_judged).filter(|(_, is_judged)| **is_judged);
    judged().map(|(db, _)| db).sum::<f64>() / judged().count().max(1) as f64
}

fn rms(row: &[f64; NUM_TONE], is_judged: &[bool; NUM_TONE]) -> f64 {
    let mean_db = mean(row, is_judged);
    let squares: [f64; NUM_TONE] = std::array::from_fn(|band| (row[band] - mean_db).powi(2));
    mean(&squares, is_judged).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_two_bands_is_found_again() {
        let made = [band((BandShape::Bell, 320.0, 0.8), 4.0), band((BandShape::HighShelf, 5000.0, 0.7), -5.0)];
        let responses = made.map(|band| response_db(&band, 48_000.0));
        let wanted = std::array::from_fn(|at| responses[0][at] + responses[1][at]);
        let found = fit(&wanted, &[true; NUM_TONE], (4, 9.0, 0.1), 48_000.0);
        let rest = std::array::from_fn(|at| {
            wanted[at] - found.iter().map(|band| response_db(band, 48_000.0)[at]).sum::<f64>()
        });
        assert!(rms(&rest, &[true; NUM_TONE]) < 0.5, "{found:?}");
        assert!(fit(&[1.0; NUM_TONE], &[true; NUM_TONE], (4, 9.0, 0.1), 48_000.0).is_empty());
    }
}
