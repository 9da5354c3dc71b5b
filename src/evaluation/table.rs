//! The table: figures with their definitions and bars, by genre and by kind of fault.

use super::figures;
use super::record::{Fault, Foreign, Record};
use super::run::Outcome;
use super::statistics::{Bin, bins, mean, median, one_if, quantile};

/// Everything that is published.
pub struct Table {
    /// Figures, in the order of the definition.
    pub rows: Vec<Row>,
    /// Faults by kind, the worst first.
    pub kinds: Vec<KindRow>,
    /// Moves by confidence.
    pub bins: Vec<Bin>,
    /// Others, measured in the same run.
    pub baselines: Vec<Baseline>,
    /// Songs.
    pub records: Vec<Record>,
    /// Signals that are no music.
    pub foreign: Vec<Foreign>,
    /// The ranges that were judged by, where they are not the factory's.
    pub judged_by: Option<String>,
}

/// How samples become a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduce {
    /// Their mean, as a share of 0 and 1.
    Share,
    /// The middle one.
    Median,
    /// The one that 95 % lie under.
    Percentile95,
    /// The largest.
    Largest,
}

/// What a figure is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bar {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Published, not judged.
    None,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 0–1, as percent.
    Percent,
    /// A plain number.
    Ratio,
    /// Decibels.
    Db,
    /// Loudness units.
    Lu,
    /// Hundredths of confidence.
    Points,
}

/// What a figure says and is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Definition {
    /// Name in the JSON.
    pub key: &'static str,
    /// Name for people.
    pub what: &'static str,
    /// What is counted.
    pub says: &'static str,
    /// Unit.
    pub unit: Unit,
    /// Bar.
    pub bar: Bar,
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it says.
    pub definition: Definition,
    /// `None` where nothing was measured.
    pub value: Option<f64>,
    /// Samples behind it.
    pub count: usize,
    /// Genre, figure, samples; the worst first.
    pub by_genre: Vec<(String, f64, usize)>,
}

/// One sample: the genre of its song, and a number.
pub type Sample<'a> = (&'a str, f64);

impl Row {
    /// From samples.
    pub fn new(definition: Definition, reduce: Reduce, samples: &[Sample<'_>]) -> Self {
        let values: Vec<f64> = samples.iter().map(|sample| sample.1).collect();
        let mut genres: Vec<&str> = samples.iter().map(|sample| sample.0).collect();
        genres.sort_unstable();
        genres.dedup();
        let of_genre = |genre: &str| {
            let values: Vec<f64> = samples.iter().filter(|sample| sample.0 == genre).map(|sample| sample.1).collect();
            Some((genre.to_owned(), reduce.of(&values)?, values.len()))
        };
        let mut by_genre: Vec<_> = genres.into_iter().filter_map(of_genre).collect();
        by_genre.sort_by(|a, b| match definition.bar {
            Bar::AtMost(_) => b.1.total_cmp(&a.1),
            _ => a.1.total_cmp(&b.1),
        });
        Self { definition, value: reduce.of(&values), count: values.len(), by_genre }
    }

    /// From a number of the whole folder.
    pub fn whole(definition: Definition, value: Option<f64>, count: usize) -> Self {
        Self { definition, value, count, by_genre: Vec::new() }
    }

    /// Whether it meets its bar; `None` without a value or a bar.
    pub fn is_met(&self) -> Option<bool> {
        match self.definition.bar {
            Bar::AtLeast(bar) => Some(self.value? >= bar),
            Bar::AtMost(bar) => Some(self.value? <= bar),
            Bar::None => None,
        }
    }
}

impl Reduce {
    fn of(self, values: &[f64]) -> Option<f64> {
        match self {
            Self::Share => mean(values),
            Self::Median => median(values),
            Self::Percentile95 => quantile(values, 0.95),
            Self::Largest => values.iter().copied().reduce(f64::max),
        }
    }
}

/// One kind of fault.
#[derive(Clone, Debug, PartialEq)]
pub struct KindRow {
    /// Kind.
    pub kind: String,
    /// How many songs had it injected.
    pub count: usize,
    /// Share in which it was found at all.
    pub found: f64,
    /// Share in which it came first.
    pub first: f64,
    /// Share of the local ones that came first in which the place was right.
    pub in_place: Option<f64>,
    /// Share undone by Needed, median.
    pub undone: Option<f64>,
    /// Share of the cases that went past the original.
    pub past: f64,
    /// What came first instead, and how often.
    pub instead: Vec<(String, usize)>,
}

/// What somebody else does with the same songs.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// Who.
    pub name: String,
    /// What it changes in the tone of finished songs, dB RMS: median and 95th percentile.
    pub tonal_change_db: Option<[f64; 2]>,
    /// Share of broad faults undone, per size; median.
    pub recovery: Vec<Option<f64>>,
    /// Anything to know.
    pub note: String,
}

impl Table {
    /// From everything measured.
    pub fn new(outcome: Outcome) -> Self {
        let Outcome { records, foreign, ranges } = outcome;
        let weighed: Vec<_> = faults(&records).flat_map(|(_, fault)| fault.weighed.iter().copied()).collect();
        let bins = bins(&weighed);
        Self {
            rows: figures::rows(&records, &foreign, &bins),
            kinds: kinds(&records),
            baselines: figures::baselines(&records),
            bins,
            records,
            foreign,
            judged_by: ranges.map(|ranges| format!("{} ({})", ranges.name, ranges.source)),
        }
    }

    /// Figures that were measured and have a bar.
    pub fn num_bars(&self) -> usize {
        self.rows.iter().filter(|row| row.is_met().is_some()).count()
    }

    /// Bars missed, one line each.
    pub fn missed(&self) -> Vec<String> {
        let missed = self.rows.iter().filter(|row| row.is_met() == Some(false));
        missed.map(|row| format!("{}: {}", row.definition.what, super::page::figure(row))).collect()
    }
}

/// All injected faults with the genre of their songs.
pub fn faults(records: &[Record]) -> impl Iterator<Item = (&str, &Fault)> {
    records.iter().flat_map(|record| record.faults.iter().map(|fault| (record.genre.as_str(), fault)))
}

/// Whether a fault came first and in its place.
pub fn is_named(fault: &Fault) -> bool {
    fault.is_first && fault.is_in_place != Some(false)
}

fn kinds(records: &[Record]) -> Vec<KindRow> {
    let mut names: Vec<&str> = faults(records).map(|(_, fault)| fault.kind.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut rows: Vec<KindRow> = names.into_iter().map(|kind| kind_row(records, kind)).collect();
    rows.sort_by(|a, b| a.first.total_cmp(&b.first));
    rows
}

fn kind_row(records: &[Record], kind: &str) -> KindRow {
    let of_kind: Vec<&Fault> = faults(records).map(|(_, fault)| fault).filter(|fault| fault.kind == kind).collect();
    let share = |is_so: &dyn Fn(&Fault) -> bool| {
        mean(&of_kind.iter().map(|fault| one_if(is_so(fault))).collect::<Vec<_>>()).unwrap_or_default()
    };
    let places: Vec<f64> =
        of_kind.iter().filter(|fault| fault.is_first).filter_map(|fault| fault.is_in_place.map(one_if)).collect();
    let undone: Vec<f64> = of_kind.iter().filter_map(|fault| fault.undone.map(|undone| undone.0)).collect();
    let mut instead: Vec<(String, usize)> = Vec::new();
    for fault in of_kind.iter().filter(|fault| !fault.is_first) {
        let first = fault.first.iter().find(|first| !first.is_empty()).map_or("nothing", String::as_str);
        match instead.iter_mut().find(|other| other.0 == first) {
            Some(other) => other.1 += 1,
            None => instead.push((first.to_owned(), 1)),
        }
    }
    instead.sort_by_key(|other| std::cmp::Reverse(other.1));
    KindRow {
        kind: kind.to_owned(),
        count: of_kind.len(),
        found: share(&|fault| fault.is_found),
        first: share(&is_named),
        in_place: mean(&places),
        undone: median(&undone),
        past: share(&|fault| fault.undone.is_some_and(|undone| undone.1)),
        instead,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: Definition =
        Definition { key: "share", what: "share", says: "", unit: Unit::Percent, bar: Bar::AtLeast(0.8) };

    #[test]
    fn the_worst_genre_comes_first() {
        let samples = [("jazz", 1.0), ("metal", 0.0), ("metal", 1.0)];
        let row = Row::new(SHARE, Reduce::Share, &samples);
        assert_eq!(row.by_genre, [("metal".to_owned(), 0.5, 2), ("jazz".to_owned(), 1.0, 1)]);
        assert_eq!(row.is_met(), Some(false));
        let most = Row::new(Definition { bar: Bar::AtMost(2.0), ..SHARE }, Reduce::Largest, &samples);
        assert_eq!((most.by_genre[1].1, most.is_met()), (1.0, Some(true)));
        assert_eq!(Row::new(SHARE, Reduce::Share, &[]).is_met(), None);
    }

    #[test]
    fn a_fault_in_the_wrong_place_is_not_named() {
        let fault = Fault { is_first: true, is_in_place: Some(false), ..Fault::default() };
        assert!(!is_named(&fault));
        assert!(is_named(&Fault { is_in_place: None, ..fault }));
    }
}
