//! Integer arithmetic on blocks: wraps, and gives 0 where the divisor is 0.

use std::marker::PhantomData;

use talray_core::DType;
use talray_core::expr::Prim;

use super::super::vector::Isa;
use super::{Args, Loop, Step, plain, plain1, plain2};

/// The loop of `prim` on integers of `dtype`.
pub(super) fn step(prim: Prim, dtype: DType) -> Option<Step> {
    match dtype {
        DType::I8 => of::<i8>(prim),
        DType::I16 => of::<i16>(prim),
        DType::I32 => of::<i32>(prim),
        DType::I64 => of::<i64>(prim),
        DType::U8 => of::<u8>(prim),
        DType::U16 => of::<u16>(prim),
        DType::U32 => of::<u32>(prim),
        DType::U64 => of::<u64>(prim),
        _ => None,
    }
}

fn of<T: Integer>(prim: Prim) -> Option<Step> {
    macro_rules! two {
        ($name:ident) => {
            plain::<Two<$name, T>>()
        };
    }
    Some(match prim {
        Prim::Neg => plain::<One<Neg, T>>(),
        Prim::Abs => plain::<One<Abs, T>>(),
        Prim::Not => plain::<One<Not, T>>(),
        Prim::Floor | Prim::Ceil | Prim::Trunc | Prim::Round => plain::<One<Same, T>>(),
        Prim::Add => two!(Add),
        Prim::Sub => two!(Sub),
        Prim::Mul => two!(Mul),
        Prim::Div => two!(Div),
        Prim::Rem => two!(Rem),
        Prim::FloorDiv => two!(FloorDiv),
        Prim::Mod => two!(Mod),
        Prim::Min => two!(Min),
        Prim::Max => two!(Max),
        Prim::And => two!(And),
        Prim::Or => two!(Or),
        Prim::Xor => two!(Xor),
        Prim::Shl => two!(Shl),
        Prim::Shr => two!(Shr),
        Prim::Pow => two!(Pow),
        Prim::Gcd => two!(Gcd),
        _ => return None,
    })
}

struct One<F, T>(PhantomData<(F, T)>);

impl<T: Integer, F: Unary> Loop for One<F, T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements of T.
        unsafe { plain1(args, F::of::<T>) }
    }
}

struct Two<F, T>(PhantomData<(F, T)>);

impl<T: Integer, F: Binary> Loop for Two<F, T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements of T.
        unsafe { plain2(args, F::of::<T>) }
    }
}

trait Unary: 'static {
    fn of<T: Integer>(x: T) -> T;
}

trait Binary: 'static {
    fn of<T: Integer>(x: T, y: T) -> T;
}

/// One type a function, calling the method of [`Integer`].
macro_rules! functions {
    ($($trait:ident $name:ident $method:ident ($($arg:ident),+);)+) => { $(
        enum $name {}
        impl $trait for $name {
            #[inline(always)]
            fn of<T: Integer>($($arg: T),+) -> T {
                T::$method($($arg),+)
            }
        }
    )+ };
}

functions! {
    Unary Neg neg(x);
    Unary Abs abs(x);
    Unary Not not(x);
    Unary Same same(x);
    Binary Add add(x, y);
    Binary Sub sub(x, y);
    Binary Mul mul(x, y);
    Binary Div div(x, y);
    Binary Rem rem(x, y);
    Binary FloorDiv floor_div(x, y);
    Binary Mod modulo(x, y);
    Binary Min least(x, y);
    Binary Max greatest(x, y);
    Binary And and(x, y);
    Binary Or or(x, y);
    Binary Xor xor(x, y);
    Binary Shl shl(x, y);
    Binary Shr shr(x, y);
    Binary Pow pow(x, y);
    Binary Gcd gcd(x, y);
}

trait Integer: Copy + 'static {
    fn neg(self) -> Self;
    fn abs(self) -> Self;
    fn not(self) -> Self;
    fn same(self) -> Self;
    fn add(self, y: Self) -> Self;
    fn sub(self, y: Self) -> Self;
    fn mul(self, y: Self) -> Self;
    fn div(self, y: Self) -> Self;
    fn rem(self, y: Self) -> Self;
    fn floor_div(self, y: Self) -> Self;
    fn modulo(self, y: Self) -> Self;
    fn least(self, y: Self) -> Self;
    fn greatest(self, y: Self) -> Self;
    fn and(self, y: Self) -> Self;
    fn or(self, y: Self) -> Self;
    fn xor(self, y: Self) -> Self;
    fn shl(self, y: Self) -> Self;
    fn shr(self, y: Self) -> Self;
    fn pow(self, y: Self) -> Self;
    fn gcd(self, y: Self) -> Self;
}

/// The same text for each type; `$signed` says what differs.
macro_rules! integers {
    ($($type:ty, $word:ty, $signed:literal;)+) => { $(
        #[allow(unused_comparisons, clippy::allow_attributes, reason = "one text for signed and unsigned")]
        impl Integer for $type {
            #[inline(always)]
            fn neg(self) -> Self {
                self.wrapping_neg()
            }

            #[inline(always)]
            fn abs(self) -> Self {
                if self < 0 { self.wrapping_neg() } else { self }
            }

            #[inline(always)]
            fn not(self) -> Self {
                !self
            }

            #[inline(always)]
            fn same(self) -> Self {
                self
            }

            #[inline(always)]
            fn add(self, y: Self) -> Self {
                self.wrapping_add(y)
            }

            #[inline(always)]
            fn sub(self, y: Self) -> Self {
                self.wrapping_sub(y)
            }

            #[inline(always)]
            fn mul(self, y: Self) -> Self {
                self.wrapping_mul(y)
            }

            #[inline(always)]
            fn div(self, y: Self) -> Self {
                if y == 0 { 0 } else { self.wrapping_div(y) }
            }

            #[inline(always)]
            fn rem(self, y: Self) -> Self {
                if y == 0 { 0 } else { self.wrapping_rem(y) }
            }

            #[inline(always)]
            fn floor_div(self, y: Self) -> Self {
                let (q, r) = (Integer::div(self, y), Integer::rem(self, y));
                if r != 0 && (r < 0) != (y < 0) { q.wrapping_sub(1) } else { q }
            }

            #[inline(always)]
            fn modulo(self, y: Self) -> Self {
                let r = Integer::rem(self, y);
                if r != 0 && (r < 0) != (y < 0) { r.wrapping_add(y) } else { r }
            }

            #[inline(always)]
            fn least(self, y: Self) -> Self {
                self.min(y)
            }

            #[inline(always)]
            fn greatest(self, y: Self) -> Self {
                self.max(y)
            }

            #[inline(always)]
            fn and(self, y: Self) -> Self {
                self & y
            }

            #[inline(always)]
            fn or(self, y: Self) -> Self {
                self | y
            }

            #[inline(always)]
            fn xor(self, y: Self) -> Self {
                self ^ y
            }

            #[inline(always)]
            fn shl(self, y: Self) -> Self {
                if (y as $word) < (<$type>::BITS as $word) { self << (y as u32) } else { 0 }
            }

            #[inline(always)]
            fn shr(self, y: Self) -> Self {
                let last = <$type>::BITS - 1;
                if (y as $word) <= (last as $word) { self >> (y as u32) } else if $signed { self >> last } else { 0 }
            }

            // Stein's: factors of two are shifted out, so that nothing is divided.
            #[inline(always)]
            fn gcd(self, y: Self) -> Self {
                let (mut a, mut b) = (Integer::abs(self) as $word, Integer::abs(y) as $word);
                if a == 0 || b == 0 {
                    return (a | b) as Self;
                }
                let twos = (a | b).trailing_zeros();
                a >>= a.trailing_zeros();
                while b != 0 {
                    b >>= b.trailing_zeros();
                    (a, b) = (a.min(b), a.max(b) - a.min(b));
                }
                (a << twos) as Self
            }

            #[inline(always)]
            fn pow(self, y: Self) -> Self {
                if y < 0 {
                    return match self.wrapping_add(1) {
                        2 => 1,
                        // The base is −1: its sign by the last bit of the exponent.
                        0 => if y & 1 == 0 { 1 } else { self },
                        _ => 0,
                    };
                }
                let (mut base, mut left, mut product) = (self, y, 1);
                while left != 0 {
                    if left & 1 == 1 {
                        product = <$type>::wrapping_mul(product, base);
                    }
                    base = base.wrapping_mul(base);
                    left >>= 1;
                }
                product
            }
        }
    )+ };
}

integers! {
    i8, u8, true;
    i16, u16, true;
    i32, u32, true;
    i64, u64, true;
    u8, u8, false;
    u16, u16, false;
    u32, u32, false;
    u64, u64, false;
}
