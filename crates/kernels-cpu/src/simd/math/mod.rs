//! Elementary functions over vectors. f64 functions err by at most 2 ulp (8 for pow, lgamma, digamma, erfinv);
//! most f32 functions are the f64 one rounded, the hottest have their own f32 form, also within 2 ulp.
//! Where a function is rare its f64 form is a scalar one per lane.

mod arc;
mod double_double;
mod erf;
mod exp;
mod gamma;
mod hyperbolic;
mod log;
mod power;
mod trig;

pub use arc::*;
pub use erf::*;
pub use exp::*;
pub use gamma::*;
pub use hyperbolic::*;
pub use log::*;
pub use power::*;
pub use trig::*;

use super::vector::{Single, Vector};

/// `c[0] + c[1]·x + c[2]·x² + …` by Horner's rule, one fused step a coefficient.
#[inline(always)]
pub(super) fn poly<V: Vector, const N: usize>(x: V, c: &[V::Elem; N]) -> V {
    let mut sum = x.of(c[N - 1]);
    for &c in c[..N - 1].iter().rev() {
        sum = sum.mul_add(x, x.of(c));
    }
    sum
}

/// An f32 function computed in f64 and rounded once.
#[inline(always)]
pub(super) fn wide<V: Single>(x: V, f: impl Fn(V::Wide) -> V::Wide) -> V {
    let (low, high) = x.widen();
    V::narrow(f(low), f(high))
}

/// An f32 function of two arguments computed in f64 and rounded once.
#[inline(always)]
pub(super) fn wide2<V: Single>(x: V, y: V, f: impl Fn(V::Wide, V::Wide) -> V::Wide) -> V {
    let (x0, x1) = x.widen();
    let (y0, y1) = y.widen();
    V::narrow(f(x0, y0), f(x1, y1))
}
