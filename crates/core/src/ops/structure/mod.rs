//! Reductions, shapes, indexing, sorting, creation.

use crate::OpDef;

mod all;
mod any;
mod arange;
mod broadcast_to;
mod concat;
mod expand_dims;
mod fill;
mod gather;
mod iota;
mod max;
mod mean;
mod min;
mod one_hot;
mod reshape;
mod segment_max;
mod segment_mean;
mod segment_min;
mod segment_prod;
mod segment_sum;
mod size;
mod split;
mod squeeze;
mod stack;
mod strided_slice;
mod strided_slice_grad;
mod sum;
mod transpose;
mod unsorted_segment_max;
mod unsorted_segment_mean;
mod unsorted_segment_min;
mod unsorted_segment_prod;
mod unsorted_segment_sum;
mod unstack;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &all::DEF,
    &any::DEF,
    &arange::DEF,
    &broadcast_to::DEF,
    &concat::DEF,
    &expand_dims::DEF,
    &fill::DEF,
    &gather::DEF,
    &iota::DEF,
    &max::DEF,
    &mean::DEF,
    &min::DEF,
    &one_hot::DEF,
    &reshape::DEF,
    &segment_max::DEF,
    &segment_mean::DEF,
    &segment_min::DEF,
    &segment_prod::DEF,
    &segment_sum::DEF,
    &size::DEF,
    &split::DEF,
    &squeeze::DEF,
    &stack::DEF,
    &strided_slice::DEF,
    &strided_slice_grad::DEF,
    &sum::DEF,
    &transpose::DEF,
    &unsorted_segment_max::DEF,
    &unsorted_segment_mean::DEF,
    &unsorted_segment_min::DEF,
    &unsorted_segment_prod::DEF,
    &unsorted_segment_sum::DEF,
    &unstack::DEF,
];
