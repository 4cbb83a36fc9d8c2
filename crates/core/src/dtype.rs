//! Element types and how they promote.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Element type of a tensor. The discriminants are wire and file numbers: append only.
///
/// It is a word wide because it mostly stands beside pointers: what holds it moves in whole words then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u64)]
pub enum DType {
    /// 32-bit float.
    F32 = 0,
    /// 64-bit float.
    F64 = 1,
    /// IEEE half.
    F16 = 2,
    /// bfloat16.
    BF16 = 3,
    /// Signed 8-bit.
    I8 = 4,
    /// Signed 16-bit.
    I16 = 5,
    /// Signed 32-bit.
    I32 = 6,
    /// Signed 64-bit.
    I64 = 7,
    /// Unsigned 8-bit.
    U8 = 8,
    /// Unsigned 16-bit.
    U16 = 9,
    /// Unsigned 32-bit.
    U32 = 10,
    /// Unsigned 64-bit.
    U64 = 11,
    /// One byte, 0 or 1.
    Bool = 12,
}

impl DType {
    /// Every dtype, in wire order.
    pub const ALL: [DType; 13] = [
        DType::F32,
        DType::F64,
        DType::F16,
        DType::BF16,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::Bool,
    ];

    /// The dtype of a wire number.
    pub fn from_wire(n: u8) -> Result<DType> {
        DType::ALL.get(n as usize).copied().ok_or_else(|| Error::internal(format!("dtype number {n} is not known")))
    }

    /// The name users write: `f32`, `i64`, `bool`.
    pub const fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::F16 => "f16",
            DType::BF16 => "bf16",
            DType::I8 => "i8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::U16 => "u16",
            DType::U32 => "u32",
            DType::U64 => "u64",
            DType::Bool => "bool",
        }
    }

    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::I8 | DType::U8 | DType::Bool => 1,
            DType::F16 | DType::BF16 | DType::I16 | DType::U16 => 2,
            DType::F32 | DType::I32 | DType::U32 => 4,
            DType::F64 | DType::I64 | DType::U64 => 8,
        }
    }

    /// Is it one of the four float types?
    pub const fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64 | DType::F16 | DType::BF16)
    }

    /// Is it an integer type (bool is not)?
    pub const fn is_int(self) -> bool {
        !self.is_float() && !matches!(self, DType::Bool)
    }

    /// Is it a signed integer or a float?
    pub const fn is_signed(self) -> bool {
        matches!(self, DType::I8 | DType::I16 | DType::I32 | DType::I64) || self.is_float()
    }

    /// The dtype in which results of true division, means and transcendental functions of
    /// this dtype are given: floats stay, everything else becomes `f32`.
    pub const fn to_float(self) -> DType {
        if self.is_float() { self } else { DType::F32 }
    }

    /// The common dtype of two tensors, as JAX promotes: integer with float gives that float,
    /// f16 with bf16 gives f32, unsigned with signed the next wider signed type (i64 at most),
    /// u64 with a signed type f32; bool gives way to anything.
    pub fn promote(self, other: DType) -> DType {
        use DType::*;
        if self == other || other == Bool {
            return self;
        }
        if self == Bool {
            return other;
        }
        match (self.is_float(), other.is_float()) {
            (true, false) => self,
            (false, true) => other,
            (true, true) => match (self, other) {
                (F64, _) | (_, F64) => F64,
                (F32, _) | (_, F32) => F32,
                _ => F32, // f16 with bf16
            },
            (false, false) => {
                if self.is_signed() == other.is_signed() {
                    return if self.size() >= other.size() { self } else { other };
                }
                let (signed, unsigned) = if self.is_signed() { (self, other) } else { (other, self) };
                match unsigned.size() {
                    n if n < signed.size() => signed,
                    1 => I16,
                    2 => I32,
                    4 => I64,
                    _ => F32,
                }
            }
        }
    }

    /// The dtype that a JavaScript scalar of kind `scalar` (f32 for numbers, i64 for BigInt,
    /// bool) takes beside a tensor of this dtype: scalars are weak and change it only where
    /// they must (a fraction beside an integer gives `f32`).
    pub fn with_weak(self, scalar: Weak) -> DType {
        match scalar {
            Weak::Bool => self,
            Weak::Int => {
                if self == DType::Bool {
                    DType::I32
                } else {
                    self
                }
            }
            Weak::Float => self.to_float(),
        }
    }
}

/// What kind of JavaScript scalar stands beside a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// `true` or `false`.
    Bool,
    /// An integral number or a BigInt.
    Int,
    /// A number with a fraction, NaN or an infinity.
    Float,
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
