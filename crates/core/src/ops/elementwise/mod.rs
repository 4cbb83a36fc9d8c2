//! Ops whose every output element is a formula of the matching input elements.

use crate::OpDef;

mod add;
mod cast;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[&add::DEF, &cast::DEF];
