//! What AAC says of itself: AudioSpecificConfig (ISO 14496-3), bare ADTS streams, and whether a stream is HE-AAC, which has
//! half of its band in a form that is not decoded here.

use anyhow::{Result, bail};

use super::input::{Input, Numbers};
use super::packets::{Codec, Packetized, Packets, Step, Track};
use super::sound::Sound;
use super::tags;

const RATES_HZ: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
/// Packets that are asked for the upper band.
const NUM_ASKED: usize = 8;
/// Core rates with which encoders use it, Hz.
const MAX_CORE_RATE_HZ: u32 = 24_000;

/// What of an AudioSpecificConfig matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// Channels.
    pub num_channels: usize,
}

struct Bits<'a>(&'a [u8], usize);

impl Bits<'_> {
    fn take(&mut self, num_bits: usize) -> Option<u32> {
        let mut number = 0;
        for _ in 0..num_bits {
            let byte = *self.0.get(self.1 / 8)?;
            number = number << 1 | u32::from(byte >> (7 - self.1 % 8) & 1);
            self.1 += 1;
        }
        Some(number)
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            kind => Some(kind),
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            idx => RATES_HZ.get(idx as usize).copied(),
        }
    }
}

/// Reads an AudioSpecificConfig; `Ok(None)` if it makes no sense.
///
/// # Errors
/// The name of what it is, if it is no AAC-LC.
pub fn read_config(config: &[u8]) -> Result<Option<Config>, &'static str> {
    let mut bits = Bits(config, 0);
    let Some(kind) = bits.object_type() else { return Ok(None) };
    match kind {
        2 => {}
        1 => return Err("AAC Main"),
        3 => return Err("AAC-SSR"),
        4 => return Err("AAC-LTP"),
        5 => return Err("HE-AAC"),
        29 => return Err("HE-AAC v2"),
        23 => return Err("AAC-LD"),
        39 => return Err("AAC-ELD"),
        42 => return Err("xHE-AAC"),
        _ => return Err("AAC of a rare kind"),
    }
    let read = |bits: &mut Bits| {
        let sample_rate_hz = bits.rate()?;
        let layout = bits.take(4)?;
        let is_short = bits.take(1)? == 1;
        if bits.take(1)? == 1 {
            bits.take(14)?;
        }
        bits.take(1)?;
        Some((sample_rate_hz, layout, is_short))
    };
    let Some((sample_rate_hz, layout, is_short)) = read(&mut bits) else { return Ok(None) };
    if is_short {
        return Err("AAC with frames of 960 samples");
    }
    // The upper band may be announced behind the rest.
    if layout != 0 && bits.take(11) == Some(0x2b7) && bits.object_type() == Some(5) && bits.take(1) == Some(1) {
        return Err("HE-AAC");
    }
    let num_channels = match layout {
        0 => return Err("AAC with a channel layout of its own"),
        7 => 8,
        count => count as usize,
    };
    Ok(Some(Config { sample_rate_hz, num_channels }))
}

/// Whether the last element of a packet before its end mark holds the upper band: looked for from the end, because what
/// stands before has no length.
fn has_upper_band(packet: &[u8]) -> bool {
    let num_bits = packet.len() * 8;
    let bit = |at: usize| packet[at / 8] >> (7 - at % 8) & 1;
    let number = |at: usize, count: usize| (at..at + count).fold(0, |number, at| number << 1 | usize::from(bit(at)));
    (0..8).any(|padding| {
        if num_bits < padding + 20 || (0..padding).any(|idx| bit(num_bits - 1 - idx) != 0) {
            return false;
        }
        let end = num_bits - padding - 3;
        if number(end, 3) != 7 {
            return false;
        }
        (2..270usize).any(|count| {
            let head = if count < 15 { 7 } else { 15 };
            let Some(start) = end.checked_sub(8 * count + head) else { return false };
            let is_count = if count < 15 {
                number(start + 3, 4) == count
            } else {
                number(start + 3, 4) == 15 && number(start + 7, 8) == count - 14
            };
            is_count && number(start, 3) == 6 && [13, 14].contains(&number(start + head, 4))
        })
    })
}

/// Looks at the first packets of a stream for an upper band that nothing announced.
#[derive(Debug, Default)]
pub struct UpperBand {
    num_asked: usize,
    num_found: usize,
}

impl UpperBand {
    /// Looks at a packet.
    ///
    /// # Errors
    /// If the stream is HE-AAC.
    pub fn ask(&mut self, track: &Track, packet: &[u8], container: &str) -> Result<()> {
        let may_be = track.codec == Codec::Aac && track.sample_rate_hz <= MAX_CORE_RATE_HZ;
        // The first ones may be silence from before the upper band.
        if !may_be || self.num_asked >= 4 * NUM_ASKED {
            return Ok(());
        }
        self.num_asked += 1;
        self.num_found += usize::from(has_upper_band(packet));
        if self.num_found >= NUM_ASKED && 3 * self.num_found >= 2 * self.num_asked {
            bail!("{}", refusal("HE-AAC", container));
        }
        Ok(())
    }
}

/// Why something that is inside of something cannot be read.
pub fn refusal(codec: &str, container: &str) -> String {
    if codec == container || container.is_empty() {
        format!("is {codec}, which cannot be read; convert it to WAV or FLAC")
    } else {
        format!("is {container} with {codec} inside; convert it to WAV or FLAC")
    }
}

/// The header of an ADTS frame: the config that it stands for, its own length and that of the frame, bytes.
fn adts_header(bytes: &[u8]) -> Option<(Vec<u8>, usize, usize)> {
    let word = bytes.big(0, 7)?;
    // Sync word, layer 0.
    if word >> 44 != 0xfff || word >> 41 & 3 != 0 {
        return None;
    }
    let (profile, rate_idx, layout) = (word >> 38 & 3, word >> 34 & 15, word >> 30 & 7);
    let num_bytes = (word >> 13 & 0x1fff) as usize;
    let head = if word >> 40 & 1 == 1 { 7 } else { 9 };
    if rate_idx > 12 || num_bytes <= head {
        return None;
    }
    let config = ((profile + 1) << 11 | rate_idx << 7 | layout << 3) as u16;
    Some((config.to_be_bytes().to_vec(), head, num_bytes))
}

/// A bare stream.
pub struct AdtsFile {
    input: Input,
    track: Track,
    upper_band: UpperBand,
}

/// The file as an ADTS stream, or the input back at its place.
///
/// # Errors
/// If it is AAC of a kind that cannot be read, or cannot be read at all.
pub fn open(mut input: Input) -> Result<Result<Box<dyn Sound>, Input>> {
    let ahead = input.peek(3 * 0x2000)?;
    let mut at = 0;
    let mut found = None;
    for idx in 0..3 {
        let Some((config, _, num_bytes)) = ahead.get(at..).and_then(adts_header) else {
            if idx > 0 && at >= ahead.len() {
                break;
            }
            return Ok(Err(input));
        };
        if found.get_or_insert_with(|| config.clone())[..] != config[..] {
            return Ok(Err(input));
        }
        at += num_bytes;
    }
    let Some(config) = found else { return Ok(Err(input)) };
    let known = match read_config(&config) {
        Ok(Some(known)) => known,
        Ok(None) => return Ok(Err(input)),
        Err(name) => bail!("{}", refusal(name, "")),
    };
    let track = Track {
        codec: Codec::Aac,
        config,
        sample_rate_hz: known.sample_rate_hz,
        num_channels: known.num_channels,
        num_frames: None,
        source: None,
    };
    Ok(Ok(Box::new(Packetized::new(AdtsFile { input, track, upper_band: UpperBand::default() }))))
}

impl Packets for AdtsFile {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        loop {
            let ahead = self.input.peek(0x2000)?;
            if ahead.len() < 7 {
                return Ok(Step::End);
            }
            match adts_header(ahead).filter(|(config, ..)| *config == self.track.config) {
                Some((_, _, num_bytes)) if num_bytes > ahead.len() => return Ok(Step::End),
                Some((_, head, num_bytes)) => {
                    data.clear();
                    data.extend_from_slice(&ahead[head..num_bytes]);
                    self.input.skip(num_bytes as u64);
                    self.upper_band.ask(&self.track, data, "")?;
                    return Ok(Step::Packet { num_padding: 0 });
                }
                None => {
                    let num_bytes = tags::length(ahead).unwrap_or_else(|| {
                        let next = ahead[1..].iter().position(|&byte| byte == 0xff);
                        next.map_or(ahead.len() as u64, |at| at as u64 + 1)
                    });
                    self.input.skip(num_bytes);
                }
            }
        }
    }

    fn truncated_s(&self, _num_heard: u64) -> Option<f64> {
        None
    }

    fn name(&self) -> &'static str {
        self.track.codec.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet whose last element has so many bytes of a kind of extension.
    fn packet(count: usize, extension: u8, seed: u8) -> Vec<u8> {
        let mut bits: Vec<bool> = Vec::new();
        let mut put = |number: usize, width: usize| bits.extend((0..width).rev().map(|bit| number >> bit & 1 == 1));
        for idx in 0..60usize {
            put(idx.wrapping_mul(97) ^ usize::from(seed) << 3, 11);
        }
        put(6, 3);
        if count < 15 {
            put(count, 4);
        } else {
            put(15, 4);
            put(count - 14, 8);
        }
        put(usize::from(extension), 4);
        for idx in 1..2 * count {
            put(idx * 7 + usize::from(seed), 4);
        }
        put(7, 3);
        bits.chunks(8)
            .map(|bits| (0..8).fold(0, |byte, at| byte << 1 | u8::from(bits.get(at) == Some(&true))))
            .collect()
    }

    #[test]
    fn an_upper_band_is_noticed_without_being_announced() {
        let track = Track {
            codec: Codec::Aac,
            config: Vec::new(),
            sample_rate_hz: 22_050,
            num_channels: 2,
            num_frames: None,
            source: None,
        };
        for count in [5, 14, 15, 40, 200] {
            let found = |extension| (0..40u8).filter(|&seed| has_upper_band(&packet(count, extension, seed))).count();
            assert!(found(13) == 40 && found(14) == 40 && found(0) < 10, "{count}: {} {}", found(13), found(0));
        }
        let ask = |extension: u8, sample_rate_hz: u32| {
            let (mut upper_band, track) = (UpperBand::default(), Track { sample_rate_hz, ..track.clone() });
            (0..40).try_for_each(|seed| upper_band.ask(&track, &packet(30, extension, seed), "MP4"))
        };
        let why = ask(13, 22_050).unwrap_err().to_string();
        assert_eq!(why, "is MP4 with HE-AAC inside; convert it to WAV or FLAC");
        assert!(ask(0, 22_050).is_ok() && ask(13, 44_100).is_ok());
    }

    #[test]
    fn configurations_say_what_they_are() {
        let stereo = Config { sample_rate_hz: 44_100, num_channels: 2 };
        assert_eq!(read_config(&[0x12, 0x10]), Ok(Some(stereo)));
        // Mono at 48 kHz; with the upper band announced behind, and announced as absent.
        assert_eq!(read_config(&[0x11, 0x88]), Ok(Some(Config { sample_rate_hz: 48_000, num_channels: 1 })));
        assert_eq!(read_config(&[0x13, 0x88, 0x56, 0xe5, 0x98]), Err("HE-AAC"));
        assert_eq!(read_config(&[0x12, 0x10, 0x56, 0xe5, 0x00]), Ok(Some(stereo)));
        assert_eq!((read_config(&[0x2b, 0x92]), read_config(&[])), (Err("HE-AAC"), Ok(None)));
    }
}
