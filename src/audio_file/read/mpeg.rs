//! MPEG audio, layer 3: frames one after the other, with what people put before, between and behind them.
//!
//! ISO 11172-3 and 13818-3; the Xing, Info and VBRI frames as LAME and Fraunhofer write them. A file may be several joined
//! ones: each part that begins with such a frame is trimmed by its own LAME tag, and by nothing else.

use anyhow::{Result, bail};

use super::aac::refusal;
use super::input::{Input, Numbers};
use super::packets::{Codec, Packets, Step, Track};
use super::sound::Sound;
use super::{packets::Packetized, tags};

/// How far in something else the first frame is looked for, bytes.
const MAX_GARBAGE: usize = 1 << 20;
/// Frames in a row that are no accident.
const NUM_IN_A_ROW: usize = 4;
/// Longest frame, bytes: layer 2 with 384 kbit/s at 32 kHz, or layer 3 of MPEG 2.5 with 160 at 8.
const MAX_FRAME: usize = 2881;
/// What every decoder delays by beyond what the encoder says, frames.
const DECODER_DELAY: u64 = 529;

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    /// 1 to 3.
    layer: u8,
    /// MPEG 1, else 2 or 2.5.
    is_first: bool,
    sample_rate_hz: u32,
    num_channels: usize,
    has_checksum: bool,
    /// The frame with its header, bytes.
    num_bytes: usize,
    /// Sound in it, frames.
    num_frames: u64,
}

impl Header {
    /// Reads the four bytes; `None` if they are no header, or one of a free bit rate.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        const MPEG_1: [[u32; 14]; 3] = [
            [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        ];
        const MPEG_2: [[u32; 14]; 2] = [
            [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let word = bytes.big(0, 4)? as u32;
        if word >> 21 != 0x7ff {
            return None;
        }
        let version = word >> 19 & 3;
        let layer = 4 - (word >> 17 & 3) as u8;
        let (rate_code, rate_idx) = ((word >> 12 & 15) as usize, (word >> 10 & 3) as usize);
        if version == 1 || layer == 4 || rate_idx == 3 || rate_code == 0 || rate_code == 15 || word & 3 == 2 {
            return None;
        }
        let is_first = version == 3;
        let bits_per_s = 1000
            * if is_first { MPEG_1[usize::from(layer) - 1] } else { MPEG_2[usize::from(layer > 1)] }[rate_code - 1];
        let halvings = [2, 0, 1, 0][version as usize];
        let sample_rate_hz = [44_100, 48_000, 32_000][rate_idx] >> halvings;
        let padding = word >> 9 & 1;
        let (num_bytes, num_frames) = match (layer, is_first) {
            (1, _) => ((12 * bits_per_s / sample_rate_hz + padding) * 4, 384),
            (3, false) => (72 * bits_per_s / sample_rate_hz + padding, 576),
            _ => (144 * bits_per_s / sample_rate_hz + padding, 1152),
        };
        Some(Self {
            layer,
            is_first,
            sample_rate_hz,
            num_channels: if word >> 6 & 3 == 3 { 1 } else { 2 },
            has_checksum: word >> 16 & 1 == 0,
            num_bytes: num_bytes as usize,
            num_frames,
        })
    }

    /// Whether both can be of one stream.
    fn goes_with(&self, other: &Self) -> bool {
        self.layer == other.layer && self.is_first == other.is_first && self.sample_rate_hz == other.sample_rate_hz
    }

    /// Bytes of side information.
    fn side_info(&self) -> usize {
        match (self.is_first, self.num_channels) {
            (true, 2) => 32,
            (true, _) | (false, 2) => 17,
            (false, _) => 9,
        }
    }
}

/// What the first frame of a part says instead of sound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tag {
    /// Frames of MPEG audio that follow.
    num_packets: Option<u64>,
    /// What the encoder put before and behind, frames of sound.
    padding: Option<(u64, u64)>,
}

impl Tag {
    fn read(frame: &[u8], header: &Header) -> Option<Self> {
        if header.layer != 3 {
            return None;
        }
        let start = 4 + header.side_info();
        let is_silent = |to: usize| {
            frame
                .get(4 + 2 * usize::from(header.has_checksum)..to)
                .is_some_and(|side| side.iter().all(|&byte| byte == 0))
        };
        if [&b"Xing"[..], b"Info"].contains(&frame.part(start, 4)?) && is_silent(start) {
            let flags = frame.big(start + 4, 4)?;
            let mut at = start + 8;
            let num_packets = if flags & 1 != 0 { frame.big(at, 4) } else { None };
            for (bit, num_bytes) in [(1, 4), (2, 4), (4, 100), (8, 4)] {
                at += if flags & bit != 0 { num_bytes } else { 0 };
            }
            let is_known = [&b"LAME"[..], b"Lavf", b"Lavc"].iter().any(|name| frame.part(at, 4) == Some(name));
            let padding = frame.big(at + 21, 3).filter(|_| is_known).map(|both| (both >> 12, both & 0xfff));
            return Some(Self { num_packets: num_packets.filter(|&count| count > 0), padding });
        }
        (frame.part(36, 4)? == b"VBRI" && is_silent(36))
            .then(|| Self { num_packets: frame.big(50, 4).filter(|&count| count > 0), padding: None })
    }
}

/// A file of MPEG audio.
pub struct MpegFile {
    input: Input,
    track: Track,
    /// The header that the stream goes with.
    like: Header,
    tag: Tag,
    /// Frames of MPEG audio of this part.
    num_packets: u64,
    num_missing: u64,
    /// A section that begins before the frame that is next.
    section: Option<(u64, Option<u64>)>,
    is_new_part: bool,
}

/// Whether a stream begins here; its first header.
fn begins(bytes: &[u8], is_whole: bool) -> Option<Header> {
    let first = Header::read(bytes)?;
    let mut at = first.num_bytes;
    for _ in 1..NUM_IN_A_ROW {
        if is_whole && at >= bytes.len() {
            break;
        }
        let next = bytes.get(at..).and_then(Header::read).filter(|next| next.goes_with(&first));
        match next {
            Some(next) => at += next.num_bytes,
            // A tag behind the last frame of a very short file.
            None if is_whole && bytes.len() - at.min(bytes.len()) <= 128 => break,
            None => return None,
        }
    }
    Some(first)
}

/// The file as MPEG audio, or the input back at its place.
///
/// # Errors
/// If it cannot be read.
pub fn open(mut input: Input) -> Result<Result<Box<dyn Sound>, Input>> {
    let start = input.position();
    let size = usize::try_from(input.remaining()).unwrap_or(usize::MAX);
    let ahead = input.peek(MAX_GARBAGE + NUM_IN_A_ROW * MAX_FRAME)?;
    let is_whole = ahead.len() == size;
    let place = (0..ahead.len().min(MAX_GARBAGE)).find_map(|at| {
        if ahead[at] != 0xff {
            return None;
        }
        Some((at, begins(&ahead[at..], is_whole)?))
    });
    // A single frame far inside of something else is no stream.
    let Some((at, like)) = place.filter(|&(at, like)| at < 4096 || at + NUM_IN_A_ROW * like.num_bytes / 2 < size)
    else {
        return Ok(Err(input));
    };
    input.seek(start + at as u64);
    if like.layer != 3 {
        bail!("{}", refusal(if like.layer == 2 { "MP2" } else { "MP1" }, ""));
    }
    let track = Track {
        codec: Codec::Mp3,
        config: Vec::new(),
        sample_rate_hz: like.sample_rate_hz,
        num_channels: like.num_channels,
        num_frames: None,
        source: None,
    };
    let file = MpegFile {
        input,
        track,
        like,
        tag: Tag::default(),
        num_packets: 0,
        num_missing: 0,
        section: None,
        is_new_part: true,
    };
    Ok(Ok(Box::new(Packetized::new(file))))
}

impl MpegFile {
    /// Goes to the next frame; false at the end.
    fn find(&mut self) -> Result<bool> {
        loop {
            let ahead = self.input.peek(MAX_FRAME + 4)?;
            if ahead.len() < 4 {
                return Ok(false);
            }
            if let Some(header) = Header::read(ahead).filter(|header| header.goes_with(&self.like)) {
                // One that is cut off is heard as far as it goes.
                return Ok(ahead.len() > 4 + header.side_info());
            }
            if let Some(num_bytes) = tags::length(ahead) {
                self.input.skip(num_bytes);
                self.is_new_part = true;
                continue;
            }
            // Something else: on to where frames follow each other again.
            let ahead = self.input.peek(MAX_GARBAGE / 16)?;
            let (is_end, num_bytes) = (ahead.len() < MAX_GARBAGE / 16, ahead.len());
            let found = (1..num_bytes).find_map(|at| {
                if let Some(length) = tags::length(&ahead[at..]).filter(|_| num_bytes - at >= 10) {
                    return Some((at as u64 + length, None));
                }
                let header = Header::read(&ahead[at..])?;
                if !header.goes_with(&self.like) {
                    return begins(&ahead[at..], is_end).map(|header| (at as u64, Some(header)));
                }
                let next = ahead.get(at + header.num_bytes..).and_then(Header::read);
                let is_last = is_end && at + header.num_bytes == num_bytes;
                let is_stream = next.is_some_and(|next| next.goes_with(&header)) || is_last;
                is_stream.then_some((at as u64, Some(header)))
            });
            match found {
                Some((skipped, header)) => {
                    self.input.skip(skipped);
                    self.is_new_part |= header.is_none();
                    if let Some(header) = header.filter(|header| !header.goes_with(&self.like)) {
                        // Another stream: the decoder will say what changed.
                        self.like = header;
                        self.is_new_part = true;
                    }
                }
                None if is_end => return Ok(false),
                None => self.input.skip(num_bytes.saturating_sub(MAX_FRAME + 4).max(1) as u64),
            }
        }
    }

    fn end_part(&mut self) {
        let missing = self.tag.num_packets.unwrap_or(0).saturating_sub(self.num_packets);
        // Some encoders count the tag's own frame.
        if missing > 1 {
            self.num_missing += missing * self.like.num_frames;
        }
    }
}

impl Packets for MpegFile {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        loop {
            if let Some((num_skipped, num_kept)) = self.section.take() {
                return Ok(Step::Section { num_skipped, num_kept });
            }
            if !self.find()? {
                self.end_part();
                self.tag = Tag::default();
                return Ok(Step::End);
            }
            let ahead = self.input.peek(MAX_FRAME + 4)?;
            let Some(header) = Header::read(ahead) else { continue };
            let frame = &ahead[..header.num_bytes.min(ahead.len())];
            let next = ahead.get(header.num_bytes..).and_then(Header::read);
            // A single frame of another kind is one whose header is damaged: silence.
            if header.num_channels != self.track.num_channels
                && next.is_some_and(|next| next.num_channels == self.track.num_channels)
                && Tag::read(frame, &header).is_none()
            {
                data.clear();
                self.input.skip(header.num_bytes as u64);
                self.num_packets += 1;
                return Ok(Step::Packet { num_padding: 0 });
            }
            if let Some(tag) = Tag::read(frame, &header) {
                self.input.skip(header.num_bytes as u64);
                self.end_part();
                let num_kept = tag.num_packets.zip(tag.padding).map(|(num_packets, (before, behind))| {
                    (num_packets * header.num_frames).saturating_sub(before + behind)
                });
                let num_skipped = tag.padding.map_or(0, |(before, _)| before + DECODER_DELAY);
                self.section = Some((num_skipped, num_kept));
                (self.tag, self.num_packets, self.is_new_part) = (tag, 0, false);
                self.track.num_channels = header.num_channels;
                continue;
            }
            let is_past_tag = self.tag.num_packets.is_some_and(|count| self.num_packets >= count);
            if self.is_new_part || is_past_tag || header.num_channels != self.track.num_channels {
                // What follows the frames that a tag counted is not trimmed by it.
                let is_first = self.num_packets == 0 && self.tag == Tag::default();
                self.is_new_part = false;
                if !is_first || header.num_channels != self.track.num_channels {
                    self.end_part();
                    (self.tag, self.num_packets) = (Tag::default(), 0);
                    self.track.num_channels = header.num_channels;
                    self.track.sample_rate_hz = header.sample_rate_hz;
                    self.section = Some((0, None));
                    continue;
                }
            }
            data.clear();
            data.extend_from_slice(frame);
            data.resize(header.num_bytes, 0);
            self.input.skip(header.num_bytes as u64);
            self.num_packets += 1;
            return Ok(Step::Packet { num_padding: 0 });
        }
    }

    fn truncated_s(&self, _num_heard: u64) -> Option<f64> {
        (self.num_missing > 0).then(|| self.num_missing as f64 / f64::from(self.track.sample_rate_hz.max(1)))
    }

    fn name(&self) -> &'static str {
        self.track.codec.name()
    }
}
