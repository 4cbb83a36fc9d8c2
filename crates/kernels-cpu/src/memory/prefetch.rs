//! Asking the processor for memory ahead of its use.

const LINE: usize = 64;

/// Starts fetching every cache line of `data`. Does nothing where there is no such instruction.
#[inline(always)]
pub fn prefetch<T>(data: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = data.as_ptr().cast::<i8>();
        let (before, size) = (start.addr() % LINE, size_of_val(data));
        for offset in (0..before + size).step_by(LINE) {
            // SAFETY: prefetching reads nothing and faults on no address, so the pointer may lie in
            // the line in which `data` begins, before it.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_sub(before).wrapping_add(offset)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = (data, LINE);
    }
}
