//! Sound that comes in packets: a container gives them, a decoder makes sound of each, and what the encoder put before and
//! behind is left out.

use anyhow::{Result, bail};

use super::decoder::{Decoder, Failure};
use super::sound::{Declared, Sound};
use crate::audio_file::WordLength;

/// A codec that may be inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Codec {
    /// MP3.
    Mp3,
    /// AAC-LC.
    Aac,
    /// Apple Lossless.
    Alac,
    /// Vorbis.
    Vorbis,
    /// Opus.
    Opus,
    /// FLAC.
    Flac,
    /// Plain samples.
    Pcm(Pcm),
}

/// How plain samples are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pcm {
    /// Bytes per sample.
    pub num_bytes: usize,
    /// Floating point, else whole numbers with a sign (without one in single bytes).
    pub is_float: bool,
    /// Most significant byte first.
    pub is_big_endian: bool,
    /// Single bytes without a sign.
    pub is_unsigned: bool,
}

impl Codec {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "MP3",
            Self::Aac => "AAC",
            Self::Alac => "ALAC",
            Self::Vorbis => "Vorbis",
            Self::Opus => "Opus",
            Self::Flac => "FLAC",
            Self::Pcm(_) => "PCM",
        }
    }

    /// Whether a bad packet is damage: lossy streams are made to survive it.
    pub fn is_lossless(self) -> bool {
        matches!(self, Self::Alac | Self::Flac | Self::Pcm(_))
    }
}

/// The track that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// What made it.
    pub codec: Codec,
    /// What the decoder needs to know: AudioSpecificConfig, magic cookie, STREAMINFO, headers.
    pub config: Vec<u8>,
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// Channels, by the codec.
    pub num_channels: usize,
    /// Length, frames, where it is known.
    pub num_frames: Option<u64>,
    /// Word length, of a lossless codec.
    pub source: Option<WordLength>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A packet, and how many of its last frames are padding.
    Packet { num_padding: u64 },
    /// The stream begins anew, with so many frames to leave out and so many to keep after them.
    Section { num_skipped: u64, num_kept: Option<u64> },
    /// The place in the section that the last packet before the next [`Step::Mark`] will reach, frames; the last of all
    /// (what lies beyond is padding) or not.
    Mark { num_frames: u64, is_last: bool },
    /// There is no more.
    End,
}

/// A container that gives the packets of one track.
pub trait Packets {
    /// What they are.
    fn track(&self) -> &Track;

    /// What comes next; a packet's bytes are put into `data`.
    ///
    /// # Errors
    /// If the container is damaged or cannot be read further.
    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step>;

    /// After the end, when so many frames were heard: seconds that are missing, as [`Sound::truncated_s`].
    fn truncated_s(&self, num_heard: u64) -> Option<f64>;

    /// Whether the packet in which the sound ends is kept whole: what MP4 players do with lossy codecs, ffmpeg among them.
    fn ends_by_packet(&self) -> bool {
        false
    }

    /// The container, as people call it: named where it is another than the codec.
    fn name(&self) -> &'static str;
}

/// What of the decoded frames is kept.
#[derive(Default)]
struct Gate {
    num_skipped: u64,
    num_kept: Option<u64>,
    /// The last packet is kept whole.
    is_by_packet: bool,
}

impl Gate {
    /// The part of `num_frames` that is kept.
    fn pass(&mut self, num_frames: usize) -> std::ops::Range<usize> {
        let from = usize::try_from(self.num_skipped).unwrap_or(usize::MAX).min(num_frames);
        self.num_skipped -= from as u64;
        let mut to = num_frames;
        if let Some(kept) = &mut self.num_kept {
            let left = usize::try_from(*kept).unwrap_or(usize::MAX).min(num_frames - from);
            to = if self.is_by_packet && left > 0 { num_frames } else { from + left };
            *kept -= left as u64;
        }
        from..to
    }
}

/// Packets with their decoder.
pub struct Packetized<P> {
    packets: P,
    /// Made for the first packet, when it is known that the track is worth it.
    decoder: Option<Decoder>,
    gate: Gate,
    data: Vec<u8>,
    /// Decoded since the section began, and the mark that it will reach.
    num_decoded: u64,
    marked: Option<u64>,
    /// What a mark says at the section's beginning: streams may be cut out of longer ones.
    base: Option<u64>,
    num_heard: u64,
    num_good: u64,
    /// Frames of the last packet that was good: what a bad one would have had.
    num_usual: usize,
}

impl<P: Packets> Packetized<P> {
    /// Ready for the first packet.
    pub fn new(packets: P) -> Self {
        Self {
            packets,
            decoder: None,
            gate: Gate::default(),
            data: Vec::new(),
            num_decoded: 0,
            marked: None,
            base: None,
            num_heard: 0,
            num_good: 0,
            num_usual: 0,
        }
    }

    fn title(&self) -> String {
        title(self.packets.name(), self.packets.track().codec)
    }

    fn mark(&mut self, num_frames: u64, is_last: bool) {
        // The mark before is reached now.
        if let (None, Some(marked)) = (self.base, self.marked) {
            self.base = Some(marked.saturating_sub(self.num_decoded));
        }
        self.marked = Some(num_frames);
        if is_last {
            let length = num_frames.saturating_sub(self.base.unwrap_or(0));
            let to_come = length.saturating_sub(self.num_decoded);
            self.gate.num_kept = Some(to_come.saturating_sub(self.gate.num_skipped));
        }
    }

    /// Decodes the packet at hand into `planes`, silence if it is bad.
    fn decode(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<()> {
        let track = self.packets.track();
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            None => self.decoder.insert(Decoder::new(track)?),
        };
        match decoder.decode(&self.data, planes) {
            Ok(()) => {
                self.num_good += 1;
                self.num_usual = planes.first().map_or(0, Vec::len);
                Ok(())
            }
            Err(Failure::Packet(_)) if !track.codec.is_lossless() => {
                planes.resize(track.num_channels, Vec::new());
                let length = if self.num_usual > 0 { self.num_usual } else { decoder.usual_length() };
                planes.iter_mut().for_each(|plane| {
                    plane.clear();
                    plane.resize(length, 0.0);
                });
                Ok(())
            }
            Err(Failure::Packet(what)) => bail!(
                "is {}, but damaged after {:.1} s ({what}); copy or export it again",
                self.title(),
                self.num_heard as f64 / f64::from(self.sample_rate_hz().max(1))
            ),
            Err(Failure::Unsupported(what)) => bail!("is {} with {what}; convert it to WAV or FLAC", self.title()),
        }
    }
}

/// A container and what is inside, for people.
pub fn title(container: &str, codec: Codec) -> String {
    let codec = codec.name();
    if container == codec { codec.to_owned() } else { format!("{container} with {codec} inside") }
}

impl<P: Packets> Sound for Packetized<P> {
    fn declared(&self) -> Declared {
        let track = self.packets.track();
        Declared {
            sample_rate_hz: Some(track.sample_rate_hz),
            num_channels: Some(track.num_channels),
            num_frames: track.num_frames.filter(|_| track.codec.is_lossless()),
            source: track.source,
            codec: track.codec.name(),
        }
    }

    fn sample_rate_hz(&self) -> u32 {
        self.decoder.as_ref().and_then(Decoder::sample_rate_hz).unwrap_or(self.packets.track().sample_rate_hz)
    }

    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Result<bool> {
        loop {
            match self.packets.step(&mut self.data)? {
                Step::End => {
                    if self.num_good == 0 && self.num_usual == 0 && self.num_heard > 0 {
                        bail!("is {}, but nothing of it can be decoded; export it again", self.title());
                    }
                    return Ok(false);
                }
                Step::Section { num_skipped, num_kept } => {
                    self.gate = Gate { num_skipped, num_kept, is_by_packet: self.packets.ends_by_packet() };
                    (self.num_decoded, self.marked, self.base) = (0, None, None);
                    self.decoder = None;
                }
                Step::Mark { num_frames, is_last } => self.mark(num_frames, is_last),
                Step::Packet { num_padding } => {
                    self.decode(planes)?;
                    let num_frames = planes.first().map_or(0, Vec::len);
                    self.num_decoded += num_frames as u64;
                    let real = num_frames - usize::try_from(num_padding).unwrap_or(usize::MAX).min(num_frames);
                    let kept = self.gate.pass(real);
                    if kept.is_empty() {
                        planes.iter_mut().for_each(Vec::clear);
                        continue;
                    }
                    for plane in planes.iter_mut() {
                        plane.truncate(kept.end);
                        plane.drain(..kept.start);
                    }
                    self.num_heard += kept.len() as u64;
                    return Ok(true);
                }
            }
        }
    }

    fn truncated_s(&self) -> Option<f64> {
        self.packets.truncated_s(self.num_heard)
    }
}
