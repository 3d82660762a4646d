//! Values that views follow.
//!
//! Leptos' signals are types of what they hold, with locks, guards and handles for each. Here the value lies in a
//! box of one type beside Leptos' trigger, and only the few lines that open the box know what is in it.

use std::{any::Any, cell::RefCell, marker::PhantomData, rc::Rc};

use leptos::prelude::*;
use send_wrapper::SendWrapper;

/// A value that lives as long as somebody holds it: for the model, whose events arrive outside any view.
pub(super) struct Kept<T> {
    cell: SendWrapper<Cell>,
    holds: PhantomData<fn() -> T>,
}

/// A value that lives as long as the view it was made in, and is copied into every closure there.
pub(crate) struct Live<T> {
    cell: StoredValue<Cell, LocalStorage>,
    holds: PhantomData<fn() -> T>,
}

/// A value of any type, and what to call when it changes.
#[derive(Clone)]
struct Cell {
    changed: ArcTrigger,
    value: Rc<dyn Any>,
}

impl Cell {
    fn new<T: 'static>(value: T) -> Self {
        Self {
            changed: ArcTrigger::new(),
            value: Rc::new(RefCell::new(value)),
        }
    }

    /// What lies in the box. The handles below open boxes of their own type only.
    fn open<T: 'static>(&self) -> &RefCell<T> {
        match self.value.downcast_ref() {
            Some(value) => value,
            None => unreachable!("a value of another type"),
        }
    }

    fn update<T: 'static>(&self, edit: impl FnOnce(&mut T)) {
        edit(&mut self.open().borrow_mut());
        self.notify();
    }

    #[inline(never)]
    fn notify(&self) {
        self.changed.notify();
    }

    #[inline(never)]
    fn track(&self) {
        self.changed.track();
    }
}

impl<T: 'static> Kept<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            cell: SendWrapper::new(Cell::new(value)),
            holds: PhantomData,
        }
    }

    /// The same value for the view that is being made.
    pub(super) fn live(&self) -> Live<T> {
        Live {
            cell: stored((*self.cell).clone()),
            holds: PhantomData,
        }
    }

    pub(super) fn set(&self, value: T) {
        self.update(|old| *old = value);
    }

    pub(super) fn update(&self, edit: impl FnOnce(&mut T)) {
        self.cell.update(edit);
    }

    pub(super) fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        self.cell.track();
        self.with_untracked(read)
    }

    pub(super) fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(&self.cell.open().borrow())
    }
}

impl<T: Clone + 'static> Kept<T> {
    pub(super) fn get(&self) -> T {
        self.with(T::clone)
    }

    pub(super) fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

impl<T: 'static> Live<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            cell: stored(Cell::new(value)),
            holds: PhantomData,
        }
    }

    pub(super) fn set(self, value: T) {
        self.update(|old| *old = value);
    }

    pub(super) fn update(self, edit: impl FnOnce(&mut T)) {
        found(self.cell).update(edit);
    }

    pub(crate) fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        let cell = found(self.cell);
        cell.track();
        read(&cell.open().borrow())
    }

    pub(super) fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&found(self.cell).open().borrow())
    }

    /// `None` once the view is gone.
    pub(super) fn try_with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> Option<U> {
        let cell = self.cell.try_get_value()?;
        let read = read(&cell.open().borrow());
        Some(read)
    }
}

impl<T: 'static> Live<T> {
    /// Does something with a value nobody follows; not once the view is gone.
    pub(super) fn act<U>(self, act: impl FnOnce(&mut T) -> U) -> Option<U> {
        let cell = self.cell.try_get_value()?;
        let done = act(&mut cell.open().borrow_mut());
        Some(done)
    }
}

impl<T: Clone + 'static> Live<T> {
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    pub(super) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// `None` once the view is gone.
    pub(super) fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(T::clone)
    }
}

impl<T: Default + 'static> Default for Kept<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Default + 'static> Default for Live<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

// Derived they would ask the same of what they hold.

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

#[inline(never)]
fn stored(cell: Cell) -> StoredValue<Cell, LocalStorage> {
    StoredValue::new_local(cell)
}

#[inline(never)]
fn found(cell: StoredValue<Cell, LocalStorage>) -> Cell {
    cell.get_value()
}
