//! How a kernel is called: typed views of inputs, contiguous outputs, attributes and a pool.

use smallvec::SmallVec;
use std::sync::Arc;
use talray_core::expr::Program;
use talray_core::graph::view::is_contiguous;
use talray_core::{AttrsRef, DType, Error, Result};

use crate::pool::Pool;

/// A kernel: reads the inputs of the call, fills its outputs.
pub type Kernel = fn(&mut Call<'_>) -> Result<()>;

/// A kernel with what the executor must know of it.
#[derive(Clone, Copy, Debug)]
pub struct KernelDef {
    /// Name of the op in the op table.
    pub op: &'static str,
    /// The function.
    pub run: Kernel,
    /// Does it accept strided inputs? Otherwise the executor makes them contiguous first.
    pub strided: bool,
}

/// One call. All sizes are concrete here.
pub struct Call<'a> {
    /// Attribute values.
    pub attrs: AttrsRef<'a>,
    /// Inputs; `None` for absent optionals.
    pub inputs: SmallVec<[Option<Input<'a>>; 4]>,
    /// Outputs, contiguous. A data-dependent output has its upper bound as shape; the kernel
    /// says how much it used with [`Call::set_len`].
    pub outputs: SmallVec<[Output<'a>; 2]>,
    /// Compiled region bodies (update rules), in the order of the node's regions.
    pub programs: &'a [Arc<Program>],
    /// Threads to run on.
    pub pool: &'a Pool,
    /// Lengths of the first axis of data-dependent outputs, as reported.
    pub lens: SmallVec<[Option<usize>; 2]>,
}

impl<'a> Call<'a> {
    /// Input `i`, which must be present.
    pub fn input(&self, i: usize) -> Result<Input<'a>> {
        self.inputs.get(i).copied().flatten().ok_or_else(|| Error::internal(format!("input {i} is absent")))
    }

    /// Input `i`, if present.
    pub fn optional(&self, i: usize) -> Option<Input<'a>> {
        self.inputs.get(i).copied().flatten()
    }

    /// Takes output `i` out of the call, so that it can be filled while the call is read.
    pub fn output(&mut self, i: usize) -> Output<'a> {
        let o = &mut self.outputs[i];
        Output { dtype: o.dtype, shape: o.shape.clone(), bytes: std::mem::take(&mut o.bytes) }
    }

    /// Reports that data-dependent output `i` has `len` entries along its first axis.
    pub fn set_len(&mut self, i: usize, len: usize) {
        if self.lens.len() <= i {
            self.lens.resize(i + 1, None);
        }
        self.lens[i] = Some(len);
    }
}

/// A read-only view of a tensor. Strides count elements; `bytes` starts at the buffer's start and
/// `offset` is the element index of the view's first element.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Element type.
    pub dtype: DType,
    /// Sizes.
    pub shape: &'a [usize],
    /// Steps in elements.
    pub strides: &'a [isize],
    /// Index of the first element.
    pub offset: usize,
    /// The whole buffer.
    pub bytes: &'a [u8],
}

impl<'a> Input<'a> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Has it no element?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is it row-major without gaps?
    pub fn is_contiguous(&self) -> bool {
        is_contiguous(self.shape, self.strides)
    }

    /// The elements of a contiguous view.
    ///
    /// # Errors
    /// `INTERNAL` when `T` is not the view's dtype or the view is strided.
    pub fn slice<T: Element>(&self) -> Result<&'a [T]> {
        if !self.is_contiguous() {
            return Err(Error::internal("a strided view was read as a slice"));
        }
        let n = self.len();
        Ok(if n == 0 { &[] } else { &self.buffer::<T>()?[self.offset..self.offset + n] })
    }

    /// The whole buffer as elements; index it with `offset` and `strides`.
    pub fn buffer<T: Element>(&self) -> Result<&'a [T]> {
        if !T::fits(self.dtype) {
            return Err(Error::internal(format!("a view of {} was read as another type", self.dtype)));
        }
        bytemuck::try_cast_slice(self.bytes).map_err(|e| Error::internal(format!("buffer: {e}")))
    }
}

/// A contiguous output.
#[derive(Debug)]
pub struct Output<'a> {
    /// Element type.
    pub dtype: DType,
    /// Sizes.
    pub shape: SmallVec<[usize; 4]>,
    /// Exactly the elements.
    pub bytes: &'a mut [u8],
}

impl<'a> Output<'a> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Has it no element?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements, to be filled.
    pub fn slice<T: Element>(&mut self) -> Result<&mut [T]> {
        if !T::fits(self.dtype) {
            return Err(Error::internal(format!("an output of {} was written as another type", self.dtype)));
        }
        bytemuck::try_cast_slice_mut(self.bytes).map_err(|e| Error::internal(format!("buffer: {e}")))
    }

    /// The elements, to be filled, for as long as the buffer lives.
    pub fn into_slice<T: Element>(self) -> Result<&'a mut [T]> {
        if !T::fits(self.dtype) {
            return Err(Error::internal(format!("an output of {} was written as another type", self.dtype)));
        }
        bytemuck::try_cast_slice_mut(self.bytes).map_err(|e| Error::internal(format!("buffer: {e}")))
    }
}

/// Rust types that hold elements. Bool is held as `u8` with the values 0 and 1.
pub trait Element: bytemuck::Pod + Copy + Send + Sync + PartialOrd + 'static {
    /// Its dtype (`u8` says `U8` and also serves bool).
    const DTYPE: DType;
    /// May a buffer of `dtype` be seen as this type?
    fn fits(dtype: DType) -> bool {
        dtype == Self::DTYPE || (Self::DTYPE == DType::U8 && dtype == DType::Bool)
    }
    /// As f64 (64-bit integers round).
    fn to_f64(self) -> f64;
    /// From f64: floats round, integers truncate and saturate, NaN gives 0.
    fn from_f64(x: f64) -> Self;
}

macro_rules! element {
    ($($t:ty, $d:ident);*) => { $(impl Element for $t {
        const DTYPE: DType = DType::$d;
        #[inline(always)] fn to_f64(self) -> f64 { self as f64 }
        #[inline(always)] fn from_f64(x: f64) -> Self { x as $t }
    })* };
}
element!(f32, F32; f64, F64; i8, I8; i16, I16; i32, I32; i64, I64; u8, U8; u16, U16; u32, U32; u64, U64);

impl Element for half::f16 {
    const DTYPE: DType = DType::F16;
    fn to_f64(self) -> f64 {
        half::f16::to_f64(self)
    }
    fn from_f64(x: f64) -> Self {
        half::f16::from_f64(x)
    }
}

impl Element for half::bf16 {
    const DTYPE: DType = DType::BF16;
    fn to_f64(self) -> f64 {
        half::bf16::to_f64(self)
    }
    fn from_f64(x: f64) -> Self {
        half::bf16::from_f64(x)
    }
}

/// Runs `$body` with `$T` bound to the Rust type of a dtype: `dispatch!(dtype, T => f::<T>(call))`.
/// Bool is seen as `u8`.
#[macro_export]
macro_rules! dispatch {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            talray_core::DType::F32 => {
                type $T = f32;
                $body
            }
            talray_core::DType::F64 => {
                type $T = f64;
                $body
            }
            talray_core::DType::F16 => {
                type $T = half::f16;
                $body
            }
            talray_core::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            talray_core::DType::I8 => {
                type $T = i8;
                $body
            }
            talray_core::DType::I16 => {
                type $T = i16;
                $body
            }
            talray_core::DType::I32 => {
                type $T = i32;
                $body
            }
            talray_core::DType::I64 => {
                type $T = i64;
                $body
            }
            talray_core::DType::U8 | talray_core::DType::Bool => {
                type $T = u8;
                $body
            }
            talray_core::DType::U16 => {
                type $T = u16;
                $body
            }
            talray_core::DType::U32 => {
                type $T = u32;
                $body
            }
            talray_core::DType::U64 => {
                type $T = u64;
                $body
            }
        }
    };
}
