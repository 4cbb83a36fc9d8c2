//! Ops with regions: branches, loops, gradients written by users, update rules.

use crate::OpDef;

mod check_finite;
mod coalesce_rows;
mod cond;
mod custom_gradient;
mod lookup_rows;
mod region;
mod scan;
mod sum_table;
mod table_vectors;
mod update_rows;
mod update_table;
mod while_loop;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &cond::DEF,
    &while_loop::DEF,
    &scan::DEF,
    &custom_gradient::DEF,
    &update_rows::DEF,
    &check_finite::DEF,
    &coalesce_rows::DEF,
    &lookup_rows::DEF,
    &table_vectors::DEF,
    &update_table::DEF,
    &sum_table::DEF,
];
