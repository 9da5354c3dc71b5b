//! Which part of the song has played, listened to or not: so much of it there is to be heard.

use super::coverage::{CELL_S, Coverage};
use crate::dsp::sample::or_silence;
use crate::dsp::units::db_from_power;

/// A cell sounds above this mean power, dB full scale: well above what a fade leaves behind, so that the song never seems longer for
/// having played than it is by what was heard of it.
const SOUNDS_ABOVE_DBFS: f64 = -50.0;

/// Everything that has played since *New song*, where the host tells the place.
#[derive(Debug, Default)]
pub struct Played {
    coverage: Coverage,
    cell: Option<Cell>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    idx: i64,
    square_sum: f64,
    num_samples: usize,
}

impl Played {
    /// Takes some frames that played at this place, seconds.
    pub fn hear(&mut self, position_s: f64, left: &[f32], right: &[f32]) {
        let idx = (position_s / CELL_S).floor() as i64;
        if self.cell.is_none_or(|cell| cell.idx != idx) {
            self.end_cell();
            self.cell = Some(Cell { idx, square_sum: 0.0, num_samples: 0 });
        }
        if let Some(cell) = &mut self.cell {
            let square = |sample: &f32| f64::from(or_silence(*sample)).powi(2);
            cell.square_sum += left.iter().chain(right).map(square).sum::<f64>();
            cell.num_samples += left.len() + right.len();
        }
    }

    /// From the first sound to the last of the largest stretch, seconds.
    pub fn extent_s(&self) -> Option<(f64, f64)> {
        self.coverage.extent_s()
    }

    fn end_cell(&mut self) {
        let Some(cell) = self.cell.take().filter(|cell| self.coverage.is_new(cell.idx)) else { return };
        let is_sound = db_from_power(cell.square_sum / cell.num_samples.max(1) as f64) > SOUNDS_ABOVE_DBFS;
        self.coverage.insert(cell.idx, if is_sound { 1.0 } else { 0.0 }, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_largest_stretch_that_sounded() {
        let mut played = Played::default();
        let mut play = |from_s: f64, to_s: f64, level: f32| {
            for block in (from_s * 100.0) as usize..(to_s * 100.0) as usize {
                played.hear(block as f64 / 100.0, &[level; 480], &[f32::NAN; 480]);
            }
        };
        play(0.0, 3.0, 0.0);
        play(3.0, 20.0, 0.1);
        play(20.0, 25.0, 0.0);
        play(60.0, 65.0, 0.1);
        let (start_s, end_s) = played.extent_s().expect("something sounded");
        assert!((start_s - 3.0).abs() < 0.11 && (end_s - 20.0).abs() < 0.11, "{start_s} {end_s}");
    }
}
