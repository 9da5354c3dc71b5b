//! A screen without a monitor: an X server of our own, a window in it and pictures of it.

mod damage;
mod input;
mod picture;
mod server;
mod window;

pub use damage::Damage;
pub use input::{ENTER, ESCAPE, Input, SPACE, TAB};
pub use picture::Picture;
pub use server::Server;
pub use window::{Window, picture_of_screen};
