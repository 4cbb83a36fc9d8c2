//! `refuses`: each sample that must be refused is, with its code, by both implementations.

use crate::{Table, each_op, read_level};
use talray_core::graph::OpId;
use talray_core::{Code, Sample};
use talray_kernels_cpu::Implementation;
use talray_tests::run::cpu;
use talray_tests::subject::{Layout, Subject};

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        for (n, sample) in (def.samples)().into_iter().enumerate() {
            let Some(code) = sample.refuses else { continue };
            table.ask("refuses", def.name, &format!("sample{n}"), move || refused(id, &sample, code));
        }
    }
}

fn refused(id: OpId, sample: &Sample, code: Code) -> Result<(), String> {
    let _level = read_level();
    for implementation in [Implementation::Simd, Implementation::Reference] {
        match Subject::exact(id, sample).and_then(|s| s.run(&cpu(implementation), Layout::Plain)) {
            Err(e) if e.code == code && !e.message.is_empty() => {}
            Err(e) => return Err(format!("{implementation:?}: expected {code:?}, received {e}")),
            Ok(_) => return Err(format!("{implementation:?}: expected {code:?}, was accepted")),
        }
    }
    Ok(())
}
