//! RIFF WAVE, its big-endian form RIFX, and its 64-bit forms RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088).

use anyhow::Result;

use super::bytes::Bytes;
use super::chunks::{Chunk, End, Grammar, Size, chunk_at, corrected, leads_to_the_end, scan, walk};
use super::layout::Layout;
use super::{Found, Opened, cut, damaged, wave_format};

/// What was found in a file so far.
pub(super) struct Wave {
    container: &'static str,
    grammar: Grammar,
    layout: Option<Layout>,
    /// Size of the samples as 64-bit forms say it.
    long_size: Option<Size>,
    /// A data chunk, and one that holds nothing.
    data: Option<Chunk>,
    empty: Option<Chunk>,
}

/// Reads the header of a file whose RIFF begins at `start`.
///
/// # Errors
/// If it is damaged, cut off or holds another codec.
pub(super) fn open(bytes: &mut Bytes, start: u64) -> Result<Opened> {
    let head: [u8; 12] = bytes.array(start)?;
    let grammar = Grammar::Iff { is_big_endian: head.starts_with(b"RIFX") };
    let container = match &head[..4] {
        b"RF64" => "RF64",
        b"BW64" => "BW64",
        _ => "WAV",
    };
    if bytes.len() < start + 12 {
        return Err(cut(container));
    }
    let is_wave =
        &head[8..] == b"WAVE" || chunk_at(bytes, start + 12, grammar)?.is_some_and(|chunk| &chunk.id == b"fmt ");
    if !is_wave {
        return Ok(Opened::Other);
    }
    let size = Size::of_32_bits(grammar.number([head[4], head[5], head[6], head[7]]));
    let end = size.known().map(|size| start + 8 + size);
    Wave::new(container, grammar).open(bytes, start + 12, end)
}

impl Wave {
    /// Nothing so far.
    pub fn new(container: &'static str, grammar: Grammar) -> Self {
        Self { container, grammar, layout: None, long_size: None, data: None, empty: None }
    }

    /// Looks for format and samples in the chunks from `start` on; the container ends at `end`, by what it says.
    ///
    /// # Errors
    /// If it is damaged, cut off or holds another codec.
    pub fn open(mut self, bytes: &mut Bytes, start: u64, end: Option<u64>) -> Result<Opened> {
        let (grammar, container) = (self.grammar, self.container);
        let walked = walk(bytes, start, grammar, |bytes, chunk| self.take(bytes, chunk, false))?;
        // What leads beyond the end of a file that was cut off is no reason to search.
        if walked != End::Found && self.empty.is_none() {
            let limit = end.unwrap_or(0);
            scan(bytes, start, (grammar, limit), &[b"fmt ", b"data"], |bytes, chunk| self.take(bytes, chunk, true))?;
        }
        let is_cut = end.map_or(walked != End::Lost, |end| end > bytes.len());
        let Some(layout) = self.layout else {
            return Err(if is_cut { cut(container) } else { damaged(container, "no format chunk") });
        };
        let Some(data) = self.data.or(self.empty) else {
            return Err(if is_cut { cut(container) } else { damaged(container, "no samples") });
        };
        let promised = match (self.long_size, data.size) {
            _ if self.empty == Some(data) => Some(0),
            (Some(size), Size::Streamed | Size::Known(0)) => size.known(),
            (_, Size::Known(0)) => None,
            (_, size) => size.known(),
        };
        let promised = promised.map(|promised| corrected(promised, data.start, bytes.len(), end));
        Ok(Opened::Found(Found { layout, start: data.start, promised }))
    }

    /// Takes what it needs of a chunk; `true` when that is all.
    fn take(&mut self, bytes: &mut Bytes, chunk: Chunk, is_search: bool) -> Result<bool> {
        match &chunk.id {
            b"ds64" if self.long_size.is_none() => {
                let content: [u8; 16] = bytes.array(chunk.start)?;
                let size = self.grammar.number(std::array::from_fn::<u8, 8, _>(|idx| content[8 + idx]));
                self.long_size = Some(Size::of_64_bits(size));
            }
            b"fmt " if self.layout.is_none() => match wave_format::read(bytes, chunk, self.grammar, self.container) {
                Ok(layout) => self.layout = Some(layout),
                // What only looks like a format.
                Err(_) if is_search => {}
                Err(error) => return Err(error),
            },
            b"data" if self.layout.is_none() && !is_search => {
                return Err(damaged(self.container, "no format chunk before the samples"));
            }
            b"data" if self.layout.is_some() => {
                let is_empty = chunk.size == Size::Known(0)
                    && self.long_size.is_none()
                    && (self.empty.is_some() || leads_to_the_end(bytes, chunk.start, self.grammar)?);
                if !is_empty {
                    self.data = Some(chunk);
                    return Ok(true);
                }
                self.empty = self.empty.or(Some(chunk));
            }
            _ => {}
        }
        Ok(false)
    }
}
