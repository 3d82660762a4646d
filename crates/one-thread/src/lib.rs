//! In the place of `send_wrapper`, which Leptos wraps everything in that belongs to the browser.
//!
//! The original remembers the thread of a value and asks at every use whether it is still that one. To ask, the standard
//! library makes a record of the thread, with an allocator of its own beside ours: four kilobytes that every visitor would
//! download to learn that a page has one thread.
//!
//! **Architecture invariant:** a wrapped value may go to another thread only where no other thread can be. With threads
//! this wrapper promises nothing, and code that relies on it does not compile.
#![no_std]
#![expect(
    unsafe_code,
    reason = "promises of threads are unsafe, also where there are none"
)]

use core::{
    fmt,
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};

/// A value of this thread.
#[derive(Clone)]
pub struct SendWrapper<T>(T);

// SAFETY: without atomics a module of WebAssembly has one thread, so nothing is ever sent or shared.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl<T> Send for SendWrapper<T> {}

// SAFETY: as above.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl<T> Sync for SendWrapper<T> {}

impl<T> SendWrapper<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Whether the value may be used: it always may.
    pub const fn valid(&self) -> bool {
        true
    }

    /// The value itself.
    pub fn take(self) -> T {
        self.0
    }
}

impl<T> Deref for SendWrapper<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for SendWrapper<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for SendWrapper<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<F: Future> Future for SendWrapper<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the field is never moved out of a pinned wrapper: `take` needs the wrapper itself.
        unsafe { self.map_unchecked_mut(|wrapper| &mut wrapper.0) }.poll(cx)
    }
}

#[cfg(feature = "futures")]
impl<S: futures_core::Stream> futures_core::Stream for SendWrapper<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        // SAFETY: as above.
        unsafe { self.map_unchecked_mut(|wrapper| &mut wrapper.0) }.poll_next(cx)
    }
}
