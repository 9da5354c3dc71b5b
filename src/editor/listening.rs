//! What is listened to besides MIX and MASTER: one band, one channel.

use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::chain::Settings;
use crate::chain::monitor::{BandSolo, Channels, MonitorState};

use super::icons::Icon;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, LIFT, T1, T3, medium, regular};
use super::widgets::{Button, Kind, describe, focus_ring, push};

/// Choices of channels: sign, name, what is heard.
const CHANNELS: [(Channels, &str, &str, &str); 5] = [
    (Channels::Stereo, "St", "stereo", "both channels as they are"),
    (Channels::Mono, "M", "mono", "left and right together, (L + R) / 2, on both sides"),
    (Channels::Left, "L", "left", "the left channel on both sides"),
    (Channels::Right, "R", "right", "the right channel on both sides"),
    (Channels::Side, "S", "side", "what differs between left and right, (L \u{2212} R) / 2, on both sides"),
];

/// Name of a band for people.
fn band_name(band: BandSolo) -> String {
    match band {
        BandSolo::Equalizer(idx) => format!("EQ band {}", idx + 1),
        BandSolo::Multiband(idx) => format!("multiband band {}", idx + 1),
    }
}

/// What of the sound is heard, where it is not all of it: "EQ band 3, mono".
pub fn part_heard(state: &MonitorState) -> Option<String> {
    let channels = (state.channels != Channels::Stereo)
        .then(|| CHANNELS.iter().find(|(channels, ..)| *channels == state.channels))
        .flatten()
        .map(|(_, _, name, _)| (*name).to_owned());
    match (state.band.map(band_name), channels) {
        (Some(band), Some(channels)) => Some(format!("{band}, {channels}")),
        (band, channels) => band.or(channels),
    }
}

/// The band that is listened to, as it was in the last frame.
#[derive(Clone, Copy, PartialEq)]
struct Soloed {
    band: BandSolo,
    is_on: bool,
    is_fresh: bool,
    num_loads: u32,
}

/// Ends listening to a band with the band: it was deleted, switched off, or is another one since a state was loaded.
/// Whoever did it: a hand, a step taken back, the host.
#[derive(Default)]
pub struct SoloWatch(Option<Soloed>);

impl SoloWatch {
    /// Looks at the band once a frame; a hand that is at work on it is waited for.
    pub fn follow(&mut self, session: &Session, scene: &Scene, is_held: bool) {
        let num_loads = session.params.num_loads();
        let Some(band) = scene.monitor.band else {
            self.0 = None;
            return;
        };
        if is_held {
            return;
        }
        let (is_on, is_fresh) = state_of(band, &scene.settings);
        let now = Soloed { band, is_on, is_fresh, num_loads };
        let was = self.0.replace(now).filter(|was| was.band == band).unwrap_or(now);
        if (was.is_on && !is_on) || (!was.is_fresh && is_fresh) || was.num_loads != num_loads {
            self.0 = None;
            session.end.set_monitor_state(MonitorState { band: None, ..session.end.monitor_state() });
        }
    }
}

/// Whether a band is switched on, and whether it is as in a fresh instance, which is what deleting makes of it.
fn state_of(band: BandSolo, settings: &Settings) -> (bool, bool) {
    let fresh = Settings::default();
    match band {
        BandSolo::Equalizer(idx) => {
            let band = settings.equalizer.bands.get(idx);
            let is_on = band.is_some_and(|band| band.enabled && settings.equalizer.enabled);
            (is_on, band == fresh.equalizer.bands.get(idx))
        }
        BandSolo::Multiband(idx) => {
            let band = settings.multiband.bands.get(idx);
            let is_on = band.is_some_and(|band| band.enabled && settings.multiband.enabled);
            (is_on, band == fresh.multiband.bands.get(idx))
        }
    }
}

/// A button that listens to one band of whatever is heard, or ends it.
pub fn band_button(ui: &mut Ui, rect: Rect, session: &Session, scene: &Scene, band: BandSolo) {
    let is_on = scene.monitor.band == Some(band);
    let name = format!("Listen to {}", band_name(band));
    let help = match band {
        BandSolo::Equalizer(_) => {
            format!("{name}: only what this band works on, at its frequency, width and channels.")
        }
        BandSolo::Multiband(_) => format!("{name}: only what lies between its crossovers."),
    };
    let button = Button::new("", Kind::Line).icon(Icon::Phones).named(&name, &help).on(is_on);
    if push(ui, rect, button).clicked() {
        let band = (!is_on).then_some(band);
        session.end.set_monitor_state(MonitorState { band, ..scene.monitor });
    }
}

/// One segment per choice of channels.
pub fn channel_segments(ui: &mut Ui, area: Rect, session: &Session, scene: &Scene) {
    let pen = Pen::of(ui);
    pen.fill(area, 5.0, CANVAS);
    let width = area.width() / CHANNELS.len() as f32;
    for (idx, (channels, sign, name, heard)) in CHANNELS.into_iter().enumerate() {
        let cell = Rect::from_min_size(pos2(area.left() + idx as f32 * width, area.top()), vec2(width, area.height()));
        let is_selected = scene.monitor.channels == channels;
        let spoken = format!("Listen in {name}");
        let response = ui.interact(cell, ui.scope_id().with(("channels", sign)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_selected, &spoken));
        describe(ui, &response, || format!("{spoken}: {heard}."));
        if response.clicked() {
            session.end.set_monitor_state(MonitorState { channels, ..scene.monitor });
        }
        if is_selected {
            pen.fill(cell.shrink(2.0), 4.0, LIFT);
        }
        let face = if is_selected { medium(12.0) } else { regular(12.0) };
        let color = if is_selected || response.hovered() { T1 } else { T3 };
        pen.center(cell.center().x, cell.center().y + 4.2, sign, face, color);
        focus_ring(&pen, &response, 4.0);
    }
}
