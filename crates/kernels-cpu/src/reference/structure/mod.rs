//! Plain kernels for core's `ops/structure/`.

use crate::KernelDef;

mod array;
mod gather;
mod reduce;
mod scan;
mod scatter;
mod segment;
mod shape;
mod sort;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &gather::GATHER,
    &gather::GATHER_ND,
    &scatter::ADD,
    &scatter::ALONG_AXIS,
    &scatter::MAX,
    &scatter::MIN,
    &scatter::ND,
    &scatter::UPDATE,
    &gather::TAKE_ALONG_AXIS,
    &reduce::ALL,
    &reduce::ANY,
    &reduce::ARGMAX,
    &reduce::ARGMIN,
    &reduce::MAX,
    &reduce::MEAN,
    &reduce::MIN,
    &reduce::PROD,
    &reduce::SUM,
    &scan::CUMMAX,
    &scan::CUMMIN,
    &scan::CUMPROD,
    &scan::CUMSUM,
    &scan::RECURRENCE,
    &segment::MAX,
    &segment::MEAN,
    &segment::MIN,
    &segment::PROD,
    &segment::SUM,
    &segment::UNSORTED_MAX,
    &segment::UNSORTED_MEAN,
    &segment::UNSORTED_MIN,
    &segment::UNSORTED_PROD,
    &segment::UNSORTED_SUM,
    &shape::CONCAT,
    &shape::DIAG,
    &shape::PAD,
    &shape::SLICE_GRAD,
    &shape::SPLIT,
    &sort::ARGSORT,
    &sort::NONZERO,
    &sort::SEARCH_SORTED,
    &sort::SORT,
    &sort::TOP_K,
    &sort::UNIQUE,
];
