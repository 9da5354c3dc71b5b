//! Host parameters: ids that never change, the way of a value through the host and back, what Accept does.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use discern::assistant::{Brief, Move, MoveClass, Report, Verdict, VerdictKind};
use discern::chain::Stage;
use discern::chain::settings::{Kind, table};
use discern::params::{Decision, DiscernParams, Judged};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::plugin::PluginState;
use nice_plug::prelude::{ParamPtr, Params};

/// A host that notes what it is told.
#[derive(Default)]
struct NotingHost {
    told: Mutex<Vec<(&'static str, ParamPtr, f32)>>,
}

impl NotingHost {
    fn note(&self, what: &'static str, param: ParamPtr, normalized: f32) {
        self.told.lock().expect("not poisoned").push((what, param, normalized));
    }
}

// Reason for the exception: the framework's trait is unsafe to call; the double only notes.
#[allow(unsafe_code)]
impl GuiContextInner for NotingHost {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.note("begin", param, 0.0);
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        self.note("set", param, normalized);
    }
    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.note("end", param, 0.0);
    }
    fn get_state(&self) -> PluginState {
        PluginState { version: String::new(), params: Default::default(), fields: Default::default() }
    }
    fn set_state(&self, _: PluginState) {}
    fn request_restart(&self) {}
}

#[test]
fn ids_and_ranges_are_for_ever() {
    let mut listed = String::new();
    for setting in table() {
        let kind = match setting.kind {
            Kind::Number { min, max, step, is_log, .. } => {
                format!("number {min}..{max} step {step}{}", if is_log { " log" } else { "" })
            }
            Kind::Toggle => "toggle".to_owned(),
            Kind::Choice(names) => names.iter().map(|(key, _)| *key).collect::<Vec<_>>().join("|"),
        };
        writeln!(listed, "{} {kind} default {}", setting.id, setting.default).expect("writes to a string");
    }
    // A new setting is added to the file by hand; a line that is there never changes, or sessions and automation of
    // users break.
    let golden = include_str!("../cases/parameters.txt");
    assert_eq!(listed, golden, "\n{listed}");
}

#[test]
fn host_ids_do_not_collide() {
    let params = DiscernParams::new();
    let map = params.param_map();
    // The framework's own hash of an id (31-based, top bit cleared for VST3).
    let hash =
        |id: &str| id.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte))) & !(1 << 31);
    let hashes: HashSet<u32> = map.iter().map(|(id, _, _)| hash(id)).collect();
    assert_eq!(hashes.len(), map.len());
}

fn judged() -> Judged {
    let level = Move {
        id: "limiter.level".to_owned(),
        stage: Stage::Limiter,
        class: MoveClass::Needed,
        title: "+3.2 dB, ceiling −1.0 dBTP".to_owned(),
        sentence: "Integrated loudness is −17.2 LUFS.".to_owned(),
        confidence: 0.9,
        withdraw_if: "the loudness asked for changes".to_owned(),
        settings: vec![("limiter.gain_db".to_owned(), 3.21), ("limiter.ceiling_dbtp".to_owned(), -1.0)],
        evidence: Vec::new(),
        effect: Vec::new(),
        cost: Vec::new(),
        finding: None,
        is_mitigation: false,
    };
    let verdict =
        Verdict { kind: VerdictKind::LevelOnly, sentence: "Finished, level only.".to_owned(), confidence: 0.9 };
    let mut analyzer = discern::analysis::Analyzer::new(48_000.0, 2);
    let noise: Vec<f32> = (0..48_000).map(|i| ((i * 7919) % 1000) as f32 / 2000.0 - 0.25).collect();
    analyzer.process(&noise, &noise);
    Judged {
        features: analyzer.features(),
        report: Report {
            brief: Brief::default(),
            verdict,
            moves: vec![level],
            findings: Vec::new(),
            for_the_mixer: Vec::new(),
        },
    }
}

#[test]
fn saved_state_comes_back() {
    let params = DiscernParams::new();
    params.change_saved(|saved| {
        saved.set_judged(judged());
        saved.decide("limiter.level", Some(Decision::Rejected));
    });
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&params.serialize_fields());
    let (before, after) = (params.with_saved(Clone::clone), loaded.with_saved(Clone::clone));
    assert_eq!(before.decisions, after.decisions);
    let (before, after) = (before.judged.expect("was heard"), after.judged.expect("comes back"));
    assert_eq!(before.report.verdict, after.report.verdict);
    assert_eq!(before.report.moves[0].title, after.report.moves[0].title);
    assert_eq!(before.features.levels, after.features.levels);
    assert_eq!(loaded.num_loads(), 1);
}

#[test]
fn accept_needed_sets_each_parameter_in_one_gesture() {
    let params = DiscernParams::new();
    params.change_saved(|saved| saved.set_judged(judged()));
    let host = Arc::new(NotingHost::default());
    let context = GuiContext::new(Arc::clone(&host) as Arc<dyn GuiContextInner>);
    assert_eq!(params.accept_needed(Some(&context)), 1);
    let told = host.told.lock().expect("not poisoned");
    assert_eq!(
        told.iter().map(|(what, _, _)| *what).collect::<Vec<_>>(),
        ["begin", "set", "end", "begin", "set", "end"]
    );
    let (setting, param) = params.param("limiter.gain_db").expect("in the table");
    assert_eq!(setting.snap(param.to_plain(told[1].2)), 3.21);
    assert_eq!(params.with_saved(|saved| saved.decisions["limiter.level"]), Decision::Accepted);
}

#[test]
fn accept_needed_without_a_host_context_stays_pending() {
    let params = DiscernParams::new();
    params.change_saved(|saved| saved.set_judged(judged()));
    assert_eq!(params.accept_needed(None), 0);
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&params.serialize_fields());
    assert!(loaded.with_saved(|saved| saved.is_accept_pending));
    let context = GuiContext::new(Arc::new(NotingHost::default()));
    assert_eq!(loaded.accept_needed(Some(&context)), 1);
    assert!(!loaded.with_saved(|saved| saved.is_accept_pending));
}

#[test]
fn garbage_in_the_state_is_a_fresh_instance() {
    for json in ["", "{", "[]", "{\"schema\":1,\"report\":{\"verdict\":7}}", "{\"schema\":-1}", "null"] {
        let params = DiscernParams::new();
        params.deserialize_fields(&[("discern".to_owned(), json.to_owned())].into());
        assert!(params.with_saved(|saved| saved.judged.is_none()), "{json}");
    }
}
