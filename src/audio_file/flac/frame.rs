//! A block of all channels: its header, and for two channels whether left, right, middle or side are said
//! (RFC 9639, section 9.1).

use super::FlacSpec;
use super::bits::BitWriter;
use super::crc::{crc_8, crc_16};
use super::subframe::Subframe;

/// Of left, right, middle and side, which two, and the number by which the header says so.
const PAIRS: [([usize; 2], u32); 4] = [([0, 1], 1), ([0, 3], 8), ([3, 1], 9), ([2, 3], 10)];

/// Makes frames; its room is used for block after block.
#[derive(Debug)]
pub(super) struct FrameEncoder {
    spec: FlacSpec,
    subframes: Vec<Subframe>,
    bits: BitWriter,
}

impl FrameEncoder {
    pub(super) fn new(spec: FlacSpec) -> Self {
        // The side channel has a bit more: of 32-bit samples it fits into no word of ours.
        let num_subframes = if spec.num_channels == 2 && spec.bits < 32 { 4 } else { spec.num_channels };
        Self { spec, subframes: (0..num_subframes).map(|_| Subframe::new()).collect(), bits: BitWriter::default() }
    }

    /// The frame of a block: `channels` of the same length, 1 to 65 535, as is `window`.
    pub(super) fn encode(&mut self, channels: &[Vec<i32>], number: u64, window: &[f64]) -> &[u8] {
        let num_bits = self.spec.bits;
        for (subframe, channel) in self.subframes.iter_mut().zip(channels) {
            subframe.choose(channel.iter().copied(), num_bits, window);
        }
        let mut pair = PAIRS[0];
        if let [left, right, mid, side] = &mut self.subframes[..]
            && channels.len() == 2
        {
            let both = || channels[0].iter().zip(&channels[1]);
            mid.choose(
                both().map(|(left, right)| ((i64::from(*left) + i64::from(*right)) >> 1) as i32),
                num_bits,
                window,
            );
            side.choose(both().map(|(left, right)| left - right), num_bits + 1, window);
            let sizes = [&*left, right, mid, side].map(Subframe::num_bits);
            let size = |pair: &([usize; 2], u32)| sizes[pair.0[0]] + sizes[pair.0[1]];
            pair = PAIRS.into_iter().min_by_key(size).unwrap_or(pair);
        }
        let assignment = if channels.len() == 2 { pair.1 } else { channels.len() as u32 - 1 };
        self.write_header(channels[0].len(), number, assignment);
        if channels.len() == 2 {
            for idx in pair.0 {
                self.subframes[idx].write(&mut self.bits);
            }
        } else {
            for subframe in &self.subframes {
                subframe.write(&mut self.bits);
            }
        }
        self.bits.align();
        let crc = crc_16(self.bits.bytes());
        self.bits.put(u32::from(crc), 16);
        self.bits.align();
        self.bits.bytes()
    }

    fn write_header(&mut self, len: usize, number: u64, assignment: u32) {
        let bits = &mut self.bits;
        bits.clear();
        // The sync code; blocks are of one size.
        bits.put(0xfff8, 16);
        let (size_code, size_bits) = block_size_code(len);
        let (rate_code, rate, rate_bits) = rate_code(self.spec.sample_rate_hz);
        bits.put(size_code, 4);
        bits.put(rate_code, 4);
        bits.put(assignment, 4);
        bits.put(bits_code(self.spec.bits), 3);
        bits.put(0, 1);
        put_number(bits, number);
        bits.put(if size_bits == 0 { 0 } else { len as u32 - 1 }, size_bits);
        bits.put(rate, rate_bits);
        bits.align();
        let crc = crc_8(bits.bytes());
        bits.put(u32::from(crc), 8);
    }
}

/// The code of a block's size, and the bits in which it is said by itself.
fn block_size_code(len: usize) -> (u32, u32) {
    match len {
        192 => (1, 0),
        576 | 1152 | 2304 | 4608 => (2 + (len / 576).ilog2(), 0),
        256 | 512 | 1024 | 2048 | 4096 | 8192 | 16_384 | 32_768 => (len.ilog2(), 0),
        ..=256 => (6, 8),
        _ => (7, 16),
    }
}

/// The code of a rate; where it is said by itself, in which number, and of how many bits. What no code can say stands
/// in the stream's head alone.
fn rate_code(rate_hz: u32) -> (u32, u32, u32) {
    const NAMED: [u32; 11] = [88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    if let Some(idx) = NAMED.iter().position(|named| *named == rate_hz) {
        return (1 + idx as u32, 0, 0);
    }
    match rate_hz {
        _ if rate_hz.is_multiple_of(1000) && rate_hz < 256_000 => (12, rate_hz / 1000, 8),
        ..=0xffff => (13, rate_hz, 16),
        _ if rate_hz.is_multiple_of(10) && rate_hz <= 655_350 => (14, rate_hz / 10, 16),
        _ => (0, 0, 0),
    }
}

/// The code of a word length, or that the stream's head says it.
fn bits_code(bits: u32) -> u32 {
    match bits {
        8 => 1,
        12 => 2,
        16 => 4,
        20 => 5,
        24 => 6,
        32 => 7,
        _ => 0,
    }
}

/// A number as UTF-8 would say it, went it on to 36 bits.
fn put_number(bits: &mut BitWriter, number: u64) {
    if number < 0x80 {
        bits.put(number as u32, 8);
        return;
    }
    // With n more bytes of six bits each, the first has 6 − n.
    let num_more = (1..=6).find(|more| number >> (6 + 5 * more) == 0).unwrap_or(6);
    let lead = (0xff00 >> (num_more + 1)) & 0xff;
    bits.put(lead | (number >> (6 * num_more)) as u32, 8);
    for idx in (0..num_more).rev() {
        bits.put(0x80 | (number >> (6 * idx)) as u32 & 0x3f, 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_in_utf_8() {
        for number in [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xffff, 0x10000, 0x10ffff] {
            let mut bits = BitWriter::default();
            put_number(&mut bits, number);
            bits.align();
            let letter = char::from_u32(number as u32).expect("a letter");
            assert_eq!(bits.bytes(), letter.to_string().as_bytes(), "{number:x}");
        }
        for (number, bytes) in [
            (0x1f_ffff, &[0xf7, 0xbf, 0xbf, 0xbf][..]),
            (0x20_0000, &[0xf8, 0x88, 0x80, 0x80, 0x80]),
            (0x7fff_ffff, &[0xfd, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]),
        ] {
            let mut bits = BitWriter::default();
            put_number(&mut bits, number);
            bits.align();
            assert_eq!(bits.bytes(), bytes);
        }
    }

    #[test]
    fn rates_and_sizes_have_the_codes_of_the_standard() {
        assert_eq!(
            [44_100, 176_400, 384_000, 655_350, 11_025, 50_000].map(rate_code),
            [(9, 0, 0), (2, 0, 0), (14, 38_400, 16), (14, 65_535, 16), (13, 11_025, 16), (12, 50, 8),]
        );
        assert_eq!([100_001, 600_003, 1].map(rate_code), [(0, 0, 0), (0, 0, 0), (13, 1, 16)]);
        assert_eq!(
            [4096, 1, 256, 257, 576, 4608, 192].map(block_size_code),
            [(12, 0), (6, 8), (8, 0), (7, 16), (2, 0), (5, 0), (1, 0),]
        );
    }
}
