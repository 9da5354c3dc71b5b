//! Saved states: those of every earlier version, of today's, of a long song, and such as nobody ever saved. Whatever is
//! loaded, nothing panics, nothing takes long, and what cannot be read is still there at the next save.

pub mod crafted;
mod mutated;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use discern::analysis::{Analyzer, Block, Section};
use discern::assistant::findings::FindingKind;
use discern::assistant::{Audio, Brief, Change, Remeasured, hear};
use discern::chain::Settings;
use discern::params::{DiscernParams, Judged};
use discern_host::Plugin;
use nice_plug::prelude::Params;
use serde_json::{Value, json};

use crate::memory;

/// No state may take longer: a hang, not a measure of speed.
const LIMIT: Duration = Duration::from_secs(2);
/// Nor more memory than this, bytes.
const MEMORY: usize = 300 << 20;

pub fn plugin() -> Plugin {
    Plugin::from_entry(&discern::clap_entry).expect("the plugin is created")
}

/// A state as the host keeps it.
pub fn bytes(state: &Value) -> Vec<u8> {
    framed(state.to_string().as_bytes())
}

pub fn framed(json: &[u8]) -> Vec<u8> {
    [&(json.len() as u64).to_le_bytes()[..], json].concat()
}

/// A state as it was saved: the host's part, and ours in it.
pub fn parts(bytes: &[u8]) -> (Value, Value) {
    let state: Value = serde_json::from_slice(&bytes[8..]).expect("JSON after its length");
    let ours = serde_json::from_str(state["fields"]["discern"].as_str().expect("ours")).expect("JSON");
    (state, ours)
}

/// The host's part with another of ours.
pub fn with(state: &Value, ours: &Value) -> Value {
    let mut state = state.clone();
    state["fields"]["discern"] = ours.to_string().into();
    state
}

/// States that earlier versions saved.
pub fn golden() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/states");
    let mut files: Vec<_> = folder.read_dir().expect("is there").map(|entry| entry.expect("is there").path()).collect();
    files.sort();
    assert!(files.len() >= 3);
    let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).expect("is there")).expect("JSON");
    files.iter().map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), read(path))).collect()
}

/// Loads and saves twice; what was saved first, where it could be loaded. Fails where it panics, takes too long or too
/// much, or where the second save is another.
fn survive(plugin: &mut Plugin, name: &str, state: &[u8]) -> Option<Vec<u8>> {
    let (start, before) = (Instant::now(), memory::begin());
    let is_loaded = plugin.restore(state).is_ok();
    let saved = plugin.save().expect("saves");
    let (taken, peak) = (start.elapsed(), memory::peak_since(before));
    assert!(taken < LIMIT, "{name} takes {taken:?}");
    assert!(peak < MEMORY, "{name} takes {} MiB", peak >> 20);
    plugin.restore(&saved).unwrap_or_else(|error| panic!("{name} cannot be loaded once it was saved: {error}"));
    let again = plugin.save().expect("saves");
    if again != saved {
        let (was, is) = (parts(&saved), parts(&again));
        panic!(
            "{name} is another once it was saved:\n{}\n{}\n{}",
            difference(&was.1, &is.1),
            was.0["params"] == is.0["params"],
            was.0["fields"].to_string().len()
        );
    }
    is_loaded.then_some(saved)
}

/// Where two values differ first.
fn difference(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            for name in x.keys().chain(y.keys()) {
                if x.get(name) != y.get(name) {
                    let nothing = Value::Null;
                    let inner = difference(x.get(name).unwrap_or(&nothing), y.get(name).unwrap_or(&nothing));
                    return format!("{name}.{inner}");
                }
            }
            if x.keys().ne(y.keys()) { "order".to_owned() } else { String::new() }
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let at = x.iter().zip(y).position(|(x, y)| x != y);
            at.map(|at| format!("{at}.{}", difference(&x[at], &y[at]))).unwrap_or_default()
        }
        _ => format!(" {:.200} / {:.200}", a.to_string(), b.to_string()),
    }
}

/// What of one form another does not say, if anything. The other may say more: what is missing is as in a fresh one.
fn lost(form: &Value, other: &Value) -> Option<String> {
    match (form, other) {
        (Value::Object(form), Value::Object(other)) => form.iter().find_map(|(name, value)| match other.get(name) {
            Some(other) => lost(value, other).map(|inner| format!("{name}.{inner}")),
            None => Some(format!("{name} {value:.100}")),
        }),
        (Value::Array(form), Value::Array(other)) if form.len() == other.len() => {
            let mut pairs = form.iter().zip(other).enumerate();
            pairs.find_map(|(idx, (value, other))| Some(format!("{idx}.{}", lost(value, other)?)))
        }
        // A point of the map has three digits.
        (Value::Number(_), Value::Number(_)) if is_near(form, other) => None,
        _ => (form != other).then(|| format!("{form:.200}, which is {other:.200}")),
    }
}

fn is_near(form: &Value, other: &Value) -> bool {
    let (form, other) = (form.as_f64().expect("a number"), other.as_f64().expect("a number"));
    (form - other).abs() <= 0.005 * form.abs()
}

/// What a form says: numbers as numbers, without what says nothing.
fn said(value: &Value) -> Value {
    let is_nothing = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    };
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(list) => list.iter().map(said).collect(),
        Value::Object(map) => {
            let inside = map.iter().map(|(name, value)| (name.clone(), said(value)));
            inside.filter(|(_, value)| !is_nothing(value)).collect()
        }
        other => other.clone(),
    }
}

/// A finished listening to the demo mix, and what was said of it.
pub fn judged() -> Arc<DiscernParams> {
    let mix = crate::support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let mut analyzer = Analyzer::new(rate_hz, 2);
    analyzer.set_extent(Some((0.0, mix.left().len() as f64 / rate_hz)));
    analyzer.process(mix.left(), mix.right());
    analyzer.finish();
    let features = analyzer.features();
    let report = hear(&features, &Brief::default(), &Settings::default(), Audio::Excerpts(analyzer.excerpts()));
    let params = DiscernParams::new();
    params.change_saved(|saved| {
        saved.set_judged(Judged { features, report });
        let id = saved.open_moves(&Settings::default()).remove(0);
        saved.set_amount(&id, 80.0);
        saved.set_remeasured(vec![Remeasured {
            id,
            effect: vec![Change { metric: "integrated_lufs", before: -16.123_456_789, after: -14.0 }],
            cost: Vec::new(),
        }]);
        saved.editor_size = Some(discern::params::EditorSize { width: 1180.3, height: 740.7 });
    });
    params
}

fn reloaded(params: &DiscernParams) -> Arc<DiscernParams> {
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&params.serialize_fields());
    assert!(loaded.troubles.all().is_empty(), "{:?}", loaded.troubles.all());
    loaded
}

#[test]
fn states_of_earlier_versions_load() {
    let mut plugin = plugin();
    for (name, state) in golden() {
        let before: Value = serde_json::from_str(state["fields"]["discern"].as_str().expect("ours")).expect("JSON");
        let saved = survive(&mut plugin, &name, &bytes(&state)).expect("loads");
        let (host, after) = parts(&saved);
        assert_eq!(host["params"]["limiter.gain_db"], state["params"]["limiter.gain_db"], "{name}");
        let (mut before, mut after) = (said(&before), said(&after));
        for form in [&mut before, &mut after] {
            form["discern"].take();
            let map = form["report"]["heard"]["map"].take();
            assert!(map.as_array().is_some_and(|map| map.len() >= 30), "{name}");
        }
        assert_eq!(before, after, "{name}: {}", difference(&before, &after));
        let loaded = DiscernParams::new();
        loaded.deserialize_fields(
            &[("discern".to_owned(), state["fields"]["discern"].as_str().expect("ours").to_owned())].into(),
        );
        assert!(loaded.troubles.all().is_empty(), "{name}: {:?}", loaded.troubles.all());
    }
}

#[test]
fn a_state_after_a_listening_is_saved_as_it_was_loaded() {
    let params = judged();
    let loaded = reloaded(&params);
    assert!(params.serialize_fields() == loaded.serialize_fields());
    let (was, is) = (params.with_saved(Clone::clone), loaded.with_saved(Clone::clone));
    let (was_judged, is_judged) = (was.judged.expect("judged"), is.judged.expect("judged"));
    assert_eq!(was_judged.report, is_judged.report);
    assert_eq!(was.remeasured, is.remeasured);
    let (was, is) = (&was_judged.features, &is_judged.features);
    assert_eq!((was.levels, was.stereo, &was.spectrum), (is.levels, is.stereo, &is.spectrum));
    assert_eq!((&was.bands, &was.sections, was.num_channels), (&is.bands, &is.sections, is.num_channels));
    assert_eq!(was.blocks.len(), is.blocks.len(), "the map keeps its resolution");
    for (was, is) in was.blocks.iter().zip(&is.blocks) {
        assert!((was.start_s - is.start_s).abs() < 0.006);
        assert!((10.0 * (was.power() / is.power()).log10()).abs() < 0.05 || was.power() < 1e-9, "{was:?} {is:?}");
    }
}

#[test]
fn a_song_of_three_hours_takes_less_than_a_megabyte() {
    let params = judged();
    let mut judged = params.with_saved(|saved| Judged::clone(saved.judged.as_ref().expect("judged")));
    let power = |idx: u32| 0.02 + 0.013 * (f64::from(idx) * 0.377).sin();
    let block = |idx: u32| Block::new(f64::from(idx) * 0.1, power(idx), power(idx).sqrt() * 3.1);
    judged.features.blocks = (0..108_000).map(block).collect();
    judged.features.duration_s = 10_800.0;
    let section = |idx: u32| Section {
        start_s: f64::from(idx) * 30.1,
        end_s: f64::from(idx + 1) * 30.1,
        loudness_lufs: Some(-14.0 - f64::from(idx % 7) / 3.0),
        label: "C\u{2032}".to_owned(),
        tags: Vec::new(),
    };
    judged.features.sections = (0..350).map(section).collect();
    let (proposed, finding) = (
        judged.report.moves[0].clone(),
        discern::assistant::findings::Finding {
            kind: FindingKind::Clipping,
            class: discern::assistant::findings::FindingClass::Mixer,
            evidence: judged.report.moves[0].evidence[0].clone(),
            places_s: (0..40)
                .map(|idx| 123.456_789 + 200.0 * f64::from(idx))
                .map(|at_s| (at_s, at_s + 0.333_333_3))
                .collect(),
        },
    );
    judged.report.findings = FindingKind::ALL
        .iter()
        .map(|kind| discern::assistant::findings::Finding { kind: *kind, ..finding.clone() })
        .collect();
    judged
        .report
        .moves
        .extend((0..30).map(|idx| discern::assistant::Move { id: format!("equalizer.{idx}"), ..proposed.clone() }));
    params.change_saved(|saved| saved.set_judged(judged));
    let fields = params.serialize_fields();
    assert!(fields["discern"].len() < 1 << 20, "{} bytes", fields["discern"].len());
    let loaded = reloaded(&params);
    assert!(loaded.serialize_fields() == fields);
    let num_points = loaded.with_saved(|saved| saved.judged.as_ref().expect("judged").features.blocks.len());
    assert!((3000..=6000).contains(&num_points), "{num_points} points: more than any window has columns");
}

/// A state with something of everything.
fn full() -> (Value, Value) {
    let (_, state) = golden().into_iter().find(|(name, _)| name.ends_with("send_back")).expect("is there");
    let mut plugin = plugin();
    let (host, mut ours) = parts(&survive(&mut plugin, "full", &bytes(&state)).expect("loads"));
    ours["references"] = json!([{"path": "/music/A.wav", "integrated_lufs": -9.5}, {"path": "/music/B.wav"}]);
    ours["intended"] = json!(["sibilance"]);
    ours["amounts"] = json!({"limiter.level": 80.0});
    ours["by_hand"] = json!(["limiter.level"]);
    ours["rejected_at"] = json!({"resonance.resonance": 7.4});
    ours["editor"] = json!({"width": 1180.0, "height": 740.0});
    ours["editor_scale_percent"] = json!(125);
    ours["report"]["heard"]["map"].as_array_mut().expect("a list").truncate(5);
    (host, ours)
}

#[test]
fn one_field_that_cannot_be_read_takes_no_other_and_stays() {
    let (host, ours) = full();
    let mut plugin = plugin();
    let odd = [
        json!(true),
        json!(-1),
        json!(65_536),
        json!(4_294_967_296u64),
        json!(-1e308),
        json!(1e39),
        json!("postponed"),
        json!("x".repeat(3000)),
        json!("a\u{202E}b\u{7}"),
        json!([]),
        json!({}),
        json!([[]]),
        json!({"a": [1, {"b": 2}]}),
    ];
    let mut num_tried = 0;
    for place in mutated::places(&ours) {
        let is_version =
            matches!(place.first(), Some(mutated::Step::Field(name)) if name == "schema" || name == "discern");
        if place.is_empty() || is_version {
            continue;
        }
        for odd in &odd {
            let mut changed = ours.clone();
            *mutated::at(&mut changed, &place).expect("is there") = odd.clone();
            let name = format!("{place:?} = {odd:.60}");
            let saved = survive(&mut plugin, &name, &bytes(&with(&host, &changed))).expect("loads");
            let (wanted, is) = (said(&changed), said(&parts(&saved).1));
            if let Some(lost) = lost(&wanted, &is) {
                panic!("{name} loses {lost}");
            }
            num_tried += 1;
        }
    }
    assert!(num_tried > 2000, "{num_tried}");
}

#[test]
fn what_is_set_since_takes_the_place_of_what_could_not_be_read() {
    let (_, mut ours) = full();
    ours["decisions"] = json!({"one": "postponed", "two": "accepted"});
    ours["editor_scale_percent"] = json!(65_536);
    ours["brief"]["destination"] = json!("cinema");
    ours["report"]["moves"][0]["class"] = json!("perhaps");
    ours["invention"] = json!({"of": "tomorrow"});
    let params = DiscernParams::new();
    params.deserialize_fields(&[("discern".to_owned(), ours.to_string())].into());
    let notices: Vec<String> = params.troubles.all().into_iter().map(|trouble| trouble.text).collect();
    for part in ["a decision on a move", "how the editor is set", "the brief", "a proposed move"] {
        assert_eq!(notices.iter().filter(|text| text.contains(part)).count(), 1, "{part}: {notices:?}");
    }
    assert_eq!(notices.len(), 4, "what another version has added is nothing to be said: {notices:?}");
    let saved = |params: &DiscernParams| -> Value {
        serde_json::from_str(&params.serialize_fields()["discern"]).expect("JSON")
    };
    let form = saved(&params);
    assert_eq!(form["decisions"], json!({"one": "postponed", "two": "accepted"}));
    assert_eq!((&form["editor_scale_percent"], &form["brief"]["destination"]), (&json!(65_536), &json!("cinema")));
    assert_eq!(form["report"]["moves"][0]["class"], "perhaps");
    params.change_saved(|saved| {
        saved.decide("one", Some(discern::params::Decision::Rejected));
        saved.editor_scale_percent = None;
        saved.brief.destination = discern::assistant::Destination::Club;
    });
    let form = saved(&params);
    assert_eq!(form["decisions"]["one"], "rejected");
    assert_eq!(form["editor_scale_percent"], Value::Null);
    assert_eq!(form["brief"]["destination"], "club");
    assert_eq!(form["invention"]["of"], "tomorrow");
    let judged = judged().with_saved(|saved| Judged::clone(saved.judged.as_ref().expect("judged")));
    params.change_saved(|saved| saved.set_judged(judged));
    assert!(
        !params.serialize_fields()["discern"].contains("perhaps"),
        "a new listening takes the place of the old one"
    );
}

#[test]
fn a_text_that_is_no_session_is_said_and_kept() {
    let deep = format!("{{\"schema\":1,\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let quotes = "\"".repeat(1 << 20);
    for text in ["{\"schema\":1,\"deci", "not JSON", "[1,2]", "{\"schema\":1,\"x\":,}", "7", &deep, &quotes] {
        let params = DiscernParams::new();
        params.deserialize_fields(&[("discern".to_owned(), text.to_owned())].into());
        assert_eq!(params.troubles.all().len(), 1, "{text}");
        let form: Value = serde_json::from_str(&params.serialize_fields()["discern"]).expect("JSON");
        assert_eq!(form["unreadable"], text);
        let loaded = DiscernParams::new();
        loaded.deserialize_fields(&params.serialize_fields());
        assert_eq!(loaded.serialize_fields(), params.serialize_fields());
        assert_eq!(loaded.troubles.all().len(), 1, "as long as it is there");
    }
    let params = DiscernParams::new();
    params.deserialize_fields(&[("discern".to_owned(), "x".repeat(5 << 20))].into());
    assert!(params.troubles.all()[0].text.contains("too long to be kept"));
    assert!(params.serialize_fields()["discern"].len() < 5000);
}

#[test]
fn a_text_that_is_no_session_goes_through_the_host() {
    let (host, _) = full();
    let deep = format!("{{\"schema\":1,\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let mut plugin = plugin();
    for text in ["not JSON", "[1,2]", &deep] {
        let mut host = host.clone();
        host["fields"]["discern"] = text.into();
        let saved = survive(&mut plugin, text, &bytes(&host)).expect("loads");
        assert_eq!(parts(&saved).1["unreadable"], text);
    }
}

#[test]
fn references_that_are_too_many_are_counted() {
    let notices = |num: usize| {
        let references: Vec<Value> = (0..num).map(|idx| json!({"path": format!("/music/{idx}.wav")})).collect();
        let form = json!({"schema": 1, "references": references}).to_string();
        let params = DiscernParams::new();
        params.deserialize_fields(&[("discern".to_owned(), form)].into());
        let saved: Value = serde_json::from_str(&params.serialize_fields()["discern"]).expect("JSON");
        assert_eq!(params.with_saved(|saved| saved.references.len()), num.min(8));
        let notices: Vec<String> = params.troubles.all().into_iter().map(|trouble| trouble.text).collect();
        (saved["references"].as_array().map_or(0, Vec::len), notices.join("\n"))
    };
    assert_eq!(notices(8), (8, String::new()));
    let said = "I use the first 8 references of 12. The others stay in the session".to_owned();
    assert_eq!(notices(12), (12, said));
    let said = "I keep the first 20000 references of 100000, and use 8 at most".to_owned();
    assert_eq!(notices(100_000), (20_000, said));
}

#[test]
fn a_newer_session_full_of_quotes_stays_within_what_the_host_reads() {
    let (host, mut ours) = full();
    ours["schema"] = json!(9);
    ours["invention"] = "\"".repeat(5 << 20).into();
    let newer = with(&host, &ours);
    let mut plugin = plugin();
    let saved = survive(&mut plugin, "full of quotes", &bytes(&newer)).expect("loads");
    let is_kept = parts(&saved).0["fields"]
        .as_object()
        .is_some_and(|fields| fields.values().any(|field| field == &newer["fields"]["discern"]));
    assert!(is_kept, "as it was");
}

#[test]
fn a_session_that_an_older_version_refused_and_left_alone_says_nothing() {
    let (host, mut ours) = full();
    let session = host["fields"]["discern"].clone();
    ours["schema"] = json!(9);
    let mut plugin = plugin();
    let mut refused = parts(&survive(&mut plugin, "newer", &bytes(&with(&host, &ours))).expect("loads")).0;
    // As if this were the version that wrote it.
    let fields = refused["fields"].as_object_mut().expect("fields");
    let newer = fields.iter_mut().find(|(name, _)| name.ends_with(".discern")).expect("put away").1;
    *newer = session.clone();
    let saved = survive(&mut plugin, "taken out", &bytes(&refused)).expect("loads");
    let fields = parts(&saved).0["fields"].clone();
    assert_eq!(fields.as_object().map(|fields| fields.len()), Some(1), "nothing was done in the older version");
    assert_eq!(fields["discern"], session);
}

#[test]
fn crafted_states_do_no_harm() {
    let mut plugin = plugin();
    for (name, state) in crafted::all() {
        survive(&mut plugin, &name, &state);
    }
}

#[test]
fn mutated_states_do_no_harm() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (num_states, seed) = (number("DISCERN_FUZZ_STATES", 4000), number("DISCERN_FUZZ_SEED", 1));
    let mut plugin = plugin();
    let mut bases: Vec<(Value, Value)> = Vec::new();
    for (_, state) in golden() {
        let ours = serde_json::from_str(state["fields"]["discern"].as_str().expect("ours")).expect("JSON");
        bases.push((state.clone(), ours));
        bases.push(parts(&survive(&mut plugin, "golden", &bytes(&state)).expect("loads")));
    }
    let mut random = mutated::Random::new(seed);
    let mut num_loaded = 0;
    for idx in 0..num_states {
        let (host, ours) = &bases[idx as usize % bases.len()];
        let state = mutated::state(&mut random, host, ours);
        num_loaded += u64::from(survive(&mut plugin, &format!("state {idx} of seed {seed}"), &state).is_some());
    }
    assert!(num_loaded > num_states / 2, "{num_loaded} of {num_states} were read at all");
}
