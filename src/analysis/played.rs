//! Since where does it play? What a host played on into a listening is of the song, and was not heard.

use crate::dsp::sample::or_silence;
use crate::dsp::units::db_from_power;

/// A block sounds above this mean power, dB full scale, its offset aside: well above what a fade or a hum leaves behind.
const SOUNDS_ABOVE_DBFS: f64 = -50.0;
/// A host's next block begins where the last one ended, but for rounding and what was lost on the way, seconds.
const GAP_S: f64 = 0.3;

/// The run of playing that is under way: since the transport started or jumped last.
#[derive(Debug, Default)]
pub struct Played {
    run: Option<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where it sounded first, seconds.
    first_sound_s: Option<f64>,
    /// Where it has come to, seconds.
    end_s: f64,
}

impl Played {
    /// Takes the next frames that played, at this place in seconds where the host tells one.
    pub fn hear(&mut self, position_s: Option<f64>, sample_rate_hz: f64, channels: [&[f32]; 2]) {
        let Some(position_s) = position_s else {
            self.run = None;
            return;
        };
        let goes_on = |run: &Run| (position_s - run.end_s).abs() < GAP_S;
        let mut run = self.run.filter(goes_on).unwrap_or(Run { first_sound_s: None, end_s: position_s });
        if run.first_sound_s.is_none() && channels.into_iter().any(sounds) {
            run.first_sound_s = Some(position_s);
        }
        run.end_s = position_s + channels[0].len() as f64 / sample_rate_hz;
        self.run = Some(run);
    }

    /// The transport stopped.
    pub fn stop(&mut self) {
        self.run = None;
    }

    /// From the first sound of this run to where it is, seconds.
    pub fn run_s(&self) -> Option<(f64, f64)> {
        let run = self.run?;
        Some((run.first_sound_s?, run.end_s))
    }
}

fn sounds(channel: &[f32]) -> bool {
    let num = channel.len().max(1) as f64;
    let mean =
        |value: fn(f64) -> f64| channel.iter().map(|sample| value(f64::from(or_silence(*sample)))).sum::<f64>() / num;
    let power = mean(|sample| sample * sample) - mean(|sample| sample).powi(2);
    db_from_power(power) > SOUNDS_ABOVE_DBFS
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    fn play(played: &mut Played, from_s: f64, to_s: f64, level: f32) {
        let tone: Vec<f32> = (0..480).map(|idx| 0.01 + if idx % 2 == 0 { level } else { -level }).collect();
        for block in (from_s * 100.0) as usize..(to_s * 100.0) as usize {
            played.hear(Some(block as f64 / 100.0), RATE_HZ, [&tone, &[f32::NAN; 480]]);
        }
    }

    #[test]
    fn knows_since_where_it_sounds_in_one_go() {
        let mut played = Played::default();
        play(&mut played, 0.0, 3.0, 0.0);
        assert_eq!(played.run_s(), None);
        play(&mut played, 3.0, 20.0, 0.1);
        play(&mut played, 20.0, 25.0, 0.0);
        let (start_s, end_s) = played.run_s().expect("it sounds");
        assert!((start_s - 3.0).abs() < 0.011 && (end_s - 25.0).abs() < 0.011, "{start_s} {end_s}");
        play(&mut played, 60.0, 65.0, 0.1);
        assert!(played.run_s().is_some_and(|(start_s, _)| start_s == 60.0), "a jump begins anew");
        played.stop();
        assert_eq!(played.run_s(), None);
    }
}
