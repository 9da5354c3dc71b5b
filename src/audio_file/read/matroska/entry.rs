//! Tracks: which codec, and what it says of itself.

use anyhow::{Context, Result, bail};

use super::elements::{Elements, float, number};
use crate::audio_file::WordLength;
use crate::audio_file::read::aac::refusal;
use crate::audio_file::read::input::Numbers;
use crate::audio_file::read::mp4::{alac_track, audio_config};
use crate::audio_file::read::ogg::{flac_track, opus_track};
use crate::audio_file::read::packets::{Codec, Pcm, Track};

const DAMAGED: &str = "is Matroska, but its header is damaged; export it again";

/// A track with sound.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its number in blocks.
    pub number: u64,
    codec: String,
    private: Vec<u8>,
    delay_ns: u64,
    sample_rate_hz: f64,
    num_channels: usize,
    bits: u64,
    is_default: bool,
    is_off: bool,
    /// What was left out at the beginning of each frame.
    stripped: Vec<u8>,
    /// Frames are packed or locked.
    is_packed: bool,
}

/// The track to be read: the default one, else the first.
///
/// # Errors
/// If there is none.
pub fn choose(tracks: &[u8]) -> Result<Entry> {
    let entries = Elements::new(tracks).filter(|(id, _)| *id == 0xae).filter_map(|(_, content)| Entry::read(content));
    let mut entries: Vec<Entry> = entries.collect();
    let place = entries.iter().position(|entry| entry.is_default && !entry.is_off);
    if entries.is_empty() {
        bail!("is Matroska, but holds no sound; choose another file");
    }
    Ok(entries.swap_remove(place.unwrap_or(0)))
}

impl Entry {
    fn read(content: &[u8]) -> Option<Self> {
        let mut entry = Self { is_default: true, sample_rate_hz: 8000.0, num_channels: 1, ..Self::default() };
        let mut is_sound = false;
        for (id, content) in Elements::new(content) {
            match id {
                0xd7 => entry.number = number(content),
                0x83 => is_sound = number(content) == 2,
                0x88 => entry.is_default = number(content) == 1,
                0xb9 => entry.is_off = number(content) == 0,
                0x86 => entry.codec = String::from_utf8_lossy(content).trim_end_matches('\0').to_owned(),
                0x63a2 => entry.private = content.to_vec(),
                0x56aa => entry.delay_ns = number(content),
                0xe1 => {
                    for (id, content) in Elements::new(content) {
                        match id {
                            0xb5 => entry.sample_rate_hz = float(content).unwrap_or(8000.0),
                            0x9f => entry.num_channels = number(content).clamp(1, 255) as usize,
                            0x6264 => entry.bits = number(content),
                            _ => {}
                        }
                    }
                }
                0x6d80 => entry.read_packing(content),
                _ => {}
            }
        }
        is_sound.then_some(entry)
    }

    fn read_packing(&mut self, encodings: &[u8]) {
        for (_, encoding) in Elements::new(encodings).filter(|(id, _)| *id == 0x6240) {
            for (id, content) in Elements::new(encoding) {
                match id {
                    0x5034 => {
                        let mut algorithm = 0;
                        for (id, content) in Elements::new(content) {
                            match id {
                                0x4254 => algorithm = number(content),
                                0x4255 => self.stripped = content.to_vec(),
                                _ => {}
                            }
                        }
                        self.is_packed |= algorithm != 3;
                    }
                    0x5035 => self.is_packed = true,
                    _ => {}
                }
            }
        }
    }

    /// What the decoder needs to know.
    ///
    /// # Errors
    /// If it is of a codec that is not read, or damaged.
    pub fn track(&self) -> Result<Track> {
        if self.is_packed {
            bail!("is Matroska with packed or locked sound; convert it to WAV or FLAC");
        }
        let track = |codec, config: Vec<u8>, source| Track {
            codec,
            config,
            sample_rate_hz: self.sample_rate_hz.clamp(0.0, 4e9) as u32,
            num_channels: self.num_channels,
            num_frames: None,
            source,
        };
        match self.codec.as_str() {
            "A_OPUS" | "A_OPUS/EXPERIMENTAL" => opus_track(&self.private).context(DAMAGED),
            "A_VORBIS" => {
                let config = vorbis_headers(&self.private).context(DAMAGED)?;
                let (num_channels, rate) = (usize::from(config[11]), config.little(12, 4).unwrap_or(0) as u32);
                Ok(Track { num_channels, sample_rate_hz: rate, ..track(Codec::Vorbis, config, None) })
            }
            "A_FLAC" => flac_track(self.private.part(8, 34).context(DAMAGED)?).context(DAMAGED),
            "A_ALAC" => alac_track(&self.private).context(DAMAGED),
            "A_MPEG/L3" => Ok(track(Codec::Mp3, Vec::new(), None)),
            "A_AAC" => audio_config(&self.private, 0, "Matroska"),
            "A_PCM/INT/LIT" | "A_PCM/INT/BIG" if [8, 16, 24, 32].contains(&self.bits) => {
                let num_bytes = self.bits as usize / 8;
                let source =
                    [WordLength::Bits16, WordLength::Bits16, WordLength::Bits24, WordLength::Float32][num_bytes - 1];
                let is_big_endian = self.codec.ends_with("BIG");
                let form = Pcm { num_bytes, is_float: false, is_big_endian, is_unsigned: num_bytes == 1 };
                Ok(track(Codec::Pcm(form), Vec::new(), Some(source)))
            }
            "A_PCM/FLOAT/IEEE" if [32, 64].contains(&self.bits) => {
                let num_bytes = self.bits as usize / 8;
                let form = Pcm { num_bytes, is_float: true, is_big_endian: false, is_unsigned: false };
                Ok(track(Codec::Pcm(form), Vec::new(), Some(WordLength::Float32)))
            }
            codec => bail!("{}", refusal(&name_of(codec), "Matroska")),
        }
    }

    /// Frames that the encoder put before the sound.
    pub fn num_skipped(&self, track: &Track) -> u64 {
        match track.codec {
            Codec::Opus => track.config.little(10, 2).unwrap_or(0),
            _ => (self.delay_ns as f64 * 1e-9 * f64::from(track.sample_rate_hz)).round() as u64,
        }
    }

    /// A frame as the codec made it.
    pub fn unpack(&self, frame: &[u8]) -> Vec<u8> {
        [&self.stripped, frame].concat()
    }
}

fn name_of(codec: &str) -> String {
    let name = match codec {
        _ if codec.starts_with("A_AC3") => "AC-3",
        _ if codec.starts_with("A_EAC3") => "E-AC-3",
        _ if codec.starts_with("A_DTS") => "DTS",
        _ if codec.starts_with("A_AAC/") && codec.ends_with("SBR") => "HE-AAC",
        _ if codec.starts_with("A_AAC/") => "AAC without its configuration",
        "A_MPEG/L2" => "MP2",
        "A_MPEG/L1" => "MP1",
        "A_TRUEHD" => "TrueHD",
        "A_MLP" => "MLP",
        "A_WAVPACK4" => "WavPack",
        "A_TTA1" => "TTA",
        "A_MS/ACM" => "a Windows codec",
        _ if codec.starts_with("A_REAL/") => "RealAudio",
        _ if codec.starts_with("A_QUICKTIME") => "a QuickTime codec",
        _ => return format!("an unknown codec ({})", codec.chars().take(40).collect::<String>().escape_debug()),
    };
    name.to_owned()
}

/// First and third header of Vorbis, from all three.
fn vorbis_headers(private: &[u8]) -> Option<Vec<u8>> {
    let mut at = 1;
    let mut sizes = [0usize; 2];
    for size in &mut sizes {
        loop {
            let byte = usize::from(*private.get(at)?);
            (at, *size) = (at + 1, *size + byte);
            if byte < 255 {
                break;
            }
        }
    }
    let first = private.part(at, sizes[0]).filter(|first| first.len() == 30)?;
    let third = private.get(at + sizes[0] + sizes[1]..)?;
    Some([first, third].concat())
}
