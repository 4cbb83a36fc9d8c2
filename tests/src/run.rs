//! Graphs run on the CPU, with either implementation of the kernels.

use crate::golden::element;
use std::sync::Arc;
use talray_core::backend::{Backend, Tensor};
use talray_core::exec::Run;
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{DType, Graph, Literal, Result};
use talray_kernels_cpu::memory::Buffer;
use talray_kernels_cpu::{Cpu, Implementation, tolerance};

/// A result in ordinary memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Element type.
    pub dtype: DType,
    /// Sizes.
    pub shape: Vec<usize>,
    /// Little-endian elements in row-major order.
    pub bytes: Vec<u8>,
}

/// A CPU on which all ops have this implementation.
pub fn cpu(implementation: Implementation) -> Cpu {
    let cpu = Cpu::new();
    cpu.choose(implementation, None);
    cpu
}

/// A plan of `graph` for `cpu`.
///
/// # Errors
/// What planning refuses.
pub fn plan(graph: &Graph, cpu: &Cpu, passes: &Passes) -> Result<Arc<Plan>> {
    Ok(Arc::new(Plan::new(graph, graph.outputs.len(), passes, &|op| cpu.supports(op))?))
}

/// The outputs of `plan` on these inputs.
///
/// # Errors
/// What running refuses.
pub fn run(plan: &Arc<Plan>, inputs: &[Literal], cpu: &Cpu) -> Result<Vec<Output>> {
    let inputs = inputs.iter().map(|x| cpu.upload(&x.bytes, x.dtype, &x.shape)).collect::<Result<Vec<_>>>()?;
    Run::new(plan.clone(), inputs)?.finish(cpu)?.iter().map(|t| download(t, cpu)).collect()
}

fn download(t: &Tensor<Buffer>, cpu: &Cpu) -> Result<Output> {
    let mut read = cpu.read(t)?;
    let bytes = cpu.poll(&mut read).ok_or_else(|| talray_core::Error::internal("a CPU read has to wait"))??;
    Ok(Output { dtype: t.dtype, shape: t.shape().to_vec(), bytes })
}

/// The first place where two results of one op differ by more than their dtypes' tolerances, as a share of the output's largest
/// number: terms of that size may have cancelled.
pub fn apart(want: &[Output], got: &[Output]) -> Option<String> {
    if want.len() != got.len() {
        return Some(format!("expected {} outputs, received {}", want.len(), got.len()));
    }
    want.iter().zip(got).enumerate().find_map(|(i, (want, got))| {
        if (want.dtype, &want.shape) != (got.dtype, &got.shape) {
            return Some(format!("output {i}: expected {} {:?}, received {} {:?}", want.dtype, want.shape, got.dtype, got.shape));
        }
        let n = want.bytes.len() / want.dtype.size();
        let largest = (0..n).map(|at| element(&want.bytes, want.dtype, at).abs()).filter(|x| *x < 1e4).fold(1.0, f64::max);
        let tolerance = tolerance(want.dtype);
        (0..n).find_map(|at| {
            let size = want.dtype.size();
            let (w, g) = (element(&want.bytes, want.dtype, at), element(&got.bytes, got.dtype, at));
            let same = want.bytes[at * size..][..size] == got.bytes[at * size..][..size] || (w.is_nan() && g.is_nan());
            let near = want.dtype.is_float() && (w == g || (w - g).abs() <= tolerance * w.abs().max(largest));
            (!same && !near).then(|| format!("output {i}, element {at}: expected {w:e}, received {g:e}"))
        })
    })
}
