//! A level move whose gain was corrected once all of the song was rendered: the report says what was used.

use crate::assistant::explain::{db_text, lufs_text};
use crate::assistant::{Report, is_loudness};

/// The report with another gain of `limiter.level`, which made the master so loud.
pub fn relevelled(mut report: Report, gain_db: f64, loudness_lufs: f64) -> Report {
    let Some(level) = report.moves.iter_mut().find(|each| each.id == "limiter.level") else { return report };
    let gain = level.settings.iter_mut().find(|(id, _)| id == "limiter.gain_db");
    let effect = level.effect.iter_mut().find(|change| is_loudness(change.metric));
    let (Some((_, gain)), Some(effect)) = (gain, effect) else { return report };
    let (old_gain, new_gain) = (db_text(std::mem::replace(gain, gain_db)), db_text(gain_db));
    let (old_lufs, new_lufs) =
        (lufs_text(std::mem::replace(&mut effect.after, loudness_lufs)), lufs_text(loudness_lufs));
    let reaches = |gain: &str, lufs: &str| format!("{gain} into the limiter reaches {lufs}");
    level.sentence = level.sentence.replacen(&reaches(&old_gain, &old_lufs), &reaches(&new_gain, &new_lufs), 1);
    if old_gain != new_gain {
        level.sentence += &format!(" Before the master was measured, the gain was {old_gain}.");
    }
    let old_title = level.title.clone();
    level.title = old_title.replacen(&old_gain, &new_gain, 1);
    let sentence = report.verdict.sentence.replacen(&old_title, &level.title, 1);
    report.verdict.sentence = sentence.replacen(&format!("to {old_lufs} under"), &format!("to {new_lufs} under"), 1);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::{Brief, Change, Move, MoveClass, Verdict, VerdictKind};
    use crate::chain::Stage;

    #[test]
    fn what_is_reported_is_what_was_used() {
        let level = Move {
            id: "limiter.level".to_owned(),
            stage: Stage::Limiter,
            class: MoveClass::Needed,
            title: "+5.0 dB, ceiling −1.0 dBTP".to_owned(),
            sentence: "−19.0 LUFS is 5.0 LU below the −14.0 LUFS streaming asks for; +5.0 dB into the limiter reaches −14.0 LUFS."
                .to_owned(),
            confidence: 0.9,
            withdraw_if: String::new(),
            settings: vec![("limiter.gain_db".to_owned(), 5.0), ("limiter.ceiling_dbtp".to_owned(), -1.0)],
            evidence: Vec::new(),
            effect: vec![Change { metric: "integrated_lufs", before: -19.0, after: -14.0 }],
            cost: Vec::new(),
            finding: None,
            is_mitigation: false,
        };
        let sentence = "Level only: from −19.0 LUFS to −14.0 LUFS under −1.0 dBTP.".to_owned();
        let report = Report {
            brief: Brief::default(),
            verdict: Verdict { kind: VerdictKind::LevelOnly, sentence, confidence: 0.9 },
            moves: vec![level],
            findings: Vec::new(),
            for_the_mixer: Vec::new(),
        };
        let report = relevelled(report, 5.63, -14.12);
        let level = &report.moves[0];
        assert_eq!((level.settings[0].1, level.effect[0].after), (5.63, -14.12));
        assert_eq!(level.title, "+5.6 dB, ceiling −1.0 dBTP");
        assert!(level.sentence.contains("; +5.6 dB into the limiter reaches −14.1 LUFS."), "{}", level.sentence);
        assert!(
            level.sentence.ends_with("Before the master was measured, the gain was +5.0 dB."),
            "{}",
            level.sentence
        );
        assert_eq!(report.verdict.sentence, "Level only: from −19.0 LUFS to −14.1 LUFS under −1.0 dBTP.");
    }
}
