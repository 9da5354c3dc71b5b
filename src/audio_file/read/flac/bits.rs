//! Bits of a frame, most significant first.

/// Bytes and how many bits of them were taken.
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to be loaded.
    next: usize,
    /// Loaded bits, the next one on top.
    word: u64,
    num_loaded: u32,
}

/// There are no more bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End;

impl<'a> Bits<'a> {
    /// From the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, word: 0, num_loaded: 0 }
    }

    fn load(&mut self) {
        while self.num_loaded <= 56 {
            let Some(&byte) = self.bytes.get(self.next) else { return };
            self.word |= u64::from(byte) << (56 - self.num_loaded);
            self.next += 1;
            self.num_loaded += 8;
        }
    }

    /// Up to 56 bits as a number.
    #[inline]
    pub fn take(&mut self, num_bits: u32) -> Result<u64, End> {
        if num_bits == 0 {
            return Ok(0);
        }
        if self.num_loaded < num_bits {
            self.load();
            if self.num_loaded < num_bits {
                return Err(End);
            }
        }
        let number = self.word >> (64 - num_bits);
        self.word <<= num_bits;
        self.num_loaded -= num_bits;
        Ok(number)
    }

    /// Up to 56 bits as a number with a sign.
    #[inline]
    pub fn take_signed(&mut self, num_bits: u32) -> Result<i64, End> {
        let number = self.take(num_bits)?;
        if num_bits == 0 {
            return Ok(0);
        }
        let shift = 64 - num_bits;
        Ok((number << shift) as i64 >> shift)
    }

    /// How many zeros come before the next one, which is taken too.
    #[inline]
    pub fn take_unary(&mut self) -> Result<u64, End> {
        let mut num_zeros = 0;
        loop {
            if self.num_loaded == 0 {
                self.load();
                if self.num_loaded == 0 {
                    return Err(End);
                }
            }
            let zeros = self.word.leading_zeros().min(self.num_loaded);
            if zeros < self.num_loaded {
                // Twice, because all 64 at once is no shift.
                self.word = self.word << zeros << 1;
                self.num_loaded -= zeros + 1;
                return Ok(num_zeros + u64::from(zeros));
            }
            num_zeros += u64::from(zeros);
            (self.word, self.num_loaded) = (0, 0);
        }
    }

    /// Leaves the rest of a byte that was begun.
    pub fn align(&mut self) {
        let rest = self.num_loaded % 8;
        self.word <<= rest;
        self.num_loaded -= rest;
    }

    /// Whole bytes that were taken.
    pub fn num_bytes(&self) -> usize {
        self.next - (self.num_loaded / 8) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order() {
        let mut bits = Bits::new(&[0b1010_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b0000_0001, 0xff, 0x80]);
        assert_eq!((bits.take(1), bits.take(2), bits.take_signed(3)), (Ok(1), Ok(1), Ok(0)));
        assert_eq!(bits.take_unary(), Ok(81));
        assert_eq!((bits.num_bytes(), bits.take_signed(4), bits.take(4)), (11, Ok(-1), Ok(15)));
        assert_eq!((bits.take(1), bits.take(8)), (Ok(1), Err(End)));
        bits.align();
        assert_eq!((bits.num_bytes(), bits.take(1)), (13, Err(End)));
    }
}
