//! Inter: how wide a text is, and which pixels it covers.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};

/// Weights of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    Regular,
    /// 500.
    Medium,
    /// 600.
    SemiBold,
}

/// Size and weight of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// Pixels of the picture per em.
    pub size: f64,
    /// Weight.
    pub weight: Weight,
}

/// Weight 400.
pub const fn regular(size: f64) -> Face {
    Face { size, weight: Weight::Regular }
}

/// Weight 500.
pub const fn medium(size: f64) -> Face {
    Face { size, weight: Weight::Medium }
}

/// Weight 600.
pub const fn semibold(size: f64) -> Face {
    Face { size, weight: Weight::SemiBold }
}

impl Face {
    /// Width of one line.
    pub fn width(self, text: &str) -> f64 {
        let (font, scale) = self.scaled(1.0);
        let font = font.as_scaled(scale);
        drawn(text).map(|letter| f64::from(font.h_advance(font.glyph_id(letter)))).sum()
    }

    /// Calls `cover` with every pixel that one line touches, and how much of it is covered, 0–1. The line begins at
    /// `at` on its baseline; `zoom` pixels make one pixel of the picture.
    pub fn cover(self, text: &str, at: (f64, f64), zoom: f64, mut cover: impl FnMut(i32, i32, f64)) {
        let (font, scale) = self.scaled(zoom);
        let scaled = font.as_scaled(scale);
        let (mut x, y) = ((at.0 * zoom) as f32, (at.1 * zoom) as f32);
        for letter in drawn(text) {
            let glyph: Glyph = font.glyph_id(letter).with_scale_and_position(scale, point(x, y));
            x += scaled.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|column, row, share| {
                cover(corner.x as i32 + column as i32, corner.y as i32 + row as i32, f64::from(share).min(1.0));
            });
        }
    }

    fn scaled(self, zoom: f64) -> (&'static FontRef<'static>, PxScale) {
        let font = &INTER[self.weight as usize];
        // A scale is the height from ascender to descender, a size that of the em.
        let height_per_em = font.height_unscaled() / font.units_per_em().unwrap_or(1000.0);
        (font, PxScale::from((self.size * zoom) as f32 * height_per_em))
    }
}

/// Line ends and other controls in a file's name have no shape. The subset has no prime for the section A′.
fn drawn(text: &str) -> impl Iterator<Item = char> + '_ {
    let shown = |letter| if letter == '\u{2032}' { '\u{2019}' } else { letter };
    text.chars().filter(|letter| !letter.is_control()).map(shown)
}

/// Subsets with tabular figures, made by `xtask/fonts/bake_font.py`, in the order of [`Weight`].
static INTER: LazyLock<[FontRef<'static>; 3]> = LazyLock::new(|| {
    let files: [&'static [u8]; 3] = [
        include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
        include_bytes!("../../../assets/fonts/Inter-Medium.otf"),
        include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
    ];
    files.map(|bytes| FontRef::try_from_slice(bytes).expect("a font of ours"))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_tabular_and_everything_we_write_has_a_shape() {
        let face = regular(15.0);
        assert!((face.width("1111") - face.width("8888")).abs() < 1e-3);
        for letter in drawn("AZaz09+\u{2212}\u{2013}\u{2019}\u{2032}\u{2026}!%,.:()") {
            assert!(INTER.iter().all(|font| font.glyph_id(letter).0 != 0), "{letter}");
        }
    }

    #[test]
    fn a_text_lies_on_its_baseline_and_within_its_width() {
        let face = semibold(20.0);
        let (mut left, mut right, mut lowest) = (i32::MAX, 0, 0);
        face.cover("Hill", (10.0, 50.0), 1.0, |x, y, share| {
            if share > 0.1 {
                (left, right, lowest) = (left.min(x), right.max(x), lowest.max(y));
            }
        });
        assert!(left >= 10 && f64::from(right) <= 10.0 + face.width("Hill") && lowest == 49, "{left} {right} {lowest}");
    }
}
