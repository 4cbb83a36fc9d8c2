//! Ops with regions and effects, run by the executor.

use crate::OpDef;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[];
