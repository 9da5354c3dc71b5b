//! Colours of the pictures: the editor's, number for number (`editor/theme.rs`).

use plotters::style::{Color, RGBAColor};

const fn rgb(hex: u32) -> RGBAColor {
    RGBAColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8, 1.0)
}

/// Upper end of a plot's ground.
pub const PLOT_TOP: RGBAColor = rgb(0x0E1217);
/// Lower end of a plot's ground.
pub const PLOT_BOTTOM: RGBAColor = rgb(0x090C10);
/// The whole picture.
pub const CANVAS: RGBAColor = rgb(0x101318);
/// Header, sections, status line.
pub const PANEL: RGBAColor = rgb(0x171B22);
/// Chips.
pub const RAISED: RGBAColor = rgb(0x20262F);
/// Outlines.
pub const HAIR: RGBAColor = rgb(0x323A46);
/// Dividers.
pub const SOFT: RGBAColor = rgb(0x262D37);
/// The line between surfaces.
pub const SEAM: RGBAColor = rgb(0x07090C);
/// Plot grid.
pub const GRID: RGBAColor = rgb(0x181D24);
/// Plot grid at decades and sections.
pub const GRID_DECADE: RGBAColor = rgb(0x222933);
/// First text colour.
pub const T1: RGBAColor = rgb(0xE9EDF2);
/// Second text colour.
pub const T2: RGBAColor = rgb(0xA9B3C0);
/// Third text colour.
pub const T3: RGBAColor = rgb(0x8792A1);
/// The measured reason.
pub const CARD_BODY: RGBAColor = rgb(0xCDD5DE);
/// The untouched mix.
pub const MIX: RGBAColor = rgb(0xC8E2F4);
/// The processed signal.
pub const MASTER: RGBAColor = rgb(0xEAC048);
/// What a move is proposed for.
pub const PROPOSAL: RGBAColor = rgb(0xB35EEF);
/// Done, checked; always with a tick.
pub const OK: RGBAColor = rgb(0x34F3A5);
/// What belongs to the mixer; filled with "!" where it is a fault.
pub const REDUCTION: RGBAColor = rgb(0xCB7347);

/// The opaque colour of `color` laid over `ground` with this opacity: strokes are made of pieces that overlap.
pub fn over(color: RGBAColor, opacity: f64, ground: RGBAColor) -> RGBAColor {
    let mix = |top: u8, bottom: u8| (f64::from(top) * opacity + f64::from(bottom) * (1.0 - opacity)).round() as u8;
    RGBAColor(mix(color.0, ground.0), mix(color.1, ground.1), mix(color.2, ground.2), 1.0)
}

/// The same colour with this opacity.
pub fn faint(color: RGBAColor, opacity: f64) -> RGBAColor {
    color.mix(opacity)
}
