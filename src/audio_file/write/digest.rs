//! A checksum of samples as they are stored, to compare a file with what was meant.

/// Of any number of samples, in their order. Each step can be undone, so that a single wrong sample never passes; more of them
/// do so once in 2⁶⁴.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    state: u64,
    num_samples: u64,
}

impl Digest {
    /// Adds a sample: the bits of an integer or of a float.
    pub fn add(&mut self, sample: u32) {
        // A step of MurmurHash3's mixing of 64 bits (Appleby 2011, public domain).
        self.state = (self.state ^ u64::from(sample)).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(31);
        self.num_samples += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_value_and_number_of_samples_count() {
        let of = |samples: &[u32]| {
            let mut digest = Digest::default();
            samples.iter().for_each(|sample| digest.add(*sample));
            digest
        };
        let whole = of(&[0, 1, 2, 3]);
        assert_eq!(whole, of(&[0, 1, 2, 3]));
        for other in [&[0, 1, 3, 2][..], &[0, 1, 2, 2], &[0, 1, 2], &[0, 0, 1, 2, 3], &[1, 1, 2, 3]] {
            assert_ne!(whole, of(other), "{other:?}");
        }
    }
}
