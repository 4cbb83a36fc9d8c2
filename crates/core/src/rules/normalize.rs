//! What the normalisations share: parameters along axes, statistics, and the gradient through them.

use crate::infer::Infer;
use crate::vjp::VjpCx;
use crate::{Builder, Code, DType, Dim, Result, Shape, Type, Value};

/// The dtype in which statistics are computed: f16 and bf16 use f32.
pub(crate) fn wide(dtype: DType) -> DType {
    if matches!(dtype, DType::F16 | DType::BF16) { DType::F32 } else { dtype }
}

/// `shape` with 1 on every axis that `keep` does not name.
pub(crate) fn ones_but(shape: &Shape, keep: &[usize]) -> Shape {
    shape.dims().iter().enumerate().map(|(i, d)| if keep.contains(&i) { d.clone() } else { Dim::Known(1) }).collect()
}

/// `shape` with 1 on the axes `axes`: what a reduction that keeps dimensions gives.
pub(crate) fn kept(shape: &Shape, axes: &[usize]) -> Shape {
    shape.dims().iter().enumerate().map(|(i, d)| if axes.contains(&i) { Dim::Known(1) } else { d.clone() }).collect()
}

/// The axes of `rank` that `axes` does not name.
pub(crate) fn others(rank: usize, axes: &[usize]) -> Vec<usize> {
    (0..rank).filter(|i| !axes.contains(i)).collect()
}

/// Refuses a parameter (input `i`, if present) whose shape is not that of `x` on `axes`, and an
/// epsilon that is not a number of at least 0.
pub(crate) fn check(cx: &mut Infer<'_>, params: &[usize], axes: &[usize]) -> Result<()> {
    cx.need_dtype(0, DType::is_float, "a float type")?;
    let eps = cx.attrs.f64("epsilon")?;
    if eps.is_nan() || eps < 0.0 {
        return Err(cx.error(Code::Option, format!("attribute epsilon: expected at least 0, received {eps}")));
    }
    let x = cx.input(0)?;
    for &i in params {
        let Some(p) = cx.optional(i) else { continue };
        let name = cx.op.args[i].name;
        if p.shape.rank() != axes.len() {
            let want: Shape = axes.iter().map(|&a| x.shape[a].clone()).collect();
            return Err(cx.error(Code::Shape, format!("argument {name}: expected shape {want}, received {}", p.shape)));
        }
        for (d, &a) in p.shape.dims().iter().zip(axes) {
            cx.same_dim(d, &x.shape[a], name)?;
        }
    }
    Ok(())
}

/// The type of statistics of `x` with shape `shape`.
pub(crate) fn statistic(x: &Type, shape: Shape) -> Type {
    Type::new(wide(x.dtype), shape)
}

/// `xhat·gamma + beta` with parameters laid along `param` (1 elsewhere), in the dtype `dtype`.
pub(crate) fn scale_shift(
    b: &mut Builder<'_>,
    xhat: Value,
    gamma: Option<Value>,
    beta: Option<Value>,
    param: &Shape,
    dtype: DType,
) -> Result<Value> {
    let mut y = xhat;
    let compute = b.dtype(xhat);
    if let Some(g) = gamma {
        let g = b.reshape(g, param)?;
        let g = b.cast(g, compute)?;
        y = b.mul(y, g)?;
    }
    if let Some(s) = beta {
        let s = b.reshape(s, param)?;
        let s = b.cast(s, compute)?;
        y = b.add(y, s)?;
    }
    b.cast(y, dtype)
}

/// `x` in the statistics' dtype, less its mean over `axes`, with that mean and the biased variance.
pub(crate) fn moments(b: &mut Builder<'_>, x: Value, axes: &[usize]) -> Result<(Value, Value, Value)> {
    let dtype = wide(b.dtype(x));
    let x = b.cast(x, dtype)?;
    let mean = b.reduce("mean", x, axes, true)?;
    let centred = b.sub(x, mean)?;
    let square = b.square(centred)?;
    let variance = b.reduce("mean", square, axes, true)?;
    Ok((centred, mean, variance))
}

/// 1/√(v + epsilon).
pub(crate) fn rsqrt_of(b: &mut Builder<'_>, v: Value, epsilon: f64) -> Result<Value> {
    let e = b.scalar_like(epsilon, v);
    let v = b.add(v, e)?;
    b.rsqrt(v)
}

/// `v / n` for n the number of elements of `like` along `axes`, which may be symbolic.
pub(crate) fn over_count(b: &mut Builder<'_>, v: Value, like: Value, axes: &[usize]) -> Result<Value> {
    let dtype = b.dtype(v);
    let n = super::count::count(b, like, axes, dtype)?;
    b.div(v, n)
}

/// How a normalisation went: what its gradient needs.
pub(crate) struct Normalized {
    /// (x − mean)·rstd (or x·rstd) in the statistics' dtype.
    pub xhat: Value,
    /// 1/√(variance + epsilon), broadcastable to x.
    pub rstd: Value,
    /// Axes over which statistics were taken.
    pub axes: Vec<usize>,
    /// Shape of the parameters along x.
    pub param: Shape,
    /// Was the mean subtracted?
    pub centred: bool,
}

/// The gradients of x (in the statistics' dtype), gamma and beta for `out = xhat·gamma + beta`:
/// dx = rstd·(g − mean(g) − xhat·mean(g·xhat)) with g = dy·gamma. Gamma and beta are inputs 1 and 2.
pub(crate) fn grads(cx: &mut VjpCx<'_, '_>, n: &Normalized) -> Result<[Option<Value>; 3]> {
    let dtype = cx.dtype(n.xhat);
    let dy = cx.dy(0)?;
    let dy = cx.cast(dy, dtype)?;
    let input = |i: usize| cx.inputs.get(i).copied().flatten().filter(|_| cx.wants.get(i).copied().unwrap_or(false));
    let (gamma, beta) = (input(1), input(2));
    let mut out = [None; 3];
    if cx.wants[0] {
        let mut g = dy;
        if let Some(gamma) = cx.inputs.get(1).copied().flatten() {
            let gamma = cx.reshape(gamma, &n.param)?;
            let gamma = cx.cast(gamma, dtype)?;
            g = cx.mul(g, gamma)?;
        }
        let gx = cx.mul(g, n.xhat)?;
        let along = cx.reduce("mean", gx, &n.axes, true)?;
        let along = cx.mul(n.xhat, along)?;
        if n.centred {
            let mean = cx.reduce("mean", g, &n.axes, true)?;
            g = cx.sub(g, mean)?;
        }
        let d = cx.sub(g, along)?;
        out[0] = Some(cx.mul(d, n.rstd)?);
    }
    if let Some(gamma) = gamma {
        let d = cx.mul(dy, n.xhat)?;
        out[1] = Some(parameter_grad(cx, d, gamma, &n.param)?);
    }
    if let Some(beta) = beta {
        out[2] = Some(parameter_grad(cx, dy, beta, &n.param)?);
    }
    Ok(out)
}

fn parameter_grad(b: &mut Builder<'_>, d: Value, like: Value, param: &Shape) -> Result<Value> {
    let d = b.sum_to(d, param)?;
    let Type { dtype, shape } = b.ty(like).clone();
    let d = b.reshape(d, &shape)?;
    b.cast(d, dtype)
}
