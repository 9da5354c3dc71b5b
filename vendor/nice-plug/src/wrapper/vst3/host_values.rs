//! Parameter values that host or editor have set while the plugin is processing, until the host brings
//! them to the processor.
//!
//! A VST3 host sets a parameter twice: on the controller at once, and on the processor with the next
//! block, which may be long in coming or never come. The plugin's parameters follow the processor, at the
//! sample that the host names. What the host asks for (values, state) follows the controller.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// One slot for each parameter. All but the constructor is real-time safe.
pub(crate) struct HostValues {
    slots: HashMap<u32, AtomicU64>,
    /// Blocks begun, 0 left out.
    num_blocks: AtomicU32,
}

/// No value waits.
const NONE: u64 = 0;

/// The value's bits above, the number of blocks begun when it was set below.
fn pack(normalized: f32, num_blocks: u32) -> u64 {
    ((normalized.to_bits() as u64) << 32) | num_blocks as u64
}

fn unpack(slot: u64) -> Option<(f32, u32)> {
    (slot != NONE).then(|| (f32::from_bits((slot >> 32) as u32), slot as u32))
}

impl HostValues {
    /// For the parameters with these hashes.
    pub fn new(hashes: impl IntoIterator<Item = u32>) -> Self {
        Self {
            slots: hashes.into_iter().map(|hash| (hash, AtomicU64::new(NONE))).collect(),
            num_blocks: AtomicU32::new(1),
        }
    }

    /// A value that is still to be brought to the processor. False if there is no such parameter.
    pub fn set(&self, hash: u32, normalized: f32) -> bool {
        let Some(slot) = self.slots.get(&hash) else {
            return false;
        };
        let num_blocks = self.num_blocks.load(Ordering::SeqCst);
        slot.store(pack(normalized, num_blocks), Ordering::SeqCst);
        true
    }

    /// The value of a parameter that waits.
    pub fn get(&self, hash: u32) -> Option<f32> {
        let slot = self.slots.get(&hash)?.load(Ordering::SeqCst);
        unpack(slot).map(|(normalized, _)| normalized)
    }

    /// All values that wait.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.slots.keys().filter_map(|hash| Some((*hash, self.get(*hash)?)))
    }

    /// The value of a parameter that waits, which from now on does not any more.
    pub fn take(&self, hash: u32) -> Option<f32> {
        let slot = self.slots.get(&hash)?.swap(NONE, Ordering::SeqCst);
        unpack(slot).map(|(normalized, _)| normalized)
    }

    /// All values that wait are outdated.
    pub fn clear(&self) {
        for slot in self.slots.values() {
            slot.store(NONE, Ordering::SeqCst);
        }
    }

    /// The host gives a block to process.
    pub fn begin_block(&self) {
        if self.num_blocks.fetch_add(1, Ordering::SeqCst) == u32::MAX {
            self.num_blocks.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// The processor has got a value. Another one than that which waits may have been on its way before,
    /// but only in the first block that begins after.
    pub fn delivered(&self, hash: u32, normalized: f32) {
        let Some(slot) = self.slots.get(&hash) else {
            return;
        };
        let seen = slot.load(Ordering::SeqCst);
        let Some((waiting, num_blocks_then)) = unpack(seen) else {
            return;
        };
        let num_blocks = self.num_blocks.load(Ordering::SeqCst);
        if waiting == normalized || num_blocks.wrapping_sub(num_blocks_then) > 1 {
            // A value that was set in between stays.
            let _ = slot.compare_exchange(seen, NONE, Ordering::SeqCst, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_waits_until_it_is_delivered() {
        let values = HostValues::new([1, 2]);
        assert!(!values.set(3, 0.5));
        assert!(values.set(1, 0.25));
        assert_eq!(values.get(1), Some(0.25));
        assert_eq!(values.iter().collect::<Vec<_>>(), [(1, 0.25)]);
        values.begin_block();
        values.delivered(2, 0.25);
        assert_eq!(values.get(1), Some(0.25));
        values.delivered(1, 0.25);
        assert_eq!(values.get(1), None);
        assert!(values.set(1, 0.0));
        assert_eq!(values.get(1), Some(0.0));
        assert_eq!(values.take(1), Some(0.0));
        assert_eq!(values.take(1), None);
        values.set(2, 0.5);
        values.clear();
        assert_eq!(values.iter().count(), 0);
    }

    #[test]
    fn what_was_on_its_way_before_does_not_end_the_wait() {
        let values = HostValues::new([1]);
        values.set(1, 0.75);
        values.begin_block();
        values.delivered(1, 0.5);
        assert_eq!(values.get(1), Some(0.75));
        values.begin_block();
        values.delivered(1, 0.5);
        assert_eq!(values.get(1), None);
    }
}
