//! Products by the packed loops of the `gemm` crate, at the current level.
//!
//! By itself the crate takes the widest instructions that the machine has. Where [`set_level`](super::set_level) asked for
//! less, its loops are called with the micro-kernels of that level.
#![expect(unsafe_code, reason = "the gemm crate takes raw matrices, which `Matrix` has checked")]

use super::level::{Level, lowered};
use crate::matmul::Matrix;

/// One product `c = a·b` or `c += a·b` as the `gemm` crate takes it.
pub struct Product<'a, T> {
    pub(super) a: Matrix<'a, T>,
    pub(super) b: Matrix<'a, T>,
    pub(super) c: *mut T,
    pub(super) step: isize,
    pub(super) add: bool,
    pub(super) threads: usize,
}

/// Element types with packed products.
pub trait Packed: bytemuck::Pod {
    /// Runs the product.
    ///
    /// # Safety
    /// Rows of `c` lie `step` apart, do not overlap, and are the caller's alone.
    unsafe fn packed(product: &Product<'_, Self>);
}

fn parallelism(threads: usize) -> gemm::Parallelism {
    if threads > 1 { gemm::Parallelism::Rayon(threads) } else { gemm::Parallelism::None }
}

macro_rules! packed {
    ($ty:ident, $kernels:path, $avx2_lanes:literal) => {
        impl Packed for $ty {
            unsafe fn packed(p: &Product<'_, $ty>) {
                use $kernels as kernels;
                macro_rules! at {
                    ($token:ident, $set:ident, $lanes:literal) => {{
                        use gemm_common::simd::MixedSimd;
                        use kernels::$set::$ty::{H_M, H_N, H_UKR, MR_DIV_N, NR, UKR};
                        if let Some(token) = <gemm_common::simd::$token as MixedSimd<$ty, $ty, $ty, $ty>>::try_new() {
                            // SAFETY: a `Matrix` reaches only elements of its slice; of `c` the caller says the same. The token
                            // proves that the machine has the instructions of these micro-kernels.
                            unsafe {
                                gemm_common::gemm::gemm_basic_generic::<
                                    _,
                                    $ty,
                                    $lanes,
                                    { MR_DIV_N * $lanes },
                                    NR,
                                    MR_DIV_N,
                                    H_M,
                                    H_N,
                                >(
                                    token,
                                    p.a.rows,
                                    p.b.columns,
                                    p.a.columns,
                                    p.c,
                                    1,
                                    p.step,
                                    p.add,
                                    p.a.start(),
                                    p.a.column_stride,
                                    p.a.row_stride,
                                    p.b.start(),
                                    p.b.column_stride,
                                    p.b.row_stride,
                                    1.0,
                                    1.0,
                                    false,
                                    false,
                                    false,
                                    |a, b, c| a * b + c,
                                    &UKR,
                                    &H_UKR,
                                    false,
                                    parallelism(p.threads),
                                );
                            }
                            return;
                        }
                    }};
                }
                match lowered() {
                    Some(Level::Portable) => at!(Scalar, scalar, 1),
                    #[cfg(target_arch = "x86_64")]
                    Some(Level::Avx2) => at!(V3, fma, $avx2_lanes),
                    _ => {}
                }
                // SAFETY: as above.
                unsafe {
                    gemm::gemm(
                        p.a.rows,
                        p.b.columns,
                        p.a.columns,
                        p.c,
                        1,
                        p.step,
                        p.add,
                        p.a.start(),
                        p.a.column_stride,
                        p.a.row_stride,
                        p.b.start(),
                        p.b.column_stride,
                        p.b.row_stride,
                        1.0,
                        1.0,
                        false,
                        false,
                        false,
                        parallelism(p.threads),
                    );
                }
            }
        }
    };
}

packed!(f32, gemm_f32::microkernel, 8);
packed!(f64, gemm_f64::microkernel, 4);
