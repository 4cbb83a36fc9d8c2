//! `threads`: one, two and eight threads give the same bits, on samples made so large that kernels cut them into chunks.

use crate::{Table, each_op, read_level};
use talray_core::graph::OpId;
use talray_core::{AttrValue, DType, Sample};
use talray_kernels_cpu::Implementation;
use talray_tests::run::cpu;
use talray_tests::subject::{Layout, Subject, dtypes};

/// Inputs and outputs of about this many elements: more than the chunk of any kernel.
const ELEMENTS: usize = 70_000;

/// Fewer elements for ops whose work grows with their square: they are cut by rows.
const SQUARE: [(&str, usize); 3] = [("scaled_dot_product_attention", 4000), ("embedding_bag", 8000), ("unstack", 300)];

pub fn questions(table: &mut Table) {
    for (id, def) in each_op() {
        if !table.asks("threads", def.name) {
            continue;
        }
        let samples: Vec<Sample> = (def.samples)().into_iter().filter(|s| s.refuses.is_none()).collect();
        for dtype in [DType::F32, DType::F64, DType::BF16, DType::I32] {
            let samples: Vec<Sample> = samples.iter().filter(|s| dtypes(id, s).contains(&dtype)).cloned().collect();
            if samples.iter().any(|s| Subject::new(id, s, dtype).is_ok_and(|s| s.graph(Layout::Plain).is_ok())) {
                table.ask("threads", def.name, dtype.name(), move || same(id, &samples, dtype));
            }
        }
    }
}

/// The distinct sizes above 1 of a sample's inputs and attributes.
pub fn sizes(sample: &Sample) -> Vec<usize> {
    let attrs = sample.attrs.iter().filter_map(|(_, v)| match v {
        AttrValue::Dims(dims) => Some(dims.iter().filter_map(talray_core::Dim::known).collect::<Vec<_>>()),
        _ => None,
    });
    let mut sizes: Vec<usize> =
        sample.inputs.iter().flatten().map(|x| x.shape.clone()).chain(attrs).flatten().filter(|n| *n > 1).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The sizes that are numbers: op, attribute, and a large value.
const NUMBERS: [(&str, &str, AttrValue); 3] = [
    ("arange", "stop", AttrValue::F64(ELEMENTS as f64)),
    ("linspace", "num", AttrValue::I64(ELEMENTS as i64)),
    ("eye", "rows", AttrValue::I64(300)),
];

/// The sample with a number that is a size made large.
fn long(id: OpId, sample: &Sample) -> Option<Subject> {
    let (_, name, value) = NUMBERS.iter().find(|(op, ..)| *op == id.def().name)?;
    let mut subject = Subject::exact(id, sample).ok()?;
    let at = id.def().attrs.iter().position(|a| a.name == *name)?;
    subject.attrs[at] = value.clone();
    subject.graph(Layout::Plain).is_ok().then_some(subject)
}

/// The sample with each of its sizes in turn made large.
fn large(id: OpId, sample: &Sample, dtype: DType) -> Vec<Subject> {
    let most_wanted = SQUARE.iter().find(|(op, _)| *op == id.def().name).map_or(ELEMENTS, |(_, n)| *n);
    let made = |size: usize| {
        let mut to = most_wanted;
        // The size may stand several times in one shape: it grows until the whole is large.
        loop {
            let grown = |shape: &[usize]| shape.iter().fold(1usize, |n, d| n.saturating_mul(if *d == size { to } else { *d }));
            if sample.inputs.iter().flatten().any(|x| grown(&x.shape) > 2 * most_wanted) && to > size {
                to = (to / 2).max(size);
                continue;
            }
            let subject = Subject::sized(id, sample, dtype, size, to).ok()?;
            let (graph, _) = subject.graph(Layout::Plain).ok()?;
            let outputs =
                graph.outputs.iter().filter_map(|v| graph.ty(*v).shape.known()).map(|s| s.iter().product::<usize>()).max();
            let most = subject.elements().max(outputs.unwrap_or(0));
            if most <= 2 * most_wanted || to <= size {
                return Some(subject);
            }
            to = (to / 2).max(size);
        }
    };
    sizes(sample).into_iter().filter_map(made).chain(long(id, sample)).collect()
}

fn same(id: OpId, samples: &[Sample], dtype: DType) -> Result<(), String> {
    let _level = read_level();
    let cpu = cpu(Implementation::Simd);
    let mut compared = 0;
    for (n, sample) in samples.iter().enumerate() {
        for subject in large(id, sample, dtype) {
            let Ok((plan, fed)) = subject.plan(&cpu, Layout::Plain) else { continue };
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| e.to_string())?;
                Ok::<_, String>(pool.install(|| talray_tests::run::run(&plan, &fed, &cpu)))
            };
            let one = on(1)?;
            for threads in [2, 8] {
                let what = || format!("sample {n}, inputs {:?}: other on {threads} threads", shapes(&subject));
                match (&one, &on(threads)?) {
                    (Ok(a), Ok(b)) if a == b => compared += 1,
                    (Err(a), Err(b)) if a.code == b.code => {}
                    _ => return Err(what()),
                }
            }
        }
    }
    if compared == 0 { Err("no sample can be made large: add one, or exempt the op".to_owned()) } else { Ok(()) }
}

fn shapes(subject: &Subject) -> Vec<Vec<usize>> {
    subject.inputs.iter().flatten().map(|x| x.shape.to_vec()).collect()
}
