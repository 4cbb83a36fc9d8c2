//! `composite`: where an op is made of others and has a kernel too, both give the same.

use crate::implementations::compare;
use crate::{Table, each_op, read_level};
use talray_core::backend::Backend;
use talray_core::graph::OpId;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{DType, Lower, Sample};
use talray_kernels_cpu::{Implementation, kernel};
use talray_tests::run::{cpu, run};
use talray_tests::subject::{Layout, Subject, dtypes};

pub fn questions(table: &mut Table) {
    for (id, def) in
        each_op().filter(|(_, d)| matches!(d.lower, Lower::Composite(_)) && kernel(d.name, Implementation::Simd).is_some())
    {
        if !table.asks("composite", def.name) {
            continue;
        }
        let samples: Vec<Sample> = (def.samples)().into_iter().filter(|s| s.refuses.is_none()).collect();
        for dtype in [DType::F32, DType::F64] {
            let samples: Vec<Sample> = samples.iter().filter(|s| dtypes(id, s).contains(&dtype)).cloned().collect();
            if !samples.is_empty() {
                table.ask("composite", def.name, dtype.name(), move || agree(id, &samples, dtype));
            }
        }
    }
}

fn agree(id: OpId, samples: &[Sample], dtype: DType) -> Result<(), String> {
    let _level = read_level();
    let cpu = cpu(Implementation::Simd);
    for (n, sample) in samples.iter().enumerate() {
        let subject = Subject::new(id, sample, dtype).map_err(|e| e.to_string())?;
        let composed = subject.graph(Layout::Plain).and_then(|(graph, fed)| {
            let plan = Plan::new(&graph, graph.outputs.len(), &Passes::default(), &|op| op != id && cpu.supports(op))?;
            run(&plan.into(), &fed, &cpu)
        });
        compare(&composed, &subject.run(&cpu, Layout::Plain)).map_err(|e| format!("sample {n}: {e}"))?;
    }
    Ok(())
}
