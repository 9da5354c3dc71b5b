//! One integration binary.
mod limiter;
