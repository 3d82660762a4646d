//! The allocator on the host, over a piece of memory that ends.
extern crate std;

use core::cell::Cell;
use std::vec::Vec;

use super::*;

/// A few pages that lie in a row, each handed out once.
struct Pages {
    first: NonNull<u8>,
    whole: Layout,
    taken: Cell<usize>,
}

impl Pages {
    fn new(count: usize) -> Self {
        let whole = Layout::from_size_align(count * PAGE, PAGE).unwrap();
        // SAFETY: it is not empty.
        let first = unsafe { std::alloc::alloc_zeroed(whole) };
        Self {
            first: NonNull::new(first).unwrap(),
            whole,
            taken: Cell::new(0),
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: it was allocated so, and the blocks of a test go with it.
        unsafe { std::alloc::dealloc(self.first.as_ptr(), self.whole) };
    }
}

// SAFETY: the pages live as long as the allocator, which owns them, and `taken` gives each away once.
unsafe impl Memory for Pages {
    fn grow(&self, pages: usize) -> Option<NonNull<u8>> {
        let start = self.taken.get();
        let end = start.checked_add(pages)?;
        if end * PAGE > self.whole.size() {
            return None;
        }
        self.taken.set(end);
        NonNull::new(self.first.as_ptr().wrapping_add(start * PAGE))
    }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

#[test]
fn a_class_holds_its_sizes_and_wastes_at_most_a_quarter() {
    let mut before = Class::of(layout(1)).unwrap();
    for size in 1..=300_000 {
        let class = Class::of(layout(size)).unwrap();
        assert!(class.bytes >= size);
        assert!(
            size <= 64 || (class.bytes - size) * 4 <= class.bytes,
            "{size}: {class:?}"
        );
        assert_eq!(class.bytes % GRANULE, 0);
        assert!(class == before || class.index == before.index + 1 && class.bytes > before.bytes);
        before = class;
    }
    let largest = Class::of(layout(u32::MAX as usize)).unwrap();
    assert_eq!(largest.index, CLASSES - 1);
    assert_eq!(Class::of(layout(u32::MAX as usize + 2)), None);
}

#[test]
fn no_block_overlaps_another_and_what_is_in_it_stays() {
    let allocator = Allocator::new(Pages::new(512));
    let mut random = 7_u32;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    let mut held: Vec<(*mut u8, usize, u8)> = Vec::new();
    let check = |block: *mut u8, size: usize, mark: u8| {
        assert_eq!(block.addr() % GRANULE, 0);
        // SAFETY: the block is held, and was filled up to its size.
        let bytes = unsafe { core::slice::from_raw_parts(block, size) };
        assert!(bytes.iter().all(|byte| *byte == mark));
    };
    for step in 0..20_000 {
        let mark = step as u8;
        let most = 1 << (1 + next(14));
        let size = 1 + next(most);
        // SAFETY: every block is given back with the layout it has.
        unsafe {
            match next(3) {
                0 => {
                    let block = allocator.alloc(layout(size));
                    assert!(!block.is_null());
                    block.write_bytes(mark, size);
                    held.push((block, size, mark));
                }
                1 if !held.is_empty() => {
                    let (block, old, mark) = held.swap_remove(next(held.len()));
                    let moved = allocator.realloc(block, layout(old), size);
                    assert!(!moved.is_null());
                    check(moved, old.min(size), mark);
                    moved.write_bytes(mark, size);
                    held.push((moved, size, mark));
                }
                _ if !held.is_empty() => {
                    let (block, size, mark) = held.swap_remove(next(held.len()));
                    check(block, size, mark);
                    allocator.dealloc(block, layout(size));
                }
                _ => {}
            }
        }
    }
    for (block, size, mark) in held {
        check(block, size, mark);
    }
}

#[test]
fn the_same_work_again_needs_no_more_memory() {
    let allocator = Allocator::new(Pages::new(64));
    let round = || {
        // A text that grows as an answer does, beside small things that come and go.
        let mut size = 16;
        // SAFETY: every block is given back with the layout it has.
        unsafe {
            let mut text = allocator.alloc(layout(size));
            while size < 300_000 {
                let small = allocator.alloc(layout(40));
                text = allocator.realloc(text, layout(size), size * 2);
                size *= 2;
                allocator.dealloc(small, layout(40));
            }
            allocator.dealloc(text, layout(size));
        }
    };
    round();
    let once = allocator.memory.taken.get();
    (0..100).for_each(|_| round());
    assert_eq!(allocator.memory.taken.get(), once);
}

#[test]
fn without_memory_a_request_gives_null_and_what_is_held_stays() {
    let allocator = Allocator::new(Pages::new(2));
    // SAFETY: every block is given back with the layout it has.
    unsafe {
        let block = allocator.alloc(layout(1000));
        block.write_bytes(9, 1000);
        assert!(allocator.alloc(layout(3 * PAGE)).is_null());
        assert!(allocator.realloc(block, layout(1000), 3 * PAGE).is_null());
        assert_eq!(block.add(999).read(), 9);
        assert!(!allocator.alloc(layout(PAGE)).is_null());
    }
}

#[test]
fn an_alignment_beyond_the_granule_is_refused() {
    let allocator = Allocator::new(Pages::new(2));
    let wide = Layout::from_size_align(64, 32).unwrap();
    // SAFETY: nothing is held.
    assert!(unsafe { allocator.alloc(wide) }.is_null());
}
