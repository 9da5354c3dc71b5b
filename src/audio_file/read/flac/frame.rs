//! One frame: header, subframes, checksum.

use super::StreamInfo;
use super::bits::{Bits, End};

/// Why there is no frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FrameError {
    /// The bytes end within it; its frames, 0 if not even these are there.
    Short(u64),
    /// It has another rate or number of channels than the stream.
    Changed,
    /// It is none, or damaged.
    Damaged(&'static str),
}

impl From<End> for FrameError {
    fn from(_: End) -> Self {
        Self::Short(0)
    }
}

const NO_FRAME: FrameError = FrameError::Damaged("no frame where one should begin");
const DAMAGED: FrameError = FrameError::Damaged("a block that makes no sense");

struct Header {
    num_frames: usize,
    assignment: u32,
    bits: u32,
}

/// Decodes the frame that begins with the first byte to one plane per channel, full scale ±1; how many bytes it takes.
///
/// # Errors
/// If it is none, is damaged, ends early or has another format than the stream.
pub fn decode_frame(bytes: &[u8], info: &StreamInfo, planes: &mut Vec<Vec<f32>>) -> Result<usize, FrameError> {
    let mut bits = Bits::new(bytes);
    let header = read_header(&mut bits, bytes, info)?;
    let num_channels = info.num_channels;
    let mut sides: Vec<Vec<i64>> = Vec::with_capacity(num_channels);
    for idx in 0..num_channels {
        let is_side = matches!((header.assignment, idx), (8 | 10, 1) | (9, 0));
        let mut side = Vec::with_capacity(header.num_frames);
        read_subframe(&mut bits, header.num_frames, header.bits + u32::from(is_side), &mut side).map_err(|error| {
            match error {
                FrameError::Short(_) => FrameError::Short(header.num_frames as u64),
                other => other,
            }
        })?;
        sides.push(side);
    }
    bits.align();
    let num_bytes = bits.num_bytes();
    let stored = bits.take(16).map_err(|_| FrameError::Short(header.num_frames as u64))?;
    if stored != u64::from(crc_16(&bytes[..num_bytes])) {
        return Err(FrameError::Damaged("a block with a wrong checksum"));
    }
    if let [first, second] = &mut sides[..] {
        undo_stereo(header.assignment, first, second);
    }
    let scale = 1.0 / (1i64 << (header.bits - 1)) as f64;
    planes.resize(num_channels, Vec::new());
    for (plane, side) in planes.iter_mut().zip(&sides) {
        plane.clear();
        plane.extend(side.iter().map(|&sample| (sample as f64 * scale) as f32));
    }
    Ok(num_bytes + 2)
}

fn read_header(bits: &mut Bits, bytes: &[u8], info: &StreamInfo) -> Result<Header, FrameError> {
    if bits.take(15)? != 0x7ffc {
        return Err(NO_FRAME);
    }
    bits.take(1)?;
    let (size_code, rate_code) = (bits.take(4)?, bits.take(4)?);
    let (assignment, bits_code) = (bits.take(4)? as u32, bits.take(3)?);
    if bits.take(1)? != 0 {
        return Err(NO_FRAME);
    }
    // The number of the frame or its first sample; nothing here asks for it.
    let first = bits.take(8)? as u8;
    let num_following = match first.leading_ones() {
        0 => 0,
        ones @ 2..=7 => ones - 1,
        _ => return Err(NO_FRAME),
    };
    for _ in 0..num_following {
        if bits.take(8)? >> 6 != 2 {
            return Err(NO_FRAME);
        }
    }
    let num_frames = match size_code {
        1 => 192,
        2..=5 => 576 << (size_code - 2),
        6 => bits.take(8)? as usize + 1,
        7 => bits.take(16)? as usize + 1,
        8..=15 => 256 << (size_code - 8),
        _ => return Err(NO_FRAME),
    };
    let sample_rate_hz = match rate_code {
        0 => info.sample_rate_hz,
        1 => 88_200,
        2 => 176_400,
        3 => 192_000,
        4 => 8000,
        5 => 16_000,
        6 => 22_050,
        7 => 24_000,
        8 => 32_000,
        9 => 44_100,
        10 => 48_000,
        11 => 96_000,
        12 => bits.take(8)? as u32 * 1000,
        13 => bits.take(16)? as u32,
        14 => bits.take(16)? as u32 * 10,
        _ => return Err(NO_FRAME),
    };
    let num_bytes = bits.num_bytes();
    if bits.take(8)? != u64::from(crc_8(&bytes[..num_bytes])) {
        return Err(NO_FRAME);
    }
    let num_bits = match bits_code {
        0 => info.bits,
        1 => 8,
        2 => 12,
        4 => 16,
        5 => 20,
        6 => 24,
        7 => 32,
        _ => return Err(DAMAGED),
    };
    let num_channels = match assignment {
        0..=7 => assignment as usize + 1,
        8..=10 => 2,
        _ => return Err(DAMAGED),
    };
    if num_channels != info.num_channels || sample_rate_hz != info.sample_rate_hz {
        return Err(FrameError::Changed);
    }
    Ok(Header { num_frames, assignment, bits: num_bits })
}

fn undo_stereo(assignment: u32, first: &mut [i64], second: &mut [i64]) {
    for (first, second) in first.iter_mut().zip(second) {
        match assignment {
            8 => *second = first.wrapping_sub(*second),
            9 => *first = first.wrapping_add(*second),
            10 => {
                let (mid, side) = (*first << 1 | (*second & 1), *second);
                (*first, *second) = (mid.wrapping_add(side) >> 1, mid.wrapping_sub(side) >> 1);
            }
            _ => return,
        }
    }
}

fn read_subframe(bits: &mut Bits, num_frames: usize, width: u32, out: &mut Vec<i64>) -> Result<(), FrameError> {
    let header = bits.take(8)?;
    if header & 0x80 != 0 {
        return Err(DAMAGED);
    }
    let num_wasted = if header & 1 != 0 { bits.take_unary()? as u32 + 1 } else { 0 };
    let width = width.checked_sub(num_wasted).filter(|&width| width > 0).ok_or(DAMAGED)?;
    match header >> 1 & 0x3f {
        0 => out.resize(num_frames, bits.take_signed(width)?),
        1 => {
            for _ in 0..num_frames {
                out.push(bits.take_signed(width)?);
            }
        }
        kind @ 8..=12 => {
            let order = kind as usize - 8;
            read_warm_up(bits, order, num_frames, width, out)?;
            read_residual(bits, order, num_frames, out)?;
            restore_fixed(order, out);
        }
        kind @ 32.. => {
            let order = kind as usize - 31;
            read_warm_up(bits, order, num_frames, width, out)?;
            let precision = bits.take(4)? as u32 + 1;
            let shift = bits.take_signed(5)?;
            if precision == 16 || shift < 0 {
                return Err(DAMAGED);
            }
            let mut taps = [0i64; 32];
            for tap in &mut taps[..order] {
                *tap = bits.take_signed(precision)?;
            }
            read_residual(bits, order, num_frames, out)?;
            restore_lpc(&taps[..order], shift as u32, out);
        }
        _ => return Err(DAMAGED),
    }
    if num_wasted > 0 {
        out.iter_mut().for_each(|sample| *sample = sample.wrapping_shl(num_wasted));
    }
    // A damaged block may predict anything; what does not fit is not kept, the checksum speaks of it.
    Ok(())
}

fn read_warm_up(
    bits: &mut Bits,
    order: usize,
    num_frames: usize,
    width: u32,
    out: &mut Vec<i64>,
) -> Result<(), FrameError> {
    if order > num_frames {
        return Err(DAMAGED);
    }
    for _ in 0..order {
        out.push(bits.take_signed(width)?);
    }
    Ok(())
}

fn read_residual(bits: &mut Bits, order: usize, num_frames: usize, out: &mut Vec<i64>) -> Result<(), FrameError> {
    let parameter_bits = match bits.take(2)? {
        0 => 4,
        1 => 5,
        _ => return Err(DAMAGED),
    };
    let partition_order = bits.take(4)?;
    let per_partition = num_frames >> partition_order;
    if per_partition << partition_order != num_frames || per_partition < order {
        return Err(DAMAGED);
    }
    for partition in 0..1usize << partition_order {
        let count = if partition == 0 { per_partition - order } else { per_partition };
        let parameter = bits.take(parameter_bits)? as u32;
        if parameter == (1 << parameter_bits) - 1 {
            let width = bits.take(5)? as u32;
            for _ in 0..count {
                out.push(bits.take_signed(width)?);
            }
        } else {
            for _ in 0..count {
                let high = bits.take_unary()?;
                let folded = high << parameter | bits.take(parameter)?;
                out.push((folded >> 1) as i64 ^ -((folded & 1) as i64));
            }
        }
    }
    Ok(())
}

fn restore_fixed(order: usize, out: &mut [i64]) {
    let taps: &[i64] = match order {
        0 => return,
        1 => &[1],
        2 => &[2, -1],
        3 => &[3, -3, 1],
        _ => &[4, -6, 4, -1],
    };
    restore_lpc(taps, 0, out);
}

/// Adds what `taps`, the newest sample's first, predict.
fn restore_lpc(taps: &[i64], shift: u32, out: &mut [i64]) {
    for idx in taps.len()..out.len() {
        let past = &out[idx - taps.len()..idx];
        let sum = taps
            .iter()
            .zip(past.iter().rev())
            .fold(0i64, |sum, (tap, sample)| sum.wrapping_add(tap.wrapping_mul(*sample)));
        out[idx] = out[idx].wrapping_add(sum >> shift);
    }
}

fn crc_8(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 }))
}

const CRC_16: [u16; 256] = {
    let mut table = [0; 256];
    let mut idx = 0;
    while idx < 256 {
        let mut crc = (idx as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        table[idx] = crc;
        idx += 1;
    }
    table
};

fn crc_16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| crc << 8 ^ CRC_16[usize::from((crc >> 8) as u8 ^ byte)])
}
