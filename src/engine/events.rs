//! What happens to a program while it runs, as data for those who want to watch.
//!
//! The engine tells an [`Observer`]; where there is none, nothing is made for it.

use std::fmt;

pub use galo_runtime::Collection;
use galo_runtime::CollectionObserver;

/// Watches a run. It is called while the run is in the middle of something.
pub trait Observer: fmt::Debug {
    /// Something happened.
    fn event(&self, event: &Event);
}

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The collector ran.
    Collection(Collection),
}

/// Hands collections on.
#[derive(Debug)]
pub(super) struct Collections<'a>(pub(super) &'a dyn Observer);

impl CollectionObserver for Collections<'_> {
    fn collected(&self, collection: &Collection) {
        self.0.event(&Event::Collection(*collection));
    }
}
