//! The host's streams. They may give or take fewer bytes than they are asked to.

use std::ffi::c_void;
use vst3::ComRef;
use vst3::Steinberg::{IBStream, IBStreamTrait, kResultOk};

/// Bytes asked for at once.
const PIECE_BYTES: usize = 64 * 1024;

/// A stream that does not end before is no state.
const MAX_BYTES: usize = crate::wrapper::state::MAX_STATE_BYTES;

/// Everything from the stream's position to its end; `None` if that is too long, or the stream claims what
/// can not be. The position may be another one than zero: some hosts keep a header of theirs before it.
///
/// # Safety
///
/// `stream` is null or a stream.
pub(crate) unsafe fn read_to_end(stream: *mut IBStream) -> Option<Vec<u8>> {
    let stream = unsafe { ComRef::from_raw(stream) }?;
    let mut bytes = Vec::new();
    let mut piece = vec![0u8; PIECE_BYTES];
    while bytes.len() <= MAX_BYTES {
        let mut num_read = 0;
        // At the end some hosts say that reading failed, so it is the number of bytes that counts.
        unsafe {
            stream.read(
                piece.as_mut_ptr() as *mut c_void,
                PIECE_BYTES as i32,
                &mut num_read,
            )
        };
        match usize::try_from(num_read) {
            Ok(0) => return Some(bytes),
            Ok(num_read) => bytes.extend_from_slice(piece.get(..num_read)?),
            Err(_) => return None,
        }
    }
    None
}

/// Writes all bytes; false if the stream does not take them.
///
/// # Safety
///
/// `stream` is null or a stream.
pub(crate) unsafe fn write_all(stream: *mut IBStream, mut bytes: &[u8]) -> bool {
    let Some(stream) = (unsafe { ComRef::from_raw(stream) }) else {
        return false;
    };
    while !bytes.is_empty() {
        let Ok(length) = i32::try_from(bytes.len()) else {
            return false;
        };
        let mut num_written = 0;
        let result =
            unsafe { stream.write(bytes.as_ptr() as *mut c_void, length, &mut num_written) };
        if result != kResultOk || num_written < 0 || num_written > length {
            return false;
        }
        if num_written == 0 {
            // Not every host counts.
            return true;
        }
        bytes = &bytes[num_written as usize..];
    }
    true
}
