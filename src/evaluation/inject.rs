//! Puts one known fault into a song.
//!
//! The faults are made with means of their own wherever Discern has a part for the same purpose, so that a bench does
//! not judge a measure by its own mirror image. Levels "re song" are relative to the song's RMS over its sounding part
//! (`levels`). What comes out may pass ±1 and is as loud as the fault makes it.

mod added;
mod chance;
mod dynamics;
mod events;
mod filters;
mod levels;
mod peaks;
mod stereo;
#[cfg(test)]
mod tests;
mod time;
mod tone;
mod track;
mod wide_bass;

use crate::audio_file::AudioFile;
use crate::dsp::units::gain_from_db;

pub use filters::Biquad;
use track::{Places, Track};

/// A song with a fault.
#[derive(Clone, Debug)]
pub struct Injected {
    /// The song, not normalised, of the format of the original.
    pub audio: AudioFile,
    /// Where the fault is: begin and end, seconds in `audio`, in rising order; empty for a fault of the whole song.
    pub places_s: Vec<(f64, f64)>,
}

/// Makes a fault of an amount with the random numbers of a seed; `None` where it cannot exist.
type Injector = fn(&mut Track, f64, u64) -> Option<Places>;

const TABLE: [(&str, Injector); 31] = [
    ("boom", |track, amount, _| tone::bell(track, 100.0, 1.0, amount)),
    ("mud", |track, amount, _| tone::bell(track, 300.0, 0.8, amount)),
    ("boxy", |track, amount, _| tone::bell(track, 600.0, 1.2, amount)),
    ("harsh", |track, amount, _| tone::bell(track, 3_000.0, 0.9, amount)),
    ("sibilance", events::sibilance),
    ("dull", |track, amount, _| tone::high_shelf(track, 6_500.0, -amount)),
    ("bright", |track, amount, _| tone::high_shelf(track, 6_500.0, amount)),
    ("thin", |track, amount, _| tone::low_shelf(track, 250.0, -amount)),
    ("resonance", tone::resonance),
    ("sub_rumble", added::sub_rumble),
    ("dc_offset", added::dc_offset),
    ("hum", added::hum),
    ("clicks", events::clicks),
    ("dropout", events::dropouts),
    ("noise", added::noise),
    ("clipping", |track, amount, _| peaks::clipping(track, amount)),
    ("over_limited", |track, amount, _| dynamics::over_limited(track, amount)),
    ("over_compressed", |track, amount, _| dynamics::over_compressed(track, amount)),
    ("too_dynamic", |track, amount, _| dynamics::too_dynamic(track, amount)),
    ("wide_bass", |track, amount, _| wide_bass::wide_bass(track, amount)),
    ("phase_inverted", |track, _, _| stereo::right_times(track, -1.0)),
    ("out_of_phase", stereo::out_of_phase),
    ("too_wide", |track, amount, _| stereo::width(track, amount)),
    ("too_narrow", |track, amount, _| stereo::width(track, amount)),
    ("mono", |track, _, seed| stereo::mono(track, seed)),
    ("missing_channel", |track, amount, _| stereo::missing_channel(track, amount)),
    ("identical_channels", |track, _, _| stereo::identical_channels(track)),
    ("imbalance", |track, amount, _| stereo::right_times(track, gain_from_db(-amount))),
    ("intersample_peaks", peaks::intersample_peaks),
    ("silence_head", |track, amount, _| time::silence_head(track, amount)),
    ("silence_tail", |track, amount, _| time::silence_tail(track, amount)),
];

/// All kinds of fault, named as the findings are (`cli.md`).
pub const KINDS: &[&str] = &{
    let mut names = [""; TABLE.len()];
    let mut idx = 0;
    while idx < names.len() {
        names[idx] = TABLE[idx].0;
        idx += 1;
    }
    names
};

/// Puts the fault `kind` of size `amount` into a song; the same `seed` does the same.
///
/// The unit of `amount` depends on the kind, see the function that the table above names for it. `None` where the fault
/// cannot exist: faults of stereo in a mono file, anything in a silent song, a kind that is not in [`KINDS`].
pub fn inject(kind: &str, song: &AudioFile, amount: f64, seed: u64) -> Option<Injected> {
    let (_, injector) = TABLE.iter().find(|(name, _)| *name == kind)?;
    let mut track = Track::of(song)?;
    let places_s = injector(&mut track, amount, seed)?;
    Some(Injected { audio: track.into_audio(song), places_s })
}

/// A song through filters in a row.
pub fn filtered(song: &AudioFile, sections: &[Biquad]) -> AudioFile {
    let through = |channel: &Vec<f32>| {
        let mut samples: Vec<f64> = channel.iter().map(|&sample| f64::from(sample)).collect();
        sections.iter().for_each(|section| section.run(&mut samples));
        samples.into_iter().map(|sample| sample as f32).collect()
    };
    AudioFile { channels: song.channels.iter().map(through).collect(), ..*song }
}
