//! `implementations`: the fast kernels at every SIMD level of this machine give what the plain ones give, at every dtype.

use crate::{LEVEL, Table, each_op};
use talray_core::graph::OpId;
use talray_core::{Code, DType, Sample};
use talray_kernels_cpu::Implementation;
use talray_kernels_cpu::simd::{available_levels, level, set_level};
use talray_tests::run::{Output, apart, cpu};
use talray_tests::subject::{Layout, Subject, recordable};

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        if !table.asks("implementations", def.name) {
            continue;
        }
        let samples: Vec<_> = (def.samples)().into_iter().filter(|s| s.refuses.is_none()).collect();
        for dtype in DType::ALL {
            let samples = recordable(id, &samples, dtype);
            if !samples.is_empty() {
                table.ask("implementations", def.name, dtype.name(), move || agree(id, &samples, dtype));
            }
        }
    }
}

fn agree(id: OpId, samples: &[Sample], dtype: DType) -> Result<(), String> {
    let _alone = LEVEL.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    let best = level();
    let (plain, fast) = (cpu(Implementation::Reference), cpu(Implementation::Simd));
    for (n, sample) in samples.iter().enumerate() {
        let subject = Subject::new(id, sample, dtype).map_err(|e| e.to_string())?;
        let want = subject.run(&plain, Layout::Plain);
        for level in available_levels() {
            set_level(level);
            let got = subject.run(&fast, Layout::Plain);
            set_level(best);
            compare(&want, &got).map_err(|e| format!("sample {n} on {}: {e}", level.name()))?;
        }
    }
    Ok(())
}

/// Both refuse with one code, or give results within the dtype's tolerance.
pub fn compare(want: &talray_core::Result<Vec<Output>>, got: &talray_core::Result<Vec<Output>>) -> Result<(), String> {
    match (want, got) {
        (Ok(want), Ok(got)) => match apart(want, got) {
            None => Ok(()),
            Some(what) => Err(what),
        },
        (Err(a), Err(b)) if a.code == b.code && a.code != Code::Internal => Ok(()),
        (a, b) => Err(format!("plain {:?}, fast {:?}", a.as_ref().err(), b.as_ref().err())),
    }
}
