//! The balance as a whole: how far it is off, and the few bands that bring it nearer.

use super::compare::{cost, differences, snapped, worsened};
use super::{Planner, is_broad, is_of_zone};
use crate::analysis::Features;
use crate::assistant::findings::{Finding, FindingClass};
use crate::assistant::moves::{Remedy, of_tone, tone_bands};
use crate::assistant::ranges::{Condition, NUM_TONE, TONE_PLACES, levels_db};
use crate::assistant::strength::strength;
use crate::assistant::tone::Tone;
use crate::assistant::{Change, MoveClass, reference, sentences};
use crate::chain::Settings;

/// So much sound the edges of tone as a whole are for, seconds. What is heard of less is further off as it is shorter: 3.1 dB of
/// root mean square from ten seconds in a row, 1.1 from thirty, 0.4 from a minute (`dsp.md` section 8.6, table of coverage).
const TONE_STEADY_S: f64 = 24.0;
/// Tone as a whole: from here on a move is offered, from there on it is Needed, dB of root mean square. Of 143 released songs
/// and nine finished ones beside them two in a hundred pass the second; a Wiener estimate of the fault itself, it answers to
/// faults of about twice its size.
const TONE_DB: (f64, f64) = (2.4, 3.15);
/// Against a reference, whose own tone is wanted, dB.
const REFERENCE_DB: f64 = 1.0;
/// Most that a band of it may do, dB, by restraint.
const TONE_GAIN_DB: [f64; 3] = [0.0, 9.0, 12.0];

impl Planner<'_, '_> {
    /// The tone as a whole, against the ranges or the references, after what sticks out was mended.
    pub(super) fn tone(&mut self, findings: &mut [Finding]) {
        let features = self.song.features;
        let rate_hz = features.sample_rate_hz;
        let done = tone_bands(&Settings::default(), &self.current, features);
        let mut levels = levels_db(features);
        for (level, db) in levels[TONE_PLACES].iter_mut().zip(done) {
            *level = level.map(|level| level + db);
        }
        let references = &self.song.brief.references;
        let is_referred = !references.is_empty();
        let tone = if is_referred {
            let own: [Option<f64>; NUM_TONE] = std::array::from_fn(|band| levels[band + TONE_PLACES.start]);
            Tone::against(&own, &reference::tone(references))
        } else {
            Tone::of(&levels, Condition::of(features), self.song.ranges)
        };
        let Some(tone) = tone else { return };
        let rms_db = tone.rms_db();
        let (offer_db, needed_db) = if is_referred { (REFERENCE_DB, REFERENCE_DB) } else { TONE_DB };
        if rms_db < offer_db {
            return;
        }
        let class =
            if rms_db >= needed_db * tone_caution(self.song.features) { MoveClass::Needed } else { MoveClass::Could };
        let num_bands = if is_referred { 6 } else { 3 };
        let id = if is_referred { "equalizer.reference" } else { "equalizer.balance" };
        let gain_db = TONE_GAIN_DB[self.song.brief.restraint as usize];
        let of = |settings: &Settings| of_tone(id, &tone, (num_bands, gain_db), settings, rate_hz);
        let num_set = |remedy: &Remedy| {
            let mut settings = self.current;
            (remedy.apply)(&mut settings, 1.0);
            differences(&self.current, &settings).len()
        };
        // Bands of its own where there are as many as it wants.
        let alone = of(&self.current);
        let apart =
            of(&self.offered()).filter(|apart| alone.as_ref().is_some_and(|one| num_set(apart) >= num_set(one)));
        let Some(remedy) = apart.or(alone) else { return };
        if self.is_locked(&remedy) {
            return;
        }
        let mut settings = self.current;
        (remedy.apply)(&mut settings, 1.0);
        let settings = snapped(&settings);
        let outcome = self.bench.hear(&settings);
        if worsened(&self.before, &outcome, None).is_some() {
            return;
        }
        let response = tone_bands(&self.current, &settings, features);
        let left = Tone {
            excess_db: std::array::from_fn(|band| tone.excess_db[band] + response[band]),
            is_judged: tone.is_judged,
        };
        let after_db = left.rms_db_centred();
        if after_db > 0.85 * rms_db {
            return;
        }
        let title = (remedy.title)(1.0);
        let words = sentences::of_tone(&tone, rms_db, (after_db, offer_db), &title, is_referred);
        let confidence = self.confidence * if is_referred { 0.9 } else { (0.25 + 0.15 * rms_db).min(0.9) };
        let mut made = self.made(&remedy, class, title, &settings, confidence);
        made.sentence = words.sentence;
        made.withdraw_if = words.withdraw_if;
        made.evidence = vec![self.everywhere("tone_departure_db", rms_db, [0.0, offer_db])];
        made.effect = vec![Change { metric: "tone_departure_db", before: rms_db, after: after_db }];
        made.cost = cost(&self.before, &outcome);
        // A finding that the whole tone mends is named by it, the strongest of several. A move of its own that was no more
        // than a Could would do it twice.
        let mut strongest = 0.0;
        let class = if class == MoveClass::Needed { FindingClass::Needed } else { FindingClass::Could };
        let is_mended = |finding: &Finding| outcome.of(finding.kind).map_or(0.0, strength) < 0.6 * strength(finding);
        let takes_over = |finding: &Finding| {
            let is_free = is_broad(finding.kind) && finding.class == FindingClass::None;
            is_free || (class == FindingClass::Needed && finding.class == FindingClass::Could)
        };
        for finding in findings.iter_mut().filter(|finding| is_of_zone(finding.kind) && takes_over(finding)) {
            if is_mended(finding) {
                finding.class = class;
                self.moves.retain(|each| each.finding != Some(finding.kind) || each.class == MoveClass::Needed);
                if strength(finding) > strongest {
                    (strongest, made.finding) = (strength(finding), Some(finding.kind));
                }
            }
        }
        self.take(made, settings);
    }
}

/// How much farther off the tone as a whole has to be where little of a song was heard; 1 where enough was.
pub fn tone_caution(features: &Features) -> f64 {
    (TONE_STEADY_S / features.active_s.max(1.0)).max(1.0)
}
