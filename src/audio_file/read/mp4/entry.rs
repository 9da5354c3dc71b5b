//! Sample descriptions: which codec, and what it says of itself.

use anyhow::{Context, Result, bail};

use super::boxes::{child, path};
use crate::audio_file::WordLength;
use crate::audio_file::read::aac::{read_config, refusal};
use crate::audio_file::read::input::Numbers;
use crate::audio_file::read::ogg::{flac_track, opus_track};
use crate::audio_file::read::packets::{Codec, Pcm, Track};

const DAMAGED: &str = "is MP4, but its index is damaged; export it again";

/// The track that a sample description speaks of.
///
/// # Errors
/// If it is of a codec that is not read, or damaged.
pub fn read(description: &[u8]) -> Result<Track> {
    let entry = description.get(8..).context(DAMAGED)?;
    let kind = entry.part(4, 4).context(DAMAGED)?;
    let size = entry.big(0, 4).unwrap_or(0) as usize;
    let entry = entry.get(..size.min(entry.len())).unwrap_or(entry);
    let version = entry.big(16, 2).unwrap_or(0);
    let mut num_channels = entry.big(24, 2).context(DAMAGED)? as usize;
    let mut bits = entry.big(26, 2).context(DAMAGED)?;
    let mut sample_rate_hz = (entry.big(32, 4).context(DAMAGED)? >> 16) as u32;
    let mut flags = 0;
    let start = match version {
        1 => 52,
        2 => {
            sample_rate_hz = f64::from_bits(entry.big(40, 8).context(DAMAGED)?) as u32;
            num_channels = entry.big(48, 4).context(DAMAGED)? as usize;
            (bits, flags) = (entry.big(56, 4).context(DAMAGED)?, entry.big(60, 4).context(DAMAGED)?);
            72
        }
        _ => 36,
    };
    let inside = entry.get(start..).unwrap_or(&[]);
    let wave = child(inside, b"wave").unwrap_or(&[]);
    let pcm = |form: Pcm| {
        let source = match (form.is_float, form.num_bytes) {
            (false, 1 | 2) => WordLength::Bits16,
            (false, 3) => WordLength::Bits24,
            _ => WordLength::Float32,
        };
        Ok(Track {
            codec: Codec::Pcm(form),
            config: Vec::new(),
            sample_rate_hz,
            num_channels,
            num_frames: None,
            source: Some(source),
        })
    };
    let is_little = path(inside, &[b"wave", b"enda"]).and_then(|enda| enda.big(0, 2)) == Some(1);
    let whole = |num_bytes, is_big_endian| Pcm { num_bytes, is_float: false, is_big_endian, is_unsigned: false };
    let float = |num_bytes, is_big_endian| Pcm { num_bytes, is_float: true, is_big_endian, is_unsigned: false };
    if num_channels == 0 || num_channels > 255 {
        bail!(DAMAGED);
    }
    match kind {
        b"mp4a" => {
            let esds = child(inside, b"esds").or_else(|| child(wave, b"esds"));
            let (object, config) =
                descriptor(esds.and_then(|esds| esds.get(4..)).context(DAMAGED)?).context(DAMAGED)?;
            match object {
                0x40 | 0x66..=0x68 => audio_config(config, sample_rate_hz, "MP4"),
                0x69 | 0x6b => Ok(mp3(sample_rate_hz, num_channels)),
                0xa5 => bail!("{}", refusal("AC-3", "MP4")),
                0xa6 => bail!("{}", refusal("E-AC-3", "MP4")),
                0xa9..=0xac => bail!("{}", refusal("DTS", "MP4")),
                0xdd => bail!("{}", refusal("Vorbis", "MP4")),
                0xad => bail!("{}", refusal("Opus", "MP4")),
                _ => bail!("{}", refusal("an unknown codec", "MP4")),
            }
        }
        b".mp3" | b"ms\0\x55" => Ok(mp3(sample_rate_hz, num_channels)),
        b"alac" => {
            let cookie = child(inside, b"alac").or_else(|| child(wave, b"alac"));
            alac_track(cookie.and_then(|cookie| cookie.get(4..)).context(DAMAGED)?).context(DAMAGED)
        }
        b"fLaC" => {
            let blocks = child(inside, b"dfLa").context(DAMAGED)?;
            flac_track(blocks.part(8, 34).context(DAMAGED)?).context(DAMAGED)
        }
        b"Opus" => opus_track(&opus_head(child(inside, b"dOps").context(DAMAGED)?).context(DAMAGED)?).context(DAMAGED),
        b"sowt" => pcm(whole(if bits == 8 { 1 } else { 2 }, false)),
        b"twos" => pcm(whole(if bits == 8 { 1 } else { 2 }, true)),
        b"in24" => pcm(whole(3, !is_little)),
        b"in32" => pcm(whole(4, !is_little)),
        b"fl32" => pcm(float(4, !is_little)),
        b"fl64" => pcm(float(8, !is_little)),
        b"raw " if bits == 8 => pcm(Pcm { num_bytes: 1, is_float: false, is_big_endian: true, is_unsigned: true }),
        b"lpcm" if version == 2 && [8, 16, 24, 32, 64].contains(&bits) => pcm(Pcm {
            num_bytes: bits as usize / 8,
            is_float: flags & 1 != 0,
            is_big_endian: flags & 2 != 0,
            is_unsigned: bits == 8 && flags & 4 == 0,
        }),
        b"ipcm" | b"fpcm" => {
            let form = child(inside, b"pcmC").context(DAMAGED)?;
            let (is_big_endian, bits) = (form.big(4, 1).unwrap_or(0) & 1 == 0, form.big(5, 1).unwrap_or(0));
            match (kind, bits) {
                (b"ipcm", 16 | 24 | 32) => pcm(whole(bits as usize / 8, is_big_endian)),
                (b"fpcm", 32 | 64) => pcm(float(bits as usize / 8, is_big_endian)),
                _ => bail!(DAMAGED),
            }
        }
        _ => bail!("{}", refusal(&name_of(kind), "MP4")),
    }
}

fn name_of(kind: &[u8]) -> String {
    let name = match kind {
        b"ac-3" | b"sac3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"ac-4" => "AC-4",
        b"dtsc" | b"dtse" | b"dtsh" | b"dtsl" | b"dtsx" => "DTS",
        b"mlpa" => "TrueHD",
        b"samr" | b"sawb" => "AMR",
        b"enca" | b"drms" | b"aavd" => "copy-protected sound",
        b"ulaw" => "µ-law",
        b"alaw" => "A-law",
        b"ima4" | b"ms\0\x11" | b"ms\0\x02" => "ADPCM",
        b"QDM2" | b"QDMC" => "QDesign",
        b"mha1" | b"mhm1" => "MPEG-H",
        _ => return format!("an unknown codec ({})", kind.escape_ascii()),
    };
    name.to_owned()
}

fn mp3(sample_rate_hz: u32, num_channels: usize) -> Track {
    Track { codec: Codec::Mp3, config: Vec::new(), sample_rate_hz, num_channels, num_frames: None, source: None }
}

/// A track of AAC by its configuration, bare or in descriptors; without one it is AAC-LC in stereo.
///
/// # Errors
/// If it is no AAC-LC, or damaged.
pub fn audio_config(cookie: &[u8], sample_rate_hz: u32, container: &str) -> Result<Track> {
    let config = match cookie.first() {
        Some(3) => descriptor(cookie).map_or(cookie, |(_, config)| config),
        _ => cookie,
    };
    let known = match read_config(config) {
        Ok(known) => known.with_context(|| format!("is {container}, but its header is damaged; export it again"))?,
        Err(name) => bail!("{}", refusal(name, container)),
    };
    let sample_rate_hz = if known.sample_rate_hz > 0 { known.sample_rate_hz } else { sample_rate_hz };
    Ok(Track {
        codec: Codec::Aac,
        config: config.to_vec(),
        sample_rate_hz,
        num_channels: known.num_channels,
        num_frames: None,
        source: None,
    })
}

/// A track of ALAC by its magic cookie, bare or with the headers of old writers before it.
pub fn alac_track(cookie: &[u8]) -> Option<Track> {
    let cookie = match cookie.part(4, 4) {
        Some(b"frma") => cookie.get(24..)?,
        _ => cookie,
    };
    let bits = *cookie.get(5)?;
    Some(Track {
        codec: Codec::Alac,
        config: cookie.to_vec(),
        sample_rate_hz: cookie.big(20, 4)? as u32,
        num_channels: usize::from(*cookie.get(9)?).max(1),
        num_frames: None,
        source: Some(match bits {
            ..=16 => WordLength::Bits16,
            17..=24 => WordLength::Bits24,
            _ => WordLength::Float32,
        }),
    })
}

/// The header that Opus has elsewhere, from the one that it has here: the same with the other end first.
fn opus_head(specific: &[u8]) -> Option<Vec<u8>> {
    let mut head = b"OpusHead\x01".to_vec();
    head.push(*specific.get(1)?);
    head.extend((specific.big(2, 2)? as u16).to_le_bytes());
    head.extend((specific.big(4, 4)? as u32).to_le_bytes());
    head.extend((specific.big(8, 2)? as u16).to_le_bytes());
    head.extend(specific.get(10..)?);
    Some(head)
}

/// Object type and configuration in an ES descriptor.
fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8])> {
    /// Tag and content of what comes next.
    fn next(bytes: &[u8]) -> Option<(u8, &[u8])> {
        let (mut at, mut size) = (1, 0);
        loop {
            let byte = *bytes.get(at)?;
            (at, size) = (at + 1, size << 7 | usize::from(byte & 0x7f));
            if byte & 0x80 == 0 || at > 4 {
                break;
            }
        }
        Some((*bytes.first()?, bytes.get(at..(at + size).min(bytes.len()))?))
    }
    let (_, stream) = next(bytes).filter(|(tag, _)| *tag == 3)?;
    let flags = *stream.get(2)?;
    let mut at = 3 + if flags & 0x80 != 0 { 2 } else { 0 };
    if flags & 0x40 != 0 {
        at += 1 + usize::from(*stream.get(at)?);
    }
    at += if flags & 0x20 != 0 { 2 } else { 0 };
    let (_, decoder) = next(stream.get(at..)?).filter(|(tag, _)| *tag == 4)?;
    let object = *decoder.first()?;
    let config = next(decoder.get(13..)?).filter(|(tag, _)| *tag == 5).map_or(&[][..], |(_, config)| config);
    Some((object, config))
}
