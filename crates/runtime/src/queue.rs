//! The order of jobs: a thread takes them one after another, with a rayon pool in which it counts as one. Where there
//! are no threads (WebAssembly) a job runs when it is pushed.

use talray_core::Result;
#[cfg(not(target_family = "wasm"))]
use {
    std::sync::mpsc::{Sender, channel},
    std::sync::{Mutex, PoisonError},
    talray_core::Error,
};

/// One piece of work.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Jobs on their way to the engine's thread, which starts with the first one.
#[cfg(not(target_family = "wasm"))]
pub(crate) struct Queue {
    threads: usize,
    sender: Mutex<Option<Sender<Job>>>,
}

#[cfg(not(target_family = "wasm"))]
impl Queue {
    /// A queue whose pool will have this many threads.
    pub(crate) fn new(threads: usize) -> Queue {
        Queue { threads, sender: Mutex::new(None) }
    }

    /// Has `job` run after all that were pushed before.
    pub(crate) fn push(&self, job: Job) -> Result<()> {
        let mut queue = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match &*queue {
            Some(sender) => sender,
            None => queue.insert(start(self.threads)?),
        };
        sender.send(job).map_err(|_| Error::internal("the engine's thread has ended"))
    }
}

/// Starts the thread, with its pool around it.
#[cfg(not(target_family = "wasm"))]
fn start(threads: usize) -> Result<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    let run = move || {
        // The pool lives as long as the thread, which counts as one of its members.
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .use_current_thread()
            .thread_name(|i| format!("talray-{i}"))
            .build();
        for job in jobs {
            // A panic is a bug, but it must not end the queue; the job's promises report it.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
        }
        drop(pool);
    };
    let spawned = std::thread::Builder::new().name("talray-engine".into()).stack_size(16 << 20).spawn(run);
    spawned.map_err(|e| Error::internal(format!("the engine's thread cannot be started: {e}")))?;
    Ok(sender)
}

/// Jobs run when they are pushed.
#[cfg(target_family = "wasm")]
pub(crate) struct Queue;

#[cfg(target_family = "wasm")]
impl Queue {
    pub(crate) fn new(_threads: usize) -> Queue {
        Queue
    }

    /// Runs `job`.
    pub(crate) fn push(&self, job: Job) -> Result<()> {
        job();
        Ok(())
    }
}
