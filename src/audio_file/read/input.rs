//! The bytes of a file, from front to back and by place, in little memory.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use anyhow::{Result, anyhow};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// A part of a file with a place in it.
pub struct Input {
    file: File,
    /// Where the part ends in the file.
    end: u64,
    /// What was read of the file: from where on, and from where on it is still to be taken.
    window: Vec<u8>,
    window_start: u64,
    taken: usize,
}

impl Input {
    /// A file of so many bytes, from its beginning.
    pub fn new(file: File, num_bytes: u64) -> Self {
        Self { file, end: num_bytes, window: Vec::new(), window_start: 0, taken: 0 }
    }

    /// Where the next byte stands in the file.
    pub fn position(&self) -> u64 {
        self.window_start + self.taken as u64
    }

    /// Where the file ends.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Bytes up to the end.
    pub fn remaining(&self) -> u64 {
        self.end.saturating_sub(self.position())
    }

    /// Leaves out what comes from `end` on.
    pub fn end_at(&mut self, end: u64) {
        self.end = self.end.min(end);
        let held = usize::try_from(self.end.saturating_sub(self.window_start)).unwrap_or(usize::MAX);
        self.window.truncate(held);
        self.taken = self.taken.min(self.window.len());
    }

    /// Goes to a place in the file.
    pub fn seek(&mut self, position: u64) {
        let position = position.min(self.end);
        match position.checked_sub(self.window_start) {
            Some(offset) if offset <= self.window.len() as u64 => self.taken = offset as usize,
            _ => {
                self.window.clear();
                (self.window_start, self.taken) = (position, 0);
            }
        }
    }

    /// Goes on by so many bytes.
    pub fn skip(&mut self, num_bytes: u64) {
        self.seek(self.position().saturating_add(num_bytes));
    }

    /// The next bytes: as many as asked for, fewer only at the end. They stay the next ones.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn peek(&mut self, num_bytes: usize) -> Result<&[u8]> {
        let wanted = usize::try_from(self.remaining()).unwrap_or(usize::MAX).min(num_bytes);
        if self.window.len() - self.taken < wanted {
            self.window.drain(..self.taken);
            self.window_start += self.taken as u64;
            self.taken = 0;
            let held = self.window.len();
            let left = usize::try_from(self.end - self.window_start).unwrap_or(usize::MAX);
            self.window.resize(wanted.max(CHUNK).min(left), 0);
            self.file.seek(SeekFrom::Start(self.window_start + held as u64)).map_err(unreadable)?;
            let mut filled = held;
            while filled < self.window.len() {
                match self.file.read(&mut self.window[filled..]) {
                    Ok(0) => break,
                    Ok(num_read) => filled += num_read,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(unreadable(error)),
                }
            }
            self.window.truncate(filled);
            if filled < wanted {
                // Somebody shortened it meanwhile.
                self.end = self.window_start + filled as u64;
            }
        }
        let wanted = wanted.min(self.window.len() - self.taken);
        Ok(&self.window[self.taken..self.taken + wanted])
    }

    /// The next bytes, exactly so many; `None` and nothing taken if there are fewer.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn take(&mut self, num_bytes: usize) -> Result<Option<Vec<u8>>> {
        if (num_bytes as u64) > self.remaining() {
            return Ok(None);
        }
        let bytes = self.peek(num_bytes)?.to_vec();
        self.skip(bytes.len() as u64);
        Ok((bytes.len() == num_bytes).then_some(bytes))
    }

    /// The same into what is there already.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn take_into(&mut self, num_bytes: usize, data: &mut Vec<u8>) -> Result<bool> {
        data.clear();
        if (num_bytes as u64) > self.remaining() {
            return Ok(false);
        }
        data.extend_from_slice(self.peek(num_bytes)?);
        self.skip(data.len() as u64);
        Ok(data.len() == num_bytes)
    }
}

fn unreadable(error: std::io::Error) -> anyhow::Error {
    anyhow!("cannot be read ({error}); check the disk")
}

/// Numbers of fixed width at a place in bytes; `None` beyond the end.
pub trait Numbers {
    /// So many bytes at a place.
    fn part(&self, offset: usize, num_bytes: usize) -> Option<&[u8]>;

    /// Most significant byte first, up to eight bytes.
    fn big(&self, offset: usize, num_bytes: usize) -> Option<u64> {
        Some(self.part(offset, num_bytes)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// Least significant byte first, up to eight bytes.
    fn little(&self, offset: usize, num_bytes: usize) -> Option<u64> {
        Some(self.part(offset, num_bytes)?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }
}

impl Numbers for [u8] {
    fn part(&self, offset: usize, num_bytes: usize) -> Option<&[u8]> {
        self.get(offset..offset.checked_add(num_bytes)?)
    }
}
