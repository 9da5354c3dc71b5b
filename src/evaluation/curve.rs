//! Harm against recovery: what another edge of the balance's move would have undone, and done to finished songs.
//!
//! Where both cannot be had, doing no harm comes first (`product.md` section 4); this is what that costs.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::broad::BROAD_SIZES_DB;
use super::record::Record;
use super::sound::Heard;
use super::statistics::{mean, median, one_if, quantile};
use crate::assistant::{Move, tone_caution};

/// Edges that are shown, dB: from where the move is offered at all.
const EDGES_DB: [f64; 5] = [2.4, 2.7, 3.0, 3.15, 3.6];

/// The move for the balance as a whole, with and without it beside the other Needed moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// How far the balance lies outside its range, dB RMS.
    pub departure_db: f64,
    /// The figure with it: share undone of a fault, or tonal change of a finished song.
    pub with: f64,
    /// The figure without it.
    pub without: f64,
}

impl Offer {
    /// What a report offers, by a figure of the moves that are accepted.
    pub fn of(heard: &Heard<'_>, figure: impl Fn(&[&Move]) -> f64) -> Option<Self> {
        let offered = heard.report.moves.iter().find(|each| each.id == "equalizer.balance")?;
        // What little was heard of a song asks for is taken off: the edge is that of a whole one.
        let departure_db = offered.evidence.first()?.value / tone_caution(&heard.features);
        let others: Vec<&Move> = heard.needed().into_iter().filter(|each| each.id != offered.id).collect();
        let with: Vec<&Move> = others.iter().copied().chain([offered]).collect();
        Some(Self { departure_db, with: figure(&with), without: figure(&others) })
    }

    fn at(self, edge_db: f64) -> f64 {
        if self.departure_db >= edge_db { self.with } else { self.without }
    }
}

/// The section of the page.
pub fn markdown(records: &[Record]) -> String {
    let copies = || records.iter().filter(|record| record.class == "fin").flat_map(|record| &record.copies);
    if copies().next().is_none() {
        return String::new();
    }
    let mut text = "\n## Harm against recovery\n\nThe balance as a whole becomes Needed from 3.15 dB of departure on. What another \
                    edge would have done to the same finished songs, and undone of the same broad faults:\n\n\
                    | edge | do no harm | tonal change, 95th percentile | undone of 3.4 dB | nearer | undone of 5 dB | nearer |\n\
                    |---|---|---|---|---|---|---|\n"
        .to_owned();
    for edge_db in EDGES_DB {
        let has_others = |needed: &[String]| needed.iter().any(|name| !name.starts_with("equalizer.balance"));
        let harmless: Vec<f64> = copies()
            .map(|copy| {
                let is_touched = copy.balance.is_some_and(|offer| offer.departure_db >= edge_db);
                one_if(!is_touched && !has_others(&copy.needed))
            })
            .collect();
        let changes: Vec<f64> =
            copies().map(|copy| copy.balance.map_or(copy.tonal_change_db, |offer| offer.at(edge_db))).collect();
        let _ = write!(
            text,
            "| {edge_db:.2} dB | {:.0} % | {:.2} dB |",
            100.0 * mean(&harmless).unwrap_or(0.0),
            quantile(&changes, 0.95).unwrap_or(0.0)
        );
        for size_db in BROAD_SIZES_DB {
            let broad = records.iter().flat_map(|record| &record.broad).filter(|broad| broad.size_db == size_db);
            let shares: Vec<f64> =
                broad.map(|broad| broad.balance.map_or(broad.undone.0, |offer| offer.at(edge_db))).collect();
            let nearer: Vec<f64> = shares.iter().map(|share| one_if(*share > 0.0)).collect();
            let share = median(&shares).unwrap_or(0.0);
            let _ = write!(text, " {share:.2} | {:.0} % |", 100.0 * mean(&nearer).unwrap_or(0.0));
        }
        text.push('\n');
    }
    text.replace("| -", "| \u{2212}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_takes_the_move_or_leaves_it() {
        let offer = Offer { departure_db: 3.0, with: 0.5, without: 0.1 };
        assert_eq!([offer.at(2.4), offer.at(3.0), offer.at(3.15)], [0.5, 0.5, 0.1]);
        assert_eq!(markdown(&[]), "");
    }
}
