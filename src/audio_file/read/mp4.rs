//! MP4, M4A and QuickTime (ISO 14496-12 and -14): the sample tables of one track, whole or in fragments.

mod boxes;
mod entry;
mod fragments;

use anyhow::{Context, Result, bail};

pub use entry::{alac_track, audio_config};

use self::boxes::{Boxes, child, path};
use super::aac::UpperBand;
use super::input::{Input, Numbers};
use super::packets::{Codec, Packetized, Packets, Step, Track};
use super::sound::Sound;
use fragments::Fragments;

/// Longest index that is read, bytes: twelve hours of AAC have 16 MB, and there may be video beside.
const MAX_INDEX: u64 = 128 << 20;
/// Longest packet, bytes.
const MAX_PACKET: u64 = 16 << 20;
/// Plain samples that are read at once, frames.
const PCM_FRAMES: u64 = 4096;

/// What the tables say: from where on in the index, and up to where.
#[derive(Clone, Debug, Default)]
struct Table {
    sizes: Vec<u8>,
    constant_size: u64,
    num_samples: u64,
    offsets: Vec<u8>,
    offset_width: usize,
    /// First chunk, samples per chunk, description; twelve bytes each.
    runs: Vec<u8>,
}

/// Where the next sample stands.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    sample: u64,
    chunk: usize,
    run: usize,
    /// Samples of the chunk that were taken, and bytes of it.
    in_chunk: u64,
    offset: u64,
}

/// A track of an MP4 file.
pub struct Mp4File {
    input: Input,
    track: Track,
    table: Table,
    cursor: Cursor,
    fragments: Fragments,
    section: Option<(u64, Option<u64>)>,
    is_cut: bool,
    upper_band: UpperBand,
}

/// The file as MP4.
///
/// # Errors
/// If nothing is inside that can be read, or it is damaged.
pub fn open(mut input: Input) -> Result<Box<dyn Sound>> {
    const DAMAGED: &str = "is MP4, but its index is damaged; export it again";
    let mut index = None;
    let mut first_fragment = None;
    let mut has_sound = false;
    let mut promised_s: f64 = 0.0;
    while let Some((kind, head, size)) = boxes::header(&mut input)? {
        let start = input.position();
        match &kind {
            b"moov" if index.is_none() => {
                if size > MAX_INDEX {
                    bail!(DAMAGED);
                }
                let Some(bytes) = input.take((size - head) as usize)? else {
                    bail!("is MP4, but was cut off in its index; copy or export it again");
                };
                index = Some(bytes);
                input.seek(start + size - head);
                continue;
            }
            b"moof" if first_fragment.is_none() => first_fragment = Some(start - head),
            b"sidx" => promised_s += boxes::segment_seconds(&mut input)?,
            b"mdat" => has_sound = true,
            _ => {}
        }
        input.seek(start.saturating_add(size - head));
    }
    let Some(index) = index else {
        if has_sound {
            bail!("is MP4, but was cut off before its index; copy or export it again");
        }
        bail!("is MP4, but holds no index; export it again");
    };
    let (track_box, track_id) = choose(&index)?;
    let media_scale = path(track_box, &[b"mdia", b"mdhd"]).and_then(|header| match header.first()? {
        1 => header.big(20, 4),
        _ => header.big(12, 4),
    });
    let media_scale = media_scale.filter(|&scale| scale > 0).context(DAMAGED)?;
    let stbl = path(track_box, &[b"mdia", b"minf", b"stbl"]).context(DAMAGED)?;
    let mut track = entry::read(child(stbl, b"stsd").context(DAMAGED)?)?;
    let to_frames = |time: u64, scale: u64| {
        u64::try_from(u128::from(time) * u128::from(track.sample_rate_hz) / u128::from(scale.max(1)))
            .unwrap_or(u64::MAX)
    };
    let table = Table::read(stbl, &track.codec, track.num_channels).context(DAMAGED)?;
    let times = child(stbl, b"stts").unwrap_or(&[]);
    let duration = times
        .get(8..)
        .unwrap_or(&[])
        .chunks_exact(8)
        .fold(0u64, |sum, run| sum.saturating_add(run.big(0, 4).unwrap_or(0) * run.big(4, 4).unwrap_or(0)));
    let movie_scale = child(&index, b"mvhd").and_then(|header| match header.first()? {
        1 => header.big(20, 4),
        _ => header.big(12, 4),
    });
    let (mut num_skipped, mut num_kept) = (0, None);
    let mut expected = to_frames(duration, media_scale);
    if let Some((before, kept)) = boxes::gapless(&index) {
        (num_skipped, num_kept) = (before, (kept > 0).then_some(kept));
    } else if let Some((start, length)) = boxes::edit(track_box) {
        num_skipped = to_frames(start, media_scale);
        let length = to_frames(length, movie_scale.unwrap_or(0));
        // A scale of milliseconds is too coarse to end a song by: then the tables say where it ends.
        let rounding = to_frames(1, movie_scale.unwrap_or(1)) + 1;
        let left = expected.saturating_sub(num_skipped);
        if length > 0 && expected > 0 {
            num_kept = Some(if length.abs_diff(left) <= rounding { left } else { length.min(left) });
        }
    } else if expected > 0 && track.codec == Codec::Aac {
        num_kept = Some(expected);
    }
    expected = num_kept.unwrap_or(expected.saturating_sub(num_skipped));
    let promised = (promised_s * f64::from(track.sample_rate_hz)) as u64;
    track.num_frames = Some(expected.max(promised.saturating_sub(num_skipped))).filter(|&frames| frames > 0);
    let fragments = Fragments::new(&index, track_id, first_fragment);
    let file = Mp4File {
        input,
        track,
        table,
        cursor: Cursor::default(),
        fragments,
        section: Some((num_skipped, num_kept)),
        is_cut: false,
        upper_band: UpperBand::default(),
    };
    Ok(Box::new(Packetized::new(file)))
}

/// The track to be read and its number: the first with sound that is not switched off, else the first with sound.
fn choose(index: &[u8]) -> Result<(&[u8], u64)> {
    let tracks = Boxes::new(index).filter(|(kind, _)| kind == b"trak").map(|(_, track)| track);
    let with_sound = tracks
        .filter(|track| path(track, &[b"mdia", b"hdlr"]).and_then(|handler| handler.part(8, 4)) == Some(&b"soun"[..]));
    let mut first = None;
    for track in with_sound {
        let header = child(track, b"tkhd").unwrap_or(&[]);
        let id = match header.first() {
            Some(1) => header.big(20, 4),
            _ => header.big(12, 4),
        };
        let found = (track, id.unwrap_or(0));
        if header.get(3).is_some_and(|flags| flags & 1 == 1) {
            return Ok(found);
        }
        first.get_or_insert(found);
    }
    first.context("is MP4, but holds no sound; choose another file")
}

impl Table {
    fn read(stbl: &[u8], codec: &Codec, num_channels: usize) -> Option<Self> {
        let sizes = child(stbl, b"stsz")?;
        let (constant_size, num_samples) = (sizes.big(4, 4)?, sizes.big(8, 4)?);
        let (offsets, offset_width) = match child(stbl, b"stco") {
            Some(offsets) => (offsets, 4),
            None => (child(stbl, b"co64")?, 8),
        };
        let sizes = if constant_size == 0 { sizes.get(12..)?.to_vec() } else { Vec::new() };
        let mut table = Self {
            num_samples: if constant_size == 0 { num_samples.min(sizes.len() as u64 / 4) } else { num_samples },
            sizes,
            constant_size,
            offsets: offsets.get(8..)?.to_vec(),
            offset_width,
            runs: child(stbl, b"stsc")?.get(8..)?.to_vec(),
        };
        if let Codec::Pcm(form) = codec {
            // Old writers count a sample of each channel as one byte.
            table.constant_size = (form.num_bytes * num_channels) as u64;
            if !table.sizes.is_empty() {
                table.constant_size = 0;
            }
        }
        Some(table)
    }

    /// Place and length of the next sample, or of several plain ones, bytes.
    fn next(&self, cursor: &mut Cursor, at_once: u64) -> Option<(u64, u64)> {
        loop {
            if cursor.sample >= self.num_samples {
                return None;
            }
            let offset = self.offsets.big(cursor.chunk * self.offset_width, self.offset_width)?;
            // A run holds from its first chunk, counted from 1, to the next run's.
            while self.runs.big((cursor.run + 1) * 12, 4).is_some_and(|first| first <= cursor.chunk as u64 + 1) {
                cursor.run += 1;
            }
            let per_chunk = self.runs.big(cursor.run * 12 + 4, 4)?;
            if cursor.in_chunk >= per_chunk {
                cursor.chunk += 1;
                (cursor.in_chunk, cursor.offset) = (0, 0);
                continue;
            }
            let left = (per_chunk - cursor.in_chunk).min(self.num_samples - cursor.sample);
            let count = if self.constant_size > 0 { left.min(at_once) } else { 1 };
            let size = match self.constant_size {
                0 => self.sizes.big(usize::try_from(cursor.sample).ok()? * 4, 4)?,
                size => size * count,
            };
            let found = (offset.saturating_add(cursor.offset), size);
            cursor.sample += count;
            cursor.in_chunk += count;
            cursor.offset = cursor.offset.saturating_add(size);
            return Some(found);
        }
    }
}

impl Packets for Mp4File {
    fn track(&self) -> &Track {
        &self.track
    }

    fn step(&mut self, data: &mut Vec<u8>) -> Result<Step> {
        if let Some((num_skipped, num_kept)) = self.section.take() {
            return Ok(Step::Section { num_skipped, num_kept });
        }
        let at_once = if matches!(self.track.codec, Codec::Pcm(_)) { PCM_FRAMES } else { 1 };
        let place = match self.table.next(&mut self.cursor, at_once) {
            Some(place) => Some(place),
            None => self.fragments.next(&mut self.input)?,
        };
        let Some((offset, mut size)) = place else {
            self.is_cut |= self.fragments.is_cut;
            return Ok(Step::End);
        };
        let left = self.input.end().saturating_sub(offset);
        if let (true, Codec::Pcm(form)) = (size > left, self.track.codec) {
            let frame = (form.num_bytes * self.track.num_channels) as u64;
            size = left / frame * frame;
        }
        if offset >= self.input.end() || size > left || (size == 0 && at_once > 1) {
            self.is_cut = true;
            return Ok(Step::End);
        }
        if size > MAX_PACKET {
            bail!("is MP4, but damaged (a packet of {size} bytes); export it again");
        }
        self.input.seek(offset);
        if !self.input.take_into(size as usize, data)? {
            self.is_cut = true;
            return Ok(Step::End);
        }
        self.upper_band.ask(&self.track, data, "MP4")?;
        Ok(Step::Packet { num_padding: 0 })
    }

    fn truncated_s(&self, num_heard: u64) -> Option<f64> {
        let missing = self.track.num_frames.unwrap_or(0).saturating_sub(num_heard);
        self.is_cut.then(|| missing as f64 / f64::from(self.track.sample_rate_hz.max(1)))
    }

    fn ends_by_packet(&self) -> bool {
        !self.track.codec.is_lossless()
    }

    fn name(&self) -> &'static str {
        "MP4"
    }
}
