//! How hosts are told to show the parameters.

// Reason for the exception: the framework's own way to set a parameter is called without a host.
#![allow(unsafe_code)]

use std::ffi::CStr;

use clap_sys::ext::params::{CLAP_PARAM_IS_AUTOMATABLE, CLAP_PARAM_IS_ENUM, CLAP_PARAM_IS_STEPPED};
use discern::chain::settings::{Kind, table};
use discern::params::DiscernParams;
use nice_plug::prelude::Params;

use super::rig::Rig;

#[test]
fn choices_are_lists_of_names_and_never_bare_switches() {
    let rig = Rig::new();
    let mut num_of_two = 0;
    for (setting, info) in table().iter().zip(rig.infos()) {
        let is_list = info.flags & CLAP_PARAM_IS_ENUM != 0;
        let Kind::Choice(names) = setting.kind else {
            assert!(!is_list, "{}", setting.id);
            continue;
        };
        num_of_two += u32::from(names.len() == 2);
        assert!(is_list && info.flags & CLAP_PARAM_IS_STEPPED != 0, "{}", setting.id);
        let texts: Vec<String> = (0..names.len()).map(|value| rig.text(info.id, value as f64)).collect();
        let wanted: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
        assert_eq!(texts, wanted, "{}", setting.id);
        assert_eq!((info.min_value, info.max_value), (0.0, (names.len() - 1) as f64));
    }
    assert!(num_of_two > 0, "there are choices of two");
}

#[test]
fn listen_can_be_automated_and_accepting_cannot() {
    let rig = Rig::new();
    let infos = rig.infos();
    let is_automatable = |name: &str| {
        let info =
            infos.iter().find(|info| unsafe { CStr::from_ptr(info.name.as_ptr()) }.to_bytes() == name.as_bytes());
        info.expect("a parameter of this name").flags & CLAP_PARAM_IS_AUTOMATABLE != 0
    };
    assert!(is_automatable("Listen"));
    assert!(!is_automatable("Accept Needed"));
}

#[test]
fn a_press_is_a_change_from_0_to_1() {
    let params = DiscernParams::new();
    let map = params.param_map();
    let (_, listen, _) = map.iter().find(|(id, ..)| id == "action.listen").expect("a button");
    let set = |value: f32| {
        // SAFETY: the parameters live as long as `params`.
        unsafe { listen._internal_set_normalized_value(value) };
        params.actions.listen.num_presses_and_sends().0
    };
    let presses: Vec<u64> = [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.4, 0.9].into_iter().map(set).collect();
    assert_eq!(presses, [0, 1, 1, 1, 1, 1, 2, 2, 3]);
}
