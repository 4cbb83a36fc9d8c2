//! A source and the steps over it: what is read, in which order, in which portions.

mod background;
mod cursor;
mod iterate;
mod open;
mod plan;
mod portion;
mod repeat;
mod shuffle;
mod split;
mod steps;

pub use background::in_background;
pub use cursor::{Cursor, IterState, Source, Stage};
pub use iterate::{DatasetIter, Feed};
pub use plan::{Dataset, DatasetSpec, SourceSpec};
pub use steps::{Part, Shuffle, Split, Step};

pub(crate) use cursor::foreign_state;
