//! The engine: one per process and device, with a queue of jobs.

use crate::queue::Queue;
use crate::{Cpu, Promise, Tensor};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use talray_core::{Error, Result};
use talray_kernels_cpu::simd::{Level, set_level};

/// Work below this many element operations runs on the calling thread when the engine is idle.
const SMALL: u64 = 300_000;
/// As many times that where the engine has one thread: its queue would not make the work shorter.
const ALONE: u64 = 4;

/// The CPU engine.
pub struct Engine {
    /// The device.
    pub cpu: Cpu,
    /// Threads of the pool.
    pub threads: usize,
    queue: Queue,
    queued: AtomicUsize,
}

/// Says whether the environment that asked for a job still exists.
#[derive(Clone, Default)]
pub struct Ticket(Arc<AtomicBool>);

impl Ticket {
    /// The environment is gone: jobs of it that have not begun are skipped.
    pub fn cancel(&self) {
        self.0.store(true, SeqCst);
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.0.load(SeqCst)
    }
}

impl Engine {
    /// The process's engine, made at the first call. `TALRAY_THREADS` sets the number of threads, `TALRAY_SIMD`
    /// (`portable`, `avx2`, `avx512`) holds kernels to a SIMD level below the machine's best.
    pub fn get() -> &'static Arc<Engine> {
        static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
        ENGINE.get_or_init(|| {
            let asked = std::env::var("TALRAY_THREADS").ok().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
            let threads = asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
            if let Some(wanted) = std::env::var("TALRAY_SIMD").ok().and_then(|name| Level::from_name(&name)) {
                set_level(wanted);
            }
            Arc::new(Engine::new(threads))
        })
    }

    /// An engine of its own with this many threads (for tests of determinism).
    pub fn new(threads: usize) -> Engine {
        Engine { cpu: Cpu::new(), threads, queue: Queue::new(threads), queued: AtomicUsize::new(0) }
    }

    /// Is no job queued or running?
    pub fn idle(&self) -> bool {
        self.queued.load(SeqCst) == 0
    }

    /// Is work of so many element operations to be done on the calling thread?
    pub(crate) fn takes_at_once(&self, work: u64) -> bool {
        work < SMALL * if self.threads == 1 { ALONE } else { 1 } && self.idle()
    }

    /// Queues a job. Jobs run one after another in the order in which they were queued.
    ///
    /// # Errors
    /// `INTERNAL` when the engine's thread cannot be started.
    pub fn submit(self: &Arc<Engine>, work: impl FnOnce(&Engine) + Send + 'static) -> Result<()> {
        self.queued.fetch_add(1, SeqCst);
        let engine = self.clone();
        self.queue.push(Box::new(move || {
            let _done = Done(&engine.queued);
            work(&engine);
        }))
    }
}

/// Counts a job as done when it ends, by a panic too.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Settles `promises` with `results`, or all of them with the error.
pub(crate) fn settle(promises: &[Arc<Promise>], results: Result<Vec<Tensor>>) {
    match results {
        Ok(tensors) => promises.iter().zip(tensors).for_each(|(p, t)| p.settle(Ok(t))),
        Err(e) => promises.iter().for_each(|p| p.settle(Err(e.clone()))),
    }
}

/// Settles promises with an error when a job ends without having done so (a panic).
pub(crate) struct Unsettled(pub Vec<Arc<Promise>>);

impl Drop for Unsettled {
    fn drop(&mut self) {
        for p in &self.0 {
            if p.get().is_none() {
                p.settle(Err(failed()));
            }
        }
    }
}

/// What a panic becomes.
pub(crate) fn failed() -> Error {
    Error::internal("the engine failed while computing this; please report it")
}
