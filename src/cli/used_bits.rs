//! How many bits do the samples of a recording use? A file of 24 may hold what 16 would.

/// The word length that samples need, counted as they stream by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsedBits(u32);

impl UsedBits {
    /// Hears more samples. Silence needs none, and what is no number none either.
    pub fn hear(&mut self, samples: &[f32]) {
        self.0 = samples.iter().map(|&sample| used(sample)).fold(self.0, u32::max);
    }

    /// Bits of an integer, its sign among them, that holds all of them without rounding: up to 24 as a rule, more for floating
    /// point below full scale.
    pub fn bits(self) -> u32 {
        self.0
    }
}

/// Bits down to the last one of a sample that is set.
fn used(sample: f32) -> u32 {
    let bits = sample.to_bits();
    let (exponent, fraction) = ((bits >> 23 & 0xff) as i32, bits & 0x7f_ffff);
    let (exponent, significand) = match (exponent, fraction) {
        (0, 0) | (0xff, _) => return 0,
        (0, fraction) => (1, fraction),
        (exponent, fraction) => (exponent, fraction | 0x80_0000),
    };
    let last = exponent - 127 - 23 + significand.trailing_zeros() as i32;
    (1 - last).max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_down_to_the_last_bit_that_is_set() {
        let used = |samples: &[f32]| {
            let mut bits = UsedBits::default();
            bits.hear(samples);
            bits.bits()
        };
        assert_eq!(used(&[]), 0);
        assert_eq!(used(&[0.0, -0.0, f32::NAN, f32::INFINITY]), 0);
        assert_eq!(used(&[-1.0]), 1);
        assert_eq!(used(&[0.5, -0.25]), 3);
        for bits in [8, 16, 20, 24] {
            let step = 0.5f32.powi(bits - 1);
            assert_eq!(used(&[0.5, step, 0.25]), bits as u32);
            assert_eq!(used(&[1.0 - step]), bits as u32);
            assert_eq!(used(&[-1.0 + step]), bits as u32);
        }
        assert_eq!(used(&[0.1]), 28);
        assert_eq!(used(&[f32::from_bits(1)]), 150);
    }
}
