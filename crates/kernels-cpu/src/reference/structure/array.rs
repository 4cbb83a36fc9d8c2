//! Inputs as ndarray arrays: of f64 for floats, of i128 for integers and bools (so that nothing is
//! lost), or of bit patterns for kernels that only move elements. And arrays as outputs.

use ndarray::{ArrayD, IxDyn};
use talray_core::infer::normalize_axis;
use talray_core::{DType, Error, Result};

use crate::{Call, Element, Input, dispatch};

/// f64 and i128.
pub trait Number: Copy + PartialOrd + 'static {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// `self + other`
    fn plus(self, other: Self) -> Self;
    /// `self * other`
    fn times(self, other: Self) -> Self;
    /// Is it NaN?
    fn nan(self) -> bool {
        false
    }
    /// As f64.
    fn to_f64(self) -> f64;
    /// The lowest and highest value of a dtype, infinite for floats.
    fn range(dtype: DType) -> (Self, Self);
    /// The lowest and highest finite value of a dtype.
    fn limits(dtype: DType) -> (Self, Self);
    /// The elements of an input.
    fn read(input: &Input<'_>) -> Result<ArrayD<Self>>;
    /// Writes output `i`: floats round, integers wrap.
    fn write(call: &mut Call<'_>, i: usize, values: &ArrayD<Self>) -> Result<()>;

    /// The larger one; NaN if one is.
    fn larger(self, other: Self) -> Self {
        if self > other || self.nan() { self } else { other }
    }
    /// The smaller one; NaN if one is.
    fn smaller(self, other: Self) -> Self {
        if self < other || self.nan() { self } else { other }
    }
}

impl Number for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    fn plus(self, other: f64) -> f64 {
        self + other
    }
    fn times(self, other: f64) -> f64 {
        self * other
    }
    fn nan(self) -> bool {
        self.is_nan()
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn range(_: DType) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    fn limits(dtype: DType) -> (f64, f64) {
        let most = match dtype {
            DType::F16 => half::f16::MAX.to_f64(),
            DType::BF16 => half::bf16::MAX.to_f64(),
            DType::F32 => f64::from(f32::MAX),
            _ => f64::MAX,
        };
        (-most, most)
    }
    fn read(input: &Input<'_>) -> Result<ArrayD<f64>> {
        dispatch!(input.dtype, T => elements::<T, f64>(input, Element::to_f64))
    }
    fn write(call: &mut Call<'_>, i: usize, values: &ArrayD<f64>) -> Result<()> {
        dispatch!(call.outputs[i].dtype, T => fill::<f64, T>(call, i, values, T::from_f64))
    }
}

/// `$body` for the Rust type of an integer dtype; bool is u8.
macro_rules! integer {
    ($dtype:expr, $T:ident => $body:expr) => {
        integer!(@ $dtype, $T, $body, I8 i8 I16 i16 I32 i32 I64 i64 U8 u8 U16 u16 U32 u32 U64 u64 Bool u8)
    };
    (@ $dtype:expr, $T:ident, $body:expr, $($d:ident $t:ident)*) => {
        match $dtype {
            $(DType::$d => { type $T = $t; $body })*
            d => Err(Error::internal(format!("{d} is no integer"))),
        }
    };
}

impl Number for i128 {
    const ZERO: i128 = 0;
    const ONE: i128 = 1;
    fn plus(self, other: i128) -> i128 {
        self.wrapping_add(other)
    }
    fn times(self, other: i128) -> i128 {
        self.wrapping_mul(other)
    }
    fn to_f64(self) -> f64 {
        self as f64
    }
    fn range(dtype: DType) -> (i128, i128) {
        i128::limits(dtype)
    }
    fn limits(dtype: DType) -> (i128, i128) {
        let bits = 8 * dtype.size() as u32;
        match dtype {
            DType::Bool => (0, 1),
            d if d.is_signed() => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            _ => (0, (1 << bits) - 1),
        }
    }
    fn read(input: &Input<'_>) -> Result<ArrayD<i128>> {
        integer!(input.dtype, T => elements::<T, i128>(input, i128::from))
    }
    fn write(call: &mut Call<'_>, i: usize, values: &ArrayD<i128>) -> Result<()> {
        integer!(call.outputs[i].dtype, T => fill::<i128, T>(call, i, values, |x| x as T))
    }
}

/// Runs `$body` with `$N` bound to f64 for float dtypes, to i128 for the others.
macro_rules! by_kind {
    ($dtype:expr, $N:ident => $body:expr) => {
        if $dtype.is_float() {
            type $N = f64;
            $body
        } else {
            type $N = i128;
            $body
        }
    };
}
pub(super) use by_kind;

fn elements<T: Element, A>(input: &Input<'_>, convert: impl Fn(T) -> A) -> Result<ArrayD<A>> {
    let buffer = input.buffer::<T>()?;
    let place = |index: IxDyn| {
        let steps = (0..input.shape.len()).map(|d| index[d] as isize * input.strides[d]);
        (input.offset as isize + steps.sum::<isize>()) as usize
    };
    Ok(ArrayD::from_shape_fn(IxDyn(input.shape), |index| convert(buffer[place(index)])))
}

fn fill<A: Copy, T: Element>(call: &mut Call<'_>, i: usize, values: &ArrayD<A>, convert: impl Fn(A) -> T) -> Result<()> {
    let mut out = call.output(i);
    let out = out.slice::<T>()?;
    if out.len() < values.len() {
        return Err(Error::internal(format!("{} values for an output of {}", values.len(), out.len())));
    }
    out.iter_mut().zip(values).for_each(|(o, v)| *o = convert(*v));
    Ok(())
}

/// Input `i`.
pub fn input<N: Number>(call: &Call<'_>, i: usize) -> Result<ArrayD<N>> {
    N::read(&call.input(i)?)
}

/// The bit patterns of input `i`.
pub fn bits(call: &Call<'_>, i: usize) -> Result<ArrayD<u64>> {
    let x = call.input(i)?;
    let size = x.dtype.size();
    let place = |index: IxDyn| {
        let steps = (0..x.shape.len()).map(|d| index[d] as isize * x.strides[d]);
        (x.offset as isize + steps.sum::<isize>()) as usize * size
    };
    Ok(ArrayD::from_shape_fn(IxDyn(x.shape), |index| {
        let mut word = [0; 8];
        word[..size].copy_from_slice(&x.bytes[place(index.clone())..][..size]);
        u64::from_le_bytes(word)
    }))
}

/// Writes bit patterns to output `i`.
pub fn write_bits<'v>(call: &mut Call<'_>, i: usize, values: impl IntoIterator<Item = &'v u64>) {
    let out = call.output(i);
    let size = out.dtype.size();
    for (o, v) in out.bytes.chunks_exact_mut(size).zip(values) {
        o.copy_from_slice(&v.to_le_bytes()[..size]);
    }
}

/// The bit pattern of a number in a dtype.
pub fn pattern(x: f64, dtype: DType) -> u64 {
    let mut word = [0; 8];
    word[..dtype.size()].copy_from_slice(&talray_core::graph::encode(&[x], dtype));
    u64::from_le_bytes(word)
}

/// Indices: input `i`, of i32 or i64.
pub fn integers(call: &Call<'_>, i: usize) -> Result<ArrayD<i64>> {
    let x = call.input(i)?;
    match x.dtype {
        DType::I32 => elements::<i32, i64>(&x, i64::from),
        DType::I64 => elements::<i64, i64>(&x, |i| i),
        d => Err(Error::dtype(format!("indices: expected i32 or i64, received {d}"))),
    }
}

/// The position that `index` names on an axis of size `n`; `at` says where the index stands.
pub fn position(index: i64, n: usize, at: usize) -> Result<usize> {
    let from_start = if index < 0 { index + n as i64 } else { index };
    if !(0..n as i64).contains(&from_start) {
        return Err(Error::shape(format!("index {index} at position {at} is outside an axis of size {n}")));
    }
    Ok(from_start as usize)
}

/// The attribute `axis` of a call over `rank` axes.
pub fn axis(call: &Call<'_>, rank: usize) -> Result<usize> {
    normalize_axis(call.attrs.i64("axis")?, rank)
}
