//! Can all of it be read, and told apart by eyes that see fewer colours?

use discern::editor::theme;
use egui::Color32;

/// WCAG 2.2, section 1.4.3: text of any size here.
const LEAST_CONTRAST: f64 = 4.5;
/// CIE 1976 difference that is plainly seen side by side; 2.3 is just noticed (Mahy 1994).
const LEAST_DIFFERENCE: f64 = 12.0;

/// What a deficiency makes of linear RGB: rows for red, green and blue.
type Vision = (&'static str, [[f64; 3]; 3]);

/// Machado, Oliveira and Fernandes, IEEE TVCG 2009, severity 1.0.
const VISIONS: [Vision; 4] = [
    ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protan", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    ("deutan", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    ("tritan", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

/// The colours that mean something.
const SEMANTIC: [(&str, Color32); 5] = [
    ("mix", theme::MIX),
    ("master", theme::MASTER),
    ("proposal", theme::PROPOSAL),
    ("ok", theme::OK),
    ("reduction", theme::REDUCTION),
];

/// sRGB to linear light, 0–1 (IEC 61966-2-1).
fn linear(colour: Color32) -> [f64; 3] {
    [colour.r(), colour.g(), colour.b()].map(|byte| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(text: Color32, ground: Color32) -> f64 {
    let (a, b) = (luminance(linear(text)), luminance(linear(ground)));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// CIE L*a*b* of linear RGB, white point D65.
fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
    let xyz = [
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        luminance([red, green, blue]),
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    ];
    let [x, y, z] = xyz.map(|t| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn seen(colour: Color32, (_, rows): &Vision) -> [f64; 3] {
    let light = linear(colour);
    rows.map(|row| row.iter().zip(light).map(|(factor, value)| factor * value).sum::<f64>().clamp(0.0, 1.0))
}

#[test]
fn text_is_readable_on_every_ground_that_it_is_written_on() {
    use theme::*;
    let grounds = [WELL, PLOT_TOP, PLOT_BOTTOM, CANVAS, METER_BED, TILE, ROW, PANEL, RAISED];
    let texts = [T1, T2, T3, CARD_BODY, MIX, MASTER, PROPOSAL_TEXT, OK, REDUCTION_TEXT];
    let everywhere = texts.into_iter().flat_map(|text| grounds.into_iter().map(move |ground| (text, ground)));
    let lifted = [T1, T2, CARD_BODY, MIX, MASTER, OK].into_iter().map(|text| (text, LIFT));
    let filled = [MIX, MASTER, OK, T1, REDUCTION].into_iter().map(|ground| (CANVAS, ground));
    for (text, ground) in everywhere.chain(lifted).chain(filled).chain([(ON_PROPOSAL, PROPOSAL)]) {
        let contrast = contrast(text, ground);
        assert!(contrast >= LEAST_CONTRAST, "{text:?} on {ground:?}: {contrast:.2}");
    }
}

#[test]
fn colours_that_mean_something_are_told_apart_by_all_eyes() {
    for vision in &VISIONS {
        for (at, (name, colour)) in SEMANTIC.iter().enumerate() {
            for (other_name, other) in &SEMANTIC[at + 1..] {
                let (a, b) = (lab(seen(*colour, vision)), lab(seen(*other, vision)));
                let difference = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(difference >= LEAST_DIFFERENCE, "{}: {name} and {other_name} {difference:.1}", vision.0);
            }
        }
    }
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 1e-9);
    // The design's table gives 14.7 for the first text colour on panel, 5.5 for the third.
    assert!((contrast(theme::T1, theme::PANEL) - 14.7).abs() < 0.1);
    assert!((contrast(theme::T3, theme::PANEL) - 5.5).abs() < 0.1);
}
