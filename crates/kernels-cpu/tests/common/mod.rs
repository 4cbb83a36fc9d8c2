//! Calls kernels as an executor does: outputs as inferred, strided inputs made contiguous where a kernel asks for it.

use smallvec::SmallVec;
use talray_core::graph::{Graph, complete, encode};
use talray_core::op::{SampleData, SampleInput};
use talray_core::{AttrValue, AttrsRef, Code, DType, Dim, Error, Result, Shape, Type, ops};
use talray_kernels_cpu::families::copy::to_contiguous;
use talray_kernels_cpu::{Call, Element, Implementation, Input, Output, Pool, dispatch, kernel, tolerance};

/// How inputs lie in their buffers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layout {
    /// Row-major.
    Plain,
    /// Column-major behind other data.
    Turned,
    /// Every second element along the last axis, walked backwards.
    Gaps,
}

/// A tensor in row-major order. Bytes are kept 8-aligned.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub dtype: DType,
    pub shape: Vec<usize>,
    words: Vec<u64>,
}

impl Tensor {
    pub fn new(dtype: DType, shape: &[usize], values: &[f64]) -> Tensor {
        assert_eq!(shape.iter().product::<usize>(), values.len());
        let bytes = encode(values, dtype);
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        bytemuck::cast_slice_mut(&mut words)[..bytes.len()].copy_from_slice(&bytes);
        Tensor { dtype, shape: shape.to_vec(), words }
    }

    /// A sample's input; its floats become `dtype`.
    pub fn of_sample(x: &SampleInput, dtype: DType) -> Tensor {
        let values = match &x.data {
            SampleData::Range(lo, hi) => spread(&x.shape, *lo, *hi),
            SampleData::Values(v) => v.clone(),
        };
        Tensor::new(if x.dtype.is_float() { dtype } else { x.dtype }, &x.shape, &values)
    }

    pub fn values(&self) -> Vec<f64> {
        let n = self.shape.iter().product::<usize>();
        dispatch!(self.dtype, T => bytemuck::cast_slice::<u64, u8>(&self.words)[..n * size_of::<T>()]
            .chunks_exact(size_of::<T>())
            .map(|b| bytemuck::pod_read_unaligned::<T>(b).to_f64())
            .collect())
    }

    pub fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.shape.iter().product::<usize>() * self.dtype.size()]
    }
}

/// Values spread over `[lo, hi]` without ties (as far as the dtype can tell).
pub fn spread(shape: &[usize], lo: f64, hi: f64) -> Vec<f64> {
    let n: usize = shape.iter().product();
    let step = (n.max(2) - 1) as f64;
    (0..n).map(|i| lo + (hi - lo) * ((i * 7919 + 13) % n.max(1)) as f64 / step).collect()
}

/// A tensor's elements in another layout: buffer, strides, offset.
fn laid_out(x: &Tensor, layout: Layout) -> (Vec<u64>, Vec<isize>, usize) {
    let n = x.shape.len();
    let (strides, offset, size) = match layout {
        Layout::Plain => {
            let mut s = vec![1isize; n];
            (1..n).rev().for_each(|i| s[i - 1] = s[i] * x.shape[i].max(1) as isize);
            (s, 0, x.values().len())
        }
        Layout::Turned => {
            let mut s = vec![1isize; n];
            (1..n).for_each(|i| s[i] = s[i - 1] * x.shape[i - 1].max(1) as isize);
            (s, 5, x.values().len() + 5)
        }
        Layout::Gaps => {
            let mut s = vec![2isize; n];
            (1..n).rev().for_each(|i| s[i - 1] = s[i] * x.shape[i].max(1) as isize);
            let last = x.shape.last().copied().unwrap_or(1);
            if let Some(s) = s.last_mut() {
                *s = -2;
            }
            (s, 2 * last.saturating_sub(1), 2 * x.values().len().max(1))
        }
    };
    let width = x.dtype.size();
    let mut words = vec![0u64; (size * width).div_ceil(8).max(1)];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    for (i, element) in x.bytes().chunks_exact(width).enumerate() {
        let (mut rest, mut at) = (i, offset as isize);
        for d in (0..n).rev() {
            at += (rest % x.shape[d]) as isize * strides[d];
            rest /= x.shape[d];
        }
        bytes[at as usize * width..][..width].copy_from_slice(element);
    }
    (words, strides, offset)
}

/// Runs a kernel on `threads` threads.
pub fn run(
    name: &str,
    implementation: Implementation,
    inputs: &[Option<Tensor>],
    attrs: &[(&str, AttrValue)],
    layout: Layout,
    threads: usize,
) -> Result<Vec<Tensor>> {
    let id = ops::find(name).ok_or_else(|| Error::internal(format!("no op {name}")))?;
    let values = complete(id, attrs)?;
    let mut graph = Graph::new();
    let nodes: Vec<_> = inputs.iter().map(|x| x.as_ref().map(|x| graph.input(Type::new(x.dtype, Shape::of(&x.shape))))).collect();
    let outputs = graph.apply(id, &nodes, values.clone(), &[])?;
    let types: Vec<Type> = outputs.iter().map(|v| graph.ty(*v).clone()).collect();
    // Promotion may have cast the inputs.
    let wanted: Vec<_> = graph.node(outputs[0]).inputs.iter().map(|v| v.map(|v| graph.ty(v).dtype)).collect();
    if inputs.iter().zip(&wanted).any(|(x, d)| x.as_ref().map(|x| x.dtype) != *d) {
        return Err(Error::unsupported("inputs would be cast"));
    }
    let def = kernel(name, implementation).ok_or_else(|| Error::internal(format!("no kernel {name}")))?;
    let bound = inputs.first().and_then(Option::as_ref).map_or(0, |x| x.shape.iter().product());
    let mut buffers: Vec<(DType, SmallVec<[usize; 4]>, Vec<u64>)> = types
        .iter()
        .map(|t| {
            let shape: SmallVec<[usize; 4]> = t.shape.dims().iter().map(|d| d.known().unwrap_or(bound)).collect();
            let bytes = shape.iter().product::<usize>() * t.dtype.size();
            // Poisoned, so that what is not written shows.
            (t.dtype, shape, vec![0x5a5a_5a5a_5a5a_5a5a; bytes.div_ceil(8)])
        })
        .collect();
    let mut laid: Vec<_> = inputs.iter().map(|x| x.as_ref().map(|x| laid_out(x, layout))).collect();
    let work = |laid: &mut Vec<Option<(Vec<u64>, Vec<isize>, usize)>>,
                buffers: &mut Vec<(DType, SmallVec<[usize; 4]>, Vec<u64>)>| {
        let pool = if threads == 1 { Pool::serial() } else { Pool::current() };
        if !def.strided && layout != Layout::Plain {
            for (x, laid) in inputs.iter().zip(&mut *laid) {
                let (Some(x), Some((words, strides, offset))) = (x, laid) else { continue };
                let n: usize = x.shape.iter().product();
                let mut to = vec![0u64; (n * x.dtype.size()).div_ceil(8)];
                let input = Input { dtype: x.dtype, shape: &x.shape, strides, offset: *offset, bytes: whole(words, x.dtype) };
                let bytes = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut to)[..n * x.dtype.size()];
                to_contiguous(&input, &mut Output { dtype: x.dtype, shape: x.shape.iter().copied().collect(), bytes }, &pool)?;
                assert_eq!(
                    &bytemuck::cast_slice::<u64, u8>(&to)[..n * x.dtype.size()],
                    x.bytes(),
                    "copy of {layout:?} {:?}",
                    x.shape
                );
                (*words, *strides, *offset) = laid_out(x, Layout::Plain);
            }
        }
        let inputs = inputs.iter().zip(&*laid).map(|(x, laid)| {
            let (x, (words, strides, offset)) = (x.as_ref()?, laid.as_ref()?);
            Some(Input { dtype: x.dtype, shape: &x.shape, strides, offset: *offset, bytes: whole(words, x.dtype) })
        });
        let outputs = buffers.iter_mut().map(|(dtype, shape, words)| {
            let n = shape.iter().product::<usize>() * dtype.size();
            Output { dtype: *dtype, shape: shape.clone(), bytes: &mut bytemuck::cast_slice_mut(words)[..n] }
        });
        let mut call = Call {
            attrs: AttrsRef { op: id.def(), values: &values },
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            programs: &[],
            pool: &pool,
            lens: SmallVec::new(),
        };
        (def.run)(&mut call)?;
        Ok(call.lens)
    };
    let lens = if threads == 1 {
        work(&mut laid, &mut buffers)?
    } else {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| work(&mut laid, &mut buffers))?
    };
    let outputs = buffers.into_iter().zip(&types).enumerate().map(|(i, ((dtype, shape, words), ty))| {
        let mut shape = shape.to_vec();
        if matches!(ty.shape.dims().first(), Some(Dim::Expr(_))) {
            shape[0] = lens.get(i).copied().flatten().expect("a length for a data-dependent output");
        }
        Tensor { dtype, shape, words }
    });
    Ok(outputs.collect())
}

/// All whole elements of a buffer.
fn whole(words: &[u64], dtype: DType) -> &[u8] {
    let bytes: &[u8] = bytemuck::cast_slice(words);
    &bytes[..bytes.len() / dtype.size() * dtype.size()]
}

/// The fast kernel against the plain one in every layout; one thread against eight, bit for bit.
pub fn check(name: &str, inputs: &[Option<Tensor>], attrs: &[(&str, AttrValue)], refuses: Option<Code>, what: &str) {
    let want = run(name, Implementation::Reference, inputs, attrs, Layout::Plain, 1);
    let fast = run(name, Implementation::Simd, inputs, attrs, Layout::Plain, 1);
    let (want, fast) = match (want, fast) {
        (Ok(want), Ok(fast)) => (want, fast),
        (Err(a), Err(b)) => {
            assert_eq!(a.code, b.code, "{what}: {a}; {b}");
            let other = matches!(a.code, Code::Dtype | Code::Unsupported);
            assert!(other || refuses == Some(a.code), "{what}: refused: {a}");
            return;
        }
        (a, b) => panic!("{what}: plain {:?}, fast {:?}", a.err(), b.err()),
    };
    assert_eq!(refuses, None, "{what}: not refused");
    for (i, (want, got)) in want.iter().zip(&fast).enumerate() {
        assert_eq!(want.shape, got.shape, "{what}, output {i}");
        let tolerance = tolerance(want.dtype);
        for (at, (w, g)) in want.values().iter().zip(got.values()).enumerate() {
            let close = w == &g || (w.is_nan() && g.is_nan()) || (w - g).abs() <= tolerance * w.abs().max(1.0);
            assert!(close, "{what}, output {i}, element {at}: expected {w}, got {g}");
        }
    }
    let same = |other: Vec<Tensor>, how: &str| {
        for (a, b) in fast.iter().zip(&other) {
            assert!(a.bytes() == b.bytes(), "{what}: other bits {how}");
        }
    };
    for layout in [Layout::Turned, Layout::Gaps] {
        match run(name, Implementation::Simd, inputs, attrs, layout, 1) {
            Ok(y) => same(y, &format!("in layout {layout:?}")),
            Err(e) => panic!("{what}: refused in layout {layout:?}: {e}"),
        }
    }
    let elements: usize = inputs.iter().flatten().map(|x| x.shape.iter().product::<usize>()).sum();
    if elements > 1000 {
        for threads in [2, 8] {
            match run(name, Implementation::Simd, inputs, attrs, Layout::Plain, threads) {
                Ok(y) => same(y, &format!("on {threads} threads")),
                Err(e) => panic!("{what}: refused on {threads} threads: {e}"),
            }
        }
    }
}
