//! SIMD vectors and the mathematics on them, dispatched at run time.
