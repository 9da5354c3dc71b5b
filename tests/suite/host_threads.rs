//! What our own threads do to a host: an instance goes at once whatever it works on, and a state that loads touches no file.

use std::time::{Duration, Instant};

use discern_host::{Audio, Parameter, Plugin};

use crate::{figures, support};

const RATE_HZ: f64 = 44_100.0;
const BLOCK: usize = 1470;
/// A bound on waiting for work; letting go takes milliseconds, and a busy computer a little more.
const AT_ONCE: Duration = Duration::from_millis(1000);

fn load() -> Plugin {
    Plugin::from_entry(&discern::clap_entry).expect("the plugin is created")
}

/// Plays the demo mix from its beginning, so slowly that the analysis keeps up.
fn play(audio: &mut Audio, seconds: f64) {
    let mix = support::demo_mix();
    audio.transport.is_playing = true;
    audio.transport.position_frames = 0;
    let num_frames = ((seconds * RATE_HZ) as usize).min(mix.num_frames());
    for (idx, start) in (0..num_frames - BLOCK).step_by(BLOCK).enumerate() {
        let mut channels = [mix.left(), mix.right()].map(|channel| channel[start..start + BLOCK].to_vec());
        let [left, right] = &mut channels;
        audio.process(&mut [left, right]).expect("processes");
        if idx % 15 == 0 {
            std::thread::sleep(Duration::from_millis(15));
        }
    }
}

/// A few blocks that stand, so that presses are seen.
fn stand(audio: &mut Audio, seconds: f64) {
    audio.transport.is_playing = false;
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        audio.process(&mut [&mut [0.0; BLOCK][..], &mut [0.0; BLOCK][..]]).expect("processes");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Presses Listen: once it has been let go, it can be pressed again.
fn press_listen(audio: &mut Audio) {
    let listen = Parameter::id_of("action.listen");
    for value in [0.0, 1.0] {
        audio.set(listen, value);
        stand(audio, 0.1);
    }
}

/// An instance that listens to the demo mix.
fn listening() -> (Plugin, Audio) {
    let mut plugin = load();
    let mut audio = plugin.activate(RATE_HZ, BLOCK as u32).expect("activates");
    // A load is not a press: what comes at once after it counts for nothing.
    stand(&mut audio, 0.2);
    press_listen(&mut audio);
    play(&mut audio, 24.0);
    (plugin, audio)
}

/// Whether a verdict is there to be saved.
fn has_verdict(plugin: &mut Plugin) -> bool {
    String::from_utf8_lossy(&plugin.save().expect("saves")).contains("verdict")
}

fn goes_at_once(name: &str, mut plugin: Plugin, audio: Audio) {
    let start = Instant::now();
    plugin.deactivate(audio);
    drop(plugin);
    let elapsed = start.elapsed();
    let (bar_ms, elapsed_ms) = (AT_ONCE.as_secs_f64() * 1e3, elapsed.as_secs_f64() * 1e3);
    figures::at_most("Host", &format!("destroying an instance, {name}"), bar_ms, "ms", elapsed_ms);
}

#[test]
fn an_instance_goes_at_once_in_every_state() {
    let mut plugin = load();
    let mut audio = plugin.activate(RATE_HZ, BLOCK as u32).expect("activates");
    stand(&mut audio, 0.1);
    goes_at_once("idle", plugin, audio);

    let (plugin, audio) = listening();
    goes_at_once("listening", plugin, audio);

    let (mut plugin, mut audio) = listening();
    assert!(!has_verdict(&mut plugin));
    press_listen(&mut audio);
    let start = Instant::now();
    while !has_verdict(&mut plugin) {
        assert!(start.elapsed() < Duration::from_secs(120), "no verdict came");
        stand(&mut audio, 0.01);
    }
    let took_s = start.elapsed().as_secs_f64();
    goes_at_once("judged", plugin, audio);

    // Judging lasts from the press on: half of what it took is in the midst of it, or on a busy computer less.
    let is_judging_left = [2.0, 4.0, 16.0].into_iter().any(|part| {
        let (mut plugin, mut audio) = listening();
        press_listen(&mut audio);
        stand(&mut audio, took_s / part);
        let is_judging = !has_verdict(&mut plugin);
        goes_at_once(if is_judging { "judging" } else { "just judged" }, plugin, audio);
        is_judging
    });
    println!("judging took {took_s:.2} s, and was left: {is_judging_left}");
    // A verdict that takes no time to speak of cannot be left before it is there.
    assert!(is_judging_left || took_s < 0.2, "judging was over each time");
}

/// A saved state of a fresh instance whose references lie at these paths.
#[cfg(unix)]
fn state_with_references(paths: &[&std::path::Path]) -> Vec<u8> {
    let state = load().save().expect("saves");
    let mut whole: serde_json::Value = serde_json::from_slice(&state[8..]).expect("JSON after its length");
    let ours = whole["fields"]["discern"].as_str().expect("Discern's part");
    let mut ours: serde_json::Value = serde_json::from_str(ours).expect("JSON");
    ours["references"] = paths.iter().map(|path| serde_json::json!({ "path": path })).collect();
    whole["fields"]["discern"] = ours.to_string().into();
    let json = whole.to_string().into_bytes();
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

/// A pipe tells whether anybody has opened it to read.
#[cfg(unix)]
#[test]
fn a_state_that_loads_opens_none_of_its_references() {
    use std::os::unix::fs::OpenOptionsExt;

    let folder = std::env::temp_dir().join(format!("discern-state-pipes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let pipe = folder.join("pipe.wav");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let state = state_with_references(&[&pipe, &folder.join("none.wav")]);
    let is_opened = || std::fs::OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(&pipe).is_ok();
    assert!(!is_opened());
    let mut plugin = load();
    plugin.restore(&state).expect("loads");
    for rate_hz in [RATE_HZ, 48_000.0] {
        let mut audio = plugin.activate(rate_hz, BLOCK as u32).expect("activates");
        for _ in 0..20 {
            stand(&mut audio, 0.01);
            assert!(!is_opened(), "a reference was opened unasked");
        }
        plugin.restore(&state).expect("loads again");
        plugin.deactivate(audio);
    }
    let saved = plugin.save().expect("saves");
    assert!(String::from_utf8_lossy(&saved).contains("pipe.wav"), "the reference stays named");
    let start = Instant::now();
    drop(plugin);
    assert!(start.elapsed() < AT_ONCE);
    std::fs::remove_dir_all(folder).expect("removed");
}
