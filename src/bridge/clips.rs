//! Recordings on their way to the audio thread, and back to be freed.

use std::sync::Arc;

use crate::chain::monitor::Clip;

/// What a recording is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipKind {
    /// Another record, heard beside mix and master.
    Reference,
    /// A part of the song that was kept, heard while the transport stands.
    Excerpt,
}

/// So many may wait; one that finds no room is sent again by whoever wants it heard.
const NUM_WAITING: usize = 8;

/// The sender's end for one kind.
pub struct ClipSender {
    clips: rtrb::Producer<Option<Arc<Clip>>>,
    returned: rtrb::Consumer<Arc<Clip>>,
}

/// The audio thread's end for one kind. Neither frees nor waits.
pub struct ClipSlot {
    clips: rtrb::Consumer<Option<Arc<Clip>>>,
    returned: rtrb::Producer<Arc<Clip>>,
    current: Option<Arc<Clip>>,
    /// Let go of by everybody here; still to be sent back.
    previous: Option<Arc<Clip>>,
}

/// Both ends.
pub fn clips() -> (ClipSender, ClipSlot) {
    let (clips, received) = rtrb::RingBuffer::new(NUM_WAITING);
    let (returning, returned) = rtrb::RingBuffer::new(NUM_WAITING);
    let slot = ClipSlot { clips: received, returned: returning, current: None, previous: None };
    (ClipSender { clips, returned }, slot)
}

impl ClipSender {
    /// Sends a clip, or takes away the one that is there; false where there is no room now.
    pub fn send(&mut self, clip: Option<Arc<Clip>>) -> bool {
        self.clips.push(clip).is_ok()
    }

    /// Frees what came back.
    pub fn free_returned(&mut self) {
        while self.returned.pop().is_ok() {}
    }
}

impl ClipSlot {
    /// Whether another one is to be taken: [`Self::follow`] when nothing of the present one is heard any more.
    pub fn is_waiting(&self) -> bool {
        !self.clips.is_empty()
    }

    /// Takes the next; true when [`Self::current`] is another. Whoever holds a clone of the one before lets go of it, and then
    /// calls [`Self::give_back`]. Real-time safe.
    pub fn follow(&mut self) -> bool {
        self.give_back();
        if self.previous.is_some() {
            return false;
        }
        match self.clips.pop() {
            Ok(next) => {
                self.previous = std::mem::replace(&mut self.current, next);
                true
            }
            Err(_) => false,
        }
    }

    /// Sends the one before back to be freed, as soon as there is room. Real-time safe.
    pub fn give_back(&mut self) {
        if let Some(previous) = self.previous.take()
            && let Err(rtrb::PushError::Full(previous)) = self.returned.push(previous)
        {
            self.previous = Some(previous);
        }
    }

    /// What is there now.
    pub fn current(&self) -> Option<Arc<Clip>> {
        self.current.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip() -> Arc<Clip> {
        Arc::new(Clip::new(48_000.0, vec![0.1; 480], vec![0.1; 480], true).unwrap())
    }

    #[test]
    fn a_clip_is_freed_by_its_sender() {
        let (mut sender, mut slot) = clips();
        let first = clip();
        assert!(sender.send(Some(Arc::clone(&first))));
        assert!(slot.is_waiting() && slot.follow() && !slot.follow());
        assert_eq!(Arc::strong_count(&first), 2);
        assert!(sender.send(None) && slot.follow());
        assert!(slot.current().is_none());
        // Held until whoever played it has let go.
        assert_eq!(Arc::strong_count(&first), 2);
        slot.give_back();
        sender.free_returned();
        assert_eq!(Arc::strong_count(&first), 1);
    }

    #[test]
    fn nothing_is_lost_where_nobody_takes_back() {
        let (mut sender, mut slot) = clips();
        let clips: Vec<Arc<Clip>> = (0..3 * NUM_WAITING).map(|_| clip()).collect();
        for clip in &clips {
            sender.send(Some(Arc::clone(clip)));
            slot.follow();
        }
        drop((slot, sender));
        assert!(clips.iter().all(|clip| Arc::strong_count(clip) == 1));
    }
}
