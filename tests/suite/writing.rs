//! Files are written whole, read back, and put where they belong: names, links, permissions, other runs, full disks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use discern::audio_file::{Claim, Container, Spec, WordLength, WriteOptions, Writer, atomic, read};

fn spec(container: Container, word_length: WordLength, num_frames: u64) -> Spec {
    Spec { container, word_length, sample_rate_hz: 48_000, num_channels: 2, num_frames }
}

/// A tone that no word length holds exactly.
fn tone(num_frames: usize) -> Vec<f32> {
    (0..num_frames).map(|frame| 0.7 * (frame as f32 * 0.031).sin()).collect()
}

fn write(path: &Path, overwrite: bool, spec: &Spec) -> anyhow::Result<u64> {
    let tone = tone(spec.num_frames as usize);
    let mut writer = Writer::create(path, spec, &WriteOptions { overwrite, tags: None })?;
    for block in tone.chunks(999) {
        writer.push(&vec![block; spec.num_channels])?;
    }
    writer.finish().map(|written| written.num_clipped)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn refused(result: anyhow::Result<impl Sized>) -> String {
    format!("{:#}", result.err().expect("refused"))
}

#[test]
fn every_form_reads_back_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    for (name, container) in [("a.wav", Container::Wav), ("a.flac", Container::Flac)] {
        for word_length in [WordLength::Bits16, WordLength::Bits24, WordLength::Float32] {
            for (num_channels, num_frames) in [(1, 1), (1, 4097), (2, 1), (2, 50_001)] {
                let spec = Spec { num_channels, ..spec(container, word_length, num_frames) };
                let path = dir.path().join(name);
                if container == Container::Flac && word_length == WordLength::Float32 {
                    assert!(refused(write(&path, true, &spec)).contains("FLAC holds integers only"));
                    continue;
                }
                assert_eq!(write(&path, true, &spec).unwrap(), 0);
                let audio = read(&path).unwrap();
                let stored: Vec<f32> = tone(num_frames as usize).iter().map(|x| word_length.stored(*x)).collect();
                assert_eq!((audio.sample_rate_hz, audio.source), (48_000, Some(word_length)));
                assert_eq!(audio.channels, vec![stored; num_channels]);
            }
        }
    }
    assert_eq!(names(dir.path()), ["a.flac", "a.wav"]);
}

#[test]
fn flac_is_written_at_every_rate_that_it_can_name() {
    let dir = tempfile::tempdir().unwrap();
    for sample_rate_hz in [1, 8000, 44_100, 176_400, 192_000, 384_000, 655_350] {
        for word_length in [WordLength::Bits16, WordLength::Bits24] {
            // It is read back before it takes its name.
            let spec = Spec { sample_rate_hz, ..spec(Container::Flac, word_length, 10_000) };
            write(&dir.path().join("a.flac"), true, &spec).unwrap();
        }
    }
}

#[test]
fn what_flac_cannot_hold_is_refused_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    let flac = spec(Container::Flac, WordLength::Bits24, 10);
    let cases = [
        (Spec { sample_rate_hz: 655_351, ..flac }, "rates up to 655350 Hz"),
        (Spec { num_frames: 1 << 36, ..flac }, "longer than FLAC can say"),
        (Spec { num_channels: 9, ..flac }, "up to 8 channels"),
    ];
    for (spec, says) in cases {
        let text = refused(Writer::create(&dir.path().join("a.flac"), &spec, &WriteOptions::default()));
        assert!(text.contains("a.flac") && text.contains(says), "{text}");
    }
    assert!(names(dir.path()).is_empty());
}

#[test]
fn clipped_samples_are_counted_for_integers() {
    let dir = tempfile::tempdir().unwrap();
    for (word_length, num_clipped) in [(WordLength::Bits16, 3), (WordLength::Bits24, 3), (WordLength::Float32, 0)] {
        let spec = Spec { num_channels: 1, ..spec(Container::Wav, word_length, 6) };
        let mut writer =
            Writer::create(&dir.path().join("a.wav"), &spec, &WriteOptions { overwrite: true, tags: None }).unwrap();
        writer.push(&[&[0.0, 1.0, -1.0, 1.001, -8.0, 1e9]]).unwrap();
        assert_eq!(writer.finish().unwrap().num_clipped, num_clipped, "{word_length:?}");
    }
}

#[test]
fn a_file_of_another_length_than_was_said_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let mut writer =
        Writer::create(&path, &spec(Container::Wav, WordLength::Bits16, 11), &WriteOptions::default()).unwrap();
    writer.push(&[[0.0; 10].as_slice(); 2]).unwrap();
    assert!(refused(writer.finish()).contains("10 frames instead of 11"));
    assert!(names(dir.path()).is_empty());
}

#[test]
fn names_as_long_as_a_folder_holds_them_work() {
    let dir = tempfile::tempdir().unwrap();
    for length in [200, 251, 252, 253, 254, 255] {
        let path = dir.path().join("n".repeat(length - 4) + ".wav");
        write(&path, false, &spec(Container::Wav, WordLength::Bits16, 5)).unwrap();
        assert_eq!(read(&path).unwrap().num_frames(), 5);
        fs::remove_file(&path).unwrap();
    }
    let wide = dir.path().join("ü".repeat(125) + ".flac");
    write(&wide, false, &spec(Container::Flac, WordLength::Bits16, 5)).unwrap();
    let long = dir.path().join("n".repeat(252) + ".wav");
    let text = refused(write(&long, false, &spec(Container::Wav, WordLength::Bits16, 5)));
    assert!(text.contains("name that is too long"), "{text}");
}

#[test]
fn what_is_there_is_replaced_only_if_wanted_also_when_it_came_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    fs::write(&path, "mine").unwrap();
    let spec = spec(Container::Wav, WordLength::Bits16, 5);
    let text = refused(write(&path, false, &spec));
    assert!(text.contains("exists; use --overwrite"), "{text}");
    write(&path, true, &spec).unwrap();
    fs::remove_file(&path).unwrap();

    let mut writer = Writer::create(&path, &spec, &WriteOptions::default()).unwrap();
    writer.push(&[[0.0; 5].as_slice(); 2]).unwrap();
    fs::write(&path, "theirs").unwrap();
    let text = refused(writer.finish());
    assert!(text.contains("a.wav") && text.contains("exists; use --overwrite"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    assert_eq!(names(dir.path()), ["a.wav"]);

    fs::create_dir(dir.path().join("b.wav")).unwrap();
    assert!(refused(write(&dir.path().join("b.wav"), true, &spec)).contains("is a folder"));
    assert!(refused(write(&dir.path().join("no/b.wav"), true, &spec)).contains("its folder does not exist"));
    assert!(refused(write(Path::new("/"), true, &spec)).contains("is a folder"));
}

#[test]
fn two_runs_on_one_name_are_one_too_many() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let first = Claim::take(&path, false).unwrap();
    assert_eq!(names(dir.path()).len(), 1);
    let text = refused(Claim::take(&path, true));
    assert!(text.contains("a.wav") && text.contains("another run is writing this file"), "{text}");
    assert!(refused(Claim::take(&dir.path().join("./a.wav"), true)).contains("another run"));
    Claim::take(&dir.path().join("b.wav"), false).unwrap();
    drop(first);
    Claim::take(&path, false).unwrap();
    assert!(names(dir.path()).is_empty());
}

#[test]
fn a_file_may_be_begun_anew_until_it_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let claim = Arc::new(Claim::take(&path, false).unwrap());
    let mut long = Writer::in_claim(&claim, &spec(Container::Wav, WordLength::Bits24, 9000), None).unwrap();
    long.push(&[[0.5; 9000].as_slice(); 2]).unwrap();
    drop(long);
    let mut short = Writer::in_claim(&claim, &spec(Container::Wav, WordLength::Bits16, 3), None).unwrap();
    assert!(!path.exists());
    short.push(&[[0.5; 3].as_slice(); 2]).unwrap();
    short.finish().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 44 + 12);
    let again = Writer::in_claim(&claim, &spec(Container::Wav, WordLength::Bits16, 3), None);
    assert!(refused(again).contains("written already"));
    assert_eq!(names(dir.path()), ["a.wav"]);
}

#[test]
fn what_an_ended_run_left_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let claim = Claim::take(&path, false).unwrap();
    let left = dir.path().join(&names(dir.path())[0]);
    drop(claim);
    fs::write(&left, "half").unwrap();
    let other = dir.path().join(".discern-0000000000000000-abc.part");
    fs::write(&other, "of another name").unwrap();
    write(&path, false, &spec(Container::Wav, WordLength::Bits16, 5)).unwrap();
    assert_eq!(names(dir.path()), [".discern-0000000000000000-abc.part", "a.wav"]);
}

#[test]
fn small_files_are_whole_or_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ranges.toml");
    atomic(&path, false, |file| file.write_all(b"old")).unwrap();
    let failing = |file: &mut std::io::BufWriter<fs::File>| {
        file.write_all(b"half of the n")?;
        Err(std::io::ErrorKind::StorageFull.into())
    };
    let text = refused(atomic(&path, true, failing));
    assert!(text.contains("ranges.toml") && text.contains("the disk is full"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    atomic(&path, true, |file| file.write_all(b"new")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(names(dir.path()), ["ranges.toml"]);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn small() -> Spec {
        spec(Container::Wav, WordLength::Bits16, 5)
    }

    #[test]
    fn new_files_are_as_any_program_makes_them_and_replaced_ones_keep_their_mode() {
        let dir = tempfile::tempdir().unwrap();
        let (path, usual) = (dir.path().join("a.wav"), dir.path().join("usual"));
        fs::write(&usual, "").unwrap();
        write(&path, false, &small()).unwrap();
        assert_eq!(mode(&path), mode(&usual));
        for kept in [0o600, 0o640, 0o664, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            write(&path, true, &small()).unwrap();
            assert_eq!(mode(&path), kept);
        }
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        fs::write(&path, "mine").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let text = refused(write(&path, true, &small()));
        assert!(text.contains("is read-only; make it writable"), "{text}");

        // Made so while the work went on.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let claim = Claim::take(&path, true).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(refused(claim.finish()).contains("is read-only"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        assert_eq!(names(dir.path()), ["a.wav"]);
    }

    #[test]
    fn links_are_followed_and_stay() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| -> PathBuf { dir.path().join(name) };
        fs::create_dir(at("far")).unwrap();
        fs::write(at("far/real.wav"), "old").unwrap();
        symlink("far/real.wav", at("near.wav")).unwrap();
        symlink("near.wav", at("nearer.wav")).unwrap();
        assert!(refused(write(&at("nearer.wav"), false, &small())).contains("exists"));
        write(&at("nearer.wav"), true, &small()).unwrap();
        assert!(fs::symlink_metadata(at("near.wav")).unwrap().is_symlink());
        assert!(fs::symlink_metadata(at("nearer.wav")).unwrap().is_symlink());
        assert!(!fs::symlink_metadata(at("far/real.wav")).unwrap().is_symlink());
        assert_eq!(read(&at("far/real.wav")).unwrap().num_frames(), 5);

        symlink("far/none.wav", at("dangling.wav")).unwrap();
        assert!(refused(write(&at("dangling.wav"), false, &small())).contains("exists (a link"));
        assert!(!at("far/none.wav").exists());
        write(&at("dangling.wav"), true, &small()).unwrap();
        assert!(at("far/none.wav").is_file());

        symlink("round.wav", at("round.wav")).unwrap();
        assert!(refused(write(&at("round.wav"), true, &small())).contains("leads in a circle"));
        symlink("/dev/null", at("null.wav")).unwrap();
        assert!(refused(write(&at("null.wav"), true, &small())).contains("is a pipe, a device"));
        assert_eq!(names(&at("far")), ["none.wav", "real.wav"]);

        // Two names of one file are one name to be written.
        let _claim = Claim::take(&at("near.wav"), true).unwrap();
        assert!(refused(Claim::take(&at("far/real.wav"), true)).contains("another run"));
    }

    #[test]
    fn a_hard_link_keeps_the_old_content() {
        let dir = tempfile::tempdir().unwrap();
        let (path, twin) = (dir.path().join("a.wav"), dir.path().join("twin.wav"));
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, &twin).unwrap();
        write(&path, true, &small()).unwrap();
        assert_eq!(fs::read_to_string(&twin).unwrap(), "old");
        assert_ne!(fs::metadata(&path).unwrap().ino(), fs::metadata(&twin).unwrap().ino());
    }
}
