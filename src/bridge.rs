//! Every value that crosses a thread, and nothing else.
