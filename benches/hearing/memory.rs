//! What an instance that listens for hours holds at most, and how the work grows meanwhile.

use std::f64::consts::TAU;
use std::fs;
use std::hint::black_box;

use discern::assistant::{self, Audio, Brief};
use discern::bridge::{self, FrameConsumer, FrameProducer, Place};
use discern::chain::Settings;

use crate::ears::Ears;
use crate::{CHUNK, Programme, busy_s, number};

/// The programme swells and fades with this period, so that no pass through the mix is like another, seconds.
const SWELL_S: f64 = 47.0;
/// Length of the stretches at beginning and end whose work is compared, seconds.
const STRETCH_S: f64 = 300.0;

/// Prints, in MiB: the ring from the audio thread when full, by how much hearing adds to it at its peak, and judging to
/// both when the listening ends; then the work of the first and of the last five minutes, per cent of a core.
pub fn print(rate_hz: f64, hours: f64) {
    let programme = Programme::read();
    let before = forget_peak();
    let ring = full_ring(rate_hz);
    let with_ring = peak_mib();
    println!("ring {:.1}", with_ring - before);

    let mut ears = Ears::new(rate_hz, true);
    let loads = hear(&mut ears, &programme, rate_hz, hours * 3600.0);
    let with_ears = peak_mib();
    println!("hearing {:.1}", with_ears - with_ring);

    let features = ears.song.features();
    let excerpts = ears.song.excerpts().to_vec();
    let report = assistant::hear(&features, &Brief::default(), &Settings::default(), Audio::Excerpts(&excerpts));
    println!("judging {:.1}", peak_mib() - with_ears);
    println!("load {:.2} {:.2}", loads[0], loads[1]);
    black_box((ring, ears.shown, features, excerpts, report));
}

fn hear(ears: &mut Ears, programme: &Programme, rate_hz: f64, seconds: f64) -> [f64; 2] {
    let num_chunks = |seconds: f64| (seconds * rate_hz) as usize / CHUNK;
    let mut scaled = [vec![0.0; CHUNK], vec![0.0; CHUNK]];
    let stretches = [0.0, STRETCH_S, seconds - STRETCH_S].map(num_chunks);
    let mut borders_s = [0.0; 3];
    for (idx, chunk) in programme.chunks().take(num_chunks(seconds)).enumerate() {
        for (border_s, _) in borders_s.iter_mut().zip(stretches).filter(|(_, border)| *border == idx) {
            *border_s = busy_s();
        }
        let position_s = (idx * CHUNK) as f64 / rate_hz;
        let gain = 0.6 + 0.4 * (TAU * position_s / SWELL_S).sin() as f32;
        for (scaled, channel) in scaled.iter_mut().zip(chunk) {
            scaled.iter_mut().zip(channel).for_each(|(scaled, sample)| *scaled = gain * sample);
        }
        let [left, right] = &scaled;
        ears.hear(position_s, [left, right]);
    }
    [borders_s[1] - borders_s[0], busy_s() - borders_s[2]].map(|busy_s| 100.0 * busy_s / STRETCH_S)
}

/// A ring that was filled to the last byte, with the shortest blocks that it is made for.
fn full_ring(rate_hz: f64) -> (FrameProducer, FrameConsumer) {
    let (mut producer, consumer) = bridge::frames(rate_hz);
    let block = [0.5; 16];
    // Longer than any ring; what is too much is dropped.
    for _ in 0..(10.0 * rate_hz) as usize / block.len() {
        producer.write(Place { position_s: Some(0.0), is_playing: true }, [&block; 2], [&block; 2]);
    }
    (producer, consumer)
}

/// Sets the peak to what the process holds now, so that what reading the mix took hides nothing; that size.
fn forget_peak() -> f64 {
    fs::write("/proc/self/clear_refs", "5").expect("memory is measured through Linux's /proc");
    peak_mib()
}

/// The most that the process held since, MiB.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("memory is measured through Linux's /proc");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    number(peak.expect("Linux tells the peak of every process")) / 1024.0
}
