//! Work done ahead of the requests: on a thread of its own, never more than asked for; without threads when it is
//! asked for.

#[cfg(any(test, target_family = "wasm"))]
mod inline;
#[cfg(not(target_family = "wasm"))]
mod threaded;

#[cfg(target_family = "wasm")]
pub(super) use inline::Background;
#[cfg(not(target_family = "wasm"))]
pub(super) use threaded::Background;

use super::cursor::{Cursor, Stage};
use super::open::Pass;
use super::plan::Dataset;
use crate::batch::Batch;
use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many rows are asked for when nobody says how many are wanted.
pub(crate) const ROWS_AT_ONCE: usize = 4096;

type Reply<T> = Box<dyn FnOnce(Result<Option<T>>) + Send>;

/// A panic as an error, so that whoever waits hears of it.
fn guarded<T>(mut work: impl FnMut() -> Result<T>) -> impl FnMut() -> Result<T> {
    move || {
        catch_unwind(AssertUnwindSafe(&mut work))
            .unwrap_or_else(|_| Err(Error::internal("a reading thread panicked; please report it")))
    }
}

#[cfg(not(target_family = "wasm"))]
fn spawn(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().name("talray-data".into()).spawn(work);
    thread.map(drop).map_err(|e| Error::io(format!("a reading thread could not be started: {e}")))
}

/// Without threads the work is done at once.
#[cfg(target_family = "wasm")]
fn spawn(work: impl FnOnce() + Send + 'static) -> Result<()> {
    work();
    Ok(())
}

/// Does one piece of work on a thread of its own and hands over what comes of it.
///
/// # Errors
/// `IO` when no thread can be started.
pub fn in_background<T: 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
    reply: impl FnOnce(Result<T>) + Send + 'static,
) -> Result<()> {
    let mut work = Some(work);
    let mut once = guarded(move || work.take().map_or_else(|| Err(Error::internal("done twice")), |w| w()));
    spawn(move || reply(once()))
}

/// Prepares portions ahead. Its cursor is that of the portion handed out last, so a saved state does
/// not depend on how far ahead the thread was.
pub(crate) struct PrefetchStage {
    background: Background<(Batch, Cursor)>,
    last: Cursor,
}

impl PrefetchStage {
    pub(crate) fn open(
        dataset: &Dataset,
        below: usize,
        pass: &Pass,
        at: Option<&Cursor>,
        ahead: usize,
    ) -> Result<Box<dyn Stage>> {
        // A flag of its own: ending this thread must not end a later round of the same pass.
        let pass = Pass::new(pass.epoch);
        let mut up = dataset.open(below, &pass, at)?;
        let last = up.cursor();
        let make = move || Ok(up.next(ROWS_AT_ONCE)?.map(|batch| (batch, up.cursor())));
        Ok(Box::new(Self { background: Background::start(ahead, pass.stop, make)?, last }))
    }
}

impl Stage for PrefetchStage {
    fn next(&mut self, _want: usize) -> Result<Option<Batch>> {
        let Some((batch, cursor)) = self.background.next()? else { return Ok(None) };
        self.last = cursor;
        Ok(Some(batch))
    }

    fn cursor(&self) -> Cursor {
        self.last.clone()
    }
}
