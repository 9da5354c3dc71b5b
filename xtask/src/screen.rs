//! A screen without a monitor: an X server of our own, a window in it, pictures of it and a pointer.

mod picture;
mod server;
mod window;

pub use picture::Picture;
pub use server::Server;
pub use window::Window;
