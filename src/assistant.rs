//! What to do and why: features, brief and settings in, report out. A pure function of what it is given; it knows
//! neither the plugin's threads nor its parameters.

/// Names of the variants of an enum in files, reports and on the command line.
macro_rules! keys {
    ($type:ident { $($variant:ident = $key:literal),+ $(,)? }) => {
        impl $type {
            /// All, in their fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Name in files, reports and on the command line.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)+
                }
            }

            /// The one with this name.
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.key() == key)
            }
        }
    };
}
use keys;

mod bearing;
mod clock;
mod equalization;
mod evidence;
mod explain;
pub mod findings;
mod level;
mod linear;
mod mixer;
mod moves;
mod plan;
mod predict;
pub mod ranges;
mod reference;
mod remeasure;
mod rendering;
mod scope;
mod sentences;
mod strength;
mod stretches;
mod tone;
mod verdict;
mod workbench;

pub use clock::{clock, clock_tenths};
pub use evidence::Evidence;
pub use explain::{db_text, lufs_text, number_text};
pub use level::{CEILING_TOLERANCE_DB, LANDING_TOLERANCE_LU, relevelled};
pub use plan::tone_caution;
pub use ranges::Ranges;
pub use reference::{LEAST_REFERENCE_S, Reference};
pub use remeasure::{Remeasured, remeasure, remeasure_unless};
pub use rendering::Audio;
pub use stretches::{Stretch, stretches};
pub use verdict::{hear, hear_unless, judge_sound};

use std::sync::Arc;

use crate::chain::Stage;
use findings::{Finding, FindingKind};

/// What the engineer wants.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Brief {
    /// Where the master goes.
    pub destination: Destination,
    /// Loudness asked for, LUFS; the destination's otherwise.
    pub loudness_lufs: Option<f64>,
    /// Ceiling asked for, dBTP; the destination's otherwise.
    pub ceiling_dbtp: Option<f64>,
    /// Direction of the sound; says nothing about level.
    pub character: Character,
    /// How far moves may go.
    pub restraint: Restraint,
    /// Stages that no move may touch.
    pub locks: Vec<Stage>,
    /// Songs that this one is to be like.
    pub references: Vec<Arc<Reference>>,
    /// Where good records lie; the factory's ranges without them.
    pub ranges: Option<Arc<Ranges>>,
}

/// Wishes of −3…3 steps along four axes, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Character {
    /// Darker to brighter.
    pub brighter: i8,
    /// Leaner to fuller.
    pub fuller: i8,
    /// Open to dense.
    pub denser: i8,
    /// Narrower to wider.
    pub wider: i8,
}

/// How far moves may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Restraint {
    /// Level and ceiling only.
    Level,
    /// All stages; the balance as a whole stops at 9 dB a band.
    #[default]
    Gentle,
    /// The same, up to 12 dB.
    Full,
}

/// Where the master goes (`product.md` section 4, table of destinations).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names say it all
pub enum Destination {
    #[default]
    Streaming,
    Loud,
    Club,
    Broadcast,
    Podcast,
    Vinyl,
    Keep,
}

impl Destination {
    /// Integrated loudness, LUFS; `None` for "as far as the music bears".
    pub fn loudness_lufs(self) -> Option<f64> {
        [Some(-14.0), Some(-9.0), Some(-8.0), Some(-23.0), Some(-16.0), Some(-16.0), None][self as usize]
    }

    /// Ceiling, dBTP.
    pub fn ceiling_dbtp(self) -> f64 {
        [-1.0, -1.0, -0.3, -1.0, -1.0, -3.0, -1.0][self as usize]
    }

    /// Whether louder material is turned down too: these normalise to one level and take nothing above it.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Broadcast | Self::Podcast)
    }

    /// Whether speech alone is what is delivered there.
    pub fn takes_speech(self) -> bool {
        matches!(self, Self::Broadcast | Self::Podcast)
    }

    /// Most gain reduction that a limiter may apply, dB: a cutting head asks for little.
    pub fn max_reduction_db(self) -> Option<f64> {
        (self == Self::Vinyl).then_some(1.0)
    }
}

impl Brief {
    /// Loudness to reach, LUFS; `None` for as far as the music bears.
    pub fn target_lufs(&self) -> Option<f64> {
        self.loudness_lufs.or(self.destination.loudness_lufs())
    }

    /// Ceiling to hold, dBTP.
    pub fn ceiling(&self) -> f64 {
        self.ceiling_dbtp.unwrap_or(self.destination.ceiling_dbtp())
    }
}

/// The assistant's judgement of one listening.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What it was asked.
    pub brief: Brief,
    /// The judgement.
    pub verdict: Verdict,
    /// Proposed moves, in the order to read them.
    pub moves: Vec<Move>,
    /// What departs from what is normal, used or not, in the order of the kinds.
    pub findings: Vec<Finding>,
    /// What belongs back in the mix, the worst first.
    pub for_the_mixer: Vec<MixerNote>,
}

/// The one-sentence judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Kind.
    pub kind: VerdictKind,
    /// The sentence.
    pub sentence: String,
    /// 0–1.
    pub confidence: f64,
}

/// Kinds of verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the names say it all
pub enum VerdictKind {
    LevelOnly,
    SmallMoves,
    WorkNeeded,
    SendBack,
    NotEnoughHeard,
    OutsideScope,
}

/// A proposed change to one stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Begins with its stage: `limiter.level`.
    pub id: String,
    /// Where.
    pub stage: Stage,
    /// Must or may.
    pub class: MoveClass,
    /// What it does, in a few words: "+3.2 dB, ceiling −1.0 dBTP".
    pub title: String,
    /// Why, from the numbers.
    pub sentence: String,
    /// 0–1.
    pub confidence: f64,
    /// What would withdraw it.
    pub withdraw_if: String,
    /// `(setting id, value)`: absolute values of [`crate::chain::settings::table`].
    pub settings: Vec<(String, f64)>,
    /// What was measured.
    pub evidence: Vec<Evidence>,
    /// What it mends, by rendering.
    pub effect: Vec<Change>,
    /// What it costs, by rendering.
    pub cost: Vec<Change>,
    /// The finding that it mends; level moves and those of the brief mend none.
    pub finding: Option<FindingKind>,
    /// Whether it only softens what is to be mended in the mix.
    pub is_mitigation: bool,
}

impl Move {
    /// Whether it is made for the level: the limiter's, and the clipper's that helps it.
    pub fn is_of_level(&self) -> bool {
        matches!(self.stage, Stage::Limiter | Stage::Clipper)
    }
}

/// Something that is to be mended in the mix, not here.
#[derive(Clone, Debug, PartialEq)]
pub struct MixerNote {
    /// What was found.
    pub kind: FindingKind,
    /// How bad it is.
    pub severity: Severity,
    /// Start, seconds into the song.
    pub from_s: f64,
    /// End, seconds into the song.
    pub to_s: f64,
    /// One sentence to act on.
    pub sentence: String,
}

/// How bad something is. Of notes with [`Severity::High`] a mix is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the names say it all
pub enum Severity {
    Low,
    Medium,
    High,
}

/// Must or may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveClass {
    /// Must be done.
    Needed,
    /// May be done.
    Could,
}

/// A measurement before and after a move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Name with unit: `plr_db`.
    pub metric: &'static str,
    /// Without the move.
    pub before: f64,
    /// With the move.
    pub after: f64,
}

keys!(Destination {
    Streaming = "streaming",
    Loud = "loud",
    Club = "club",
    Broadcast = "broadcast",
    Podcast = "podcast",
    Vinyl = "vinyl",
    Keep = "keep",
});
keys!(VerdictKind {
    LevelOnly = "level_only",
    SmallMoves = "small_moves",
    WorkNeeded = "work_needed",
    SendBack = "send_back",
    NotEnoughHeard = "not_enough_heard",
    OutsideScope = "outside_scope",
});
keys!(Restraint { Level = "level", Gentle = "gentle", Full = "full" });
keys!(Severity { Low = "low", Medium = "medium", High = "high" });
keys!(MoveClass { Needed = "needed", Could = "could" });

/// Names of all metrics that evidence, effects and costs speak of.
const METRICS: &[&str] = &[
    "integrated_lufs",
    "playback_lufs",
    "max_short_term_lufs",
    "max_momentary_lufs",
    "loudness_range_lu",
    "true_peak_dbtp",
    "sample_peak_dbfs",
    "plr_db",
    "psr_min_db",
    "limiter_reduction_db",
    "crest_loss_db",
    "tone_departure_db",
    "slope_db_per_octave",
    "section_contrast_lu",
    "level_spread_db",
    "side_to_mid_db",
];

/// What is said of a float file that is not scaled to ±1 (`Features::is_overscaled`), to follow its name.
pub const OVERSCALED: &str =
    "stands above +60 dBFS throughout: whole numbers stored as floating point; export it with full scale at 1.0";

/// Whether a metric is the integrated loudness that is judged: the file's own, or that of a mono file as it plays.
pub fn is_loudness(metric: &str) -> bool {
    matches!(metric, "integrated_lufs" | "playback_lufs")
}

/// The metric with this name, as a report holds it.
pub fn metric_name(name: &str) -> Option<&'static str> {
    let of_findings = FindingKind::ALL.iter().map(|kind| kind.metric());
    METRICS.iter().copied().chain(of_findings).find(|&metric| metric == name)
}
