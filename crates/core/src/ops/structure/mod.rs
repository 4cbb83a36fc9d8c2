//! Reductions, shapes, indexing, sorting, creation.

use crate::OpDef;

mod sum;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[&sum::DEF];
