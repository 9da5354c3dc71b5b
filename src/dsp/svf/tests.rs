//! Moving and resting sections, alone and in a row.

use wide::f64x2;

use super::*;
use crate::dsp::signals::white_noise;

#[test]
fn two_in_a_row_are_one_after_the_other() {
    let bell = Coefficients { g: 0.2, k: 0.9, m0: 1.0, m1: 0.4, m2: 0.1, ..Coefficients::IDENTITY };
    let shelf = Coefficients { corrector: 0.3, corrector_gain: 1.4, m0: 0.7, ..bell };
    for [a, b] in [[bell, bell], [shelf, shelf], [bell, shelf], [shelf, Coefficients { g: 0.01, ..shelf }]] {
        let noise = white_noise(3, 1.0, 72);
        let mut at = 0;
        let [mut first, mut second, mut third, mut fourth] = [a, b, a, b].map(Section::new);
        for len in [16, 1, 2, 16, 0, 5, 16] {
            let frames: Vec<f64x2> = noise[at..at + len].iter().copied().map(f64x2::splat).collect();
            at += len;
            let (mut together, mut apart) = (frames.clone(), frames);
            Section::process_in_a_row(&mut first, &mut second, &mut together);
            third.process(&mut apart);
            fourth.process(&mut apart);
            assert_eq!(together, apart);
        }
    }
}

/// A bell, a raised shelf, a cut and a band-pass without corrector.
fn examples() -> [Coefficients; 4] {
    let bell = Coefficients { g: 0.2, k: 0.9, m0: 1.1, m1: 0.4, m2: -0.1, corrector: 0.7, corrector_gain: 1.2 };
    let shelf = Coefficients { corrector: 0.3, corrector_gain: 1.4, m0: 0.7, m2: 0.8, ..bell };
    let cut = Coefficients { g: 0.002, m1: -0.9, m2: -1.1, ..bell };
    [bell, shelf, cut, Coefficients { m0: 0.0, m1: 0.9, m2: 0.0, corrector_gain: 1.0, ..bell }]
}

fn stereo_noise(num_frames: usize) -> Vec<f64x2> {
    let [left, right] = [1, 2].map(|seed| white_noise(seed, 1.0, num_frames));
    left.into_iter().zip(right).map(|(l, r)| f64x2::from([l, r])).collect()
}

#[test]
fn a_row_is_one_after_the_other() {
    let [bell, shelf, cut, plain] = examples();
    let row = [bell, bell, shelf, cut, bell, plain, cut];
    let (mut together, mut apart) = (row.map(Section::new), row.map(Section::new));
    let noise = stereo_noise(72);
    let mut at = 0;
    for len in [16, 1, 2, 16, 0, 5, 16] {
        let mut frames = noise[at..at + len].to_vec();
        at += len;
        let mut want = frames.clone();
        apart.iter_mut().for_each(|section| section.process(&mut want));
        let mut row = Row::default();
        together.iter_mut().for_each(|section| row.process(section, &mut frames));
        row.finish(&mut frames);
        assert_eq!(frames, want);
    }
}

#[test]
fn both_forms_are_the_same_filter() {
    // A step too small to be heard makes a section take the moving form; it comes and goes.
    for coefficients in examples() {
        let nudged = Coefficients { m1: coefficients.m1 + 1e-15, ..coefficients };
        let (mut resting, mut moving) = (Section::new(coefficients), Section::new(coefficients));
        for (knot, frames) in stereo_noise(9600).chunks(KNOT_SAMPLES).enumerate() {
            moving.aim(if knot % 5 < 3 && knot % 2 == 0 { nudged } else { coefficients });
            let (mut got, mut want) = (frames.to_vec(), frames.to_vec());
            moving.process(&mut got);
            resting.process(&mut want);
            for (got, want) in got.iter().zip(&want) {
                assert!((*got - *want).abs().to_array().iter().all(|x| *x < 1e-12), "{coefficients:?} {knot}");
            }
        }
    }
}

#[test]
fn squares_are_those_of_what_comes_out() {
    for coefficients in examples() {
        let (mut heard, mut filtered) = (Section::new(coefficients), Section::new(coefficients));
        let (mut got, mut want) = (f64x2::ZERO, f64x2::ZERO);
        for frames in stereo_noise(100).chunks_mut(KNOT_SAMPLES) {
            heard.add_squares(frames, &mut got);
            filtered.process(frames);
            frames.iter().for_each(|y| want += *y * *y);
        }
        assert_eq!(got, want);
    }
}
