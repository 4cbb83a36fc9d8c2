//! The threads that kernels run on. Work is cut into chunks whose borders depend on sizes only,
//! never on the number of threads, so that results have the same bits for any number of them.

use rayon::prelude::*;

/// A set of threads; with one thread everything runs on the caller.
#[derive(Clone, Debug)]
pub struct Pool {
    threads: usize,
}

impl Pool {
    /// Runs on the calling thread only.
    pub const fn serial() -> Pool {
        Pool { threads: 1 }
    }

    /// Runs on the rayon pool that the caller is a member of (the engine thread installs it).
    pub fn current() -> Pool {
        Pool { threads: rayon::current_num_threads() }
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `work(i)` for every chunk `i` in `0..chunks`, in any order.
    pub fn for_each(&self, chunks: usize, work: impl Fn(usize) + Sync) {
        self.run(chunks, &work);
    }

    /// Cuts `data` into pieces of `size` and calls `work(piece number, piece)` for each.
    pub fn for_each_chunk<T: Send>(&self, data: &mut [T], size: usize, work: impl Fn(usize, &mut [T]) + Sync) {
        self.run_chunks(data, size.max(1), &work);
    }

    // Behind `dyn`, so that rayon's machinery is compiled once and not for every closure of every dtype.
    fn run(&self, chunks: usize, work: &(dyn Fn(usize) + Sync)) {
        if self.threads == 1 || chunks < 2 {
            (0..chunks).for_each(work);
        } else {
            (0..chunks).into_par_iter().for_each(work);
        }
    }

    #[inline(never)]
    fn run_chunks<T: Send>(&self, data: &mut [T], size: usize, work: &(dyn Fn(usize, &mut [T]) + Sync)) {
        if self.threads == 1 || data.len() <= size {
            data.chunks_mut(size).enumerate().for_each(|(i, c)| work(i, c));
        } else {
            data.par_chunks_mut(size).enumerate().for_each(|(i, c)| work(i, c));
        }
    }
}
