//! Bits to bytes, the most significant first.

/// Collects bits.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that fill no byte yet, in the lowest `num_pending` places.
    pending: u64,
    num_pending: u32,
}

impl BitWriter {
    /// Begins anew and keeps the room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.pending, self.num_pending) = (0, 0);
    }

    /// The lowest `num_bits` (0 to 32) of `value`; what is above them must be 0.
    #[inline]
    pub(super) fn put(&mut self, value: u32, num_bits: u32) {
        debug_assert!(num_bits <= 32 && u64::from(value) >> num_bits == 0);
        // Fewer than 32 bits are pending, so there is room for 32 more.
        self.pending = (self.pending << num_bits) | u64::from(value);
        self.num_pending += num_bits;
        if self.num_pending >= 32 {
            self.num_pending -= 32;
            self.bytes.extend_from_slice(&((self.pending >> self.num_pending) as u32).to_be_bytes());
        }
    }

    /// `value` as a two's complement number of `num_bits` (0 to 32).
    #[inline]
    pub(super) fn put_signed(&mut self, value: i32, num_bits: u32) {
        self.put((i64::from(value) & ((1 << num_bits) - 1)) as u32, num_bits);
    }

    /// A Rice code: `folded` with its upper bits as that many zeros and a one, its lower `parameter` (0 to 30) as they are.
    #[inline]
    pub(super) fn put_rice(&mut self, folded: u32, parameter: u32) {
        let mut num_zeros = folded >> parameter;
        let rest = (folded & ((1 << parameter) - 1)) | (1 << parameter);
        while num_zeros + parameter + 1 > 32 {
            let now = num_zeros.min(32);
            self.put(0, now);
            num_zeros -= now;
            if num_zeros == 0 {
                break;
            }
        }
        self.put(rest, num_zeros + parameter + 1);
    }

    /// Zeros up to the next whole byte.
    pub(super) fn align(&mut self) {
        self.put(0, (8 - self.num_pending % 8) % 8);
        while self.num_pending > 0 {
            self.num_pending -= 8;
            self.bytes.push((self.pending >> self.num_pending) as u8);
        }
    }

    /// What is written so far, of which [`Self::align`] made whole bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        debug_assert_eq!(self.num_pending, 0);
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_out_in_the_order_they_went_in() {
        let mut bits = BitWriter::default();
        bits.put(0b101, 3);
        bits.put_signed(-2, 5);
        bits.put(0xdead_beef, 32);
        bits.put(1, 1);
        bits.align();
        assert_eq!(bits.bytes(), [0b1011_1110, 0xde, 0xad, 0xbe, 0xef, 0x80]);
        bits.clear();
        // 9 is 1001: with two bits below, two zeros and a one above.
        bits.put_rice(9, 2);
        bits.put_rice(0, 0);
        bits.align();
        assert_eq!(bits.bytes(), [0b0010_1100]);
    }

    #[test]
    fn a_rice_code_may_be_of_any_length() {
        for (folded, parameter) in [(200, 0), (31, 0), (32, 0), (u32::MAX, 30), (95, 1), (1 << 30, 25)] {
            let mut bits = BitWriter::default();
            bits.put_rice(folded, parameter);
            bits.put(1, 1);
            bits.align();
            let all: Vec<u32> =
                bits.bytes().iter().flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1))).collect();
            let num_zeros = all.iter().position(|bit| *bit == 1).expect("a one");
            let rest = &all[num_zeros + 1..][..parameter as usize];
            let low = rest.iter().fold(0, |value, bit| (value << 1) | bit);
            assert_eq!(((num_zeros as u32) << parameter) | low, folded);
            assert_eq!(all[num_zeros + 1 + parameter as usize], 1);
        }
    }
}
