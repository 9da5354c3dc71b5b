//! Colours, type and the font of the editor.

use std::sync::{Arc, LazyLock};

use egui::{Color32, Context, FontData, FontDefinitions, FontFamily, FontId};

/// A colour as the design writes it.
pub const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Grounds of meters and text entry.
pub const WELL: Color32 = rgb(0x0B0E12);
/// Upper end of a plot's ground.
pub const PLOT_TOP: Color32 = rgb(0x0E1217);
/// Lower end of a plot's ground.
pub const PLOT_BOTTOM: Color32 = rgb(0x090C10);
/// Window, proposals, segmented grounds.
pub const CANVAS: Color32 = rgb(0x101318);
/// Meters column.
pub const METER_BED: Color32 = rgb(0x13171D);
/// Chain tile at rest.
pub const TILE: Color32 = rgb(0x141820);
/// Proposal row.
pub const ROW: Color32 = rgb(0x161A21);
/// Top bar, stage, compare bar.
pub const PANEL: Color32 = rgb(0x171B22);
/// Open card, buttons, popovers.
pub const RAISED: Color32 = rgb(0x20262F);
/// Pressed or selected segment, tooltip.
pub const LIFT: Color32 = rgb(0x2A323D);
/// Outlines.
pub const HAIR: Color32 = rgb(0x323A46);
/// Dividers.
pub const SOFT: Color32 = rgb(0x262D37);
/// The 1-px line between surfaces.
pub const SEAM: Color32 = rgb(0x07090C);
/// Plot grid.
pub const GRID: Color32 = rgb(0x181D24);
/// Plot grid at decades.
pub const GRID_DECADE: Color32 = rgb(0x222933);
/// Zero line of a plot.
pub const AXIS_ZERO: Color32 = rgb(0x3D4754);
/// First text colour.
pub const T1: Color32 = rgb(0xE9EDF2);
/// Second text colour.
pub const T2: Color32 = rgb(0xA9B3C0);
/// Third text colour; never on [`LIFT`].
pub const T3: Color32 = rgb(0x8792A1);
/// The measured reason on a card.
pub const CARD_BODY: Color32 = rgb(0xCDD5DE);
/// The untouched mix, everywhere.
pub const MIX: Color32 = rgb(0xC8E2F4);
/// The processed signal, everywhere.
pub const MASTER: Color32 = rgb(0xEAC048);
/// Proposal strokes and fills.
pub const PROPOSAL: Color32 = rgb(0xB35EEF);
/// Proposal text and glyphs.
pub const PROPOSAL_TEXT: Color32 = rgb(0xC98BF5);
/// Text on a proposal fill.
pub const ON_PROPOSAL: Color32 = rgb(0x12071B);
/// Ground of a proposed node.
pub const PROPOSAL_WELL: Color32 = rgb(0x17101E);
/// Done, checked, matched; always with a tick.
pub const OK: Color32 = rgb(0x34F3A5);
/// Gain reduction; fault when filled, with "!" and words.
pub const REDUCTION: Color32 = rgb(0xCB7347);
/// Gain reduction as text.
pub const REDUCTION_TEXT: Color32 = rgb(0xE39A72);

/// Weights that the editor carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// 400.
    Regular,
    /// 500.
    Medium,
    /// 600.
    SemiBold,
}

/// Size in points, weight and letter spacing of a text.
#[derive(Clone, Copy, PartialEq)]
pub struct Face {
    /// Points.
    pub size: f32,
    /// Weight.
    pub weight: Weight,
    /// Extra space between letters, points.
    pub spacing: f32,
}

/// Weight 400.
pub const fn regular(size: f32) -> Face {
    Face { size, weight: Weight::Regular, spacing: 0.0 }
}

/// Weight 500.
pub const fn medium(size: f32) -> Face {
    Face { size, weight: Weight::Medium, spacing: 0.0 }
}

/// Weight 600.
pub const fn semibold(size: f32) -> Face {
    Face { size, weight: Weight::SemiBold, spacing: 0.0 }
}

impl Face {
    /// With extra letter spacing in points.
    pub const fn spaced(self, spacing: f32) -> Self {
        Self { spacing, ..self }
    }

    /// As egui names it.
    pub fn font_id(self) -> FontId {
        static MEDIUM: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("Inter Medium".into()));
        static SEMI_BOLD: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("Inter SemiBold".into()));
        let family = match self.weight {
            Weight::Regular => FontFamily::Proportional,
            Weight::Medium => MEDIUM.clone(),
            Weight::SemiBold => SEMI_BOLD.clone(),
        };
        FontId::new(self.size, family)
    }
}

/// Puts font and style into a fresh context.
pub fn install(context: &Context) {
    context.set_fonts(fonts());
    context.all_styles_mut(|style| {
        style.visuals = egui::Visuals::dark();
        style.visuals.panel_fill = CANVAS;
        style.visuals.window_fill = RAISED;
        style.visuals.window_stroke = egui::Stroke::new(1.0, HAIR);
        style.visuals.window_shadow = egui::Shadow::NONE;
        style.visuals.popup_shadow = egui::Shadow::NONE;
        style.visuals.menu_corner_radius = 8.into();
        style.visuals.override_text_color = Some(T1);
        style.visuals.selection.bg_fill = PROPOSAL.gamma_multiply(0.5);
        style.visuals.selection.stroke = egui::Stroke::new(1.0, T1);
        style.visuals.text_cursor.stroke = egui::Stroke::new(1.25, T1);
        style.animation_time = 0.08;
        style.interaction.selectable_labels = false;
        for font in style.text_styles.values_mut() {
            *font = regular(13.0).font_id();
        }
    });
}

/// Inter in three weights, prepared by `xtask/fonts/bake_font.py`.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let files: [(&str, FontFamily, &'static [u8]); 3] = [
        ("Inter", FontFamily::Proportional, include_bytes!("../../assets/fonts/Inter-Regular.otf")),
        (
            "Inter Medium",
            FontFamily::Name("Inter Medium".into()),
            include_bytes!("../../assets/fonts/Inter-Medium.otf"),
        ),
        (
            "Inter SemiBold",
            FontFamily::Name("Inter SemiBold".into()),
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
    ];
    for (name, family, bytes) in files {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        fonts.families.insert(family, vec![name.to_owned()]);
    }
    fonts.families.insert(FontFamily::Monospace, vec!["Inter".to_owned()]);
    fonts
}
