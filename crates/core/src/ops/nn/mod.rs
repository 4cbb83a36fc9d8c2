//! Linear algebra, normalisations, convolutions, losses, random draws.

use crate::OpDef;

mod matmul;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[&matmul::DEF];
