//! Every kind of sound file that is read beside ffmpeg and libsndfile: lossless ones equal to the bit, lossy ones of the same
//! length and within −80 dBFS.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use discern::audio_file::{Limits, MAX_SONG_S, read_through};
use discern::dsp::cancel::Cancel;

use super::tools::python;
use crate::workspace::{out, root};

/// Most that a lossy decode may differ by, effective value, dBFS.
const MAX_DIFFERENCE_DBFS: f64 = -80.0;

/// What is made by ffmpeg: title, file name, encoder and options.
const KINDS: [(&str, &str, &str); 40] = [
    ("WAV, 8 bit", "u8.wav", "-c:a pcm_u8"),
    ("WAV, 16 bit", "s16.wav", "-c:a pcm_s16le"),
    ("WAV, 24 bit", "s24.wav", "-c:a pcm_s24le"),
    ("WAV, 32 bit", "s32.wav", "-c:a pcm_s32le"),
    ("WAV, float", "f32.wav", "-c:a pcm_f32le"),
    ("WAV, double", "f64.wav", "-c:a pcm_f64le"),
    ("RF64", "rf64.wav", "-c:a pcm_s24le -rf64 always"),
    ("Wave64", "s24.w64", "-c:a pcm_s24le"),
    ("AIFF, 16 bit", "s16.aiff", "-c:a pcm_s16be"),
    ("AIFF, 24 bit", "s24.aiff", "-c:a pcm_s24be"),
    ("AIFC, little end first", "sowt.aifc", "-f aiff -c:a pcm_s16le"),
    ("AIFC, float", "f32.aifc", "-f aiff -c:a pcm_f32be"),
    ("AU", "s24.au", "-c:a pcm_s24be"),
    ("CAF, 24 bit", "s24.caf", "-c:a pcm_s24le"),
    ("CAF, float", "f32.caf", "-c:a pcm_f32be"),
    ("CAF, ALAC", "alac.caf", "-c:a alac"),
    ("FLAC, 16 bit", "s16.flac", "-c:a flac -sample_fmt s16"),
    ("FLAC, 24 bit", "s24.flac", "-c:a flac -sample_fmt s32"),
    ("Ogg, FLAC", "flac.oga", "-c:a flac -sample_fmt s32"),
    ("Ogg, Vorbis", "vorbis.ogg", "-c:a libvorbis -q:a 5"),
    ("Ogg, Opus", "opus.opus", "-c:a libopus -b:a 128k"),
    ("MP3, constant", "cbr.mp3", "-c:a libmp3lame -b:a 192k"),
    ("MP3, variable", "vbr.mp3", "-c:a libmp3lame -q:a 2"),
    ("MP3, no tag", "untagged.mp3", "-c:a libmp3lame -q:a 2 -write_xing 0"),
    ("MP3, 22 kHz", "mpeg2.mp3", "-c:a libmp3lame -ar 22050 -b:a 64k"),
    ("AAC, bare", "aac.aac", "-c:a aac -aac_pns 0 -b:a 128k"),
    ("M4A, AAC", "aac.m4a", "-c:a aac -aac_pns 0 -b:a 128k"),
    ("M4A, ALAC", "alac.m4a", "-c:a alac"),
    (
        "MP4, AAC in fragments",
        "fragments.mp4",
        "-c:a aac -aac_pns 0 -movflags frag_keyframe+empty_moov -frag_duration 500000",
    ),
    ("MP4, MP3", "mp3.mp4", "-c:a libmp3lame -b:a 192k"),
    ("MP4, FLAC", "flac.mp4", "-c:a flac -strict -2"),
    ("MP4, Opus", "opus.mp4", "-c:a libopus -strict -2"),
    ("QuickTime, 24 bit", "s24.mov", "-c:a pcm_s24le"),
    ("QuickTime, float", "f32.mov", "-c:a pcm_f32le"),
    ("Matroska, AAC", "aac.mka", "-c:a aac -aac_pns 0"),
    ("Matroska, FLAC", "flac.mka", "-c:a flac"),
    ("Matroska, MP3", "mp3.mka", "-c:a libmp3lame -b:a 192k"),
    ("Matroska, Vorbis", "vorbis.mka", "-c:a libvorbis"),
    ("Matroska, 24 bit", "s24.mka", "-c:a pcm_s24le"),
    ("WebM, Opus", "opus.webm", "-c:a libopus"),
];

/// What is refused by its name.
const REFUSED: [(&str, &str, &str); 4] = [
    ("Matroska, AC-3", "ac3.mka", "-c:a ac3"),
    ("MP2", "mp2.mp2", "-c:a mp2"),
    ("WavPack", "wavpack.wv", "-c:a wavpack"),
    ("Windows Media", "wma.wma", "-c:a wmav2"),
];

/// A decode: frames and their channels, interleaved.
struct Sound {
    num_channels: usize,
    samples: Vec<f32>,
}

impl Sound {
    fn num_frames(&self) -> usize {
        self.samples.len() / self.num_channels.max(1)
    }
}

/// How two decodes differ.
struct Difference {
    num_frames: i64,
    effective_dbfs: f64,
}

/// `cargo xtask verify readers`.
pub fn run() -> Result<()> {
    let rows = compare()?;
    let mut num_bad = 0;
    for row in &rows {
        println!("   {}", row.line());
        num_bad += usize::from(!row.is_right());
    }
    if num_bad > 0 {
        bail!("{num_bad} of {} kinds are not read as others read them", rows.len());
    }
    Ok(())
}

/// The same as a table for `docs/measurements.md`.
pub fn table() -> Result<String> {
    let mut page = String::from(
        "\n## Formats read\n\nFour seconds of the demo mix in stereo, then in mono, beside ffmpeg and libsndfile (`cargo xtask verify readers`): \
         the larger difference of both, effective value.\n\n| kind | Discern | ffmpeg | beside ffmpeg | libsndfile | beside libsndfile |\n|---|---|---|---|---|---|\n",
    );
    for row in compare()? {
        page += &row.markdown();
    }
    Ok(page)
}

/// One kind beside others.
struct Row {
    title: &'static str,
    is_lossless: bool,
    /// Why it is refused.
    refused: Option<String>,
    ffmpeg: Option<Difference>,
    libsndfile: Option<Difference>,
    /// Whether libsndfile reads it; ffmpeg reads all of them.
    is_for_libsndfile: bool,
    is_to_be_refused: bool,
}

impl Row {
    fn is_right(&self) -> bool {
        if self.is_to_be_refused {
            return self.refused.is_some();
        }
        let is_like = |difference: &Difference| {
            difference.num_frames == 0
                && if self.is_lossless {
                    difference.effective_dbfs == f64::NEG_INFINITY
                } else {
                    difference.effective_dbfs < MAX_DIFFERENCE_DBFS
                }
        };
        // libsndfile's MP3 decoder counts other frames as sound, and it is asked only where ffmpeg says the same.
        let is_lossy_elsewhere = !self.is_lossless;
        self.refused.is_none()
            && self.ffmpeg.as_ref().is_some_and(is_like)
            && (is_lossy_elsewhere || self.libsndfile.as_ref().is_none_or(is_like))
    }

    fn cells(&self) -> [String; 5] {
        let told = |difference: &Option<Difference>, is_read: bool| match difference {
            None => (if is_read { "yes" } else { "no" }.to_owned(), "–".to_owned()),
            Some(Difference { num_frames: 0, effective_dbfs }) if *effective_dbfs == f64::NEG_INFINITY => {
                ("yes".to_owned(), "equal".to_owned())
            }
            Some(Difference { num_frames, effective_dbfs }) => {
                let length = if *num_frames == 0 { String::new() } else { format!(", {num_frames:+} frames") };
                ("yes".to_owned(), format!("{effective_dbfs:.0} dBFS{length}").replace('-', "−"))
            }
        };
        let (ffmpeg, beside_ffmpeg) = told(&self.ffmpeg, true);
        let (libsndfile, beside_libsndfile) = told(&self.libsndfile, self.is_for_libsndfile);
        let own = if self.refused.is_some() { "named" } else { "yes" };
        [own.to_owned(), ffmpeg, beside_ffmpeg, libsndfile, beside_libsndfile]
    }

    fn line(&self) -> String {
        let [own, ffmpeg, beside_ffmpeg, libsndfile, beside_libsndfile] = self.cells();
        let mark = if self.is_right() { ' ' } else { '✗' };
        let why = self.refused.as_deref().unwrap_or("");
        format!(
            "{mark} {:24} {own:6} ffmpeg {ffmpeg} {beside_ffmpeg:24} libsndfile {libsndfile} {beside_libsndfile} {why}",
            self.title
        )
    }

    fn markdown(&self) -> String {
        let [own, ffmpeg, beside_ffmpeg, libsndfile, beside_libsndfile] = self.cells();
        format!("| {} | {own} | {ffmpeg} | {beside_ffmpeg} | {libsndfile} | {beside_libsndfile} |\n", self.title)
    }
}

fn compare() -> Result<Vec<Row>> {
    let folder = out("verify/readers")?;
    let mut sources = Vec::new();
    for (name, num_channels) in [("stereo", "2"), ("mono", "1")] {
        let path = folder.join(format!("{name}.wav"));
        // Loud enough for every codec, and below full scale, where some decoders clip.
        let filter = ["-t", "4", "-ac", num_channels, "-af", "volume=-6dB", "-c:a", "pcm_s24le", "-map_metadata", "-1"];
        let mix = root().join("assets/demo_mix.flac");
        ffmpeg(&[&["-i", &mix.to_string_lossy()], &filter[..], &[&path.to_string_lossy()]].concat())?;
        sources.push((name, path));
    }
    let mut rows = Vec::new();
    let kinds = KINDS.iter().map(|kind| (kind, false)).chain(REFUSED.iter().map(|kind| (kind, true)));
    for (&(title, file, options), is_to_be_refused) in kinds {
        let lossless = ["pcm", "flac", "alac"];
        let is_lossless = lossless.iter().any(|codec| options.contains(&format!("-c:a {codec}")));
        let mut row = Row {
            title,
            is_lossless,
            refused: None,
            ffmpeg: None,
            libsndfile: None,
            is_for_libsndfile: false,
            is_to_be_refused,
        };
        for (name, source) in &sources {
            let path = folder.join(format!("{name}_{file}"));
            let options: Vec<&str> = options.split(' ').collect();
            ffmpeg(&[&["-i", &source.to_string_lossy()], &options[..], &[&path.to_string_lossy()]].concat())?;
            let by_ffmpeg = decode_by_ffmpeg(&path, &folder).with_context(|| format!("{title}: ffmpeg"))?;
            let by_libsndfile = decode_by_libsndfile(&path, &folder);
            row.is_for_libsndfile |= by_libsndfile.is_some();
            match decode(&path) {
                Ok(own) => {
                    row.ffmpeg = Some(larger(row.ffmpeg.take(), difference(&own, &by_ffmpeg)));
                    if let Some(other) = by_libsndfile {
                        row.libsndfile = Some(larger(row.libsndfile.take(), difference(&own, &other)));
                    }
                }
                Err(error) => row.refused = Some(error.root_cause().to_string()),
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

fn ffmpeg(args: &[&str]) -> Result<()> {
    let output =
        Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).output().context("ffmpeg cannot be started")?;
    if !output.status.success() {
        bail!("ffmpeg {} failed: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

fn decode(path: &Path) -> Result<Sound> {
    let mut sound = Sound { num_channels: 0, samples: Vec::new() };
    let limits = Limits { max_s: MAX_SONG_S, cancel: Cancel::default() };
    read_through(path, &limits, |_, planes| {
        sound.num_channels = planes.len();
        for idx in 0..planes[0].len() {
            sound.samples.extend(planes.iter().map(|plane| plane[idx]));
        }
        Ok(())
    })?;
    Ok(sound)
}

fn raw(path: &Path, num_channels: usize) -> Result<Sound> {
    let bytes = std::fs::read(path)?;
    let samples = bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
    Ok(Sound { num_channels, samples: samples.collect() })
}

fn decode_by_ffmpeg(path: &Path, folder: &Path) -> Result<Sound> {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "a:0", "-show_entries", "stream=channels", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .context("ffprobe cannot be started")?;
    let num_channels = String::from_utf8_lossy(&probe.stdout).trim().trim_end_matches(',').parse()?;
    let decoded = folder.join("ffmpeg.raw");
    // Its own decoder of Opus is not quite libopus in stereo.
    let is_opus = path.file_name().is_some_and(|name| name.to_string_lossy().contains("opus"));
    let decoder: &[&str] = if is_opus { &["-c:a", "libopus"] } else { &[] };
    let (path, out) = (path.to_string_lossy(), decoded.to_string_lossy());
    ffmpeg(&[decoder, &["-i", &path, "-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", &out]].concat())?;
    raw(&decoded, num_channels)
}

/// What libsndfile makes of it; `None` if it does not read it.
fn decode_by_libsndfile(path: &Path, folder: &Path) -> Option<Sound> {
    const PROGRAM: &str = "import sys, soundfile\n\
        samples, _ = soundfile.read(sys.argv[1], dtype='float32', always_2d=True)\n\
        samples.astype('<f4').tofile(sys.argv[2])\nprint(samples.shape[1])";
    let decoded: PathBuf = folder.join("libsndfile.raw");
    let output = Command::new(python()).args(["-c", PROGRAM]).arg(path).arg(&decoded).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let num_channels = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    raw(&decoded, num_channels).ok()
}

fn difference(own: &Sound, other: &Sound) -> Difference {
    let num_frames = own.num_frames() as i64 - other.num_frames() as i64;
    if own.num_channels != other.num_channels {
        return Difference { num_frames, effective_dbfs: f64::INFINITY };
    }
    let pairs = own.samples.iter().zip(&other.samples);
    let sum: f64 = pairs.map(|(own, other)| (f64::from(*own) - f64::from(*other)).powi(2)).sum();
    let num_samples = own.samples.len().min(other.samples.len()).max(1);
    Difference { num_frames, effective_dbfs: 10.0 * (sum / num_samples as f64).log10() }
}

fn larger(first: Option<Difference>, second: Difference) -> Difference {
    match first {
        Some(first) if first.num_frames != 0 || first.effective_dbfs > second.effective_dbfs => first,
        _ => second,
    }
}
