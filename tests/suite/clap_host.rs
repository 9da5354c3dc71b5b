//! The plugin as a CLAP host sees it, in process: description, parameters, state, layouts, and the chain's samples.

use discern::chain::settings::{Choice, Kind, LatencyMode, find, table};
use discern::chain::{Chain, Settings};
use discern_host::{Audio, Parameter, Plugin};

use crate::support;

/// Sizes that hosts use and sizes that find mistakes.
const BLOCK_SIZES: [usize; 6] = [512, 1, 7, 64, 1500, 480];
const MAX_FRAMES: u32 = 1500;

/// Settings that make every stage work.
const BUSY: [(&str, f64); 9] = [
    ("input.gain_db", -1.3),
    ("input.invert_right", 1.0),
    ("equalizer.amount_percent", 87.5),
    ("equalizer.band_1.shape", 3.0),
    ("equalizer.band_3.gain_db", -3.1),
    ("equalizer.band_3.channel", 3.0),
    ("equalizer.band_6.gain_db", 1.75),
    ("limiter.gain_db", 11.25),
    ("limiter.ceiling_dbtp", -1.0),
];

fn load() -> Plugin {
    Plugin::from_entry(&discern::clap_entry).expect("the plugin is created")
}

/// Sets parameters as a host's text entry would, while the plugin is not active.
fn set(plugin: &mut Plugin, settings: &[(&str, f64)]) {
    let mut events = Vec::new();
    for (id, value) in settings {
        let text = find(id).expect("a setting").format(*value);
        let host_id = Parameter::id_of(id);
        events.push((host_id, plugin.parse(host_id, &text).expect("the plugin reads its settings' text")));
    }
    plugin.flush(&events).expect("inactive");
}

/// A setting's value from the text that the plugin shows.
fn setting(plugin: &mut Plugin, id: &str) -> f64 {
    let host_id = Parameter::id_of(id);
    let value = plugin.value(host_id).expect("a parameter");
    let text = plugin.format(host_id, value).expect("every value has a text");
    find(id).expect("a setting").parse(&text).expect("a setting reads the plugin's text")
}

fn settings(values: &[(&str, f64)]) -> Settings {
    let mut settings = Settings::default();
    for (id, value) in values {
        find(id).expect("a setting").set(&mut settings, *value);
    }
    settings
}

/// Both channels in place through the plugin, in blocks of [`BLOCK_SIZES`].
fn process(audio: &mut Audio, channels: &mut [Vec<f32>]) {
    let num_frames = channels[0].len();
    audio.transport.is_playing = true;
    let mut start = 0;
    for size in BLOCK_SIZES.iter().cycle() {
        if start == num_frames {
            break;
        }
        let end = num_frames.min(start + size);
        let mut block: Vec<&mut [f32]> = channels.iter_mut().map(|channel| &mut channel[start..end]).collect();
        audio.process(&mut block).expect("processes");
        start = end;
    }
}

/// Music as the plugin gets it.
fn song(num_frames: usize) -> Vec<Vec<f32>> {
    let mix = support::demo_mix();
    [mix.left(), mix.right()].map(|channel| channel[..num_frames].to_vec()).into()
}

/// The same through the chain alone.
fn chain_output(sample_rate_hz: f64, values: &[(&str, f64)], mut channels: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    let mut chain = Chain::new(sample_rate_hz, LatencyMode::Standard);
    chain.set(&settings(values));
    let [left, right] = &mut channels[..] else { panic!("stereo") };
    chain.process(left, right);
    channels
}

#[test]
fn the_entry_describes_the_plugin() {
    let plugin = load();
    let descriptor = plugin.descriptor();
    assert_eq!(descriptor.id, "org.discern.discern");
    assert_eq!(descriptor.name, "Discern");
    assert_eq!(descriptor.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(descriptor.features, ["audio-effect", "stereo", "mastering"]);
}

#[test]
fn every_setting_is_a_parameter_with_name_unit_and_default() {
    let mut plugin = load();
    let parameters = plugin.parameters().to_vec();
    let mut names: Vec<_> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), parameters.len(), "two parameters have one name");
    for (setting, parameter) in table().iter().zip(&parameters) {
        assert_eq!(parameter.id, Parameter::id_of(&setting.id), "order and ids of the table");
        assert!(parameter.name.ends_with(&setting.name), "{} is named {}", setting.id, parameter.name);
        assert_eq!(parameter.is_bypass, setting.id == "bypass");
        assert_eq!(parameter.is_automatable, setting.id != "latency_mode", "{}", setting.id);
        assert_eq!(parameter.is_stepped, !matches!(setting.kind, Kind::Number { .. }), "{}", setting.id);
        let text = plugin.format(parameter.id, parameter.default).expect("a default has a text");
        assert_eq!(setting.parse(&text), Ok(setting.default), "{} shows {text}", setting.id);
        let inside = plugin.format(parameter.id, parameter.min).expect("a bound has a text");
        assert!(inside.ends_with(setting.unit), "{} shows {inside} without its unit", setting.id);
    }
    let actions = &parameters[table().len()..];
    let names: Vec<_> = actions.iter().map(|action| action.name.as_str()).collect();
    assert_eq!(names, ["Listen", "Accept Needed"]);
    let is_automatable: Vec<_> = actions.iter().map(|action| action.is_automatable).collect();
    assert_eq!(is_automatable, [true, false]);
    assert!(actions.iter().all(|action| action.default == 0.0));
}

#[test]
fn latency_is_the_chains_in_every_mode() {
    for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for (position, mode) in LatencyMode::ALL.iter().enumerate() {
            let mut plugin = load();
            set(&mut plugin, &[("latency_mode", position as f64)]);
            let audio = plugin.activate(sample_rate_hz, MAX_FRAMES).expect("activates");
            assert_eq!(plugin.latency_samples(), Chain::new(sample_rate_hz, *mode).latency_samples());
            plugin.deactivate(audio);
        }
    }
}

#[test]
fn rates_outside_the_range_are_refused_and_do_no_harm() {
    let mut plugin = load();
    for rate in
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -48_000.0, 0.0, 1.0, 2000.0, 7999.0, 384_001.0, 1e9, f64::MAX]
    {
        assert!(plugin.activate(rate, MAX_FRAMES).is_err(), "{rate} Hz");
    }
    // Those at its ends are not, and every stage works.
    for rate in [8000.0, 12_345.0, 384_000.0] {
        let all_on: Vec<_> = table().iter().filter(|setting| setting.id.ends_with(".enabled")).collect();
        set(&mut plugin, &all_on.iter().map(|setting| (setting.id.as_str(), 1.0)).collect::<Vec<_>>());
        let mut audio = plugin.activate(rate, MAX_FRAMES).expect("activates");
        let mut heard = song(20_000);
        process(&mut audio, &mut heard);
        assert!(heard.iter().flatten().all(|sample| sample.is_finite()), "{rate} Hz");
        assert!(heard[0].iter().any(|sample| *sample != 0.0), "{rate} Hz");
        audio.reset();
        plugin.deactivate(audio);
        assert!(plugin.activate(4000.0, MAX_FRAMES).is_err());
    }
}

#[test]
fn a_new_latency_mode_asks_for_a_restart() {
    let mut plugin = load();
    let mut audio = plugin.activate(48_000.0, MAX_FRAMES).expect("activates");
    let id = Parameter::id_of("latency_mode");
    let tracking = plugin.parse(id, "tracking").expect("a mode");
    audio.set(id, tracking);
    process(&mut audio, &mut song(4000));
    assert!(plugin.wants_restart());
    plugin.deactivate(audio);
    let audio = plugin.activate(48_000.0, MAX_FRAMES).expect("activates again");
    assert_eq!(plugin.latency_samples(), Chain::new(48_000.0, LatencyMode::Tracking).latency_samples());
    plugin.deactivate(audio);
}

#[test]
fn samples_are_the_chains_whatever_the_blocks_and_after_a_change_of_rate() {
    let mut plugin = load();
    set(&mut plugin, &BUSY);
    for sample_rate_hz in [44_100.0, 96_000.0] {
        let mut audio = plugin.activate(sample_rate_hz, MAX_FRAMES).expect("activates");
        let mut heard = song(100_000);
        process(&mut audio, &mut heard);
        assert!(heard == chain_output(sample_rate_hz, &BUSY, song(100_000)), "at {sample_rate_hz} Hz");
        plugin.deactivate(audio);
    }
}

#[test]
fn freshly_inserted_it_is_a_delay() {
    let mut plugin = load();
    let mut audio = plugin.activate(44_100.0, MAX_FRAMES).expect("activates");
    let mut heard = song(50_000);
    process(&mut audio, &mut heard);
    let latency_samples = plugin.latency_samples();
    for (heard, played) in heard.iter().zip(song(50_000)) {
        assert!(heard[..latency_samples].iter().all(|sample| *sample == 0.0));
        assert!(heard[latency_samples..] == played[..50_000 - latency_samples]);
    }
    plugin.deactivate(audio);
}

#[test]
fn a_reset_plugin_is_a_new_one() {
    let mut plugin = load();
    set(&mut plugin, &BUSY);
    let mut audio = plugin.activate(44_100.0, MAX_FRAMES).expect("activates");
    process(&mut audio, &mut song(30_011));
    audio.reset();
    let mut heard = song(50_000);
    process(&mut audio, &mut heard);
    assert!(heard == chain_output(44_100.0, &BUSY, song(50_000)));
    assert!(audio.tail_frames().is_some_and(|frames| frames as usize >= plugin.latency_samples()));
    plugin.deactivate(audio);
}

#[test]
fn mono_is_both_sides_alike() {
    let mut plugin = load();
    assert_eq!(plugin.layouts().len(), 2);
    plugin.set_num_channels(1).expect("a mono layout");
    let values = &BUSY[7..];
    set(&mut plugin, values);
    let mut audio = plugin.activate(44_100.0, MAX_FRAMES).expect("activates");
    let left = song(50_000).swap_remove(0);
    let mut heard = vec![left.clone()];
    process(&mut audio, &mut heard);
    assert!(heard[0] == chain_output(44_100.0, values, vec![left.clone(), left])[0]);
    plugin.deactivate(audio);
}

#[test]
fn state_keeps_every_setting() {
    let mut plugin = load();
    let mut values = Vec::new();
    for (idx, setting) in table().iter().enumerate() {
        let share = ((idx * 37 + 11) % 100) as f64 / 100.0;
        let value = match setting.kind {
            Kind::Number { min, max, .. } => setting.snap(min + share * (max - min)),
            Kind::Toggle => 1.0 - setting.default,
            Kind::Choice(names) => (names.len() - 1) as f64,
        };
        values.push((setting.id.as_str(), value));
    }
    set(&mut plugin, &values);
    let state = plugin.save().expect("saves");
    let mut loaded = load();
    loaded.restore(&state).expect("loads");
    for (id, value) in values {
        assert_eq!(setting(&mut loaded, id), value, "{id}");
    }
    assert!(loaded.save().expect("saves") == state, "a loaded state is saved as it was");
}

#[test]
fn actions_load_as_zero() {
    let mut plugin = load();
    let listen = Parameter::id_of("action.listen");
    plugin.flush(&[(listen, 1.0)]).expect("inactive");
    assert_eq!(plugin.value(listen).expect("a parameter"), 1.0, "a button stays where the host holds it");
    let state = plugin.save().expect("saves");
    let mut pressed: serde_json::Value = serde_json::from_slice(&state[8..]).expect("JSON after its length");
    pressed["params"]["action.listen"]["bool"] = true.into();
    let json = pressed.to_string().into_bytes();
    let mut loaded = load();
    loaded.restore(&[&(json.len() as u64).to_le_bytes()[..], &json].concat()).expect("loads");
    assert_eq!(loaded.value(listen).expect("a parameter"), 0.0);
}

#[test]
fn a_newer_state_is_refused_and_kept() {
    let mut plugin = load();
    set(&mut plugin, &[("limiter.gain_db", 5.0)]);
    let state = plugin.save().expect("saves");
    let mut newer: serde_json::Value = serde_json::from_slice(&state[8..]).expect("JSON after its length");
    let mut kept: serde_json::Value =
        serde_json::from_str(newer["fields"]["discern"].as_str().expect("Discern's part")).expect("JSON");
    kept["schema"] = 999.into();
    kept["invention"] = "of tomorrow".into();
    newer["fields"]["discern"] = kept.to_string().into();
    let json = newer.to_string().into_bytes();
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);

    let mut loaded = load();
    loaded.restore(&bytes).expect("a session with it still opens");
    assert_eq!(setting(&mut loaded, "limiter.gain_db"), 0.0, "nothing of it is in force");
    let saved = loaded.save().expect("saves");
    assert!(String::from_utf8_lossy(&saved).contains("of tomorrow"), "and nothing of it is lost");
}

#[test]
fn rubbish_is_no_state() {
    let mut plugin = load();
    assert!(plugin.restore(b"").is_err());
    assert!(plugin.restore(b"\x04\0\0\0\0\0\0\0null").is_err());
    assert!(plugin.restore(&[0xff; 64]).is_err());
}
