//! Fast kernels for core's `ops/structure/`.

use crate::KernelDef;

mod concat;
mod gather;
mod reduce;
mod segment;
mod sequence;
mod split;

/// The kernels of this group.
pub const KERNELS: &[&KernelDef] = &[
    &concat::DEF,
    &gather::DEF,
    &reduce::ALL,
    &reduce::ANY,
    &reduce::MAX,
    &reduce::MEAN,
    &reduce::MIN,
    &reduce::PROD,
    &reduce::SUM,
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
    &split::DEF,
];
