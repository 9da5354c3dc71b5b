//! States that nobody saved, each hostile in a way of its own.

use serde_json::{Value, json};

use super::{bytes, framed, golden, with};

/// All, with names.
pub fn all() -> Vec<(String, Vec<u8>)> {
    let (_, host) = golden().into_iter().find(|(name, _)| name.ends_with("send_back")).expect("is there");
    let ours: Value = serde_json::from_str(host["fields"]["discern"].as_str().expect("ours")).expect("JSON");
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    all.extend(fields(&ours).into_iter().map(|(name, ours)| (name, bytes(&with(&host, &ours)))));
    for (name, text) in texts() {
        let mut host = host.clone();
        host["fields"]["discern"] = text.into();
        all.push((name, bytes(&host)));
    }
    all.extend([30, 1500].map(|depth| put_away(&host, depth)));
    all.extend(parameters(&host));
    all.extend(frames(&host));
    all
}

/// One field of ours is something else.
fn fields(ours: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let mut with = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = ours.clone();
        change(&mut changed);
        all.push((name.to_owned(), changed));
    };
    let paths = |paths: Vec<String>| Value::Array(paths.into_iter().map(|path| json!({"path": path})).collect());
    let devices = [
        "/dev/zero",
        "/dev/urandom",
        "/dev/tty",
        "/dev/stdin",
        "/etc/shadow",
        "/proc/self/mem",
        "\\\\server\\share\\a.wav",
    ];
    with("ok", &|_| ());
    with("references to devices", &|form| form["references"] = paths(devices.map(str::to_owned).into()));
    with("references to nothing", &|form| {
        form["references"] =
            paths(vec!["a\u{0}b".into(), String::new(), "../../../x".into(), format!("/{}", "a".repeat(100_000))]);
    });
    with("100 000 references", &|form| {
        form["references"] = paths((0..100_000).map(|idx| format!("x{idx}.wav")).collect());
    });
    with("a reference with letters that turn", &|form| {
        form["references"] = paths(vec!["/a/\u{202E}vaw.\u{7}x".repeat(50)])
    });
    with("a reference of other bands", &|form| {
        form["references"] = json!([{"path": "/r.wav", "tone_db": vec![0.0; 30]}, {"path": "/s.wav", "tone_db": ["x"], "integrated_lufs": 1e300}]);
    });
    with("a million intended", &|form| form["intended"] = vec!["x"; 1_000_000].into());
    for (name, schema) in [
        ("2", json!(2)),
        ("2^32 - 1", json!(u32::MAX)),
        ("2^32", json!(4_294_967_296u64)),
        ("2^64 - 1", json!(u64::MAX)),
        ("1e30", json!(1e30)),
        ("negative", json!(-1)),
        ("text", json!("1")),
        ("float", json!(1.5)),
        ("0", json!(0)),
        ("list", json!([1])),
        ("nothing", Value::Null),
    ] {
        with(&format!("schema {name}"), &|form| form["schema"] = schema.clone());
    }
    with("an unknown decision", &|form| form["decisions"] = json!({"a": "postponed", "b": 7, "c": "accepted"}));
    with("100 000 decisions", &|form| {
        form["decisions"] = (0..100_000).map(|idx| (format!("m{idx}"), json!("accepted"))).collect();
    });
    with("an unknown field", &|form| form["zzz"] = json!({"a": [1, 2, 3]}));
    with("an editor of no size", &|form| form["editor"] = json!({"width": 3e38, "height": -1}));
    with("an editor of 1e39", &|form| form["editor"] = json!({"width": 1e39, "height": 1e39}));
    with("scale 0", &|form| form["editor_scale_percent"] = json!(0));
    with("scale 65536", &|form| form["editor_scale_percent"] = json!(65_536));
    with("a spectrum of other lengths", &|form| {
        form["report"]["heard"]["frequencies_hz"] = json!([1.0, 2.0]);
        form["report"]["heard"]["mid_db"] = json!([]);
        form["report"]["heard"]["side_db"] = vec![Value::Null; 5000].into();
    });
    with("a spectrum that falls", &|form| form["report"]["heard"]["frequencies_hz"] = json!([100.0, 0.0, -5.0]));
    with("a map without end", &|form| {
        form["report"]["heard"]["map"] =
            (0..200_000).map(|idx| json!([f64::from(idx) * 1e300, 1e300, -1e300])).collect();
    });
    with("a point at 1e17 s", &|form| {
        form["report"]["heard"]["map"].as_array_mut().expect("a list").push(json!([1e17, 0.1, 0.5]));
    });
    with("all of the song at once", &|form| {
        form["report"]["heard"]["map"] = vec![json!([0.0, 0.1, 0.5]); 20_000].into()
    });
    with("a song of a day", &|form| {
        form["report"]["heard"]["duration_s"] = json!(86_400.0);
        form["report"]["heard"]["map"] = (0..19_000).map(|idx| json!([f64::from(idx) * 4.5, 1e12, 1e6])).collect();
    });
    with("a song of no length", &|form| {
        form["report"]["heard"]["duration_s"] = json!(1e-320);
        form["report"]["heard"]["map"] = json!([]);
    });
    with("sections from the end to the beginning", &|form| {
        let section = json!({"start_s": 1e300, "end_s": -1e300, "loudness_lufs": 1e308, "label": "x".repeat(100_000), "tags": vec!["q"; 1000]});
        form["report"]["heard"]["sections"] = vec![section; 200].into();
    });
    with("sections without end", &|form| {
        let section = |idx: u32| json!({"start_s": f64::from(idx) / 100.0, "end_s": 231.0, "loudness_lufs": -14.0, "label": "x".repeat(1000)});
        form["report"]["heard"]["sections"] = (0..5000).map(section).collect();
    });
    with("measured in the negative", &|form| {
        for (name, value) in
            [("sample_rate_hz", -1.0), ("channels", 0.0), ("duration_s", -1e308), ("heard_s", 1e308), ("share", 1e308)]
        {
            form["report"]["heard"][name] = json!(value);
        }
    });
    with("moves beyond measure", &|form| {
        let evidence = json!({"metric": "integrated_lufs", "value": 1e308, "expected": [1e308, -1e308], "from_s": -1e308, "to_s": 1e308, "share": -5});
        let wide = json!({"metric": "band_excess_db", "value": -1e308, "expected": [-1e308, 1e308], "low_hz": 0, "high_hz": 1e308, "from_s": -1e308, "to_s": 1e308, "share": 5});
        let settings = json!({"equalizer.band_3.gain_db": 1e300, "nope": 1, "limiter.gain_db": -1e308, "equalizer.band_3.shape": 1e9});
        let each = json!({"id": "x", "stage": "equalizer", "class": "needed", "title": "t\u{202E}\n".repeat(1000), "sentence": "s".repeat(1_000_000), "settings": settings, "evidence": [evidence, wide], "effect": [{"metric": "integrated_lufs", "before": 1e308, "after": -1e308}], "confidence": 1e308});
        form["report"]["moves"] = vec![each; 20].into();
        form["accept_pending"] = json!(true);
        form["amounts"] = json!({"x": 1e308});
        form["before"] = json!({"x": {"equalizer.band_3.gain_db": -1e308}});
    });
    with("findings beyond measure", &|form| {
        for finding in form["report"]["findings"].as_array_mut().expect("a list") {
            finding["places_s"] = (0..20_000).map(|idx| json!([f64::from(idx), f64::from(idx) - 1e300])).collect();
            finding["evidence"]["low_hz"] = json!(-1e308);
            finding["evidence"]["high_hz"] = json!(0.0);
            finding["evidence"]["share"] = json!(1e308);
        }
        for note in form["report"]["for_the_mixer"].as_array_mut().expect("a list") {
            note["from_s"] = json!(1e308);
            note["to_s"] = json!(-1e308);
            note["sentence"] = json!("\u{202E}\u{0}".repeat(10_000));
        }
    });
    with("5000 notes", &|form| {
        let note = form["report"]["for_the_mixer"][0].clone();
        form["report"]["for_the_mixer"] = vec![note; 5000].into();
    });
    with("an unknown verdict", &|form| {
        form["report"]["verdict"] = json!({"kind": "excellent", "sentence": 7, "confidence": "x"})
    });
    with("no verdict", &|form| form["report"]["verdict"] = json!(7));
    with("a brief of everything", &|form| {
        form["brief"] = json!({"destination": "cinema", "loudness_lufs": 1e308, "ceiling_dbtp": -1e308, "character": [100, -100, 1.5, 0], "restraint": 7, "locks": ["limiter", "x", 3]});
    });
    let put_away = |inner: &str| json!({"version": "9", "params": {}, "fields": {"discern": inner}}).to_string();
    let form = |newer: &str| json!({"schema": 1, "newer_state": newer});
    let mut nested = json!({"schema": 7, "of": "tomorrow"}).to_string();
    for depth in 0..6 {
        nested = form(&put_away(&nested)).to_string();
        let nested = nested.clone();
        all.push((format!("put away {depth} times"), serde_json::from_str(&nested).expect("JSON")));
    }
    all.push(("put away and lost".to_owned(), form(&put_away(&form(&"x".repeat(1000)).to_string()))));
    all.push(("put away in part".to_owned(), form("{\"version\":1")));
    all
}

/// Ours is another text.
fn texts() -> Vec<(String, String)> {
    let long = format!("{{\"schema\":1,\"discern\":\"{}\"}}", "A".repeat(100_000_000));
    let deep = format!("{{\"schema\":1,\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let twice = "{\"schema\":1,\"decisions\":{\"a\":\"accepted\"},\"decisions\":{\"b\":\"rejected\"},\"schema\":1}";
    let kept = format!("{{\"schema\":1,\"zzz\":\"{}\"}}", "\\u0001".repeat(4_000_000));
    [
        ("no JSON", "not json".to_owned()),
        ("no text", String::new()),
        ("null", "null".to_owned()),
        ("a list", "[1,2]".to_owned()),
        ("deep", "[".repeat(200_000)),
        ("a deep field", deep),
        ("100 MB of text", long),
        ("24 MB of escapes", kept),
        ("fields twice", twice.to_owned()),
        ("a float as schema", "{\"schema\":1.0}".to_owned()),
        ("numbers that are none", "{\"schema\":1,\"editor\":{\"width\":NaN,\"height\":1e999}}".to_owned()),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

/// States put away one in the other, beside ours.
fn put_away(host: &Value, depth: usize) -> (String, Vec<u8>) {
    let mut host = host.clone();
    for depth in 0..depth {
        let name = |last: &str| format!("{}{last}", "discern.newer.".repeat(depth));
        host["fields"][name("discern.newer")] = "{\"version\":\"9\",\"params\":{}}".into();
        host["fields"][name("discern.newer.discern")] = "{\"schema\":1,\"intended\":[\"hum\"]}".into();
    }
    (format!("put away {depth} times beside ours"), bytes(&host))
}

/// The host's part is something else.
fn parameters(host: &Value) -> Vec<(String, Vec<u8>)> {
    let mut types = host.clone();
    for (id, value) in [
        ("limiter.gain_db", json!("text")),
        ("bypass", json!(3)),
        ("equalizer.band_1.shape", json!({"i32": 99_999})),
        ("latency_mode", json!({"i32": -5})),
        ("nope", json!({"f32": 1.0})),
        ("limiter.ceiling_dbtp", json!({"f32": 1e39})),
        ("input.gain_db", json!({"f32": -1e38})),
        ("equalizer.band_2.gain_db", json!({"bool": true})),
        ("equalizer.band_3.gain_db", json!({"string": "x"})),
        ("action.listen", json!({"bool": true})),
        ("action.accept_needed", json!(true)),
        ("amount_percent", json!({"f32": 1e30})),
    ] {
        types["params"][id] = value;
    }
    let mut many = host.clone();
    many["params"] = (0..50_000).map(|idx| (format!("p{idx}"), json!({"f32": 1.0}))).collect();
    let mut others = host.clone();
    others["fields"]["other"] = json!(["not", "a", "text"]);
    others["fields"]["more"] = json!("x".repeat(5_000_000));
    [("parameters of other types", types), ("50 000 parameters", many), ("fields of others", others)]
        .map(|(name, state)| (name.to_owned(), bytes(&state)))
        .into()
}

/// No state of a plugin, or not all of one.
fn frames(host: &Value) -> Vec<(String, Vec<u8>)> {
    let whole = host.to_string();
    let lying = |length: u64, text: &str| [&length.to_le_bytes()[..], text.as_bytes()].concat();
    let noise: Vec<u8> = (0..5000u32).map(|idx| (idx.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    [
        ("cut off", framed(&whole.as_bytes()[..200])),
        ("nothing in it", framed(b"")),
        ("noise", framed(&noise)),
        ("a length of 2^63", lying(1 << 63, "{}")),
        ("a length too short", lying(10, &whole)),
        ("a length too long", lying(100_000_000, &whole)),
        ("no length", b"abc".to_vec()),
        ("nothing", Vec::new()),
        ("deep", framed("[".repeat(1_000_000).as_bytes())),
        ("no fields", framed(b"{\"version\":\"1\",\"params\":{}}")),
        ("parameters twice", framed(b"{\"version\":\"1\",\"params\":{},\"params\":{},\"fields\":{}}")),
        ("empty fields", framed(b"{\"version\":\"1\",\"params\":{},\"fields\":{}}")),
    ]
    .map(|(name, state)| (name.to_owned(), state))
    .into()
}
