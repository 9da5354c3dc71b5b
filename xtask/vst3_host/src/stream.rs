//! A stream in memory, which states are written to and read from.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use vst3::Class;
use vst3::Steinberg::IBStream_::IStreamSeekMode_ as mode;
use vst3::Steinberg::{IBStream, IBStreamTrait, kInvalidArgument, kResultOk, tresult};

/// Bytes, the place in them, and how many are read or written at once at most.
pub(crate) struct Stream(Mutex<(Vec<u8>, usize)>, usize);

impl Stream {
    pub fn new(bytes: &[u8]) -> Self {
        Self::in_pieces(bytes, usize::MAX)
    }

    /// One that reads and writes less than it is asked to.
    pub fn in_pieces(bytes: &[u8], piece_bytes: usize) -> Self {
        Self(Mutex::new((bytes.to_vec(), 0)), piece_bytes)
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, num_bytes: i32, num_read: *mut i32) -> tresult {
        let Ok(num_bytes) = usize::try_from(num_bytes) else { return kInvalidArgument };
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, place) = &mut *stream;
        let found = &bytes[*place..bytes.len().min(*place + num_bytes.min(self.1))];
        // The caller has room for `num_bytes`, and `found` is no longer.
        unsafe { std::ptr::copy_nonoverlapping(found.as_ptr(), buffer.cast(), found.len()) };
        *place += found.len();
        if let Some(num_read) = unsafe { num_read.as_mut() } {
            *num_read = found.len() as i32;
        }
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, num_bytes: i32, num_written: *mut i32) -> tresult {
        let Ok(length) = usize::try_from(num_bytes) else { return kInvalidArgument };
        let length = length.min(self.1);
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, place) = &mut *stream;
        let end = *place + length;
        bytes.resize(bytes.len().max(end), 0);
        // The caller has `num_bytes` to give.
        bytes[*place..end].copy_from_slice(unsafe { std::slice::from_raw_parts(buffer.cast(), length) });
        *place = end;
        if let Some(num_written) = unsafe { num_written.as_mut() } {
            *num_written = length as i32;
        }
        kResultOk
    }

    unsafe fn seek(&self, offset: i64, from: i32, result: *mut i64) -> tresult {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, place) = &mut *stream;
        let from = match from as u32 {
            mode::kIBSeekSet => 0,
            mode::kIBSeekCur => *place as i64,
            mode::kIBSeekEnd => bytes.len() as i64,
            _ => return kInvalidArgument,
        };
        *place = (from + offset).clamp(0, bytes.len() as i64) as usize;
        if let Some(result) = unsafe { result.as_mut() } {
            *result = *place as i64;
        }
        kResultOk
    }

    unsafe fn tell(&self, result: *mut i64) -> tresult {
        let Some(result) = (unsafe { result.as_mut() }) else { return kInvalidArgument };
        *result = self.0.lock().unwrap_or_else(PoisonError::into_inner).1 as i64;
        kResultOk
    }
}
