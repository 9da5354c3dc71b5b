//! What is handed out: the JSON of the command line, and settings as files.

mod delivery;
mod json;
mod presets;
mod settings_file;

pub use delivery::{Check, delivery};
pub use json::{Master, Source, json};
pub use presets::{Preset, find_preset, presets};
pub use settings_file::{read_settings, write_settings};
