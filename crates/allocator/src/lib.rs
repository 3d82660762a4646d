//! The memory of the widget: a fifth of the standard allocator's code, and no bad case.
//!
//! Sizes are rounded up to classes, four for each doubling, so at most a quarter of a block is unused. A block that is
//! freed waits in a list of its class for the next of that class, and what no list has is cut off the end of memory.
//! Nothing is ever searched, split or joined: a call is a handful of instructions, and a page that does the same work
//! again needs no more memory for it. The price is that memory freed in one class helps no other.
//!
//! **Architecture invariant:** `unsafe` stays behind [`GlobalAlloc`]; beside this crate only `one-thread` may have any
//! (`docs/decisions/0016-an-allocator-of-our-own.md`).
#![no_std]
#![expect(unsafe_code, reason = "an allocator hands out memory")]

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    ptr::{self, NonNull},
};

/// Where memory comes from.
///
/// # Safety
/// What [`Memory::grow`] gives must be readable and writable for as long as the program runs, aligned to [`GRANULE`],
/// and nobody else's.
pub unsafe trait Memory {
    /// That many fresh pages of [`PAGE`] bytes in a row, or nothing where there are no more.
    fn grow(&self, pages: usize) -> Option<NonNull<u8>>;
}

/// The bytes of a page of WebAssembly's memory.
pub const PAGE: usize = 65_536;

/// Every block begins at a multiple of this many bytes; no type of ours asks for more.
pub const GRANULE: usize = 16;

/// One doubling of size has this many classes.
const STEPS: usize = 4;

/// As many classes as a memory of 32 bits has sizes.
const CLASSES: usize = 108;

/// An allocator for one thread.
pub struct Allocator<M> {
    memory: M,
    state: UnsafeCell<State>,
}

struct State {
    /// For every class the block that was freed last; each begins with the one before it.
    free: [*mut Freed; CLASSES],
    /// Memory nobody has had yet.
    next: *mut u8,
    left: usize,
}

struct Freed(*mut Self);

/// A class of sizes, and the bytes each of its blocks has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Class {
    index: usize,
    bytes: usize,
}

impl Class {
    /// The smallest class for a layout; none where the size or the alignment is beyond all of them.
    fn of(layout: Layout) -> Option<Self> {
        // The place of the last byte, in granules.
        let last = layout.size().saturating_sub(1) / GRANULE;
        let (index, granules) = if last < STEPS {
            (last, last + 1)
        } else {
            let doublings = last.ilog2() - STEPS.ilog2();
            let step = last >> doublings;
            (step + STEPS * doublings as usize, (step + 1) << doublings)
        };
        let fits = index < CLASSES && layout.align() <= GRANULE;
        fits.then_some(Self {
            index,
            bytes: granules * GRANULE,
        })
    }
}

impl<M: Memory> Allocator<M> {
    /// An allocator that has asked for no memory yet.
    pub const fn new(memory: M) -> Self {
        Self {
            memory,
            state: UnsafeCell::new(State {
                free: [ptr::null_mut(); CLASSES],
                next: ptr::null_mut(),
                left: 0,
            }),
        }
    }

    /// Cuts a block off the end of memory; null where there is no more.
    fn cut(&self, state: &mut State, bytes: usize) -> *mut u8 {
        if state.left < bytes {
            let pages = bytes.div_ceil(PAGE);
            let Some(fresh) = self.memory.grow(pages) else {
                return ptr::null_mut();
            };
            // Where somebody else has grown memory meanwhile, the rest of ours stays unused.
            if state.next.wrapping_add(state.left) != fresh.as_ptr() {
                state.next = fresh.as_ptr();
                state.left = 0;
            }
            state.left += pages * PAGE;
        }
        let block = state.next;
        state.next = block.wrapping_add(bytes);
        state.left -= bytes;
        block
    }
}

// SAFETY: a block is in the hands of one caller or in one list, never both: it leaves a list when it is given out, and
// enters one when it is given back, of the class its layout always has. `cut` gives fresh memory only.
unsafe impl<M: Memory> GlobalAlloc for Allocator<M> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(class) = Class::of(layout) else {
            return ptr::null_mut();
        };
        // SAFETY: there is one thread (`Sync` below), and nothing in here calls back.
        let state = unsafe { &mut *self.state.get() };
        let Some(head) = state.free.get_mut(class.index) else {
            return ptr::null_mut();
        };
        if head.is_null() {
            return self.cut(state, class.bytes);
        }
        let block = *head;
        // SAFETY: what is in a list was written by `dealloc`, and has belonged to nobody since.
        *head = unsafe { (*block).0 };
        block.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(class) = Class::of(layout) else { return };
        // SAFETY: as in `alloc`.
        let state = unsafe { &mut *self.state.get() };
        if let Some(head) = state.free.get_mut(class.index) {
            let freed = block.cast::<Freed>();
            // SAFETY: the caller gives a block of this class back, which has at least one granule, aligned to it.
            unsafe { freed.write(Freed(*head)) };
            *head = freed;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises a size that makes a layout with this alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        if Class::of(layout) == Class::of(wanted) {
            return block;
        }
        // SAFETY: the new block is another one, and both have the bytes that are copied.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// The memory of the module itself.
#[cfg(target_arch = "wasm32")]
pub struct OwnMemory;

// SAFETY: pages that were grown are nobody's before, and stay for as long as the instance.
#[cfg(target_arch = "wasm32")]
unsafe impl Memory for OwnMemory {
    fn grow(&self, pages: usize) -> Option<NonNull<u8>> {
        let before = core::arch::wasm32::memory_grow(0, pages);
        // There is none where the answer is -1, and address 0 is in use from the start.
        NonNull::new(ptr::with_exposed_provenance_mut(before.checked_mul(PAGE)?))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
compile_error!("this allocator is for one thread");

// SAFETY: without atomics a module of WebAssembly has one thread.
#[cfg(target_arch = "wasm32")]
unsafe impl Sync for Allocator<OwnMemory> {}

#[cfg(test)]
mod tests;
