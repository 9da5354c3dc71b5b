//! Values of parameters on their way into a block.

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
};
use vst3::Steinberg::{kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// What changes within a block.
pub(crate) struct Changes(Vec<ComWrapper<Queue>>);

/// The new values of one parameter, in the order of their frames.
pub(crate) struct Queue {
    id: u32,
    points: Vec<(i32, f64)>,
}

impl Changes {
    /// Of parameters, frames and values. Of several values of a parameter at one frame the last one holds.
    pub fn new(values: &[(u32, usize, f64)]) -> Self {
        let mut queues: Vec<Queue> = Vec::new();
        for &(id, frame, value) in values {
            let idx = queues.iter().position(|queue| queue.id == id).unwrap_or_else(|| {
                queues.push(Queue { id, points: Vec::new() });
                queues.len() - 1
            });
            let points = &mut queues[idx].points;
            points.retain(|(other, _)| *other != frame as i32);
            points.push((frame as i32, value));
            points.sort_by_key(|(frame, _)| *frame);
        }
        Self(queues.into_iter().map(ComWrapper::new).collect())
    }
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> i32 {
        self.0.len() as i32
    }

    unsafe fn getParameterData(&self, idx: i32) -> *mut IParamValueQueue {
        let queue = usize::try_from(idx).ok().and_then(|idx| self.0.get(idx));
        queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>()).map_or(std::ptr::null_mut(), |it| it.as_ptr())
    }

    unsafe fn addParameterData(&self, _id: *const ParamID, _idx: *mut i32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> i32 {
        self.points.len() as i32
    }

    unsafe fn getPoint(&self, idx: i32, frame: *mut i32, value: *mut f64) -> tresult {
        // The plugin hands over two numbers of its own.
        let (Some(frame), Some(value)) = (unsafe { frame.as_mut() }, unsafe { value.as_mut() }) else {
            return kInvalidArgument;
        };
        let Some(point) = usize::try_from(idx).ok().and_then(|idx| self.points.get(idx)) else {
            return kInvalidArgument;
        };
        (*frame, *value) = *point;
        kResultOk
    }

    unsafe fn addPoint(&self, _frame: i32, _value: f64, _idx: *mut i32) -> tresult {
        kNotImplemented
    }
}
