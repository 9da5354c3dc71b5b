//! The level moves: which gain and ceiling land the song where the brief wants it.

mod clipping;
mod corrected;
mod hot;

pub use corrected::relevelled;

use super::bearing::{Bearing, LimitingCost, set};
use super::explain;
use super::predict::{Prediction, Predictor};
use super::{Brief, Change, Destination, Evidence, Move, MoveClass, Restraint};
use crate::analysis::Features;
use crate::chain::{Settings, Stage};

/// A master this near to its loudness needs no level move, LU (`product.md` section 4).
pub const LANDING_TOLERANCE_LU: f64 = 0.3;
/// True peaks this far over a ceiling count as over it, dB: meters differ by more, and what is shown is rounded to it.
pub const CEILING_TOLERANCE_DB: f64 = 0.05;
/// The search stops this near to the loudness asked for, LU: as fine as the gain's own resolution makes sense.
const SEARCH_TOLERANCE_LU: f64 = 0.02;
const MAX_RENDERINGS: usize = 10;
/// Louder by less than this is not worth an offer, LU.
const MIN_OFFER_LU: f64 = 1.0;
/// Sections that differ by less than this have no contrast that could be lost, LU.
const LEAST_CONTRAST_LU: f64 = 1.0;
/// Share of the contrast between sections that a level keeps which nobody asked for: nine tenths (`product.md` section 4), and
/// what a prediction may be off.
const CONTRAST_KEPT: f64 = 0.92;
/// Halvings of the gain that is to be given up for it.
const NUM_HALVINGS: usize = 5;

/// What is to be done about level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// With the settings as they are, it fits.
    Fits,
    /// Louder than its destination asks for: level stays as far as the music bears it, the ceiling is to be held.
    Hold,
    /// To this loudness, LUFS.
    Reach(f64),
    /// As far as the music bears.
    Bear,
}

/// A level that was solved for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landing {
    /// `limiter.gain_db`.
    pub gain_db: f64,
    /// `limiter.ceiling_dbtp`.
    pub ceiling_dbtp: f64,
    /// What comes out.
    pub after: Prediction,
    /// What limiting costs the loudest parts.
    pub cost: LimitingCost,
    /// Why the goal is not met exactly, if it is not.
    pub shortfall: Option<Shortfall>,
}

/// What keeps a landing from its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// The gain is at the end of its range.
    Range,
    /// More gain no longer makes it louder.
    Saturated,
    /// The destination allows no more limiting.
    Limiting,
    /// More would level out what sections differ by.
    Contrast,
}

/// What was concluded about level.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelPlan {
    /// What was to be done.
    pub goal: Goal,
    /// What the settings as they are make of the song.
    pub current: Prediction,
    /// `limiter.gain_db` as it is.
    pub gain_db: f64,
    /// The move that must be made.
    pub needed: Option<Landing>,
    /// A louder one that the music bears.
    pub louder: Option<Landing>,
    /// Peaks that the clipper has to take off first; without it `needed` is out of reach.
    pub clipping: Option<Clipping>,
}

/// What the clipper does so that a loudness can be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clipping {
    /// `clipper.gain_db`.
    pub gain_db: f64,
    /// `clipper.ceiling_dbfs`.
    pub ceiling_dbfs: f64,
    /// What it takes off the highest peak, dB.
    pub depth_db: f64,
    /// What the limiter alone reaches.
    pub without: Prediction,
}

/// What the brief asks for, given what comes out now.
pub fn goal(brief: &Brief, current: &Prediction) -> Goal {
    let over_ceiling = current.true_peak_dbtp > brief.ceiling() + CEILING_TOLERANCE_DB;
    let Some(target_lufs) = brief.target_lufs() else { return Goal::Bear };
    let may_be_louder = brief.loudness_lufs.is_none() && !brief.destination.is_exact();
    let distance_lu = current.integrated_lufs - target_lufs;
    if distance_lu.abs() <= LANDING_TOLERANCE_LU || (may_be_louder && distance_lu > 0.0) {
        return if over_ceiling { Goal::Hold } else { Goal::Fits };
    }
    Goal::Reach(target_lufs)
}

/// Solves for the level by rendering.
pub fn plan(brief: &Brief, settings: &Settings, predictor: &Predictor) -> LevelPlan {
    let is_idle = *settings == Settings { latency_mode: settings.latency_mode, ..Settings::default() };
    let current = if is_idle { predictor.mix() } else { predictor.predict(settings) };
    let goal = goal(brief, &current);
    let is_over_ceiling = current.true_peak_dbtp > brief.ceiling() + CEILING_TOLERANCE_DB;
    let search = Search::new(brief, settings, predictor, &current);
    let mut needed = match goal {
        Goal::Fits => None,
        Goal::Hold => Some(search.at(search.kept_gain_db(brief.target_lufs()))),
        Goal::Reach(target_lufs) => Some(search.reach(target_lufs)),
        Goal::Bear => Some(search.at(search.borne_gain_db(is_over_ceiling))),
    };
    // Where holding the ceiling loses what was asked for, it is reached again if the limiter can.
    let mut goal = goal;
    if let (Goal::Hold, Some(landing), Some(target_lufs)) = (goal, &needed, asked_lufs(brief))
        && target_lufs - landing.after.integrated_lufs > LANDING_TOLERANCE_LU
        && let reached = search.reach(target_lufs)
        && reached.shortfall.is_none()
    {
        (goal, needed) = (Goal::Reach(target_lufs), Some(reached));
    }
    if let (Goal::Hold, Some(landing), Some(target_lufs)) = (goal, needed, brief.target_lufs()) {
        needed = Some(search.not_missed(landing, target_lufs));
    }
    // What streaming would like is no reason to level out a song; a loudness that is asked for, and a loud destination, is.
    let is_streamed = brief.loudness_lufs.is_none() && brief.destination == Destination::Streaming;
    let may_clip =
        !is_streamed && brief.restraint != Restraint::Level && brief.destination.max_reduction_db().is_none();
    let clipping = match (&needed, goal) {
        (Some(landing), Goal::Reach(target_lufs)) if may_clip && landing.shortfall == Some(Shortfall::Saturated) => {
            clipping::find(brief, settings, predictor, (&current, landing), target_lufs)
        }
        _ => None,
    };
    if let Some((_, landing)) = clipping {
        needed = Some(landing);
    }
    if let (Some(landing), Some(limit_db)) = (&mut needed, brief.destination.max_reduction_db()) {
        search.relieve(landing, limit_db);
    }
    let asked = match (&needed, goal) {
        (Some(landing), Goal::Reach(_)) if is_streamed => search.with_contrast(landing).map(|kept| (*landing, kept)),
        _ => None,
    };
    needed = asked.map(|(_, kept)| kept).or(needed);
    needed = needed.filter(|landing| {
        let change_lu = landing.after.integrated_lufs - current.integrated_lufs;
        is_over_ceiling || change_lu.abs() > LANDING_TOLERANCE_LU
    });
    // Only streaming, met on the way up, leaves room for "louder"; what is louder already gets turned down.
    let is_open = is_streamed
        && brief.target_lufs().is_some_and(|target| current.integrated_lufs <= target + LANDING_TOLERANCE_LU);
    let louder = match asked {
        Some((landing, _)) => Some(landing),
        None => is_open.then(|| search.louder(needed.as_ref())).flatten(),
    };
    let gain_db = settings.limiter.gain_db;
    LevelPlan { goal, current, gain_db, needed, louder, clipping: clipping.map(|(clipping, _)| clipping) }
}

/// A loudness that was asked for as such: in numbers, or by a destination that takes no other.
fn asked_lufs(brief: &Brief) -> Option<f64> {
    brief.target_lufs().filter(|_| brief.loudness_lufs.is_some() || brief.destination.is_exact())
}

struct Search<'a, 'b> {
    settings: Settings,
    predictor: &'b Predictor<'a>,
    bearing: Bearing<'a, 'b>,
    current: Prediction,
}

impl<'a, 'b> Search<'a, 'b> {
    fn new(brief: &Brief, settings: &Settings, predictor: &'b Predictor<'a>, current: &Prediction) -> Self {
        let mut settings = *settings;
        set(&mut settings, "limiter.ceiling_dbtp", brief.ceiling());
        Self { settings, predictor, bearing: Bearing::new(predictor, &settings), current: *current }
    }

    fn with_gain(&self, gain_db: f64) -> Settings {
        let mut settings = self.settings;
        set(&mut settings, "limiter.gain_db", gain_db);
        settings
    }

    fn at(&self, gain_db: f64) -> Landing {
        let settings = self.with_gain(gain_db);
        self.landing(&settings, self.predictor.predict(&settings))
    }

    fn landing(&self, settings: &Settings, after: Prediction) -> Landing {
        let cost = if after.max_reduction_db > 0.0 {
            self.bearing.cost(settings.limiter.gain_db)
        } else {
            LimitingCost::default()
        };
        Landing {
            gain_db: settings.limiter.gain_db,
            ceiling_dbtp: settings.limiter.ceiling_dbtp,
            after,
            cost,
            shortfall: None,
        }
    }

    /// Secant steps on rendered loudness: it rises with gain, by 1 LU per dB where nothing is limited and by less
    /// where the limiter works.
    fn reach(&self, target_lufs: f64) -> Landing {
        let mut gain_db = self.settings.limiter.gain_db + target_lufs - self.current.integrated_lufs;
        let mut best: Option<(Settings, Prediction)> = None;
        let mut last: Option<(f64, f64)> = None;
        let mut slope = 1.0;
        for _ in 0..MAX_RENDERINGS {
            let settings = self.with_gain(gain_db);
            let gain_now_db = settings.limiter.gain_db;
            let after = self.predictor.predict(&settings);
            let error_lu = target_lufs - after.integrated_lufs;
            let is_nearer =
                |(_, other): &(Settings, Prediction)| error_lu.abs() < (target_lufs - other.integrated_lufs).abs();
            if best.as_ref().is_none_or(is_nearer) {
                best = Some((settings, after));
            }
            if error_lu.abs() <= SEARCH_TOLERANCE_LU {
                break;
            }
            if let Some((last_gain_db, last_error_lu)) = last {
                if last_gain_db == gain_now_db {
                    break;
                }
                slope = ((last_error_lu - error_lu) / (gain_now_db - last_gain_db)).clamp(0.05, 1.5);
            }
            last = Some((gain_now_db, error_lu));
            gain_db = (gain_now_db + error_lu / slope).clamp(-24.0, 24.0);
        }
        let (settings, after) = best.expect("at least one rendering");
        let mut landing = self.landing(&settings, after);
        if (target_lufs - after.integrated_lufs).abs() > LANDING_TOLERANCE_LU {
            let is_at_end = settings.limiter.gain_db.abs() > 23.99;
            landing.shortfall = Some(if is_at_end && slope > 0.5 { Shortfall::Range } else { Shortfall::Saturated });
        }
        landing
    }

    /// Lowers a landing until the limiter takes no more than `limit_db` at the highest peak.
    fn relieve(&self, landing: &mut Landing, limit_db: f64) {
        for _ in 0..MAX_RENDERINGS {
            let excess_db = landing.after.max_reduction_db - limit_db;
            if excess_db <= 0.0 {
                return;
            }
            *landing = self.at(landing.gain_db - excess_db - 0.01);
            landing.shortfall = Some(Shortfall::Limiting);
        }
    }

    /// The loudest that keeps the song's contrast, if a landing loses it and that is less loud by more than a tolerance.
    fn with_contrast(&self, landing: &Landing) -> Option<Landing> {
        // What comes into the limiter: what other moves take is theirs to answer for.
        let contrast_lu = self.current.contrast_lu.filter(|&contrast_lu| contrast_lu >= LEAST_CONTRAST_LU)?;
        let is_kept = |after: &Prediction| after.contrast_lu.is_none_or(|left| left >= CONTRAST_KEPT * contrast_lu);
        if is_kept(&landing.after) {
            return None;
        }
        // What the loudest parts bear is always there to be had.
        let mut low_db = self.bearing.highest_gain_db().min(landing.gain_db).max(self.settings.limiter.gain_db);
        let mut high_db = landing.gain_db;
        let mut kept = None;
        for _ in 0..NUM_HALVINGS {
            let gain_db = (low_db + high_db) / 2.0;
            let settings = self.with_gain(gain_db);
            let after = self.predictor.predict(&settings);
            if is_kept(&after) {
                (low_db, kept) = (gain_db, Some((settings, after)));
            } else {
                high_db = gain_db;
            }
        }
        let mut kept = match kept {
            Some((settings, after)) => self.landing(&settings, after),
            None => self.at(low_db),
        };
        kept.shortfall = Some(Shortfall::Contrast);
        (landing.after.integrated_lufs - kept.after.integrated_lufs > LANDING_TOLERANCE_LU).then_some(kept)
    }

    /// As loud as the music bears, if that is louder than what is needed or what comes out now.
    fn louder(&self, needed: Option<&Landing>) -> Option<Landing> {
        let base = needed.map_or(&self.current, |landing| &landing.after);
        if needed.is_some_and(|landing| !landing.cost.is_within_budget()) {
            return None;
        }
        let gain_db = self.bearing.highest_gain_db();
        let base_gain_db = needed.map_or(self.settings.limiter.gain_db, |landing| landing.gain_db);
        if gain_db < base_gain_db + MIN_OFFER_LU {
            return None;
        }
        let landing = self.at(gain_db);
        (landing.after.integrated_lufs >= base.integrated_lufs + MIN_OFFER_LU).then_some(landing)
    }
}

impl LevelPlan {
    /// The moves, in words.
    pub fn moves(&self, features: &Features, brief: &Brief, confidence: f64) -> Vec<Move> {
        let metric = features.loudness_metric();
        let needed = self.needed.iter().map(|landing| ("limiter.level", MoveClass::Needed, landing));
        let louder = self.louder.iter().map(|landing| ("limiter.louder", MoveClass::Could, landing));
        let clipped = self.clipping.iter().map(|clipping| self.clipper_move(clipping, features, brief, confidence));
        let levelled = needed.chain(louder).map(|(id, class, landing)| Move {
            id: id.to_owned(),
            stage: Stage::Limiter,
            class,
            title: explain::title(landing),
            sentence: match class {
                MoveClass::Needed => explain::needed(self, landing, brief),
                MoveClass::Could => explain::louder(self, landing),
            },
            confidence,
            withdraw_if: explain::withdraw_if(self, landing, brief, class),
            settings: vec![
                ("limiter.gain_db".to_owned(), landing.gain_db),
                ("limiter.ceiling_dbtp".to_owned(), landing.ceiling_dbtp),
            ],
            evidence: self.evidence(features, brief),
            effect: vec![change(metric, self.current.integrated_lufs, landing.after.integrated_lufs)],
            cost: self.cost(landing),
            finding: None,
            is_mitigation: false,
        });
        clipped.chain(levelled).collect()
    }

    fn clipper_move(&self, clipping: &Clipping, features: &Features, brief: &Brief, confidence: f64) -> Move {
        let after = self.needed.map_or(self.current, |landing| landing.after);
        Move {
            id: "clipper.peaks".to_owned(),
            stage: Stage::Clipper,
            class: MoveClass::Needed,
            title: explain::clipper_title(clipping),
            sentence: explain::clipper(clipping, &after, brief),
            confidence,
            withdraw_if: "The limiter alone reaches the loudness, or less is asked for.".to_owned(),
            settings: vec![
                ("clipper.enabled".to_owned(), 1.0),
                ("clipper.gain_db".to_owned(), clipping.gain_db),
                ("clipper.ceiling_dbfs".to_owned(), clipping.ceiling_dbfs),
            ],
            evidence: self.evidence(features, brief),
            effect: vec![change(features.loudness_metric(), clipping.without.integrated_lufs, after.integrated_lufs)],
            cost: vec![change("plr_db", clipping.without.plr_db(), after.plr_db())],
            finding: None,
            is_mitigation: false,
        }
    }

    fn cost(&self, landing: &Landing) -> Vec<Change> {
        let range = self.current.loudness_range_lu.zip(landing.after.loudness_range_lu);
        let contrast = self.current.contrast_lu.zip(landing.after.contrast_lu);
        [
            Some(change("plr_db", self.current.plr_db(), landing.after.plr_db())),
            range.map(|(before, after)| change("loudness_range_lu", before, after)),
            contrast.map(|(before, after)| change("section_contrast_lu", before, after)),
            Some(change("true_peak_dbtp", self.current.true_peak_dbtp, landing.after.true_peak_dbtp)),
            Some(change("limiter_reduction_db", self.current.max_reduction_db, landing.after.max_reduction_db)),
            Some(change("crest_loss_db", 0.0, landing.cost.crest_loss_db)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn evidence(&self, features: &Features, brief: &Brief) -> Vec<Evidence> {
        let everywhere = |metric, value, expected| Evidence {
            metric,
            value,
            expected,
            low_hz: None,
            high_hz: None,
            from_s: features.blocks.first().map_or(0.0, |block| block.start_s),
            to_s: features.blocks.last().map_or(0.0, |block| block.start_s + 0.1),
            share: 1.0,
        };
        let loudness = brief.target_lufs().map(|target_lufs| {
            // A loudness that was asked for is meant both ways; a destination takes louder masters too.
            let may_be_louder = self.goal == Goal::Hold && brief.loudness_lufs.is_none();
            let high = if may_be_louder { 0.0 } else { target_lufs + LANDING_TOLERANCE_LU };
            everywhere(
                features.loudness_metric(),
                self.current.integrated_lufs,
                [target_lufs - LANDING_TOLERANCE_LU, high],
            )
        });
        let peak = everywhere("true_peak_dbtp", self.current.true_peak_dbtp, [-120.0, brief.ceiling()]);
        loudness.into_iter().chain([peak]).collect()
    }
}

fn change(metric: &'static str, before: f64, after: f64) -> Change {
    Change { metric, before, after }
}
