//! Embedding rows on the CPU, over any [`talray_core::rows::RowStore`].
//!
//! One [`Lookup`] serves a training step: [`Lookup::train`] finds (or makes) the rows of all
//! features of a batch, each distinct key once a table; [`Lookup::gather`] pools their vectors into
//! one `[rows, columns]` output; [`Lookup::update`] takes the gradient of that output, sums what
//! belongs to one row in order of position, and runs an update rule over each touched row once.
//! [`Lookup::find`] is the same for use outside training, and makes, counts and changes nothing.
//!
//! [`Lookup::foresee`] is `train` that leaves the making of rows to the update. Ops reach tables that
//! were registered ([`TableHandle`]) in this way.
//!
//! [`DenseRows`] and [`DenseView`] show plain `[vocabulary, width]` arrays as stores, so that a dense
//! variable takes part in lookups and is updated in the same way: [`update_dense`].

mod dense;
mod feature;
mod gather;
mod gradient;
mod kept;
mod lookup;
mod registry;
mod rule;
mod sums;
mod table_ops;
mod unique;
mod update;

pub use dense::{DenseRows, DenseView, update_dense};
pub use feature::{Extent, Feature, Integers, Pooling};
pub(crate) use kept::{Kept, with_kept};
pub use lookup::Lookup;
pub use registry::{Shared, TableHandle, next_lookup};
pub use rule::RowKernel;
pub(crate) use table_ops::{LOOKUP_ROWS, SUM_TABLE, UPDATE_TABLE};
pub use update::{RowUpdate, Touched};

use talray_core::rows::RowElement;

/// Element types of rows on the CPU.
pub trait RowFloat: RowElement + crate::Element + num::Real {}
impl RowFloat for f32 {}
impl RowFloat for f64 {}

/// The arithmetic that pooling needs.
mod num {
    use std::ops::{Add, AddAssign, Div, Mul, Sub};

    pub trait Real:
        Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + AddAssign + PartialOrd
    {
        const ZERO: Self;
        const ONE: Self;
        fn sqrt(self) -> Self;
    }

    macro_rules! real {
        ($($t:ty),*) => { $(impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
        })* };
    }
    real!(f32, f64);
}
