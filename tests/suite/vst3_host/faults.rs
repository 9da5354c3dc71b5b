//! Whatever fails inside, the host gets an answer.

use discern_vst3_host::{Block, Setup};
use nice_plug::wrapper::set_fault;

use super::{LIMITER_GAIN, load, named, start, stop};
use crate::support::noise;

/// The names of all guarded calls, read from where they are guarded.
fn guarded_calls() -> Vec<&'static str> {
    let sources = [
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3/wrapper.rs"),
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3/view.rs"),
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3/lifecycle.rs"),
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3/process.rs"),
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3/main_thread.rs"),
        include_str!("../../../vendor/nice-plug/src/wrapper/vst3.rs"),
    ];
    let mut names = vec!["IAudioProcessor::process"];
    for source in sources {
        for opening in ["guard(\"", "guarded(\"", "guard_entry(\""] {
            names.extend(source.split(opening).skip(1).filter_map(|rest| rest.split('"').next()));
        }
    }
    names
}

#[test]
fn no_panic_comes_out_of_any_call() {
    let names = guarded_calls();
    assert!(names.len() > 60, "{names:?}");
    for name in names {
        let plugin = load();
        set_fault(Some(name));
        plugin.walk().ok();
        // Its end, too.
        drop(plugin);
        set_fault(None);
        // And the next one works.
        let plugin = load();
        start(&plugin, Setup::default());
        assert_eq!(plugin.process_block(&mut Block::stereo(&[0.5; 64], &[0.5; 64])).expect("processes"), 0);
    }
}

#[test]
fn when_processing_has_failed_the_input_is_passed_on_delayed() {
    for fault in ["process", "reset", "IAudioProcessor::process"] {
        let plugin = load();
        // Something that would be heard.
        plugin.set(named(&plugin, LIMITER_GAIN).id, 1.0).expect("sets");
        assert_eq!(plugin.set_up(Setup::default()).expect("a processor"), 0);
        assert_eq!(plugin.set_active(true), 0);
        let latency = plugin.latency_samples().expect("a processor") as usize;
        set_fault(Some(fault).filter(|fault| *fault == "reset"));
        plugin.set_processing(true).expect("a processor");
        set_fault(None);
        let song = noise(1, 16 * 512, 0.5);
        let mut output = Vec::new();
        let mut failed_from = 0;
        for (idx, chunk) in song.chunks(512).enumerate() {
            if idx == 3 && fault != "reset" {
                set_fault(Some(fault));
                failed_from = output.len();
            }
            let mut block = Block::stereo(chunk, chunk);
            plugin.process_block(&mut block).expect("returns");
            set_fault(None);
            output.extend_from_slice(block.output(0));
        }
        let delayed: Vec<_> = std::iter::repeat_n(0.0, latency).chain(song.iter().copied()).take(song.len()).collect();
        assert!(output[failed_from..] == delayed[failed_from..], "{fault}");
        if failed_from > 0 {
            assert!(output[..failed_from] != delayed[..failed_from], "{fault}: nothing was processed before");
        }
        // The next activation begins anew.
        stop(&plugin);
        start(&plugin, Setup::default());
        let mut output = Vec::new();
        for chunk in song.chunks(512) {
            let mut block = Block::stereo(chunk, chunk);
            assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
            output.extend_from_slice(block.output(0));
        }
        assert!(output != delayed, "{fault}: still passes on");
    }
}

#[test]
fn when_saving_fails_the_last_state_is_given() {
    let plugin = load();
    let gain = named(&plugin, LIMITER_GAIN).id;
    plugin.set(gain, 0.75).expect("sets");
    let state = plugin.save().expect("saves");
    plugin.set(gain, 0.5).expect("sets");
    set_fault(Some("save"));
    let last = plugin.save();
    set_fault(None);
    assert_eq!(last.expect("gives the last one"), state);
    assert_ne!(plugin.save().expect("saves"), state);
}

#[test]
fn when_loading_fails_half_way_everything_stays() {
    let mut plugin = load();
    let gain = named(&plugin, LIMITER_GAIN).id;
    plugin.set(gain, 0.75).expect("sets");
    let other = plugin.save().expect("saves");
    plugin.set(gain, 0.5).expect("sets");
    let state = plugin.save().expect("saves");
    set_fault(Some("IComponent::setState: after the plugin"));
    let result = plugin.restore(&other);
    set_fault(None);
    assert!(result.is_err());
    assert!((plugin.value(gain) - 0.5).abs() < 1e-6);
    assert_eq!(plugin.save().expect("saves"), state);
    plugin.restore(&other).expect("loads");
    assert!((plugin.value(gain) - 0.75).abs() < 1e-6);
}

#[test]
fn when_activation_fails_the_host_is_told_and_may_try_again() {
    let plugin = load();
    plugin.set_up(Setup::default()).expect("a processor");
    set_fault(Some("activate"));
    assert_ne!(plugin.set_active(true), 0);
    set_fault(None);
    let mut block = Block::stereo(&[0.5; 64], &[0.25; 64]);
    assert_ne!(plugin.process_block(&mut block).expect("returns"), 0);
    assert_eq!(block.output(1), [0.25; 64]);
    start(&plugin, Setup::default());
    assert_eq!(plugin.process_block(&mut block).expect("processes"), 0);
}
