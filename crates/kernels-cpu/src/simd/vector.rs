//! What an instruction set supplies: float vectors, their masks and their bit patterns. A vector can only be
//! made from an [`Isa`] token, and a token only after the processor was asked, so a vector's existence proves
//! that its instructions may run; that is why all methods are safe.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::level::Level;

/// An algorithm that runs at any level. Mark `run` and all it calls `#[inline(always)]`, or they are compiled
/// without the level's instructions.
pub trait Kernel {
    /// What the algorithm returns.
    type Output;
    /// Runs the algorithm with the vectors of `S`.
    fn run<S: Isa>(self, isa: S) -> Self::Output;
}

/// An instruction set: a token that exists only where the processor has it.
pub trait Isa: Copy + Send + Sync + 'static {
    /// The level that this set stands for.
    const LEVEL: Level;
    /// Vector of f32.
    type F32: Single<Isa = Self, Wide = Self::F64>;
    /// Vector of f64, half as many lanes.
    type F64: Double<Isa = Self>;
    /// The token, where the processor has the instructions.
    fn detect() -> Option<Self>;
    /// The token, without asking the processor.
    ///
    /// # Safety
    /// The processor has the instructions: `detect` gave a token before.
    #[expect(unsafe_code, reason = "a token may be made again at no cost where one was made before")]
    unsafe fn assume() -> Self;
    /// Runs `kernel` inside a function compiled for this set.
    fn enter<K: Kernel>(self, kernel: K) -> K::Output;
}

/// A lane-wise truth value.
pub trait Mask: Copy {
    /// Lane-wise and.
    fn and(self, other: Self) -> Self;
    /// Lane-wise or.
    fn or(self, other: Self) -> Self;
    /// Whether any lane is true.
    fn any(self) -> bool;
}

/// The bit patterns of a float vector as unsigned integers; arithmetic wraps.
pub trait Bits: Copy {
    /// `u32` or `u64`.
    type Elem: Copy;
    /// A vector with this value in each lane.
    fn of(self, value: Self::Elem) -> Self;
    /// Wrapping sum.
    fn add(self, other: Self) -> Self;
    /// Wrapping difference.
    fn sub(self, other: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Shift left; `by` should be a constant below the width.
    fn shl(self, by: u32) -> Self;
    /// Logical shift right; `by` should be a constant below the width.
    fn shr(self, by: u32) -> Self;
}

/// A vector of floats. Each operation is one correctly rounded IEEE operation a lane.
pub trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Neg<Output = Self>
{
    /// `f32` or `f64`.
    type Elem: Copy + Default + PartialOrd + 'static;
    /// Result of comparisons.
    type Mask: Mask;
    /// Bit patterns.
    type Bits: Bits;
    /// The instruction set this vector belongs to.
    type Isa: Isa;
    /// Lanes in the vector, at most 16.
    const LANES: usize;

    /// A vector with `value` in each lane.
    fn splat(isa: Self::Isa, value: Self::Elem) -> Self;
    /// The first `LANES` elements of `src`; panics when there are fewer.
    fn load(isa: Self::Isa, src: &[Self::Elem]) -> Self;
    /// Writes the first `LANES` elements of `dst`; panics when there are fewer.
    fn store(self, dst: &mut [Self::Elem]);
    /// The token that this vector proves.
    fn isa(self) -> Self::Isa;

    /// `self * factor + addend`, rounded once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `addend - self * factor`, rounded once.
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self;
    /// `self + a * b`, rounded once where instructions do that, else after each operation: what sums of products need.
    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        a.mul_add(b, self)
    }
    /// Square root.
    fn sqrt(self) -> Self;
    /// Largest integral value not above.
    fn floor(self) -> Self;
    /// Smallest integral value not below.
    fn ceil(self) -> Self;
    /// Integral part.
    fn trunc(self) -> Self;
    /// Nearest integral value, ties to even.
    fn round_even(self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Magnitude of `self`, sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// `self < other ? self : other`, so `other` when either is NaN.
    fn min(self, other: Self) -> Self;
    /// `self > other ? self : other`, so `other` when either is NaN.
    fn max(self, other: Self) -> Self;
    /// `self < other`.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Mask;
    /// `self == other`.
    fn eq(self, other: Self) -> Self::Mask;
    /// `mask ? yes : no`.
    fn pick(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// The bit patterns.
    fn to_bits(self) -> Self::Bits;
    /// Floats of these bit patterns.
    fn from_bits(bits: Self::Bits) -> Self;

    /// A vector with `value` in each lane, made from a vector that exists.
    #[inline(always)]
    fn of(self, value: Self::Elem) -> Self {
        Self::splat(self.isa(), value)
    }

    /// Where a lane is NaN.
    #[inline(always)]
    fn unordered(self) -> Self::Mask {
        Self::negate(self.eq(self))
    }

    /// Lane-wise not.
    fn negate(mask: Self::Mask) -> Self::Mask;

    /// Limits to `low..=high`; NaN stays.
    #[inline(always)]
    fn clamp(self, low: Self::Elem, high: Self::Elem) -> Self {
        self.of(high).min(self.of(low).max(self))
    }

    /// The elements of `src`, at most `LANES`, with zeros after.
    #[inline(always)]
    fn load_part(isa: Self::Isa, src: &[Self::Elem]) -> Self {
        let mut pad = [Self::Elem::default(); 16];
        pad[..src.len()].copy_from_slice(src);
        Self::load(isa, &pad)
    }

    /// Writes all of `dst`, at most `LANES` elements.
    #[inline(always)]
    fn store_part(self, dst: &mut [Self::Elem]) {
        let mut pad = [Self::Elem::default(); 16];
        self.store(&mut pad);
        dst.copy_from_slice(&pad[..dst.len()]);
    }

    /// A scalar function of each lane.
    #[inline(always)]
    fn each(self, f: fn(Self::Elem) -> Self::Elem) -> Self {
        let mut lanes = [Self::Elem::default(); 16];
        self.store(&mut lanes);
        apply(&mut lanes[..Self::LANES], f);
        Self::load(self.isa(), &lanes)
    }

    /// A scalar function of each pair of lanes.
    #[inline(always)]
    fn each2(self, other: Self, f: fn(Self::Elem, Self::Elem) -> Self::Elem) -> Self {
        let (mut a, mut b) = ([Self::Elem::default(); 16], [Self::Elem::default(); 16]);
        self.store(&mut a);
        other.store(&mut b);
        apply2(&mut a[..Self::LANES], &b, f);
        Self::load(self.isa(), &a)
    }
}

/// Kept out of line, so that rare functions do not unroll into every loop.
#[inline(never)]
fn apply<T: Copy>(lanes: &mut [T], f: fn(T) -> T) {
    for lane in lanes {
        *lane = f(*lane);
    }
}

#[inline(never)]
fn apply2<T: Copy>(a: &mut [T], b: &[T], f: fn(T, T) -> T) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = f(*a, *b);
    }
}

/// A vector of f32.
pub trait Single: Vector<Elem = f32, Bits: Bits<Elem = u32>> {
    /// The f64 vector with half as many lanes.
    type Wide: Double<Isa = Self::Isa>;
    /// The lower and the upper half as f64; exact.
    fn widen(self) -> (Self::Wide, Self::Wide);
    /// Both halves rounded to f32.
    fn narrow(low: Self::Wide, high: Self::Wide) -> Self;
}

/// A vector of f64.
pub trait Double: Vector<Elem = f64, Bits: Bits<Elem = u64>> {}
