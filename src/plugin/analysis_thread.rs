//! The analysis thread of one instance: started with its first stream, told to stop with its end.

use std::sync::Arc;
use std::thread::{self, Thread};

use crossbeam::channel::{Sender, unbounded};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::bridge::AnalysisEnd;
use crate::dsp::cancel::Cancel;
use crate::dsp::heap::on_heap;
use crate::params::SharedParams;

use super::ears::Stream;
use super::resident;
use super::sabotage::Sabotage;
use super::worker::Worker;

/// The thread of one instance. Dropped, it is told to stop and never waited for: it owns all that it needs, and so does whatever
/// it began.
pub struct AnalysisThread {
    streams: Sender<Stream>,
    cancel: Cancel,
    waiting: Option<Box<Worker>>,
    thread: Option<Thread>,
}

impl AnalysisThread {
    /// Prepares the thread; it starts with the first stream, so that a scan of plugins starts none.
    /// `accept_needed` asks the main thread to accept the open Needed moves.
    pub fn new(end: AnalysisEnd, params: SharedParams, accept_needed: impl Fn() + Send + 'static) -> Self {
        Self::sabotaged(end, params, accept_needed, Sabotage::default())
    }

    fn sabotaged(
        end: AnalysisEnd,
        params: SharedParams,
        accept_needed: impl Fn() + Send + 'static,
        sabotage: Sabotage,
    ) -> Self {
        let (streams, receiver) = unbounded();
        let cancel = Cancel::default();
        let switches = (cancel.clone(), sabotage);
        let worker = on_heap(|| Worker::new(end, Arc::clone(&params), receiver, Box::new(accept_needed), switches));
        Self { streams, cancel, waiting: Some(worker), thread: None }
    }

    /// Hears a new stream from now on.
    pub fn hear(&mut self, stream: Stream) {
        if let Some(worker) = self.waiting.take() {
            resident::stay();
            let work = move || {
                // Best effort: without the right to do so the thread runs at normal priority.
                set_current_thread_priority(ThreadPriority::Min).ok();
                worker.run();
            };
            // A machine that has no thread left plays on without an assistant.
            let handle = thread::Builder::new().name("discern-analysis".to_owned()).spawn(work).ok();
            self.thread = handle.map(|handle| handle.thread().clone());
        }
        self.streams.send(stream).ok();
    }
}

impl Drop for AnalysisThread {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

#[cfg(test)]
mod tests;
