//! What the convolutions share: attributes, output shapes, and the composites over the ops `conv`,
//! `conv_input_grad` and `conv_kernel_grad`, which are channels-last and of any spatial rank.

use super::axes::permute;
use super::window::{DATA_FORMAT, DILATIONS, PADDING, PADS, STRIDES, Window, channels_first, to_first, to_last, windows};
use crate::graph::Builder;
use crate::infer::Infer;
use crate::op::{Attr, AttrKind, Default};
use crate::{AttrValue, AttrsRef, Code, DType, Dim, Error, Result, Shape, Type, Value};

/// Attribute `groups`.
pub(crate) const GROUPS: Attr = Attr::optional("groups", AttrKind::I64, Default::I64(1));

/// Attributes of the public convolutions.
pub(crate) const ATTRS: &[Attr] = &[STRIDES, PADDING, PADS, DILATIONS, GROUPS, DATA_FORMAT];

/// Attributes of the public depthwise convolutions.
pub(crate) const DEPTHWISE_ATTRS: &[Attr] = &[STRIDES, PADDING, PADS, DILATIONS, DATA_FORMAT];

/// Attributes of the public transposed convolutions.
pub(crate) const TRANSPOSE_ATTRS: &[Attr] = &[
    STRIDES,
    Attr::optional("padding", AttrKind::Enum(&["valid", "same"]), Default::Enum(0)),
    Attr::optional("output_padding", AttrKind::I64s, Default::Absent),
    DILATIONS,
    DATA_FORMAT,
];

/// The attributes `strides`, `padding`, `pads`, `dilations`, `groups` of one convolution, for another.
pub(crate) fn carried(attrs: AttrsRef<'_>) -> Vec<(&'static str, AttrValue)> {
    ["strides", "padding", "pads", "dilations", "groups"].into_iter().map(|name| (name, attrs.get(name).clone())).collect()
}

/// The known sizes of the first `spatial` axes of a kernel.
pub(crate) fn taps(kernel: &Shape, spatial: usize) -> Result<Vec<usize>> {
    let known: Option<Vec<usize>> = kernel.dims().iter().take(spatial).map(Dim::known).collect();
    known
        .filter(|k| k.len() == spatial && k.iter().all(|&n| n > 0))
        .ok_or_else(|| Error::shape(format!("expected a kernel of known sizes of at least 1, received {kernel}")))
}

/// Shape of the convolution of `x` `[batch, …, channels]` with `kernel` `[…, channels / groups, filters]`.
pub(crate) fn shape(cx: &mut Infer<'_>, x: &Shape, kernel: &Shape, groups: usize) -> Result<Shape> {
    let rank = x.rank();
    if rank < 3 || kernel.rank() != rank {
        return Err(cx.error(
            Code::Shape,
            format!("expected x [batch, …, channels] and a kernel of the same rank [… , in, out], received {x} and {kernel}"),
        ));
    }
    let spatial = rank - 2;
    let windows = windows(cx.attrs, &taps(kernel, spatial)?, true)?;
    if groups < 1 || kernel[rank - 1].known().is_some_and(|o| o % groups != 0) {
        return Err(cx.error(Code::Option, format!("attribute groups: {groups} does not divide {} filters", kernel[rank - 1])));
    }
    cx.same_dim(&x[rank - 1], &kernel[rank - 2].mul(groups), "channels of x, and of the kernel times groups")?;
    let mut out = vec![x[0].clone()];
    for (i, w) in windows.iter().enumerate() {
        if !w.fits(&x[i + 1]) {
            let message = format!("a kernel that reaches over {} elements does not fit the {} of axis {i}", w.reach(), x[i + 1]);
            return Err(cx.error(Code::Shape, message));
        }
        out.push(w.count(&x[i + 1]));
    }
    out.push(kernel[rank - 1].clone());
    Ok(out.into_iter().collect())
}

/// `shape` with its axes in the order `axes`.
fn reorder(shape: &Shape, axes: &[usize]) -> Shape {
    axes.iter().map(|&a| shape[a].clone()).collect()
}

fn need_rank(cx: &Infer<'_>, spatial: usize) -> Result<()> {
    let (x, kernel) = (cx.input(0)?, cx.input(1)?);
    if x.shape.rank() != spatial + 2 || kernel.shape.rank() != spatial + 2 {
        let message = format!("expected x and kernel of rank {}, received {} and {}", spatial + 2, x.shape, kernel.shape);
        return Err(cx.error(Code::Shape, message));
    }
    cx.need_dtype(0, DType::is_float, "a float type")
}

/// Infers a public convolution with `spatial` spatial axes.
pub(crate) fn infer(cx: &mut Infer<'_>, spatial: usize) -> Result<Vec<Type>> {
    need_rank(cx, spatial)?;
    let groups = cx.attrs.usize("groups")?;
    let kernel = cx.input(1)?.shape.clone();
    in_format(cx, |cx, x| shape(cx, x, &kernel, groups))
}

/// Infers a public depthwise convolution, kernel `[…, channels, multiplier]`.
pub(crate) fn infer_depthwise(cx: &mut Infer<'_>, spatial: usize) -> Result<Vec<Type>> {
    need_rank(cx, spatial)?;
    let (kernel, channels) = depthwise_kernel(&cx.input(1)?.shape)?;
    in_format(cx, |cx, x| shape(cx, x, &kernel, channels))
}

/// Infers a public transposed convolution, kernel `[…, filters, channels]`.
pub(crate) fn infer_transpose(cx: &mut Infer<'_>, spatial: usize) -> Result<Vec<Type>> {
    need_rank(cx, spatial)?;
    let kernel = cx.input(1)?.shape.clone();
    in_format(cx, |cx, x| {
        cx.same_dim(&x[spatial + 1], &kernel[spatial + 1], "channels of x and the last axis of the kernel")?;
        let mut out = vec![x[0].clone()];
        out.extend(transposed_sizes(cx.attrs, x, &kernel)?);
        out.push(kernel[spatial].clone());
        Ok(out.into_iter().collect())
    })
}

fn in_format(cx: &mut Infer<'_>, f: impl FnOnce(&mut Infer<'_>, &Shape) -> Result<Shape>) -> Result<Vec<Type>> {
    let Type { dtype, shape } = cx.input(0)?.clone();
    let rank = shape.rank();
    let out = if channels_first(cx.attrs)? {
        reorder(&f(cx, &reorder(&shape, &to_last(rank)))?, &to_first(rank))
    } else {
        f(cx, &shape)?
    };
    Ok(vec![Type::new(dtype, out)])
}

fn depthwise_kernel(kernel: &Shape) -> Result<(Shape, usize)> {
    let rank = kernel.rank();
    let channels =
        kernel[rank - 2].known().ok_or_else(|| Error::shape("the number of channels must be known while recording"))?;
    let mut dims = kernel.0.clone();
    dims[rank - 2] = 1usize.into();
    dims[rank - 1] = kernel[rank - 1].mul(channels);
    Ok((Shape(dims), channels))
}

/// Spatial sizes of Keras's transposed convolution for `x` in channels-last order: same: n·stride; valid:
/// n·stride + max(reach − stride, 0); with output padding p: (n − 1)·stride + reach − 2·pad + p, where pad is
/// ⌊reach / 2⌋ for same and 0 for valid.
fn transposed_sizes(attrs: AttrsRef<'_>, x: &Shape, kernel: &Shape) -> Result<Vec<Dim>> {
    let spatial = x.rank() - 2;
    let same = attrs.choice("padding")? == "same";
    let (strides, dilations) =
        (super::window::each(attrs, "strides", spatial)?, super::window::each(attrs, "dilations", spatial)?);
    let extra: Vec<Option<usize>> = if attrs.has("output_padding") {
        let given = attrs.i64s("output_padding")?;
        if (given.len() != 1 && given.len() != spatial) || given.iter().any(|&p| p < 0) {
            let message = format!("attribute output_padding: expected 1 or {spatial} numbers of at least 0, received {given:?}");
            return Err(Error::option(message).in_op(attrs.op.name));
        }
        (0..spatial).map(|i| Some(given[if given.len() == 1 { 0 } else { i }] as usize)).collect()
    } else {
        vec![None; spatial]
    };
    let taps = taps(kernel, spatial)?;
    (0..spatial)
        .map(|i| {
            let (n, stride) = (&x[i + 1], strides[i]);
            let reach = (taps[i] - 1) * dilations[i] + 1;
            let size = match extra[i] {
                None if same => n.mul(stride),
                None => n.mul(stride).add(reach.saturating_sub(stride)),
                Some(p) if p >= stride => {
                    let message = format!("attribute output_padding: {p} must be less than the stride {stride}");
                    return Err(Error::option(message).in_op(attrs.op.name));
                }
                Some(p) => {
                    let pad = if same { reach / 2 } else { 0 };
                    if same && reach % 2 + p == 0 {
                        let message =
                            "attribute output_padding: 0 with padding same needs a kernel that reaches over an odd number";
                        return Err(Error::option(message).in_op(attrs.op.name));
                    }
                    n.mul(stride).add(reach + p).sub(stride + 2 * pad)
                }
            };
            Ok(size)
        })
        .collect()
}

/// Lowers a public convolution to `conv`.
pub(crate) fn lower(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>) -> Result<Vec<Value>> {
    let [Some(x), Some(kernel)] = *inputs else { return Err(Error::internal("an input is absent")) };
    apply(b, x, attrs, |b, x| b.op("conv", &[x, kernel], &carried(attrs)))
}

/// Lowers a public depthwise convolution to `conv` with a group a channel.
pub(crate) fn lower_depthwise(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>) -> Result<Vec<Value>> {
    let [Some(x), Some(kernel)] = *inputs else { return Err(Error::internal("an input is absent")) };
    let (shape, channels) = depthwise_kernel(&b.shape(kernel))?;
    let kernel = b.reshape(kernel, &shape)?;
    let mut given: Vec<_> =
        ["strides", "padding", "pads", "dilations"].into_iter().map(|name| (name, attrs.get(name).clone())).collect();
    given.push(("groups", (channels as i64).into()));
    apply(b, x, attrs, |b, x| b.op("conv", &[x, kernel], &given))
}

/// Lowers a public transposed convolution to `conv_input_grad`.
pub(crate) fn lower_transpose(b: &mut Builder<'_>, inputs: &[Option<Value>], attrs: AttrsRef<'_>) -> Result<Vec<Value>> {
    let [Some(x), Some(kernel)] = *inputs else { return Err(Error::internal("an input is absent")) };
    apply(b, x, attrs, |b, x| {
        let sizes = transposed_sizes(attrs, &b.shape(x), &b.shape(kernel))?;
        let given = [
            ("shape", AttrValue::Dims(sizes)),
            ("strides", attrs.get("strides").clone()),
            ("padding", attrs.get("padding").clone()),
            ("dilations", attrs.get("dilations").clone()),
        ];
        b.op("conv_input_grad", &[x, kernel], &given)
    })
}

fn apply(
    b: &mut Builder<'_>,
    x: Value,
    attrs: AttrsRef<'_>,
    f: impl FnOnce(&mut Builder<'_>, Value) -> Result<Value>,
) -> Result<Vec<Value>> {
    let rank = b.rank(x);
    if !channels_first(attrs)? {
        return Ok(vec![f(b, x)?]);
    }
    let x = permute(b, x, &to_last(rank))?;
    let y = f(b, x)?;
    Ok(vec![permute(b, y, &to_first(rank))?])
}

/// The windows of op `conv` or one of its gradients over a kernel of shape `kernel`.
pub fn windows_of(attrs: AttrsRef<'_>, kernel: &[usize]) -> Result<Vec<Window>> {
    windows(attrs, &kernel[..kernel.len() - 2], true)
}
