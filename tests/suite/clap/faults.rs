//! A panic in any call of the host ends in an answer that is safe, and the mix plays on.

// Reason for the exception: the calls are made as a host makes them.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::ptr::null;

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_plugin_audio_ports};
use clap_sys::ext::audio_ports_config::{CLAP_EXT_AUDIO_PORTS_CONFIG, clap_plugin_audio_ports_config};
use clap_sys::ext::gui::{CLAP_EXT_GUI, CLAP_WINDOW_API_X11, clap_plugin_gui, clap_window, clap_window_handle};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::ext::remote_controls::{CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::process::CLAP_PROCESS_CONTINUE;
use nice_plug::wrapper::set_fault;

use super::rig::{Events, Rig, block, buffer, no_output};
use crate::support;

const RATE_HZ: f64 = 48_000.0;

/// Makes a call with a panic in it.
fn failing<T>(name: &'static str, call: impl FnOnce() -> T) -> T {
    set_fault(Some(name));
    let result = call();
    set_fault(None);
    result
}

fn song(num_frames: usize) -> [Vec<f32>; 2] {
    let mix = support::demo_mix();
    [mix.left()[..num_frames].to_vec(), mix.right()[..num_frames].to_vec()]
}

/// Plays the song with a panic at `fault_at` frames; in one buffer, or with a buffer for each way.
fn play(rig: &Rig, fault: &'static str, fault_at: usize, is_in_place: bool) -> [Vec<f32>; 2] {
    const SIZES: [usize; 5] = [512, 1, 64, 480, 33];
    let [mut left, mut right] = song(30_000);
    let (mut out_left, mut out_right) = (vec![9.0; 30_000], vec![9.0; 30_000]);
    let (mut start, mut has_failed) = (0, false);
    for size in SIZES.iter().cycle() {
        let end = 30_000.min(start + size);
        let frames = (end - start) as u32;
        let mut events = Events::default();
        // The panic comes in a later piece of a block that is cut.
        events.set(frames / 3, "dither.noise_shaping", 0.0);
        let mut pointers_in = [left[start..].as_mut_ptr(), right[start..].as_mut_ptr()];
        let mut pointers_out = match is_in_place {
            true => pointers_in,
            false => [out_left[start..].as_mut_ptr(), out_right[start..].as_mut_ptr()],
        };
        let (mut input, mut output) = (buffer(&mut pointers_in), buffer(&mut pointers_out));
        let (list, said) = (events.list(), no_output());
        let process = block(frames, &mut input, &mut output, &list, &said);
        if start >= fault_at && !has_failed {
            has_failed = true;
            assert_eq!(failing(fault, || rig.raw(&process)), CLAP_PROCESS_CONTINUE);
        } else {
            rig.raw(&process);
        }
        start = end;
        if end == 30_000 {
            break;
        }
    }
    if is_in_place { [left, right] } else { [out_left, out_right] }
}

#[test]
fn after_a_panic_in_process_the_mix_passes_through_without_a_seam() {
    for fault in ["process", "process: after the plugin"] {
        for is_in_place in [true, false] {
            let rig = Rig::new();
            assert!(rig.activate(RATE_HZ, 512));
            let latency = rig.latency() as usize;
            // The fresh chain is a delay, so what follows the panic must go on exactly there.
            let heard = play(&rig, fault, 10_000, is_in_place);
            for (heard, played) in heard.iter().zip(song(30_000)) {
                assert!(heard[..latency].iter().all(|sample| *sample == 0.0));
                assert!(heard[latency..] == played[..30_000 - latency], "{fault}, in place: {is_in_place}");
            }
        }
    }
}

#[test]
fn it_passes_through_whatever_the_chain_was_set_to_and_until_the_next_activation() {
    let rig = Rig::new();
    let mut events = Events::default();
    events.set(0, "limiter.gain_db", 1.0);
    rig.flush(&events);
    assert!(rig.activate(RATE_HZ, 512));
    let latency = rig.latency() as usize;
    let [heard, _] = play(&rig, "process: after the plugin", 10_000, true);
    let [played, _] = song(30_000);
    assert!(heard[5_000..9_900] != played[5_000 - latency..9_900 - latency], "the chain works");
    assert!(heard[11_000..] == played[11_000 - latency..30_000 - latency], "and then it does not");
    // A reset makes it no better, and silence comes first again.
    rig.reset();
    let [heard, _] = play(&rig, "none", 0, true);
    assert!(heard[..latency].iter().all(|sample| *sample == 0.0));
    assert!(heard[latency..] == played[..30_000 - latency]);
    // What the host sets meanwhile counts.
    events.clear();
    events.set(0, "limiter.gain_db", 0.75);
    rig.process(&mut [&mut [0.0], &mut [0.0]], &events);
    assert_eq!(rig.value(discern_host::Parameter::id_of("limiter.gain_db").get()), 0.75);
    rig.deactivate();
    assert!(rig.activate(RATE_HZ, 512));
    let [heard, _] = play(&rig, "none", 0, true);
    assert!(heard[latency..] != played[..30_000 - latency], "the next activation is a new beginning");
    rig.deactivate();
}

#[test]
fn a_panic_in_reset_and_at_the_start_passes_through_too() {
    for fault in ["start_processing", "reset"] {
        let rig = Rig::new();
        assert!(failing(fault, || {
            let is_active = rig.activate(RATE_HZ, 512);
            rig.reset();
            is_active
        }));
        let latency = rig.latency() as usize;
        let [heard, _] = play(&rig, "none", 0, true);
        assert!(heard[latency..] == song(30_000)[0][..30_000 - latency], "{fault}");
        failing("stop_processing", || failing("deactivate", || rig.deactivate()));
    }
}

#[test]
fn activation_fails_and_can_be_tried_again() {
    let rig = Rig::new();
    assert!(!failing("activate", || rig.activate(RATE_HZ, 512)));
    let mut block = [[0.5; 64]; 2];
    let [left, right] = &mut block;
    rig.process(&mut [left, right], &Events::default());
    assert!(rig.activate(RATE_HZ, 512));
    failing("deactivate", || rig.deactivate());
    assert!(rig.activate(RATE_HZ, 512));
    failing("on_main_thread", || rig.call(|plugin| unsafe { plugin.on_main_thread.expect("a function")(rig.plugin) }));
    rig.deactivate();
}

#[test]
fn saving_gives_the_last_good_state_and_loading_changes_nothing() {
    let rig = Rig::new();
    let gain = discern_host::Parameter::id_of("limiter.gain_db").get();
    let fresh = failing("ext_state_save", || rig.save()).expect("a fresh state is one, too");
    let mut events = Events::default();
    events.set(0, "limiter.gain_db", 0.75);
    rig.flush(&events);
    let good = rig.save().expect("saves");
    assert!(good != fresh);
    events.set(0, "limiter.gain_db", 0.875);
    rig.flush(&events);
    assert!(failing("ext_state_save", || rig.save()).expect("the last one") == good);
    assert!(rig.save().expect("saves") != good, "and then the present one again");
    // Half way through loading, and before it.
    for fault in ["ext_state_load: after the plugin", "ext_state_load"] {
        let present = rig.save().expect("saves");
        assert!(!failing(fault, || rig.load(&good)));
        assert_eq!(rig.value(gain), 0.875, "{fault}");
        assert!(rig.save().expect("saves") == present, "{fault}");
    }
    // What was loaded is good as well.
    assert!(rig.load(&fresh));
    assert!(failing("ext_state_save", || rig.save()).expect("the last one") == fresh);
    // After a failure in `process` there is still all to be saved.
    assert!(rig.activate(RATE_HZ, 64));
    rig.load(&good);
    failing("process", || rig.process(&mut [&mut [0.5; 64], &mut [0.5; 64]], &Events::default()));
    assert!(rig.save().expect("saves") == good);
    rig.deactivate();
}

/// Makes a call of an extension with a panic in it and expects `answer`.
fn answers<E, T: PartialEq + std::fmt::Debug>(
    rig: &Rig,
    id: &CStr,
    name: &'static str,
    answer: T,
    call: impl FnOnce(&E) -> T,
) {
    let extension = rig.extension::<E>(id).unwrap_or_else(|| panic!("{id:?} is there"));
    assert_eq!(failing(name, || call(extension)), answer, "{name}");
}

#[test]
fn every_other_call_answers_with_what_is_safe() {
    let rig = Rig::new();
    let p = rig.plugin;
    assert!(failing("get_extension", || rig.extension::<clap_plugin_params>(CLAP_EXT_PARAMS).is_none()));
    assert!(rig.latency() > 0);
    let latency = rig.latency();
    assert_eq!(failing("ext_latency_get", || rig.latency()), latency, "what was told before");
    assert!(rig.activate(RATE_HZ, 64));
    assert_eq!(failing("ext_latency_get", || rig.latency()), latency, "the delay stays what it is");
    let tail = |tail: &clap_plugin_tail| unsafe { tail.get.expect("a function")(p) };
    answers(&rig, CLAP_EXT_TAIL, "ext_tail_get", latency, tail);
    rig.deactivate();

    let id = rig.infos()[3].id;
    let mut value = 7.0;
    let mut text = [1; 8];
    let params = |name, call: &mut dyn FnMut(&clap_plugin_params) -> bool| {
        answers(&rig, CLAP_EXT_PARAMS, name, false, call);
    };
    params("ext_params_count", &mut |params| unsafe { params.count.expect("a function")(p) != 0 });
    let mut info = unsafe { std::mem::zeroed() };
    params("ext_params_get_info", &mut |params| unsafe { params.get_info.expect("a function")(p, 0, &mut info) });
    params("ext_params_get_value", &mut |params| unsafe { params.get_value.expect("a function")(p, id, &mut value) });
    params("ext_params_value_to_text", &mut |params| unsafe {
        params.value_to_text.expect("a function")(p, id, 0.5, text.as_mut_ptr(), 8)
    });
    params("ext_params_text_to_value", &mut |params| unsafe {
        params.text_to_value.expect("a function")(p, id, c"1".as_ptr(), &mut value)
    });
    assert_eq!(value, 7.0);
    failing("ext_params_flush", || rig.flush(&Events::default()));

    answers(&rig, CLAP_EXT_AUDIO_PORTS, "ext_audio_ports_count", 0, |ports: &clap_plugin_audio_ports| unsafe {
        ports.count.expect("a function")(p, true)
    });
    answers(&rig, CLAP_EXT_AUDIO_PORTS, "ext_audio_ports_get", false, |ports: &clap_plugin_audio_ports| unsafe {
        ports.get.expect("a function")(p, 0, true, &mut std::mem::zeroed())
    });
    let configs = |name, call: &mut dyn FnMut(&clap_plugin_audio_ports_config) -> bool| {
        answers(&rig, CLAP_EXT_AUDIO_PORTS_CONFIG, name, false, call);
    };
    configs("ext_audio_ports_config_count", &mut |configs| unsafe { configs.count.expect("a function")(p) != 0 });
    configs("ext_audio_ports_config_get", &mut |configs| unsafe {
        configs.get.expect("a function")(p, 0, &mut std::mem::zeroed())
    });
    configs("ext_audio_ports_config_select", &mut |configs| unsafe { configs.select.expect("a function")(p, 0) });
    let pages = |name, call: &mut dyn FnMut(&clap_plugin_remote_controls) -> bool| {
        answers(&rig, CLAP_EXT_REMOTE_CONTROLS, name, false, call);
    };
    pages("ext_remote_controls_count", &mut |pages| unsafe { pages.count.expect("a function")(p) != 0 });
    pages("ext_remote_controls_get", &mut |pages| unsafe {
        pages.get.expect("a function")(p, 0, &mut std::mem::zeroed())
    });
    let render = |name, call: &mut dyn FnMut(&clap_plugin_render) -> bool| {
        answers(&rig, CLAP_EXT_RENDER, name, false, call);
    };
    render("ext_render_has_hard_realtime_requirement", &mut |render| unsafe {
        render.has_hard_realtime_requirement.expect("a function")(p)
    });
    render("ext_render_set", &mut |render| unsafe { render.set.expect("a function")(p, CLAP_RENDER_OFFLINE) });
}

#[test]
fn every_call_of_the_editor_answers_with_what_is_safe() {
    let rig = Rig::new();
    let p = rig.plugin;
    let gui = |name, call: &mut dyn FnMut(&clap_plugin_gui) -> bool| answers(&rig, CLAP_EXT_GUI, name, false, call);
    let api = CLAP_WINDOW_API_X11.as_ptr();
    let window = clap_window { api, specific: clap_window_handle { x11: 0 } };
    let (mut width, mut height) = (1, 1);
    gui("ext_gui_is_api_supported", &mut |gui| unsafe { gui.is_api_supported.expect("a function")(p, api, false) });
    gui("ext_gui_get_preferred_api", &mut |gui| unsafe {
        gui.get_preferred_api.expect("a function")(p, &mut null(), &mut false)
    });
    gui("ext_gui_create", &mut |gui| unsafe { gui.create.expect("a function")(p, api, false) });
    gui("ext_gui_set_scale", &mut |gui| unsafe { gui.set_scale.expect("a function")(p, 2.0) });
    gui("ext_gui_get_size", &mut |gui| unsafe { gui.get_size.expect("a function")(p, &mut width, &mut height) });
    gui("ext_gui_can_resize", &mut |gui| unsafe { gui.can_resize.expect("a function")(p) });
    gui("ext_gui_get_resize_hints", &mut |gui| unsafe {
        gui.get_resize_hints.expect("a function")(p, &mut std::mem::zeroed())
    });
    gui("ext_gui_adjust_size", &mut |gui| unsafe { gui.adjust_size.expect("a function")(p, &mut width, &mut height) });
    gui("ext_gui_set_size", &mut |gui| unsafe { gui.set_size.expect("a function")(p, 1, 1) });
    gui("ext_gui_set_parent", &mut |gui| unsafe { gui.set_parent.expect("a function")(p, &window) });
    gui("ext_gui_set_transient", &mut |gui| unsafe { gui.set_transient.expect("a function")(p, &window) });
    gui("ext_gui_show", &mut |gui| unsafe { gui.show.expect("a function")(p) });
    gui("ext_gui_hide", &mut |gui| unsafe { gui.hide.expect("a function")(p) });
    answers(&rig, CLAP_EXT_GUI, "ext_gui_destroy", (), |gui: &clap_plugin_gui| unsafe {
        gui.destroy.expect("a function")(p);
    });
    answers(&rig, CLAP_EXT_GUI, "ext_gui_suggest_title", (), |gui: &clap_plugin_gui| unsafe {
        gui.suggest_title.expect("a function")(p, c"".as_ptr());
    });
    // A failed attempt leaves nothing behind that the instance could stumble over.
    assert!(rig.save().is_some());
}

#[test]
fn making_and_ending_an_instance_answers_with_what_is_safe() {
    let entry = &discern::clap_entry;
    let get_factory = || unsafe { entry.get_factory.expect("a function")(CLAP_PLUGIN_FACTORY_ID.as_ptr()) };
    assert!(!failing("init", || unsafe { entry.init.expect("a function")(c"".as_ptr()) }));
    assert!(failing("get_factory", get_factory).is_null());
    let factory = get_factory().cast::<clap_plugin_factory>();
    let factory = unsafe { &*factory };
    assert_eq!(failing("get_plugin_count", || unsafe { factory.get_plugin_count.expect("a function")(factory) }), 0);
    let describe = || unsafe { factory.get_plugin_descriptor.expect("a function")(factory, 0) };
    assert!(failing("get_plugin_descriptor", describe).is_null());
    assert!(!describe().is_null());
    let rig = Rig::with(|host| {
        let create =
            || unsafe { factory.create_plugin.expect("a function")(factory, host, c"org.discern.discern".as_ptr()) };
        assert!(failing("create_plugin", create).is_null());
        let none =
            unsafe { factory.create_plugin.expect("a function")(factory, null(), c"org.discern.discern".as_ptr()) };
        assert!(none.is_null());
        let plugin = create();
        assert!(!failing("init", || unsafe { (*plugin).init.expect("a function")(plugin) }));
        plugin
    });
    failing("destroy", || drop(rig));
}
