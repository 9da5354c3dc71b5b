//! States that chance has changed: a value anywhere becomes something else, a field goes, a list grows or ends, or bytes
//! flip.

use serde_json::{Value, json};

use super::{bytes, framed, with};

/// Repeatable numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn is(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

/// A step to a value.
#[derive(Clone, Debug)]
pub enum Step {
    Field(String),
    Entry(usize),
}

/// Where values are in a tree, itself first.
pub fn places(value: &Value) -> Vec<Vec<Step>> {
    fn add(value: &Value, at: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
        all.push(at.clone());
        let inside: Vec<(Step, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(name, value)| (Step::Field(name.clone()), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(idx, value)| (Step::Entry(idx), value)).collect(),
            _ => Vec::new(),
        };
        for (step, value) in inside {
            at.push(step);
            add(value, at, all);
            at.pop();
        }
    }
    let mut all = Vec::new();
    add(value, &mut Vec::new(), &mut all);
    all
}

/// The value at a place, if that is still there.
pub fn at<'a>(value: &'a mut Value, place: &[Step]) -> Option<&'a mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get_mut(name),
        Step::Entry(idx) => value.get_mut(idx),
    })
}

fn odd(random: &mut Random) -> Value {
    let all = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(2_147_483_648u64),
        json!(9_223_372_036_854_775_808u64),
        json!(i64::MIN),
        json!(1e17),
        json!(-1e308),
        json!(1e39),
        json!(1e-320),
        json!(""),
        json!("x".repeat(3000)),
        json!("\u{0}\u{202E}"),
        json!([]),
        json!({}),
        json!([[]]),
        json!("NaN"),
    ];
    all[random.below(all.len())].clone()
}

fn change(random: &mut Random, tree: &mut Value) {
    let places = places(tree);
    for _ in 0..[1, 1, 2, 5][random.below(4)] {
        let place = &places[random.below(places.len())];
        let Some((last, owner)) = place.split_last() else { continue };
        let Some(owner) = at(tree, owner) else { continue };
        let kind = random.below(100);
        match (owner, last) {
            (Value::Object(map), Step::Field(name)) if kind >= 75 => {
                if let Some(value) = map.get(name).cloned() {
                    map.insert(format!("{name}x"), value);
                }
            }
            (Value::Object(map), Step::Field(name)) if kind >= 60 => drop(map.shift_remove(name)),
            (Value::Array(list), Step::Entry(_)) if kind >= 75 => {
                let once = list.clone();
                let times = [0, 2, 50][random.below(3)];
                *list = (0..times).flat_map(|_| once.iter().cloned()).collect();
            }
            (Value::Array(list), Step::Entry(idx)) if kind >= 60 && *idx < list.len() => drop(list.remove(*idx)),
            (owner, last) => {
                if let Some(value) = at(owner, std::slice::from_ref(last)) {
                    *value = odd(random);
                }
            }
        }
    }
}

/// A changed state, as a host would hand it over.
pub fn state(random: &mut Random, host: &Value, ours: &Value) -> Vec<u8> {
    let mut json = if random.is(75) {
        let mut ours = ours.clone();
        change(random, &mut ours);
        with(host, &ours).to_string()
    } else {
        let mut host = with(host, ours);
        change(random, &mut host);
        host.to_string()
    }
    .into_bytes();
    if random.is(15) {
        for _ in 0..=random.below(8) {
            let at = random.below(json.len());
            json[at] = random.next() as u8;
        }
    }
    framed(&json)
}

#[test]
fn the_same_seed_makes_the_same_states() {
    let (host, ours) = (json!({"fields": {"discern": ""}, "params": {}}), json!({"a": [1, 2, {"b": "c"}]}));
    let make = || {
        let mut random = Random::new(7);
        (0..50).map(|_| state(&mut random, &host, &ours)).collect::<Vec<_>>()
    };
    assert!(make() == make());
    assert!(make().iter().any(|state| *state != bytes(&with(&host, &ours))));
}
