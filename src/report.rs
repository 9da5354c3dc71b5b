//! What is handed out: the JSON of the command line, pictures, and settings as files.

mod delivery;
mod json;
mod picture;
mod presets;
mod settings_file;
pub mod words;

pub use delivery::{Check, delivery};
pub use json::{Master, ReferenceFile, Source, json};
pub use picture::picture;
pub use presets::{Preset, find_preset, presets};
pub use settings_file::{read_settings, write_settings};
