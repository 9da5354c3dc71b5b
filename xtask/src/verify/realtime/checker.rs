//! The preloaded checker from the host's side: where the plugin's time begins and ends, and what was noted.

// What is preloaded is found by name, and what it hands over are addresses.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};
use std::fmt::Write;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use discern_host::Around;
use libloading::os::unix::Library;

const MAX_DEPTH: usize = 24;
const MAX_NOTES: usize = 512;
/// So many ways are shown: the first says what the others would.
const NUM_SHOWN: usize = 8;

/// As `xtask/realtime_check/src/notes.rs` has it.
#[derive(Clone, Copy)]
#[repr(C)]
struct Note {
    what: *const c_char,
    detail: usize,
    count: u64,
    frames: [*mut c_void; MAX_DEPTH],
    num_frames: usize,
}

/// What something is for people, one of the names by which it is noted if it is forbidden, and itself.
type Deed<'a> = (&'a str, &'a [&'a str], &'a dyn Fn());

/// What is preloaded.
pub struct Checker {
    enter: extern "C" fn(),
    leave: extern "C" fn(),
    num_entered: extern "C" fn() -> u64,
    take: unsafe extern "C" fn(*mut Note, usize) -> usize,
    stops_system_calls: bool,
    num_forbidden: Cell<u64>,
}

impl Checker {
    /// Finds it in this process.
    pub fn new() -> Result<Self> {
        let this = Library::this();
        // Functions of the checker, with the types that they have there; what is preloaded stays.
        unsafe {
            let missing = "the checker is not preloaded: `cargo xtask verify realtime` starts this with it";
            let prepare = *this.get::<extern "C" fn() -> bool>(b"discern_realtime_prepare\0").context(missing)?;
            Ok(Self {
                enter: *this.get(b"discern_realtime_enter\0")?,
                leave: *this.get(b"discern_realtime_leave\0")?,
                num_entered: *this.get(b"discern_realtime_num_entered\0")?,
                take: *this.get(b"discern_realtime_take\0")?,
                stops_system_calls: prepare(),
                num_forbidden: Cell::new(0),
            })
        }
    }

    /// For what a host calls the plugin with.
    pub fn around(&self) -> Around {
        [self.enter, self.leave]
    }

    /// Calls that were watched.
    pub fn num_entered(&self) -> u64 {
        (self.num_entered)()
    }

    /// Does what is forbidden and looks whether it was noted; whether all that is allowed was not.
    pub fn check_itself(&self) -> Result<()> {
        let lock = std::sync::RwLock::new(());
        let deeds: [Deed; 6] = [
            ("nothing", &[], &|| ()),
            ("a box", &["malloc", "free"], &|| drop(std::hint::black_box(Box::new(1)))),
            ("a yield", &["sched_yield"], &std::thread::yield_now),
            ("a sleep", &["nanosleep", "clock_nanosleep"], &|| std::thread::sleep(Duration::from_nanos(1))),
            ("a look at a file", &["read", "system call", "open"], &|| drop(std::fs::metadata("/"))),
            ("a lock that nobody holds", &[], &|| drop(lock.read())),
        ];
        for (name, expected, deed) in deeds {
            (self.enter)();
            deed();
            (self.leave)();
            let noted: Vec<String> = self.notes().iter().map(|note| name_of(note).0).collect();
            let is_right = if expected.is_empty() {
                noted.is_empty()
            } else {
                noted.iter().any(|noted| expected.contains(&noted.as_str()))
            };
            let is_known_gap = name == "a look at a file" && !self.stops_system_calls;
            ensure!(is_right || is_known_gap, "of {name} the checker noted {noted:?}");
        }
        if !self.stops_system_calls {
            println!("   this kernel does not stop at system calls: those past the C library are not seen");
        }
        Ok(())
    }

    /// Says what was noted since the last look, at once: whatever comes next may end the process.
    pub fn look(&self, during: &str) -> Result<()> {
        let mut notes = self.notes();
        notes.sort_by_key(|note| std::cmp::Reverse(note.count));
        let num_calls: u64 = notes.iter().map(|note| note.count).sum();
        self.num_forbidden.set(self.num_forbidden.get() + num_calls);
        if notes.is_empty() {
            return Ok(());
        }
        let mut text = format!("   {during}: {num_calls} forbidden calls by {} ways", notes.len());
        for note in notes.iter().take(NUM_SHOWN) {
            let (name, detail) = name_of(note);
            write!(text, "\n\n{} × {name} {detail}", note.count)?;
            for line in way(note) {
                write!(text, "\n    {line}")?;
            }
        }
        println!("{text}");
        Ok(())
    }

    /// Fails if anything was noted at any look.
    pub fn verdict(&self) -> Result<()> {
        let num_forbidden = self.num_forbidden.get();
        ensure!(num_forbidden == 0, "{num_forbidden} forbidden calls, listed above");
        Ok(())
    }

    fn notes(&self) -> Vec<Note> {
        let empty = Note {
            what: std::ptr::null(),
            detail: 0,
            count: 0,
            frames: [std::ptr::null_mut(); MAX_DEPTH],
            num_frames: 0,
        };
        let mut notes = vec![empty; MAX_NOTES];
        // As many as there is room for; nobody is in the plugin's time on this side of the thread's end.
        let num_notes = unsafe { (self.take)(notes.as_mut_ptr(), notes.len()) };
        notes.truncate(num_notes);
        notes
    }
}

fn name_of(note: &Note) -> (String, String) {
    // A name of the checker's own.
    let name = unsafe { CStr::from_ptr(note.what) }.to_string_lossy().into_owned();
    let detail = match name.as_str() {
        "system call" | "syscall" => format!("number {}", note.detail),
        _ if note.detail > 0 => format!("of {}", note.detail),
        _ => String::new(),
    };
    (name, detail)
}

/// The calls that led to it, the innermost first, without those of the checker.
fn way(note: &Note) -> Vec<String> {
    let mut places: Vec<(String, usize)> = Vec::new();
    for frame in &note.frames[..note.num_frames.min(MAX_DEPTH)] {
        // Which library an address is in; it is only asked for.
        let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
        if unsafe { libc::dladdr(*frame, &mut info) } == 0 || info.dli_fname.is_null() {
            places.push(("?".to_owned(), *frame as usize));
            continue;
        }
        let file = unsafe { CStr::from_ptr(info.dli_fname) }.to_string_lossy().into_owned();
        places.push((file, *frame as usize - info.dli_fbase as usize));
    }
    let names = names_of(&places);
    let is_checker = |place: &(String, usize)| place.0.contains("realtime_check");
    places
        .iter()
        .filter(|place| !is_checker(place))
        .map(|(file, offset)| {
            let file_name = file.rsplit('/').next().unwrap_or(file);
            let name = names.get(&(file.clone(), *offset)).map_or("", String::as_str);
            format!("{file_name}+{offset:#x} {name}")
        })
        .collect()
}

/// What binutils' addr2line says of places in libraries, if it is there.
fn names_of(places: &[(String, usize)]) -> BTreeMap<(String, usize), String> {
    let mut names = BTreeMap::new();
    for (file, offset) in places {
        // The call is before the place that it returns to.
        let address = format!("{:#x}", offset.saturating_sub(1));
        let Ok(said) = Command::new("addr2line").args(["-f", "-C", "-e", file, &address]).output() else {
            return names;
        };
        let text = String::from_utf8_lossy(&said.stdout);
        names.insert((file.clone(), *offset), text.lines().next().unwrap_or_default().to_owned());
    }
    names
}
