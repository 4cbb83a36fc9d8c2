//! An op with concrete inputs, made from a sample of its record: at another dtype, at other sizes, in other layouts.

use crate::run::{Output, plan, run};
use std::sync::Arc;
use talray_core::graph::{OpId, complete, encode};
use talray_core::op::{SampleData, SampleInput};
use talray_core::passes::Passes;
use talray_core::plan::Plan;
use talray_core::{AttrValue, Attrs, DType, Dim, Graph, Literal, Lower, Result, Sample, Shape, Type, Value};
use talray_kernels_cpu::Cpu;

/// An op, its inputs and its attributes.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The op.
    pub id: OpId,
    /// Inputs; `None` is an absent optional.
    pub inputs: Vec<Option<Literal>>,
    /// All attributes.
    pub attrs: Attrs,
}

/// How inputs lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row-major.
    Plain,
    /// Column-major: a transposed view.
    Turned,
    /// Every second element along the last axis, walked backwards.
    Gaps,
}

/// The samples that can be recorded with their elements in this dtype.
pub fn recordable(id: OpId, samples: &[Sample], dtype: DType) -> Vec<Sample> {
    let fits =
        |s: &&Sample| dtypes(id, s).contains(&dtype) && Subject::new(id, s, dtype).is_ok_and(|s| s.graph(Layout::Plain).is_ok());
    samples.iter().filter(fits).cloned().collect()
}

/// The dtypes at which a sample of `id` can stand: any for the ops of elements, and for the others where it has a float input.
pub fn dtypes(id: OpId, sample: &Sample) -> Vec<DType> {
    if varies(id, sample) {
        return DType::ALL.to_vec();
    }
    vec![sample.inputs.iter().flatten().next().map_or(DType::F32, |x| x.dtype)]
}

fn varies(id: OpId, sample: &Sample) -> bool {
    let mut inputs = sample.inputs.iter().flatten().peekable();
    let elements = matches!(id.def().lower, Lower::Elementwise(_)) && inputs.peek().is_some();
    elements || inputs.any(|x| x.dtype.is_float())
}

impl Subject {
    /// The sample with its floats (without floats, with all inputs) in `dtype`.
    ///
    /// # Errors
    /// What completing the attributes refuses.
    pub fn new(id: OpId, sample: &Sample, dtype: DType) -> Result<Subject> {
        Subject::sized(id, sample, dtype, 1, 1)
    }

    /// The sample in its own dtypes.
    ///
    /// # Errors
    /// What completing the attributes refuses.
    pub fn exact(id: OpId, sample: &Sample) -> Result<Subject> {
        let input = |x: &SampleInput| Literal::of(&values(&x.data, x.shape.iter().product()), &x.shape, x.dtype);
        let attrs = complete(id, &sample.attrs).map_err(|e| e.in_op(id.def().name))?;
        Ok(Subject { id, inputs: sample.inputs.iter().map(|x| x.as_ref().map(input)).collect(), attrs })
    }

    /// As [`Subject::new`], with each size `from` of inputs and attributes made `to`.
    ///
    /// # Errors
    /// What completing the attributes refuses.
    pub fn sized(id: OpId, sample: &Sample, dtype: DType, from: usize, to: usize) -> Result<Subject> {
        let size = |n: usize| if n == from { to } else { n };
        let some_float = sample.inputs.iter().flatten().any(|x| x.dtype.is_float());
        let all = !some_float && varies(id, sample);
        let input = |x: &SampleInput| {
            let shape: Vec<usize> = x.shape.iter().map(|&n| size(n)).collect();
            let dtype = if all || x.dtype.is_float() { dtype } else { x.dtype };
            Literal::of(&values(&x.data, shape.iter().product()), &shape, dtype)
        };
        let attr = |value: &AttrValue| match value {
            AttrValue::Dims(dims) => {
                AttrValue::Dims(dims.iter().map(|d| d.known().map_or(d.clone(), |n| Dim::Known(size(n)))).collect())
            }
            other => other.clone(),
        };
        let named: Vec<_> = sample.attrs.iter().map(|(name, value)| (*name, attr(value))).collect();
        let attrs = complete(id, &named).map_err(|e| e.in_op(id.def().name))?;
        Ok(Subject { id, inputs: sample.inputs.iter().map(|x| x.as_ref().map(input)).collect(), attrs })
    }

    /// Number of elements of all inputs.
    pub fn elements(&self) -> usize {
        self.inputs.iter().flatten().map(|x| x.shape.iter().product::<usize>()).sum()
    }

    /// The graph of the op alone over inputs in `layout`, and what to feed it.
    ///
    /// # Errors
    /// What inference refuses.
    pub fn graph(&self, layout: Layout) -> Result<(Graph, Vec<Literal>)> {
        let mut graph = Graph::new();
        let mut fed = Vec::new();
        let mut args: Vec<Option<Value>> = Vec::new();
        for input in &self.inputs {
            let Some(x) = input else {
                args.push(None);
                continue;
            };
            let laid = laid_out(x, layout);
            let v = graph.input(Type::new(laid.dtype, Shape::of(&laid.shape)));
            args.push(Some(seen(&mut graph, v, &x.shape, layout)?));
            fed.push(laid);
        }
        graph.outputs = graph.apply(self.id, &args, self.attrs.clone(), &[])?.to_vec();
        Ok((graph, fed))
    }

    /// A plan for `cpu`, and what to feed it.
    ///
    /// # Errors
    /// What inference and planning refuse.
    pub fn plan(&self, cpu: &Cpu, layout: Layout) -> Result<(Arc<Plan>, Vec<Literal>)> {
        let (graph, fed) = self.graph(layout)?;
        Ok((plan(&graph, cpu, &Passes::default())?, fed))
    }

    /// The op's outputs on `cpu`.
    ///
    /// # Errors
    /// What inference, planning and running refuse.
    pub fn run(&self, cpu: &Cpu, layout: Layout) -> Result<Vec<Output>> {
        let (plan, fed) = self.plan(cpu, layout)?;
        run(&plan, &fed, cpu)
    }
}

/// The first `n` of a sample's values, repeated where there are fewer.
fn values(data: &SampleData, n: usize) -> Vec<f64> {
    match data {
        SampleData::Values(v) => v.iter().copied().cycle().take(if v.is_empty() { 0 } else { n }).collect(),
        SampleData::Range(lo, hi) => {
            // A stride that shares no factor with n visits each place once.
            let stride = (n * 5 / 13..).find(|s| gcd(*s, n) == 1).unwrap_or(1);
            (0..n).map(|i| lo + (hi - lo) * ((i * stride % n) as f64 + 0.37) / n as f64).collect()
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// `x` stored so that [`seen`] gives it back.
fn laid_out(x: &Literal, layout: Layout) -> Literal {
    let (width, rank) = (x.dtype.size(), x.shape.len());
    if layout == Layout::Plain || rank == 0 {
        return x.clone();
    }
    let n: usize = x.shape.iter().product();
    let (shape, place): (Vec<usize>, Box<dyn Fn(usize) -> usize>) = if layout == Layout::Turned {
        let sizes = x.shape.to_vec();
        let to = move |mut i: usize| {
            let mut at = vec![0; sizes.len()];
            for d in (0..sizes.len()).rev() {
                at[d] = i % sizes[d];
                i /= sizes[d];
            }
            (0..sizes.len()).rev().fold(0, |place, d| place * sizes[d] + at[d])
        };
        (x.shape.iter().rev().copied().collect(), Box::new(to))
    } else {
        let last = x.shape[rank - 1];
        let mut shape = x.shape.to_vec();
        shape[rank - 1] *= 2;
        (shape, Box::new(move |i| i / last * 2 * last + 2 * last - 1 - 2 * (i % last)))
    };
    let mut bytes = encode(&vec![1.0; shape.iter().product()], x.dtype);
    for i in 0..n {
        bytes[place(i) * width..][..width].copy_from_slice(&x.bytes[i * width..][..width]);
    }
    Literal { dtype: x.dtype, shape: shape.into_iter().collect(), bytes: bytes.into() }
}

/// The view of `v`, laid out so, that has the wanted shape.
fn seen(graph: &mut Graph, v: Value, shape: &[usize], layout: Layout) -> Result<Value> {
    let rank = shape.len();
    match layout {
        Layout::Turned if rank > 0 => graph.build().transpose(v, &(0..rank).rev().collect::<Vec<_>>()),
        Layout::Gaps if rank > 0 => {
            let list = |last: i64, rest: &dyn Fn(usize) -> i64| {
                AttrValue::I64s((0..rank).map(|d| if d + 1 == rank { last } else { rest(d) }).collect())
            };
            let attrs =
                [("begin", list(-1, &|_| 0)), ("end", list(i64::MIN, &|d| shape[d] as i64)), ("strides", list(-2, &|_| 1))];
            graph.build().op("strided_slice", &[v], &attrs)
        }
        _ => Ok(v),
    }
}
