//! Sound files that chance has changed: whatever they are, reading them ends soon, takes little memory and panics nowhere.
//! `cargo xtask fuzz files` tries more of them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use discern::audio_file::{Limits, read_through};
use discern::dsp::cancel::Cancel;

use crate::memory;

/// Files of one run where nothing else is said.
const NUM_FILES: u64 = 5000;
/// Longest that a file of some kB may take: a bound on a hang, not on speed.
const MAX_TIME: Duration = Duration::from_secs(10);
/// Most memory that reading it takes, bytes.
const MAX_MEMORY: usize = 100 << 20;

struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// A place in a file, more often in its first part, where headers are.
    fn place(&mut self, end: usize) -> usize {
        let reach = if self.below(3) == 0 { end } else { end.min(600) };
        self.below(reach)
    }
}

fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = chance.place(bytes.len());
        match chance.below(9) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = chance.next() as u8,
            2 => {
                let values = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x00ff_ffff, 44_100];
                let value: u32 = values[chance.below(values.len())];
                let value = if chance.below(2) == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
                bytes.iter_mut().skip(at).zip(value).for_each(|(byte, new)| *byte = new);
            }
            3 => bytes.truncate(at),
            4 => {
                let end = (at + chance.below(200)).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => {
                let end = (at + chance.below(2000)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = chance.place(bytes.len());
                bytes.splice(to..to, part);
            }
            6 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.place(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            7 => {
                let end = (at + chance.below(40)).min(bytes.len());
                bytes[at..end].fill(if chance.below(2) == 0 { 0 } else { 0xff });
            }
            _ => {
                let noise: Vec<u8> = (0..chance.below(60)).map(|_| chance.next() as u8).collect();
                bytes.splice(at..at, noise);
            }
        }
    }
    bytes
}

#[test]
fn mutated_files_do_no_harm() {
    let number = |name: &str, usual| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (num_files, seed) = (number("DISCERN_FUZZ_FILES", NUM_FILES), number("DISCERN_FUZZ_SEED", 1));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audio");
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|kind| !["sh", "tsv", "md"].iter().any(|other| kind == *other)));
    names.sort();
    let seeds: Vec<Vec<u8>> = names.iter().map(|path| fs::read(path).unwrap()).collect();
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("song");
    let (mut chance, mut num_read) = (Chance(seed), 0);
    for idx in 0..num_files {
        fs::write(&path, mutated(&seeds, &mut chance)).unwrap();
        let before = memory::begin();
        let start = Instant::now();
        let limits = Limits { max_s: 3600.0, cancel: Cancel::default() };
        let mut num_frames = 0;
        let result = read_through(&path, &limits, |_, planes| {
            assert!(planes.iter().all(|plane| plane.len() == planes[0].len()));
            num_frames += planes[0].len() as u64;
            Ok(())
        });
        let (taken, peak) = (start.elapsed(), memory::peak_since(before));
        let what = || format!("file {idx} of seed {seed}: {result:?}");
        assert!(taken < MAX_TIME, "{taken:?}, {}", what());
        assert!(peak < MAX_MEMORY, "{peak} bytes, {}", what());
        match &result {
            Ok(format) => {
                assert!(format.num_frames == num_frames && num_frames > 0, "{}", what());
                assert!(
                    format.truncated_s.is_none_or(|missing_s| missing_s >= 0.0 && missing_s.is_finite()),
                    "{}",
                    what()
                );
                num_read += 1;
            }
            Err(why) => assert!(why.root_cause().to_string().len() > 10, "{}", what()),
        }
    }
    assert!(num_read > num_files / 10, "{num_read} of {num_files} were read");
}
