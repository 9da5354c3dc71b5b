//! What was measured of one song. A record is all that the table is made from, and what a broken-off run is continued from.

use serde::{Deserialize, Serialize};

use super::curve::Offer;

/// Everything measured of one song of the folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// File name without folder and ending.
    pub name: String,
    /// Title.
    pub title: String,
    /// Genre.
    pub genre: String,
    /// `fin`, `mix` or `ood`.
    pub class: String,
    /// What was said about the untouched song.
    pub aloud: Aloud,
    /// Of songs outside the scope: whether it abstained.
    pub abstains: Option<bool>,
    /// The song and, of a finished one, its copies at lower levels.
    pub copies: Vec<Copied>,
    /// What a limiter at −14 LUFS changes in the tone of a finished song, dB RMS.
    pub level_only_db: Option<f64>,
    /// The song at other levels.
    pub levels: Vec<Check>,
    /// Parts of the song.
    pub excerpts: Vec<Check>,
    /// Moves on the untouched song, each accepted alone: whether it was gone then.
    pub own_moves: Vec<Check>,
    /// Whether its own master gets no Needed move.
    pub master: Option<Check>,
    /// Loudest minus quietest section of the master over that of the song.
    pub contrast: Option<f64>,
    /// Loudness asked for and reached, LUFS.
    pub landings: Vec<[f64; 2]>,
    /// Third octaves of the song and with Needed accepted, dB.
    pub thirds: Option<[Vec<f64>; 2]>,
    /// Injected faults.
    pub faults: Vec<Fault>,
    /// Broad faults of tone.
    pub broad: Vec<Broad>,
}

/// The sentences of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Aloud {
    /// Kind of verdict.
    pub kind: String,
    /// The verdict.
    pub verdict: String,
    /// Moves: id, class, sentence.
    pub moves: Vec<[String; 3]>,
    /// Lines for the mixer: kind, severity, sentence.
    pub for_the_mixer: Vec<[String; 3]>,
}

/// The song at its own or a lower level.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// By how much it was changed, dB.
    pub gain_db: f64,
    /// Kind of verdict.
    pub verdict: String,
    /// Needed moves, but for the level.
    pub needed: Vec<String>,
    /// What they change in the tone, dB RMS.
    pub tonal_change_db: f64,
    /// The move for the balance, where it is offered or Needed: the same with and without it.
    pub balance: Option<Offer>,
    /// Whether it was sent back for nothing that is really there.
    pub is_falsely_sent_back: bool,
}

/// A question with the answer yes or no.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Of what.
    pub of: String,
    /// Yes.
    pub is_met: bool,
    /// What was otherwise.
    pub instead: Vec<String>,
}

/// How much was taken back of a fault: share, and whether it went past the original.
pub type UndoneShare = (f64, bool);

/// One injected fault, three times its flag threshold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Kind.
    pub kind: String,
    /// In the injector's unit.
    pub amount: f64,
    /// Whether it was among what was found.
    pub is_found: bool,
    /// Whether it was any Needed move's or any line for the mixer.
    pub is_named: bool,
    /// Whether it was the first Needed move's or the first line for the mixer.
    pub is_first: bool,
    /// Of a local fault: whether in its place.
    pub is_in_place: Option<bool>,
    /// What came first: kinds of the first Needed move and of the first line for the mixer.
    pub first: [String; 2],
    /// How much Needed undid of it.
    pub undone: Option<UndoneShare>,
    /// Per Needed move for what was injected: whether it is gone without the fault.
    pub counterfactual: Vec<bool>,
    /// Confidence of every move, and whether it was worth accepting.
    pub weighed: Vec<(f64, bool)>,
}

/// One broad fault of tone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Broad {
    /// Size asked for, dB RMS.
    pub size_db: f64,
    /// Size in the song's long-term spectrum, dB RMS.
    pub measured_db: f64,
    /// How much Needed undid of it.
    pub undone: UndoneShare,
    /// How much with the clean song as reference.
    pub undone_with_reference: Option<UndoneShare>,
    /// How much a limiter at −14 LUFS did.
    pub undone_by_level: f64,
    /// The move for the balance, where it is offered or Needed: the share undone with and without it.
    pub balance: Option<Offer>,
}

/// Something synthetic that is no music.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Foreign {
    /// What it is.
    pub name: String,
    /// Kind of verdict.
    pub verdict: String,
    /// Whether it abstained.
    pub abstains: bool,
}
