//! Which parts does the song have? Stretches of one level and texture, named by likeness.

mod novelty;

use std::sync::Arc;

use super::loudness::lufs_from_power;
use super::texture::{TEXTURE_S, Texture};
use novelty::Character;

/// Shortest section, textures: 8 s.
const MIN_LEN: usize = 16;
/// A rest shorter than this many textures does not end a section.
const MAX_GAP: i64 = 4;
/// Sections whose mean characters differ by less than this are alike, and by less than the second related (A and A′).
/// In the units of [`Character`]; ours, between what repeats of a part and other parts of the songs measured differ by.
const ALIKE: f64 = 0.35;
const RELATED: f64 = 0.8;

/// A stretch of one level and texture.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Start, seconds into the song.
    pub start_s: f64,
    /// End, seconds into the song.
    pub end_s: f64,
    /// Loudness of its blocks, ungated, LUFS; `None` for silence.
    pub loudness_lufs: Option<f64>,
    /// A, B, A′ by likeness.
    pub label: String,
    /// What it is among the sections.
    pub tags: Vec<Tag>,
}

/// What a section is among its song's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// The loudest of 8 s or more.
    Loudest,
    /// The quietest that is no silence.
    Quietest,
    /// The one nearest to the whole song's loudness.
    Typical,
}

impl Tag {
    /// All.
    pub const ALL: [Self; 3] = [Self::Loudest, Self::Quietest, Self::Typical];

    /// The one with this name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.key() == key)
    }

    /// Name in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Loudest => "loudest",
            Self::Quietest => "quietest",
            Self::Typical => "typical",
        }
    }
}

/// Loudest minus quietest section, LU, by blocks of 100 ms, each `(start in seconds, power)`; `None` for fewer than two that
/// sound.
pub fn contrast_lu(sections: &[Section], blocks: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let loudness = |section: &Section| {
        let inside = blocks.clone().filter(|(start_s, _)| (section.start_s..section.end_s).contains(start_s));
        let (sum, num) = inside.fold((0.0, 0u32), |(sum, num), (_, power)| (sum + power, num + 1));
        (sum > 0.0).then(|| lufs_from_power(sum / f64::from(num)))
    };
    let all: Vec<f64> = sections.iter().filter_map(loudness).collect();
    let loudest = all.iter().copied().reduce(f64::max)?;
    let quietest = all.iter().copied().reduce(f64::min)?;
    (all.len() >= 2).then_some(loudest - quietest)
}

/// The sections of what was heard, in song order.
pub fn sections(textures: &[Arc<Texture>]) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut names = Names::default();
    for stretch in textures.chunk_by(|a, b| b.idx - a.idx <= MAX_GAP) {
        let characters: Vec<Character> = novelty::characters(stretch, textures);
        let mut from = 0;
        for to in novelty::boundaries(&characters, MIN_LEN).into_iter().chain([stretch.len()]) {
            let part = &stretch[from..to];
            let power = part.iter().map(|texture| texture.loudness.power()).sum::<f64>() / part.len() as f64;
            sections.push(Section {
                start_s: part[0].start_s(),
                end_s: part[part.len() - 1].start_s() + TEXTURE_S,
                loudness_lufs: (power > 0.0).then(|| lufs_from_power(power)),
                label: names.name(&Character::mean(&characters[from..to])),
                tags: Vec::new(),
            });
            from = to;
        }
    }
    tag(&mut sections);
    sections
}

/// Finds the loudest, the quietest and the typical one.
fn tag(sections: &mut [Section]) {
    let long = MIN_LEN as f64 * TEXTURE_S - 0.01;
    let is_long = |section: &Section| section.end_s - section.start_s > long;
    let has_long = sections.iter().any(is_long);
    let candidates: Vec<(usize, f64)> = sections
        .iter()
        .enumerate()
        .filter(|(_, section)| !has_long || is_long(section))
        .filter_map(|(idx, section)| Some((idx, section.loudness_lufs?)))
        .collect();
    let Some(&(loudest, loudest_lufs)) = candidates.iter().max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    // What lies 20 LU under the loudest may be meant as silence; it is still the quietest if nothing else is quieter.
    let Some(&(quietest, _)) = candidates.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    let (sum, seconds) = candidates.iter().fold((0.0, 0.0), |(sum, seconds), &(idx, lufs)| {
        let length_s = sections[idx].end_s - sections[idx].start_s;
        (sum + length_s * 10f64.powf((lufs - loudest_lufs) / 10.0), seconds + length_s)
    });
    let typical_lufs = loudest_lufs + 10.0 * (sum / seconds).log10();
    let nearest =
        |a: &&(usize, f64), b: &&(usize, f64)| (a.1 - typical_lufs).abs().total_cmp(&(b.1 - typical_lufs).abs());
    let typical = candidates.iter().min_by(nearest).map(|candidate| candidate.0);
    sections[loudest].tags.push(Tag::Loudest);
    if quietest != loudest {
        sections[quietest].tags.push(Tag::Quietest);
    }
    if let Some(typical) = typical {
        sections[typical].tags.push(Tag::Typical);
    }
}

/// Gives letters in the order of appearance.
#[derive(Default)]
struct Names {
    /// First of its letter, and how many primes it has had.
    known: Vec<(Character, usize)>,
    /// Related ones, with the full name.
    variants: Vec<(Character, String)>,
}

impl Names {
    fn name(&mut self, character: &Character) -> String {
        let exact = self
            .known
            .iter()
            .enumerate()
            .map(|(idx, (known, _))| (known.distance(character), letter(idx)))
            .chain(self.variants.iter().map(|(known, name)| (known.distance(character), name.clone())))
            .filter(|(distance, _)| *distance < ALIKE)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, name)) = exact {
            return name;
        }
        let related = self
            .known
            .iter()
            .enumerate()
            .map(|(idx, (known, _))| (idx, known.distance(character)))
            .filter(|(_, distance)| *distance < RELATED)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match related {
            Some((idx, _)) => {
                self.known[idx].1 += 1;
                let name = letter(idx) + &"\u{2032}".repeat(self.known[idx].1.min(3));
                self.variants.push((character.clone(), name.clone()));
                name
            }
            None => {
                self.known.push((character.clone(), 0));
                letter(self.known.len() - 1)
            }
        }
    }
}

/// A…Z, then A2…
fn letter(idx: usize) -> String {
    let letter = char::from(b'A' + (idx % 26) as u8);
    if idx < 26 { letter.to_string() } else { format!("{letter}{}", idx / 26 + 1) }
}
