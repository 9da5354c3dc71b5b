//! What can be typed.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use super::song::Song;
use super::text;
use crate::assistant::{Brief, Character, Destination, Ranges, Reference, Restraint};
use crate::audio_file::{Format, MAX_REFERENCE_S, WordLength};
use crate::chain::settings::find;
use crate::chain::{Settings, Stage};
use crate::report::ReferenceFile;

/// A mastering assistant: listens to a mix, says what it needs, renders what you accept.
#[derive(Debug, Parser)]
#[command(name = "discern-cli", version, arg_required_else_help = false)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hear a song; print verdict, moves with reasons, measurements and delivery check
    Listen(ListenArgs),
    /// Listen, accept moves, render the master
    Master(Box<MasterArgs>),
    /// Measure the assistant over a music folder with a manifest.tsv; write Markdown and JSON
    Evaluate(EvaluateArgs),
    /// Render the chain alone, without judgement
    Render(RenderArgs),
    /// Measure a folder of finished records into a ranges file
    Ranges(RangesArgs),
    /// Print every setting: name, unit, range, default
    Settings,
}

#[derive(Debug, Args)]
pub struct ListenArgs {
    /// WAV, AIFF, FLAC, MP3, M4A, Opus, Ogg, CAF or Matroska; mono or stereo
    pub file: PathBuf,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Draw the song map and the spectrum
    #[arg(long, value_name = "PNG")]
    pub picture: Option<PathBuf>,
    #[command(flatten)]
    pub brief: BriefArgs,
}

#[derive(Debug, Args)]
pub struct MasterArgs {
    /// WAV, AIFF, FLAC, MP3, M4A, Opus, Ogg, CAF or Matroska; mono or stereo
    pub file: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Moves to accept: needed, all, none, or ids separated by commas, needed among them or not
    #[arg(long, value_name = "MOVES", default_value = "needed")]
    pub accept: Accept,
    /// Set a setting after accepting (repeatable)
    #[arg(long = "set", value_name = "STAGE.PARAMETER=VALUE")]
    pub assignments: Vec<Assignment>,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub brief: BriefArgs,
}

#[derive(Debug, Args)]
pub struct RenderArgs {
    /// WAV, AIFF, FLAC, MP3, M4A, Opus, Ogg, CAF or Matroska; mono or stereo
    pub file: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Settings as TOML, or the name of a factory preset; without it the defaults, which pass the mix through untouched
    #[arg(long, value_name = "FILE|PRESET")]
    pub settings: Option<PathBuf>,
    /// Set a setting after the file (repeatable)
    #[arg(long = "set", value_name = "STAGE.PARAMETER=VALUE")]
    pub assignments: Vec<Assignment>,
}

#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder with a manifest.tsv: columns file, title, genre, class (fin, mix or ood)
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// File to write: OUT.md and OUT.json
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Where good records lie, as `discern-cli ranges` writes it; the factory's without it
    #[arg(long, value_name = "FILE")]
    pub ranges: Option<PathBuf>,
    /// Replace the output if it exists
    #[arg(long)]
    pub overwrite: bool,
}

#[derive(Debug, Args)]
pub struct RangesArgs {
    /// Folder of finished records, looked through with the folders in it
    pub dir: PathBuf,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Name shown with what is judged by it; the folder's without it
    #[arg(long)]
    pub name: Option<String>,
    /// Which records these are, for the reader of the file
    #[arg(long)]
    pub source: Option<String>,
    /// Replace the output if it exists
    #[arg(long)]
    pub overwrite: bool,
}

#[derive(Debug, Args)]
pub struct OutputArgs {
    /// File to write: .wav or .flac
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
    /// Word length: 16, 24 or 32f; as the source without it, 24 at least
    #[arg(long, value_parser = word_length)]
    pub bits: Option<WordLength>,
    /// Replace the output if it exists
    #[arg(long)]
    pub overwrite: bool,
    /// Leave out the source's tags, cover and markers
    #[arg(long)]
    pub strip: bool,
    /// Take a file that ends before its header says
    #[arg(long)]
    pub truncated_ok: bool,
}

impl OutputArgs {
    /// Refuses a source that was cut short, unless it was asked for.
    ///
    /// # Errors
    /// If it was.
    pub fn check_whole(&self, source: &Path, format: &Format) -> Result<()> {
        if let Some(missing_s) = format.truncated_s.filter(|_| !self.truncated_ok) {
            let missing = text::missing(missing_s);
            bail!(
                "{}: ends {missing}before its header says, so it was cut off; copy or export it again, or give \
                 --truncated-ok to take what is there",
                source.display()
            );
        }
        Ok(())
    }
}

#[derive(Debug, Args)]
pub struct BriefArgs {
    /// Where the master goes: streaming, loud, club, broadcast, podcast, vinyl or keep
    #[arg(long, default_value = "streaming", value_parser = destination)]
    pub destination: Destination,
    /// Integrated loudness to reach, LUFS; overrides the destination's
    #[arg(long, value_name = "LUFS", allow_hyphen_values = true, value_parser = loudness)]
    pub loudness: Option<f64>,
    /// Highest true peak, dBTP; overrides the destination's
    #[arg(long, value_name = "DBTP", allow_hyphen_values = true, value_parser = ceiling)]
    pub ceiling: Option<f64>,
    /// Darker to brighter, -3 to 3
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = steps)]
    pub brighter: i8,
    /// Leaner to fuller, -3 to 3
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = steps)]
    pub fuller: i8,
    /// Open to dense, -3 to 3
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = steps)]
    pub denser: i8,
    /// Narrower to wider, -3 to 3
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_parser = steps)]
    pub wider: i8,
    /// How far moves may go: level, gentle or full
    #[arg(long, default_value = "gentle", value_parser = restraint)]
    pub restraint: Restraint,
    /// A stage that no move may touch (repeatable)
    #[arg(long = "lock", value_name = "STAGE", value_parser = stage)]
    pub locks: Vec<Stage>,
    /// A song that this one is to be like, 3 s of sound at least (repeatable: their mean)
    #[arg(long = "reference", value_name = "FILE")]
    pub references: Vec<PathBuf>,
    /// Where good records lie, as `discern-cli ranges` writes it; the factory's without it
    #[arg(long, value_name = "FILE")]
    pub ranges: Option<PathBuf>,
}

/// Reads a file of ranges.
///
/// # Errors
/// If it cannot be read or is none.
pub fn read_ranges(path: &Path) -> Result<Arc<Ranges>> {
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path).context("cannot be read").with_context(name)?;
    Ranges::read(&text).with_context(name).map(Arc::new)
}

/// A reference that was heard.
pub struct ReferenceSong {
    song: Arc<Reference>,
    /// The file, as a report names it.
    pub file: ReferenceFile,
}

impl BriefArgs {
    /// Hears the references.
    ///
    /// # Errors
    /// If one cannot be read or has no sound to be like.
    pub fn references(&self) -> Result<Vec<ReferenceSong>> {
        let heard = |path: &PathBuf| {
            let Song { format, features, .. } = Song::measure(path, "Listening", MAX_REFERENCE_S)?;
            let shown = path.display();
            if let Some(why) = Reference::refusal(&features) {
                bail!("{shown}: {why}");
            }
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let file = ReferenceFile { file: shown.to_string(), truncated_s: format.truncated_s };
            Ok(ReferenceSong { song: Arc::new(Reference::of(&name, &features)), file })
        };
        self.references.iter().map(heard).collect()
    }

    /// The brief that was asked for, with these references.
    ///
    /// # Errors
    /// If the ranges cannot be read.
    pub fn brief(&self, references: &[ReferenceSong]) -> Result<Brief> {
        Ok(Brief {
            destination: self.destination,
            loudness_lufs: self.loudness,
            ceiling_dbtp: self.ceiling,
            character: Character {
                brighter: self.brighter,
                fuller: self.fuller,
                denser: self.denser,
                wider: self.wider,
            },
            restraint: self.restraint,
            locks: self.locks.clone(),
            references: references.iter().map(|each| Arc::clone(&each.song)).collect(),
            ranges: self.ranges.as_deref().map(read_ranges).transpose()?,
        })
    }
}

/// Which moves to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accept {
    All,
    None,
    /// Those of these ids and, where asked for, the needed ones.
    These {
        needed: bool,
        ids: Vec<String>,
    },
}

impl FromStr for Accept {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let is_stage = |id: &&str| Stage::ALL.iter().any(|stage| id.split('.').next() == Some(stage.key()));
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        match words[..] {
            ["all"] => return Ok(Self::All),
            ["none"] => return Ok(Self::None),
            _ => {}
        }
        let (needed, ids): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| *word == "needed");
        match ids.iter().find(|id| !is_stage(id)) {
            Some(word @ (&"all" | &"none")) => Err(format!("{word} stands alone; leave out the others")),
            Some(other) => Err(format!("{other:?} is neither needed, all, none nor the id of a move")),
            None => Ok(Self::These { needed: !needed.is_empty(), ids: ids.into_iter().map(str::to_owned).collect() }),
        }
    }
}

/// `stage.parameter=value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    pub id: String,
    pub value: f64,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (id, value) = text.split_once('=').ok_or("expected STAGE.PARAMETER=VALUE")?;
        let id = id.trim();
        let setting = find(id).ok_or_else(|| format!("there is no setting {id}; discern-cli settings lists them"))?;
        let value = setting.parse(value).map_err(|error| format!("{id}: {error}"))?;
        Ok(Self { id: id.to_owned(), value })
    }
}

impl Assignment {
    /// Carries it out.
    pub fn apply(&self, settings: &mut Settings) {
        if let Some(setting) = find(&self.id) {
            setting.set(settings, self.value);
        }
    }
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> std::result::Result<T, String> {
    let names = || choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| format!("one of {}", names()))
}

fn destination(text: &str) -> std::result::Result<Destination, String> {
    let choices: Vec<_> = Destination::ALL.iter().map(|each| (each.key(), *each)).collect();
    one_of(text, &choices)
}

fn stage(text: &str) -> std::result::Result<Stage, String> {
    one_of(text, &Stage::ALL.map(|each| (each.key(), each)))
}

fn restraint(text: &str) -> std::result::Result<Restraint, String> {
    one_of(text, &[("level", Restraint::Level), ("gentle", Restraint::Gentle), ("full", Restraint::Full)])
}

fn word_length(text: &str) -> std::result::Result<WordLength, String> {
    one_of(text, &[("16", WordLength::Bits16), ("24", WordLength::Bits24), ("32f", WordLength::Float32)])
}

fn loudness(text: &str) -> std::result::Result<f64, String> {
    in_range(text, -60.0, 0.0, "LUFS")
}

fn ceiling(text: &str) -> std::result::Result<f64, String> {
    in_range(text, -24.0, 0.0, "dBTP")
}

/// Whole steps along an axis of the brief.
fn steps(text: &str) -> std::result::Result<i8, String> {
    let value = plain(text).parse::<i8>().ok();
    value.filter(|value| (-3..=3).contains(value)).ok_or_else(|| "expected a whole number from -3 to 3".to_owned())
}

fn in_range(text: &str, min: f64, max: f64, unit: &str) -> std::result::Result<f64, String> {
    let value = plain(text).parse::<f64>().ok();
    value.filter(|value| (min..=max).contains(value)).ok_or_else(|| match point(text) {
        Some(hint) => hint,
        None => format!("expected {min} to {max} {unit}"),
    })
}

/// With the hyphen for a minus.
fn plain(text: &str) -> String {
    text.trim().replace('\u{2212}', "-")
}

/// What to write instead of a number with a comma; `None` for anything else.
fn point(text: &str) -> Option<String> {
    text.find(',')?;
    let with_point = plain(text).replacen(',', ".", 1);
    let number: String = with_point.chars().take_while(|&letter| "+-.0123456789".contains(letter)).collect();
    number.parse::<f64>().ok().map(|_| format!("write {with_point}, with a point"))
}
