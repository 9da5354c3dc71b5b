//! A song on the bench: its samples in double precision, and its levels before anything was done to it.

use crate::audio_file::AudioFile;

use super::levels::{Levels, mean_power};

/// Passages: begin and end, seconds.
pub type Places = Vec<(f64, f64)>;

/// The places of a fault of the whole song.
pub const EVERYWHERE: Option<Places> = Some(Vec::new());

/// The faults reach up to 9 kHz, which such a rate can carry with room for filters' slopes, Hz.
const MIN_RATE_HZ: f64 = 32_000.0;

/// A song that is worked on.
pub struct Track {
    /// Sample rate, Hz.
    pub rate_hz: f64,
    /// One or two channels of equal length.
    pub channels: Vec<Vec<f64>>,
    /// Levels of the song as it came.
    pub levels: Levels,
}

impl Track {
    /// `None` if there is nothing to work on: silence, or a rate of a telephone.
    pub fn of(song: &AudioFile) -> Option<Self> {
        let rate_hz = f64::from(song.sample_rate_hz);
        let double = |channel: &Vec<f32>| channel.iter().map(|sample| f64::from(*sample)).collect();
        let channels: Vec<Vec<f64>> = song.channels.iter().map(double).collect();
        let levels = Levels::of(&channels, rate_hz);
        (rate_hz >= MIN_RATE_HZ && levels.rms > 0.0).then_some(Self { rate_hz, channels, levels })
    }

    /// Back to a file of the format of `song`.
    pub fn into_audio(self, song: &AudioFile) -> AudioFile {
        let single = |channel: Vec<f64>| channel.into_iter().map(|sample| sample as f32).collect();
        AudioFile { channels: self.channels.into_iter().map(single).collect(), ..*song }
    }

    /// Frames.
    pub fn num_frames(&self) -> usize {
        self.channels[0].len()
    }

    /// Length, seconds.
    pub fn duration_s(&self) -> f64 {
        self.seconds(self.num_frames())
    }

    /// Whole samples in a time.
    pub fn samples(&self, seconds: f64) -> usize {
        (seconds * self.rate_hz).round() as usize
    }

    /// Time of so many samples.
    pub fn seconds(&self, samples: usize) -> f64 {
        samples as f64 / self.rate_hz
    }

    /// Adds a signal to all channels from a frame on; what passes the end is dropped.
    pub fn add(&mut self, start: usize, signal: &[f64]) {
        for channel in &mut self.channels {
            channel[start..].iter_mut().zip(signal).for_each(|(sample, added)| *sample += added);
        }
    }

    /// Multiplies all samples by a gain.
    pub fn scale(&mut self, gain: f64) {
        self.channels.iter_mut().flatten().for_each(|sample| *sample *= gain);
    }

    /// Multiplies every frame by its own gain.
    pub fn scale_each(&mut self, gains: &[f64]) {
        for channel in &mut self.channels {
            channel.iter_mut().zip(gains).for_each(|(sample, gain)| *sample *= gain);
        }
    }

    /// Largest magnitude of all samples.
    pub fn peak(&self) -> f64 {
        self.peak_around(0, 2.0 * self.duration_s())
    }

    /// Largest magnitude within a window of `width_s` seconds centred on a frame.
    pub fn peak_around(&self, centre: usize, width_s: f64) -> f64 {
        let magnitudes = self.window(centre, width_s).flatten().map(|sample| sample.abs());
        magnitudes.fold(0.0, f64::max)
    }

    /// RMS of all channels within a window of `width_s` seconds centred on a frame.
    pub fn rms_around(&self, centre: usize, width_s: f64) -> f64 {
        let (sum, num) =
            self.window(centre, width_s).fold((0.0, 0), |(sum, num), window| (sum + mean_power(window), num + 1));
        (sum / f64::from(num)).sqrt()
    }

    fn window(&self, centre: usize, width_s: f64) -> impl Iterator<Item = &[f64]> {
        let half = self.samples(0.5 * width_s);
        let range = centre.saturating_sub(half)..(centre + half).min(self.num_frames());
        self.channels.iter().map(move |channel| &channel[range.clone()])
    }

    /// Half the sum and half the difference of the channels; `None` for a mono file.
    pub fn mid_side(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let [left, right] = self.channels.as_slice() else { return None };
        Some(left.iter().zip(right).map(|(left, right)| (0.5 * (left + right), 0.5 * (left - right))).unzip())
    }

    /// Sets both channels from mid and side.
    pub fn set_mid_side(&mut self, mid: &[f64], side: &[f64]) {
        let (left, right) = mid.iter().zip(side).map(|(mid, side)| (mid + side, mid - side)).unzip();
        self.channels = vec![left, right];
    }
}
