//! No call of a host needs more stack than the smallest threads have: 512 kB on macOS and where Ardour ends an export,
//! less in hosts that run plugins on threads of their own.

use std::sync::Arc;

use discern::analysis::Analyzer;
use discern::assistant::{Audio, Brief, VerdictKind, hear};
use discern::chain::monitor::{BandSolo, Change, Channels, Clip, Looper, Monitor, MonitorState, SWITCH_S, Source};
use discern::chain::settings::LatencyMode;
use discern::chain::{Chain, Settings, Stage};
use discern::dsp::signals::pink_noise;
use discern_host::{Plugin, StackPerCall, on_painted_stack};

use crate::editor::{fixture, open};
use crate::figures;
use crate::support::demo_mix;

/// For every call of a host, bytes.
const MOST_BYTES: usize = 128 << 10;
/// For the work of our own threads, bytes.
const MOST_OWN_BYTES: usize = 512 << 10;
/// The least that a host's thread has.
const HOST_THREAD_BYTES: usize = 256 << 10;
/// Enough to measure anything.
const LARGE_BYTES: usize = 8 << 20;

fn load() -> anyhow::Result<Plugin> {
    Plugin::from_entry(&discern::clap_entry)
}

/// A judged song as it is saved, in a state of the plugin.
fn judged_state() -> Vec<u8> {
    let params = discern::params::DiscernParams::new();
    params.change_saved(|saved| saved.set_judged(fixture::judged(VerdictKind::WorkNeeded)));
    let fields = nice_plug::prelude::Params::serialize_fields(&*params);
    let state = load().expect("creates").save().expect("saves");
    let mut state: serde_json::Value = serde_json::from_slice(&state[8..]).expect("JSON after its length");
    state["fields"] = serde_json::to_value(fields).expect("texts");
    let json = state.to_string().into_bytes();
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

fn is_at_most(what: &str, bytes: usize, most_bytes: usize) {
    println!("stack of {what}: {:.1} kB", kilobytes(bytes));
    figures::at_most("Stack", what, kilobytes(most_bytes), "kB", kilobytes(bytes));
}

#[test]
fn no_call_of_a_host_takes_much_stack() {
    let rates_hz = [8000.0, 48_000.0, 384_000.0];
    let measured = StackPerCall::measure(HOST_THREAD_BYTES, load, &judged_state(), &rates_hz);
    for (name, bytes) in measured.expect("measures").calls {
        is_at_most(name, bytes, MOST_BYTES);
    }
}

#[test]
fn nothing_that_is_listened_to_takes_much_stack() {
    let rate = 48_000.0;
    let noise: Vec<f32> = pink_noise(1, 0.2, 48_000).into_iter().map(|x| x as f32).collect();
    let clip = Clip::new(rate, noise.clone(), noise.clone(), true).map(Arc::new);
    let neutral = MonitorState::default();
    let matched = MonitorState { is_comparing: true, ..neutral };
    let states = [
        matched,
        MonitorState { source: Source::Mix, ..matched },
        MonitorState { source: Source::Delta, ..matched },
        MonitorState { source: Source::Reference, ..matched },
        MonitorState { solo: Some(Stage::Equalizer), ..matched },
        MonitorState { hear: Change::new([("limiter.gain_db", 3.0), ("resonance.depth_db", 9.0)]), ..matched },
        MonitorState { band: Some(BandSolo::Equalizer(2)), ..neutral },
        MonitorState { band: Some(BandSolo::Multiband(3)), channels: Channels::Side, ..neutral },
    ];
    let bytes = on_painted_stack(LARGE_BYTES, |stack| {
        let mut chain = Chain::new(rate, LatencyMode::Linear);
        let mut monitor = Monitor::new(rate, LatencyMode::Linear);
        let mut looper = Looper::new(SWITCH_S, rate);
        let mut most = 0;
        for state in &states {
            for block in noise.chunks(1024).take(12) {
                let (mut left, mut right) = (block.to_vec(), block.to_vec());
                let ((), bytes) = stack.measure(|| {
                    monitor.set_reference(clip.clone());
                    monitor.set(state);
                    looper.take(clip.clone());
                    looper.set(true);
                    looper.process(&mut left, &mut right);
                    monitor.take_mix(&Settings::default(), &left, &right);
                    chain.process(&mut left, &mut right);
                    monitor.process(&mut left, &mut right);
                    monitor.reset();
                });
                most = bytes.max(most);
            }
        }
        Ok(most)
    });
    is_at_most("listening to anything", bytes.expect("measures"), MOST_BYTES);
}

#[test]
fn drawing_the_editor_takes_little_stack() {
    let bytes = on_painted_stack(LARGE_BYTES, |stack| {
        let mut most = 0;
        for stage in [None].into_iter().chain(Stage::ALL.map(Some)) {
            let ((), bytes) = stack.measure(|| drop(open(fixture::Fixture::judged(VerdictKind::WorkNeeded), stage)));
            most = bytes.max(most);
        }
        Ok(most)
    });
    is_at_most("opening and drawing the editor", bytes.expect("measures"), MOST_BYTES);
}

#[test]
fn hearing_and_judging_take_little_stack() {
    let mix = demo_mix();
    let rate = f64::from(mix.sample_rate_hz);
    let [heard, judged] = on_painted_stack(LARGE_BYTES, |stack| {
        let (features, heard) = stack.measure(|| {
            let mut analyzer = Analyzer::new(rate, 2);
            analyzer.process(mix.left(), mix.right());
            analyzer.finish();
            analyzer.features()
        });
        let audio = Audio::Song { left: mix.left(), right: mix.right() };
        let (_, judged) = stack.measure(|| hear(&features, &Brief::default(), &Settings::default(), audio));
        Ok([heard, judged])
    })
    .expect("measures");
    is_at_most("hearing a song", heard, MOST_OWN_BYTES);
    is_at_most("judging it", judged, MOST_OWN_BYTES);
}
