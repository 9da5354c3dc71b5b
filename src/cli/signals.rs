//! Ctrl-C and its kin: unfinished files go before the program does.

/// Has unfinished files removed when the program is told to end: it then ends as that signal ends a program, which shells count
/// as 130 for Ctrl-C, 143 for `kill`, 129 for a terminal that closes. A limit on the size of files becomes an error of writing.
#[cfg(unix)]
pub fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use crate::audio_file::remove_unfinished;

    let mut wanted = vec![SIGINT, SIGTERM];
    // `nohup` means it.
    if !is_ignored(SIGHUP) {
        wanted.push(SIGHUP);
    }
    let _ = signal_hook::flag::register(SIGXFSZ, std::sync::Arc::default());
    let Ok(mut signals) = Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            remove_unfinished();
            let _ = emulate_default_handler(signal);
            std::process::exit(128 + signal);
        }
    });
}

/// Nothing to be done elsewhere: an ended program's files stay, and the next run on the same name clears them away.
#[cfg(not(unix))]
pub fn listen() {}

/// Whether whoever started the program wants a signal ignored. Only Linux says.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
