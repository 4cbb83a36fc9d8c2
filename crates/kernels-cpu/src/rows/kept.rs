//! What a thread keeps between row updates of dense variables: rules made ready, and a lookup's buffers.

use super::{Lookup, RowFloat, RowKernel};
use std::cell::RefCell;
use std::sync::Arc;
use talray_core::Result;
use talray_core::expr::Program;
use talray_core::rows::{RowLayout, RowRule};

/// Rules that are kept.
const RULES: usize = 64;

thread_local! {
    static RULES_READY: RefCell<Vec<(Arc<Program>, RowLayout, Arc<RowKernel>)>> = const { RefCell::new(Vec::new()) };
    static SINGLE: RefCell<Lookup<f32>> = RefCell::default();
    static DOUBLE: RefCell<Lookup<f64>> = RefCell::default();
}

/// An element type with a lookup that its thread keeps.
pub(crate) trait Kept: RowFloat {
    /// Takes the lookup out; an empty one where it is out already.
    fn take() -> Lookup<Self>;
    /// Puts it back.
    fn put(lookup: Lookup<Self>);
}

impl Kept for f32 {
    fn take() -> Lookup<f32> {
        SINGLE.take()
    }
    fn put(lookup: Lookup<f32>) {
        SINGLE.set(lookup);
    }
}

impl Kept for f64 {
    fn take() -> Lookup<f64> {
        DOUBLE.take()
    }
    fn put(lookup: Lookup<f64>) {
        DOUBLE.set(lookup);
    }
}

/// Calls `work` with the elementwise rule `program` made ready for `layout`, and with a lookup.
pub(crate) fn with_kept<T: Kept>(
    program: &Arc<Program>,
    layout: &RowLayout,
    work: impl FnOnce(&RowKernel, &mut Lookup<T>) -> Result<()>,
) -> Result<()> {
    let kernel = ready(program, layout)?;
    let mut lookup = T::take();
    let result = work(&kernel, &mut lookup);
    T::put(lookup);
    result
}

fn ready(program: &Arc<Program>, layout: &RowLayout) -> Result<Arc<RowKernel>> {
    let found = RULES_READY.with_borrow(|all| {
        let same = all.iter().find(|(of, rows, _)| Arc::ptr_eq(of, program) && rows == layout);
        same.map(|(.., kernel)| kernel.clone())
    });
    if let Some(kernel) = found {
        return Ok(kernel);
    }
    let kernel = Arc::new(RowKernel::new(RowRule::elementwise(program.clone(), layout)?, layout)?);
    RULES_READY.with_borrow_mut(|all| {
        if all.len() == RULES {
            all.remove(0);
        }
        all.push((program.clone(), layout.clone(), kernel.clone()));
    });
    Ok(kernel)
}
