//! Asking the processor for memory ahead of its use.

const LINE: usize = 64;

/// Starts fetching every cache line of `data`. Does nothing where there is no such instruction.
#[inline(always)]
pub fn prefetch<T>(data: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = data.as_ptr().cast::<i8>();
        for offset in (0..size_of_val(data)).step_by(LINE) {
            // SAFETY: prefetching reads nothing and faults on no address; `offset` is inside `data`.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (data, LINE);
    }
}
