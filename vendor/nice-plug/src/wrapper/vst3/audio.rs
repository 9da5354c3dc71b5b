//! What the audio thread owns between two activations, and the host's buffers made complete.

use nice_plug_core::audio_setup::{AudioIOLayout, BufferConfig};
use std::num::NonZeroU32;
use std::ptr::NonNull;
use vst3::Steinberg::Vst::AudioBusBuffers;

use crate::wrapper::util::buffer_management::{BufferManager, Buffers, ChannelPointers};
use crate::wrapper::util::pass_through::PassThrough;

/// Frames processed at once, however many a host announces: what is allocated must not depend on that.
const MAX_FRAMES: usize = 16 * 1024;

/// Everything is allocated at activation.
pub(crate) struct AudioSide {
    pub sample_rate: f32,
    /// Longer blocks are cut.
    pub max_frames: usize,
    pub pass_through: PassThrough,
    /// Processing has panicked: until the next activation the input is passed on.
    pub has_failed: bool,
    main_input: Option<Bus>,
    main_output: Option<Bus>,
    aux_inputs: Vec<Bus>,
    aux_outputs: Vec<Bus>,
    buffer_manager: BufferManager,
}

// SAFETY: The pointers are set anew for every block and not used after it.
unsafe impl Send for AudioSide {}
unsafe impl Sync for AudioSide {}

/// A bus with all the channels that the plugin was told of: the host's where it gives them, and silence or
/// a place to write to where it does not.
struct Bus {
    pointers: Vec<*mut f32>,
    /// One block for each channel.
    spare: Vec<Box<[f32]>>,
}

impl Bus {
    fn new(num_channels: NonZeroU32, max_frames: usize) -> Self {
        let num_channels = num_channels.get() as usize;
        Self {
            pointers: vec![std::ptr::null_mut(); num_channels],
            spare: vec![vec![0.0; max_frames].into_boxed_slice(); num_channels],
        }
    }

    /// Points to the frames of a block from `start` on.
    ///
    /// # Safety
    ///
    /// See [`channel()`]; `num_frames` is at most the number of frames that the bus was made for.
    unsafe fn take(
        &mut self,
        bus: Option<&AudioBusBuffers>,
        start: usize,
        num_frames: usize,
    ) -> ChannelPointers {
        for (idx, (pointer, spare)) in self.pointers.iter_mut().zip(&mut self.spare).enumerate() {
            *pointer = match unsafe { channel(bus, idx) } {
                Some(channel) => unsafe { channel.as_ptr().add(start) },
                None => {
                    spare[..num_frames].fill(0.0);
                    spare.as_mut_ptr()
                }
            };
        }
        ChannelPointers {
            // A bus has at least one channel.
            ptrs: NonNull::new(self.pointers.as_mut_ptr()).unwrap_or(NonNull::dangling()),
            num_channels: self.pointers.len(),
        }
    }
}

/// The buses that a host gives; none if it says so or gives no pointer.
///
/// # Safety
///
/// `buses` is null or points to so many buses, which live as long as is needed.
pub(crate) unsafe fn buses<'a>(buses: *mut AudioBusBuffers, count: i32) -> &'a [AudioBusBuffers] {
    match (usize::try_from(count), buses.is_null()) {
        (Ok(count), false) => unsafe { std::slice::from_raw_parts(buses, count.min(MAX_BUSES)) },
        _ => &[],
    }
}

/// The same to be written to.
///
/// # Safety
///
/// See [`buses()`].
pub(crate) unsafe fn buses_mut<'a>(
    buses: *mut AudioBusBuffers,
    count: i32,
) -> &'a mut [AudioBusBuffers] {
    match (usize::try_from(count), buses.is_null()) {
        (Ok(count), false) => unsafe { std::slice::from_raw_parts_mut(buses, count.min(MAX_BUSES)) },
        _ => &mut [],
    }
}

/// A channel's samples; `None` if the host does not give it.
///
/// # Safety
///
/// If the bus has a list of channels it has at least `numChannels` entries.
pub(crate) unsafe fn channel(bus: Option<&AudioBusBuffers>, idx: usize) -> Option<NonNull<f32>> {
    let bus = bus?;
    let channels = unsafe { bus.__field0.channelBuffers32 };
    let is_there = i32::try_from(idx).is_ok_and(|idx| idx < bus.numChannels);
    if !is_there || channels.is_null() {
        return None;
    }
    NonNull::new(unsafe { *channels.add(idx) })
}

/// Buses that a host can mean.
const MAX_BUSES: usize = 64;

/// Channels that a host can mean. A number beyond is nonsense and not gone through.
const MAX_CHANNELS: usize = 64;

/// Whether there is anything to write to.
///
/// # Safety
///
/// See [`channel()`].
pub(crate) unsafe fn has_channels(buses: &[AudioBusBuffers]) -> bool {
    buses
        .iter()
        .any(|bus| (0..MAX_CHANNELS).any(|idx| unsafe { channel(Some(bus), idx) }.is_some()))
}

/// Gives what comes in, sample by sample as it is, for when there is nothing that could process it. A sample
/// has so many bytes.
///
/// # Safety
///
/// See [`channel()`]; every channel has `num_frames` samples.
pub(crate) unsafe fn pass_on(
    inputs: &[AudioBusBuffers],
    outputs: &mut [AudioBusBuffers],
    num_frames: usize,
    sample_bytes: usize,
) {
    let num_bytes = num_frames * sample_bytes;
    for (bus_idx, output) in outputs.iter_mut().enumerate() {
        for idx in 0..MAX_CHANNELS {
            let Some(to) = (unsafe { channel(Some(output), idx) }) else {
                continue;
            };
            let (to, from) = (to.cast::<u8>().as_ptr(), unsafe {
                channel(inputs.get(bus_idx), idx)
            });
            unsafe {
                match from {
                    Some(from) => std::ptr::copy(from.cast::<u8>().as_ptr(), to, num_bytes),
                    None => std::ptr::write_bytes(to, 0, num_bytes),
                }
            }
        }
        output.silenceFlags = 0;
    }
}

impl AudioSide {
    pub fn new(layout: AudioIOLayout, config: &BufferConfig, latency: u32) -> Self {
        let max_frames = (config.max_buffer_size as usize).min(MAX_FRAMES);
        let bus = |num_channels: &NonZeroU32| Bus::new(*num_channels, max_frames);
        let num_channels = layout.main_output_channels.map_or(0, NonZeroU32::get) as usize;
        Self {
            sample_rate: config.sample_rate,
            max_frames,
            pass_through: PassThrough::new(num_channels, latency as usize, max_frames),
            has_failed: false,
            main_input: layout.main_input_channels.as_ref().map(bus),
            main_output: layout.main_output_channels.as_ref().map(bus),
            aux_inputs: layout.aux_input_ports.iter().map(bus).collect(),
            aux_outputs: layout.aux_output_ports.iter().map(bus).collect(),
            buffer_manager: BufferManager::for_audio_io_layout(max_frames, layout),
        }
    }

    /// Whether the plugin has an output that a host would have to give.
    pub fn has_outputs(&self) -> bool {
        self.main_output.is_some() || !self.aux_outputs.is_empty()
    }

    /// The frames of a block from `start` on as the plugin takes them, with the main input in the place of
    /// the main output. What is split off is the way to pass it on unprocessed.
    ///
    /// # Safety
    ///
    /// See [`channel()`]; every channel has at least `start + num_frames` samples, `num_frames` is at most
    /// [`Self::max_frames`], and the buffers live as long as what is returned.
    pub unsafe fn buffers<'a, 'buffer: 'a>(
        &'a mut self,
        inputs: &[AudioBusBuffers],
        outputs: &[AudioBusBuffers],
        start: usize,
        num_frames: usize,
    ) -> (Buffers<'a, 'buffer>, &'a mut PassThrough) {
        let Self {
            main_input,
            main_output,
            aux_inputs,
            aux_outputs,
            buffer_manager,
            ..
        } = self;
        // Aux buses come after the main bus, if there is one
        let first_aux_input = usize::from(main_input.is_some());
        let first_aux_output = usize::from(main_output.is_some());
        let buffers = unsafe {
            buffer_manager.create_buffers(0, num_frames, |source| {
                *source.main_input_channel_pointers = main_input
                    .as_mut()
                    .map(|bus| bus.take(inputs.first(), start, num_frames));
                *source.main_output_channel_pointers = main_output
                    .as_mut()
                    .map(|bus| bus.take(outputs.first(), start, num_frames));
                for (idx, bus) in aux_inputs.iter_mut().enumerate() {
                    source.aux_input_channel_pointers[idx] =
                        Some(bus.take(inputs.get(first_aux_input + idx), start, num_frames));
                }
                for (idx, bus) in aux_outputs.iter_mut().enumerate() {
                    source.aux_output_channel_pointers[idx] =
                        Some(bus.take(outputs.get(first_aux_output + idx), start, num_frames));
                }
            })
        };
        (buffers, &mut self.pass_through)
    }

    /// Silences the channels that the plugin has not got, and says that none of the others need be silent.
    ///
    /// # Safety
    ///
    /// See [`channel()`]; every channel has `num_frames` samples.
    pub unsafe fn finish(&self, outputs: &mut [AudioBusBuffers], num_frames: usize) {
        let own = self.main_output.iter().chain(&self.aux_outputs);
        let num_own = own.map(|bus| bus.pointers.len());
        for (bus, num_own) in outputs
            .iter_mut()
            .zip(num_own.chain(std::iter::repeat(0)))
        {
            for idx in num_own..MAX_CHANNELS {
                if let Some(channel) = unsafe { channel(Some(bus), idx) } {
                    unsafe { channel.as_ptr().write_bytes(0, num_frames) };
                }
            }
            bus.silenceFlags = 0;
        }
    }
}
