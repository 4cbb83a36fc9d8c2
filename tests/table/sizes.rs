//! `sizes`: with each size of a sample made 0, 1, and lengths around vector widths, the fast and the plain kernels agree.

use crate::implementations::compare;
use crate::threads::sizes;
use crate::{Table, each_op, read_level};
use talray_core::graph::OpId;
use talray_core::{Code, DType, Sample};
use talray_kernels_cpu::Implementation;
use talray_tests::run::cpu;
use talray_tests::subject::{Layout, Subject, dtypes};

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        let samples: Vec<Sample> = (def.samples)().into_iter().filter(|s| s.refuses.is_none() && !sizes(s).is_empty()).collect();
        if samples.is_empty() || !table.asks("sizes", def.name) {
            continue;
        }
        for dtype in [DType::F32, DType::F16, DType::I64] {
            let samples: Vec<Sample> = samples.iter().filter(|s| dtypes(id, s).contains(&dtype)).cloned().collect();
            if samples.iter().any(|s| Subject::new(id, s, dtype).is_ok_and(|s| s.graph(Layout::Plain).is_ok())) {
                table.ask("sizes", def.name, dtype.name(), move || agree(id, &samples, dtype));
            }
        }
    }
}

fn agree(id: OpId, samples: &[Sample], dtype: DType) -> Result<(), String> {
    let _level = read_level();
    let (plain, fast) = (cpu(Implementation::Reference), cpu(Implementation::Simd));
    let mut run = 0;
    for (n, sample) in samples.iter().enumerate() {
        for from in sizes(sample) {
            for to in [0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 65] {
                let Ok(subject) = Subject::sized(id, sample, dtype, from, to) else { continue };
                match subject.graph(Layout::Plain) {
                    Ok(_) => {}
                    Err(e) if e.code == Code::Internal => return Err(format!("sample {n}, sizes {from} made {to}: {e}")),
                    Err(_) => continue,
                }
                let (want, got) = (subject.run(&plain, Layout::Plain), subject.run(&fast, Layout::Plain));
                run += usize::from(want.is_ok());
                compare(&want, &got).map_err(|e| format!("sample {n}, sizes {from} made {to}: {e}"))?;
            }
        }
    }
    if run == 0 { Err("no sample takes another size: add one, or exempt the op".to_owned()) } else { Ok(()) }
}
