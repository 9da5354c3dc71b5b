//! The figures that the assistant is held to, counted from the records of all songs.

use super::broad::BROAD_SIZES_DB;
use super::kinds::{LOCAL, MENDABLE};
use super::record::{Broad, Fault, Foreign, Record, UndoneShare};
use super::spectrum::{NUM_COMPARED, Thirds};
use super::statistics::{Bin, mean, median, one_if, quantile};
use super::table::{Bar, Baseline, Definition, Reduce, Row, Sample, Unit, faults, is_named};

/// Bins with fewer moves say nothing.
const LEAST_IN_BIN: usize = 10;

const fn share(key: &'static str, what: &'static str, says: &'static str, bar: Bar) -> Definition {
    Definition { key, what, says, unit: Unit::Percent, bar }
}

const fn ratio(key: &'static str, what: &'static str, says: &'static str, bar: Bar) -> Definition {
    Definition { key, what, says, unit: Unit::Ratio, bar }
}

const NO_HARM: Definition = share(
    "do_no_harm",
    "do no harm",
    "finished songs, and the same at \u{2212}3, \u{2212}6 and \u{2212}12 dB, for which only level or no Needed move is proposed",
    Bar::AtLeast(0.95),
);
const TONE: [Definition; 2] = [
    Definition {
        key: "tonal_change_median_db",
        what: "tonal change of finished songs, median",
        says: "what accepting Needed does to their long-term spectrum: RMS over 26 thirds of an octave, 40 Hz\u{2013}12.5 kHz, \
               without the mean",
        unit: Unit::Db,
        bar: Bar::AtMost(0.4),
    },
    Definition {
        key: "tonal_change_p95_db",
        what: "tonal change of finished songs, 95th percentile",
        says: "the same",
        unit: Unit::Db,
        bar: Bar::AtMost(1.0),
    },
];
const SENSITIVITY: Definition = share(
    "sensitivity",
    "sensitivity",
    "songs with one injected fault of three times its flag threshold in which it is the first Needed move's reason or the first \
     line for the mixer, in its place",
    Bar::AtLeast(0.8),
);
const BROAD: [[Definition; 4]; 2] = [
    [
        ratio(
            "recovery_a_3_4",
            "recovery (a) of broad tone, 3.4 dB",
            "one to three random bells and shelves of 3.4 dB RMS, no reference: share undone by Needed, median",
            Bar::AtLeast(0.25),
        ),
        share("improving_a_3_4", "nearer to the song, 3.4 dB", "cases", Bar::AtLeast(0.75)),
        share("not_worse_a_3_4", "not made worse, 3.4 dB", "cases, to a hundredth", Bar::None),
        share("overshoot_a_3_4", "past the song, 3.4 dB", "cases, by more than a tenth of the fault", Bar::AtMost(0.1)),
    ],
    [
        ratio("recovery_a_5", "recovery (a) of broad tone, 5 dB", "the same of 5 dB RMS", Bar::AtLeast(0.4)),
        share("improving_a_5", "nearer to the song, 5 dB", "cases", Bar::AtLeast(0.9)),
        share("not_worse_a_5", "not made worse, 5 dB", "cases, to a hundredth", Bar::None),
        share("overshoot_a_5", "past the song, 5 dB", "cases, by more than a tenth of the fault", Bar::AtMost(0.1)),
    ],
];
const REFERENCE: Definition = ratio(
    "recovery_b",
    "recovery (b) of broad tone with a reference",
    "the same, both sizes, with the song itself as reference",
    Bar::AtLeast(0.8),
);
const LOCAL_RECOVERY: [Definition; 2] = [
    ratio(
        "recovery_c",
        "recovery (c) of local faults",
        "boom, mud, harshness by the spectrum, resonance and sibilance by their own measure, at three times the threshold: share \
         undone by Needed, median",
        Bar::AtLeast(0.5),
    ),
    share("overshoot_c", "past the song (c)", "cases, by more than a tenth of the fault", Bar::AtMost(0.1)),
];
const OTHER_RECOVERY: [Definition; 2] = [
    ratio(
        "recovery_d",
        "recovery (d) of what else can be mended",
        "imbalance, offset, inverted polarity, wide bass, rumble by their own measure: share undone by Needed, median",
        Bar::AtLeast(0.9),
    ),
    share("overshoot_d", "past the song (d)", "cases, by more than a tenth of the fault", Bar::AtMost(0.1)),
];
const COUNTERFACTUAL: Definition = share(
    "counterfactual",
    "counterfactual",
    "Needed moves that vanish or shrink to a fifth once what they cite is gone: the injected fault taken out again, or the move \
     accepted where the song has the fault itself",
    Bar::AtLeast(0.95),
);
const IDEMPOTENCE: Definition =
    share("idempotence", "idempotence", "own masters that, heard again, get no Needed move", Bar::AtLeast(0.95));
const LEVELS: Definition = share(
    "level_invariance",
    "level invariance",
    "songs at \u{2212}20 and +20 dB whose settings stay within 0.05 and whose thresholds in dBFS move by exactly the change",
    Bar::AtLeast(1.0),
);
const EXCERPTS: Definition = share(
    "excerpt_stability",
    "excerpt stability",
    "both halves and 15 s of the middle, where 10 s or longer, that get the same Needed as the song or say not enough heard",
    Bar::AtLeast(0.95),
);
const CONVERGENCE: Definition = ratio(
    "convergence",
    "convergence",
    "mean distance of the long-term spectra of every two songs, Needed accepted against untouched",
    Bar::AtLeast(0.85),
);
const CONTRAST: Definition = share(
    "contrast_kept",
    "contrast kept",
    "songs with a contrast of 1 LU between sections whose master keeps 0.9 of it",
    Bar::AtLeast(0.95),
);
const ABSTENTION: Definition = share(
    "abstention",
    "abstention",
    "speech alone, noise, tones, silence and clicks that are outside the scope or not heard enough",
    Bar::AtLeast(0.95),
);
const SEND_BACK: Definition = share(
    "false_send_back",
    "false send-back",
    "finished songs, and the same at lower levels, sent back for nothing that a plain measurement confirms",
    Bar::AtMost(0.02),
);
const LANDING: Definition = Definition {
    key: "landing",
    what: "landing",
    says: "loudness of masters against \u{2212}14, \u{2212}9 and \u{2212}23 LUFS asked for: the farthest off",
    unit: Unit::Lu,
    bar: Bar::AtMost(0.3),
};
const CALIBRATION: Definition = Definition {
    key: "calibration",
    what: "calibration",
    says: "moves on faulty songs that they do not get without the fault: share that brings them nearer to what they were, against the mean confidence: the farthest off \
           of the bins with ten moves and more",
    unit: Unit::Points,
    bar: Bar::AtMost(0.1),
};

const NAMED: Definition = share(
    "named",
    "named at all",
    "the same songs in which it is the reason of any Needed move or any line for the mixer",
    Bar::None,
);

/// All figures.
pub fn rows(records: &[Record], foreign: &[Foreign], bins: &[Bin]) -> Vec<Row> {
    let mut rows = finished_rows(records);
    let named: Vec<Sample> = faults(records).map(|(genre, fault)| (genre, one_if(is_named(fault)))).collect();
    rows.push(Row::new(SENSITIVITY, Reduce::Share, &named));
    let anywhere: Vec<Sample> = faults(records).map(|(genre, fault)| (genre, one_if(fault.is_named))).collect();
    rows.push(Row::new(NAMED, Reduce::Share, &anywhere));
    rows.extend(
        BROAD_SIZES_DB.iter().zip(BROAD).flat_map(|(&size_db, definitions)| broad_rows(records, size_db, definitions)),
    );
    let with_reference: Vec<Sample> =
        broad(records).filter_map(|(genre, broad)| Some((genre, broad.undone_with_reference?.0))).collect();
    rows.push(Row::new(REFERENCE, Reduce::Median, &with_reference));
    rows.extend(recovery_rows(records, &LOCAL, LOCAL_RECOVERY));
    rows.extend(recovery_rows(records, &MENDABLE, OTHER_RECOVERY));
    rows.extend(steady_rows(records));
    rows.push(convergence(records));
    let contrast = per_song(records, |record| record.contrast.map(|contrast| one_if(contrast >= 0.9)));
    rows.push(Row::new(CONTRAST, Reduce::Share, &contrast));
    rows.push(abstention(records, foreign));
    let sent_back = copies(records, |copy| one_if(copy.is_falsely_sent_back));
    rows.push(Row::new(SEND_BACK, Reduce::Share, &sent_back));
    let landings: Vec<Sample> = records
        .iter()
        .flat_map(|record| record.landings.iter().map(|[asked, got]| (record.genre.as_str(), (got - asked).abs())))
        .collect();
    rows.push(Row::new(LANDING, Reduce::Largest, &landings));
    let counted: Vec<&Bin> = bins.iter().filter(|bin| bin.count >= LEAST_IN_BIN).collect();
    let farthest = counted.iter().map(|bin| (bin.worth - bin.confidence).abs()).reduce(f64::max);
    rows.push(Row::whole(CALIBRATION, farthest, bins.iter().map(|bin| bin.count).sum()));
    rows
}

fn finished_rows(records: &[Record]) -> Vec<Row> {
    let harmless = copies(records, |copy| one_if(copy.verdict == "level_only" || copy.needed.is_empty()));
    let changes = copies(records, |copy| copy.tonal_change_db);
    vec![
        Row::new(NO_HARM, Reduce::Share, &harmless),
        Row::new(TONE[0], Reduce::Median, &changes),
        Row::new(TONE[1], Reduce::Percentile95, &changes),
    ]
}

/// A number of every finished song and copy.
fn copies(records: &[Record], of: impl Fn(&super::record::Copied) -> f64) -> Vec<Sample<'_>> {
    let finished = records.iter().filter(|record| record.class == "fin");
    finished.flat_map(|record| record.copies.iter().map(|copy| (record.genre.as_str(), of(copy)))).collect()
}

fn per_song(records: &[Record], of: impl Fn(&Record) -> Option<f64>) -> Vec<Sample<'_>> {
    records.iter().filter_map(|record| Some((record.genre.as_str(), of(record)?))).collect()
}

fn broad(records: &[Record]) -> impl Iterator<Item = (&str, &Broad)> {
    records.iter().flat_map(|record| record.broad.iter().map(|broad| (record.genre.as_str(), broad)))
}

fn broad_rows(records: &[Record], size_db: f64, definitions: [Definition; 4]) -> Vec<Row> {
    let samples = |of: fn(UndoneShare) -> f64| -> Vec<Sample> {
        let sized = broad(records).filter(|(_, broad)| broad.size_db == size_db);
        sized.map(|(genre, broad)| (genre, of(broad.undone))).collect()
    };
    let [recovery, improving, not_worse, past] = definitions;
    vec![
        Row::new(recovery, Reduce::Median, &samples(|undone| undone.0)),
        Row::new(improving, Reduce::Share, &samples(|undone| one_if(undone.0 > 0.0))),
        Row::new(not_worse, Reduce::Share, &samples(|undone| one_if(undone.0 > -0.01))),
        Row::new(past, Reduce::Share, &samples(|undone| one_if(undone.1))),
    ]
}

fn recovery_rows(records: &[Record], kinds: &[&str], definitions: [Definition; 2]) -> Vec<Row> {
    let samples = |of: fn(UndoneShare) -> f64| -> Vec<Sample> {
        let of_kinds = |fault: &Fault| kinds.contains(&fault.kind.as_str());
        faults(records)
            .filter(|(_, fault)| of_kinds(fault))
            .filter_map(|(genre, fault)| Some((genre, of(fault.undone?))))
            .collect()
    };
    vec![
        Row::new(definitions[0], Reduce::Median, &samples(|undone| undone.0)),
        Row::new(definitions[1], Reduce::Share, &samples(|undone| one_if(undone.1))),
    ]
}

/// What stays as it is: without the fault, heard again, at another level, in part.
fn steady_rows(records: &[Record]) -> Vec<Row> {
    fn checks(records: &[Record], of: impl Fn(&Record) -> Vec<bool>) -> Vec<Sample<'_>> {
        let samples = |record| of(record).into_iter().map(one_if);
        records
            .iter()
            .flat_map(|record| samples(record).map(|sample| (record.genre.as_str(), sample)).collect::<Vec<_>>())
            .collect()
    }
    let met = |checks: &[super::record::Check]| checks.iter().map(|check| check.is_met).collect::<Vec<_>>();
    let counterfactual = checks(records, |record| {
        let injected = record.faults.iter().flat_map(|fault| fault.counterfactual.iter().copied());
        injected.chain(met(&record.own_moves)).collect()
    });
    let idempotence = checks(records, |record| record.master.iter().map(|check| check.is_met).collect());
    let levels = checks(records, |record| met(&record.levels));
    let excerpts = checks(records, |record| met(&record.excerpts));
    vec![
        Row::new(COUNTERFACTUAL, Reduce::Share, &counterfactual),
        Row::new(IDEMPOTENCE, Reduce::Share, &idempotence),
        Row::new(LEVELS, Reduce::Share, &levels),
        Row::new(EXCERPTS, Reduce::Share, &excerpts),
    ]
}

fn convergence(records: &[Record]) -> Row {
    let thirds = |place: usize| -> Vec<Thirds> {
        let of = |record: &Record| {
            let levels: [f64; NUM_COMPARED] = record.thirds.as_ref()?[place].clone().try_into().ok()?;
            Some(Thirds(levels))
        };
        records.iter().filter_map(of).collect()
    };
    let spread = |thirds: &[Thirds]| {
        let pairs =
            thirds.iter().enumerate().flat_map(|(idx, one)| thirds[..idx].iter().map(move |other| (one, other)));
        mean(&pairs.map(|(one, other)| one.distance_db(other)).collect::<Vec<_>>())
    };
    let (before, after) = (thirds(0), thirds(1));
    let value = spread(&after).zip(spread(&before)).map(|(after, before)| after / before);
    Row::whole(CONVERGENCE, value.filter(|value| value.is_finite()), before.len())
}

fn abstention(records: &[Record], foreign: &[Foreign]) -> Row {
    let mut samples = per_song(records, |record| record.abstains.map(one_if));
    samples.extend(foreign.iter().map(|signal| (signal.name.as_str(), one_if(signal.abstains))));
    Row::new(ABSTENTION, Reduce::Share, &samples)
}

/// What doing nothing, and nothing but level, come to.
pub fn baselines(records: &[Record]) -> Vec<Baseline> {
    let changes: Vec<f64> = records.iter().filter_map(|record| record.level_only_db).collect();
    let recovery = |of: fn(&Broad) -> f64| {
        BROAD_SIZES_DB.map(|size_db| {
            let sized = broad(records).filter(|(_, broad)| broad.size_db == size_db);
            sized.map(|(_, broad)| of(broad)).collect()
        })
    };
    let ours = records.iter().filter(|record| record.class == "fin").filter_map(|record| record.copies.first());
    let ours: Vec<f64> = ours.map(|copy| copy.tonal_change_db).collect();
    vec![
        baseline("Discern, Needed accepted", &ours, &recovery(|broad| broad.undone.0), ""),
        baseline("nothing", &[0.0], &recovery(|_| 0.0), "by definition"),
        baseline(
            "always \u{2212}14 LUFS with a limiter",
            &changes,
            &recovery(|broad| broad.undone_by_level),
            "Discern's own limiter at \u{2212}1 dBTP",
        ),
    ]
}

/// A line of the comparison from tonal changes, and shares undone of the broad faults of each size.
pub fn baseline(name: &str, changes_db: &[f64], undone: &[Vec<f64>], note: &str) -> Baseline {
    let quantiles = || Some([median(changes_db)?, quantile(changes_db, 0.95)?]);
    let recovery = undone.iter().map(|undone| median(undone)).collect();
    Baseline { name: name.to_owned(), tonal_change_db: quantiles(), recovery, note: note.to_owned() }
}
