//! The analysis thread of one instance: started with its first stream, joined with its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam::channel::{Sender, unbounded};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::bridge::AnalysisEnd;
use crate::dsp::heap::on_heap;
use crate::params::SharedParams;

use super::ears::Stream;
use super::worker::Worker;

/// The thread of one instance; joined on drop.
pub struct AnalysisThread {
    streams: Sender<Stream>,
    is_stopped: Arc<AtomicBool>,
    waiting: Option<Box<Worker>>,
    handle: Option<JoinHandle<()>>,
}

impl AnalysisThread {
    /// Prepares the thread; it starts with the first stream, so that a scan of plugins starts none.
    /// `accept_needed` asks the main thread to accept the open Needed moves.
    pub fn new(end: AnalysisEnd, params: SharedParams, accept_needed: impl Fn() + Send + 'static) -> Self {
        let (streams, receiver) = unbounded();
        let waiting = Some(on_heap(|| Worker::new(end, params, receiver, Box::new(accept_needed))));
        Self { streams, is_stopped: Arc::new(AtomicBool::new(false)), waiting, handle: None }
    }

    /// Hears a new stream from now on.
    pub fn hear(&mut self, stream: Stream) {
        if let Some(worker) = self.waiting.take() {
            let is_stopped = Arc::clone(&self.is_stopped);
            let work = move || {
                // Best effort: without the right to do so the thread runs at normal priority.
                set_current_thread_priority(ThreadPriority::Min).ok();
                worker.run(&is_stopped);
            };
            // A machine that has no thread left plays on without an assistant.
            self.handle = thread::Builder::new().name("discern-analysis".to_owned()).spawn(work).ok();
        }
        self.streams.send(stream).ok();
    }
}

impl Drop for AnalysisThread {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Relaxed);
        if let Some(handle) = self.handle.take() {
            handle.join().ok();
        }
    }
}
