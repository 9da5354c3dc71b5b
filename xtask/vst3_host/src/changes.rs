//! Values of parameters on their way into a block.

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
};
use vst3::Steinberg::{kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// What changes at the first frame of a block.
pub(crate) struct Changes(Vec<ComWrapper<Point>>);

/// The one new value of a parameter.
pub(crate) struct Point {
    id: u32,
    value: f64,
}

impl Changes {
    /// Of several values of a parameter the last one holds.
    pub fn new(values: &[(u32, f64)]) -> Self {
        let is_last = |idx: usize, id: u32| values[idx + 1..].iter().all(|(later, _)| *later != id);
        let last = values.iter().enumerate().filter(|(idx, (id, _))| is_last(*idx, *id));
        Self(last.map(|(_, &(id, value))| ComWrapper::new(Point { id, value })).collect())
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
        let point = usize::try_from(idx).ok().and_then(|idx| self.0.get(idx));
        point.and_then(|point| point.as_com_ref::<IParamValueQueue>()).map_or(std::ptr::null_mut(), |it| it.as_ptr())
    }

    unsafe fn addParameterData(&self, _id: *const ParamID, _idx: *mut i32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

impl Class for Point {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Point {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> i32 {
        1
    }

    unsafe fn getPoint(&self, idx: i32, frame: *mut i32, value: *mut f64) -> tresult {
        // The plugin hands over two numbers of its own.
        let (Some(frame), Some(value)) = (unsafe { frame.as_mut() }, unsafe { value.as_mut() }) else {
            return kInvalidArgument;
        };
        if idx != 0 {
            return kInvalidArgument;
        }
        (*frame, *value) = (0, self.value);
        kResultOk
    }

    unsafe fn addPoint(&self, _frame: i32, _value: f64, _idx: *mut i32) -> tresult {
        kNotImplemented
    }
}
