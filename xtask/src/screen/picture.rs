//! Pictures of a screen.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// An editor shows text, meters and curves: more colours than this.
const MIN_COLOURS: usize = 24;

/// 8-bit RGB, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Picture {
    /// From what an X server with 24-bit depth delivers: blue, green, red, unused.
    pub fn from_bgrx(width: u32, height: u32, bytes: &[u8]) -> Result<Self> {
        ensure!(bytes.len() == (width * height * 4) as usize, "the picture is not of depth 24");
        let rgb = bytes.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Ok(Self { width, height, rgb })
    }

    /// Whether something like an editor is to be seen: an undrawn window has one colour.
    pub fn is_drawn(&self) -> bool {
        self.rgb.chunks_exact(3).collect::<HashSet<_>>().len() >= MIN_COLOURS
    }

    /// Share of the pixels that differ visibly from another picture's; 1 where the sizes differ.
    pub fn difference(&self, other: &Self) -> f64 {
        const VISIBLE: u8 = 16;
        if (self.width, self.height) != (other.width, other.height) {
            return 1.0;
        }
        let differs = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > VISIBLE);
        let pairs = self.rgb.chunks_exact(3).zip(other.rgb.chunks_exact(3));
        pairs.filter(differs).count() as f64 / f64::from(self.width * self.height)
    }

    /// Whether something other than the window's black is drawn near all four corners.
    pub fn is_filled(&self) -> bool {
        let near = |length: u32| [2, length - 3];
        let corners = near(self.width).into_iter().flat_map(|x| near(self.height).map(|y| (x, y)));
        corners.into_iter().all(|(x, y)| {
            let start = ((y * self.width + x) * 3) as usize;
            self.rgb[start..start + 3] != [0, 0, 0]
        })
    }

    /// Writes a PNG.
    pub fn save(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.write_header()?.write_image_data(&self.rgb)?;
        Ok(())
    }
}
