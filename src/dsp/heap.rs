//! Big things on the heap, made where the least of the stack is taken.
//!
//! What is built by value and then moved takes its size of stack once for every function that it passes
//! through, and hosts call on threads that have 256 kB for everything.

/// What `make` returns. While it is made it takes stack in a frame of its own, which ends with this call: a function that
/// makes ten such things has room for none of them in its own frame.
#[inline(never)]
pub fn on_heap<T>(make: impl FnOnce() -> T) -> Box<T> {
    Box::new(make())
}

/// An array whose element `idx` is what `make` returns for it: only one element is on the stack at a time.
pub fn heap_array<T, const N: usize>(make: impl FnMut(usize) -> T) -> Box<[T; N]> {
    let elements: Box<[T]> = (0..N).map(make).collect();
    match elements.try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("collected from N elements"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_in_their_places() {
        assert_eq!(*heap_array::<_, 5>(|idx| 2 * idx), [0, 2, 4, 6, 8]);
        // More than a test's thread could hold.
        assert_eq!(heap_array::<_, 16_000_000>(|_| 1u8).len(), 16_000_000);
    }
}
