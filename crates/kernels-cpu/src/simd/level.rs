//! Which instruction set runs: found once, lowered by tests.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::portable::Portable;
use super::vector::{Isa, Kernel};
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, avx512::Avx512};

/// A set of instructions, from the plainest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Plain Rust on small arrays: every machine.
    Portable = 1,
    /// AVX2 and FMA.
    Avx2 = 2,
    /// AVX-512 F, BW, DQ and VL.
    Avx512 = 3,
}

impl Level {
    /// The name that reports and `doctor` show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512].into_iter().find(|level| level.name() == name)
    }

    fn from_tag(tag: u8) -> Option<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512].into_iter().find(|level| *level as u8 == tag)
    }
}

/// Zero until the machine was asked.
static CURRENT: AtomicU8 = AtomicU8::new(0);

/// The level at which kernels run: the best that the machine has, unless [`set_level`] lowered it.
#[inline]
pub fn level() -> Level {
    Level::from_tag(CURRENT.load(Ordering::Relaxed)).unwrap_or_else(detect)
}

/// Makes kernels of this process run at `wanted`, or at the best level below it that the machine has, and
/// returns that level. Results do not depend on it, only speed.
pub fn set_level(wanted: Level) -> Level {
    let chosen = available_levels().into_iter().filter(|level| *level <= wanted).max().unwrap_or(Level::Portable);
    CURRENT.store(chosen as u8, Ordering::Relaxed);
    chosen
}

/// The levels that this machine has, plainest first.
pub fn available_levels() -> Vec<Level> {
    #[cfg(target_arch = "x86_64")]
    let wider = [Avx2::detect().map(|_| Level::Avx2), Avx512::detect().map(|_| Level::Avx512)];
    #[cfg(not(target_arch = "x86_64"))]
    let wider = [None];
    [Some(Level::Portable)].into_iter().chain(wider).flatten().collect()
}

/// The current level, where it is below the best that the machine has.
pub(super) fn lowered() -> Option<Level> {
    static BEST: OnceLock<Option<Level>> = OnceLock::new();
    let now = level();
    (*BEST.get_or_init(|| available_levels().last().copied()) != Some(now)).then_some(now)
}

/// Runs `kernel` at the current level.
#[inline]
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "tokens of a level that was detected are made again at no cost"))]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    match level() {
        // SAFETY: `level` gives only levels that the machine has.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { Avx512::assume() }.enter(kernel),
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { Avx2::assume() }.enter(kernel),
        _ => Portable.enter(kernel),
    }
}

#[cold]
fn detect() -> Level {
    set_level(Level::Avx512)
}
