//! A file as bytes at places, read through one small window.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Result, anyhow};

/// Least that is read at a time, bytes: headers lie close together.
const LEAST: usize = 4096;

/// A file of known length.
#[derive(Debug)]
pub(super) struct Bytes {
    file: File,
    num_bytes: u64,
    window: Vec<u8>,
    window_start: u64,
}

impl Bytes {
    /// A file that is `num_bytes` long.
    pub fn new(file: File, num_bytes: u64) -> Self {
        Self { file, num_bytes, window: Vec::new(), window_start: 0 }
    }

    /// Length, bytes.
    pub fn len(&self) -> u64 {
        self.num_bytes
    }

    /// The bytes from `start` on: `num_bytes`, or as many as are there.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn at(&mut self, start: u64, num_bytes: usize) -> Result<&[u8]> {
        let there = self.num_bytes.saturating_sub(start).min(num_bytes as u64);
        let window_end = self.window_start + self.window.len() as u64;
        if start < self.window_start || start + there > window_end {
            self.fill(start, num_bytes.max(LEAST))
                .map_err(|error| anyhow!("cannot be read ({error}); copy it again"))?;
        }
        let first = ((start - self.window_start) as usize).min(self.window.len());
        let last = (first + there as usize).min(self.window.len());
        Ok(&self.window[first..last])
    }

    fn fill(&mut self, start: u64, num_bytes: usize) -> std::io::Result<()> {
        let most = self.num_bytes.saturating_sub(start).min(num_bytes as u64);
        self.window.clear();
        self.window_start = start;
        self.file.seek(SeekFrom::Start(start))?;
        (&mut self.file).take(most).read_to_end(&mut self.window)?;
        Ok(())
    }

    /// The bytes from `start` on, zeros behind the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn array<const N: usize>(&mut self, start: u64) -> Result<[u8; N]> {
        let mut array = [0; N];
        let there = self.at(start, N)?;
        array[..there.len()].copy_from_slice(there);
        Ok(array)
    }

    /// Where the file begins behind the ID3v2 tags that some programs put before everything else.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn after_id3(&mut self, mut start: u64) -> Result<u64> {
        for _ in 0..8 {
            let head: [u8; 10] = self.array(start)?;
            if &head[..3] != b"ID3" || head[6..].iter().any(|byte| byte & 0x80 != 0) {
                break;
            }
            let size = head[6..].iter().fold(0, |size, byte| (size << 7) | u64::from(*byte));
            let footer = if head[5] & 0x10 == 0 { 0 } else { 10 };
            start += 10 + size + footer;
        }
        Ok(start)
    }

    /// The file itself, at its beginning.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn into_file(mut self) -> Result<File> {
        self.file.rewind().map_err(|error| anyhow!("cannot be read ({error}); copy it again"))?;
        Ok(self.file)
    }
}
