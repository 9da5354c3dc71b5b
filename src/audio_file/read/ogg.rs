//! Ogg (RFC 3533) with Vorbis, Opus (RFC 7845) or FLAC inside, alone or chained.

use std::collections::VecDeque;

use anyhow::{Context, Result, bail};

use super::aac::refusal;
use super::flac::StreamInfo;
use super::input::{Input, Numbers};
use super::packets::{Codec, Packetized, Packets, Step, Track};
use super::sound::Sound;

/// Longest packet that is put together, bytes: a setup header with a cover in its comments is longer than any sound.
const MAX_PACKET: usize = 64 << 20;

/// A page: flags, place, stream, and its packets' pieces.
struct Page {
    is_continued: bool,
    begins: bool,
    ends: bool,
    granule: i64,
    serial: u32,
    table: Vec<u8>,
    data: Vec<u8>,
}

/// A logical stream, as its first packet says.
struct Head {
    track: Track,
    /// Frames to leave out at the beginning.
    num_skipped: u64,
    /// Packets of headers after the first.
    num_headers: usize,
}

/// An Ogg file.
pub struct OggFile {
    input: Input,
    track: Track,
    serial: u32,
    /// Packets that wait.
    steps: VecDeque<(Step, Vec<u8>)>,
    /// A packet that goes on in the next page.
    partial: Vec<u8>,
    num_headers_left: usize,
    num_skipped: u64,
    has_ended: bool,
    is_cut: bool,
    /// A header's length that all links together have, frames, where they say it.
    num_promised: Option<u64>,
}

fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut idx = 0;
        while idx < 256 {
            let mut crc = (idx as u32) << 24;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000_0000 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
                bit += 1;
            }
            table[idx] = crc;
            idx += 1;
        }
        table
    };
    bytes.iter().fold(0, |crc: u32, byte| crc << 8 ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

/// Why there is no page.
enum NoPage {
    End,
    Cut,
}

/// The next page that is whole.
fn next_page(input: &mut Input) -> Result<Result<Page, NoPage>> {
    loop {
        let ahead = input.peek(27 + 255 + 255 * 255)?;
        if ahead.is_empty() {
            return Ok(Err(NoPage::End));
        }
        if ahead.starts_with(b"OggS") {
            let table = ahead.get(26).and_then(|&count| ahead.part(27, usize::from(count)));
            let Some(table) = table else { return Ok(Err(NoPage::Cut)) };
            let head = 27 + table.len();
            let size = head + table.iter().map(|&size| usize::from(size)).sum::<usize>();
            if let Some(page) = ahead.get(..size) {
                let mut zeroed = page.to_vec();
                zeroed[22..26].fill(0);
                if page.little(22, 4) == Some(u64::from(crc(&zeroed))) {
                    let flags = page[5];
                    let page = Page {
                        is_continued: flags & 1 != 0,
                        begins: flags & 2 != 0,
                        ends: flags & 4 != 0,
                        granule: page.little(6, 8).unwrap_or(0) as i64,
                        serial: page.little(14, 4).unwrap_or(0) as u32,
                        table: table.to_vec(),
                        data: page[head..].to_vec(),
                    };
                    input.skip(size as u64);
                    return Ok(Ok(page));
                }
            } else if !ahead[4..].windows(4).any(|window| window == b"OggS") {
                return Ok(Err(NoPage::Cut));
            }
        }
        // Damaged, or something between: on to the next.
        let next = ahead[1..].windows(4).position(|window| window == b"OggS");
        let num_bytes = next.map_or(ahead.len().saturating_sub(3).max(1), |at| at + 1);
        input.skip(num_bytes as u64);
    }
}

impl Head {
    /// Reads a first packet; the name of what it is if it is something else.
    fn read(packet: &[u8]) -> Result<Result<Self, &'static str>> {
        const DAMAGED: &str = "is Ogg, but its header is damaged; export it again";
        if packet.starts_with(b"\x01vorbis") {
            let track = Track {
                codec: Codec::Vorbis,
                config: packet.to_vec(),
                sample_rate_hz: packet.little(12, 4).context(DAMAGED)? as u32,
                num_channels: usize::from(packet[11]),
                num_frames: None,
                source: None,
            };
            return Ok(Ok(Self { track, num_skipped: 0, num_headers: 2 }));
        }
        if packet.starts_with(b"OpusHead") {
            let track = opus_track(packet).context(DAMAGED)?;
            let num_skipped = packet.little(10, 2).context(DAMAGED)?;
            return Ok(Ok(Self { track, num_skipped, num_headers: 1 }));
        }
        if packet.starts_with(b"\x7fFLAC") {
            let block = packet.part(17, 34).context(DAMAGED)?;
            let num_headers = packet.big(7, 2).context(DAMAGED)? as usize;
            let track = flac_track(block).context(DAMAGED)?;
            return Ok(Ok(Self { track, num_skipped: 0, num_headers }));
        }
        let names: [(&[u8], &str); 6] = [
            (b"Speex", "Speex"),
            (b"\x80theora", "Theora"),
            (b"fishead", "no sound"),
            (b"CELT", "CELT"),
            (b"BBCD", "Dirac"),
            (b"PCM     ", "PCM"),
        ];
        Ok(Err(names.iter().find(|(start, _)| packet.starts_with(start)).map_or("an unknown codec", |(_, name)| name)))
    }
}

/// A track of Opus by its header.
pub fn opus_track(head: &[u8]) -> Option<Track> {
    let num_channels = usize::from(*head.get(9)?);
    // A table of channels that is another than mono's or stereo's is none that anybody uses for two.
    let is_plain = matches!(head.get(18)?, 0 | 1) || num_channels > 2;
    (num_channels > 0 && is_plain).then(|| Track {
        codec: Codec::Opus,
        config: head.to_vec(),
        sample_rate_hz: 48_000,
        num_channels,
        num_frames: None,
        source: None,
    })
}

/// A track of FLAC by its STREAMINFO.
pub fn flac_track(block: &[u8]) -> Option<Track> {
    let info = StreamInfo::read(block)?;
    Some(Track {
        codec: Codec::Flac,
        config: block.to_vec(),
        sample_rate_hz: info.sample_rate_hz,
        num_channels: info.num_channels,
        num_frames: info.num_frames,
        source: Some(info.source()),
    })
}

/// The file as Ogg.
///
/// # Errors
/// If nothing is inside that can be read.
pub fn open(input: Input) -> Result<Box<dyn Sound>> {
    let mut file = OggFile {
        input,
        track: Track {
            codec: Codec::Vorbis,
            config: Vec::new(),
            sample_rate_hz: 0,
            num_channels: 0,
            num_frames: None,
            source: None,
        },
        serial: 0,
        steps: VecDeque::new(),
        partial: Vec::new(),
        num_headers_left: 0,
        num_skipped: 0,
        has_ended: true,
        is_cut: false,
        num_promised: None,
    };
    let mut other = None;
    let head = loop {
        match next_page(&mut file.input)? {
            Ok(page) if page.begins => match Head::read(&page.data)? {
                Ok(head) => break (head, page.serial),
                Err(name) if name != "no sound" => other = Some(name),
                Err(_) => {}
            },
            // Streams begin before any goes on.
            Ok(_) if other.is_some() => bail!("{}", refusal(other.unwrap_or_default(), "Ogg")),
            Ok(_) => {}
            Err(NoPage::Cut) if other.is_none() => {
                bail!("is Ogg, but was cut off in its header; copy or export it again")
            }
            Err(_) => match other {
                Some(name) => bail!("{}", refusal(name, "Ogg")),
                None => bail!("is Ogg, but damaged from its beginning; export it again"),
            },
        }
    };
    file.begin(head.0, head.1)?;
    // Up to the first sound, so that what is declared is known.
    while file.num_headers_left > 0 {
        let page = next_page(&mut file.input)?;
        let Ok(page) = page else { bail!("is Ogg, but was cut off in its header; copy or export it again") };
        file.take_page(page)?;
    }
    Ok(Box::new(Packetized::new(file)))
}

impl OggFile {
    fn begin(&mut self, head: Head, serial: u32) -> Result<()> {
        self.num_promised = head.track.num_frames.map(|frames| frames + self.num_promised.unwrap_or(0));
        self.track = head.track;
        self.serial = serial;
        self.partial.clear();
        self.num_headers_left = head.num_headers;
        self.num_skipped = head.num_skipped;
        self.has_ended = false;
        if self.num_headers_left == 0 {
            self.begin_section();
        }
        Ok(())
    }

    fn begin_section(&mut self) {
        let step = Step::Section { num_skipped: self.num_skipped, num_kept: None };
        self.steps.push_back((step, Vec::new()));
    }

    fn take_header(&mut self, packet: &[u8]) {
        self.num_headers_left -= 1;
        // The decoder of Vorbis takes the first and the third together.
        if self.track.codec == Codec::Vorbis && self.num_headers_left == 0 {
            self.track.config.truncate(30);
            self.track.config.extend_from_slice(packet);
        }
        // FLAC may not say how many there are.
        if self.num_headers_left == 0 {
            self.begin_section();
        }
    }

    fn take_page(&mut self, page: Page) -> Result<()> {
        if page.begins && page.serial != self.serial {
            if let Ok(head) = Head::read(&page.data)? {
                let is_like = head.track.codec == self.track.codec
                    && head.track.sample_rate_hz == self.track.sample_rate_hz
                    && head.track.num_channels == self.track.num_channels;
                if !self.has_ended && !self.steps.is_empty() {
                    return Ok(());
                }
                if !self.has_ended && self.num_headers_left > 0 {
                    // Another stream beside this one.
                    return Ok(());
                }
                if !is_like {
                    bail!("is Ogg that changes its format midway; convert it to WAV or FLAC");
                }
                self.begin(head, page.serial)?;
            }
            return Ok(());
        }
        if page.serial != self.serial {
            return Ok(());
        }
        if page.begins && self.has_ended {
            // A link that took the same number again.
            if let Ok(head) = Head::read(&page.data)? {
                self.begin(head, page.serial)?;
            }
            return Ok(());
        }
        if !page.is_continued {
            self.partial.clear();
        }
        let mut ignored = page.is_continued && self.partial.is_empty();
        let mut packets: Vec<Vec<u8>> = Vec::new();
        let mut at = 0;
        for &size in &page.table {
            self.partial.extend_from_slice(&page.data[at..at + usize::from(size)]);
            at += usize::from(size);
            if self.partial.len() > MAX_PACKET {
                bail!("is Ogg, but damaged (a packet without end); export it again");
            }
            if size < 255 {
                let packet = std::mem::take(&mut self.partial);
                // The end of one whose beginning is lost.
                if !std::mem::take(&mut ignored) && !packet.is_empty() {
                    packets.push(packet);
                }
            }
        }
        let mut sound = Vec::new();
        for packet in packets {
            let is_header = match self.track.codec {
                // A count of 0 says nothing; blocks begin with their type, frames with ones.
                Codec::Flac => packet.first().is_some_and(|&byte| byte != 0xff),
                Codec::Vorbis => packet.first().is_some_and(|byte| byte & 1 == 1),
                _ => packet.starts_with(b"OpusTags"),
            };
            if self.num_headers_left > 0 && (is_header || self.track.codec != Codec::Flac) {
                self.take_header(&packet);
            } else if !is_header {
                if self.num_headers_left > 0 {
                    self.num_headers_left = 0;
                    self.begin_section();
                }
                sound.push(packet);
            }
        }
        let is_lossy = matches!(self.track.codec, Codec::Vorbis | Codec::Opus);
        if is_lossy && !sound.is_empty() && page.granule >= 0 {
            let step = Step::Mark { num_frames: page.granule as u64, is_last: page.ends };
            self.steps.push_back((step, Vec::new()));
        }
        self.steps.extend(sound.into_iter().map(|packet| (Step::Packet { num_padding: 0 }, packet)));
        self.has_ended |= page.ends;
        Ok(())
    }
}

impl Packets for OggFile {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        loop {
            if let Some((step, packet)) = self.steps.pop_front() {
                *data = packet;
                return Ok(step);
            }
            match next_page(&mut self.input)? {
                Ok(page) => self.take_page(page)?,
                Err(NoPage::Cut) => {
                    self.is_cut = true;
                    self.input.skip(u64::MAX);
                }
                Err(NoPage::End) => {
                    self.is_cut |= !self.has_ended;
                    return Ok(Step::End);
                }
            }
        }
    }

    fn truncated_s(&self, num_heard: u64) -> Option<f64> {
        let missing = self.num_promised.unwrap_or(0).saturating_sub(num_heard);
        (self.is_cut || missing > 0).then(|| missing as f64 / f64::from(self.track.sample_rate_hz.max(1)))
    }

    fn name(&self) -> &'static str {
        "Ogg"
    }
}
