//! Kernels for core's `ops/control/`.

use crate::KernelDef;

mod check_finite;
mod coalesce_rows;
mod update_rows;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &check_finite::DEF,
    &coalesce_rows::DEF,
    &update_rows::DEF,
    &crate::rows::LOOKUP_ROWS,
    &crate::rows::UPDATE_TABLE,
    &crate::rows::SUM_TABLE,
];
