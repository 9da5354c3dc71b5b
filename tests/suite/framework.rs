//! Parts of the patched framework that stand alone; their own tests run here.

#[path = "../../vendor/nice-plug/src/wrapper/util/fault.rs"]
mod fault;
#[path = "../../vendor/nice-plug/src/wrapper/util/guard.rs"]
mod guard;
#[path = "../../vendor/nice-plug/src/wrapper/vst3/host_values.rs"]
mod host_values;
#[path = "../../vendor/nice-plug/src/wrapper/util/pass_through.rs"]
mod pass_through;
#[path = "../../vendor/nice-plug/src/wrapper/vst3/points.rs"]
mod points;

type PanicHook = std::sync::Arc<dyn Fn(&'static str, &str) + Send + Sync>;

fn permit_alloc<T>(call: impl FnOnce() -> T) -> T {
    call()
}
