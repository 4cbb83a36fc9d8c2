//! Reductions, shapes, indexing, sorting, creation.

use crate::OpDef;

mod all;
mod allclose;
mod any;
mod arange;
mod argmax;
mod argmin;
mod argsort;
mod array_equal;
mod broadcast_to;
mod concat;
mod cummax;
mod cummin;
mod cumprod;
mod cumsum;
mod diag;
mod diag_part;
mod expand_dims;
mod eye;
mod fill;
mod flip;
mod gather;
mod gather_nd;
mod iota;
mod linear_recurrence;
mod linspace;
mod logsumexp;
mod max;
mod mean;
mod min;
mod nonzero;
mod norm;
mod one_hot;
mod pad;
mod prod;
mod repeat;
mod reshape;
mod roll;
mod scatter_add;
mod scatter_along_axis;
mod scatter_max;
mod scatter_min;
mod scatter_nd;
mod scatter_update;
mod search_sorted;
mod segment_max;
mod segment_mean;
mod segment_min;
mod segment_prod;
mod segment_sum;
mod size;
mod slice;
mod sort;
mod split;
mod squeeze;
mod stack;
mod std;
mod strided_slice;
mod strided_slice_grad;
mod sum;
mod take_along_axis;
mod tile;
mod top_k;
mod transpose;
mod tril;
mod triu;
mod unique;
mod unsorted_segment_max;
mod unsorted_segment_mean;
mod unsorted_segment_min;
mod unsorted_segment_prod;
mod unsorted_segment_sum;
mod unstack;
mod variance;

/// The ops of this group.
pub(super) const LIST: &[&OpDef] = &[
    &all::DEF,
    &allclose::DEF,
    &any::DEF,
    &arange::DEF,
    &argmax::DEF,
    &argmin::DEF,
    &argsort::DEF,
    &array_equal::DEF,
    &broadcast_to::DEF,
    &concat::DEF,
    &cummax::DEF,
    &cummin::DEF,
    &cumprod::DEF,
    &cumsum::DEF,
    &diag::DEF,
    &diag_part::DEF,
    &expand_dims::DEF,
    &eye::DEF,
    &fill::DEF,
    &flip::DEF,
    &gather::DEF,
    &gather_nd::DEF,
    &iota::DEF,
    &linear_recurrence::DEF,
    &linspace::DEF,
    &logsumexp::DEF,
    &max::DEF,
    &mean::DEF,
    &min::DEF,
    &nonzero::DEF,
    &norm::DEF,
    &one_hot::DEF,
    &pad::DEF,
    &prod::DEF,
    &repeat::DEF,
    &reshape::DEF,
    &roll::DEF,
    &scatter_add::DEF,
    &scatter_along_axis::DEF,
    &scatter_max::DEF,
    &scatter_min::DEF,
    &scatter_nd::DEF,
    &scatter_update::DEF,
    &search_sorted::DEF,
    &segment_max::DEF,
    &segment_mean::DEF,
    &segment_min::DEF,
    &segment_prod::DEF,
    &segment_sum::DEF,
    &size::DEF,
    &slice::DEF,
    &sort::DEF,
    &split::DEF,
    &squeeze::DEF,
    &stack::DEF,
    &std::DEF,
    &strided_slice::DEF,
    &strided_slice_grad::DEF,
    &sum::DEF,
    &take_along_axis::DEF,
    &tile::DEF,
    &top_k::DEF,
    &transpose::DEF,
    &tril::DEF,
    &triu::DEF,
    &unique::DEF,
    &unsorted_segment_max::DEF,
    &unsorted_segment_mean::DEF,
    &unsorted_segment_min::DEF,
    &unsorted_segment_prod::DEF,
    &unsorted_segment_sum::DEF,
    &unstack::DEF,
    &variance::DEF,
];
