//! How strong the injected faults are: for each kind a weaker and a stronger one.

use crate::analysis::Features;
use crate::assistant::findings::measured;
use crate::audio_file::AudioFile;

use super::inject::inject;
use super::ruler;
use super::sound::hear;

/// One strength.
#[derive(Clone, Copy)]
pub enum Strength {
    /// This amount, in the injector's unit.
    Amount(f64),
    /// The amount, between 0 and the second number, at which the finding reads so many times its flag threshold on the song
    /// at hand; the most where that is out of reach.
    Flag(f64, f64),
    /// This much over what the ruler finds in the song.
    Over(fn(&Features) -> Option<f64>, f64),
}

/// A kind with its two strengths.
pub struct Kind {
    /// As findings and injectors name it.
    pub name: &'static str,
    /// Weaker, stronger.
    pub strengths: [Strength; 2],
    /// Unit of the amounts.
    pub unit: &'static str,
}

impl Kind {
    /// The amount of a strength for a song, found in so many steps where it depends on what the finding reads; `None` where
    /// the fault cannot exist.
    pub fn amount(
        &self,
        strength: usize,
        song: &AudioFile,
        features: &Features,
        seed: u64,
        num_steps: usize,
    ) -> Option<f64> {
        match self.strengths[strength] {
            Strength::Amount(amount) => Some(amount),
            Strength::Over(ruler, by) => Some(ruler(features)? + by),
            Strength::Flag(times, most) => self.amount_that_reads((times, most), song, seed, num_steps),
        }
    }

    /// Looks for the amount by halving.
    fn amount_that_reads(
        &self,
        (times, most): (f64, f64),
        song: &AudioFile,
        seed: u64,
        num_steps: usize,
    ) -> Option<f64> {
        let is_beyond = |amount: f64| {
            let measured = measured(&hear(&inject(self.name, song, amount, seed)?.audio));
            let evidence = &measured.iter().find(|finding| finding.kind.key() == self.name)?.evidence;
            // One end of the range is open: the flag is the end that is nearer to 0.
            let [low, high] = evidence.expected;
            Some(if low.abs() < high.abs() { evidence.value < times * low } else { evidence.value > times * high })
        };
        let (mut low, mut high) = (0.0, most);
        for _ in 0..num_steps {
            let middle = (low + high) / 2.0;
            if is_beyond(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Some(high)
    }
}

/// Most that a filter is turned up or down, dB: beyond, a song is another song.
const MOST_DB: f64 = 24.0;

const fn amounts(name: &'static str, weaker: f64, stronger: f64, unit: &'static str) -> Kind {
    Kind { name, strengths: [Strength::Amount(weaker), Strength::Amount(stronger)], unit }
}

/// One and a half and three times the flag threshold as measured on the song (`product.md` section 4). What a filter does to a
/// song is a fault only by what the song was before: six decibels at 300 Hz mend a thin one.
const fn flagged(name: &'static str) -> Kind {
    Kind { name, strengths: [Strength::Flag(1.5, MOST_DB), Strength::Flag(3.0, MOST_DB)], unit: "dB" }
}

/// All kinds. Where an amount is a level, the weaker is 3.5 dB and the stronger 9.5 dB beyond the threshold (one and a half and
/// three times as an amplitude); where the threshold is none, as for clicks, they are what careful and what casual listening
/// hears.
pub const KINDS: [Kind; 31] = [
    flagged("boom"),
    flagged("mud"),
    flagged("boxy"),
    flagged("harsh"),
    amounts("sibilance", -3.0, 3.0, "dB re local RMS"),
    flagged("dull"),
    flagged("bright"),
    flagged("thin"),
    flagged("resonance"),
    amounts("sub_rumble", -6.5, -0.5, "dB re 40–80 Hz"),
    amounts("dc_offset", -31.5, -25.5, "dB re RMS"),
    amounts("hum", -21.0, -15.0, "dB re RMS"),
    amounts("clicks", 0.0, 6.0, "dB re local peak"),
    amounts("dropout", 3.0, 8.0, "ms"),
    Kind {
        name: "noise",
        strengths: [Strength::Over(ruler::floor_re_song_db, 3.5), Strength::Over(ruler::floor_re_song_db, 9.5)],
        unit: "dB re RMS",
    },
    amounts("clipping", 1.5, 3.0, "dB"),
    amounts("over_limited", 20.0, 30.0, "dB over the ceiling"),
    amounts("over_compressed", 10.0, 20.0, "dB under RMS"),
    amounts("too_dynamic", 26.0, 32.0, "dB"),
    amounts("wide_bass", 3.5, 9.5, "dB side/mid"),
    amounts("phase_inverted", 0.0, 0.0, ""),
    amounts("out_of_phase", 0.18, 0.36, "of the song"),
    amounts("too_wide", 4.5, 10.5, "dB side/mid"),
    amounts("too_narrow", -19.5, -25.5, "dB side/mid"),
    amounts("mono", 0.0, 0.0, ""),
    amounts("missing_channel", -40.0, -90.0, "dB"),
    amounts("identical_channels", 0.0, 0.0, ""),
    amounts("imbalance", 2.25, 4.5, "dB"),
    amounts("intersample_peaks", 0.5, 1.5, "dBTP"),
    amounts("silence_head", 3.0, 6.0, "s"),
    amounts("silence_tail", 9.0, 18.0, "s"),
];
