//! Apple's Core Audio Format with AAC or ALAC inside; plain samples in it are read elsewhere.

use anyhow::{Context, Result, bail};

use super::aac::{UpperBand, refusal};
use super::input::{Input, Numbers};
use super::mp4::{alac_track, audio_config};
use super::packets::{Packetized, Packets, Step, Track};
use super::sound::Sound;

/// Longest table or cookie that is read, bytes: a table of twelve hours has 8 MB.
const MAX_TABLE: u64 = 64 << 20;

/// A CAF file with packets.
pub struct CafFile {
    input: Input,
    track: Track,
    /// Lengths of the packets as they are written, and the place in them.
    table: Vec<u8>,
    at: usize,
    bytes_per_packet: u64,
    num_packets: u64,
    frames_per_packet: u64,
    section: Option<(u64, Option<u64>)>,
    /// Frames that the table promises beyond the end of the file.
    num_missing: u64,
    upper_band: UpperBand,
}

/// The file as CAF.
///
/// # Errors
/// If nothing is inside that can be read, or it is damaged.
pub fn open(mut input: Input) -> Result<Box<dyn Sound>> {
    const DAMAGED: &str = "is CAF, but its header is damaged; export it again";
    input.skip(8);
    let (mut description, mut cookie, mut table, mut data) = (None, Vec::new(), None, None);
    while let Some(header) = input.take(12)? {
        let size = header.big(4, 8).unwrap_or(0);
        let start = input.position();
        match &header[..4] {
            b"desc" => description = input.take(32)?,
            b"kuki" if size <= MAX_TABLE => cookie = input.take(size as usize)?.context(DAMAGED)?,
            b"pakt" if size <= MAX_TABLE => table = input.take(size as usize)?,
            b"data" => {
                data = Some((start + 4, if size == u64::MAX { input.end() } else { start.saturating_add(size) }))
            }
            _ => {}
        }
        if size == u64::MAX {
            break;
        }
        input.seek(start.saturating_add(size));
    }
    let description = description.context(DAMAGED)?;
    let sample_rate_hz = f64::from_bits(description.big(0, 8).context(DAMAGED)?) as u32;
    let codec = &description[8..12];
    let number = |at| description.big(at, 4).unwrap_or(0);
    let (bytes_per_packet, frames_per_packet) = (number(16), number(20));
    let track = match codec {
        b"aac " | b"aach" | b"aacp" => audio_config(&cookie, sample_rate_hz, "CAF")?,
        b"alac" => alac_track(&cookie).context(DAMAGED)?,
        _ => bail!("{}", refusal(&name_of(codec), "CAF")),
    };
    let (start, end) = data.context("is CAF, but was cut off before its sound; copy or export it again")?;
    let table = table.context("is CAF, but was cut off before its table of packets; copy or export it again")?;
    let num_packets = table.big(0, 8).context(DAMAGED)?;
    let num_valid = table.big(8, 8).context(DAMAGED)?;
    let num_priming = table.big(16, 4).context(DAMAGED)?;
    if bytes_per_packet == 0 && num_packets > table.len() as u64 || frames_per_packet == 0 {
        bail!(DAMAGED);
    }
    let track = Track { num_frames: Some(num_valid), ..track };
    input.seek(start);
    input.end_at(end);
    let file = CafFile {
        input,
        track,
        table,
        at: 24,
        bytes_per_packet,
        num_packets,
        frames_per_packet,
        section: Some((num_priming, Some(num_valid))),
        num_missing: 0,
        upper_band: UpperBand::default(),
    };
    Ok(Box::new(Packetized::new(file)))
}

/// What a four-character code of a codec stands for.
fn name_of(code: &[u8]) -> String {
    let name = match code {
        b"lpcm" => "PCM",
        b"ulaw" => "µ-law",
        b"alaw" => "A-law",
        b"ima4" => "ADPCM",
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"opus" => "Opus",
        b"flac" => "FLAC",
        b".mp3" => "MP3",
        b".mp2" => "MP2",
        b"aace" | b"aacl" => "AAC-ELD",
        b"usac" => "xHE-AAC",
        _ => return format!("an unknown codec ({})", code.escape_ascii()),
    };
    name.to_owned()
}

impl CafFile {
    fn packet_length(&mut self) -> Option<u64> {
        if self.bytes_per_packet > 0 {
            return Some(self.bytes_per_packet);
        }
        let mut length = 0u64;
        loop {
            let byte = *self.table.get(self.at)?;
            self.at += 1;
            length = length << 7 | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
    }
}

impl Packets for CafFile {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        if let Some((num_skipped, num_kept)) = self.section.take() {
            return Ok(Step::Section { num_skipped, num_kept });
        }
        if self.num_packets == 0 {
            return Ok(Step::End);
        }
        let length = self.packet_length();
        let is_there = match length.and_then(|length| usize::try_from(length).ok()) {
            Some(length) => self.input.take_into(length, data)?,
            None => false,
        };
        if !is_there {
            self.num_missing = self.num_packets.saturating_mul(self.frames_per_packet);
            self.num_packets = 0;
            return Ok(Step::End);
        }
        self.num_packets -= 1;
        self.upper_band.ask(&self.track, data, "CAF")?;
        Ok(Step::Packet { num_padding: 0 })
    }

    fn truncated_s(&self, num_heard: u64) -> Option<f64> {
        let missing = self.track.num_frames.unwrap_or(0).saturating_sub(num_heard).min(self.num_missing);
        (missing > 0).then(|| missing as f64 / f64::from(self.track.sample_rate_hz.max(1)))
    }

    fn name(&self) -> &'static str {
        "CAF"
    }
}
