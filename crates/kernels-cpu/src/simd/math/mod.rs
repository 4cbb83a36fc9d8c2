//! Elementary functions over vectors. f64 functions err by at most 2 ulp (8 for pow, lgamma, digamma, erfinv);
//! most f32 functions are the f64 one rounded, the hottest have their own f32 form, also within 2 ulp.
//! Where a function is rare its f64 form is a scalar one per lane.

mod arc;
mod divide;
mod double_double;
mod erf;
mod exp;
mod gamma;
mod half;
mod hyperbolic;
mod log;
mod order;
mod power;
mod trig;

pub use arc::*;
pub use divide::*;
pub use erf::*;
pub use exp::*;
pub use gamma::*;
pub use half::*;
pub use hyperbolic::*;
pub use log::*;
pub use order::*;
pub use power::*;
pub use trig::*;

use super::vector::Vector;

/// `c[0] + c[1]·x + c[2]·x² + …` by Horner's rule, one step a coefficient, fused where instructions do that.
#[inline(always)]
pub(super) fn poly<V: Vector, const N: usize>(x: V, c: &[V::Elem; N]) -> V {
    let mut sum = x.of(c[N - 1]);
    for &c in c[..N - 1].iter().rev() {
        sum = x.of(c).plus_product(sum, x);
    }
    sum
}

/// An f32 function computed in f64 and rounded once: `wide!(x, f)`, `wide!(x, y, f)`, or with a closure's text in the
/// place of `f`. A macro, because a closure or a function passed on might not be inlined, and would then be
/// compiled without the level's instructions.
macro_rules! wide {
    ($x:ident, |$a:ident| $body:expr) => {{
        let (low, high) = $x.widen();
        let low = {
            let $a = low;
            $body
        };
        let high = {
            let $a = high;
            $body
        };
        V::narrow(low, high)
    }};
    ($x:ident, $y:ident, |$a:ident, $b:ident| $body:expr) => {{
        let ((x0, x1), (y0, y1)) = ($x.widen(), $y.widen());
        let low = {
            let ($a, $b) = (x0, y0);
            $body
        };
        let high = {
            let ($a, $b) = (x1, y1);
            $body
        };
        V::narrow(low, high)
    }};
    ($x:ident, $f:ident) => {
        wide!($x, |x| $f(x))
    };
    ($x:ident, $y:ident, $f:ident) => {
        wide!($x, $y, |x, y| $f(x, y))
    };
}
use wide;
