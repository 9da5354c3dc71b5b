//! The editor: draws what the bridge shows, sets host parameters, sends requests.

mod brief;
mod chain_strip;
mod compare_bar;
mod cover;
mod drawer;
mod equalizer;
mod hear;
mod icons;
mod layout;
mod levels;
mod limiter;
mod listening;
mod match_button;
mod meters;
mod panels;
mod pen;
mod proposals;
mod ring;
mod scene;
mod screen;
mod seal;
mod session;
mod small_stages;
mod song_map;
mod stage;
pub mod theme;
mod top_bar;
mod verdict_bar;
mod widgets;
mod window;
mod words;

pub use layout::{DEFAULT_SIZE, MIN_SIZE};
pub use screen::Screen;
pub use session::Session;
pub use window::{DiscernEditor, OpenEditor, create};
