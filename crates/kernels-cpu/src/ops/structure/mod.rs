//! Fast kernels for core's `ops/structure/`.

use crate::KernelDef;

mod along_axis;
mod argmax;
mod concat;
mod gather;
mod pad;
pub(crate) mod reduce;
mod scan;
mod scatter;
mod segment;
mod sequence;
mod sort;
mod split;
mod unique;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &along_axis::SCATTER,
    &along_axis::TAKE,
    &argmax::ARGMAX,
    &argmax::ARGMIN,
    &concat::DEF,
    &gather::DEF,
    &pad::DIAG,
    &pad::PAD,
    &pad::SLICE_GRAD,
    &reduce::ALL,
    &reduce::ANY,
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
    &scatter::ADD,
    &scatter::GATHER_ND,
    &scatter::MAX,
    &scatter::MIN,
    &scatter::SCATTER_ND,
    &scatter::UPDATE,
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
    &sequence::ARANGE,
    &sequence::IOTA,
    &sequence::LINSPACE,
    &sequence::SIZE,
    &sort::ARGSORT,
    &sort::SEARCH_SORTED,
    &sort::SORT,
    &sort::TOP_K,
    &split::DEF,
    &unique::NONZERO,
    &unique::UNIQUE,
];
