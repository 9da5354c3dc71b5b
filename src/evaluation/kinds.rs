//! By which measure the recovery of each kind of fault is told.

/// Local faults: group (c) of the recovery.
pub const LOCAL: [&str; 5] = ["boom", "mud", "resonance", "sibilance", "harsh"];
/// Others that can be mended here: group (d).
pub const MENDABLE: [&str; 5] = ["imbalance", "dc_offset", "phase_inverted", "wide_bass", "sub_rumble"];

/// How the size of a fault is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruler {
    /// By the long-term spectrum.
    Spectrum,
    /// By what the finding measures.
    Value {
        /// Nothing can be too little.
        is_less_always_fine: bool,
    },
}

/// The ruler of a kind.
pub fn ruler(kind: &str) -> Ruler {
    match kind {
        "boom" | "mud" | "boxy" | "harsh" | "dull" | "bright" | "thin" => Ruler::Spectrum,
        // There can be no less of these than none, but in decibels there can.
        "dc_offset" | "sub_rumble" | "hum" | "noise" | "clicks" | "dropout" => {
            Ruler::Value { is_less_always_fine: true }
        }
        _ => Ruler::Value { is_less_always_fine: false },
    }
}
