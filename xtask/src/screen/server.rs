//! Xvfb with OpenGL in software, started on a free display and stopped when dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running X server.
pub struct Server {
    process: Child,
    display: String,
}

impl Server {
    /// Starts Xvfb; it chooses the display number itself.
    pub fn start() -> Result<Self> {
        // Without -noreset the server starts afresh whenever its last window closes, and is deaf meanwhile: an editor that
        // is opened again right away would now and then find no display.
        let mut process = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "2400x1600x24",
                "+extension",
                "GLX",
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb cannot be started; install it (Debian: xvfb, libgl1-mesa-dri)")?;
        let pipe = process.stdout.take().context("no pipe from Xvfb")?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(BufReader::new(pipe).lines().next()));
        let number = match receiver.recv_timeout(START_TIMEOUT) {
            Ok(Some(Ok(line))) => line.trim().to_owned(),
            _ => {
                process.kill().ok();
                process.wait().ok();
                bail!("Xvfb did not come up within {} s", START_TIMEOUT.as_secs());
            }
        };
        Ok(Self { process, display: format!(":{number}") })
    }

    /// The display, such as `:3`.
    pub fn display(&self) -> &str {
        &self.display
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
