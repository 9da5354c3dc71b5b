//! Pages of eight controls for hardware, by stage (CLAP remote controls).

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};

use crate::chain::Stage;
use crate::chain::settings::{NUM_BANDS, NUM_SPLITS};
use crate::params::{DiscernParams, HostParam};

/// What a master is set by most, on the first page.
const OVERVIEW: [&str; 8] = [
    "input.gain_db",
    "glue.threshold_dbfs",
    "colour.drive_db",
    "stereo.band_4.width_percent",
    "clipper.gain_db",
    "limiter.gain_db",
    "limiter.ceiling_dbtp",
    "chain.amount_percent",
];
const EQUALIZER_BAND: [&str; 8] =
    ["enabled", "shape", "frequency_hz", "gain_db", "q", "slope_db_per_octave", "channel", "dynamic"];
const EQUALIZER_DYNAMICS: [&str; 4] = ["threshold_db", "range_db", "attack_ms", "release_ms"];
const MULTIBAND_BAND: [&str; 8] =
    ["enabled", "threshold_dbfs", "ratio", "knee_db", "attack_ms", "release_ms", "range_db", "makeup_db"];

/// Defines every page.
pub fn define(params: &DiscernParams, context: &mut impl RemoteControlsContext) {
    context.add_section("Discern", |section| {
        section.add_page("Overview", |page| add_all(page, params, OVERVIEW.map(str::to_owned)));
    });
    context.add_section(Stage::Equalizer.name(), |section| {
        let ids = ["enabled", "amount_percent", "makeup_db", "auto_makeup"].map(|name| format!("equalizer.{name}"));
        section.add_page("EQ", |page| add_all(page, params, ids));
        for band in 1..=NUM_BANDS {
            let ids = EQUALIZER_BAND.map(|name| format!("equalizer.band_{band}.{name}"));
            section.add_page(format!("Band {band}"), |page| add_all(page, params, ids));
            let ids = EQUALIZER_DYNAMICS.map(|name| format!("equalizer.band_{band}.{name}"));
            section.add_page(format!("Band {band} dynamic"), |page| add_all(page, params, ids));
        }
    });
    context.add_section(Stage::Multiband.name(), |section| {
        let ids = ["enabled", "amount_percent", "crossover_1_hz", "crossover_2_hz", "crossover_3_hz", "link_percent"];
        section.add_page("Multiband", |page| add_all(page, params, ids.map(|name| format!("multiband.{name}"))));
        for band in 1..=NUM_SPLITS {
            let ids = MULTIBAND_BAND.map(|name| format!("multiband.band_{band}.{name}"));
            section.add_page(format!("Band {band}"), |page| add_all(page, params, ids));
        }
    });
    for stage in Stage::ALL {
        if !matches!(stage, Stage::Equalizer | Stage::Multiband) {
            context.add_section(stage.name(), |section| {
                let prefix = format!("{}.", stage.key());
                let ids = crate::chain::settings::table().iter().map(|setting| setting.id.clone());
                let ids: Vec<String> = ids.filter(|id| id.starts_with(&prefix)).collect();
                section.add_page(stage.name(), |page| add_all(page, params, ids));
            });
        }
    }
}

fn add_all(page: &mut impl RemoteControlsPage, params: &DiscernParams, ids: impl IntoIterator<Item = String>) {
    for (_, param) in ids.into_iter().filter_map(|id| params.param(&id)) {
        match param {
            HostParam::Number(param) => page.add_param(param),
            HostParam::Toggle(param) => page.add_param(param),
            HostParam::Choice(param) => page.add_param(param),
        }
    }
}
