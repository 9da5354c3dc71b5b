//! Matroska and WebM (RFC 9559): one track's blocks.

mod elements;
mod entry;

use std::collections::VecDeque;

use anyhow::{Context, Result, bail};

use self::elements::{Elements, UNKNOWN, header, number, signed, sized};
use self::entry::Entry;
use super::aac::UpperBand;
use super::input::Input;
use super::packets::{Packetized, Packets, Step, Track};
use super::sound::Sound;

/// Longest header and longest block that is read, bytes.
const MAX_ELEMENT: u64 = 64 << 20;

/// A Matroska file.
pub struct MatroskaFile {
    input: Input,
    track: Track,
    entry: Entry,
    section: Option<u64>,
    frames: VecDeque<(Vec<u8>, u64)>,
    promised_s: Option<f64>,
    is_cut: bool,
    upper_band: UpperBand,
}

/// The file as Matroska.
///
/// # Errors
/// If nothing is inside that can be read, or it is damaged.
pub fn open(mut input: Input) -> Result<Box<dyn Sound>> {
    const DAMAGED: &str = "is Matroska, but its header is damaged; export it again";
    let (mut scale, mut duration, mut tracks) = (1_000_000, None, None);
    let mut is_cut = false;
    while let Some((id, size)) = header(&mut input)? {
        match id {
            // The file itself, and what it begins with.
            0x1853_8067 => {
                let is_shorter = size != UNKNOWN && size > input.remaining();
                is_cut |= is_shorter;
                continue;
            }
            0x1549_a966 if size <= MAX_ELEMENT => {
                let Some(info) = input.take(size as usize)? else { break };
                for (id, content) in Elements::new(&info) {
                    match id {
                        0x2a_d7b1 => scale = number(content),
                        0x4489 => duration = elements::float(content),
                        _ => {}
                    }
                }
            }
            0x1654_ae6b if size <= MAX_ELEMENT => {
                tracks = input.take(size as usize)?;
            }
            // A cluster: the sound begins.
            0x1f43_b675 => break,
            _ if size == UNKNOWN => bail!(DAMAGED),
            _ => input.skip(size),
        }
    }
    let tracks = tracks.context("is Matroska, but was cut off in its header; copy or export it again")?;
    let entry = entry::choose(&tracks)?;
    let track = entry.track()?;
    let promised_s =
        duration.map(|duration| duration * scale as f64 * 1e-9).filter(|promised_s| promised_s.is_finite());
    let num_skipped = entry.num_skipped(&track);
    let file = MatroskaFile {
        input,
        track,
        entry,
        section: Some(num_skipped),
        frames: VecDeque::new(),
        promised_s,
        is_cut,
        upper_band: UpperBand::default(),
    };
    Ok(Box::new(Packetized::new(file)))
}

impl MatroskaFile {
    /// Takes a block's frames, the last of them with padding of so many nanoseconds.
    fn take_block(&mut self, block: &[u8], padding_ns: i64) -> Option<()> {
        let (number, start) = sized(block)?;
        if number != self.entry.number {
            return None;
        }
        let flags = *block.get(start + 2)?;
        let content = block.get(start + 3..)?;
        let padding_s = padding_ns.max(0) as f64 * 1e-9;
        let num_padding = (padding_s * f64::from(self.track.sample_rate_hz)).round() as u64;
        let laced = elements::lacing(content, flags >> 1 & 3)?;
        let num_laced = laced.len();
        for (idx, frame) in laced.into_iter().enumerate() {
            let num_padding = if idx + 1 == num_laced { num_padding } else { 0 };
            self.frames.push_back((self.entry.unpack(frame), num_padding));
        }
        Some(())
    }
}

impl Packets for MatroskaFile {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        if let Some(num_skipped) = self.section.take() {
            return Ok(Step::Section { num_skipped, num_kept: None });
        }
        loop {
            if let Some((frame, num_padding)) = self.frames.pop_front() {
                *data = frame;
                self.upper_band.ask(&self.track, data, "Matroska")?;
                return Ok(Step::Packet { num_padding });
            }
            let Some((id, size)) = header(&mut self.input)? else { return Ok(Step::End) };
            match id {
                // Segments and clusters are entered.
                0x1853_8067 | 0x1f43_b675 => {}
                _ if size > self.input.remaining() => {
                    self.is_cut = true;
                    return Ok(Step::End);
                }
                0xa3 | 0xa0 if size <= MAX_ELEMENT => {
                    let Some(content) = self.input.take(size as usize)? else { continue };
                    if id == 0xa3 {
                        self.take_block(&content, 0);
                        continue;
                    }
                    let find =
                        |wanted| Elements::new(&content).find(|(id, _)| *id == wanted).map(|(_, content)| content);
                    if let Some(block) = find(0xa1) {
                        self.take_block(block, find(0x75a2).map_or(0, signed));
                    }
                }
                _ => self.input.skip(size),
            }
        }
    }

    fn truncated_s(&self, num_heard: u64) -> Option<f64> {
        let heard_s = num_heard as f64 / f64::from(self.track.sample_rate_hz.max(1));
        self.is_cut.then(|| (self.promised_s.unwrap_or(0.0) - heard_s).max(0.0))
    }

    fn name(&self) -> &'static str {
        "Matroska"
    }
}
