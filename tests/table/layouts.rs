//! `layouts`: transposed, reversed and gapped views give the bits that contiguous inputs give, into buffers of other old contents.

use crate::{Table, each_op, read_level};
use talray_core::graph::OpId;
use talray_core::{DType, Sample};
use talray_kernels_cpu::memory::Buffer;
use talray_kernels_cpu::{Cpu, Implementation};
use talray_tests::run::{Output, apart, cpu};
use talray_tests::subject::{Layout, Subject, recordable};

/// Products of matrices take the inputs' strides as they come, which can change the order of sums.
const PRODUCTS: [&str; 4] = ["matmul", "einsum", "tensordot", "scaled_dot_product_attention"];

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        let samples: Vec<Sample> = (def.samples)().into_iter().filter(|s| s.refuses.is_none()).collect();
        if !samples.iter().any(|s| s.inputs.iter().flatten().any(|x| !x.shape.is_empty())) || !table.asks("layouts", def.name) {
            continue;
        }
        for dtype in [DType::F32, DType::F64, DType::BF16, DType::I32, DType::U8, DType::Bool] {
            let samples = recordable(id, &samples, dtype);
            if !samples.is_empty() {
                table.ask("layouts", def.name, dtype.name(), move || same(id, &samples, dtype));
            }
        }
    }
}

fn same(id: OpId, samples: &[Sample], dtype: DType) -> Result<(), String> {
    let _level = read_level();
    for implementation in [Implementation::Simd, Implementation::Reference] {
        let cpu = cpu(implementation);
        for (n, sample) in samples.iter().enumerate() {
            let subject = Subject::new(id, sample, dtype).map_err(|e| e.to_string())?;
            let plain = dirtied(&subject, Layout::Plain, &cpu, 0x5a);
            for layout in [Layout::Plain, Layout::Turned, Layout::Gaps] {
                match (&plain, &dirtied(&subject, layout, &cpu, 0xa5)) {
                    (Ok(a), Ok(b)) if a == b => {}
                    (Ok(a), Ok(b)) if PRODUCTS.contains(&id.def().name) && layout != Layout::Plain && apart(a, b).is_none() => {}
                    (Err(a), Err(b)) if a.code == b.code => {}
                    (a, b) => return Err(format!("sample {n}, {implementation:?}, {layout:?}: {a:?} and {b:?}")),
                }
            }
        }
    }
    Ok(())
}

/// Runs over free memory that holds `byte`, so that elements which a kernel leaves unwritten show.
fn dirtied(subject: &Subject, layout: Layout, cpu: &Cpu, byte: u8) -> talray_core::Result<Vec<Output>> {
    for size in [64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 2048, 4096] {
        let kept: Vec<Buffer> = (0..4).map(|_| Buffer::from_bytes(&vec![byte; size])).collect::<talray_core::Result<_>>()?;
        drop(kept);
    }
    subject.run(cpu, layout)
}
