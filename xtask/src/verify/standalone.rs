//! The plugin as an application: built where the headers are there, opened on no sound card, looked at.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::screen::picture_of_screen;
use crate::workspace::{has_program, out, run, target};

/// What Debian calls the headers, by pkg-config's names.
const HEADERS: [(&str, &str); 2] = [("alsa", "libasound2-dev"), ("jack", "libjack-jackd2-dev")];
const BINARY: &str = "discern-standalone";
const SIZE: (u16, u16) = (1180, 740);
const DRAW_TIMEOUT: Duration = Duration::from_secs(30);

/// Builds it, or says what is missing: nothing else needs these headers, so they are never installed for it.
pub fn build() -> Result<()> {
    let missing = missing();
    if !missing.is_empty() {
        println!("   not built; apt-get install {}", missing.join(" "));
        return Ok(());
    }
    run("cargo", &["build", "--quiet", "--features", "standalone", "--bin", BINARY])?;
    super::on_screen("standalone")
}

fn missing() -> Vec<&'static str> {
    if !has_program("pkg-config", &["--version"]) {
        return std::iter::once("pkg-config").chain(HEADERS.map(|(_, package)| package)).collect();
    }
    let is_missing = |(name, _): &(&str, &str)| !has_program("pkg-config", &["--exists", name]);
    HEADERS.into_iter().filter(|header| is_missing(header)).map(|(_, package)| package).collect()
}

/// Starts it without a sound card and waits for its window.
pub fn look(display: &str) -> Result<()> {
    let mut process = Command::new(target().join("debug").join(BINARY))
        .args(["--backend", "dummy"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let start = Instant::now();
    let result = loop {
        std::thread::sleep(Duration::from_millis(200));
        let picture = picture_of_screen(display, SIZE)?;
        if picture.is_drawn() {
            break Ok(picture);
        }
        if process.try_wait()?.is_some() || start.elapsed() > DRAW_TIMEOUT {
            break Err(anyhow::anyhow!("{BINARY} shows nothing"));
        }
    };
    process.kill().ok();
    process.wait().ok();
    result?.save(&out("verify")?.join("standalone.png"))
}
