//! Values of parameters on their way into a block.

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
};
use vst3::Steinberg::{kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// A value of a parameter from a frame of a block on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The parameter.
    pub id: u32,
    /// From the start of the block; a host may be wrong here.
    pub frame: i32,
    /// Share of the range.
    pub value: f64,
}

/// What changes in a block: one queue for each parameter.
pub(crate) struct Changes(Vec<ComWrapper<Queue>>);

/// The values of one parameter.
pub(crate) struct Queue {
    id: u32,
    points: Vec<(i32, f64)>,
}

impl Changes {
    /// The points of each parameter stay in their order.
    pub fn new(points: &[Point]) -> Self {
        let mut queues: Vec<Queue> = Vec::new();
        for point in points {
            let place = (point.frame, point.value);
            match queues.iter_mut().find(|queue| queue.id == point.id) {
                Some(queue) => queue.points.push(place),
                None => queues.push(Queue { id: point.id, points: vec![place] }),
            }
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
