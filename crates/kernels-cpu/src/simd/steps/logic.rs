//! Comparisons, choice and logic on blocks.

use std::marker::PhantomData;

use talray_core::DType;
use talray_core::expr::Prim;

use super::super::level::Level;
use super::super::vector::Isa;
use super::{Args, Loop, Step, narrow_at, plain, plain1, plain2};

/// Runs `$body` with `$T` as the type that blocks hold values of a dtype in.
macro_rules! held {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 | DType::F16 | DType::BF16 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            DType::I8 => {
                type $T = i8;
                $body
            }
            DType::I16 => {
                type $T = i16;
                $body
            }
            DType::I32 => {
                type $T = i32;
                $body
            }
            DType::I64 => {
                type $T = i64;
                $body
            }
            DType::U8 | DType::Bool => {
                type $T = u8;
                $body
            }
            DType::U16 => {
                type $T = u16;
                $body
            }
            DType::U32 => {
                type $T = u32;
                $body
            }
            DType::U64 => {
                type $T = u64;
                $body
            }
        }
    };
}
pub(super) use held;

/// The loop of a comparison of values of `dtype`.
pub(super) fn compare(prim: Prim, dtype: DType, level: Level) -> Option<Step> {
    match dtype {
        DType::F32 | DType::F16 | DType::BF16 => compare_at::<f32>(prim, level),
        DType::F64 => compare_at::<f64>(prim, level),
        _ => held!(dtype, T => compare_at::<T>(prim, Level::Portable)),
    }
}

fn compare_at<T: Copy + PartialOrd + 'static>(prim: Prim, level: Level) -> Option<Step> {
    Some(match prim {
        Prim::Lt => narrow_at::<Compare<Lt, T>>(level),
        Prim::Le => narrow_at::<Compare<Le, T>>(level),
        Prim::Eq => narrow_at::<Compare<Eq, T>>(level),
        Prim::Ne => narrow_at::<Compare<Ne, T>>(level),
        _ => return None,
    })
}

/// The loop that chooses between values of `dtype`.
pub(super) fn select(dtype: DType, level: Level) -> Option<Step> {
    let words = match dtype {
        DType::F16 | DType::BF16 => DType::U32,
        other => [DType::U8, DType::U16, DType::U32, DType::U64][other.size().trailing_zeros() as usize],
    };
    Some(held!(words, T => narrow_at::<Select<T>>(level)))
}

/// The loop of `prim` on bool.
pub(super) fn boolean(prim: Prim) -> Option<Step> {
    Some(match prim {
        Prim::Add | Prim::Or | Prim::Max => plain::<Logic<Or>>(),
        Prim::Mul | Prim::And | Prim::Min => plain::<Logic<And>>(),
        Prim::Sub | Prim::Xor => plain::<Logic<Xor>>(),
        Prim::Not => plain::<Complement>(),
        Prim::Abs | Prim::Floor | Prim::Ceil | Prim::Trunc | Prim::Round => plain::<Same>(),
        _ => return None,
    })
}

trait Relation: 'static {
    fn holds<T: PartialOrd>(a: T, b: T) -> bool;
}

enum Lt {}
impl Relation for Lt {
    #[inline(always)]
    fn holds<T: PartialOrd>(a: T, b: T) -> bool {
        a < b
    }
}

enum Le {}
impl Relation for Le {
    #[inline(always)]
    fn holds<T: PartialOrd>(a: T, b: T) -> bool {
        a <= b
    }
}

enum Eq {}
impl Relation for Eq {
    #[inline(always)]
    fn holds<T: PartialOrd>(a: T, b: T) -> bool {
        a == b
    }
}

enum Ne {}
impl Relation for Ne {
    #[inline(always)]
    fn holds<T: PartialOrd>(a: T, b: T) -> bool {
        a != b
    }
}

struct Compare<R, T>(PhantomData<(R, T)>);

impl<R: Relation, T: Copy + PartialOrd + 'static> Loop for Compare<R, T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements.
        unsafe { plain2(args, |a: T, b: T| u8::from(R::holds(a, b))) }
    }
}

struct Select<T>(PhantomData<T>);

impl<T: Copy + 'static> Loop for Select<T> {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        let (chosen, a, b) = (args.src[0], args.src[1].cast::<T>(), args.src[2].cast::<T>());
        let dst = args.dst.cast::<T>();
        for i in 0..args.n {
            // SAFETY: i < n, and the caller answers for n elements. Both sides are read, so that the loop has no branch.
            unsafe {
                let (yes, no) = (*a.add(i), *b.add(i));
                *dst.add(i) = if *chosen.add(i) != 0 { yes } else { no };
            }
        }
    }
}

trait Gate: 'static {
    fn of(a: u8, b: u8) -> u8;
}

enum And {}
impl Gate for And {
    #[inline(always)]
    fn of(a: u8, b: u8) -> u8 {
        a & b
    }
}

enum Or {}
impl Gate for Or {
    #[inline(always)]
    fn of(a: u8, b: u8) -> u8 {
        a | b
    }
}

enum Xor {}
impl Gate for Xor {
    #[inline(always)]
    fn of(a: u8, b: u8) -> u8 {
        a ^ b
    }
}

struct Logic<G>(PhantomData<G>);

impl<G: Gate> Loop for Logic<G> {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements.
        unsafe { plain2(args, G::of) }
    }
}

struct Complement;

impl Loop for Complement {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements.
        unsafe { plain1(args, |a: u8| a ^ 1) }
    }
}

struct Same;

impl Loop for Same {
    #[inline(always)]
    unsafe fn run<S: Isa>(_: S, args: &Args) {
        // SAFETY: the caller answers for n elements.
        unsafe { plain1(args, |a: u8| a) }
    }
}
